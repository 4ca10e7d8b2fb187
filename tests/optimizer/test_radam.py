import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import RAdam


def reference(x, gradients, lr, beta1, beta2, epsilon):
    mean = square = np.zeros_like(x)
    limit = 2 / (1 - beta2) - 1
    for t, g in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        rho = limit - 2 * t * beta2**t / (1 - beta2**t)
        update = mean / (1 - beta1**t)
        if rho > 5:
            part = (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)
            update = update * np.sqrt(part * (1 - beta2**t)) / (np.sqrt(square) + epsilon)
        x = x - lr * update
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    beta1=st.floats(0.0, 0.95),
    beta2=st.sampled_from([0.0, 0.5, 0.75, 0.9, 0.99, 0.999]),
    epsilon=st.floats(1e-6, 0.5),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, beta1, beta2, epsilon, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, beta1, beta2, epsilon)
    optimizer = RAdam(lr, beta1, beta2, epsilon, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"beta1": 1.0}, ValueError),
        ({"beta2": -0.1}, ValueError),
        ({"epsilon": -1.0}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        RAdam(parameters=[pa.create_parameter([1])], **arguments)


def test_a_state_without_the_number_of_steps_goes_on_the_same():
    for steps in (1, 8, 60):
        ends = []
        p = pa.create_parameter([3], name=f"p{steps}")
        optimizer = RAdam(0.1, parameters=[p])
        for _ in range(steps):
            p.grad = [1.0, -2.0, 3.0]
            optimizer.step()
        values = p.numpy().copy()
        state = {key: value for key, value in optimizer.state_dict().items() if not key.endswith("_step_0")}
        resumed = RAdam(0.1, parameters=[p])
        resumed.set_state_dict(state)
        for each in (optimizer, resumed):
            p.set_value(values)
            each.step()
            ends.append(p.numpy().copy())
        np.testing.assert_array_equal(*ends)
