"""Special functions of a statistics kit in NumPy alone: tails of the usual laws, accurate far out.

Unless a docstring says otherwise, results are accurate to 1e-9 relative in both tails, down to p-values of 1e-300. Most
incomplete integrals are computed alike: the density at the end of the tail, with everything large cancelled
analytically (`_excess`), times the integral of a smooth decaying function by Gauss and Legendre's rule. There are no
loops to convergence, so that the time does not depend on the arguments.
"""

from __future__ import annotations

import functools
import math
from typing import Any, TypeAlias

import numpy as np
from numpy import exp, expm1, log, log1p
from numpy.typing import ArrayLike, NDArray

from paramattr.utils import checks

__all__ = [
    "anderson_darling_sf", "beta_cdf", "beta_sf", "binomial_cdf", "binomial_sf", "chi2_cdf", "chi2_sf", "gamma_p", "gamma_q",
    "kolmogorov_sf", "log_gamma", "poisson_cdf", "poisson_sf", "student_t_sf", "tracy_widom_sf",
]  # fmt: skip

F64: TypeAlias = NDArray[np.float64]

_EULER = 0.5772156649015329
_LOG_SQRT_2PI = 0.9189385332046728
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
_CUT = 45.0  # integrals end where their integrand has fallen to e**-45


def _zeta(k: int) -> float:
    """Riemann's zeta function: nineteen terms, and Euler and Maclaurin's formula for the others."""
    c = k * (k + 1) * (k + 2) / 720.0 / 8000.0 * (1.0 - (k + 3) * (k + 4) / 42.0 / 400.0)
    return math.fsum([*(m**-k for m in range(1, 20)), 20.0**-k * (20.0 / (k - 1) + 0.5 + k / 240.0 - c)])


_ZETA = {k: _zeta(k) for k in range(2, 61)}


def _reals(name: str, value: ArrayLike, low: float = -np.inf, high: float = np.inf, *, positive: bool = False) -> F64:
    try:
        x = np.asarray(value)
    except ValueError:
        x = np.asarray(None)  # a ragged list
    if x.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be a number or an array of numbers, but received {value!r}")
    x = x.astype(np.float64)
    if np.isnan(x).any() or (x < low).any() or (x > high).any() or (positive and not ((x > 0) & (x < np.inf)).all()):
        expected = "positive and finite" if positive else f"in [{low:g}, {high:g}]"
        raise ValueError(f"{name} must be {expected}, but received {value!r}")
    return x


def _result(x: F64) -> Any:
    """A Python float for scalars, the array otherwise."""
    return float(x) if x.ndim == 0 else x


@functools.cache
def _legendre(n: int) -> tuple[F64, F64]:
    """Nodes and weights of Gauss and Legendre on (0, 1)."""
    x, w = np.polynomial.legendre.leggauss(n)
    return 0.5 * (x + 1.0), 0.5 * w


def _excess(u: F64, ratio: F64 | None = None) -> F64:
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
    return np.where(small, s * v - 2.0 * s * z * tail, u - large)


def _stirling(x: F64) -> F64:
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


def _log_gamma(x: F64) -> F64:
    value = (x - 0.5) * log(x) - x + _LOG_SQRT_2PI + _stirling(x)
    # Near the zeros at 1 and 2 that keeps no relative accuracy: Taylor's series of log Gamma(1 + d).
    two = np.abs(x - 2.0) < 0.3
    near = two | (np.abs(x - 1.0) < 0.3)
    d = np.where(near, x - np.where(two, 2.0, 1.0), 0.0)
    total = np.zeros_like(d)
    for k in range(32, 1, -1):
        total = (total + _ZETA[k] / k) * -d
    return np.where(near, (total + _EULER) * -d + np.where(two, log1p(d), 0.0), value)


def log_gamma(x: ArrayLike) -> Any:
    """The logarithm of the gamma function, for x > 0.

    Stirling's series (NIST Handbook, eq. 5.11.1) above 10, its recurrence below, Taylor's series (eq. 5.7.3) around the
    zeros at 1 and 2.

    >>> round(log_gamma(0.5), 12)  # log of the square root of pi
    0.572364942925
    """
    return _result(_log_gamma(_reals("x", x, positive=True)))


