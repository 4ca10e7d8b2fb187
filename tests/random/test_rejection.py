"""Laws with a parameter per element, against their cdfs. The false-alarm rate is ALPHA per statistical test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paramattr.random import Key, rejection

ALPHA = 1e-5
SIZE = 40_000
KEY = Key(11, 3)


def check_discrete(values, law):
    """Pearson's test with bins of an expectation of at least 50."""
    low, high = law.ppf([1e-4, 1 - 1e-4])
    edges = np.unique(law.ppf(np.linspace(0.01, 0.99, 50)))
    assert np.all(values == np.floor(values))
    counts = np.bincount(np.searchsorted(edges, values), minlength=edges.size + 1)
    expected = np.diff([0.0, *law.cdf(edges), 1.0]) * values.size
    used = expected > 1e-9
    assert counts[~used].sum() == 0
    assert stats.chisquare(counts[used], expected[used] * counts[used].sum() / expected[used].sum()).pvalue > ALPHA
    assert low - 1 <= np.median(values) <= high + 1


@pytest.mark.parametrize("rate", [1e-3, 0.7, 3.0, 9.99, 10.0, 11.5, 40.0, 1234.5, 1e6, 1e9])
def test_poisson(rate):
    check_discrete(rejection.poisson(KEY, np.full(SIZE, rate)), stats.poisson(rate))


@pytest.mark.parametrize(
    ("count", "prob"),
    [(1, 0.5), (5, 0.2), (20, 0.5), (30, 0.9), (100, 0.1), (1000, 0.999), (10**6, 0.3), (10**9, 1e-9), (10**12, 1e-9)],
)
def test_binomial(count, prob):
    values = rejection.binomial(KEY, np.full(SIZE, float(count)), np.full(SIZE, prob))
    assert values.min() >= 0
    assert values.max() <= count
    check_discrete(values, stats.binom(count, prob))


@pytest.mark.parametrize("shape", [0.05, 0.5, 0.99, 1.0, 1.7, 10.0, 1e4])
def test_gamma(shape):
    assert stats.kstest(rejection.gamma(KEY, np.full(SIZE, shape)), stats.gamma(shape).cdf).pvalue > ALPHA


def test_edges():
    zero = np.zeros(3)
    assert rejection.poisson(KEY, zero).tolist() == [0, 0, 0]
    assert rejection.gamma(KEY, zero).tolist() == [0, 0, 0]
    assert rejection.binomial(KEY, np.array([0.0, 7.0, 100.0]), np.array([0.5, 0.0, 1.0])).tolist() == [0, 0, 100]
    for law in (rejection.poisson, rejection.gamma):
        assert law(KEY, np.zeros(0)).size == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.data())
def test_a_number_depends_on_its_own_parameter_and_position(rates, data):
    """Other elements can change without changing it."""
    rates = np.array(rates)
    place = data.draw(st.integers(0, rates.size - 1))
    others = np.where(np.arange(rates.size) == place, rates, rates[::-1] + 3.0)
    for law in (rejection.poisson, rejection.gamma, lambda key, x: rejection.binomial(key, np.floor(x), x / 200)):
        assert law(KEY, rates)[place] == law(KEY, others)[place]


def test_log1p():
    x = np.array([-0.999, -0.5, -1e-9, -1e-300, 0.0, 1e-18, 1e-9, 0.5, 3.0])
    np.testing.assert_allclose(rejection.log1p(x), np.log1p(x), rtol=1e-15, atol=0)
    assert rejection.log1p(np.array([-1.0]))[0] == -np.inf


@pytest.mark.parametrize("prob", [1e-9, 0.3, 0.999])
def test_logarithms_of_probabilities_are_those_of_scipy(prob):
    k = np.arange(31.0)
    n, p = np.full(31, 30.0), np.full(31, prob)
    np.testing.assert_allclose(rejection._log_binomial(k, n, p), stats.binom.logpmf(k, n, p), rtol=1e-12)
    np.testing.assert_allclose(rejection._log_poisson(k, 30 * p), stats.poisson.logpmf(k, 30 * p), rtol=1e-12)
