import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

# Each function with settings, and what it is for one number.
FUNCTIONS = {
    "hardshrink": (F.hardshrink, lambda v: v if abs(v) >= 0.5 else 0.0),
    "softshrink": (lambda x: F.softshrink(x, 0.25), lambda v: math.copysign(max(abs(v) - 0.25, 0.0), v)),
    "thresholded_relu": (lambda x: F.thresholded_relu(x, 0.5, -2.0), lambda v: v if v > 0.5 else -2.0),
}
numbers = st.lists(st.one_of(st.floats(-5, 5), st.sampled_from([-0.5, -0.25, 0.25, 0.5])), min_size=1)


def run(function, values, dtype=np.float64):
    return function(pa.to_tensor(np.asarray(values, dtype))).numpy()


@pytest.mark.parametrize("name", FUNCTIONS)
@given(numbers)
def test_against_the_functions_of_python(name, values):
    function, one = FUNCTIONS[name]
    np.testing.assert_array_equal(run(function, values), [one(v) for v in values])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.floats(-8, 3), st.sampled_from([-1, 1]))
def test_tanhshrink_has_all_its_digits(dtype, exponent, sign):
    x = dtype(sign * 10.0**exponent)
    with mpmath.workdps(60):
        exact = float(mpmath.mpf(float(x)) - mpmath.tanh(mpmath.mpf(float(x))))
    np.testing.assert_allclose(run(F.tanhshrink, [x], dtype), [exact], rtol=8 * np.finfo(dtype).eps, atol=0)


def test_tanhshrink_of_far_values():
    np.testing.assert_array_equal(run(F.tanhshrink, [-np.inf, -1e300, 0.0, np.inf]), [-np.inf, -1e300, 0.0, np.inf])


@pytest.mark.parametrize("name", [*FUNCTIONS, "tanhshrink"])
def test_what_is_no_number_stays_so(name):
    function = FUNCTIONS.get(name, [F.tanhshrink])[0]
    assert np.isnan(run(function, [np.nan, 1.0])).tolist() == [True, False]
    assert function(pa.Tensor(np.array([3]))).item() == pytest.approx(run(function, [3.0])[0])


def test_the_form_in_place():
    x = pa.to_tensor([0.5, 2.0], stop_gradient=False)
    y = x * 1.0
    assert F.thresholded_relu_(y, 1.0, 7.0) is y
    assert y.tolist() == [7.0, 2.0]
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.hardshrink([1.0], "0"), TypeError, "threshold"),
        (lambda: F.softshrink([1.0], -0.5), ValueError, "threshold"),
        (lambda: F.thresholded_relu([1.0], math.inf), ValueError, "threshold"),
        (lambda: F.thresholded_relu([1.0], 1.0, None), TypeError, "value"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call()
