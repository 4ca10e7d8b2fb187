"""Elementary functions that give the same bits on every CPU and every NumPy.

NumPy's own `exp`, `log`, ... differ in the last bit between code paths chosen at run time. IEEE addition, multiplication,
division, square root and integer operations do not, and everything here is made of those alone. All functions take
and return float64 arrays (or scalars), are vectorised, and are accurate to about 1e-15 relative.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "F64", "SQRT_2PI", "exp", "exp_moderate", "exp_of_one", "log", "mills", "normal_cdf", "normal_pdf", "normal_quantile",
    "normal_sf",
]  # fmt: skip

F64: TypeAlias = NDArray[np.float64]

_LOG2E = 1.4426950408889634
_LN2_HI = 0.6931471803691238  # ln 2 rounded to 33 bits, so that k * _LN2_HI is exact for |k| < 2**20
_LN2_LO = 1.9082149292705877e-10
SQRT_2PI = 2.5066282746310002
_LOG_SQRT_2PI = 0.9189385332046728
_SQRT_HALF = 0.7071067811865476

_EXPM1_TAYLOR = tuple(1.0 / math.factorial(k) for k in range(14, 0, -1))
_ATANH_SERIES = tuple(1.0 / k for k in range(23, 2, -2))


def _array(x: ArrayLike) -> F64:
    return np.asarray(x, dtype=np.float64)


def _horner(coefficients: tuple[float, ...], x: F64) -> F64:
    """Evaluate a polynomial, highest power first."""
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total *= x
        total += c
    return total


def _power_of_two(k: NDArray[np.int64]) -> F64:
    """2.0**k for -1022 <= k <= 1023, written straight into the exponent bits."""
    return ((k + 1023) << 52).view(np.float64)


def _reduce(x: F64) -> tuple[NDArray[np.int64], F64]:
    """Split x = k ln 2 + r with |r| <= 0.35."""
    k = np.rint(x * _LOG2E)
    return k.astype(np.int64), (x - k * _LN2_HI) - k * _LN2_LO


def exp(x: ArrayLike) -> Any:
    """e**x."""
    x = np.clip(_array(x), -800.0, 800.0)
    nan = np.isnan(x)
    k, r = _reduce(np.where(nan, 0.0, x))
    y = 1.0 + r * _horner(_EXPM1_TAYLOR, r)
    # Two factors, so that subnormal and huge results are reached without leaving the exponent range on the way.
    half = k >> 1
    with np.errstate(over="ignore", under="ignore"):
        y = y * _power_of_two(half) * _power_of_two(k - half)
    return np.where(nan, np.nan, y)[()]


def exp_moderate(x: F64) -> F64:
    """e**x for an array of finite x between -700 and 700; the same bits as `exp` in half the time."""
    k, r = _reduce(x)
    y = _horner(_EXPM1_TAYLOR, r)
    y *= r
    y += 1.0
    y *= _power_of_two(k)
    return y


def exp_of_one(x: float) -> float:
    """The same bits as `exp_moderate`, for one number without NumPy."""
    k = round(x * _LOG2E)
    r = (x - k * _LN2_HI) - k * _LN2_LO
    y = _EXPM1_TAYLOR[0]
    for c in _EXPM1_TAYLOR[1:]:
        y = y * r + c
    return math.ldexp(y * r + 1.0, k)


def log(x: ArrayLike) -> Any:
    """The natural logarithm; -inf at 0, nan below."""
    x = _array(x)
    usual = (x > 0.0) & (x < np.inf)
    m, e = np.frexp(np.where(usual, x, 1.0))
    low = m < _SQRT_HALF
    m = np.where(low, m + m, m)
    k = (e - low).astype(np.float64)
    # log m = 2 atanh(s), s = (m - 1) / (m + 1); with f = m - 1 it is f - s * (f - tail), f the exact leading part.
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    tail = 2.0 * z * _horner(_ATANH_SERIES, z)
    y = k * _LN2_HI + (f - (s * (f - tail) - k * _LN2_LO))
    special = np.where(x == 0.0, -np.inf, np.where(x == np.inf, np.inf, np.nan))
    return np.where(usual, y, special)[()]


# Mills ratio R(x) = (1 - cdf(x)) / pdf(x) for x >= 0, as R(x) (x + 3.5) in Chebyshev polynomials of (x - 3.5) / (x + 3.5).
# Computed with 50 digits; the first left-out term is below 1e-18.
_MILLS = (
    2.2754519240318216, -1.6262235755327978, 0.41385197358791387, -0.06797372120677146, 0.004178700146848022,
    0.0009105434156357809, -0.0001890598792425105, -1.3310261064332105e-05, 6.428329098397909e-06,
    3.404224108500272e-07, -2.3462221971172036e-07, -1.8347372427889058e-08, 9.024444345091693e-09,
    1.291263675407285e-09, -3.2440903832657767e-10, -8.856962581439781e-11, 7.684626946585499e-12,
    5.399199884800951e-12, 2.3262032537607774e-13, -2.674185064379492e-13, -5.072660300936378e-14,
    8.001217901738467e-15, 4.3176468592842295e-15, 2.357802445146769e-16, -2.2994118137165096e-16,
    -5.780267652963492e-17, 3.939893334832513e-18, 4.669726725999628e-18,
)  # fmt: skip


def mills(x: ArrayLike) -> Any:
    """The Mills ratio (1 - cdf(x)) / pdf(x) of the standard normal law, for x >= 0."""
    x = _array(x)
    far = x > 1e17
    x_near = np.where(far, 1.0, x)
    y = (x_near - 3.5) / (x_near + 3.5)
    y2 = y + y
    b1, b2 = np.zeros_like(y), np.zeros_like(y)
    for c in _MILLS[:0:-1]:
        b1, b2 = y2 * b1 - b2 + c, b1
    near = (y * b1 - b2 + _MILLS[0]) / (x_near + 3.5)
    return np.where(far, 1.0 / np.where(far, x, 1.0), near)[()]


def _gauss(x: F64) -> F64:
    """exp(-x**2 / 2), exact to the last digits also where x**2 is large."""
    x = np.minimum(np.abs(x), 64.0)
    head = np.rint(x * 4096.0) / 4096.0  # head**2 is exact
    return np.asarray(exp(-0.5 * head * head) * exp(-0.5 * (x - head) * (x + head)))


def normal_pdf(x: ArrayLike) -> Any:
    """The density of the standard normal law."""
    return (_gauss(_array(x)) / SQRT_2PI)[()]


def normal_sf(x: ArrayLike) -> Any:
    """1 - cdf of the standard normal law, with full relative accuracy in the upper tail."""
    x = _array(x)
    a = np.abs(x)
    tail = _gauss(x) / SQRT_2PI * mills(a)
    return np.where(x < 0.0, 1.0 - tail, tail)[()]


def normal_cdf(x: ArrayLike) -> Any:
    """The distribution function of the standard normal law, with full relative accuracy in the lower tail."""
    return normal_sf(-_array(x))


def normal_quantile(p: ArrayLike) -> Any:
    """The inverse of `normal_cdf`; nan outside [0, 1]."""
    p = _array(p)
    usual = (p > 0.0) & (p < 1.0)
    upper = p > 0.5
    q = np.where(usual, np.where(upper, 1.0 - p, p), 0.5)
    goal = log(q)
    t = np.sqrt(-2.0 * goal)
    # A first guess good to 5e-4 (Hastings' rational form), then Halley's steps on log(sf(x)) = log(q).
    x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in range(2):
        x = np.maximum(x, 0.0)
        ratio = mills(x)
        excess = -0.5 * x * x - _LOG_SQRT_2PI + log(ratio) - goal
        slope = 1.0 / ratio  # minus the derivative of log sf
        step = excess / slope
        x = x + step / (1.0 + 0.5 * step * (slope - x))
    # Near the middle log(q) is flat in x: finish with one Newton step on the cdf itself.
    middle = q > 0.1
    x_mid = np.where(middle, x, 1.0)
    x = np.where(middle, x_mid + (normal_sf(x_mid) - q) / normal_pdf(x_mid), x)
    x = np.where(q == 0.5, 0.0, np.where(upper, x, -x))
    edge = np.where(p == 0.0, -np.inf, np.where(p == 1.0, np.inf, np.nan))
    return np.where(usual, x, edge)[()]
