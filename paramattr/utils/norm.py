"""The L2 norm of many arrays, without overflow and in little memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.utils.threads import BLOCK, each_block, runs, scratch

Array = np.ndarray[Any, Any]

# Elements whose squares are added up in the arrays' own precision, by a dot product too short for BLAS to use threads.
_ROW = 1024
_UNSAFE = 1e-20  # a float32 sum of squares below this may have lost some to underflow


def l2_norm(arrays: Sequence[Array]) -> float:
    """Return the L2 norm of all elements of ``arrays`` together.

    It neither overflows nor underflows where the arrays are finite, is as exact as their dtype (at least float32), needs
    no memory of their size, and does not depend on the number of threads.
    """
    total = _sum_of_all_squares(arrays)
    if math.isfinite(total):
        return math.sqrt(total)
    # An element is not finite, or there are float64 values beyond 1e150.
    largest = max(float(np.max(np.abs(array))) for array in arrays if array.size)
    if not math.isfinite(largest):
        return largest
    return largest * math.sqrt(math.fsum(sums_of_squares(arrays, largest)))


def _sum_of_all_squares(arrays: Sequence[Array]) -> float:
    """The sum of squares of all elements, which for many short arrays is quicker than each array's."""
    sums, long = [], []
    sizes = [array.size for array in arrays]
    with np.errstate(all="ignore"):
        for run in runs(sizes, lambda i, j: arrays[i].dtype == arrays[j].dtype):
            if len(run) == 1:
                long.append(arrays[run[0]])
                continue
            total = sum(sizes[i] for i in run)
            joined = scratch(0, total, arrays[run[0]].dtype)
            sums.append(_sum_of_squares(np.concatenate([arrays[i].reshape(-1) for i in run], out=joined)))
    sums += sums_of_squares(long)
    return math.fsum(sums) if all(map(math.isfinite, sums)) else math.nan


def sums_of_squares(arrays: Sequence[Array], unit: float = 1.0) -> list[float]:
    """Return the sum of squares of each array, in units of ``unit``; not finite where an element is not."""
    flat = [array.reshape(-1) if array.flags.c_contiguous else array.flat for array in arrays]
    sums: list[list[float]] = [[0.0] * -(-array.size // BLOCK) for array in arrays]

    def work(i: int, begin: int, end: int) -> None:
        part = flat[i][begin:end]
        sums[i][begin // BLOCK] = _sum_of_squares(part if unit == 1.0 else part / unit)

    each_block([array.size for array in arrays], work)
    return [math.fsum(parts) if all(map(math.isfinite, parts)) else math.nan for parts in sums]


def _sum_of_squares(part: Array) -> float:
    if part.dtype.itemsize == 2:
        part = part.astype(np.float32)
    whole = part.size - part.size % _ROW
    rows, tail = part[:whole].reshape(-1, 1, _ROW), part[whole:]
    squares = np.matmul(rows, rows.transpose(0, 2, 1))
    total = float(np.add.reduce(squares, axis=None, dtype=np.float64)) + float(np.dot(tail, tail))
    if part.dtype.itemsize == 4 and not _UNSAFE < total < math.inf:
        total = float(np.add.reduce(np.square(part, dtype=np.float64)))
    return total
