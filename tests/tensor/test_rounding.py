import math

import numpy as np
import pytest

import paramattr as pa

SPECIAL = np.array([1.5, -2.5, 0.0, -0.0, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize(
    "name",
    ["ceil", "floor", "trunc", "sign", "signbit", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal"],
)
def test_values_are_those_of_numpy(name):
    np.testing.assert_array_equal(getattr(pa, name)(SPECIAL).numpy(), getattr(np, name)(SPECIAL))
    integers = getattr(pa, name)(np.array([-3, 0, 7]))
    assert integers.dtype in (np.int64, bool)
    np.testing.assert_array_equal(integers.numpy(), getattr(np, name)(np.array([-3, 0, 7])))


@pytest.mark.parametrize("name", ["copysign", "heaviside", "nextafter", "gcd", "lcm"])
def test_pairs_are_those_of_numpy(name):
    x, y = np.array([[12, -7, 0, 5]]), np.array([[18], [0], [-4]])
    if name == "nextafter":
        x, y = x.astype(float), y.astype(float)
    np.testing.assert_array_equal(getattr(pa, name)(x, y).numpy(), getattr(np, name)(x, y))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_next_number_is_one_step_away(dtype):
    x = pa.to_tensor([1.0, 3.0], dtype)
    up = pa.nextafter(x, pa.to_tensor([9.0, 9.0], dtype))
    assert up.dtype == x.dtype
    assert (up > x).numpy().all()
    np.testing.assert_array_equal(pa.nextafter(up, x).numpy(), x.numpy())


def test_fraction_and_whole_part_make_the_number():
    x = np.array([1.75, -1.75, 3.0])
    np.testing.assert_array_equal((pa.frac(x) + pa.trunc(x)).numpy(), x)
    np.testing.assert_array_equal(np.sign(pa.frac(x).numpy()), [1, -1, 0])


def test_mantissa_and_exponent_make_the_number():
    x = pa.to_tensor([1.0, -3.0, 0.0, 1e-40, 5e30], "float32")
    mantissa, exponent = pa.frexp(x)
    assert mantissa.dtype == exponent.dtype == np.float32
    np.testing.assert_array_equal(pa.ldexp(mantissa, exponent).numpy(), x.numpy())
    assert (np.abs(mantissa.numpy()[x.numpy() != 0]) >= 0.5).all()
    assert pa.ldexp(np.array([1e-300]), np.array([1100])).item() == math.ldexp(1e-300, 1100)


def test_rounding_goes_to_the_even_digit():
    assert pa.round([0.5, 1.5, -0.5, 2.51]).tolist() == [0.0, 2.0, -0.0, 3.0]
    assert pa.round(np.array([0.25, 0.35]), 1).tolist() == [0.2, 0.4]
    assert pa.round(np.array([15, 26]), -1).tolist() == [20, 30]
    with pytest.raises(TypeError, match="decimals must be an integer"):
        pa.round([1.0], 0.5)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numbers_in_the_place_of_others(dtype):
    x = pa.to_tensor(SPECIAL, dtype)
    np.testing.assert_array_equal(pa.nan_to_num(x).numpy(), np.nan_to_num(SPECIAL.astype(dtype)))
    assert pa.nan_to_num(x, 1.0, 2.0, -3.0).tolist() == [1.5, -2.5, 0.0, -0.0, 2.0, -3.0, 1.0]
    with pytest.raises(ValueError, match="posinf must be finite"):
        pa.nan_to_num(x, posinf=math.inf)


def test_a_rounded_number_has_the_gradient_0():
    x = pa.to_tensor([0.4, -1.6], stop_gradient=False)
    for function in (pa.ceil, pa.floor, pa.trunc, pa.round, pa.sign):
        function(x).sum().backward()
        assert x.grad.tolist() == [0.0, 0.0]
