"""Arrays of any framework as NumPy's, and the grid of numbers that their dtype leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
        _, exponent = np.frexp(x)
        spacing: F64 = np.ldexp(1.0, np.maximum(exponent, self.least) - self.digits)
        return spacing

    def cell(self, x: F64) -> tuple[F64, F64]:
        """How far below and above each x the numbers reach that round to it."""
        mantissa, exponent = np.frexp(x)
        half = np.ldexp(0.5, np.maximum(exponent, self.least) - self.digits)
        # The neighbour of a power of two on the side of 0 is at half the distance.
        inner = np.where((np.abs(mantissa) == 0.5) & (exponent > self.least), 0.5 * half, half)
        return np.where(x > 0.0, inner, half), np.where(x < 0.0, inner, half)


GRIDS = {
    "float16": Grid("float16", 11, -13, 2.0**-9),
    "bfloat16": Grid("bfloat16", 8, -125, 2.0**-6),
    "float32": Grid("float32", 24, -125, 2.0**-22),
    "float64": Grid("float64", 53, -1021, 2.0**-30),
}


def as_array(array: object) -> tuple[NDArray[Any], Grid]:
    """Return the values of anything that NumPy or DLPack understands, in float64, and the grid they were on.

    Raises
    ------
    TypeError
        If it is not an array of real floating-point numbers.
    """
    name = str(getattr(array, "dtype", "")).rpartition(".")[2]
    given: Any = array
    if callable(getattr(given, "detach", None)) and callable(getattr(given, "numpy", None)):
        given = given.detach()
    if name == "bfloat16" and not isinstance(given, np.ndarray):
        # Frameworks that have it disagree on how NumPy should see it; float32 holds every value of it.
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
    kind = name if name in GRIDS else result.dtype.name
    if kind not in GRIDS:
        raise TypeError(f"array must be of float16, bfloat16, float32 or float64, but received dtype {result.dtype}")
    return result.astype(np.float64), GRIDS[kind]