def _gamma_tails(a: F64, x: F64) -> tuple[F64, F64]:
    """P(a, x) and Q(a, x)."""
    a, x = np.broadcast_arrays(a, x)
    shape, a, x = a.shape, a.ravel(), x.ravel()
    p, q = (x > 0.0).astype(np.float64), (x < np.inf).astype(np.float64)
    inside = (x > 0.0) & (x < np.inf)
    nodes, weights = _legendre(80)
    at = inside & (x < 1.0)
    if at.any():
        aa, xx = a[at], x[at]
        total, term = np.zeros_like(xx), np.ones_like(xx)
        for k in range(1, 25):
            term = term * -xx / k
            total += term / (aa + k)
        total *= aa
        start = aa * log(xx) - _log_gamma(aa + 1.0)
        factor = np.asarray(exp(start))
        p[at] = factor * (1.0 + total)
        q[at] = -np.asarray(expm1(start)) - factor * total  # 1 - p, accurate also where a is small and p nearly 1
    # x**a e**-x / Gamma(a), the density at the end of the tail times x.
    with np.errstate(divide="ignore", invalid="ignore"):
        u, ratio = np.where(inside, (x - a) / a, 0.0), np.where(inside, x / a, 1.0)
        front = exp(-a * _excess(u, ratio) - _stirling(a)) * np.sqrt(a / (2.0 * np.pi))
    at = inside & (x >= 1.0) & (x < a)
    if at.any():
        # With t = x e**-s: P = front * integral of exp(-(a - x) s - x (s - 1 + e**-s)).
        aa, xx = a[at], x[at]
        square = np.sqrt(3.0 * _CUT / xx)  # s - 1 + e**-s >= s**2 / 3 up to 1
        end = np.minimum((_CUT + xx) / aa, np.where(square <= 1.0, square, np.inf))
        end = np.minimum(end, _CUT / (aa - xx))
        s = end[:, None] * nodes
        f = exp(-(aa - xx)[:, None] * s - xx[:, None] * _excess(np.asarray(expm1(-s))))
        p[at] = front[at] * end * (f @ weights)
        q[at] = 1.0 - p[at]
    at = inside & (x >= 1.0) & (x >= a)
    if at.any():
        # With t = x (1 + s): Q = front * integral of (1 + s)**(a - 1) e**(-x s).
        aa, xx = a[at], x[at]
        b = np.maximum(aa - 1.0, 0.0)
        rate = xx - b
        with np.errstate(divide="ignore"):
            square = np.sqrt(6.0 * _CUT / b)  # s - log(1 + s) >= s**2 / 6 up to 1, and >= 0.306 s beyond
        end = np.where(square <= 1.0, square, np.maximum(1.0, _CUT / (rate + 0.306 * b)))
        end = np.minimum(end, _CUT / rate)
        s = end[:, None] * nodes
        f = exp(-(xx - aa + 1.0)[:, None] * s - (aa - 1.0)[:, None] * _excess(s))
        q[at] = front[at] * end * (f @ weights)
        p[at] = 1.0 - q[at]
    return p.reshape(shape), q.reshape(shape)


def gamma_p(a: ArrayLike, x: ArrayLike) -> Any:
    """The regularized lower incomplete gamma function P(a, x), for a > 0 and x >= 0.

    NIST Handbook, eq. 8.2.4; the series 8.7.1 for x < 1, the integral 8.2.1 otherwise.

    >>> round(gamma_p(1.0, 2.0), 12)  # 1 - exp(-2)
    0.864664716763
    """
    return _result(_gamma_tails(_reals("a", a, positive=True), _reals("x", x, 0.0))[0])


def gamma_q(a: ArrayLike, x: ArrayLike) -> Any:
    """The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x), for a > 0 and x >= 0.

    >>> gamma_q(1.0, 600.0)  # exp(-600)
    2.650396...e-261
    """
    return _result(_gamma_tails(_reals("a", a, positive=True), _reals("x", x, 0.0))[1])


def chi2_cdf(x: ArrayLike, df: ArrayLike) -> Any:
    """P(X <= x) for the chi-square law with ``df`` > 0 degrees of freedom.

    >>> round(chi2_cdf(3.841458820694124, 1), 12)
    0.95
    """
    return gamma_p(0.5 * _reals("df", df, positive=True), 0.5 * np.maximum(_reals("x", x), 0.0))


