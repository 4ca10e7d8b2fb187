"""The laws are exact.

False alarms: every p-value bound is 1e-5 in about 100 tests with fixed seeds, so once in 1000 changes of the stream.
"""

import numpy as np
import pytest
from scipy import special, stats

from paramattr.random.distributions import Normal, TruncatedNormal, Uniform
from paramattr.random.keys import Key

INF = np.inf


def tn(loc, scale, low, high):
    ref = stats.truncnorm((low - loc) / scale, (high - loc) / scale, loc, scale)
    return TruncatedNormal(loc, scale, low, high), ref


LAWS = [
    (Uniform(-0.03, 0.03), stats.uniform(-0.03, 0.06)),
    (Uniform(0, 1), stats.uniform()),
    (Uniform(5, 7), stats.uniform(5, 2)),
    (Normal(0, 1), stats.norm()),
    (Normal(3, 0.02), stats.norm(3, 0.02)),
    tn(0, 1, -2, 2),
    tn(0, 1, 3, 4),
    tn(0.5, 2, -1, INF),
    tn(0, 1, -INF, -5),
    tn(0, 1, 30, INF),
    tn(-10, 1, 0, 1),
    tn(0, 1e-3, -5, 5),
    tn(0, 1, 1, 1.0001),
    tn(0, 1, 5, 100),
]
IDS = [repr(law) for law, _ in LAWS]

N = 10_000_000
ALPHA = 1e-5
KEY = Key(2024, 5)


def uniforms(law, x):
    """Sorted probability transforms.

    The cdf is evaluated at the 2000 outermost values on each side and at every 50th between, and linear from one to
    the next: within so small a gap it is straight to far below the resolution of any test.
    """
    y = np.sort(x)
    n = y.size
    knots = np.unique(np.concatenate([np.arange(2000), np.arange(0, n, 50), np.arange(n - 2000, n)]))
    return np.interp(y, y[knots], law.cdf(y[knots]))


def ks(u):
    n = u.size
    d = max(np.max(np.arange(1, n + 1) / n - u), np.max(u - np.arange(n) / n))
    return stats.kstwobign.sf(d * np.sqrt(n))


def anderson(u):
    """Anderson-Darling p-value, asymptotic (Marsaglia & Marsaglia's fit to the limit)."""
    n = u.size
    u = np.clip(u, 1e-300, 1 - 1e-16)
    i = np.arange(n)
    a = -n - np.mean((2 * i + 1) * (np.log(u) + np.log1p(-u[::-1])))
    if a < 2:
        p = (
            np.exp(-1.2337141 / a)
            / np.sqrt(a)
            * (2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * a) * a) * a) * a) * a)
        )
    else:
        p = np.exp(-np.exp(1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * a) * a) * a) * a) * a))
    return 1 - p


