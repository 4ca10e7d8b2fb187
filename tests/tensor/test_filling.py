"""Values drawn anew in place. The false-alarm rate is ALPHA per statistical test."""

import numpy as np
import pytest
from scipy import stats

import paramattr as pa

ALPHA = 1e-5
SIZE = 20_000
LAWS = {
    "uniform_": ((-1.0, 2.0), stats.uniform(-1, 3)),
    "normal_": ((1.0, 2.0), stats.norm(1, 2)),
    "log_normal_": ((0.5, 0.3), stats.lognorm(0.3, scale=np.exp(0.5))),
    "exponential_": ((4.0,), stats.expon(scale=0.25)),
    "cauchy_": ((1.0, 2.0), stats.cauchy(1, 2)),
}
DEFAULTS = ["uniform_", "normal_", "log_normal_", "exponential_", "cauchy_", "bernoulli_", "random_"]


@pytest.mark.parametrize("name", LAWS)
def test_laws(name):
    arguments, law = LAWS[name]
    x = pa.to_tensor(np.zeros((SIZE,), np.float32))
    shared = x.detach()
    with pa.seed(1):
        assert getattr(x, name)(*arguments) is x
    assert stats.kstest(x.numpy(), law.cdf).pvalue > ALPHA
    np.testing.assert_array_equal(shared.numpy(), x.numpy())


def test_discrete_laws():
    x = pa.to_tensor(np.zeros(SIZE))
    with pa.seed(3):
        geometric = x.geometric_(0.3).numpy().astype(int)
        most = 12
        expected = stats.geom(0.3).pmf(np.arange(1, most + 1))
        expected[-1] = stats.geom(0.3).sf(most - 1)
        counts = np.bincount(np.minimum(geometric, most), minlength=most + 1)[1:]
        assert geometric.min() == 1
        assert stats.chisquare(counts, SIZE * expected).pvalue > ALPHA
        assert stats.binomtest(int(x.bernoulli_(0.2).sum().item()), SIZE, 0.2).pvalue > ALPHA
        assert stats.chisquare(np.bincount(x.random_(2, 7).numpy().astype(int), minlength=7)[2:]).pvalue > ALPHA


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", DEFAULTS)
def test_dtypes_stay_and_the_stream_repeats(name, dtype):
    with pa.seed(5):
        first = getattr(pa.to_tensor(np.ones(9), dtype), name)()
    with pa.seed(5):
        again = getattr(pa.to_tensor(np.ones(9), dtype), name)()
    assert first.dtype.name == dtype
    np.testing.assert_array_equal(first.numpy(), again.numpy())
    assert len(set(first.tolist())) > 1


def test_probabilities_per_element():
    x = pa.to_tensor([[5.0, 5.0], [5.0, 5.0]])
    assert x.bernoulli_(pa.to_tensor([0.0, 1.0])).tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert x.geometric_(pa.to_tensor([[1.0], [1e-35]]))[0].tolist() == [1.0, 1.0]
    assert bool((x[1] > 1e30).numpy().all())


def test_ranges_of_random_integers():
    x = pa.to_tensor(np.zeros(500, np.int8))
    assert set(x.random_(3).tolist()) == {0, 1, 2}
    assert set(x.random_(-2, 1).tolist()) == {-2, -1, 0}
    assert 100 < int(x.random_().max().item()) < 127
    assert int(pa.to_tensor(np.zeros(50, np.uint64)).random_().max().item()) < 2**63
    whole = pa.to_tensor(np.zeros(500, np.float32)).random_()
    assert 2**23 < whole.max().item() < 2**24
    assert bool((whole.numpy() == np.floor(whole.numpy())).all())


def test_the_gradient_to_the_old_values_is_0():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    y = x * 2.0
    y.normal_()
    (y * x).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())
    state, before = pa.get_rng_state(), x.tolist()
    with pytest.raises(ValueError, match="is a leaf that needs a gradient"):
        x.uniform_()
    assert (pa.get_rng_state(), x.tolist()) == (state, before)
    with pa.no_grad():
        assert x.uniform_().tolist() != before


def test_what_is_refused_before_a_key_is_taken():
    state = pa.get_rng_state()
    x, i = pa.to_tensor([1.0, 2.0]), pa.to_tensor([1, 2])
    for call, error, message in [
        *((lambda name=name: getattr(i, name)(), TypeError, "x must hold floating-point") for name in DEFAULTS[:-1]),
        (lambda: pa.normal_([1.0]), TypeError, "x must be a Tensor"),
        (lambda: x.uniform_(2.0, 1.0), ValueError, "min must not be more than max"),
        (lambda: x.uniform_(0.0, 1.0, -1), ValueError, "seed must be >= 0"),
        (lambda: x.normal_(0.0, -1.0), ValueError, "std must be"),
        (lambda: x.log_normal_("0"), TypeError, "mean must be a real number"),
        (lambda: x.exponential_(0.0), ValueError, "lam must be finite and > 0"),
        (lambda: x.cauchy_(0.0, 0.0), ValueError, "scale must be finite and > 0"),
        (lambda: x.bernoulli_(1.5), ValueError, "p must lie between 0 and 1"),
        (lambda: x.bernoulli_(pa.to_tensor([0.1, 0.2, 0.3])), ValueError, r"p must broadcast to shape \[2\]"),
        (lambda: x.geometric_(0.0), ValueError, "probs must lie between 0 and 1"),
        (lambda: x.geometric_(1.5), ValueError, "probs must lie between 0 and 1"),
        (lambda: x.bernoulli_(-0.5), ValueError, "p must lie between 0 and 1"),
        (lambda: x.bernoulli_(1.5), ValueError, "p must lie between 0 and 1"),
        (lambda: x.bernoulli_(pa.to_tensor([0.5, np.nan])), ValueError, "p must lie between 0 and 1"),
        (lambda: x.random_(5, 2), ValueError, "low must be less than high"),
        (lambda: pa.to_tensor([True]).random_(2), TypeError, "x must hold floating-point numbers"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert pa.get_rng_state() == state
