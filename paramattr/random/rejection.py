"""Laws with a parameter per element, by address: Poisson, binomial and gamma.

Small expectations are found by going up the cdf; the others by proposals that are accepted or not (Hörmann 1993 for the
two discrete laws, Marsaglia and Tsang 2000 for the gamma law). An element's proposals are a function of the key and the
element's position alone, and the arithmetic is that of `exact`: the same bits everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from paramattr.random import exact
from paramattr.random.exact import F64
from paramattr.random.integers import fractions
from paramattr.random.keys import Key
from paramattr.random.words import Extra, words_at

__all__ = ["binomial", "gamma", "log1p", "poisson"]

_MANY = 10.0  # expectations from here on have proposals
_MOST = 200  # the cdf of a smaller expectation is 1 by then, in every digit
_HALF_LOG_2PI = 0.9189385332046727
# log(k!) less Stirling's (k + 1/2) log k - k + log(2 pi) / 2, for k from 1 to 9.
_STIRLING = (
    0.0, 0.08106146679532726, 0.0413406959554093, 0.027677925684998338, 0.020790672103765093, 0.016644691189821193,
    0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733,
)  # fmt: skip

Proposal = Callable[[NDArray[np.intp], F64, F64], tuple[F64, NDArray[np.bool_]]]


def poisson(key: Key, rate: F64) -> F64:
    """Return Poisson numbers of the expectations ``rate``, a vector of finite numbers that are not negative."""
    value = np.zeros(rate.size)
    few = np.flatnonzero(rate < _MANY)
    lam = rate[few]
    value[few] = _up_the_cdf(key, few, exact.exp(-lam), lambda k, i: lam[i] / k)
    many = np.flatnonzero(rate >= _MANY)
    value[many] = _accepted(key, many, _poisson_proposal(rate[many]))
    return value


def _poisson_proposal(rate: F64) -> Proposal:
    def propose(which: NDArray[np.intp], u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
        lam = rate[which]
        b = 0.931 + 2.53 * np.sqrt(lam)
        a = -0.059 + 0.02483 * b
        k, share, good = _hat(u, v, a, b, lam + 0.43, 0.9277 - 3.6224 / (b - 2))
        inside = k >= 0
        density = _log_poisson(np.where(inside, k, 0), lam)
        height = exact.log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (share * share) + b))
        return k, inside & (good | (height <= density))

    return propose


def _hat(u: F64, v: F64, a: F64, b: F64, centre: F64, sure: F64) -> tuple[F64, F64, NDArray[np.bool_]]:
    """Return proposals, the distance of ``u`` from its ends, and which proposals are accepted unseen."""
    u = u - 0.5
    share = 0.5 - np.abs(u)
    return np.floor((2 * a / share + b) * u + centre), share, (share >= 0.07) & (v <= sure)


def binomial(key: Key, count: F64, prob: F64) -> F64:
    """Return binomial numbers for vectors of whole numbers ``count`` >= 0 and of probabilities ``prob``."""
    p = np.minimum(prob, 1 - prob)
    value = np.zeros(count.size)
    few = np.flatnonzero(count * p < _MANY)
    n, small = count[few], p[few]
    odds = small / (1 - small)
    start = exact.exp(n * log1p(-small))
    value[few] = _up_the_cdf(key, few, start, lambda k, i: odds[i] * np.maximum(n[i] - k + 1, 0) / k)
    many = np.flatnonzero(count * p >= _MANY)
    value[many] = _accepted(key, many, _binomial_proposal(count[many], p[many]))
    return np.where(prob > 0.5, count - value, value)


def _binomial_proposal(count: F64, prob: F64) -> Proposal:
    def propose(which: NDArray[np.intp], u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
        n, p = count[which], prob[which]
        spread = np.sqrt(n * p * (1 - p))
        b = 1.15 + 2.53 * spread
        a = -0.0873 + 0.0248 * b + 0.01 * p
        k, share, good = _hat(u, v, a, b, n * p + 0.5, 0.92 - 4.2 / b)
        inside = (k >= 0) & (k <= n)
        density = _log_binomial(np.where(inside, k, 0), n, p) - _log_binomial(np.floor((n + 1) * p), n, p)
        height = exact.log(v * (2.83 + 5.1 / b) * spread / (a / (share * share) + b))
        return k, inside & (good | (height <= density))

    return propose


def gamma(key: Key, shape: F64) -> F64:
    """Return gamma numbers of the parameters ``shape``, a vector of finite numbers that are not negative, and scale 1."""
    # Below 1 a number for the parameter one larger, times a power of a uniform one.
    low = shape < 1
    value = _accepted(key, np.arange(shape.size), _gamma_proposal(np.where(low, shape + 1, shape)))
    few = np.flatnonzero(low & (shape > 0))
    uniform = fractions(words_at(key, few.astype(np.uint64)))
    with np.errstate(over="ignore", under="ignore"):
        value[few] *= exact.exp(exact.log(uniform) / shape[few])
    return np.where(shape == 0, 0.0, value)


def _gamma_proposal(shape: F64) -> Proposal:
    def propose(which: NDArray[np.intp], u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
        d = shape[which] - 1 / 3
        x = exact.normal_quantile(u)
        root = 1 + x / np.sqrt(9 * d)
        inside = root > 0
        # A power is not the same on every CPU.
        cube = np.where(inside, root * root * root, 1)
        return d * cube, inside & (exact.log(v) < 0.5 * x * x + d * (1 - cube + exact.log(cube)))

    return propose


def _accepted(key: Key, positions: NDArray[np.intp], propose: Proposal) -> F64:
    """Return the first accepted proposal at each position; ``propose`` is told which of them are still without one."""
    value, left = np.zeros(positions.size), np.arange(positions.size)
    extra, turn = Extra(key, positions.astype(np.uint64)), 0
    while left.size:
        first, second = extra.pairs(turn, 1, left)
        found, good = propose(left, fractions(first[0]), fractions(second[0]))
        value[left[good]] = found[good]
        left, turn = left[~good], turn + 1
    return value


def _up_the_cdf(
    key: Key, positions: NDArray[np.intp], start: F64, ratio: Callable[[int, NDArray[np.intp]], F64]
) -> F64:
    """Return the number of steps to where the cdf, ``start`` at 0, passes a uniform number.

    A probability is the one before times ``ratio``.
    """
    rest = fractions(words_at(key, positions.astype(np.uint64))) - start
    value, left, part = np.zeros(positions.size), np.arange(positions.size), start
    for k in range(1, _MOST):
        going = rest > 0
        rest, left, part = rest[going], left[going], part[going]
        if not left.size:
            break
        part = part * ratio(k, left)
        value[left] = k
        rest = rest - part
    return value


def log1p(x: F64) -> F64:
    """The logarithm of 1 + x, also for small x."""
    one = 1 + x
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(one == 1, x, x * (exact.log(one) / (one - 1)))


def _log_poisson(k: F64, lam: F64) -> F64:
    """The logarithm of a Poisson probability, without the cancellation of its large terms (Loader 2000)."""
    some = np.maximum(k, 1)
    inner = -_stirling(some) - _deviance(some, lam) - _HALF_LOG_2PI - 0.5 * exact.log(some)
    return np.where(k == 0, -lam, inner)


def _log_binomial(k: F64, n: F64, p: F64) -> F64:
    """The logarithm of a binomial probability for 0 < p < 1, in the same way."""
    edge = (k == 0) | (k == n)
    some = np.where(edge, n / 2, k)
    other = n - some
    inner = _stirling(n) - _stirling(some) - _stirling(other) - _deviance(some, n * p) - _deviance(other, n * (1 - p))
    inner = inner - _HALF_LOG_2PI - 0.5 * (exact.log(some) + exact.log(other / n))
    return np.where(edge, n * np.where(k == 0, log1p(-p), exact.log(p)), inner)


def _stirling(k: F64) -> F64:
    """What Stirling's formula lacks of log(k!), for whole k >= 1."""
    x = np.maximum(k, 10)
    y = 1 / (x * x)
    series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360360)))))) / x
    return np.where(k < 10, np.array(_STIRLING)[np.minimum(k, 9).astype(np.intp)], series)


def _deviance(k: F64, mean: F64) -> F64:
    """K log(k / mean) + mean - k, also where these nearly cancel."""
    v = (k - mean) / (k + mean)
    near = np.abs(v) < 0.1
    w = np.where(near, v, 0)
    square = w * w
    total = np.zeros_like(w)
    for j in range(10, 0, -1):
        total = square * (total + 1 / (2 * j + 1))
    series = (k - mean) * w + 2 * k * w * total
    return np.where(near, series, k * exact.log(k / mean) + mean - k)
