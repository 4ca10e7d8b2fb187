"""The properties of a sample of independent values, each with the probability of what is seen.

Nearly all of them work on scores: u = F(x), uniform on (0, 1) if the law is right, and z, the standard normal
value of the same rank. Their distribution under the expected law is known whatever that law is, also for four values.
A rounded value stands for all the numbers that round to it, so each is first moved to a random place among those (with a
fixed seed); then samples in half precision are as continuous as any.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random import exact
from paramattr.testing import causes, special
from paramattr.testing.expected import Law
from paramattr.testing.progress import progress
from paramattr.testing.report import Finding
from paramattr.testing.sample import Grid

__all__ = ["findings"]

F64: TypeAlias = NDArray[np.float64]

_KNOTS = 1 << 14  # the cdf is computed at so many of the sorted values, and interpolated between them
_LAGS = 64
_LEAST_U, _MOST_U = 2.0**-54, 1.0 - 2.0**-53
_ROWS = 256  # of the matrix whose largest singular value is computed
_CERTAIN = 0.2  # a p-value above this need not be exact


@dataclass(frozen=True)
class Scores:
    """A sample in its own units and as scores."""

    x: F64
    u: F64
    z: F64
    sorted_u: F64
    law: Law
    grid: Grid

    @functools.cached_property
    def w(self) -> F64:
        """The values' ``u`` on a scale of mean 0 and variance 1: sums of products of bounded values are soon normal."""
        return math.sqrt(12.0) * (self.u - 0.5)


def findings(x: F64, law: Law, grid: Grid) -> list[Finding]:
    """Look at everything: ``x`` is a finite sample, ``law`` no point mass, and ``grid`` that of the sample's dtype."""
    looks = [_support, _ends, _moments, _goodness_of_fit, _tails, _repeats, _neighbours, _halves, _slices]
    scores = _scores(x, law, grid)
    return [finding for look in progress(looks, len(looks), "properties") for finding in look(scores)]


def _scores(x: F64, law: Law, grid: Grid) -> Scores:
    flat = _spread(x.reshape(-1), law, grid)
    order = np.argsort(flat)
    ordered = flat[order]
    ranks = np.arange(flat.size)
    if flat.size > 2 * _KNOTS:
        even = np.linspace(0, flat.size - 1, _KNOTS).astype(np.intp)
        ranks = np.unique(np.concatenate([ranks[:512], even, ranks[-512:]]))
    at = ordered[ranks]
    u_at = np.clip(law.cdf(at), _LEAST_U, _MOST_U)
    z_at = np.asarray(exact.normal_quantile(u_at))
    sorted_u = u_at if ranks.size == flat.size else np.interp(ordered, at, u_at)
    sorted_z = z_at if ranks.size == flat.size else np.interp(ordered, at, z_at)
    u, z = np.empty(flat.size), np.empty(flat.size)
    u[order], z[order] = sorted_u, sorted_z
    return Scores(x, u.reshape(x.shape), z.reshape(x.shape), sorted_u, law, grid)


def _spread(x: F64, law: Law, grid: Grid) -> F64:
    """Move each value to a random place among the numbers that round to it."""
    below, above = grid.cell(x)
    low, high = x - below, x + above
    if law.low > -math.inf:
        # What would round to a number outside is moved to the first one inside, unless the sample shows otherwise.
        inside = not (x < law.low).any()
        low = np.where((low < law.low) | (inside & (x - 2 * below < law.low)), law.low, low)
    if law.high < math.inf:
        past = np.greater_equal if law.open_high else np.greater
        inside = not past(x, law.high).any()
        high = np.where((high > law.high) | (inside & past(x + 2 * above, law.high)), law.high, high)
    return np.asarray(low + (high - low) * np.random.default_rng(x.size).random(x.size))


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2.0))


def _both(lower: float, upper: float) -> float:
    return min(1.0, 2.0 * min(lower, upper))


def _chi2(x: float, df: float) -> float:
    """Two-sided."""
    quick = _two_sided(_wilson_hilferty(x, df))
    return quick if quick > _CERTAIN else _both(special.chi2_cdf(x, df), special.chi2_sf(x, df))