def chi2_sf(x: ArrayLike, df: ArrayLike) -> Any:
    """P(X > x) for the chi-square law with ``df`` > 0 degrees of freedom.

    >>> chi2_sf(1000.0, 2)  # exp(-500)
    7.124576...e-218
    """
    return gamma_q(0.5 * _reals("df", df, positive=True), 0.5 * np.maximum(_reals("x", x), 0.0))


def poisson_cdf(k: ArrayLike, mu: ArrayLike) -> Any:
    """P(X <= k) for the Poisson law of mean ``mu`` >= 0.

    >>> round(poisson_cdf(0, 2.0), 12)  # exp(-2)
    0.135335283237
    """
    return _result(_poisson_tails(k, mu)[0])


def poisson_sf(k: ArrayLike, mu: ArrayLike) -> Any:
    """P(X > k) for the Poisson law of mean ``mu`` >= 0.

    >>> round(poisson_sf(0, 2.0), 12)  # 1 - exp(-2)
    0.864664716763
    """
    return _result(_poisson_tails(k, mu)[1])


def _poisson_tails(k: ArrayLike, mu: ArrayLike) -> tuple[F64, F64]:
    count, mean = np.floor(_reals("k", k)), _reals("mu", mu, 0.0)
    inside = (count >= 0.0) & (count < np.inf)
    upper, lower = _gamma_tails(np.where(inside, count, 0.0) + 1.0, mean)
    outside = np.where(count < 0.0, 0.0, 1.0)
    return np.where(inside, lower, outside), np.where(inside, upper, 1.0 - outside)


def _beta_lower(a: F64, b: F64, x: F64, y: F64) -> F64:
    """I_x(a, b) with y = 1 - x, for x up to about the mean of the law: 0 < x <= a' / (a' + b'), a' = max(a, 1)."""
    # The density x**a y**b / B(a, b), by its deviance.
    u = b * x - a * y  # (a + b) x - a
    front = exp(-a * _excess(u / a, x / a * (a + b)) - b * _excess(-u / b, y / b * (a + b)))
    front = front * exp(_stirling(a + b) - _stirling(a) - _stirling(b)) * np.sqrt(a / (a + b) * b / (2.0 * np.pi))
    value = np.empty_like(x)
    nodes, weights = _legendre(80)
    at = a < 1.0
    if at.any():  # x <= 1 / (1 + b'): the hypergeometric series converges at least as fast as that of 2**-k
        aa, bb, xx = a[at], b[at], x[at]
        total, term = np.zeros_like(xx), np.ones_like(xx)
        for k in range(1, 60):
            term = term * ((k - bb) / k) * xx
            total += term / (aa + k)
        value[at] = front[at] * exp(-bb * np.asarray(log1p(-xx))) / aa * (1.0 + aa * total)
    at = ~at
    if at.any():
        # With t = x e**-s and r = 1 - e**-s, the integral of exp(-a s) (1 + w r)**(b - 1), w = x / y.
        aa, bb, w = a[at], b[at], x[at] / y[at]
        more = np.maximum(bb - 1.0, 0.0)
        slope = np.where(bb >= 1.0, aa - more * w, aa)  # of the exponent at s = 0
        # Each bound makes one part of the exponent _CUT, by inequalities that hold for s <= 1.
        with np.errstate(divide="ignore"):
            end = (_CUT + more * np.asarray(log1p(w))) / aa
            v = np.sqrt(6.0 * _CUT / more)
            v = np.where(v <= 1.0, v, np.maximum(1.0, _CUT / (0.306 * more)))
        for bound in (_CUT / (0.632 * slope), np.sqrt(3.0 * _CUT / aa), v / (0.632 * w)):
            end = np.where(bound <= 1.0, np.minimum(end, bound), end)
        s = end[:, None] * nodes
        r = -np.asarray(expm1(-s))
        w, more = w[:, None], (bb - 1.0)[:, None]
        f = exp(-(aa[:, None] - more * w) * r - aa[:, None] * _excess(-r) - more * _excess(w * r))
        value[at] = front[at] / y[at] * end * (f @ weights)
    return value


