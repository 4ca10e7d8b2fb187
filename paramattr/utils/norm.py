"""The L2 norm of many arrays, without overflow and in little memory."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# Long enough to hide the interpreter, short enough to stay in cache.
_BLOCK = 1 << 16


def l2_norm(arrays: Iterable[Array]) -> float:
    """Return the L2 norm of all elements of ``arrays`` together.

    It is accumulated in float64 block by block, so it neither overflows where the arrays are finite nor
    needs memory of their size.
    """
    arrays = [array.reshape(-1) for array in arrays]
    square = _sum_of_squares(arrays, 1.0)
    if math.isinf(square):
        # Only float64 values beyond 1e154 come here, or arrays that hold an infinity.
        largest = max(float(np.max(np.abs(array))) for array in arrays if array.size)
        if math.isfinite(largest):
            return largest * math.sqrt(_sum_of_squares(arrays, largest))
    return math.sqrt(square)


def _sum_of_squares(arrays: Iterable[Array], unit: float) -> float:
    total = 0.0
    buffer = np.empty(_BLOCK, np.float64)
    with np.errstate(over="ignore"):
        for array in arrays:
            for start in range(0, array.size, _BLOCK):
                part = array[start : start + _BLOCK]
                block = buffer[: part.size]
                np.copyto(block, part)
                if unit != 1.0:
                    block /= unit
                total += float(block @ block)
    return total
