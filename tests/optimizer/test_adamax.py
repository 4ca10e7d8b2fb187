import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Adamax


def reference(x, gradients, lr, beta1, beta2, epsilon):
    mean = largest = np.zeros_like(x)
    for t, g in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * g
        largest = np.maximum(beta2 * largest + epsilon, np.abs(g))
        x = x - lr / (1 - beta1**t) * mean / largest
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    beta1=st.floats(0.0, 0.95),
    beta2=st.floats(0.0, 0.95),
    epsilon=st.floats(1e-6, 0.5),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, beta1, beta2, epsilon, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, beta1, beta2, epsilon)
    optimizer = Adamax(lr, beta1, beta2, epsilon, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"beta1": 1.0}, ValueError),
        ({"beta2": -0.1}, ValueError),
        ({"epsilon": None}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Adamax(parameters=[pa.create_parameter([1])], **arguments)
