import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import RMSProp


def reference(x, gradients, lr, rho, epsilon, momentum, centered):
    square = mean = velocity = np.zeros_like(x)
    for g in gradients:
        square = rho * square + (1 - rho) * g * g
        mean = rho * mean + (1 - rho) * g
        variance = square - mean * mean if centered else square
        velocity = momentum * velocity + lr * g / np.sqrt(variance + epsilon)
        x = x - velocity
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    rho=st.floats(0.0, 0.95),
    epsilon=st.floats(1e-3, 0.5),
    momentum=st.floats(0.0, 1.0),
    centered=st.booleans(),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, rho, epsilon, momentum, centered, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, rho, epsilon, momentum, centered)
    optimizer = RMSProp(lr, rho, epsilon, momentum, centered, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"rho": -0.1}, ValueError),
        ({"epsilon": -1.0}, ValueError),
        ({"momentum": -1.0}, ValueError),
        ({"centered": 1}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        RMSProp(0.1, parameters=[pa.create_parameter([1])], **arguments)
