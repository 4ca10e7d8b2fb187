import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import SGD


@given(st.floats(0.0, 2.0), st.integers(0, 99))
def test_against_a_float64_reference(lr, seed):
    rng = np.random.default_rng(seed)
    p = pa.create_parameter([3, 4], "float64")
    reference = p.numpy().copy()
    optimizer = SGD(lr, parameters=[p])
    for _ in range(5):
        gradient = rng.standard_normal((3, 4))
        p.grad = gradient
        optimizer.step()
        reference -= lr * gradient
        np.testing.assert_allclose(p.numpy(), reference, rtol=1e-13, atol=1e-15)


def test_a_step_is_linear_in_rate_and_gradient():
    def moved(lr, scale):
        p = pa.create_parameter([3], "float64", default_initializer="constant")
        p.grad = scale * np.array([1.0, -2.0, 3.0])
        SGD(lr, parameters=[p]).step()
        return p.numpy()

    np.testing.assert_array_equal(moved(0.5, 4.0), moved(2.0, 1.0))
    np.testing.assert_array_equal(moved(0.5, 4.0), 4.0 * moved(0.5, 1.0))


def test_a_parabola_is_descended_at_the_known_rate():
    p = pa.create_parameter([1], "float64", default_initializer=pa.initializer.Constant(1.0))
    optimizer = SGD(0.25, parameters=[p])
    for step in range(1, 10):
        (p * p).sum().backward()
        optimizer.step()
        optimizer.clear_grad()
        assert p.item() == pytest.approx(0.5**step, rel=1e-14)


def test_arguments_are_paddles_in_order():
    p = pa.create_parameter([1], "float16", default_initializer=pa.initializer.Constant(1.0))
    optimizer = SGD(0.5, [p], 1.0, pa.nn.ClipGradByNorm(1.0), True, "n")
    p.grad = [10.0]
    optimizer.step()
    assert p.item() == 1 - 0.5 * (1 + 1)
    assert list(optimizer.state_dict()) == ["master_weights"]
    assert SGD(parameters=[p]).get_lr() == 0.001
