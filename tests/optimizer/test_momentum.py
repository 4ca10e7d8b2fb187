import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import SGD, Momentum


def reference(values, gradients, lr, mu, nesterov):
    velocity = np.zeros_like(values)
    for g in gradients:
        velocity = mu * velocity + g
        values = values - lr * (g + mu * velocity if nesterov else velocity)
    return values


@given(st.floats(0.0, 2.0), st.floats(0.0, 1.0), st.booleans(), st.integers(0, 99))
def test_against_a_float64_reference(lr, mu, nesterov, seed):
    gradients = np.random.default_rng(seed).standard_normal((6, 3, 4))
    p = pa.create_parameter([3, 4], "float64")
    expected = reference(p.numpy().copy(), gradients, lr, mu, nesterov)
    optimizer = Momentum(lr, mu, [p], use_nesterov=nesterov)
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("nesterov", [False, True])
def test_without_momentum_it_is_sgd(nesterov):
    p, q = (pa.create_parameter([3], "float64", default_initializer="constant") for _ in range(2))
    one, other = Momentum(0.1, 0.0, [p], nesterov), SGD(0.1, [q])
    for step in range(3):
        p.grad = q.grad = np.array([1.0, -2.0, step])
        one.step()
        other.step()
    np.testing.assert_array_equal(p.numpy(), q.numpy())


def test_a_constant_gradient_is_amplified_by_1_over_1_minus_momentum():
    p = pa.create_parameter([1], "float64")
    optimizer = Momentum(0.1, 0.5, [p])
    p.grad = [3.0]
    for _ in range(60):
        before = p.item()
        optimizer.step()
    assert before - p.item() == pytest.approx(0.1 * 3.0 / (1 - 0.5), rel=1e-12)


def test_rescale_grad_scales_the_gradient_but_not_the_penalty():
    p = pa.create_parameter([1], "float64", default_initializer=pa.initializer.Constant(2.0))
    p.grad = [40.0]
    Momentum(1.0, 0.9, [p], weight_decay=0.5, grad_clip=pa.nn.ClipGradByNorm(8.0), rescale_grad=0.25).step()
    assert p.item() == 2.0 - (0.25 * 8.0 + 0.5 * 2.0)


def test_groups_with_settings_of_the_rule():
    ps = [pa.create_parameter([1], "float64", default_initializer="constant") for _ in range(4)]
    optimizer = Momentum(
        1.0,
        0.5,
        [
            {"params": ps[0]},
            {"params": ps[1], "momentum": 0.0},
            {"params": ps[2], "use_nesterov": True},
            {"params": ps[3], "rescale_grad": 0.5},
        ],
    )
    for _ in range(2):
        for p in ps:
            p.grad = [1.0]
        optimizer.step()
    assert [p.item() for p in ps] == [-(1 + 1.5), -2.0, -(1.5 + 1.75), -1.25]


def test_arguments_are_paddles_in_order():
    p = pa.create_parameter([1], "float16", default_initializer=pa.initializer.Constant(1.0))
    optimizer = Momentum(0.5, 0.5, [p], True, 1.0, pa.nn.ClipGradByNorm(2.0), True, 0.5, False, "n")
    p.grad = [10.0]
    optimizer.step()
    assert p.item() == 1 - 0.5 * (2 + 0.5 * 2)
    assert list(optimizer.state_dict()) == [f"{p.name}_n_velocity_0", "master_weights"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"momentum": -0.1}, ValueError),
        ({"momentum": 1.1}, ValueError),
        ({"momentum": math.nan}, ValueError),
        ({"momentum": None}, TypeError),
        ({"momentum": "0.9"}, TypeError),
        ({"rescale_grad": 0.0}, ValueError),
        ({"rescale_grad": -1.0}, ValueError),
        ({"rescale_grad": math.inf}, ValueError),
        ({"rescale_grad": "1"}, TypeError),
        ({"use_nesterov": 1}, TypeError),
        ({"use_multi_tensor": "no"}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Momentum(parameters=[pa.create_parameter([1])], **arguments)


def test_a_master_copy_is_for_who_asks():
    for settings, masters in (({}, set()), ({"multi_precision": True}, {"half"})):
        p = pa.create_parameter([2], "float16", name="half")
        p.grad = [1.0, 2.0]
        optimizer = Momentum(0.1, 0.9, [p], **settings)
        optimizer.step()
        assert set(optimizer.state_dict().get("master_weights", {})) == masters
        del p, optimizer
