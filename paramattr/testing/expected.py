"""One face for the laws a sample can be checked against: ours, and SciPy's frozen ones."""

from __future__ import annotations

import functools
import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random import Distribution, Normal, PointMass, TruncatedNormal, Uniform

__all__ = ["Law", "as_law"]

F64: TypeAlias = NDArray[np.float64]


class Law:
    """A continuous law, or a point mass.

    Parameters
    ----------
    name : str
        For the reader.
    cdf : callable
        Vectorised.
    mean, std : float
        nan or inf where there is none.
    low, high : float
        Bounds of the support.
    open_high : bool
        Whether `high` itself never occurs.
    """

    def __init__(
        self, name: str, cdf: Any, mean: float, std: float, low: float, high: float, *, open_high: bool = False
    ) -> None:
        self.name, self._cdf = name, cdf
        self.mean, self.std = float(mean), float(std)
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
    """Return the law that ``expected`` stands for.

    Raises
    ------
    TypeError
        If it is neither a `paramattr.random.Distribution` nor a frozen continuous distribution of SciPy.
    """
    if isinstance(expected, Law):
        return expected
    if isinstance(expected, Distribution):
        low, high = expected.support
        exclusive = isinstance(expected, Uniform)
        return Law(repr(expected), expected.cdf, expected.mean, expected.std, low, high, open_high=exclusive)
    frozen_by_scipy = all(cls.__name__ != "rv_generic" for cls in type(expected).__mro__)
    if frozen_by_scipy and all(
        callable(getattr(expected, name, None)) for name in ("cdf", "pdf", "support", "mean", "std")
    ):
        frozen: Any = expected
        low, high = frozen.support()
        name = getattr(getattr(frozen, "dist", frozen), "name", type(frozen).__name__)
        arguments = [f"{value!r}" for value in getattr(frozen, "args", ())]
        arguments += [f"{key}={value!r}" for key, value in getattr(frozen, "kwds", {}).items()]
        return Law(f"{name}({', '.join(arguments)})", frozen.cdf, frozen.mean(), frozen.std(), low, high)
    raise TypeError(
        "expected must be a paramattr.random.Distribution or a frozen continuous SciPy distribution,"
        f" but received {expected!r} ({type(expected).__name__})"
    )


def shape_of(expected: object) -> tuple[float, float] | None:
    """The skewness and the excess kurtosis, where they are known in closed form or by SciPy."""
    if isinstance(expected, Normal):
        return 0.0, 0.0
    if isinstance(expected, Uniform):
        return 0.0, -1.2
    if isinstance(expected, TruncatedNormal):
        return _by_quadrature(expected)
    if isinstance(expected, PointMass) or not callable(getattr(expected, "stats", None)):
        return None
    frozen: Any = expected
    skewness, kurtosis = (float(value) for value in frozen.stats("sk"))
    return (skewness, kurtosis) if math.isfinite(skewness) and math.isfinite(kurtosis) else None


@functools.lru_cache(maxsize=64)
def _by_quadrature(law: TruncatedNormal) -> tuple[float, float]:
    low, high = (max(law.low, law.mean - 40 * law.std), min(law.high, law.mean + 40 * law.std))
    nodes, weights = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(low, high, 201)
    half = np.diff(edges) / 2
    x = (edges[:-1] + half)[:, np.newaxis] + half[:, np.newaxis] * nodes
    mass = law.pdf(x) * weights * half[:, np.newaxis]
    z = (x - law.mean) / law.std
    return float((z**3 * mass).sum()), float((z**4 * mass).sum()) - 3.0