def _chi2_upper(x: float, df: float) -> float:
    quick = 0.5 * math.erfc(_wilson_hilferty(x, df) / math.sqrt(2.0))
    return quick if quick > _CERTAIN else special.chi2_sf(x, df)


def _wilson_hilferty(x: float, df: float) -> float:
    """About the normal value of the same rank as a chi-square value."""
    cube = 2.0 / (9.0 * df)
    return (math.pow(x / df, 1 / 3) - (1.0 - cube)) / math.sqrt(cube)


def _count(k: int, n: int, p: float) -> float:
    """Two-sided, for k of n where p is the chance of each."""
    mean = n * p
    if k == 0:
        return min(1.0, 2.0 * math.exp(n * math.log1p(-p)))
    deviation = (k - mean) / math.sqrt(mean * (1.0 - p))
    if mean > 30.0 and abs(deviation) < 1.0:
        return _two_sided(deviation)
    return _both(special.binomial_cdf(k, n, p), special.binomial_sf(k - 1, n, p))


def _support(s: Scores) -> Iterator[Finding]:
    law, x, n = s.law, s.x, s.x.size
    below, above = s.grid.cell(x)
    outside = np.count_nonzero((x + above < law.low) | (x - below > law.high))
    seen = f"{outside:,} of {n:,} values outside, from {x.min():.6g} to {x.max():.6g}"
    stated = f"[{law.low:.6g}, {law.high:.6g}{')' if law.open_high else ']'}"
    yield Finding("support", 0.0 if outside else 1.0, seen, stated, causes.outside(x, law) if outside else "")
    if law.open_high and law.high < math.inf:
        at_end = int(np.count_nonzero(x == law.high))
        width = s.grid.cell(np.array([law.high]))[0]
        chance = max(1.0 - float(law.cdf(law.high - width)[0]), s.grid.lattice)
        p = special.binomial_sf(at_end - 1, n, min(chance, 1.0)) if at_end else 1.0
        cause = "the upper end is returned, or values are clipped to it" if p < 1e-3 else ""
        yield Finding("open end", p, f"{at_end:,} values at the upper end {law.high:.6g}", "none", cause)


def _ends(s: Scores) -> Iterator[Finding]:
    for name, u, value in (
        ("smallest value", float(s.sorted_u[0]), s.x.min()),
        ("largest value", 1.0 - float(s.sorted_u[-1]), s.x.max()),
    ):
        log_nothing_below = s.x.size * math.log1p(-min(u, _MOST_U))
        nothing_below = math.exp(log_nothing_below)
        p = _both(nothing_below, -math.expm1(log_nothing_below))
        if p >= 1e-3:
            yield Finding(name, p, f"{value:.6g}", "one as far out as usual")
        elif nothing_below < 0.5:
            yield Finding(name, p, f"{value:.6g}, too close to the middle", "further out", causes.end(s.x, s.law))
        else:
            yield Finding(name, p, f"{value:.6g}, too far out", "further in", causes.end(s.x, s.law))


def _moments(s: Scores) -> Iterator[Finding]:
    n, law = s.x.size, s.law
    mean, std = float(s.x.mean()), float(s.x.std())
    p = _two_sided(float(s.z.sum()) / math.sqrt(n))
    yield Finding("mean", p, f"{mean:.6g}", f"{law.mean:.6g}", causes.mean(mean, law) if p < 1e-3 else "")
    z = s.z.reshape(-1)
    p = _chi2(float(z @ z), n)
    cause = causes.std(s.x, law) if p < 1e-3 else ""
    yield Finding("variance", p, f"std {std:.6g}", f"std {law.std:.6g}", cause)
    if n < 30:
        return
    t = 2.0 * s.u.reshape(-1) - 1.0
    square = t * t
    centred = (s.x.reshape(-1) - mean) / (std or 1.0)
    for name, legendre, seen, stated in (
        ("skewness", math.sqrt(7) / 2 * float((t * (5 * square - 3)).sum()), (centred**3).mean(), law.skewness),
        ("kurtosis", 3 / 8 * float((square * (35 * square - 30) + 3).sum()), (centred**4).mean() - 3.0, law.kurtosis),
    ):
        expected = f"{stated:.4g}" if math.isfinite(stated) else "that of the law"
        yield Finding(name, _two_sided(legendre / math.sqrt(n)), f"{seen:.4g}", expected)


