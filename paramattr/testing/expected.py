"""One face for the laws a sample can be checked against: ours, and SciPy's frozen ones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random import Distribution

__all__ = ["Law", "as_law"]

F64: TypeAlias = NDArray[np.float64]


class Law:
    """A continuous law, or a point mass, from its vectorised cdf.

    ``moments`` are mean, standard deviation, skewness and excess kurtosis; nan or inf where there is none. ``support`` is
    its bounds, and ``open_high`` says whether the upper one never occurs.
    """

    def __init__(
        self, name: str, cdf: Any, moments: Iterable[float], support: Iterable[float], open_high: bool = False
    ) -> None:
        self.name, self._cdf, self.open_high = name, cdf, open_high
        self.mean, self.std, self.skewness, self.kurtosis = map(float, moments)
        self.low, self.high = map(float, support)

    def cdf(self, x: F64) -> F64:
        """The probability of values up to x."""
        return np.asarray(self._cdf(x), np.float64)

    def __repr__(self) -> str:
        return self.name


def as_law(expected: Any) -> Law:
    """Return the law that ``expected``, a `Distribution` or a frozen continuous one of SciPy, stands for."""
    if isinstance(expected, Law):
        return expected
    if isinstance(expected, Distribution):
        moments = expected.mean, expected.std, expected.skewness, expected.kurtosis
        return Law(repr(expected), expected.cdf, moments, expected.support, expected.open_high)
    is_frozen = all(cls.__name__ != "rv_generic" for cls in type(expected).__mro__)
    if is_frozen and all(callable(getattr(expected, name, None)) for name in ("cdf", "pdf", "support", "mean", "std")):
        name = getattr(getattr(expected, "dist", expected), "name", type(expected).__name__)
        arguments = [repr(value) for value in getattr(expected, "args", ())]
        arguments += [f"{key}={value!r}" for key, value in getattr(expected, "kwds", {}).items()]
        shape = expected.stats("sk") if hasattr(expected, "stats") else (math.nan, math.nan)
        moments = (expected.mean(), expected.std(), *shape)
        return Law(f"{name}({', '.join(arguments)})", expected.cdf, moments, expected.support())
    raise TypeError(
        "expected must be a paramattr.random.Distribution or a frozen continuous SciPy distribution,"
        f" but received {expected!r} ({type(expected).__name__})"
    )
