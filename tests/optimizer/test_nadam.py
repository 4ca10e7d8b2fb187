import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import NAdam


def reference(x, gradients, lr, beta1, beta2, epsilon, psi):
    mean = square = np.zeros_like(x)
    product = 1.0
    for t, g in enumerate(gradients, 1):
        mu, ahead = (beta1 * (1 - 0.5 * 0.96 ** (n * psi)) for n in (t, t + 1))
        product *= mu
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        update = ahead * mean / (1 - product * ahead) + (1 - mu) * g / (1 - product)
        x = x - lr * update / (np.sqrt(square / (1 - beta2**t)) + epsilon)
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    beta1=st.floats(0.0, 0.95),
    beta2=st.floats(0.0, 0.95),
    epsilon=st.floats(1e-6, 0.5),
    psi=st.floats(0.0, 1.0),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, beta1, beta2, epsilon, psi, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, beta1, beta2, epsilon, psi)
    optimizer = NAdam(lr, beta1, beta2, epsilon, psi, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"beta1": 1.0}, ValueError),
        ({"beta2": -0.1}, ValueError),
        ({"momentum_decay": -1.0}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        NAdam(parameters=[pa.create_parameter([1])], **arguments)


def test_a_state_without_the_number_of_steps_goes_on_the_same():
    ends = []
    p = pa.create_parameter([3], "float64", name="p")
    optimizer = NAdam(0.1, parameters=[p])
    for _ in range(7):
        p.grad = [1.0, -2.0, 3.0]
        optimizer.step()
    values = p.numpy().copy()
    state = {key: value for key, value in optimizer.state_dict().items() if key != "p_step_0"}
    resumed = NAdam(0.1, parameters=[p])
    resumed.set_state_dict(state)
    for each in (optimizer, resumed):
        p.set_value(values)
        each.step()
        ends.append(p.numpy().copy())
    np.testing.assert_array_equal(*ends)


def test_powers_are_saved_in_the_shape_of_the_parameter_and_must_be_alike():
    p = pa.create_parameter([3], name="p")
    p.grad = [1.0, -2.0, 3.0]
    optimizer = NAdam(0.1, parameters=[p])
    optimizer.step()
    state = optimizer.state_dict()
    np.testing.assert_allclose(state["p_momentum_decay_pow_0"].numpy(), [0.96] * 3, rtol=1e-6)
    with pytest.raises(ValueError, match="p_mu_product"):
        optimizer.set_state_dict({**state, "p_mu_product_0": [0.1, 0.1, 0.2]})


def test_the_momentum_does_not_jump_after_many_steps():
    p = pa.create_parameter([1], name="p")
    p.grad = [1.0]
    optimizer = NAdam(0.1, parameters=[p])
    optimizer.step()
    moves = []
    for steps in (2000, 4000):
        optimizer.set_state_dict({**optimizer.state_dict(), "p_step_0": [steps], "p_mu_product_0": [0.0]})
        before = p.item()
        optimizer.step()
        moves.append(before - p.item())
    assert all(np.isfinite(moves))