def _beta_tails(a: F64, b: F64, x: F64, y: F64) -> tuple[F64, F64]:
    """I_x(a, b) and 1 - I_x(a, b), with y = 1 - x given so that neither end loses accuracy."""
    a, b, x, y = np.broadcast_arrays(a, b, x, y)
    shape, a, b, x, y = a.shape, a.ravel(), b.ravel(), x.ravel(), y.ravel()
    lower, upper = (x > 0.0).astype(np.float64), (y > 0.0).astype(np.float64)
    inside = (x > 0.0) & (y > 0.0)
    below = x * np.maximum(b, 1.0) <= y * np.maximum(a, 1.0)
    at = inside & below
    if at.any():
        lower[at] = _beta_lower(a[at], b[at], x[at], y[at])
        upper[at] = 1.0 - lower[at]
    at = inside & ~below
    if at.any():
        upper[at] = _beta_lower(b[at], a[at], y[at], x[at])
        lower[at] = 1.0 - upper[at]
    return lower.reshape(shape), upper.reshape(shape)


def beta_cdf(x: ArrayLike, a: ArrayLike, b: ArrayLike) -> Any:
    """P(X <= x) for the beta law: the regularized incomplete beta function I_x(a, b), for a, b > 0.

    NIST Handbook, eq. 8.17.2; the series 8.17.7 for a < 1, the integral 8.17.1 otherwise. A tail below 0.1
    whose own parameter is below 1e-5 loses digits.

    >>> round(beta_cdf(0.25, 2.0, 1.0), 12)  # the square
    0.0625
    """
    x = np.clip(_reals("x", x), 0.0, 1.0)
    return _result(_beta_tails(_reals("a", a, positive=True), _reals("b", b, positive=True), x, 1.0 - x)[0])


def beta_sf(x: ArrayLike, a: ArrayLike, b: ArrayLike) -> Any:
    """P(X > x) for the beta law: 1 - I_x(a, b), see `beta_cdf`.

    >>> beta_sf(0.75, 1.0, 500.0)  # 0.25**500
    9.332636...e-302
    """
    x = np.clip(_reals("x", x), 0.0, 1.0)
    return _result(_beta_tails(_reals("a", a, positive=True), _reals("b", b, positive=True), x, 1.0 - x)[1])


def binomial_cdf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Any:
    """P(X <= k) for the number X of successes in ``n`` trials of probability ``p``.

    >>> round(binomial_cdf(0, 3, 0.5), 12)
    0.125
    """
    return _result(_binomial_tails(k, n, p)[0])


def binomial_sf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Any:
    """P(X > k) for the number X of successes in ``n`` trials of probability ``p``.

    >>> binomial_sf(999, 1000, 0.5)  # 2**-1000
    9.332636...e-302
    """
    return _result(_binomial_tails(k, n, p)[1])


