import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

# Each function with settings, and what it is for one number.
FUNCTIONS = {
    "relu": (F.relu, lambda v: max(v, 0.0)),
    "relu6": (F.relu6, lambda v: min(max(v, 0.0), 6.0)),
    "hardtanh": (lambda x: F.hardtanh(x, -0.5, 2.0), lambda v: min(max(v, -0.5), 2.0)),
    "hardsigmoid": (lambda x: F.hardsigmoid(x, 0.25, 0.5), lambda v: min(max(0.25 * v + 0.5, 0.0), 1.0)),
    "hardswish": (F.hardswish, lambda v: v * min(max(v + 3, 0.0), 6.0) / 6),
    "leaky_relu": (F.leaky_relu, lambda v: v if v > 0 else 0.01 * v),
    "leaky_relu, steep": (lambda x: F.leaky_relu(x, 1.7), lambda v: v if v > 0 else 1.7 * v),
    "leaky_relu, falling": (lambda x: F.leaky_relu(x, -0.5), lambda v: v if v > 0 else -0.5 * v),
    "elu": (lambda x: F.elu(x, 0.5), lambda v: v if v > 0 else 0.5 * math.expm1(v)),
    "celu": (lambda x: F.celu(x, 0.5), lambda v: v if v > 0 else 0.5 * math.expm1(v / 0.5)),
    "selu": (F.selu, lambda v: 1.0507009873554805 * (v if v > 0 else 1.6732632423543772 * math.expm1(v))),
}
# The slopes at 0 as in Paddle.
AT_ZERO = {
    "relu": 0,
    "relu6": 0,
    "hardtanh": 1,
    "leaky_relu, steep": 1,
    "elu": 0.5,
    "celu": 1,
    "selu": 1.7580993408473766,
}


def run(function, values, dtype=np.float64):
    return function(pa.to_tensor(np.asarray(values, dtype))).numpy()


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.lists(st.one_of(st.floats(-30, 30), st.floats(-1e-3, 1e-3)), min_size=1))
def test_against_the_functions_of_python(name, values):
    function, one = FUNCTIONS[name]
    np.testing.assert_allclose(run(function, values), [one(v) for v in values], rtol=4e-16, atol=0)


@pytest.mark.parametrize("name", AT_ZERO)
def test_slopes_at_zero(name):
    x = pa.to_tensor(np.array([0.0, -0.0]), stop_gradient=False)
    FUNCTIONS[name][0](x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [AT_ZERO[name]] * 2, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_far_values_give_no_warning_and_integers_count_as_numbers(name, dtype):
    far = np.finfo(dtype).max if name != "leaky_relu, steep" and name != "selu" else np.finfo(dtype).max / 2
    x = pa.to_tensor(np.array([-far, far], dtype), stop_gradient=False)
    y = FUNCTIONS[name][0](x)
    y.backward(np.ones(2))
    assert np.isfinite(y.numpy()).all()
    assert np.isfinite(x.grad.numpy()).all()
    found = FUNCTIONS[name][0](pa.Tensor(np.array([-2, 3])))
    np.testing.assert_allclose(found.numpy(), run(FUNCTIONS[name][0], [-2.0, 3.0]), rtol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_no_number_stays_so(name):
    assert np.isnan(run(FUNCTIONS[name][0], [np.nan, 1.0])).tolist() == [True, False]


@pytest.mark.parametrize("name", ["relu_", "elu_", "hardtanh_", "leaky_relu_"])
def test_in_place_forms(name):
    function = getattr(F, name[:-1])
    x, y = (pa.to_tensor([-2.0, 0.25, 3.0], stop_gradient=False) for _ in range(2))
    inner = x * 1.0
    assert getattr(F, name)(inner) is inner
    np.testing.assert_array_equal(inner.numpy(), function(y).numpy())
    inner.sum().backward()
    function(y).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.grad.numpy())
    with pytest.raises(ValueError, match="leaf"):
        getattr(F, name)(x)


@pytest.mark.parametrize(
    ("shape", "data_format", "axis"),
    [((2, 3), "NC", 1), ((2, 3), "NCHW", 1), ((2, 3, 4), "NCL", 1), ((2, 4, 4, 3), "NHWC", -1), ((3, 3, 2), "NLC", -1)],
)
def test_prelu_has_a_slope_per_channel(shape, data_format, axis):
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal(shape), rng.standard_normal(shape[axis])
    slopes = np.expand_dims(weight, [place for place in range(len(shape)) if place != axis % len(shape)])
    np.testing.assert_array_equal(F.prelu(x, weight, data_format).numpy(), np.where(x > 0, x, slopes * x))
    np.testing.assert_array_equal(F.prelu(x, weight[:1]).numpy(), np.where(x > 0, x, weight[0] * x))
    np.testing.assert_array_equal(F.prelu(x, weight[0]).numpy(), np.where(x > 0, x, weight[0] * x))


def test_rrelu_has_slopes_of_its_own_in_training():
    x = pa.to_tensor(-np.ones(10_000), stop_gradient=False)
    with pa.seed(1):
        y = F.rrelu(x, 0.25, 0.75)
    slopes = -y.numpy()
    # The chance of a smaller p-value is 1e-6 if they are uniform.
    assert stats.kstest(slopes, "uniform", args=(0.25, 0.5)).pvalue > 1e-6
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), slopes)
    for settings in ({"lower": 0.25, "upper": 0.75, "training": False}, {"lower": 0.5, "upper": 0.5}):
        np.testing.assert_array_equal(F.rrelu([-2.0, 0.0, 3.0], **settings).numpy(), [-1.0, 0.0, 3.0])


