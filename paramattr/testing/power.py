"""How many values it takes to see an error."""

from __future__ import annotations

import math

from paramattr.random import exact
from paramattr.testing import special
from paramattr.testing.sample import GRIDS
from paramattr.utils import checks

__all__ = ["required_size"]

_PROPERTIES = 19  # looked at in one check: the smallest p-value must be below alpha over so many
_LATTICE = GRIDS["float32"].lattice


def required_size(effect: dict[str, float], alpha: float = 1e-6, power: float = 0.99) -> int:
    """Return how many values a check needs to find an error by the property that sees it best; others may see it too.

    Parameters
    ----------
    effect : dict
        One error and its size. ``{"mean": 0.01}``: a mean that is 0.01 std off. ``{"std": 1.01}``: a std 1.01 times as
        large. ``{"bound": 0.001}``: a bounded law that lacks the outer 0.001 of its mass at one end. ``{"clipped": 1e-4}``:
        values in float32 of which one in 10⁴ is set to one bound.
    alpha, power : float, defaults 1e-6 and 0.99
        The probabilities of a false alarm of the check and of finding the error, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If ``effect`` is not a dict with one of these keys, or a number is out of range.

    Examples
    --------
    >>> from paramattr.testing import required_size
    >>> required_size({"std": 1.01}, alpha=1e-3, power=0.9)
    141742
    """
    checks.instance("effect", effect, dict, "a dict with one key")
    level = checks.probability("alpha", alpha) / _PROPERTIES
    wanted = checks.probability("power", power)
    if len(effect) != 1 or next(iter(effect)) not in _SIZES:
        raise ValueError(f"effect must have one key of {list(_SIZES)}, but received {effect!r}")
    ((quantity, value),) = effect.items()
    return max(1, math.ceil(_SIZES[quantity](value, level, wanted)))


def _quantiles(level: float, power: float) -> tuple[float, float]:
    return -float(exact.normal_quantile(level / 2.0)), float(exact.normal_quantile(power))


def _mean(shift: float, level: float, power: float) -> float:
    shift = abs(checks.real("effect['mean']", shift))
    if shift == 0.0:
        raise ValueError("effect['mean'] must not be 0: then there is no error")
    return (sum(_quantiles(level, power)) / shift) ** 2


def _std(ratio: float, level: float, power: float) -> float:
    square = checks.real("effect['std']", ratio, low=0.0, open_low=True) ** 2
    if square == 1.0:
        raise ValueError("effect['std'] must not be 1: then there is no error")
    needed, found = _quantiles(level, power)
    return 2.0 * ((needed + square * found) / (square - 1.0)) ** 2


def _bound(missing: float, level: float, power: float) -> float:
    share = checks.probability("effect['bound']", missing)
    # No value in that share has the probability (1 - share)**n, and it is certain that none is there.
    return math.log(level / 2.0) / math.log1p(-share)


def _clipped(share: float, level: float, power: float) -> float:
    chance = checks.real("effect['clipped']", share, low=0.0, high=1.0, open_low=True)

    def found(n: int) -> bool:
        mean = n * chance
        least = math.floor(mean - _quantiles(level, power)[1] * math.sqrt(mean))
        return special.binomial_sf(least - 1, n, _LATTICE) / _LATTICE * 2.0 <= level

    low, high = 1, 2
    while not found(high):
        low, high = high, 2 * high
        if high > 1 << 50:
            raise ValueError(f"effect['clipped'] must be above {_LATTICE:.2g} to be seen, but received {share!r}")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


_SIZES = {"mean": _mean, "std": _std, "bound": _bound, "clipped": _clipped}