def _goodness_of_fit(s: Scores) -> Iterator[Finding]:
    n, u = s.x.size, s.sorted_u
    steps = np.arange(n) / n
    distance = float(max((u - steps).max(), (steps + 1.0 / n - u).max()))
    root = math.sqrt(n)
    stephens = (root + 0.12 + 0.11 / root) * distance
    p = 1.0 - math.sqrt(2 * math.pi) / stephens * math.exp(-(math.pi**2) / (8 * stephens**2)) if stephens < 1.0 else 0.0
    if p < 2 * _CERTAIN:
        p = special.kolmogorov_sf(distance, n)
    yield Finding("Kolmogorov-Smirnov", p, f"cdf off by up to {distance:.3g}", f"about {0.87 / root:.2g}")
    weights = 2.0 * np.arange(1, n + 1) - 1.0
    a2 = -n - float(weights @ (np.log(u) + np.log1p(-u[::-1]))) / n
    yield Finding("Anderson-Darling", special.anderson_darling_sf(a2, n), f"A² = {a2:.3g}", "about 1")


def _tails(s: Scores) -> Iterator[Finding]:
    n, z = s.x.size, np.abs(s.z)
    far = z[z > 3.0]
    found = []
    for k in (3, 4, 5):
        chance = math.erfc(k / math.sqrt(2.0))
        count = int(np.count_nonzero(far > k))
        p = min(1.0, 3.0 * _count(count, n, chance))
        seen = f"{count:,} values in the outer {chance:.2g} of the law"
        found.append(Finding("tails", p, seen, f"about {n * chance:.3g}"))
    yield min(found, key=lambda finding: finding.p)


