"""The laws that initializers draw from: Uniform, Normal, TruncatedNormal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from paramattr.random.keys import Key

Array = np.ndarray[Any, Any]


def generator(key: Key) -> np.random.Generator:
    """Return a generator of the numbers that belong to ``key`` alone."""
    return np.random.Generator(np.random.PCG64DXSM([key.seed, key.stream]))


class Distribution:
    """The law of one value: its moments, support and density, and how an array is filled with draws.

    Subclasses define everything named here.
    """

    @property
    def mean(self) -> float:
        """The mean."""
        raise TypeError(f"{type(self).__name__} must define mean")

    @property
    def std(self) -> float:
        """The standard deviation."""
        raise TypeError(f"{type(self).__name__} must define std")

    @property
    def support(self) -> tuple[float, float]:
        """The least and the largest value."""
        raise TypeError(f"{type(self).__name__} must define support")

    def pdf(self, x: ArrayLike) -> Array:
        """Return the density at ``x``."""
        raise TypeError(f"{type(self).__name__} must define pdf, but can't say what it is at {x!r}")

    def fill(self, out: Array, key: Key) -> None:
        """Write the draws that belong to ``key`` into ``out``, in place."""
        raise TypeError(f"{type(self).__name__} must define fill, for {key} and an array of shape {out.shape}")


@dataclass(frozen=True)
class Uniform(Distribution):
    """The uniform law on ``[low, high)``."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The mean."""
        return self.low + (self.high - self.low) / 2

    @property
    def std(self) -> float:
        """The standard deviation."""
        return (self.high - self.low) / math.sqrt(12.0)

    @property
    def support(self) -> tuple[float, float]:
        """The bounds."""
        return self.low, self.high

    def pdf(self, x: ArrayLike) -> Array:
        """Return the density at ``x``."""
        x = np.asarray(x)
        return np.where((x >= self.low) & (x < self.high), 1.0 / (self.high - self.low), 0.0)

    def fill(self, out: Array, key: Key) -> None:
        """Write the draws that belong to ``key`` into ``out``, in place."""
        out[...] = self.low + (self.high - self.low) * generator(key).random(out.shape)
        # Rounding to a narrower dtype may reach the bound, which is outside of the law.
        below = np.nextafter(np.asarray(self.high, out.dtype), np.asarray(-np.inf, out.dtype))
        out[out >= np.asarray(self.high, out.dtype)] = below


@dataclass(frozen=True)
class Normal(Distribution):
    """The normal law; with ``scale`` 0 every value is ``loc``."""

    loc: float
    scale: float

    @property
    def mean(self) -> float:
        """The mean."""
        return self.loc

    @property
    def std(self) -> float:
        """The standard deviation."""
        return self.scale

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -math.inf, math.inf

    def pdf(self, x: ArrayLike) -> Array:
        """Return the density at ``x``."""
        z = (np.asarray(x) - self.loc) / self.scale
        density: Array = np.exp(-0.5 * z * z) / (self.scale * math.sqrt(2 * math.pi))
        return density

    def fill(self, out: Array, key: Key) -> None:
        """Write the draws that belong to ``key`` into ``out``, in place."""
        out[...] = self.loc + self.scale * generator(key).standard_normal(out.shape)


@dataclass(frozen=True)
class TruncatedNormal(Distribution):
    """The law of ``Normal(loc, scale)`` given that the value lies in ``[low, high]``."""

    loc: float
    scale: float
    low: float
    high: float

    @cached_property
    def _window(self) -> tuple[float, float]:
        """The bounds in units of the scale, cut where the density is below 1e-40 of its largest value."""
        low, high = (self.low - self.loc) / self.scale, (self.high - self.loc) / self.scale
        mode = min(max(low, 0.0), high)
        # From the mode on, x**2 grows by 184 within this distance.
        reach = math.sqrt(mode * mode + 184.0)
        return max(low, -reach), min(high, reach)

    @cached_property
    def _moments(self) -> tuple[float, float, float]:
        """Mean and std in units of the scale, and the density's scale relative to its largest value."""
        low, high = self._window
        mode = min(max(low, 0.0), high)
        nodes, weights = np.polynomial.legendre.leggauss(64)
        # Panels of less than half a standard deviation, or of the tail's decay length.
        panels = max(1, math.ceil(2 * (high - low) * max(1.0, abs(mode))))
        edges = np.linspace(low, high, panels + 1)
        half = np.diff(edges)[:, None] / 2
        x = edges[:-1, None] + half * (nodes + 1)
        density = half * weights * np.exp(-0.5 * (x - mode) * (x + mode))
        mass = float(density.sum())
        mean = mode + float((density * (x - mode)).sum()) / mass
        variance = float((density * (x - mean) ** 2).sum()) / mass
        return mean, math.sqrt(variance), 1.0 / mass

    @property
    def mean(self) -> float:
        """The mean."""
        return self.loc + self.scale * self._moments[0]

    @property
    def std(self) -> float:
        """The standard deviation."""
        return self.scale * self._moments[1]

    @property
    def support(self) -> tuple[float, float]:
        """The bounds."""
        return self.low, self.high

    def pdf(self, x: ArrayLike) -> Array:
        """Return the density at ``x``."""
        x = np.asarray(x)
        low, high = self._window
        mode = min(max(low, 0.0), high)
        z = (x - self.loc) / self.scale
        inside = (x >= self.low) & (x <= self.high)
        z = np.where(inside, z, mode)
        return np.where(inside, np.exp(-0.5 * (z - mode) * (z + mode)) * self._moments[2] / self.scale, 0.0)

    def fill(self, out: Array, key: Key) -> None:
        """Write the draws that belong to ``key`` into ``out``, in place."""
        rng = generator(key)
        low, high = self._window
        mirrored = high < 0
        if mirrored:
            low, high = -high, -low
        draws = np.empty(out.size)
        todo = np.arange(out.size)
        while todo.size:
            x, accepted = _propose(rng, low, high, todo.size)
            draws[todo[accepted]] = x[accepted]
            todo = todo[~accepted]
        if mirrored:
            np.negative(draws, out=draws)
        values = (self.loc + self.scale * draws).clip(self.low, self.high).astype(out.dtype)
        out[...] = _inside(values, self.low, self.high).reshape(out.shape)


def _propose(rng: np.random.Generator, low: float, high: float, count: int) -> tuple[Array, Array]:
    """Draw candidates in ``[low, high]`` and say which to keep, so that those follow the normal law there."""
    if low > 0:
        # An exponential law from low on (Robert, "Simulation of truncated normal variables", 1995).
        rate = (low + math.sqrt(low * low + 4.0)) / 2
        x = low - np.log1p(rng.random(count) * math.expm1(-rate * (high - low))) / rate
        best = min(rate, high)
        return x, rng.random(count) <= np.exp(-0.5 * ((x - rate) ** 2 - (best - rate) ** 2))
    if high - low > 2.5:
        x = rng.standard_normal(count)
        return x, (x >= low) & (x <= high)
    x = low + (high - low) * rng.random(count)
    return x, rng.random(count) <= np.exp(-0.5 * x * x)


def _inside(values: Array, low: float, high: float) -> Array:
    """Step values that rounding carried over a bound back to the nearest representable one inside."""
    below = values.astype(np.float64) < low
    values[below] = np.nextafter(values[below], np.asarray(np.inf, values.dtype))
    above = values.astype(np.float64) > high
    values[above] = np.nextafter(values[above], np.asarray(-np.inf, values.dtype))
    return values
