"""The gamma function's logarithm, derivatives and incomplete integrals, for arrays of float64."""

from __future__ import annotations

import functools
import math
from typing import TypeAlias

import numpy as np
from numpy import exp, expm1, log, log1p
from numpy.typing import NDArray

__all__ = ["digamma", "excess", "gamma_tails", "legendre", "log_gamma", "polygamma", "stirling"]

F64: TypeAlias = NDArray[np.float64]

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B2, B4, ...
_STIRLING = tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1))
_CUT = 45.0  # integrals end where their integrand has fallen to e**-45
_BLOCK = 4096  # integrals at a time, each with 80 nodes

# zeta(k) - 1 for k from 2 on, and 1 less Euler's constant.
_ZETA = (
    0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
    0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853,
    0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05,
    3.058823630702049e-05, 1.528225940865187e-05, 7.637197637899763e-06, 3.81729326499984e-06,
    1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07, 2.38450502727733e-07,
    1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08,
    7.45071178983543e-09, 3.725334024788457e-09, 1.862659723513049e-09, 9.313274324196682e-10,
    4.656629065033784e-10,
)  # fmt: skip
_ONE_LESS_EULER = 0.42278433509846713
_ROOT, _ROOT_REST = 1.4616321449683622, 9.549995429965697e-17  # of digamma


@functools.cache
def legendre(n: int) -> tuple[F64, F64]:
    """Nodes and weights of Gauss and Legendre on (0, 1)."""
    x, w = np.polynomial.legendre.leggauss(n)
    return 0.5 * (x + 1.0), 0.5 * w


def excess(u: F64 | float, ratio: F64 | float | None = None) -> F64:
    """Return u - log(1 + u), without cancellation near 0; ``ratio`` is 1 + u where that has more digits."""
    small = np.abs(u) < 0.4
    v = np.where(small, u, 0.0)
    s = v / (2.0 + v)  # log(1 + u) = 2 atanh(s), and u - 2 s = u s
    z = s * s
    tail = np.zeros_like(z)
    for k in range(29, 1, -2):
        tail = tail * z + 1.0 / k
    with np.errstate(divide="ignore"):  # -inf at -1 is right
        large = np.asarray(log1p(np.where(small, 0.0, u)) if ratio is None else log(np.where(small, 1.0, ratio)))
    # Of an infinite u the logarithm is infinite too, and nothing beside it.
    return np.where(small, s * v - 2.0 * s * z * tail, u - np.where(np.isinf(u), 0.0, large))


def stirling(x: F64 | float) -> F64:
    """What Stirling's formula misses of log Gamma(x): log Gamma(x) - (x - 1/2) log x + x - log sqrt(2 pi)."""
    low = x < 10.0
    small, y = np.where(low, x, 10.0), np.where(low, x + 10.0, x)
    r = 1.0 / y
    total = np.zeros_like(r)
    for c in reversed(_STIRLING):
        total = total * r * r + c
    product = np.ones_like(small)
    for k in range(10):
        product = product * (small + k)
    big = small + 10.0
    shift = (big - 0.5) * log(big) - log(product) - (small - 0.5) * log(small) - 10.0
    return total * r + np.where(low, shift, 0.0)


def log_gamma(x: F64) -> F64:
    """The logarithm of the absolute value of the gamma function; infinite at 0, -1, -2, ..."""
    x = np.asarray(x, np.float64)
    size = np.where(x < 0.5, 1.0 - x, x)
    value = _log_gamma_right(np.where(np.isfinite(size), size, 1.0))
    # Gamma(x) Gamma(1 - x) = pi / sin(pi x), and x less the nearest even number is exact.
    angle = np.where(np.isfinite(x), x, 0.0)
    with np.errstate(divide="ignore"):
        mirrored = -log(np.abs(np.sin(np.pi * (angle - np.rint(angle)))) / np.pi) - value
        tiny = -log(np.abs(np.where(x == 0.0, 0.0, x))) + _log_gamma_right(np.where(np.abs(x) < 0.5, x + 1.0, 1.0))
    result = np.where(np.abs(x) < 0.5, tiny, np.where(x < 0.5, mirrored, value))
    return np.where(np.isnan(x), np.nan, np.where(np.isinf(x), np.inf, result))