def _binomial_tails(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> tuple[F64, F64]:
    k, n, p = np.broadcast_arrays(np.floor(_reals("k", k)), _reals("n", n, 0.0, 2.0**53), _reals("p", p, 0.0, 1.0))
    if (n != np.floor(n)).any():
        raise ValueError(f"n must be whole, but received {n}")
    inside = (k >= 0.0) & (k < n)
    a, b = np.where(inside, k + 1.0, 1.0), np.where(inside, n - np.where(inside, k, 0.0), 1.0)
    upper, lower = _beta_tails(a, b, p, 1.0 - p)
    outside = np.where(k < 0.0, 0.0, 1.0)
    return np.where(inside, lower, outside), np.where(inside, upper, 1.0 - outside)


def student_t_sf(t: ArrayLike, df: ArrayLike) -> Any:
    """P(T > t) for Student's law with ``df`` > 0 degrees of freedom (Abramowitz and Stegun, eq. 26.7.1).

    >>> round(student_t_sf(1.0, 1), 12)
    0.25
    """
    t, df = np.broadcast_arrays(_reals("t", t), _reals("df", df, positive=True))
    far = np.abs(t) > np.sqrt(df)
    # The smaller of t**2 / df and its inverse, which cannot overflow.
    ratio = np.where(far, np.sqrt(df) / np.where(far, t, 1.0), np.where(far, 0.0, t) / np.sqrt(df)) ** 2
    small, large = ratio / (1.0 + ratio), 1.0 / (1.0 + ratio)
    x, y = np.where(far, small, large), np.where(far, large, small)
    tail = 0.5 * _beta_tails(0.5 * df, np.asarray(0.5), x, y)[0]
    return _result(np.where(t < 0.0, 1.0 - tail, tail))


def kolmogorov_sf(d: float, n: int) -> float:
    r"""P(D_n >= d) for the two-sided statistic of Kolmogorov and Smirnov, n values (1 to 1e9), a continuous law.

    Accurate to 1e-10 relative, by exact methods only:

    - d >= 1/2 or n d**2 >= 4.5: twice the one-sided tail (Birnbaum and Tingey, Ann. Math. Statist. 22 (1951));
      both sides at once are rarer by exp(-6 n d**2). For n > 4000 the sum over j is smooth enough for every
      (n / 4000)-th term to stand for its neighbours, with an error that falls exponentially in the number of terms.
    - n d < 16: the n-th power of Durbin's matrix (Marsaglia, Tsang and Wang, J. Stat. Software 8(18), 2003).
    - n d >= 16: the poles of a generating function (see `_kolmogorov_poles`), Kolmogorov's theta series for finite n.
    - n d**2 < 0.035: 1, as the statistic is smaller with a chance below 1e-12.

    Examples
    --------
    >>> round(kolmogorov_sf(1.358 / 1000, 1_000_000), 6)
    0.049981
    >>> kolmogorov_sf(0.8, 400)
    4.347113...e-276
    """
    d = checks.real("d", d, finite=False)
    n = checks.integer("n", n, low=1, high=10**9)
    if d >= 1.0:
        return 0.0
    if 2.0 * n * d <= 1.0:
        return 1.0
    if d >= 0.5 or n * d * d >= 4.5:
        return min(1.0, 2.0 * _smirnov(d, n))
    if n * d * d < 0.035:
        return 1.0
    # Both are probabilities over n! e**n / n**n, the inverse of that of a Poisson count to meet its mean n.
    cdf = (_durbin if n * d < 16.0 else _kolmogorov_poles)(n * d, n)
    return min(1.0, max(0.0, 1.0 - cdf * math.sqrt(2.0 * math.pi * n) * float(exp(_stirling(np.asarray(float(n)))))))


def _smirnov(d: float, n: int) -> float:
    """P(D_n+ >= d): the sum over j of C(n, j) (d + j/n)**(j - 1) (1 - d - j/n)**(n - j) d, for j <= n (1 - d)."""
    a = n * d
    step = max(1.0, n / 4000.0)
    j = np.arange(1.0, math.ceil((n - a) / step)) * step
    j = j[(n - j - a) > 0.0]
    m = n - j
    # C(n, j) p**j (1 - p)**(n - j) at p = d + j/n by its deviance, as there the large parts have cancelled.
    log_term = -j * _excess(a / j) - m * _excess(-a / m) + _stirling(np.asarray(float(n))) - _stirling(j) - _stirling(m)
    terms = exp(log_term) * np.sqrt(n / (2.0 * np.pi * j * m)) * (a / (a + j))
    first = exp(n * float(log1p(-d))) if step == 1.0 else 0.0
    return float(first + step * np.sum(terms))


def _durbin(a: float, n: int) -> float:
    """P(D_n < a / n) over n! e**n / n**n, by the central element of a power of Durbin's matrix, for small a."""
    k = math.ceil(a)
    h, m = k - a, 2 * k - 1
    inverse_factorials = np.cumprod(1.0 / np.maximum(np.arange(m + 1.0), 1.0))
    lag = np.subtract.outer(np.arange(m), np.arange(m)) + 1
    matrix = np.where(lag >= 0, inverse_factorials[np.maximum(lag, 0)], 0.0)
    edge = (1.0 - h ** np.arange(1.0, m + 1.0)) * inverse_factorials[1:]
    matrix[:, 0], matrix[-1] = edge, edge[::-1]
    matrix[-1, 0] = (1.0 - 2.0 * h**m + max(2.0 * h - 1.0, 0.0) ** m) * inverse_factorials[-1]
    # Divided by e, its powers need no other scaling.
    return float(np.linalg.matrix_power(matrix / math.e, n)[k - 1, k - 1])


def _kolmogorov_poles(a: float, n: int) -> float:
    r"""P(D_n < a / n) over n! e**n / n**n, as a sum over the poles of a generating function.

    A Poisson process of rate 1 minus its mean, N(t) - t, must return to 0 at n without having left (-a, a). The
    generating function of these probabilities is the potential density of a spectrally one-sided Levy process killed on
    leaving an interval, W_q(a)**2 / W_q(2a) (Kemperman, Indag. Math. 19 (1957); Bertoin, Ann. Appl. Probab. 7
    (1997), Theorem 1), where W_q is the scale function of psi(v) = v - 1 + exp(-v). Its poles lie at q < 0, where
    psi(v) = q has one pair of roots log(sin(b) / b) +- i b, and other roots whose share is below e**(-2 a). With
    1 - b cot(b) + i b = R exp(i phi), W_q(x) is cos(b x - phi) times an exponential that cancels, so that the j-th pole
    solves 2 a b - phi = (j - 1/2) pi. Everything is analytic in b; the series are those of cot at 0, as b is small.
    """
    order = np.arange(1.0, 26.0)
    zeta = np.array([_ZETA[2 * k] for k in range(1, 26)])
    j = np.arange(1.0, 14.0)
    phi = np.full(13, 0.5 * np.pi)
    for _ in range(9):  # a contraction by 1 / (6 a) or more
        b = ((j - 0.5) * np.pi + phi) / (2.0 * a)
        powers = zeta * ((b / np.pi) ** 2)[:, None] ** order
        real = 2.0 * powers.sum(axis=1)  # 1 - b cot(b)
        phi = np.arctan2(b, real)
    q = -(powers @ (2.0 + 1.0 / order))
    q_slope = -(powers @ (4.0 * order + 2.0)) / b
    radius = np.hypot(b, real)
    phi_slope = (real - powers @ (4.0 * order)) / radius**2
    sign = np.where(j % 2 == 1, 1.0, -1.0)
    terms = exp(n * q) * -q_slope * (b / radius + sign) / (radius * (2.0 * a - phi_slope))
    return float(np.sum(terms))


def _anderson_darling_limit(x: float) -> float:
    """P(A2 >= x) for the limit law, by the alternating series of integrals of Smirnov's inversion formula."""
    if x > 2000.0:
        return 0.0
    if x < 0.03:
        return 1.0  # but for 1e-16
    # With u = (v**2 - 1) / 4, the determinant is cos(pi v / 2) / (pi u), with zeros at v = 3, 5, 7, ...; v = 4 k + t.
    k = np.arange(1.0, math.ceil(math.sqrt(20.0 / x)) + 2.0)[:, None]
    t = np.cos((np.arange(256) + 0.5) * (np.pi / 256))  # Gauss and Chebyshev, for the root of 1 - t**2 at both ends
    v = 4.0 * k + t
    u = 0.25 * (v - 1.0) * (v + 1.0)
    # cos(pi t / 2) / (1 - t**2) by sin(pi (1 - |t|) / 2), which keeps its accuracy at the ends.
    rest = 2.0 * np.sin(np.pi / 512 * (np.arange(256) + 0.5)) ** 2  # 1 - t
    rest = np.minimum(rest, rest[::-1])
    shape = np.sin(0.5 * np.pi * rest) / (rest * (2.0 - rest))
    f = exp(-0.5 * x * u) * v / np.sqrt(u * shape)
    signs = np.where(k[:, 0] % 2 == 1, 1.0, -1.0)
    return float(signs @ f.sum(axis=1)) * math.sqrt(math.pi) / 512.0


def _anderson_darling_error(p: float, n: int) -> float:
    """P(A2_n < x) - P(A2 < x) as a function of p = P(A2 < x): Marsaglia and Marsaglia's errfix."""
    c = 0.01265 + 0.1757 / n
    if p < c:
        v = p / c
        return math.sqrt(v) * (1.0 - v) * (49.0 * v - 102.0) * (0.0037 / n**2 + 0.00078 / n + 0.00006) / n
    if p < 0.8:
        v = (p - c) / (0.8 - c)
        g = -0.00022633 + v * (6.54034 + v * (-14.6538 + v * (14.458 + v * (-8.259 + v * 1.91864))))
        return g * (0.04213 + 0.01365 / n) / n
    g = -130.2137 + p * (745.2337 + p * (-1705.091 + p * (1950.646 + p * (-1116.360 + p * 255.7844))))
    return g / n


def anderson_darling_sf(a2: float, n: int | None = None) -> float:
    """P(A2_n >= a2) for the statistic of Anderson and Darling, n independent values and a fully specified law.

    The limit law comes from Smirnov's inversion formula for weighted sums of chi-squares (Imhof, Biometrika 48 (1961))
    with the characteristic function of Anderson and Darling (Ann. Math. Statist. 23 (1952)), accurate to 1e-12
    relative. The step to n is Marsaglia and Marsaglia's (J. Stat. Software 9(2), 2004) for a2 < 4, whose absolute error
    would swamp smaller p-values. Above 3 a factor 1 + c(a2) / n takes over, with c fitted here to weighted simulation for
    n = 2 to 20 and a2 up to 60. Simulation puts the error for n >= 8 at 3e-4 absolute, and 2 % relative for p-values below
    0.05, 5 % below 1e-6; at n = 2 the absolute error is up to 0.02. n = 1 is exact, no n means the limit law.

    Examples
    --------
    >>> round(anderson_darling_sf(2.492367), 6)
    0.05
    >>> anderson_darling_sf(60.0)
    1.101257...e-27
    """
    x = checks.real("a2", a2, finite=False)
    size = None if n is None else checks.integer("n", n, low=1)
    if size == 1:  # A2 = -1 - log(u (1 - u))
        z = 4.0 * float(exp(-1.0 - x))
        return 1.0 if z >= 1.0 else z / (1.0 + math.sqrt(1.0 - z))
    p = _anderson_darling_limit(x)
    if size is None or p == 0.0 or x <= 0.0:
        return p
    share = min(1.0, max(0.0, x - 3.0))
    middle = -_anderson_darling_error(1.0 - p, size) / p if share < 1.0 else 0.0
    tail = (0.2 * x / (1.0 + 0.012 * x) - 0.26) / size
    return min(1.0, p * (1.0 + (1.0 - share) * middle + share * tail))


def _tracy_widom(s: float, beta: int) -> float:
    depth = max(s, 0.0) ** 1.5
    end = 0.5 * ((60.0 + depth) ** (2.0 / 3.0) - s)  # beyond, the kernel has fallen by e**-40
    x, weights = _legendre(48)
    x, root = end * x, np.sqrt(end * weights)
    # Airy's integral on the line through its saddle point, where exp(i x z) makes the kernel a product of matrices.
    height = math.sqrt(max(s, 1.0))
    step = math.sqrt(40.0 / height) / 64.0
    z = step * np.arange(-64.0, 65.0) + 1j * height
    waves = root[:, None] * np.exp(1j * x[:, None] * z)
    airy = np.exp(1j * (z**3 / 3.0 + s * z)) * (step / (2.0 * np.pi))
    kernel = ((waves * airy) @ waves.T).real
    values = np.linalg.eigvalsh(kernel) ** beta
    # By logarithms, as 1 - det(1 - kernel) would be lost in the upper tail.
    return -float(expm1(np.sum(log1p(-np.minimum(values, 1.0 - 1e-15)))))


def tracy_widom_sf(x: ArrayLike, beta: int = 1) -> Any:
    """P(X > x) for the law of Tracy and Widom, the limit of the largest eigenvalue of a random matrix.

    For the largest eigenvalue l of W W^T, W of n by p independent standard normal numbers, the law of order 1 is that of
    (l - m) / s with m = (sqrt(n - 1) + sqrt(p))**2 and s = sqrt(m) (1 / sqrt(n - 1) + 1 / sqrt(p))**(1/3) (Johnstone,
    Ann. Statist. 29 (2001), Theorem 1.1).

    The Fredholm determinant of Ai(x + y + s) on the positive half line (Ferrari and Spohn, J. Phys. A 38 (2005))
    by quadrature (Bornemann, Math. Comp. 79 (2010)). Accurate to 1e-11 relative wherever the result is above 1e-300; how
    near a finite matrix is to the limit is another matter (the error is of order min(n, p)**(-2/3)).

    ``beta`` is 1 for real matrices, 2 for complex ones.

    Examples
    --------
    >>> round(tracy_widom_sf(0.97931605), 6)
    0.05
    """
    beta = checks.integer("beta", beta, low=1, high=2)
    x = _reals("x", x)
    values = [1.0 if s < -12.0 else 0.0 if s > 150.0 else _tracy_widom(s, beta) for s in x.ravel().tolist()]
    return _result(np.array(values).reshape(x.shape))
