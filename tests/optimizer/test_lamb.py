import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Lamb


def reference(x, gradients, lr, decay, beta1, beta2, epsilon, adapt):
    mean = square = np.zeros_like(x)
    for t, g in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        update = mean / (1 - beta1**t) / (np.sqrt(square / (1 - beta2**t)) + epsilon) + decay * x
        factor = np.linalg.norm(x) / np.linalg.norm(update) if decay or adapt else 1.0
        x = x - lr * factor * update
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    decay=st.sampled_from([0.0, 0.01, 0.5]),
    beta1=st.floats(0.0, 0.95),
    beta2=st.floats(0.0, 0.95),
    epsilon=st.floats(1e-6, 0.5),
    adapt=st.booleans(),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, decay, beta1, beta2, epsilon, adapt, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, decay, beta1, beta2, epsilon, adapt)
    optimizer = Lamb(lr, decay, beta1, beta2, epsilon, [p], always_adapt=adapt)
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"beta1": 1.0}, ValueError),
        ({"lamb_weight_decay": -1.0}, ValueError),
        ({"exclude_from_weight_decay_fn": "bias"}, TypeError),
        ({"always_adapt": 1}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Lamb(parameters=[pa.create_parameter([1])], **arguments)


def test_who_is_excluded_does_not_decay():
    ends = []
    for settings in ({"lamb_weight_decay": 0.0}, {"exclude_from_weight_decay_fn": lambda p: True}):
        p = pa.create_parameter([3], "float64", default_initializer=pa.initializer.Constant(2.0))
        p.grad = [1.0, -2.0, 3.0]
        Lamb(0.1, parameters=[p], **settings).step()
        ends.append(p.numpy())
    np.testing.assert_array_equal(*ends)


def test_a_parameter_of_zeros_moves():
    p = pa.create_parameter([2], default_initializer="constant")
    p.grad = [1.0, -1.0]
    Lamb(0.5, parameters=[p]).step()
    np.testing.assert_allclose(p.numpy(), [-0.5, 0.5], rtol=1e-4)