def _log_gamma_right(x: F64) -> F64:
    """`log_gamma` for x >= 1/2."""
    large = x >= 8.0
    y = np.where(large, 2.0, x)
    product = np.ones_like(y)
    for _ in range(6):
        above = y >= 2.5
        y = np.where(above, y - 1.0, y)
        product = np.where(above, product * y, product)
    # log Gamma(2 + d) = (1 - Euler's constant) d + the sum over k of (zeta(k) - 1) (-d)**k / k.
    d = y - 2.0
    below = y < 1.5
    d = np.where(below, y - 1.0, d)
    series = np.zeros_like(d)
    for k in range(len(_ZETA) + 1, 1, -1):
        series = (series + _ZETA[k - 2] / k) * -d
    near = d * (_ONE_LESS_EULER - series) + log(product) - np.where(below, log1p(d), 0.0)
    z = np.where(large, x, 8.0)
    far = (z - 0.5) * (log(z) - 1.0) - 0.5 + 0.5 * math.log(2.0 * math.pi) + _stirling_series(z)
    return np.where(large, far, near)


def _stirling_series(x: F64) -> F64:
    r = 1.0 / x
    total = np.zeros_like(r)
    for c in reversed(_STIRLING):
        total = total * r * r + c
    return total * r


def digamma(x: F64) -> F64:
    """The derivative of `log_gamma`; as in Paddle, -inf at 0 (inf at -0.0) and nan at -1, -2, ..."""
    x = np.asarray(x, np.float64)
    left = x < 0.0
    size = np.where(left, 1.0 - x, x)
    proper = np.isfinite(size) & (size > 0.0)
    value = _digamma_right(np.where(proper, size, 1.0))
    pole = (x == np.floor(x)) & left
    inner = np.where(left & np.isfinite(x) & ~pole, x, 0.25)
    fraction = inner - np.rint(inner)
    mirrored = value - np.pi / np.tan(np.pi * fraction)
    result = np.where(left, np.where(pole, np.nan, mirrored), value)
    result = np.where(x == 0.0, np.copysign(np.inf, -x), np.where(x == np.inf, np.inf, result))
    return np.where(np.isnan(x), np.nan, result)


def _digamma_right(x: F64) -> F64:
    """`digamma` for x > 0, as its difference from that at its root where x < 10."""
    low = x < 10.0
    y = np.where(low, x, 1.0)
    d = (y - _ROOT) - _ROOT_REST
    total = np.zeros_like(y)
    for k in range(10):
        total = total + d / ((y + k) * (_ROOT + k))
    shifted = np.where(low, y + 10.0, x)
    near = total + log1p(d / (_ROOT + 10.0)) + d / (2.0 * (y + 10.0) * (_ROOT + 10.0))
    near = near - (_tail_of_digamma(shifted) - _tail_of_digamma(np.asarray(_ROOT + 10.0)))
    far = log(shifted) - 0.5 / shifted - _tail_of_digamma(shifted)
    return np.where(low, near, far)


def _tail_of_digamma(x: F64) -> F64:
    r = 1.0 / x / x
    total = np.zeros_like(r)
    for k in range(len(_BERNOULLI), 0, -1):
        total = (total + _BERNOULLI[k - 1] / (2 * k)) * r
    return total


def polygamma(n: int, x: F64) -> F64:
    """The derivative of order ``n`` of `digamma`; infinite, with the sign of (-1)**(n + 1), at 0, -1, -2, ..."""
    x = np.asarray(x, np.float64)
    if n == 0:
        return digamma(x)
    sign = 1.0 if n % 2 else -1.0
    left = x <= 0.0
    pole = left & (x == np.floor(x))
    size = np.where(left, 1.0 - x, x)
    value = sign * _factorial_zeta(n, np.where(pole | ~np.isfinite(size), 1.0, size))
    # The derivatives of pi cot(pi x) are polynomials in the cotangent.
    cotangent = np.polynomial.Polynomial([0.0, 1.0])
    for _ in range(n if left.any() else 0):
        cotangent = -np.polynomial.Polynomial([1.0, 0.0, 1.0]) * cotangent.deriv()
    inner = np.where(left & ~pole & np.isfinite(x), x, 0.25)
    fraction = inner - np.rint(inner)
    turned = np.pi ** (n + 1) * cotangent(1.0 / np.tan(np.pi * fraction))
    value = np.where(left, -turned - sign * value, value)
    value = np.where(pole, sign * np.inf, np.where(x == np.inf, 0.0, value))
    return np.where(np.isnan(x) | (x == -np.inf), np.nan, value)