def _repeats(s: Scores) -> Iterator[Finding]:
    n, flat = s.x.size, np.sort(s.x.reshape(-1))
    edges = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1], [True]]))
    counts = np.diff(edges)
    tied = float((counts * (counts - 1.0)).sum() / 2)
    if tied == 0.0:
        yield Finding("repeated values", 1.0, "none", "few")
        return
    often = np.argsort(counts)[-50:]
    chances = _cell(flat[edges[:-1][often]], s)
    # The most frequent value, of about 1 / chance that it could have been; and ties altogether.
    most = int(np.argmax(counts[often] / chances))
    value, count, chance = float(flat[edges[often[most]]]), int(counts[often[most]]), float(chances[most])
    single = special.binomial_sf(count - 1, n, min(chance, 1.0)) / chance
    explained = 1.5 * (0.5 * n * (n - 1.0) * float(_cell(flat[:: -(-n // 4096)], s).mean()))
    several = special.poisson_sf(math.floor(tied) - 1, explained) if tied > explained else 1.0
    p = _both(single, several)
    if single <= several:
        seen, expected = f"{count:,} times {value:.6g}", f"{n * chance:.3g} times"
        cause = causes.repeated(value, s.x)
    else:
        seen, expected = f"{counts.size:,} different values among {n:,}", "more"
        cause = causes.coarse(counts.size, n)
    yield Finding("repeated values", p, seen, expected, cause if p < 1e-3 else "")


def _cell(x: F64, s: Scores) -> F64:
    """The chance of each number: no less than generators of few bits give it."""
    below, above = s.grid.cell(x)
    # A number next to a bound of the support stands for up to twice as much.
    chance: F64 = np.maximum(2.0 * (s.law.cdf(x + above) - s.law.cdf(x - below)), s.grid.lattice)
    return chance


def _neighbours(s: Scores) -> Iterator[Finding]:
    n, w = s.x.size, s.w.reshape(-1)
    sums = [(float(w[lag:] @ w[:-lag]), n - lag, f"values {lag} apart") for lag in range(1, min(_LAGS, n // 2) + 1)]
    for axis, size in enumerate(s.x.shape if s.x.ndim > 1 else ()):
        front = np.moveaxis(s.w, axis, 0)
        for lag in range(1, min(size, 3)):
            total = float((front[lag:] * front[:-lag]).sum())
            sums.append((total, (size - lag) * n // size, f"values {lag} apart along axis {axis}"))
    if not sums:
        yield Finding("neighbours", 1.0, "too few values", "independent")
        return
    total, pairs, what = max(sums, key=lambda row: abs(row[0] / math.sqrt(row[1])))
    p = min(1.0, len(sums) * _two_sided(total / math.sqrt(pairs)))
    cause = f"{what} are correlated" if p < 1e-3 else ""
    yield Finding("neighbours", p, f"correlation {total / pairs:.3g} of {what}", "0", cause)


def _halves(s: Scores) -> Iterator[Finding]:
    w, half = s.w.reshape(-1), s.x.size // 2
    if half < 4:
        return
    total = float(w[-half:] @ w[:half])
    p, correlation = _two_sided(total / math.sqrt(half)), total / half
    cause = "the second half repeats the first: a stream was used twice" if correlation > 0.9 else "halves are related"
    yield Finding("halves", p, f"correlation {correlation:.3g} of the two halves", "0", cause if p < 1e-3 else "")


def _slices(s: Scores) -> Iterator[Finding]:
    axes = [axis for axis, size in enumerate(s.x.shape) if 1 < size < s.x.size]
    if not axes:
        return
    means, spreads, same = [], [], []
    for axis in axes:
        rows = np.moveaxis(s.z, axis, 0).reshape(s.x.shape[axis], -1)
        k, m = rows.shape
        sums = rows.sum(axis=1)
        p = _chi2_upper(float(sums @ sums) / m, k)
        worst = int(np.argmax(np.abs(sums)))
        means.append((p, f"slice {worst} of axis {axis} has its mean {sums[worst] / m:+.3g} std off"))
        squares = np.einsum("ij,ij->i", rows, rows)
        for i in (int(squares.argmin()), int(squares.argmax())):
            p = k * _chi2(float(squares[i]), m)
            spreads.append((p, f"slice {i} of axis {axis} has {math.sqrt(squares[i] / m):.3g} times the std"))
        if m > 3:
            same.append(_same_slices(s, axis, k, m))
    for name, found in (("means of slices", means), ("spread of slices", spreads)):
        p, seen = min(found)
        p = min(1.0, p * len(found))
        yield Finding(name, p, seen, "chance", causes.slices(s.x) if p < 1e-3 else "")
    if same:
        yield min(same, key=lambda finding: finding.p)
    rows = s.z.reshape(s.x.shape[0], -1)
    if min(rows.shape) >= 8:
        yield _singular(rows)


def _same_slices(s: Scores, axis: int, k: int, m: int) -> Finding:
    rows = np.moveaxis(s.x, axis, 0).reshape(k, m)
    marks = rows @ np.random.default_rng(m).standard_normal(m)
    order = np.argsort(marks)
    for i, j in itertools.pairwise(order):
        if marks[i] == marks[j] and np.array_equal(rows[i], rows[j]):
            chance = 0.5 * k * k * float(_cell(rows[i][:4], s).max()) ** min(m, 40)
            seen = f"slices {min(i, j)} and {max(i, j)} of axis {axis} are equal"
            cause = "a stream was used twice, or a row was copied"
            return Finding("equal slices", min(1.0, chance), seen, "none", cause)
    return Finding("equal slices", 1.0, "none", "none")


def _singular(rows: F64) -> Finding:
    """The largest singular value against the edge of Marchenko and Pastur's law, scaled as for `special.tracy_widom_sf`."""
    rows = (rows.T if rows.shape[0] > rows.shape[1] else rows)[:_ROWS, : 1 << 14]
    p, n = rows.shape
    largest = float(np.linalg.eigvalsh(rows @ rows.T)[-1])
    a, b = math.sqrt(n - 1), math.sqrt(p)
    centre, scale = (a + b) ** 2, (a + b) * (1 / a + 1 / b) ** (1 / 3)
    chance = special.tracy_widom_sf((largest - centre) / scale)
    seen = f"{math.sqrt(largest / n):.4g} times the std times √{n}"
    cause = "rows or columns are correlated, or share an offset" if chance < 1e-3 else ""
    return Finding("largest singular value", chance, seen, f"about {math.sqrt(centre / n):.4g}", cause)
