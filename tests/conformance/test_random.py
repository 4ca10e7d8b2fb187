"""Random tensors beside the real Paddle: shapes and dtypes, and the same laws by two samples.

The two streams differ, so values can't be compared. The false-alarm rate is ALPHA per law.
"""

import warnings

import numpy as np
import paddle
import pytest
from scipy import stats

import paramattr as pa

ALPHA = 1e-5
SIZE = 4000


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def filled(lib, value, dtype="float32"):
    return lib.to_tensor(np.full((2, SIZE), value, dtype))


LAWS = {
    "rand": lambda lib: lib.rand([2, SIZE]),
    "rand, sizes": lambda lib: lib.rand(2, SIZE),
    "rand, float64": lambda lib: lib.rand([2, SIZE], "float64"),
    "randn": lambda lib: lib.randn([2, SIZE]),
    "standard_normal": lambda lib: lib.standard_normal([2, SIZE], dtype="float64"),
    "uniform": lambda lib: lib.uniform([2, SIZE], min=-3.0, max=1.0),
    "normal": lambda lib: lib.normal(1.0, 2.0, [2, SIZE]),
    "normal, means": lambda lib: lib.normal(filled(lib, 1.5), 2.0),
    "normal, deviations": lambda lib: lib.normal(0.5, filled(lib, 3.0)),
    "log_normal": lambda lib: lib.log_normal(0.5, 0.4, [2, SIZE]),
    "rand_like": lambda lib: lib.rand_like(filled(lib, 0.0)),
    "randn_like": lambda lib: lib.randn_like(filled(lib, 0.0, "float64")),
    "randint": lambda lib: lib.randint(-3, 9, [2, SIZE]),
    "randint, one bound": lambda lib: lib.randint(9, shape=[2, SIZE], dtype="int32"),
    "randint_like": lambda lib: lib.randint_like(filled(lib, 0.0), 2, 11),
    "randperm": lambda lib: lib.randperm(SIZE),
    "bernoulli": lambda lib: lib.bernoulli(filled(lib, 0.3)),
    "bernoulli, one probability": lambda lib: lib.bernoulli(filled(lib, 0.0), 0.7),
    "multinomial": lambda lib: lib.multinomial(lib.to_tensor([[0.1, 0.5, 0.4]] * 2), SIZE, True),
    "multinomial, method": lambda lib: lib.to_tensor([0.1, 0.5, 0.4]).multinomial(SIZE, True),
    "multinomial, each once": lambda lib: lib.multinomial(lib.to_tensor([[0.1, 0.5, 0.4, 2.0]] * SIZE), 2)[:, 1],
    "poisson": lambda lib: lib.poisson(filled(lib, 4.5)),
    "poisson, large": lambda lib: lib.poisson(filled(lib, 300.0)),
    "binomial": lambda lib: lib.binomial(filled(lib, 30, "int64"), filled(lib, 0.2)),
    "binomial, large": lambda lib: lib.binomial(filled(lib, 500, "int64"), filled(lib, 0.7)),
    "standard_gamma": lambda lib: lib.standard_gamma(filled(lib, 2.5)),
    "standard_gamma, small": lambda lib: lib.standard_gamma(filled(lib, 0.3, "float64")),
    "uniform_": lambda lib: filled(lib, 0.0).uniform_(-1.0, 2.0),
    "normal_": lambda lib: filled(lib, 0.0).normal_(1.0, 2.0),
    "log_normal_": lambda lib: filled(lib, 0.0, "float64").log_normal_(0.5, 0.3),
    "exponential_": lambda lib: filled(lib, 0.0).exponential_(3.0),
    "bernoulli_": lambda lib: filled(lib, 0.0).bernoulli_(0.4),
    "bernoulli_, probabilities": lambda lib: filled(lib, 0.0).bernoulli_(filled(lib, 0.8)),
    "cauchy_": lambda lib: filled(lib, 0.0).cauchy_(1.0, 2.0),
    "geometric_": lambda lib: (
        filled(lib, 0.0).geometric_(0.3).ceil() if lib is paddle else filled(lib, 0.0).geometric_(0.3)
    ),
    "random_": lambda lib: filled(lib, 0, "int64").random_(3, 12),
    "random_, one bound": lambda lib: filled(lib, 0.0).random_(7),
    "random_, whole range": lambda lib: filled(lib, 0, "int64").random_(),
}


@pytest.mark.parametrize("name", LAWS)
def test_laws(name):
    paddle.seed(5)
    with pa.seed(5):
        found = LAWS[name](pa).numpy()
    expected = LAWS[name](paddle).numpy()
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    if name == "randperm":
        np.testing.assert_array_equal(np.sort(found), np.sort(expected))
        return
    values, counts = np.unique(np.concatenate([found.ravel(), expected.ravel()]), return_counts=True)
    if counts.max() > SIZE // 200:  # a discrete law
        edges = values[:: max(1, len(values) // 40)]
        table = [np.bincount(np.searchsorted(edges, x.ravel()), minlength=len(edges) + 1) for x in (found, expected)]
        table = np.array(table)[:, np.sum(table, axis=0) > 0]
        assert stats.chi2_contingency(table).pvalue > ALPHA
    else:
        assert stats.ks_2samp(found.ravel(), expected.ravel()).pvalue > ALPHA


def test_the_state_goes_through_both_in_the_same_way():
    for lib in (paddle, pa):
        generator = lib.seed(3)
        assert generator.initial_seed() == 3
        state = lib.get_rng_state()
        first = lib.rand([3]).tolist()
        lib.set_rng_state(state)
        assert lib.rand([3]).tolist() == first
        lib.seed(3)
        assert lib.rand([3]).tolist() == first
        generator.manual_seed(3)
        assert lib.rand([3]).tolist() == first
        saved = generator.get_state()
        second = lib.rand([3]).tolist()
        generator.set_state(saved)
        assert lib.rand([3]).tolist() == second != first
