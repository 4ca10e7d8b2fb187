import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Adagrad


def reference(x, gradients, lr, epsilon, begin):
    total = np.full_like(x, begin)
    for g in gradients:
        total = total + g * g
        x = x - lr * g / (np.sqrt(total) + epsilon)
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    epsilon=st.floats(1e-6, 0.5),
    begin=st.floats(0.0, 2.0),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, epsilon, begin, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, epsilon, begin)
    optimizer = Adagrad(lr, epsilon, [p], initial_accumulator_value=begin)
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"epsilon": -1.0}, ValueError),
        ({"initial_accumulator_value": -0.5}, ValueError),
        ({"epsilon": "x"}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Adagrad(0.1, parameters=[pa.create_parameter([1])], **arguments)
