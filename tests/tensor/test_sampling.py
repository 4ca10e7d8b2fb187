"""Laws whose parameters are tensors. The false-alarm rate is ALPHA per statistical test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa

ALPHA = 1e-5
SIZE = 20_000


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_probabilities(dtype):
    with pa.seed(2):
        for p in (0.0, 1e-3, 0.5, 0.9, 1.0):
            values = pa.bernoulli(pa.to_tensor(np.full(SIZE, p, dtype)))
            assert values.dtype == dtype
            assert set(values.tolist()) <= {0.0, 1.0}
            count = int(values.numpy().sum(dtype=np.float64))
            assert stats.binomtest(count, SIZE, float(np.array(p, dtype))).pvalue > ALPHA
        assert pa.bernoulli(values * 0.0, 1.0).tolist()[:2] == [1, 1]


def test_counts():
    with pa.seed(4):
        poisson = pa.poisson(pa.to_tensor(np.full((2, SIZE), 4.0)))
        binomial = pa.binomial(pa.to_tensor([[12]]), pa.to_tensor(np.full(SIZE, 0.3)))
        gamma = pa.standard_gamma(pa.to_tensor(np.full(SIZE, 2.5)))
    assert (poisson.shape, poisson.dtype) == ([2, SIZE], np.float64)
    assert (binomial.shape, binomial.dtype) == ([1, SIZE], np.int64)
    for values, law, most in [(poisson, stats.poisson(4.0), 12), (binomial, stats.binom(12, 0.3), 8)]:
        counts = np.bincount(np.minimum(values.numpy().ravel().astype(int), most), minlength=most + 1)
        expected = law.pmf(np.arange(most + 1))
        expected[-1] = law.sf(most - 1)
        assert stats.chisquare(counts, expected * counts.sum()).pvalue > ALPHA
    assert stats.kstest(gamma.numpy(), stats.gamma(2.5).cdf).pvalue > ALPHA


def test_one_probability_for_all():
    x = pa.ones([SIZE])
    with pa.seed(9):
        found = pa.bernoulli(x, 0.25)
    assert stats.binomtest(int(found.sum().item()), SIZE, 0.25).pvalue > ALPHA
    assert [pa.bernoulli(x, p).mean().item() for p in (0.0, 0, 1.0, 1)] == [0, 0, 1, 1]


def test_a_poisson_number_has_the_gradient_0():
    x = pa.to_tensor([2.0, 30.0], stop_gradient=False)
    pa.poisson(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_indices_with_replacement_have_the_shares_of_the_weights():
    weights = np.array([[1.0, 0.0, 2.0, 5.0], [0.0, 1.0, 0.0, 0.0]])
    with pa.seed(6):
        found = pa.multinomial(pa.to_tensor(weights), SIZE, replacement=True).numpy()
    counts = np.bincount(found[0], minlength=4)
    assert counts[1] == 0
    used = weights[0] > 0
    assert stats.chisquare(counts[used], SIZE * weights[0, used] / 8).pvalue > ALPHA
    assert set(found[1].tolist()) == {1}


def test_indices_without_replacement_come_in_the_order_of_draws():
    """The first index has the shares of the weights, the second those of what is left."""
    weights = np.array([1.0, 2.0, 0.0, 3.0])
    with pa.seed(8):
        found = pa.multinomial(pa.to_tensor(np.tile(weights, (SIZE, 1))), 2).numpy()
    assert (found[:, 0] != found[:, 1]).all()
    pairs = {(i, j): weights[i] / 6 * weights[j] / (6 - weights[i]) for i in (0, 1, 3) for j in (0, 1, 3) if i != j}
    counts = [int(((found[:, 0] == i) & (found[:, 1] == j)).sum()) for i, j in pairs]
    assert stats.chisquare(counts, SIZE * np.array(list(pairs.values()))).pvalue > ALPHA


@given(st.lists(st.sampled_from([0.0, 1e-300, 1.0, 1e300]), min_size=1, max_size=6).filter(any), st.booleans())
def test_what_has_no_weight_is_never_drawn(weights, replacement):
    count = 50 if replacement else int(np.count_nonzero(weights))
    found = pa.multinomial(pa.to_tensor(np.array(weights)), count, replacement).tolist()
    assert all(weights[index] > 0 for index in found)
    assert replacement or sorted(found) == np.flatnonzero(weights).tolist()


def test_what_is_refused_before_a_key_is_taken():
    state = pa.get_rng_state()
    x = pa.to_tensor([0.5, 0.5])
    for call, error, message in [
        (lambda: pa.bernoulli(pa.to_tensor([0, 1])), TypeError, "x must hold floating-point numbers"),
        (lambda: pa.bernoulli(pa.to_tensor([1.5])), ValueError, "x must hold numbers from 0 to 1"),
        (lambda: pa.bernoulli(pa.to_tensor([np.nan])), ValueError, "x must hold numbers from 0 to 1"),
        (lambda: pa.bernoulli(x, 2.0), ValueError, "p must be"),
        (lambda: pa.poisson(pa.to_tensor([-1.0])), ValueError, "x must hold numbers that are not negative"),
        (lambda: pa.poisson(pa.to_tensor([np.inf])), ValueError, "x must hold numbers that are not negative"),
        (lambda: pa.poisson(pa.to_tensor([1])), TypeError, "x must hold floating-point numbers"),
        (lambda: pa.standard_gamma(pa.to_tensor([-1.0])), ValueError, "x must hold numbers that are not negative"),
        (lambda: pa.binomial(pa.to_tensor([1.5]), x), ValueError, "count must hold whole numbers"),
        (lambda: pa.binomial(pa.to_tensor([1]), pa.to_tensor([2.0])), ValueError, "prob must hold numbers from 0 to 1"),
        (lambda: pa.binomial(pa.to_tensor([1, 2, 3]), x), ValueError, "count and prob must broadcast"),
        (lambda: pa.multinomial(x, 0), ValueError, "num_samples must be >= 1"),
        (lambda: pa.multinomial(x, 3), ValueError, "num_samples must be at most 2 without replacement"),
        (lambda: pa.multinomial(x * 0.0), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(-x), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor([[[1.0]]])), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor(1.0)), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor([1.0, np.inf])), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor([1.0, np.nan])), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor([[1.0, 2.0], [0.0, 0.0]])), ValueError, "x must be a vector or matrix"),
        (lambda: pa.multinomial(pa.to_tensor([1])), TypeError, "x must hold floating-point numbers"),
        (lambda: pa.multinomial(x, 1, 1), TypeError, "replacement must be a bool"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert pa.get_rng_state() == state
