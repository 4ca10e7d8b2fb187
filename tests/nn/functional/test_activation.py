import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "leaky_relu, steep": lambda x: F.leaky_relu(x, 1.7),
    "leaky_relu, falling": lambda x: F.leaky_relu(x, -0.5),
    "tanh": F.tanh,
    "sigmoid": F.sigmoid,
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "softmax": F.softmax,
    "softmax of the first axis": lambda x: F.softmax(x, 0),
    "log_softmax": F.log_softmax,
    "log_softmax of the middle axis": lambda x: F.log_softmax(x, 1),
}


def run(function, values, dtype=np.float64):
    return function(pa.to_tensor(np.asarray(values, dtype))).numpy()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients(name, check_grads):
    x = np.random.default_rng(0).uniform(0.1, 3.0, (2, 3, 4)) * np.random.default_rng(1).choice([-1, 1], (2, 3, 4))
    check_grads(ACTIVATIONS[name], x)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "tanh", "sigmoid", "gelu", "gelu by tanh"])
def test_far_values_give_the_limits_and_no_warning(name, dtype):
    far = np.finfo(dtype).max
    x = pa.to_tensor(np.array([-np.inf, -far, far], dtype)[1 if name == "leaky_relu" else 0 :], stop_gradient=False)
    y = ACTIVATIONS[name](x)
    y.backward(np.ones(y.shape))
    assert y.dtype == x.grad.dtype == dtype
    slope = {"leaky_relu": dtype(0.01)}.get(name, 0.0)
    tops = {"tanh": 1.0, "sigmoid": 1.0}
    floor = {"tanh": -1.0, "leaky_relu": -far * slope}.get(name, 0.0)
    np.testing.assert_allclose(y.numpy()[:-1], floor, rtol=1e-3)
    assert y.numpy()[-1] == tops.get(name, far)
    np.testing.assert_allclose(x.grad.numpy()[:-1], slope, rtol=1e-3)
    assert x.grad.numpy()[-1] == (0.0 if name in tops else 1.0)


@given(st.lists(st.floats(-30, 30), min_size=1))
def test_against_the_functions_of_python(values):
    def each(function):
        return [function(v) for v in values]

    np.testing.assert_array_equal(run(F.relu, values), each(lambda v: max(v, 0.0)))
    np.testing.assert_array_equal(run(F.leaky_relu, values), each(lambda v: v if v > 0 else 0.01 * v))
    np.testing.assert_allclose(run(F.sigmoid, values), each(lambda v: 1 / (1 + math.exp(-v))), rtol=1e-14)
    tanh = each(lambda v: 0.5 * v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))))
    np.testing.assert_allclose(run(ACTIVATIONS["gelu by tanh"], values), tanh, rtol=1e-12, atol=1e-14)


@given(st.lists(st.floats(-30, 30), min_size=1))
def test_gelu_is_exact_to_the_last_digits(values):
    # erfc keeps its digits in the lower tail, where 1 + erf has lost them.
    exact = [0.5 * v * math.erfc(-v * math.sqrt(0.5)) for v in values]
    found = run(F.gelu, values)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-15 * max(1.0, *map(abs, values)))
    # Relative error in the tail: that of exp(-x²/2), whose argument is known to x² / 2 parts in 2**53.
    np.testing.assert_allclose(found, exact, rtol=3e-13, atol=1e-300)
    np.testing.assert_allclose(run(F.gelu, values, np.float32), exact, rtol=0, atol=4e-7 * max(1.0, *map(abs, values)))


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


def test_bad_settings():
    x = pa.to_tensor([1.0])
    with pytest.raises(TypeError, match="approximate"):
        F.gelu(x, 1)
    with pytest.raises(ValueError, match="approximate"):
        F.gelu(x, "erf")
    with pytest.raises(ValueError, match="negative_slope"):
        F.leaky_relu(x, float("nan"))
    with pytest.raises(TypeError, match="axis"):
        F.softmax(x, 0.0)


REFERENCES = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "leaky_relu, steep": lambda x: np.where(x > 0, x, 1.7 * x),
    "leaky_relu, falling": lambda x: np.where(x > 0, x, -0.5 * x),
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "gelu": lambda x: x * special.ndtr(x),
    "gelu by tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "softmax": lambda x: special.softmax(x, -1),
    "softmax of the first axis": lambda x: special.softmax(x, 0),
    "log_softmax": lambda x: special.log_softmax(x, -1),
    "log_softmax of the middle axis": lambda x: special.log_softmax(x, 1),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_scipy(name, dtype):
    x = np.random.default_rng(3).normal(scale=3, size=(2, 3, 4)).astype(dtype)
    found = ACTIVATIONS[name](pa.Tensor(x))
    expected = REFERENCES[name](x.astype(np.float64))
    assert (found.dtype, found.shape) == (dtype, x.shape)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=8 * np.finfo(dtype).eps * abs(expected).max())


@pytest.mark.parametrize("name", ["gelu", "gelu by tanh", "sigmoid", "softmax", "log_softmax", "tanh"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_integers_are_computed_in_the_default_dtype(name, dtype):
    x = np.array([[[-3, 0, 2, 1]]], dtype)
    found = ACTIVATIONS[name](pa.Tensor(x))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.numpy(), REFERENCES[name](x.astype(float)), rtol=1e-4)


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


def test_the_slope_of_relu_at_zero_is_zero():
    x = pa.to_tensor([0.0, -0.0, 1.0], stop_gradient=False)
    for function, slopes in [(F.relu, [0.0, 0.0, 1.0]), (lambda t: F.leaky_relu(t, 0.5), [0.5, 0.5, 1.0])]:
        x.clear_grad()
        function(x).sum().backward()
        assert x.grad.tolist() == slopes
