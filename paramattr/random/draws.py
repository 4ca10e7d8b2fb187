"""How random bits become values of a law, in float32 or float64, inside a window and rounded once.

Everything here is told in numbers; what they mean is the laws' affair.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random.keys import Key
from paramattr.utils import dtypes

if TYPE_CHECKING:
    from paramattr.random.strips import Strips

__all__ = ["FEW", "Array", "Draw", "Table", "strip_draw", "uniform_draw", "window_table"]

Array: TypeAlias = NDArray[Any]
Ends: TypeAlias = tuple[float, float]  # the smallest and the largest value
Table: TypeAlias = "tuple[float, Strips]"  # of a window: where it is measured from, and its strips

_INF = math.inf
FEW = 4096  # up to so many values it is quicker to scale the strips that are met than all of them


class Draw(ABC):
    """How random bits become values of ``dtype``.

    They are made from integers of dtype ``bits`` (int32, half a word of the generator, or int64, a whole one), computed in
    ``compute`` (float32 or float64), and clipped to ``window``, if given, before they are stored.
    """

    def __init__(self, dtype: np.dtype[Any], window: Ends | None) -> None:
        self.dtype, self.window = dtype, window
        self.compute = dtypes.compute_dtype(dtype)
        self.bits = np.dtype(f"i{self.compute.itemsize}")
        self._reach = 2.0 ** (8 * self.bits.itemsize - 1)  # how far these integers go from 0
        self._rounds = self.compute != dtype
        self._scratch: tuple[np.dtype[Any], ...] = (self.compute,) if self._rounds else ()

    def scratch(self, size: int) -> list[Array]:
        """Make the arrays that writing up to ``size`` values needs besides the result."""
        return [np.empty(size, dtype) for dtype in self._scratch]

    def write(self, bits: Array, out: Array, scratch: list[Array]) -> NDArray[np.intp] | None:
        """Write one value for each element of ``bits``; return which of them are rejected, None if this never happens."""
        value = scratch[-1][: out.size] if self._rounds else out
        rejected = self._values(bits, value, scratch)
        if self.window is not None:
            value.clip(*self.window, out=value)
        if self._rounds:
            with np.errstate(over="ignore", under="ignore"):  # a float16 may round to infinity or to zero
                out[...] = value
        return rejected

    @abstractmethod
    def _values(self, bits: Array, out: Array, scratch: list[Array]) -> NDArray[np.intp] | None:
        """Compute the values in the dtype for that, and say which are rejected."""

    def redraw(self, key: Key, positions: NDArray[np.uint64]) -> Array:
        """Return the values at the positions whose own bits were rejected, in the window and of the dtype."""
        return np.empty(positions.shape, self.dtype)


def _round(x: float, dtype: np.dtype[Any], up: bool, beyond: bool = False) -> float:
    """The nearest number of the dtype at x or past it in one direction, past it in any case if ``beyond``."""
    with np.errstate(over="ignore", under="ignore"):
        y = np.array(x).astype(dtype)[()]
        short = float(y) < x if up else float(y) > x
        if short or (beyond and float(y) == x):
            y = np.nextafter(y, np.array(_INF if up else -_INF, dtype)[()])
    return float(y)


@functools.lru_cache(maxsize=256)
def _window(low: float, high: float, dtype: np.dtype[Any], open_end: bool) -> Ends:
    """The smallest and largest number of the dtype in [low, high], or in [low, high)."""
    first, last = _round(low, dtype, up=True), _round(high, dtype, up=False, beyond=open_end)
    if first > last or (math.isinf(first) and first > 0) or (math.isinf(last) and last < 0):
        bracket = ")" if open_end else "]"
        raise ValueError(f"no {dtype} number lies in [{low}, {high}{bracket}")
    return first, last


class UniformDraw(Draw):
    """Values of the uniform law on [low, high): middle + scale * (the bits as a signed integer)."""

    def __init__(self, low: float, high: float, dtype: np.dtype[Any]) -> None:
        super().__init__(dtype, _window(low, high, dtype, True))
        dtypes.check_range(self.compute, low=low, high=high)
        first, last = _window(low, high, self.compute, True)
        reach = self.compute.type(self._reach)
        middle = self.compute.type(0.5 * low + 0.5 * high)
        scale = smaller = self.compute.type((0.5 * high - 0.5 * low) / self._reach)
        # Shrink the scale by a last digit or two if that alone keeps the rounded ends inside: saves clipping each value.
        for _ in range(3):
            if first <= middle - smaller * reach and middle + smaller * reach <= last:
                scale = smaller
                self.window = self.window if self._rounds else None
                break
            smaller = np.nextafter(smaller, self.compute.type(0))
        # NumPy takes arrays without axes quicker than scalars.
        self._scale, self._middle = np.array(scale), np.array(middle) if middle else None

    def _values(self, bits: Array, out: Array, scratch: list[Array]) -> None:
        out[...] = bits
        out *= self._scale
        if self._middle is not None:
            out += self._middle


def window_table(loc: float, scale: float, low: float, high: float) -> Table:
    """Return the point of a window nearest to ``loc``, and the table of the window in units of scale from there."""
    # Imported when a normal law is first used: who never does, or not yet, need not wait for the tables' code.
    from paramattr.random.strips import strips

    base = min(max(loc, low), high)
    return base, strips((base - loc) / scale, (low - base) / scale, (high - base) / scale)


class StripDraw(Draw):
    """Values of the normal law cut to [low, high]: base + scale * t with t from a table of strips."""

    def __init__(self, loc: float, scale: float, low: float, high: float, dtype: np.dtype[Any], many: bool) -> None:
        whole = low == -_INF and high == _INF
        super().__init__(dtype, None if whole else _window(low, high, dtype, False))
        dtypes.check_range(self.compute, loc=loc, scale=scale)
        self._ends = self.window
        self._compute_ends = None if whole else _window(low, high, self.compute, False)
        self._scale = scale
        self._base, self._table = window_table(loc, scale, low, high)
        # Strips' numbers, as bits and as indexes, and whether there is no such strip.
        self._scratch = (self.bits, np.dtype(np.intp), np.dtype(np.bool_), *self._scratch)
        self._mask = np.array((1 << self._table.index_bits) - 1, self.bits)
        self._used = np.array(self._table.used, self.bits)
        self._centre: Array | None
        self._half: Array | None
        self._centre, self._half = self._scale_all() if many else (None, None)

    def _scale_all(self) -> tuple[Array, Array]:
        centre, half = self._scaled(self._table.centre, self._table.half)
        if (ends := self._ends) and ends == self._compute_ends:
            across = half * self.compute.type(self._reach)
            if np.all(centre - across >= ends[0]) and np.all(centre + across <= ends[1]):
                self.window = None
        unused = (0, (1 << self._table.index_bits) - self._table.used)
        return np.pad(centre, unused), half.reshape(()) if half.size == 1 else np.pad(half, unused)

    def _scaled(self, centre: Array, half: Array) -> tuple[Array, Array]:
        """Return strips in the units of the law; `half` for a fraction that is an integer of the bits' dtype."""
        compute = self.compute
        middle = (self._base + self._scale * centre).astype(compute)
        width = (half * (self._scale / self._reach)).astype(compute)
        if ends := self._compute_ends:
            # At an end of the window a strip may have to give up a last digit, which saves clipping each value.
            middle.clip(*ends, out=middle)
            widest = np.minimum(compute.type(ends[1]) - middle, middle - compute.type(ends[0]))
            width = np.minimum(width, np.nextafter(widest, compute.type(0)) / compute.type(self._reach))
        return middle, width

    def _values(self, bits: Array, out: Array, scratch: list[Array]) -> NDArray[np.intp]:
        """Compute the values; rejected are those whose bits choose no strip."""
        low, strip, beyond = scratch[:3]
        if low.size > bits.size:
            low, strip, beyond = low[: bits.size], strip[: bits.size], beyond[: bits.size]
        # The low bits choose the strip; all the bits, as a signed fraction, the point across it (that the low bits are
        # in both moves the point by less than the last digit of the fraction).
        np.bitwise_and(bits, self._mask, out=low)
        np.greater_equal(low, self._used, out=beyond)
        strip[...] = low
        out[...] = bits
        if self._centre is None or self._half is None:
            strip.clip(0, self._table.used - 1, out=strip)
            half = self._table.half
            centre, half = self._scaled(self._table.centre[strip], half if half.size == 1 else half[strip])
            out *= half
            out += centre
        else:
            # "wrap" is the quickest way to tell NumPy that the indexes are good: they are, the tables have 2**14 rows.
            looked_up = low.view(self.compute)  # the same memory: `low` is not needed any more
            out *= self._half.take(strip, out=looked_up, mode="wrap") if self._half.ndim else self._half
            out += self._centre.take(strip, out=looked_up, mode="wrap")
        return beyond.nonzero()[0]

    def redraw(self, key: Key, positions: NDArray[np.uint64]) -> Array:
        """Return values of the part of the law that no strip covers."""
        with np.errstate(over="ignore", under="ignore"):
            value = self._base + self._scale * self._table.rest(key, positions)
            if self._ends is not None:
                value.clip(*self._ends, out=value)
            return value.astype(self.compute).astype(self.dtype, copy=False)


# Parameters of a model share a few laws.
uniform_draw = functools.lru_cache(maxsize=256)(UniformDraw)
strip_draw = functools.lru_cache(maxsize=32)(StripDraw)