@given(st.integers(2, 4), st.integers(1, 3), st.sampled_from([1, 3, -1]))
def test_maxout_is_the_largest_of_a_run(groups, count, axis):
    shape = [2, 2, 2, 2]
    shape[axis] = groups * count
    x = np.random.default_rng(0).standard_normal(shape)
    runs = np.split(x, count, axis)
    expected = np.concatenate([run.max(axis, keepdims=True) for run in runs], axis)
    np.testing.assert_array_equal(F.maxout(x, groups, axis).numpy(), expected)


def test_of_equal_values_the_first_gets_the_gradient_of_maxout():
    x = pa.to_tensor(np.ones((1, 4, 1, 1)), stop_gradient=False)
    F.maxout(x, 2).sum().backward()
    assert x.grad.numpy().ravel().tolist() == [1, 0, 1, 0]


X = pa.to_tensor(np.ones((2, 4, 3, 6)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.hardtanh(X, "0"), TypeError, "min must be"),
        (lambda: F.hardtanh(X, 2.0, 1.0), ValueError, "min must not be larger than max"),
        (lambda: F.hardsigmoid(X, math.nan), ValueError, "slope must be"),
        (lambda: F.hardsigmoid(X, 0.1, None), TypeError, "offset must be"),
        (lambda: F.leaky_relu(X, math.nan), ValueError, "negative_slope must be"),
        (lambda: F.elu(X, "1"), TypeError, "alpha must be"),
        (lambda: F.celu(X, 0), ValueError, "alpha must not be 0"),
        (lambda: F.selu(X, 1.0), ValueError, "scale must be"),
        (lambda: F.selu(X, 1.5, -1.0), ValueError, "alpha must be"),
        (lambda: F.rrelu(X, -0.1), ValueError, "lower must be"),
        (lambda: F.rrelu(X, 0.1, 1.5), ValueError, "upper must be"),
        (lambda: F.rrelu(X, 0.5, 0.1), ValueError, "lower must not be larger than upper"),
        (lambda: F.rrelu(X, training=1), TypeError, "training must be"),
        (lambda: F.prelu(X, np.ones(3)), ValueError, "weight must hold one number, or one for each channel"),
        (lambda: F.prelu(X, np.ones((1, 1))), ValueError, "weight must hold one number"),
        (lambda: F.prelu(np.ones(4), np.ones(4)), ValueError, "weight must hold one number"),
        (lambda: F.prelu(X, np.ones(4), "NHWC"), ValueError, "weight must hold one number"),
        (lambda: F.prelu(X, np.ones(4), "CN"), ValueError, "data_format must be"),
        (lambda: F.maxout(X, 1), ValueError, "groups must be"),
        (lambda: F.maxout(X, 3), ValueError, "a multiple of 3 channels at axis 1"),
        (lambda: F.maxout(X, 2, 2), ValueError, "axis must be 1, 3 or -1"),
        (lambda: F.maxout(X[0], 2), ValueError, "x must have 4 axes"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