def _factorial_zeta(n: int, x: F64) -> F64:
    """N! times the sum of (x + k)**-(n + 1) over k >= 0, x > 0, by Euler and Maclaurin's formula."""
    s, factorial = n + 1, float(math.factorial(n)) if n < 171 else math.inf
    terms = 12 + n
    total = np.zeros_like(x)
    for k in range(terms):
        total = total + (x + k) ** -float(s)
    z = x + terms
    power = z ** -float(s)
    total = total + power * (z / n + 0.5)
    rising = float(s)
    for j, b in enumerate(_BERNOULLI, 1):
        power = power / z
        total = total + power * (rising * (b / math.factorial(2 * j)))
        rising *= (s + 2 * j - 1) * (s + 2 * j)
        power = power / z
    return factorial * total


def gamma_tails(a: F64 | float, x: F64 | float) -> tuple[F64, F64]:
    """P(a, x) and Q(a, x), the regularized incomplete gamma functions, for a, x >= 0 (NIST Handbook, eq. 8.2.4).

    The series 8.7.1 for x < 1, the integral 8.2.1 otherwise.
    """
    a, x = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    p = np.where(x > 0.0, 1.0, 0.0)
    q = np.asarray(1.0 - p)
    usual = (a > 0.0) & (a < np.inf) & (x > 0.0) & (x < np.inf)
    for part, tails in (
        (usual & (x < 1.0), _tails_near_0),
        (usual & (x >= 1.0) & (x < a), _tails_below),
        (usual & (x >= 1.0) & (x >= a), _tails_above),
    ):
        places = np.flatnonzero(part)
        for start in range(0, len(places), _BLOCK):
            block = places[start : start + _BLOCK]
            p.flat[block], q.flat[block] = tails(a.flat[block], x.flat[block])
    undefined = np.isnan(a) | np.isnan(x) | ((a == 0.0) & (x == 0.0)) | ((a == np.inf) & (x == np.inf))
    p, q = np.where((a == np.inf) & (x < np.inf), 0.0, p), np.where((a == np.inf) & (x < np.inf), 1.0, q)
    return np.where(undefined, np.nan, p), np.where(undefined, np.nan, q)


def _tails_near_0(a: F64, x: F64) -> tuple[F64, F64]:
    total, term = np.zeros_like(a), np.ones_like(a)
    for k in range(1, 25):
        term = term * (-x / k)
        total = total + a * term / (a + k)
    start = a * log(x) - log_gamma(a + 1.0)
    factor = exp(start)
    return factor * (1.0 + total), -expm1(start) - factor * total  # so that 1 - p is accurate for p near 1


def _front(a: F64, x: F64) -> F64:
    """x**a e**-x / Gamma(a), the density at the end of the tail times x."""
    with np.errstate(over="ignore"):  # of a quotient so large that the density is 0
        front: F64 = exp(-a * excess((x - a) / a, x / a) - stirling(a)) * np.sqrt(a / (2.0 * math.pi))
    return front


def _tails_below(a: F64, x: F64) -> tuple[F64, F64]:
    # With t = x e**-s: P = front * integral of exp(-(a - x) s - x (s - 1 + e**-s)).
    square = np.sqrt(3.0 * _CUT / x)  # s - 1 + e**-s >= s**2 / 3 up to 1
    end = np.minimum((_CUT + x) / a, _CUT / (a - x))
    end = np.where(square <= 1.0, np.minimum(end, square), end)
    nodes, weights = legendre(80)
    s, x_, a_ = end[:, None] * nodes, x[:, None], a[:, None]
    p = _front(a, x) * end * (exp(-(a_ - x_) * s - x_ * excess(expm1(-s))) @ weights)
    return p, 1.0 - p


def _tails_above(a: F64, x: F64) -> tuple[F64, F64]:
    # With t = x (1 + s): Q = front * integral of (1 + s)**(a - 1) e**(-x s).
    b = np.maximum(a - 1.0, 0.0)
    square = np.sqrt(6.0 * _CUT / np.maximum(b, 1e-300))  # s - log(1 + s) >= s**2 / 6 up to 1,
    end = np.where(square <= 1.0, square, np.maximum(1.0, _CUT / (x - b + 0.306 * b)))  # and >= 0.306 s beyond
    end = np.minimum(end, _CUT / np.maximum(x - b, 1.0))  # which is 1 at least, but for rounding
    nodes, weights = legendre(80)
    s, x_, a_ = end[:, None] * nodes, x[:, None], a[:, None]
    q = _front(a, x) * end * (exp(-(x_ - a_ + 1.0) * s - (a_ - 1.0) * excess(s)) @ weights)
    return 1.0 - q, q
