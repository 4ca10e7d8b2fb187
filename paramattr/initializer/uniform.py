"""The uniform law between bounds of its own."""

from __future__ import annotations

from dataclasses import dataclass

from paramattr import random
from paramattr.initializer.base import Initializer
from paramattr.utils import checks


@dataclass(frozen=True, repr=False, eq=False)
class Uniform(Initializer):
    """Values spread evenly over ``[low, high)``.

    Parameters
    ----------
    low, high : float, default -1.0, 1.0
        The least value, and the bound above, itself never drawn.

    Raises
    ------
    TypeError, ValueError
        If a bound is not a finite real number, or ``low >= high``.

    References
    ----------
    Mirrors ``paddle.nn.initializer.Uniform``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.initializer.Uniform(2.0, 3.0).distribution((4, 4)).mean
    2.5
    """

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        self._check(checks.real, "low", "high")
        if self.low >= self.high:
            raise ValueError(f"low must be below high, but received low={self.low!r}, high={self.high!r}")

    def distribution(self, shape: tuple[int, ...]) -> random.Uniform:
        return random.Uniform(self.low, self.high)
