import numpy as np
import pytest

import paramattr as pa

NUMPY = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}
NAMES = ["sin", "cos", "tan", "sinh", "cosh", "tanh", "deg2rad", "rad2deg", "sinc", *NUMPY]


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_numpy(name):
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (3, 4)) + 2 * (name == "acosh")
    np.testing.assert_array_equal(getattr(pa, name)(x).numpy(), getattr(np, NUMPY.get(name, name))(x))
    assert getattr(pa, name)(np.array([1, 1])[:1] * (name != "atanh")).dtype == np.float32  # integers


def test_the_angle_of_a_point():
    y, x = np.random.default_rng(0).standard_normal((2, 20))
    np.testing.assert_array_equal(pa.atan2(y, x).numpy(), np.arctan2(y, x))


def test_gradients_of_huge_numbers():
    x = pa.to_tensor(np.array([1e200]), stop_gradient=False)
    for name, expected in [("acosh", 1e-200), ("asinh", 1e-200), ("atan", 0.0)]:
        getattr(pa, name)(x).backward()
        np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-14)
        x.clear_grad()


@pytest.mark.parametrize("x", [0.0, 1e-9, 1e-3, 0.3, 0.32, 1.0, 2.5])
def test_the_gradient_of_sinc_has_its_digits_near_0(x):
    t = pa.to_tensor(np.array(x), stop_gradient=False)
    pa.sinc(t).backward()
    y = np.pi * np.longdouble(x)
    series = [
        (-1) ** k * 2 * k * y ** (2 * k - 1) / np.prod(np.arange(1, 2 * k + 2, dtype=np.longdouble))
        for k in range(1, 30)
    ]
    np.testing.assert_allclose(t.grad.item(), float(np.pi * sum(series)), rtol=1e-13)


def test_stanh():
    x = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(pa.stanh(x, 0.5, 2.0).numpy(), 2 * np.tanh(0.5 * x), rtol=1e-15)
    with pytest.raises(TypeError, match="scale_a must be a real number"):
        pa.stanh(x, "1")