@pytest.mark.parametrize(("law", "ref"), LAWS, ids=IDS)
@pytest.mark.parametrize(("dtype", "size"), [("f4", N), ("f8", N // 10)])
def test_goodness_of_fit_and_moments(law, ref, dtype, size):
    x = np.empty(size, dtype)
    law.fill(x, KEY)
    low, high = law.support
    assert x.min() >= low and x.max() <= high
    # Rounding to float32 is part of the values: in windows of few float32 numbers undo it with noise of one ulp.
    y = x.astype(np.float64)
    if dtype == "f4":
        noise = np.random.default_rng(1).random(size) - 0.5
        y = np.clip(y + noise * np.spacing(np.abs(x)).astype(np.float64), low, high)
    u = uniforms(law, y)
    assert ks(u) > ALPHA
    if not (isinstance(law, TruncatedNormal) and law.high - law.low < 1e-3):
        assert anderson(u) > ALPHA
    z = (y - law.mean) / law.std
    m = [float(np.mean(z**k)) for k in range(1, 9)]
    for k in (1, 2):
        expected = 0.0 if k == 1 else 1.0
        assert abs(m[k - 1] - expected) < 5 * np.sqrt((m[2 * k - 1] - m[k - 1] ** 2) / size) + 1e-9


@pytest.mark.parametrize(("law", "ref"), LAWS, ids=IDS)
def test_cdf_pdf_moments_against_scipy(law, ref):
    p = np.linspace(0.001, 0.999, 501)
    x = ref.ppf(p)
    np.testing.assert_allclose(law.cdf(x), ref.cdf(x), rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(law.pdf(x), ref.pdf(x), rtol=1e-7)
    np.testing.assert_allclose(law.mean, ref.mean(), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(
        law.std, ref.std(), rtol=1e-3 if law.support == (1, 1.0001) else 1e-6
    )  # SciPy loses digits in a sliver


def test_moments_to_fourth_normal():
    x = np.empty(N)
    Normal().fill(x, KEY)
    for k, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs(np.mean(x**k) - expected) < 4.5 * np.sqrt(variance / N)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_normal_tails(dtype):
    n = 1 << 26 if dtype == "f4" else 1 << 24
    counts = {t: [0, 0] for t in (3, 3.8, 3.9, 4, 4.5, 5)}
    biggest = 0.0
    for i in range(n >> 24):
        x = np.empty(1 << 24, dtype)
        Normal().fill(x, Key(9, i))
        for t, c in counts.items():
            c[0] += int(np.count_nonzero(x > t))
            c[1] += int(np.count_nonzero(x < -t))
        biggest = max(biggest, float(np.abs(x).max()))
    for t, c in counts.items():
        for one in c:
            assert stats.poisson.cdf(one, n * special.ndtr(-t)) > ALPHA
            assert stats.poisson.sf(one - 1, n * special.ndtr(-t)) > ALPHA
    assert biggest > 5


def test_rest_is_exact_by_chi_square():
    """The residual part alone against (density - strips), which no test on whole samples would see."""
    from paramattr.random.strips import strips

    for window in (
        (0.0, -INF, INF),
        (0.0, -2.0, 2.0),
        (3.0, 0.0, 1.0),
        (30.0, 0.0, INF),
        (0.5, 0.0, 1e-13),
        (0.0, -8.0, 0.3),
    ):
        table = strips(*window)
        n = 400_000
        t = table.rest(Key(1, 1), np.arange(n, dtype=np.uint64))
        assert t.min() >= table.low and t.max() <= table.high
        inside = (t > table.edges[0]) & (t < table.edges[-1])
        probs = np.diff(table.shares, prepend=0.0) / table.shares[-1]
        got = np.histogram(t[inside], table.pieces)[0]
        got = np.append(got, [np.count_nonzero(t <= table.edges[0]), np.count_nonzero(t >= table.edges[-1])])
        keep = probs * n > 20
        stat = np.sum((got[keep] - n * probs[keep]) ** 2 / (n * probs[keep]))
        assert stats.chi2.sf(stat, keep.sum() - 1) > ALPHA
        tail = t[t > table.edges[-1]] - table.edges[-1]
        if tail.size > 1000 and table.high == INF:
            z = table.mode + table.edges[-1]
            u = 1 - np.exp(special.log_ndtr(-(z + tail)) - special.log_ndtr(-z))
            assert stats.kstest(u, "uniform").pvalue > ALPHA


def test_no_correlation():
    n = 1 << 22
    x = np.empty(n, "f4")
    Normal().fill(x, Key(0, 0))
    sigma = 1 / np.sqrt(n)
    for lag in [*range(1, 65), 512, 1000, 1024, 4096, 1 << 16, 192 << 10, 491520]:
        assert abs(np.dot(x[:-lag].astype("f8"), x[lag:])) / n < 5 * sigma, lag
        a = x.astype("f8") ** 2 - 1
        assert abs(np.dot(a[:-lag], a[lag:])) / (2 * n) < 5 * sigma, lag
    for other in (Key(0, 1), Key(1, 0), Key(2, 0), Key(0, 1 << 63), Key(1 << 63, 0)):
        y = np.empty(n, "f4")
        Normal().fill(y, other)
        assert abs(np.dot(x.astype("f8"), y)) / n < 5 * sigma, other
    f = np.array([Normal().take(Key(0, i), (1,), 0) for i in range(2000)])
    assert stats.kstest(f, "norm").pvalue > ALPHA
    assert abs(np.corrcoef(f[:-1], f[1:])[0, 1]) < 5 / np.sqrt(2000)


def test_uniform_bits():
    """Each of the top 20 bits is fair, also in combination with its neighbour element."""
    n = 1 << 22
    x = np.empty(n, "f4")
    Uniform(0, 1).fill(x, Key(3, 3))
    k = (x * 2**20).astype(np.int64)
    for b in range(20):
        assert abs(np.count_nonzero(k >> b & 1) - n / 2) < 5 * np.sqrt(n) / 2
    pairs = np.bincount((k[::2] >> 14) * 64 + (k[1::2] >> 14), minlength=4096)
    assert stats.chisquare(pairs).pvalue > ALPHA


def test_marchenko_pastur():
    x = np.empty((2000, 1000), "f4")
    Normal(0, 1 / np.sqrt(2000)).fill(x, KEY)
    s = np.linalg.svd(x, compute_uv=False) ** 2
    r = 0.5
    low, high = (1 - np.sqrt(r)) ** 2, (1 + np.sqrt(r)) ** 2
    assert low - 0.02 < s.min() < low + 0.02 and high - 0.05 < s.max() < high + 0.05
    assert abs(s.mean() - 1) < 0.005 and abs((s**2).mean() - (1 + r)) < 0.01


def test_the_rest_of_few_has_the_bits_of_many():
    """One by one and in a batch are two ways to the same value, whatever piece or tail it comes from."""
    from paramattr.random.strips import _FEW, strips

    places = np.arange(3_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for window in ((0.0, -INF, INF), (0.0, -2.0, 2.0), (3.0, 0.0, 1.0), (30.0, 0.0, INF), (0.0, -8.0, 0.3)):
        table = strips(*window)
        many = table.rest(KEY, places)
        few = [table.rest(KEY, places[i : i + _FEW]) for i in range(0, places.size, _FEW)]
        np.testing.assert_array_equal(np.concatenate(few), many)
