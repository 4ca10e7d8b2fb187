import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

ACTIVATIONS = {
    "tanh": F.tanh,
    "sigmoid": F.sigmoid,
    "log_sigmoid": F.log_sigmoid,
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "swish": F.swish,
    "mish": F.mish,
    "softplus": F.softplus,
    "softsign": F.softsign,
}


def run(function, values, dtype=np.float64):
    return function(pa.to_tensor(np.asarray(values, dtype))).numpy()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients(name, check_grads):
    x = np.random.default_rng(0).uniform(0.1, 3.0, (2, 3, 4)) * np.random.default_rng(1).choice([-1, 1], (2, 3, 4))
    check_grads(ACTIVATIONS[name], x)


# At -inf, at +inf, and the slope at both.
LIMITS = {
    "tanh": (-1, 1, 0, 0),
    "sigmoid": (0, 1, 0, 0),
    "log_sigmoid": (-np.inf, 0, 1, 0),
    "gelu": (0, np.inf, 0, 1),
    "gelu by tanh": (0, np.inf, 0, 1),
    "silu": (0, np.inf, 0, 1),
    "swish": (0, np.inf, 0, 1),
    "mish": (0, np.inf, 0, 1),
    "softplus": (0, np.inf, 0, 1),
    "softsign": (-1, 1, 0, 0),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_far_values_give_the_limits_and_no_warning(name, dtype):
    far = np.finfo(dtype).max
    x = pa.to_tensor(np.array([-np.inf, -far, far, np.inf], dtype), stop_gradient=False)
    y = ACTIVATIONS[name](x)
    y.backward(np.ones(y.shape))
    assert y.dtype == x.grad.dtype == dtype
    low, high, slope_low, slope_high = LIMITS[name]
    near = [limit if np.isfinite(limit) else far * np.sign(limit) for limit in (low, high)]
    np.testing.assert_array_equal(y.numpy(), np.array([low, *near, high], dtype))
    np.testing.assert_allclose(x.grad.numpy(), [slope_low, slope_low, slope_high, slope_high], atol=1e-7)


@given(st.lists(st.floats(-30, 30), min_size=1))
def test_against_the_functions_of_python(values):
    def each(function):
        return [function(v) for v in values]

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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: F.gelu(x, 1), TypeError, "approximate"),
        (lambda x: F.gelu(x, "erf"), ValueError, "approximate"),
        (lambda x: F.silu(x, 1), TypeError, "inplace"),
        (lambda x: F.silu(x.numpy(), True), TypeError, "x must be a Tensor"),
        (lambda x: F.softplus(x, 0), ValueError, "beta must not be 0"),
        (lambda x: F.softplus(x, 1, math.inf), ValueError, "threshold"),
        (lambda x: F.glu(x), ValueError, r"x must have an even size at axis 0, but received shape \[3\]"),
        (lambda x: F.glu(x, 1), ValueError, "axis"),
        (lambda x: F.glu(x[0]), ValueError, "even size"),
        (lambda x: F.swiglu(x), ValueError, "even size"),
        (lambda x: F.swiglu(x, x[:1]), ValueError, r"y must have the shape \[3\] of x, but received \[1\]"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.to_tensor([1.0, 2.0, 3.0]))


def test_the_halves_of_gated_units():
    x = np.random.default_rng(0).standard_normal((3, 4))
    first, second = x[:, :2], x[:, 2:]
    np.testing.assert_allclose(run(F.glu, x), first * special.expit(second), rtol=1e-14)
    np.testing.assert_allclose(run(lambda t: F.glu(t.T, 0), x), (first * special.expit(second)).T, rtol=1e-14)
    np.testing.assert_allclose(run(F.swiglu, x), first * special.expit(first) * second, rtol=1e-14)
    np.testing.assert_array_equal(run(F.swiglu, x), F.swiglu(first, second).numpy())


def test_softplus_is_linear_above_the_threshold():
    x = np.array([-3.0, 0.4, 0.6])
    found = run(lambda t: F.softplus(t, 2, 1), x)
    np.testing.assert_allclose(found, [np.log1p(np.exp(-6.0)) / 2, np.log1p(np.exp(0.8)) / 2, 0.6], rtol=1e-14)


def test_silu_in_place():
    x = pa.to_tensor([1.0, -2.0])
    expected = F.silu(x).numpy()
    assert F.silu(x, True) is x
    np.testing.assert_array_equal(x.numpy(), expected)


REFERENCES = {
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "log_sigmoid": special.log_expit,
    "gelu": lambda x: x * special.ndtr(x),
    "gelu by tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x * special.expit(x),
    "swish": lambda x: x * special.expit(x),
    "mish": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "softsign": lambda x: x / (1 + np.abs(x)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_those_of_scipy(name, dtype):
    x = np.random.default_rng(3).normal(scale=3, size=(2, 3, 4)).astype(dtype)
    found = ACTIVATIONS[name](pa.Tensor(x))
    expected = REFERENCES[name](x.astype(np.float64))
    assert (found.dtype, found.shape) == (dtype, x.shape)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=8 * np.finfo(dtype).eps * abs(expected).max())


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("dtype", [np.int64, np.int32])
def test_integers_are_computed_in_the_default_dtype(name, dtype):
    x = np.array([[[-3, 0, 2, 1]]], dtype)
    found = ACTIVATIONS[name](pa.Tensor(x))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.numpy(), REFERENCES[name](x.astype(float)), rtol=1e-4)
