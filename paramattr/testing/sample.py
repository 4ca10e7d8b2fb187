"""Arrays of any framework as NumPy's, and the grid of numbers that their dtype leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.utils.dtypes import FORMATS

__all__ = ["GRIDS", "Grid", "as_array"]

F64: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """The numbers of a floating dtype: significant bits, and the exponent below which they are evenly spaced."""

    digits: int
    least: int
    lattice: float
    """How likely one value may be because generators use that few bits: 2**-22 in float32 means 22 bits or more."""

    def spacing(self, x: F64) -> F64:
        """The distance from each x to its outer neighbour."""
        mantissa, exponent = np.frexp(x)
        exponent = np.where(mantissa == 0.0, self.least, np.maximum(exponent, self.least))
        spacing: F64 = np.ldexp(1.0, exponent - self.digits)
        return spacing

    def cell(self, x: F64) -> tuple[F64, F64]:
        """How far below and above each x the numbers reach that round to it."""
        mantissa, exponent = np.frexp(x)
        half = 0.5 * self.spacing(x)
        # The neighbour of a power of two on the side of 0 is at half the distance.
        inner = np.where((np.abs(mantissa) == 0.5) & (exponent > self.least), 0.5 * half, half)
        return np.where(x > 0.0, inner, half), np.where(x < 0.0, inner, half)


GRIDS = {name: Grid(form.digits, form.least, 2.0 ** -min(form.digits - 2, 30)) for name, form in FORMATS.items()}


def as_array(array: Any) -> tuple[NDArray[Any], Grid]:
    """Return the values of anything that NumPy or DLPack understands, in float64, and the grid they were on.

    A TypeError if it is not an array of real floating-point numbers.
    """
    name = str(getattr(array, "dtype", "")).rpartition(".")[2]
    if callable(getattr(array, "detach", None)) and callable(getattr(array, "numpy", None)):
        array = array.detach()
    if name in GRIDS and not hasattr(np, name) and not isinstance(array, np.ndarray):
        # Frameworks disagree on how NumPy should see a dtype that it lacks; float32 holds every value of such ones.
        if callable(getattr(array, "float", None)):
            array = array.float()
        elif callable(getattr(array, "astype", None)):
            array = array.astype("float32")
    try:
        result = array if isinstance(array, np.ndarray) else np.asarray(array)
        if result.dtype == object and callable(getattr(array, "__dlpack__", None)):
            result = np.from_dlpack(array)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        raise TypeError(f"array must be an array of numbers, but NumPy can't read it: {error}") from None
    name = name if name in GRIDS else result.dtype.name
    if name not in GRIDS:
        raise TypeError(f"array must have one of the dtypes {list(GRIDS)}, but received {result.dtype}")
    return result.astype(np.float64), GRIDS[name]
