import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Adadelta


def reference(x, gradients, lr, epsilon, rho):
    squares = updates = np.zeros_like(x)
    for g in gradients:
        squares = rho * squares + (1 - rho) * g * g
        update = np.sqrt((updates + epsilon) / (squares + epsilon)) * g
        updates = rho * updates + (1 - rho) * update * update
        x = x - lr * update
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    epsilon=st.floats(1e-6, 0.5),
    rho=st.floats(0.0, 0.95),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, epsilon, rho, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, epsilon, rho)
    optimizer = Adadelta(lr, epsilon, rho, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"epsilon": -1.0}, ValueError),
        ({"rho": 1.5}, ValueError),
        ({"rho": None}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Adadelta(parameters=[pa.create_parameter([1])], **arguments)
