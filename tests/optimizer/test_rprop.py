import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Rprop


def reference(x, gradients, lr, shrink, grow):
    before, length = np.zeros_like(x), np.full_like(x, lr)
    for g in gradients:
        for i in range(len(x)):
            if g[i] * before[i] > 0:
                length[i] = min(length[i] * grow, 0.3)
            turned = g[i] * before[i] < 0
            if turned:
                length[i] = max(length[i] * shrink, 0.02)
            before[i] = 0.0 if turned else g[i]
            x[i] -= np.sign(before[i]) * length[i]
    return x


@given(
    lr=st.floats(0.05, 0.2),
    shrink=st.floats(0.1, 0.9),
    grow=st.floats(1.1, 2.0),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, shrink, grow, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, shrink, grow)
    optimizer = Rprop(lr, (0.02, 0.3), [p], (shrink, grow))
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"learning_rate": 100.0}, ValueError),
        ({"learning_rate_range": 3}, TypeError),
        ({"learning_rate_range": (1.0, 0.5)}, ValueError),
        ({"learning_rate_range": (0.0, 0.5)}, ValueError),
        ({"etas": (1.5, 2.0)}, ValueError),
        ({"etas": (0.5, 1.0)}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Rprop(parameters=[pa.create_parameter([1])], **arguments)


def test_it_follows_no_scheduler_and_no_factor():
    with pytest.raises(TypeError, match="learning_rate"):
        Rprop(pa.optimizer.lr.StepDecay(0.1, 3), parameters=[pa.create_parameter([1])])
    p = pa.create_parameter([1], attr=pa.ParamAttr(learning_rate=0.5), default_initializer="constant")
    p.grad = [3.0]
    Rprop(0.25, parameters=[p]).step()
    assert p.item() == -0.25


def test_signs_of_tiny_gradients_count():
    p = pa.create_parameter([1], default_initializer="constant")
    optimizer = Rprop(1.0, parameters=[p])
    for _ in range(2):
        p.grad = [1e-30]
        optimizer.step()
    assert p.item() == pytest.approx(-2.2)
