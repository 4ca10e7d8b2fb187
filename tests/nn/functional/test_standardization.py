import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.nn.functional.standardization import Layout, rescale, standardize

ROWS = Layout((3, 5), (1,), (1, 5))
ONE, ZERO = np.ones(5), np.zeros(5)


def normal(x, epsilon=0.0, dtype=np.float64, **settings):
    x = np.asarray(x, dtype)
    return standardize(x, ONE.astype(dtype), ZERO.astype(dtype), layout=ROWS, epsilon=epsilon, **settings)[0]


@given(st.integers(0, 99), st.sampled_from([1e-3, 1.0, 1e4]), st.floats(-100, 100))
def test_units_and_origins_play_no_part(seed, unit, origin):
    x = np.random.default_rng(seed).standard_normal((3, 5))
    found = normal(x)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(normal(unit * x + origin), found, rtol=0, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_squares_may_leave_the_range(dtype):
    x = np.random.default_rng(1).standard_normal((3, 5)).astype(dtype)
    found = normal(x, dtype=dtype)
    limits = np.finfo(dtype)
    for unit in (np.sqrt(limits.max) * 8, np.sqrt(limits.tiny) / 8):
        unit = 2.0 ** np.round(np.log2(unit))
        np.testing.assert_allclose(normal(x * dtype(unit), dtype=dtype), found, rtol=8 * limits.eps)


def test_a_constant_row_beside_a_large_one():
    x = np.array([[3.0] * 5, [1e200, -1e200, 0, 0, 0], [0.0] * 5])
    found = normal(x, epsilon=1e-5)
    np.testing.assert_array_equal(found[[0, 2]], 0)
    np.testing.assert_allclose(found[1], [np.sqrt(2.5), -np.sqrt(2.5), 0, 0, 0], rtol=1e-12)


@pytest.mark.parametrize("centred", [True, False])
def test_moments_are_those_of_numpy(centred):
    x, moments = np.random.default_rng(2).standard_normal((3, 5)), []
    normal(x, epsilon=0.1, centred=centred, moments=moments)
    mean = x.mean(axis=1, keepdims=True) if centred else 0.0
    np.testing.assert_allclose(moments[0], mean, rtol=1e-12)
    np.testing.assert_allclose(moments[1], ((x - mean) ** 2).mean(axis=1, keepdims=True), rtol=1e-12)


def test_sums_are_exact_in_single_precision():
    x = np.full((1, 2**16), 0.1, np.float32)
    moments = []
    layout = Layout(x.shape, (1,), x.shape)
    standardize(
        x, np.ones(x.size, np.float32), np.zeros(x.size, np.float32), layout=layout, epsilon=1.0, moments=moments
    )
    assert moments[0].item() == np.float32(0.1)
    assert moments[1].item() == 0.0


def test_given_statistics_of_the_values_are_their_own():
    x = np.random.default_rng(3).standard_normal((6, 5))
    weight, bias = np.arange(5.0), np.arange(5.0) - 2
    layout = Layout((6, 5), (0,), (1, 5))
    own = standardize(x, weight, bias, layout=layout, epsilon=0.1)[0]
    known = rescale(x, weight, bias, layout=layout, epsilon=0.1, mean=x.mean(0), variance=x.var(0))[0]
    np.testing.assert_allclose(own, known, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [8, 64, 5000])
@pytest.mark.parametrize("axes", [(1,), (0, 1), (0,)])
def test_runs_in_memory_are_added_up_as_all_else(size, axes):
    x = np.random.default_rng(4).standard_normal((3, size))
    layout, moments = Layout(x.shape, axes, (1, size)), []
    standardize(x, np.ones(size), np.zeros(size), layout=layout, epsilon=0.1, moments=moments)
    np.testing.assert_allclose(moments[1], x.var(axis=axes, keepdims=True), rtol=1e-12)
    deep, form, moments_of_deep = np.stack([x, 2 * x]), Layout((2, 3, size), (0, 2), (1, 3, 1)), []
    standardize(deep, np.ones(3), np.zeros(3), layout=form, epsilon=0.1, moments=moments_of_deep)
    np.testing.assert_allclose(moments_of_deep[1], deep.var(axis=(0, 2), keepdims=True), rtol=1e-12)
    turned = []
    standardize(np.asfortranarray(x), np.ones(size), np.zeros(size), layout=layout, epsilon=0.1, moments=turned)
    np.testing.assert_allclose(turned[1], moments[1], rtol=1e-12)
