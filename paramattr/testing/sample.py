"""Arrays of any framework as NumPy's, and the grid of numbers that their dtype leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.utils import dtypes

__all__ = ["GRIDS", "Grid", "as_array"]

F64: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """The numbers of a floating dtype: significant bits, and the exponent below which they are evenly spaced."""

    name: str
    digits: int
    least: int
    lattice: float
    """How likely one value may be because generators use that few bits: 2**-22 in float32 means 22 bits or more."""

    def spacing(self, x: F64) -> F64:
        """The distance from each x to its outer neighbour."""
        spacing: F64 = np.ldexp(1.0, self._exponent(x) - self.digits)
        return spacing

    def _exponent(self, x: F64) -> NDArray[np.intc]:
        mantissa, exponent = np.frexp(x)
        return np.where(mantissa == 0.0, self.least, np.maximum(exponent, self.least))

    def cell(self, x: F64) -> tuple[F64, F64]:
        """How far below and above each x the numbers reach that round to it."""
        mantissa, exponent = np.frexp(x)[0], self._exponent(x)
        half = np.ldexp(0.5, exponent - self.digits)
        # The neighbour of a power of two on the side of 0 is at half the distance.
        inner = np.where((np.abs(mantissa) == 0.5) & (exponent > self.least), 0.5 * half, half)
        return np.where(x > 0.0, inner, half), np.where(x < 0.0, inner, half)


GRIDS = {
    name: Grid(name, form.digits, form.least, 2.0 ** -min(form.digits - 2, 30)) for name, form in dtypes.FORMATS.items()
}


def as_array(array: object) -> tuple[NDArray[Any], Grid]:
    """Return the values of anything that NumPy or DLPack understands, in float64, and the grid they were on.

    A TypeError if it is not an array of real floating-point numbers.
    """
    name = str(getattr(array, "dtype", "")).rpartition(".")[2]
    given: Any = array
    if callable(getattr(given, "detach", None)) and callable(getattr(given, "numpy", None)):
        given = given.detach()
    if name in GRIDS and not hasattr(np, name) and not isinstance(given, np.ndarray):
        # Frameworks disagree on how NumPy should see a dtype that it lacks; float32 holds every value of such ones.
        if callable(getattr(given, "float", None)):
            given = given.float()
        elif callable(getattr(given, "astype", None)):
            given = given.astype("float32")
    try:
        result = given if isinstance(given, np.ndarray) else np.asarray(given)
        if result.dtype == object and callable(getattr(given, "__dlpack__", None)):
            result = np.from_dlpack(given)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        raise TypeError(f"array must be an array of numbers, but NumPy can't read it: {error}") from None
    name = name if name in GRIDS else result.dtype.name
    if name not in GRIDS:
        raise TypeError(f"array must have one of the dtypes {list(GRIDS)}, but received {result.dtype}")
    return result.astype(np.float64), GRIDS[name]
