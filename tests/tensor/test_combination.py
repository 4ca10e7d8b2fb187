import numpy as np
import pytest

import paramattr as pa


def test_a_sum_of_several():
    arrays = list(np.random.default_rng(0).standard_normal((3, 2, 4)))
    np.testing.assert_allclose(pa.add_n(arrays).numpy(), np.sum(arrays, 0), rtol=1e-15)
    one = pa.to_tensor([1.0])
    value = pa.add_n(one)
    assert value.tolist() == [1.0]
    assert not np.shares_memory(value.numpy(), one.numpy())
    for bad, error in [
        ([], TypeError),
        (3, TypeError),
        ([one, [1.0, 2.0]], ValueError),
        ([one, one.astype("int64")], ValueError),
    ]:
        with pytest.raises(error, match="inputs must"):
            pa.add_n(bad)


def test_scale():
    x = np.array([1.0, -2.0], np.float32)
    np.testing.assert_array_equal(pa.scale(x, 2.0, 3.0).numpy(), 2 * x + 3)
    np.testing.assert_array_equal(pa.scale(x, 2.0, 3.0, False).numpy(), 2 * (x + 3))
    np.testing.assert_array_equal(pa.scale(x, pa.to_tensor([2.0])).numpy(), 2 * x)
    assert pa.scale(x, pa.to_tensor([2.0])).shape == [2]
    assert pa.scale(np.array([1, 2]), 3.0, 1.0).dtype == np.int64
    assert pa.scale(np.array([1, 2]), 2.5).tolist() == [2.5, 5.0]
    for act, expected in [
        ("relu", np.maximum(x, 0)),
        ("sigmoid", 1 / (1 + np.exp(-x))),
        *((name, getattr(np, name)(x)) for name in ("abs", "exp", "square", "tanh")),
    ]:
        np.testing.assert_allclose(pa.scale(x, act=act).numpy(), expected, rtol=1e-6)
    for settings, error, message in [
        ({"scale": pa.to_tensor([1.0, 2.0])}, ValueError, "scale must have one element"),
        ({"scale": "2"}, TypeError, "scale must be a real number"),
        ({"bias": None}, TypeError, "bias must be a real number"),
        ({"bias_after_scale": 1}, TypeError, "bias_after_scale must be a bool"),
        ({"act": "softplus"}, ValueError, "act must be one of"),
    ]:
        with pytest.raises(error, match=message):
            pa.scale(x, **settings)


def test_increment_changes_the_tensor():
    step = pa.to_tensor([1])
    shared = step.detach()
    assert pa.increment(step, 2.0) is step
    assert shared.tolist() == [3]
    x = pa.to_tensor([1.5], stop_gradient=False)
    y = x * 2.0
    pa.increment(y)
    y.backward()
    assert (y.item(), x.grad.item()) == (4.0, 2.0)
    for tensor, value, error, message in [
        (step, 0.5, ValueError, "value must be whole for a tensor of dtype int64"),
        (step, "1", TypeError, "value must be a real number"),
        (pa.to_tensor([1, 2]), 1, ValueError, "x must have one element"),
        ([1], 1, TypeError, "x must be a Tensor"),
        (x, 1, ValueError, "leaf that needs a gradient"),
    ]:
        with pytest.raises(error, match=message):
            pa.increment(tensor, value)
    assert step.tolist() == [3]


def test_between_two_ends():
    x, y = np.array([1.0, 2.0]), np.array([[3.0], [6.0]])
    np.testing.assert_array_equal(pa.lerp(x, y, 0.0).numpy(), np.broadcast_to(x, (2, 2)))
    np.testing.assert_array_equal(pa.lerp(x, y, 1.0).numpy(), np.broadcast_to(y, (2, 2)))
    np.testing.assert_allclose(pa.lerp(x, y, np.array([0.25, 0.5])).numpy(), [[1.5, 2.5], [2.25, 4.0]])
