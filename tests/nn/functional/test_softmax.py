import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812


def run(function, values, dtype=np.float64):
    return function(pa.to_tensor(np.asarray(values, dtype))).numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_values_are_those_of_scipy(name, axis, dtype):
    x = np.random.default_rng(3).normal(scale=3, size=(2, 3, 4)).astype(dtype)
    found, expected = getattr(F, name)(pa.Tensor(x), axis), getattr(special, name)(x.astype(np.float64), axis)
    assert (found.dtype, found.shape) == (dtype, x.shape)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=8 * np.finfo(dtype).eps * abs(expected).max())
    with_integers = getattr(F, name)(np.array([[3, -1, 2]]), -1)
    assert with_integers.dtype == np.float32
    np.testing.assert_allclose(with_integers.numpy(), getattr(special, name)([[3.0, -1, 2]], -1), rtol=1e-5)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=8),
    st.floats(-1e4, 1e4),
)
def test_softmax_is_a_law_that_a_shift_does_not_change(values, shift):
    probabilities = run(F.softmax, values)
    assert (probabilities >= 0).all()
    assert math.isclose(probabilities.sum(), 1.0, rel_tol=1e-14)
    np.testing.assert_allclose(run(F.softmax, np.array(values) + shift), probabilities, rtol=1e-9)
    np.testing.assert_allclose(np.exp(run(F.log_softmax, values)), probabilities, rtol=1e-13)
    weights = [math.exp(v - max(values)) for v in values]
    np.testing.assert_allclose(probabilities, np.array(weights) / math.fsum(weights), rtol=1e-13)


def test_softmax_of_huge_values():
    np.testing.assert_array_equal(run(F.softmax, [1e300, 1e300, -np.inf]), [0.5, 0.5, 0.0])
    np.testing.assert_array_equal(run(F.log_softmax, [0.0, -1e300, -np.inf]), [0.0, -1e300, -np.inf])


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [3, -4])
def test_an_axis_must_exist(name, axis):
    with pytest.raises(ValueError, match=r"axis must be in \[-3, 2\], but received"):
        getattr(F, name)(pa.to_tensor(np.ones((2, 2, 2))), axis)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_probabilities_of_many_classes_add_up(dtype):
    x = pa.to_tensor(np.zeros((2, 1000)), dtype, stop_gradient=False)
    y = F.softmax(x)
    np.testing.assert_allclose(y.numpy().astype(float), 1e-3, rtol=2**-7)
    y.backward(pa.to_tensor(np.ones((2, 1000)), dtype))
    np.testing.assert_allclose(x.grad.numpy().astype(float), 0, atol=1e-6)
    np.testing.assert_allclose(F.log_softmax(x).numpy().astype(float), -math.log(1000), rtol=2**-7)


def test_masked_values_have_no_probability_and_no_gradient():
    x = pa.to_tensor(np.array([[1.0, -np.inf, 2.0]]), stop_gradient=False)
    y = F.softmax(x)
    y.backward(np.array([[1.0, 5.0, 0.0]]))
    assert y.numpy()[0, 1] == x.grad.numpy()[0, 1] == 0.0
    np.testing.assert_allclose(y.numpy()[0, ::2], special.softmax([1.0, 2.0]))
    for axis in (0, 1):
        assert F.softmax(pa.Tensor(np.ones((0, 2))), axis).shape == [0, 2]
        assert F.log_softmax(pa.Tensor(np.ones((0, 2))), axis).shape == [0, 2]
    assert F.softmax(pa.Tensor(3.0)).item() == 1.0


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_the_dtype_is_that_of_the_computation(name):
    x = pa.to_tensor(np.array([1.0, 1.0 + 2**-30]), stop_gradient=False)
    wide, narrow = getattr(F, name)(x), getattr(F, name)(x, dtype="float32")
    assert (wide.dtype, narrow.dtype) == (np.float64, np.float32)
    assert narrow.numpy()[0] == narrow.numpy()[1]
    (narrow * pa.to_tensor([1.0, 2.0])).sum().backward()
    assert x.grad.dtype == np.float64
    with pytest.raises(ValueError, match="dtype must be one of"):
        getattr(F, name)(x, dtype="int32")
    with pytest.raises(TypeError, match="axis must be an integer"):
        getattr(F, name)(x, 0.0)


def test_softmax_into_a_tensor_and_in_place():
    x = pa.to_tensor([1.0, 2.0])
    expected, out = F.softmax(x).numpy(), pa.to_tensor([0.0, 0.0])
    assert F.softmax(x, out=out) is out
    assert F.softmax_(x) is x
    np.testing.assert_array_equal(out.numpy(), expected)
    np.testing.assert_array_equal(x.numpy(), expected)
    assert F.softmax_(x, dtype="float64").dtype == x.dtype == np.float64


def test_gumbel_softmax_draws_from_the_law():
    law, n = np.array([0.05, 0.25, 0.7]), 40_000
    with pa.seed(1):
        hard = F.gumbel_softmax(np.tile(np.log(law), (n, 1)), hard=True).numpy()
    assert set(np.unique(hard)) == {0.0, 1.0}
    assert (hard.sum(-1) == 1).all()
    # Six standard errors.
    np.testing.assert_array_less(np.abs(hard.mean(0) - law), 6 * np.sqrt(law * (1 - law) / n))


def test_gumbel_softmax_is_soft_or_hard_with_one_gradient():
    found = {}
    for hard in (False, True):
        x = pa.to_tensor(np.random.default_rng(0).standard_normal((4, 3)), stop_gradient=False)
        with pa.seed(2):
            y = F.gumbel_softmax(x, 0.5, hard, axis=0)
        np.testing.assert_allclose(y.numpy().sum(0), 1)
        y.backward(np.arange(12.0).reshape(4, 3))
        found[hard] = y.numpy(), x.grad.numpy()
    np.testing.assert_array_equal(found[False][0].argmax(0), found[True][0].argmax(0))
    np.testing.assert_array_equal(found[False][1], found[True][1])
    assert found[True][1].all()
    assert F.gumbel_softmax(3.0, hard=True).item() == 1.0
    assert F.gumbel_softmax(np.ones((0, 2)), hard=True, axis=0).shape == [0, 2]


def test_a_colder_choice_is_nearer_to_one():
    x = np.zeros((1000, 5))
    with pa.seed(3):
        warm, key = F.gumbel_softmax(x, 5.0).numpy(), pa.seed(3)
    with key:
        cold = F.gumbel_softmax(x, 0.05).numpy()
    assert warm.max(-1).mean() < 0.5 < 0.9 < cold.max(-1).mean()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"temperature": 0.0}, ValueError),
        ({"temperature": "1"}, TypeError),
        ({"hard": 1}, TypeError),
        ({"axis": 2}, ValueError),
    ],
)
def test_bad_settings_take_no_random_numbers(settings, error):
    x = np.zeros((2, 3))
    with pa.seed(4):
        with pytest.raises(error, match=next(iter(settings))):
            F.gumbel_softmax(x, **settings)
        after = F.gumbel_softmax(x).numpy()
    with pa.seed(4):
        np.testing.assert_array_equal(F.gumbel_softmax(x).numpy(), after)
