"""The L2 norm of many arrays, without overflow and in little memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.utils import dtypes
from paramattr.utils.scratch import Scratch
from paramattr.utils.threads import BLOCK, each_block, runs

Array = np.ndarray[Any, Any]

# Elements whose squares are added up in the arrays' own precision, by a dot product too short for BLAS to use threads.
_ROW = 1024
# Sums of squares below these may have lost some to underflow, in float32 and in float64.
_UNSAFE, _LEAST = 1e-20, 1e-280

_scratch = Scratch()


def l2_norm(arrays: Sequence[Array]) -> float:
    """Return the L2 norm of all elements of ``arrays`` together.

    It neither overflows nor underflows where the arrays are finite, is as exact as their dtype (at least float32), needs
    no memory of their size, and does not depend on the number of threads.
    """
    total = _sum_of_all_squares(arrays)
    if _LEAST < total < math.inf:
        return math.sqrt(total)
    # An element is not finite, or there are float64 values beyond 1e150, or none above 1e-140.
    largest = max((float(np.max(np.abs(array))) for array in arrays if array.size), default=0.0)
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(math.fsum(sums_of_squares(arrays, largest)))


def _sum_of_all_squares(arrays: Sequence[Array]) -> float:
    """The sum of squares of all elements, which for many short arrays is quicker than each array's."""
    sums, long = [], []
    sizes = [array.size for array in arrays]
    with np.errstate(all="ignore"):
        for run in runs(sizes, [array.dtype for array in arrays]):
            if len(run) == 1:
                long.append(arrays[run[0]])
                continue
            total = sum(sizes[i] for i in run)
            joined = _scratch.take("joined", total, arrays[run[0]].dtype)
            sums.append(_sum_of_squares(np.concatenate([arrays[i] for i in run], axis=None, out=joined)))
    sums += sums_of_squares(long)
    return math.fsum(sums) if all(map(math.isfinite, sums)) else math.nan


def sums_of_squares(arrays: Sequence[Array], unit: float = 1.0) -> list[float]:
    """Return the sum of squares of each array, in units of ``unit``; not finite where an element is not."""
    sums = [0.0] * len(arrays)

    def work(i: int, *_: int) -> None:
        sums[i] = _sum_of_squares(arrays[i], unit)

    each_block([array.size for array in arrays], work, cut=False)
    return sums


def _sum_of_squares(array: Array, unit: float = 1.0) -> float:
    if unit == 1.0 and not dtypes.is_narrow(array.dtype) and array.flags.c_contiguous:
        total = _sum_of_rows(array.reshape(-1))
        if array.dtype == np.float64 or _UNSAFE < total < math.inf:
            return total
    total, flat = 0.0, array.flat
    for begin in range(0, array.size, BLOCK):
        part = flat[begin : begin + BLOCK].astype(np.float64)
        part /= unit
        total += _sum_of_rows(part)
    return total


def _sum_of_rows(flat: Array) -> float:
    whole = flat.size - flat.size % _ROW
    rows, tail = flat[:whole].reshape(-1, 1, _ROW), flat[whole:]
    squares = np.matmul(rows, rows.transpose(0, 2, 1))
    return float(np.add.reduce(squares, axis=None, dtype=np.float64)) + float(np.dot(tail, tail))
