"""The laws parameters are drawn from: each knows its moments, support and cdf, and draws itself."""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from paramattr.random import blocks
from paramattr.random.keys import Key
from paramattr.utils import checks, dtypes
from paramattr.utils.record import Record
from paramattr.utils.threads import spread

if TYPE_CHECKING:
    from paramattr.random.strips import Strips

__all__ = ["Distribution", "Normal", "PointMass", "TruncatedNormal", "Uniform"]

F64: TypeAlias = NDArray[np.float64]
Array: TypeAlias = NDArray[Any]

_Ends: TypeAlias = tuple[float, float]  # the smallest and the largest value

_INF = math.inf
_STRETCH = 1 << 22  # elements of a constant that a thread writes at a time


class Distribution(Record, ABC):
    """A law of probability for the values of a parameter."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The exact expectation."""

    @property
    @abstractmethod
    def std(self) -> float:
        """The exact standard deviation."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Between which bounds values lie."""

    @abstractmethod
    def pdf(self, x: ArrayLike) -> Any:
        """The density at `x`."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Any:
        """The probability of a value up to `x`."""

    @abstractmethod
    def fill(self, out: Array, key: Key) -> None:
        """Fill an array in place.

        Parameters
        ----------
        out : ndarray
            C-contiguous and writable, of float16, bfloat16, float32 or float64.
        key : Key
            Decides the values, together with each one's position.
        """

    @abstractmethod
    def take(self, key: Key, shape: tuple[int, ...], index: blocks.Index = ..., dtype: DTypeLike = np.float32) -> Array:
        """Return what `fill` would put into one slice of an array, without making the rest.

        Parameters
        ----------
        key : Key
            As for `fill`.
        shape : tuple of int
            The shape of the whole array.
        index : int, slice, Ellipsis or a tuple of them
            As in NumPy's basic indexing.
        dtype : dtype
            The dtype of the whole array.

        Returns
        -------
        ndarray
            The same bits as that slice of the whole, always an array of its own.

        Raises
        ------
        TypeError, IndexError
            If the index is of the wrong kind, out of range or has too many axes.
        """


def _check_out(out: Array) -> np.dtype[Any]:
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, but received {out!r} ({type(out).__name__})")
    dtype = dtypes.floating("dtype of out", out.dtype)
    if not out.flags.carray:
        raise ValueError("out must be C-contiguous, aligned and writable")
    return dtype


@dataclass(frozen=True, repr=False, eq=False)
class PointMass(Distribution):
    """The law of one certain value.

    Parameters
    ----------
    value : float
        The value; finite.

    Raises
    ------
    TypeError, ValueError
        If ``value`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.random.PointMass(2.0).take(paramattr.random.Key(0, 0), (5,), slice(2))
    array([2., 2.], dtype=float32)
    """

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", checks.real("value", self.value))

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def std(self) -> float:
        """Zero."""
        return 0.0

    @property
    def support(self) -> tuple[float, float]:
        """The value, twice."""
        return self.value, self.value

    def pdf(self, x: ArrayLike) -> Any:
        """Return inf at the value, and 0 elsewhere."""
        return np.where(np.asarray(x) == self.value, _INF, 0.0)[()]

    def cdf(self, x: ArrayLike) -> Any:
        """Return 0 below the value, and 1 from it on."""
        return np.where(np.asarray(x) >= self.value, 1.0, 0.0)[()]

    def fill(self, out: Array, key: Key) -> None:
        """Write the value everywhere."""
        _check_out(out)
        if out.size <= _STRETCH:
            out.fill(self.value)
            return
        flat = out.reshape(-1)

        def work(numbers: Iterator[int]) -> None:
            for i in numbers:
                flat[i * _STRETCH : (i + 1) * _STRETCH] = self.value

        # Of all that filling costs, touching new memory is the most, and threads share that.
        spread(work, -(-flat.size // _STRETCH))

    def take(self, key: Key, shape: tuple[int, ...], index: blocks.Index = ..., dtype: DTypeLike = np.float32) -> Array:
        """Return the value in the shape of the slice."""
        sizes = [len(places) for places, kept in blocks.positions(shape, index) if kept]
        return np.full(sizes, self.value, dtypes.floating("dtype", dtype))


class _Drawn(Distribution):
    """A law whose values are made from addressed bits."""

    @abstractmethod
    def _draw(self, dtype: np.dtype[Any], size: int) -> blocks.Draw:
        """Return the way to draw values to be stored as `dtype`, about `size` of them."""

    def fill(self, out: Array, key: Key) -> None:
        """Write the draws that belong to ``key`` into ``out``, in place."""
        dtype = _check_out(out)
        blocks.fill(self._draw(dtype, out.size), key, out.reshape(-1))

    def take(self, key: Key, shape: tuple[int, ...], index: blocks.Index = ..., dtype: DTypeLike = np.float32) -> Array:
        """Return what `fill` would put into one slice, with work and memory in proportion to it."""
        wanted = dtypes.floating("dtype", dtype)
        size = blocks.slice_size(shape, index)
        return blocks.take(self._draw(wanted, size), key, shape, index, wanted)


# ------------------------------------------------------------------------------------------------- rounding to a dtype


def _round(x: float, dtype: np.dtype[Any], up: bool) -> float:
    """The nearest number of the dtype at or beyond x in one direction."""
    with np.errstate(over="ignore", under="ignore"):
        y = np.array(x).astype(dtype)[()]
        if (float(y) < x) if up else (float(y) > x):
            y = np.nextafter(y, np.array(_INF if up else -_INF, dtype)[()])
    return float(y)


@functools.lru_cache(maxsize=256)
def _window(low: float, high: float, dtype: np.dtype[Any], open_end: bool) -> _Ends:
    """The smallest and largest number of the dtype in [low, high], or in [low, high)."""
    first, last = _round(low, dtype, up=True), _round(high, dtype, up=False)
    if open_end and last == high:
        last = float(np.nextafter(np.array(last, dtype)[()], np.array(-_INF, dtype)[()]))
    if first > last or (math.isinf(first) and first > 0) or (math.isinf(last) and last < 0):
        bracket = ")" if open_end else "]"
        raise ValueError(f"no {dtype} number lies in [{low}, {high}{bracket}")
    return first, last


# --------------------------------------------------------------------------------------------------------- uniform


class _UniformDraw(NamedTuple):
    """middle + scale * (the bits as a signed integer)."""

    dtype: np.dtype[Any]
    window: _Ends | None
    middle: np.floating[Any]
    scale: np.floating[Any]

    def buffers(self, size: int) -> None:
        return None

    def values(self, bits: Array, out: Array, buffers: None) -> None:
        out[...] = bits.view(_SIGNED[bits.itemsize])
        np.multiply(out, self.scale, out=out)
        if self.middle:
            np.add(out, self.middle, out=out)

    def rare(self, key: Key, places: NDArray[np.uint64]) -> F64:
        raise AssertionError("a uniform value never needs more than its own bits")


_SIGNED: dict[int, type[Any]] = {4: np.int32, 8: np.int64}


def _reach(dtype: np.dtype[Any]) -> float:
    """How far the signed integers of the dtype's size go from 0."""
    return 2.0 ** (8 * dtype.itemsize - 1)


@functools.lru_cache(maxsize=256)
def _uniform_draw(low: float, high: float, dtype: np.dtype[Any]) -> _UniformDraw:
    window = _window(low, high, dtype, True)
    compute = dtypes.compute_dtype(dtype)
    first, last = _window(low, high, compute, True)
    reach = compute.type(_reach(compute))
    middle = compute.type(0.5 * low + 0.5 * high)
    scale = compute.type((0.5 * high - 0.5 * low) / float(reach))
    # Shrink the scale by a last digit or two if that alone keeps the rounded ends inside: saves clipping each value.
    smaller = scale
    for _ in range(3):
        if first <= middle - smaller * reach and middle + smaller * reach <= last:
            return _UniformDraw(compute, None if dtype == compute else window, middle, smaller)
        smaller = np.nextafter(smaller, compute.type(0))
    return _UniformDraw(compute, window, middle, scale)


@dataclass(frozen=True, repr=False, eq=False)
class Uniform(_Drawn):
    """The uniform law on [low, high).

    Parameters
    ----------
    low, high : float
        Finite, low < high. `high` itself is never drawn, also after rounding.
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        low, high = checks.real("low", self.low), checks.real("high", self.high)
        if not low < high:
            raise ValueError(f"low must be less than high, but received low={low}, high={high}")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def mean(self) -> float:
        return 0.5 * self.low + 0.5 * self.high

    @property
    def std(self) -> float:
        return (self.high / 2 - self.low / 2) / math.sqrt(3.0)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    def pdf(self, x: ArrayLike) -> Any:
        x = np.asarray(x, np.float64)
        inside = np.where((self.low <= x) & (x < self.high), 1.0 / (self.high - self.low), 0.0)
        return np.where(np.isnan(x), np.nan, inside)[()]

    def cdf(self, x: ArrayLike) -> Any:
        x = np.clip(np.asarray(x, np.float64), self.low, self.high)
        return ((x - self.low) / (self.high - self.low))[()]

    def _draw(self, dtype: np.dtype[Any], size: int) -> blocks.Draw:
        return _uniform_draw(self.low, self.high, dtype)


# --------------------------------------------------------------------------------------------- normal, whole or cut

_SMALL = 4096  # below this it is quicker to scale the strips that are met than all of them


def _strips(mode: float, low: float, high: float) -> Strips:
    # Imported when a normal law is first used: who never does, or not yet, need not wait for the tables' code.
    from paramattr.random.strips import strips

    return strips(mode, low, high)


class _StripDraw:
    """base + scale * t with t from a table of strips."""

    __slots__ = ("_base", "_ends", "_room", "_scale", "_strips", "_tables", "dtype", "window")

    def __init__(
        self, base: float, scale: float, table: Strips, dtype: np.dtype[Any], ends: _Ends | None, room: _Ends | None,
        tables: _Tables | None,
    ) -> None:  # fmt: skip
        self._base, self._scale, self._strips, self._tables = base, scale, table, tables
        self._ends, self._room, self.dtype = ends, room, dtype
        self.window = None if tables is not None and tables.inside and room == ends else ends

    def buffers(self, size: int) -> tuple[Array, Array, Array]:
        low = np.empty(size, np.uint32 if self.dtype.itemsize == 4 else np.uint64)
        return low, np.empty(size, np.intp), np.empty(size, np.bool_)

    def values(self, bits: Array, out: Array, buffers: tuple[Array, Array, Array]) -> NDArray[np.intp]:
        n = bits.size
        low, index, beyond = (buffer[:n] for buffer in buffers)
        # The low bits choose the strip; all the bits, as a signed fraction, the point across it (that the low bits are
        # in both moves the point by less than the last digit of the fraction).
        np.bitwise_and(bits, low.dtype.type((1 << self._strips.index_bits) - 1), out=low)
        np.greater_equal(low, low.dtype.type(self._strips.used), out=beyond)
        index[...] = low
        out[...] = bits.view(_SIGNED[bits.itemsize])
        if self._tables is None:
            index.clip(0, self._strips.used - 1, out=index)
            centre, half = self._strips.centre[index], self._strips.half
            half = half if half.size == 1 else half[index]
            centre, half = _scaled(centre, half, self._base, self._scale, self._room, self.dtype)
            np.multiply(out, half, out=out)
            np.add(out, centre, out=out)
        else:
            # "wrap" is the quickest way to tell NumPy that the indexes are good: they are, the tables have 2**14 rows.
            looked_up = low.view(self.dtype)  # the same memory: `low` is not needed any more
            if self._tables.half.size == 1:
                np.multiply(out, self._tables.half[0], out=out)
            else:
                self._tables.half.take(index, out=looked_up, mode="wrap")
                np.multiply(out, looked_up, out=out)
            self._tables.centre.take(index, out=looked_up, mode="wrap")
            np.add(out, looked_up, out=out)
        return beyond.nonzero()[0]

    def rare(self, key: Key, places: NDArray[np.uint64]) -> F64:
        value: F64 = self._base + self._scale * self._strips.rest(key, places)
        return value if self._ends is None else value.clip(*self._ends)


class _Tables(NamedTuple):
    """Strips in the units of a law: what 2**14 indexes stand for."""

    centre: Array
    half: Array
    inside: bool  # nothing that they make is outside the room


def _scaled(
    centre: F64, half: F64, base: float, scale: float, room: _Ends | None, dtype: np.dtype[Any]
) -> tuple[Array, Array]:
    """Strips in the units of a law; `half` for a fraction that is a whole signed integer of the dtype's size."""
    reach = _reach(dtype)
    middle, width = (base + scale * centre).astype(dtype), (half * (scale / reach)).astype(dtype)
    if room is not None:
        # At an end of the window a strip may have to give up a last digit, which saves clipping each value.
        middle.clip(*room, out=middle)
        widest = np.nextafter(np.minimum(dtype.type(room[1]) - middle, middle - dtype.type(room[0])), dtype.type(0))
        width = np.minimum(width, widest / dtype.type(reach))
    return middle, width


@functools.lru_cache(maxsize=16)
def _tables(
    mode: float, low: float, high: float, base: float, scale: float, room: _Ends | None, dtype: np.dtype[Any]
) -> _Tables:
    table = _strips(mode, low, high)
    centre, half = _scaled(table.centre, table.half, base, scale, room, dtype)
    across = half * dtype.type(_reach(dtype))
    inside = room is None or bool(np.all(centre - across >= room[0]) and np.all(centre + across <= room[1]))
    rest = (0, (1 << table.index_bits) - table.used)
    return _Tables(np.pad(centre, rest), half if half.size == 1 else np.pad(half, rest), inside)


class _NormalFamily(_Drawn):
    """What the whole and the cut normal law have in common."""

    loc: float
    scale: float

    @property
    def _bounds(self) -> tuple[float, float]:
        return self.support

    def _frame(self) -> tuple[float, float, float, float]:
        """The point of the window nearest to loc, and in units of scale its distance from loc and the window around it."""
        low, high = self._bounds
        base = min(max(self.loc, low), high)
        return base, (base - self.loc) / self.scale, (low - base) / self.scale, (high - base) / self.scale

    def _draw(self, dtype: np.dtype[Any], size: int) -> blocks.Draw:
        low, high = self._bounds
        compute = dtypes.compute_dtype(dtype)
        open_line = low == -_INF and high == _INF
        ends, room = (None, None) if open_line else (_window(low, high, kind, False) for kind in (dtype, compute))
        base, mode, left, right = self._frame()
        table = _strips(mode, left, right)
        tables = _tables(mode, left, right, base, self.scale, room, compute) if size > _SMALL else None
        return _StripDraw(base, self.scale, table, compute, ends, room, tables)


@dataclass(frozen=True, repr=False, eq=False)
class Normal(_NormalFamily):
    """The normal law.

    Parameters
    ----------
    loc : float
        Its mean.
    scale : float
        Its standard deviation, above 0.
    """

    loc: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loc", checks.real("loc", self.loc))
        object.__setattr__(self, "scale", checks.real("scale", self.scale, low=0.0, open_low=True))

    @property
    def mean(self) -> float:
        return self.loc

    @property
    def std(self) -> float:
        return self.scale

    @property
    def support(self) -> tuple[float, float]:
        return -_INF, _INF

    def pdf(self, x: ArrayLike) -> Any:
        from paramattr.random import exact

        return exact.normal_pdf((np.asarray(x, np.float64) - self.loc) / self.scale) / self.scale

    def cdf(self, x: ArrayLike) -> Any:
        from paramattr.random import exact

        return exact.normal_cdf((np.asarray(x, np.float64) - self.loc) / self.scale)


@dataclass(frozen=True, repr=False, eq=False)
class TruncatedNormal(_NormalFamily):
    """The normal law conditioned on [low, high].

    Parameters
    ----------
    loc, scale : float
        Mean and standard deviation before the cut.
    low, high : float
        The window, low < high; either may be infinite. Any distance from loc and any width will do.
    """

    loc: float = 0.0
    scale: float = 1.0
    low: float = -2.0
    high: float = 2.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loc", checks.real("loc", self.loc))
        object.__setattr__(self, "scale", checks.real("scale", self.scale, low=0.0, open_low=True))
        low, high = checks.real("low", self.low, finite=False), checks.real("high", self.high, finite=False)
        if not low < high or low == _INF or high == -_INF:
            raise ValueError(f"low must be less than high, but received low={low}, high={high}")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    @functools.cached_property
    def _law(self) -> Strips:
        return _strips(*self._frame()[1:])

    @property
    def mean(self) -> float:
        return self._frame()[0] + self.scale * self._law.mean

    @property
    def std(self) -> float:
        return self.scale * self._law.std

    def pdf(self, x: ArrayLike) -> Any:
        x = np.asarray(x, np.float64)
        t = (np.clip(x, self.low, self.high) - self._frame()[0]) / self.scale
        inside = (self.low <= x) & (x <= self.high)
        return np.where(inside, self._law.density(t) / self.scale, np.where(np.isnan(x), np.nan, 0.0))[()]

    def cdf(self, x: ArrayLike) -> Any:
        x = np.asarray(x, np.float64)
        t = (np.clip(x, self.low, self.high) - self._frame()[0]) / self.scale
        return self._law.cdf(t)[()]
