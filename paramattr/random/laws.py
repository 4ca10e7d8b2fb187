"""The laws parameters are drawn from: each knows its moments, support, density and cdf, and draws itself."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.random import blocks, draws
from paramattr.random.draws import Array
from paramattr.random.index import Index, select, sizes
from paramattr.random.keys import Key
from paramattr.utils import checks, dtypes
from paramattr.utils.record import Record
from paramattr.utils.threads import spread

__all__ = ["Distribution", "Normal", "PointMass", "TruncatedNormal", "Uniform"]

_ALWAYS_IN_RANGE = dtypes.largest(np.dtype("float32"))  # no dtype that values are computed in has less
_STRETCH = 1 << 22  # elements of a constant that a thread writes at a time


class Distribution(Record, ABC):
    """A law of probability for the values of a parameter.

    A law of your own defines all that is abstract here. Drawn by another law's values, one by one, it can be sliced as
    they can. A law with settings is a frozen dataclass.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> class Exponential(paramattr.random.Distribution):
    ...     mean, std, skewness, kurtosis = 1.0, 1.0, 2.0, 6.0
    ...     support = 0.0, np.inf
    ...
    ...     def pdf(self, x):
    ...         return np.where(np.asarray(x) < 0, 0.0, np.exp(-np.maximum(x, 0.0)))
    ...
    ...     def cdf(self, x):
    ...         return -np.expm1(-np.maximum(x, 0.0))
    ...
    ...     def draw(self, key, shape, dtype, index=...):
    ...         return -np.log1p(-paramattr.random.Uniform(0.0, 1.0).draw(key, shape, dtype, index))
    >>> key = paramattr.random.Key(1, 0)
    >>> bool(Exponential().values(key, [6, 5], index=(2, 3)) == Exponential().values(key, [6, 5])[2, 3])
    True
    """

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
    def skewness(self) -> float:
        """The third central moment in units of std; nan for a point mass."""

    @property
    @abstractmethod
    def kurtosis(self) -> float:
        """The excess kurtosis: the fourth central moment in units of std, less 3; nan for a point mass."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Between which bounds values lie."""

    open_high = False
    """Whether the upper bound itself never occurs."""

    @abstractmethod
    def pdf(self, x: ArrayLike) -> Any:
        """The density at `x`."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> Any:
        """The probability of a value up to `x`."""

    def values(self, key: Key, shape: ArrayLike, dtype: DTypeLike = "float32", index: Index = ...) -> Array:
        """Draw the values of a parameter, or one slice of them without making the rest, as a new array.

        A slice has the same bits as that slice of the whole, and takes time and memory in proportion to itself.

        Parameters
        ----------
        key : Key
            Decides the values, together with each one's position.
        shape : sequence of int
            The shape of the whole parameter.
        dtype : {"float16", "bfloat16", "float32", "float64"} or dtype
            Of the values.
        index : int, slice, Ellipsis or a tuple of them, default all
            As in NumPy's basic indexing.

        Raises
        ------
        TypeError, ValueError
            If the shape or dtype is not one a parameter can have, or no number of the dtype lies in the support.
        TypeError, IndexError
            If the index is of the wrong type, out of range or has too many axes.
        """
        return self.draw(key, checks.shape("shape", shape), dtypes.floating("dtype", dtype), index)

    @abstractmethod
    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        """Return what `values` does, for a shape and a dtype that have been checked."""


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
    >>> paramattr.random.PointMass(2.0).values(paramattr.random.Key(0, 0), (5,), index=slice(2))
    array([2., 2.], dtype=float32)
    """

    value: float

    std = 0.0
    skewness = kurtosis = math.nan

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", checks.real("value", self.value))

    @property
    def mean(self) -> float:
        return self.value

    @property
    def support(self) -> tuple[float, float]:
        return self.value, self.value

    def pdf(self, x: ArrayLike) -> Any:
        """Return inf at the value, and 0 elsewhere."""
        return np.where(np.asarray(x) == self.value, math.inf, 0.0)[()]

    def cdf(self, x: ArrayLike) -> Any:
        return np.where(np.asarray(x) >= self.value, 1.0, 0.0)[()]

    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        if abs(self.value) > _ALWAYS_IN_RANGE:
            dtypes.check_range(dtypes.compute_dtype(dtype), value=self.value)
        out = np.empty(sizes(shape, index), dtype)
        if out.size <= _STRETCH:
            out.fill(self.value)
            return out
        flat = out.reshape(-1)

        def work(numbers: Iterator[int]) -> None:
            for i in numbers:
                flat[i * _STRETCH : (i + 1) * _STRETCH] = self.value

        # Of all that filling costs, touching new memory is the most, and threads share that.
        spread(work, -(-flat.size // _STRETCH))
        return out


@dataclass(frozen=True, repr=False, eq=False)
class Uniform(Distribution):
    """The uniform law on [low, high).

    Parameters
    ----------
    low, high : float
        Finite, low < high. `high` itself is never drawn, also after rounding.
    """

    low: float = 0.0
    high: float = 1.0

    skewness, kurtosis = 0.0, -1.2
    open_high = True

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

    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        selection = select(shape, index)
        return blocks.drawn(draws.uniform_draw(self.low, self.high, dtype), key, selection)


@dataclass(frozen=True, repr=False, eq=False)
class _NormalFamily(Distribution):
    """What the whole and the cut normal law have in common."""

    loc: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loc", checks.real("loc", self.loc))
        object.__setattr__(self, "scale", checks.real("scale", self.scale, low=0.0, open_low=True))

    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        selection = select(shape, index)
        draw = draws.strip_draw(self.loc, self.scale, *self.support, dtype, selection.size > draws.FEW)
        return blocks.drawn(draw, key, selection)


class Normal(_NormalFamily):
    """The normal law.

    Parameters
    ----------
    loc, scale : float
        Its mean, and its standard deviation, above 0.
    """

    skewness = kurtosis = 0.0
    support = -math.inf, math.inf

    @property
    def mean(self) -> float:
        return self.loc

    @property
    def std(self) -> float:
        return self.scale

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

    low: float = -2.0
    high: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = checks.real("low", self.low, finite=False), checks.real("high", self.high, finite=False)
        if not low < high:
            raise ValueError(f"low must be less than high, but received low={low}, high={high}")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def support(self) -> tuple[float, float]:
        return self.low, self.high

    @property
    def _table(self) -> draws.Table:
        return draws.window_table(self.loc, self.scale, self.low, self.high)

    @property
    def mean(self) -> float:
        base, table = self._table
        return base + self.scale * table.mean

    @property
    def std(self) -> float:
        return self.scale * self._table[1].std

    @property
    def skewness(self) -> float:
        return self._table[1].moment(3)

    @property
    def kurtosis(self) -> float:
        return self._table[1].moment(4) - 3.0

    def pdf(self, x: ArrayLike) -> Any:
        x, (base, table) = np.asarray(x, np.float64), self._table
        inside = (self.low <= x) & (x <= self.high)
        density = table.density((np.clip(x, self.low, self.high) - base) / self.scale) / self.scale
        return np.where(inside, density, np.where(np.isnan(x), np.nan, 0.0))[()]

    def cdf(self, x: ArrayLike) -> Any:
        base, table = self._table
        return table.cdf((np.clip(np.asarray(x, np.float64), self.low, self.high) - base) / self.scale)[()]
