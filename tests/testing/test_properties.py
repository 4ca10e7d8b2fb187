"""What the kit sees in a sample: how often a correct one fails, and which errors of a million values it finds.

By default a part of the checks for false alarms; PARAMATTR_CHECKS=20000 runs all.
"""

import math
import os
from concurrent.futures import ProcessPoolExecutor

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paramattr.random import Key, Normal, TruncatedNormal, Uniform
from paramattr.testing import check_sample, properties, special
from paramattr.testing.expected import as_law
from paramattr.testing.sample import GRIDS

CHECKS = int(os.environ.get("PARAMATTR_CHECKS", "1000"))

LAWS = [
    Normal(0.1, 2.0),
    Normal(0.0, 1e-3),
    Uniform(-1.0, 1.0),
    Uniform(0.0, 3.0),
    TruncatedNormal(0.0, 1.0, -2.0, 2.0),
    TruncatedNormal(0.0, 1.0, 3.0, 4.0),
    TruncatedNormal(0.0, 0.02, -0.04, 0.04),
]

DTYPES = ["float32", "float16", "float64", ml_dtypes.bfloat16]


def shape_for(rng, n):
    """A shape of about n elements: flat, a matrix, or a convolution's."""
    form = rng.integers(4)
    if form == 0 or n < 9:
        return (n,)
    if form == 1:
        rows = int(rng.integers(2, max(3, n // 2)))
        return (rows, n // rows)
    if form == 2:
        return (math.isqrt(n), math.isqrt(n))
    return (max(2, n // 18), 2, 3, 3)


def alarms(part):
    """The p-values of a check, as the smallest alpha at which it fails, for a share of the checks."""
    first, last = part
    found = []
    for i in range(first, last):
        rng = np.random.default_rng([11, i])
        law, dtype = LAWS[rng.integers(len(LAWS))], DTYPES[rng.integers(len(DTYPES))]
        # Most are small, some large, a few of ten million.
        exponent = 7.0 if i % 4000 == 3999 else rng.uniform(0.6, 3.0 if i % 100 else 6.0)
        out = law.values(Key(2026, i), shape_for(rng, max(4, int(10**exponent))), dtype)
        report = check_sample(out, law)
        found.append(min(f.p * (len(report.findings)) for f in report.findings))
    return found


def test_false_alarms_stay_below_alpha():
    """Within the 99.9 % bound of a binomial law, at two levels."""
    step = 100
    parts = [(first, min(first + step, CHECKS)) for first in range(0, CHECKS, step)]
    with ProcessPoolExecutor(2) as pool:
        found = np.concatenate(list(pool.map(alarms, parts)))
    assert found.size == CHECKS
    for alpha in (1e-2, 1e-3):
        count = int(np.count_nonzero(found <= alpha))
        # As many or more in less than one of a thousand runs, were the rate exactly alpha.
        assert special.binomial_sf(count - 1, CHECKS, alpha) > 1e-3 if count else True, (alpha, count)
        print(f"alpha {alpha:g}: {count} of {CHECKS}")


MILLION = (1000, 1000)


def normal(seed, shape=MILLION):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def uniform(seed, low=-1.0, high=1.0, shape=MILLION):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def found(report):
    return {finding.name for finding in report.failures}


def two_equal_rows(x):
    x = x.copy()
    x[700] = x[3]
    return x


def stream_used_twice(x):
    x = x.copy().reshape(-1)
    x[x.size // 2 :] = x[: x.size // 2]
    return x.reshape(MILLION)


def some_clipped(x, share=1e-4, bound=2.5):
    x = x.copy()
    x.flat[:: round(1 / share)] = bound
    return x


ERRORS = {
    "std 0.8 % too large": (lambda i: normal(i) * np.float32(1.008), Normal(), "variance", "× 1.00"),
    "std 0.8 % too small": (lambda i: normal(i) * np.float32(0.992), Normal(), "variance", "× 0.99"),
    "bounds 0.1 % too narrow": (lambda i: uniform(i, -0.999, 0.999), Uniform(-1, 1), "largest value", "0.999 of the"),
    "bounds 0.1 % too wide": (lambda i: uniform(i, -1.001, 1.001), Uniform(-1, 1), "support", "1.001 times the width"),
    "equal rows": (lambda i: two_equal_rows(normal(i)), Normal(), "equal slices", "row was copied"),
    "a stream used twice": (lambda i: stream_used_twice(normal(i)), Normal(), "halves", "used twice"),
    "clipped": (lambda i: some_clipped(normal(i)), Normal(), "repeated values", "an atom"),
    "clipped to a bound": (
        lambda i: some_clipped(uniform(i), bound=-1.0),
        Uniform(-1, 1),
        "repeated values",
        "lower bound -1: values were clipped",
    ),
    "16-bit integers": (
        lambda i: (np.random.default_rng(i).integers(0, 1 << 16, MILLION) / 32768 - 1).astype("f4"),
        Uniform(-1, 1),
        "repeated values",
        "16-bit integers",
    ),
    "a shared offset": (
        lambda i: normal(i) + 0.1 * normal(i + 1, (1000, 1)),
        Normal(),
        "largest singular value",
        "corr",
    ),
    "correlated rows": (
        lambda i: np.sqrt(0.99) * normal(i) + 0.1 * normal(i + 1, (1, 1000)),
        Normal(),
        "largest singular value",
        "correlated",
    ),
    "a heavy tail": (
        lambda i: np.random.default_rng(i).standard_t(30, MILLION) * np.sqrt(28 / 30),
        Normal(),
        "kurtosis",
        "",
    ),
    "no tail": (lambda i: np.clip(normal(i), -3.5, 3.5), Normal(), "repeated values", "clipped"),
    "one not a number": (
        lambda i: np.where(np.arange(10**6).reshape(MILLION) == 7, np.nan, normal(i)),
        Normal(),
        "finite values",
        "",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_power_at_a_million_values(name):
    make, law, finding, cause = ERRORS[name]
    for seed in (1, 2):
        report = check_sample(make(seed), law)
        assert finding in found(report), str(report)
        assert cause in next(f.cause for f in report.failures if f.name == finding)


def test_a_std_that_is_off_by_half_a_percent():
    """7 standard errors: found in 95 of 100 samples at the default alpha, and practically always at 1e-3."""
    samples = [check_sample(normal(i) * np.float32(1.005), Normal(), alpha=1e-3) for i in range(8)]
    assert all("variance" in found(report) for report in samples)


def test_a_mean_that_is_off_by_half_a_hundredth_std():
    """5 standard errors: at alpha = 1e-2 it is found in 94 of 100 samples, which no test can much exceed."""
    caught = sum("mean" in found(check_sample(normal(i) + np.float32(0.005), Normal(), alpha=1e-2)) for i in range(8))
    assert caught >= 6
    assert "mean" in found(check_sample(normal(0, (4, 1000, 1000)) + np.float32(0.005), Normal()))


@pytest.mark.parametrize("law", [Normal(0.3, 2.0), Uniform(-1, 1), TruncatedNormal(0, 1, 3, 4)], ids=repr)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_correct_samples_pass_in_every_dtype(law, dtype):
    for n, shape in enumerate([MILLION, (7,), (64, 3, 5, 5), (2, 50_000), (1, 1), (4,)]):
        out = law.values(Key(5, n), shape, dtype)
        report = check_sample(out, law)
        assert report.passed, str(report)
        # What may well be chance isn't explained.
        assert not any(finding.cause for finding in report.findings if finding.p >= 1e-3)


@pytest.mark.parametrize("shape", [(5000,), (5000, 1), (1, 5000, 1)])
def test_a_sample_of_one_slice_is_not_compared_by_slices(shape):
    names = {finding.name for finding in check_sample(normal(0, shape), Normal()).findings}
    assert names.isdisjoint({"means of slices", "spread of slices", "equal slices", "largest singular value"})
    assert names < {finding.name for finding in check_sample(normal(0, (50, 100)), Normal()).findings}


@pytest.mark.parametrize("shape", [(2, 60), (60, 2), (30, 2, 1, 1)])
def test_two_slices_are_compared(shape):
    axis = shape.index(2)
    x = np.random.default_rng(0).standard_normal(shape)
    scale = np.array([0.0, 3.0]).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    seen = next(f for f in check_sample(x + scale, Normal()).failures if f.name == "means of slices").observed
    assert seen.startswith(f"slice 1 of axis {axis} has its mean +")


def changed(part, make):
    """A hundred by a hundred normal values, part of them replaced."""
    x = np.random.default_rng(8).standard_normal((100, 100))
    x[part] = make(x[part])
    return x


FAULTS = {
    "mean": changed(..., lambda x: x + 0.06),
    "variance": changed(..., lambda x: 1.05 * x),
    "skewness": changed(..., lambda x: (np.exp(0.15 * x) - math.exp(0.15**2 / 2)) / 0.153),
    "kurtosis": changed(..., lambda x: np.arcsinh(0.8 * x) / 0.66),
    "tails": changed(np.s_[:2, :6], lambda x: np.copysign(4.6 + 0.1 * np.abs(x), x)),
    "smallest value": changed(np.s_[3, 3], lambda x: -7.0),
    "largest value": changed(np.s_[3, 3], lambda x: 7.0),
    "Kolmogorov-Smirnov": changed(..., lambda x: x + 0.08 * np.cos(2 * x)),
    "Anderson-Darling": changed(..., lambda x: x + 0.08 * np.cos(2 * x)),
    "repeated values": changed(np.s_[::25, ::25], lambda x: 0.5),
    "neighbours": changed(np.s_[:, 1:], lambda x: 0.995 * x + 0.1 * np.roll(x, 1)),
    "halves": changed(np.s_[50:], lambda x: 0.99 * x + 0.14 * changed(0, lambda row: row)[:50]),
    "means of slices": changed(7, lambda x: x + 1.0),
    "spread of slices": changed(np.s_[:, 7], lambda x: 1.5 * x),
    "equal slices": changed(7, lambda x: changed(0, lambda row: row)[31]),
    "largest singular value": changed(..., lambda x: 0.95 * x + 0.31 * x[:, :1]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_property_sees_the_fault_of_its_own(name):
    assert check_sample(changed(0, lambda row: row), Normal()).passed
    p = {finding.name: finding.p for finding in check_sample(FAULTS[name], Normal()).findings}
    assert p[name] < 1e-3
    assert p["support"] == p["finite values"] == 1.0


def test_ends_are_told_on_which_side_they_are():
    far = {f.name: f for f in check_sample(FAULTS["largest value"], Normal()).findings}
    assert (far["largest value"].observed, far["largest value"].expected) == ("7, too far out", "further in")
    assert far["smallest value"].expected == "one as far out as usual"
    short = check_sample(np.random.default_rng(0).uniform(0.0, 0.99, 10_000), Uniform(0, 1))
    end = next(f for f in short.findings if f.name == "largest value")
    assert end.observed.endswith(", too close to the middle")
    assert end.expected == "further out"
    assert end.cause.startswith("the sample spreads over 0.9")


@pytest.mark.parametrize("value", [-9.0, 0.0, 2.999, 4.001, 1e30])
@pytest.mark.parametrize("law", [TruncatedNormal(0.0, 1.0, 3.0, 4.0), Uniform(3.0, 4.0)])
def test_a_sample_wholly_outside_of_the_support_is_told_so(value, law):
    report = check_sample(np.full(100, value), law)
    assert not report
    assert next(f.p for f in report.findings if f.name == "support") == 0.0


@pytest.mark.parametrize("size", [3, 4, 5])
def test_slices_of_four_values_or_more_are_compared(size):
    x = np.random.default_rng(0).standard_normal((500, size))
    x[31] = x[7]
    found = check_sample(x, Normal()).findings
    cause = next(f.observed for f in found if f.name == "equal slices")
    assert cause == ("slices 7 and 31 of axis 0 are equal" if size > 3 else "none")


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(("low", "high", "chance"), [(0.0, 1.0, 2.0**-22), (4095.0, 4095.5, 2.0**-12)])
def test_values_at_an_open_end_have_the_chance_of_one_number_each(low, high, chance, count):
    """A generator of 22 bits gives each of its numbers, so the last one too, with a chance of 2**-22, or more in few."""
    x = np.random.default_rng(0).uniform(low, high - 1e-3, 1000).astype(np.float32)
    x[:count] = high
    found = next(f for f in check_sample(x, Uniform(low, high)).findings if f.name == "open end")
    assert found.p == pytest.approx(stats.binom.sf(count - 1, 1000, chance), rel=1e-6, abs=0.0)
    assert found.cause.startswith("the upper end is returned" if found.p < 1e-3 else "")


def test_findings_tell_what_was_measured():
    x = np.random.default_rng(5).normal(1.0, 2.0, (120, 90))
    told = {f.name: (f.observed, f.expected) for f in check_sample(x, Normal(1.0, 2.0)).findings}
    measured = {
        "mean": x.mean(),
        "variance": x.std(),
        "skewness": stats.skew(x.reshape(-1)),
        "kurtosis": stats.kurtosis(x.reshape(-1)),
        "smallest value": x.min(),
        "largest value": x.max(),
        "largest singular value": np.linalg.norm((x - 1.0) / 2.0, 2) / math.sqrt(120),
    }
    for name, value in measured.items():
        assert float(told[name][0].split()[name == "variance"]) == pytest.approx(value, rel=2e-3, abs=1e-3), name
    edge = (math.sqrt(119) + math.sqrt(90)) / math.sqrt(120)
    assert float(told["largest singular value"][1].split()[-1]) == pytest.approx(edge, rel=1e-3)


@pytest.mark.parametrize(("n", "name"), [(30, "skewness"), (30, "kurtosis"), (8, "halves")])
def test_what_takes_so_many_values_is_looked_at_from_there_on(n, name):
    for size in (n - 1, n):
        names = [finding.name for finding in check_sample(normal(0, (size,)), Normal()).findings]
        assert names.count(name) == (size == n)


@pytest.mark.parametrize("n", [8, 11, 100, 127, 1000])
def test_neighbours_are_compared_up_to_half_the_sample_and_64_apart(n):
    x = np.random.default_rng(0).standard_normal(n)
    x[1:] += 4 / math.sqrt(n) * x[:-1]
    w = math.sqrt(12) * (stats.norm.cdf(x) - 0.5)
    largest = [abs(w[lag:] @ w[:-lag]) / math.sqrt(n - lag) for lag in range(1, min(64, n // 2) + 1)]
    p = len(largest) * 2 * stats.norm.sf(max(largest))
    found = next(f for f in check_sample(x, Normal()).findings if f.name == "neighbours")
    assert found.p == pytest.approx(p, rel=1e-6) and p < 1.0


@pytest.mark.parametrize(
    ("shape", "axis", "lag"), [((40, 70), 0, 1), ((40, 70), 0, 2), ((2, 90), 0, 1), ((3, 90), 0, 2), ((4, 9, 70), 1, 1)]
)
def test_neighbours_along_an_axis_are_compared_one_and_two_apart(shape, axis, lag):
    """Further apart than 64 in the order of the values, so that nothing else sees them."""
    x = np.random.default_rng(0).standard_normal(shape)
    front = np.moveaxis(x, axis, 0)
    front[lag:] += front[:-lag] * min(1.0, 6.0 / math.sqrt(x.size))
    x /= x.std()
    w, pairs = math.sqrt(12) * (stats.norm.cdf(x) - 0.5), []
    flat = w.reshape(-1)
    pairs += [flat[apart:] * flat[:-apart] for apart in range(1, min(64, x.size // 2) + 1)]
    for size, rows in ((size, np.moveaxis(w, i, 0)) for i, size in enumerate(shape)):
        pairs += [rows[apart:] * rows[:-apart] for apart in (1, 2) if apart < size]
    p = len(pairs) * min(2 * stats.norm.sf(abs(products.sum()) / math.sqrt(products.size)) for products in pairs)
    found = next(f for f in check_sample(x, Normal()).findings if f.name == "neighbours")
    assert found.observed.endswith(f"of values {lag} apart along axis {axis}")
    assert found.p == pytest.approx(p, rel=1e-6, abs=0.0) and p < 0.5


@pytest.mark.parametrize("lag", [1, 2, 5, 64])
def test_neighbours_that_are_related_are_named(lag):
    x = np.random.default_rng(lag).standard_normal(20_000)
    x[lag:] = 0.9 * x[lag:] + math.sqrt(0.19) * x[:-lag]
    cause = next(f.cause for f in check_sample(x, Normal()).failures if f.name == "neighbours")
    assert cause == f"values {lag} apart are correlated"


def test_quick_p_values_are_close_to_exact_ones():
    """Where nothing is decided a p-value may be quick, but must be about right, and every other one is exact."""
    for df in (8, 30, 1000):
        for z in np.linspace(-3.0, 5.0, 33):
            x = df + float(z) * math.sqrt(2 * df)
            if x > 0:
                lower, upper = special.chi2_cdf(x, df), special.chi2_sf(x, df)
                assert properties._chi2_upper(x, df) == pytest.approx(upper, rel=0.05)
                assert properties._chi2(x, df) == pytest.approx(min(1.0, 2 * min(lower, upper)), rel=0.1)
    for n, p in ((1000, 0.003), (1000, 0.2), (10**6, 1e-4), (50, 0.5), (40, 0.01)):
        for k in {0, *range(math.floor(n * p), min(n, math.ceil(n * p + 6 * math.sqrt(n * p))) + 1)}:
            both = 2 * min(special.binomial_cdf(k, n, p), special.binomial_sf(k - 1, n, p))
            assert properties._count(k, n, p) == pytest.approx(min(1.0, both), rel=0.2, abs=0.0)


@pytest.mark.parametrize("n", [8, 100, 3000])
def test_the_test_of_kolmogorov_and_smirnov_is_that_of_scipy(n):
    for seed in range(20):
        x = np.random.default_rng([seed, n]).random(n)
        found = next(f for f in check_sample(x, Uniform(0, 1)).findings if f.name == "Kolmogorov-Smirnov")
        assert found.p == pytest.approx(stats.kstest(x, "uniform").pvalue, rel=0.05)


def p_values(z):
    """By SciPy, for a matrix that should be of standard normal values."""
    flat, n, half = z.reshape(-1), z.size, z.size // 2
    u = stats.norm.cdf(flat)
    w = math.sqrt(12) * (u - 0.5)
    square = w.reshape(z.shape)
    legendre = [
        np.polynomial.legendre.Legendre.basis(k)(2 * u - 1).sum() * math.sqrt((2 * k + 1) / n) for k in range(5)
    ]
    nothing_below, nothing_above = (1 - u.min()) ** n, u.max() ** n
    pairs = [w[lag:] @ w[:-lag] / math.sqrt(n - lag) for lag in range(1, 65)]
    for lag in (1, 2):
        pairs.append((square[lag:] * square[:-lag]).sum() / math.sqrt(n - lag * n / len(z)))
        pairs.append((square[:, lag:] * square[:, :-lag]).sum() / math.sqrt(n - lag * len(z)))
    means, spreads = [], []
    for rows in (z, z.T):
        k, m = rows.shape
        means.append(2 * stats.chi2.sf((rows.sum(1) ** 2).sum() / m, k))
        for square in ((rows**2).sum(1).min(), (rows**2).sum(1).max()):
            spreads.append(4 * k * 2 * min(stats.chi2.cdf(square, m), stats.chi2.sf(square, m)))
    tails = []
    for far in (3, 4, 5):
        count, law = (np.abs(flat) > far).sum(), stats.binom(n, 2 * stats.norm.sf(far))
        tails.append(3 * 2 * min(law.cdf(count), law.sf(count - 1)))
    ordered = np.sort(flat)
    a2 = -n - (2 * np.arange(n) + 1) @ (stats.norm.logcdf(ordered) + stats.norm.logsf(ordered[::-1])) / n
    more, less = math.sqrt(max(z.shape) - 1), math.sqrt(min(z.shape))
    centre, scale = (more + less) ** 2, (more + less) * (1 / more + 1 / less) ** (1 / 3)
    normal = {
        "mean": flat.sum() / math.sqrt(n),
        "skewness": legendre[3],
        "kurtosis": legendre[4],
        "halves": w[:half] @ w[half:] / math.sqrt(half),
    }
    return {
        **{name: 2 * stats.norm.sf(abs(value)) for name, value in normal.items()},
        "neighbours": len(pairs) * 2 * stats.norm.sf(np.abs(pairs).max()),
        "smallest value": 2 * min(nothing_below, 1 - nothing_below),
        "largest value": 2 * min(nothing_above, 1 - nothing_above),
        "variance": 2 * min(stats.chi2.cdf(flat @ flat, n), stats.chi2.sf(flat @ flat, n)),
        "means of slices": min(means),
        "spread of slices": min(spreads),
        "tails": min(tails),
        "Kolmogorov-Smirnov": stats.kstest(flat, "norm").pvalue,
        "Anderson-Darling": special.anderson_darling_sf(a2, n),
        "largest singular value": special.tracy_widom_sf((np.linalg.norm(z, 2) ** 2 - centre) / scale),
    }


@pytest.mark.parametrize("scale", [0.97, 1.0, 1.04])
@pytest.mark.parametrize("shape", [(50, 60), (70, 40)])
def test_p_values_are_those_of_scipy(scale, shape):
    z = scale * np.random.default_rng(shape).standard_normal(shape)
    found = {finding.name: finding.p for finding in check_sample(z, Normal()).findings}
    for name, p in p_values(z).items():
        rough = p > 0.2 and name in (
            "variance",
            "means of slices",
            "tails",
            "Kolmogorov-Smirnov",
        )  # a quick one will do
        assert found[name] == pytest.approx(min(1.0, p), rel=0.1 if rough else 1e-7), name


@pytest.mark.parametrize(("rows", "columns", "power"), [(100, 4, 4), (100, 40, 40), (70, 45, 40)])
def test_equal_slices_have_the_chance_of_a_generator_of_22_bits(rows, columns, power):
    x = np.random.default_rng(0).standard_normal((rows, columns)).astype(np.float32)
    x[3] = x[1]
    found = next(f for f in check_sample(x, Normal()).findings if f.name == "equal slices")
    assert found.p == pytest.approx(0.5 * rows**2 * 2.0 ** (-22 * power), rel=1e-9, abs=0.0)


@pytest.mark.parametrize(("times", "most"), [([12], True), ([9, 2, 2], True), ([2] * 55, False), ([3] * 30, False)])
def test_repeated_values_have_twice_the_chance_of_what_rounds_to_them(times, most):
    """Of the most frequent value, for all that it could have been, and of as many pairs of equal ones."""
    numbers = 1.0 + np.arange(1.0, 121.0) / 1024  # neighbours in float16
    counts = np.array([1] * 30 + times + [1] * (90 - len(times)))
    law, n = stats.norm(1.0, 0.2), counts.sum()
    chances = 2 * (law.cdf(numbers + 2.0**-11) - law.cdf(numbers - 2.0**-11))
    single = stats.binom.sf(counts.max() - 1, n, chances[30]) / chances[30]
    pairs = 1.5 * n * (n - 1) / 2 * np.average(chances, weights=counts)
    several = stats.poisson.sf((counts * (counts - 1)).sum() // 2 - 1, pairs)
    x = np.repeat(numbers, counts).astype(np.float16)
    found = next(f for f in check_sample(x, Normal(1.0, 0.2)).findings if f.name == "repeated values")
    assert (single < several) == most == found.observed.startswith(f"{max(times)} times 1.03")
    assert found.p == pytest.approx(min(1.0, 2 * min(single, several)), rel=1e-6, abs=0.0)
    assert found.expected == (f"{n * chances[30]:.3g} times" if most else "more")


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
@pytest.mark.parametrize("law", [Uniform(1.0, 1.1), TruncatedNormal(0.0, 1.0, 1.0, 1.1)], ids=repr)
def test_a_value_is_spread_over_what_rounds_to_it(name, law):
    """But for the outermost numbers of the support, which stand for what lies between them and its ends too."""
    grid, stated = GRIDS[name], as_law(law)
    numbers = np.arange(1.0, 1.1, 2.0 ** (1 - grid.digits))
    numbers = numbers[(numbers < 1.1) if stated.open_high else (numbers <= 1.1)]
    x = np.repeat(numbers, 300)
    below, above = grid.cell(x)
    spread = properties._spread(x, stated, grid)
    assert ((spread >= 1.0) & (spread <= 1.1)).all()
    inside = (x != numbers[0]) & (x != numbers[-1])
    assert (np.abs(spread - x) <= below)[inside].all()
    assert spread.min() < 1.0 + 0.1 * below[0]
    assert spread.max() > 1.1 - 0.1 * above[-1]


def test_zeros_of_a_coarse_grid_are_no_alarm():
    law = Normal(0.0, 1e-5)
    out = law.values(Key(0, 0), (100, 100), np.float16)
    assert np.count_nonzero(out == 0)
    assert check_sample(out, law).passed


@settings(max_examples=40, deadline=None)
@given(st.floats(-100, 100), st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_scale_and_shift_change_nothing(loc, scale, seed):
    """In float64, p-values depend on the standardized values alone, but for the last digits."""
    z = np.random.default_rng(seed).standard_normal((20, 15))
    plain, moved = check_sample(z, Normal()), check_sample(loc + scale * z, Normal(loc, scale))
    for a, b in zip(plain.findings, moved.findings, strict=True):
        assert a.name == b.name
        if a.name != "repeated values":
            assert a.p == pytest.approx(b.p, rel=1e-3, abs=1e-9)
