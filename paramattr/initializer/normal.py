"""The normal law with settings of its own, whole or truncated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paramattr import random
from paramattr.initializer.base import Initializer
from paramattr.utils import checks


@dataclass(frozen=True, repr=False, eq=False)
class Normal(Initializer):
    """Values of the normal law.

    Parameters
    ----------
    mean, std : float, default 0.0, 1.0
        Its mean, and its standard deviation, >= 0; with 0 every value is the mean.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a finite real number, or ``std`` is negative.

    References
    ----------
    Mirrors ``paddle.nn.initializer.Normal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Linear(4, 4, weight_attr=paramattr.initializer.Normal(std=0.02)).weight.shape
    [4, 4]
    """

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        self._check(checks.real, "mean")
        self._check(checks.real, "std", low=0.0)

    def distribution(self, shape: tuple[int, ...]) -> random.Distribution:
        return random.Normal(self.mean, self.std) if self.std > 0 else random.PointMass(self.mean)


@dataclass(frozen=True, repr=False, eq=False)
class TruncatedNormal(Initializer):
    """Values of the normal law given that they lie in ``[a, b]``.

    Parameters
    ----------
    mean, std : float, default 0.0, 1.0
        Of the normal law before truncation; ``std > 0``.
    a, b : float, default -2.0, 2.0
        The bounds themselves (not multiples of ``std``), ``a < b``; either may be infinite.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a real number, ``mean`` or ``std`` is not finite, ``std <= 0`` or ``a >= b``.

    References
    ----------
    Mirrors ``paddle.nn.initializer.TruncatedNormal``, but is exact also many ``std`` away from the mean, where Paddle
    returns the bound itself for every value.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1000], attr=paramattr.initializer.TruncatedNormal(0.0, 1.0, a=6.0, b=8.0))
    >>> bool(6.0 <= p.numpy().min() < p.numpy().max() < 8.0)
    True
    """

    mean: float = 0.0
    std: float = 1.0
    a: float = -2.0
    b: float = 2.0

    def __post_init__(self) -> None:
        self._check(checks.real, "mean")
        self._check(checks.real, "std", low=0.0, open_low=True)
        self._check(checks.real, "a", "b", finite=False)
        if self.a >= self.b or self.a == math.inf or self.b == -math.inf:
            raise ValueError(f"a must be below b, but received a={self.a!r}, b={self.b!r}")

    def distribution(self, shape: tuple[int, ...]) -> random.TruncatedNormal:
        return random.TruncatedNormal(self.mean, self.std, self.a, self.b)
