import numpy as np
import pytest
from scipy import special

import paramattr as pa

NAMES = ["exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "logaddexp", "hypot"]


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_numpy(name):
    x = [np.random.default_rng(0).uniform(0.1, 5, (3, 4)).astype(np.float32) for _ in range(1 + (name in NAMES[-2:]))]
    found, expected = getattr(pa, name)(*x), getattr(np, name)(*x)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.numpy(), expected)
    assert getattr(pa, name)(*([[2, 3]] * len(x))).dtype == np.float32  # integers
    for bad in (None, "a", [None], np.array(["a"])):
        with pytest.raises(TypeError, match="x must be numeric, but received"):
            getattr(pa, name)(*[bad] * len(x))


def test_rsqrt_is_the_inverse_of_sqrt():
    x = np.linspace(0.1, 9, 50)
    np.testing.assert_allclose(pa.rsqrt(x).numpy() * pa.sqrt(x).numpy(), 1, rtol=1e-15)


def test_gradients_of_sums_of_exponentials_at_infinity():
    for x, y, expected in [
        (-np.inf, -np.inf, (0.0, 0.0)),
        (np.inf, 1.0, (1.0, 0.0)),
        (-np.inf, 1.0, (0.0, 1.0)),
        (1000.0, 1000.0, (0.5, 0.5)),
    ]:
        tensors = [pa.to_tensor(np.array(v), stop_gradient=False) for v in (x, y)]
        pa.logaddexp(*tensors).backward()
        np.testing.assert_allclose([t.grad.item() for t in tensors], expected, rtol=1e-12)


def test_a_length_without_direction_or_too_long_to_square():
    x, y = (pa.to_tensor(np.array([0.0, 3e200, 1e-200]), stop_gradient=False) for _ in range(2))
    value = pa.hypot(x, y)
    np.testing.assert_allclose(value.numpy(), np.sqrt(2) * x.numpy(), rtol=1e-15)
    value.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0, np.sqrt(0.5), np.sqrt(0.5)], rtol=1e-15)


def test_logit():
    x = np.concatenate([np.linspace(0.01, 0.99, 99), 0.5 + np.array([1e-10, -1e-12]), [1e-300]])
    np.testing.assert_allclose(pa.logit(x).numpy(), special.logit(x), rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(pa.logit([0.0, 0.1, 0.9], 0.2).numpy(), special.logit([0.2, 0.2, 0.8]), rtol=1e-6)
    with np.errstate(all="ignore"):
        for eps in ({}, {"eps": None}, {"eps": 0.0}):
            t = pa.to_tensor([-5.0, -0.5, 0.0, 0.5, 1.0, 1.5, np.nan], stop_gradient=False)
            value = pa.logit(t, **eps)
            value.backward()
            nan, inf = np.nan, np.inf
            np.testing.assert_array_equal(value.numpy(), [nan, nan, -inf, 0.0, inf, nan, nan])
            np.testing.assert_array_equal(t.grad.numpy(), [nan, nan, inf, 4.0, inf, nan, nan])
        t.clear_grad()
        pa.logit(t, 0.25).backward()
        np.testing.assert_allclose(t.grad.numpy(), [0, 0, 0, 4, 0, 0, nan])
    for eps, error in [(0.6, ValueError), (-0.1, ValueError), ("0", TypeError)]:
        with pytest.raises(error, match="eps must be"):
            pa.logit(x, eps)
