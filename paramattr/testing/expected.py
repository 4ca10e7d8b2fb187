"""One face for the laws a sample can be checked against: ours, and SciPy's frozen ones."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random import Distribution

__all__ = ["Law", "as_law"]

F64: TypeAlias = NDArray[np.float64]


class Law:
    """A continuous law, or a point mass, from its cdf, vectorised, and the bounds of its support.

    ``moments`` are mean, standard deviation, skewness and excess kurtosis; nan or inf where there is none. ``open_high``
    says whether ``high`` itself never occurs.
    """

    def __init__(
        self,
        name: str,
        cdf: Any,
        moments: tuple[float, float, float, float],
        low: float,
        high: float,
        *,
        open_high: bool = False,
    ) -> None:
        self.name, self._cdf = name, cdf
        self.mean, self.std, self.skewness, self.kurtosis = map(float, moments)
        self.low, self.high, self.open_high = float(low), float(high), open_high

    def cdf(self, x: F64) -> F64:
        """The probability of values up to x."""
        return np.asarray(self._cdf(x), np.float64)

    @property
    def is_point(self) -> bool:
        """Whether all values are the same."""
        return self.std == 0.0

    def __repr__(self) -> str:
        return self.name


def as_law(expected: object) -> Law:
    """Return the law that ``expected``, a `Distribution` or a frozen continuous one of SciPy, stands for."""
    if isinstance(expected, Law):
        return expected
    if isinstance(expected, Distribution):
        low, high = expected.support
        moments = expected.mean, expected.std, expected.skewness, expected.kurtosis
        return Law(repr(expected), expected.cdf, moments, low, high, open_high=expected.open_high)
    is_frozen = all(cls.__name__ != "rv_generic" for cls in type(expected).__mro__)
    if is_frozen and all(callable(getattr(expected, name, None)) for name in ("cdf", "pdf", "support", "mean", "std")):
        frozen: Any = expected
        low, high = frozen.support()
        name = getattr(getattr(frozen, "dist", frozen), "name", type(frozen).__name__)
        arguments = [f"{value!r}" for value in getattr(frozen, "args", ())]
        arguments += [f"{key}={value!r}" for key, value in getattr(frozen, "kwds", {}).items()]
        shape = frozen.stats("sk") if hasattr(frozen, "stats") else (math.nan, math.nan)
        moments = (frozen.mean(), frozen.std(), *shape)
        return Law(f"{name}({', '.join(arguments)})", frozen.cdf, moments, low, high)
    raise TypeError(
        "expected must be a paramattr.random.Distribution or a frozen continuous SciPy distribution,"
        f" but received {expected!r} ({type(expected).__name__})"
    )
