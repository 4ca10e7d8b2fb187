import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Adam


def reference(values, gradients, lr, beta1, beta2, epsilon, amsgrad):
    mean = square = largest = np.zeros_like(values)
    for t, g in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g * g
        largest = np.maximum(largest, square)
        root = np.sqrt((largest if amsgrad else square) / (1 - beta2**t))
        values = values - lr * mean / (1 - beta1**t) / (root + epsilon)
    return values


@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.99),
    st.floats(0.0, 0.9999),
    st.sampled_from([1e-12, 1e-8, 1e-2, 1.0]),
    st.booleans(),
    st.integers(0, 99),
)
def test_against_a_float64_reference(lr, beta1, beta2, epsilon, amsgrad, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((7, 3, 4)) * rng.choice([0.1, 1.0, 10.0], (7, 1, 1))
    p = pa.create_parameter([3, 4], "float64")
    expected = reference(p.numpy().copy(), gradients, lr, beta1, beta2, epsilon, amsgrad)
    optimizer = Adam(lr, beta1, beta2, epsilon, [p], amsgrad=amsgrad)
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_the_scale_of_the_gradient_does_not_matter(amsgrad):
    def end(scale):
        p = pa.create_parameter([3], "float64", default_initializer="constant")
        optimizer = Adam(0.1, epsilon=0.0, parameters=[p], amsgrad=amsgrad)
        for gradient in np.random.default_rng(1).standard_normal((5, 3)):
            p.grad = scale * gradient
            optimizer.step()
        return p.numpy()

    np.testing.assert_allclose(end(1e6), end(1e-3), rtol=1e-12)


def test_the_first_step_has_the_size_of_the_rate():
    p = pa.create_parameter([3], "float32", default_initializer="constant")
    p.grad = [1e-3, -5.0, 100.0]
    Adam(0.25, parameters=[p]).step()
    np.testing.assert_allclose(p.numpy(), [-0.25, 0.25, -0.25], rtol=1e-4)


def test_amsgrad_does_not_forget_a_large_gradient():
    def last_step(amsgrad):
        p = pa.create_parameter([1], "float64")
        optimizer = Adam(0.1, beta2=0.5, parameters=[p], amsgrad=amsgrad)
        for gradient in [100.0] + [0.01] * 30:
            before = p.item()
            p.grad = [gradient]
            optimizer.step()
        return abs(p.item() - before)

    assert last_step(True) < 0.1 * last_step(False)


def test_groups_with_settings_of_the_rule():
    ps = [pa.create_parameter([2], "float64", default_initializer="constant") for _ in range(2)]
    gradients = np.random.default_rng(2).standard_normal((4, 2))
    optimizer = Adam(0.1, parameters=[{"params": ps[0]}, {"params": ps[1], "beta1": 0.5, "beta2": 0.8, "epsilon": 0.1}])
    for gradient in gradients:
        for p in ps:
            p.grad = gradient
        optimizer.step()
    for p, settings in zip(ps, [(0.9, 0.999, 1e-8), (0.5, 0.8, 0.1)], strict=True):
        np.testing.assert_allclose(p.numpy(), reference(np.zeros(2), gradients, 0.1, *settings, False), rtol=1e-10)


def test_arguments_are_paddles_in_order():
    p = pa.create_parameter([1], "float16", default_initializer=pa.initializer.Constant(1.0))
    optimizer = Adam(0.5, 0.0, 0.0, 0.0, [p], 1.0, pa.nn.ClipGradByNorm(1.0), True, True, True, True, "n")
    p.grad = [10.0]
    optimizer.step()
    assert p.item() == 0.5
    assert f"{p.name}_n_moment2_max_0" in optimizer.state_dict()
    assert "master_weights" in optimizer.state_dict()


@pytest.mark.parametrize("name", ["beta1", "beta2"])
@pytest.mark.parametrize(
    ("value", "error"),
    [(-0.1, ValueError), (1.0, ValueError), (math.nan, ValueError), ("0.9", TypeError), (None, TypeError)],
)
def test_bad_betas(name, value, error):
    with pytest.raises(error, match=name):
        Adam(parameters=[pa.create_parameter([1])], **{name: value})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"epsilon": -1e-8}, ValueError),
        ({"epsilon": math.inf}, ValueError),
        ({"epsilon": None}, TypeError),
        ({"lazy_mode": 1}, TypeError),
        ({"use_multi_tensor": 1}, TypeError),
        ({"amsgrad": "yes"}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        Adam(parameters=[pa.create_parameter([1])], **arguments)


@pytest.mark.parametrize("name", ["beta1", "beta2"])
def test_a_beta_that_rounds_to_one_is_refused(name):
    p = pa.create_parameter([2])
    assert np.float32(1 - 2**-25) == 1.0
    for beta in (1 - 2**-25, 1 - 1e-9, 1.0):
        with pytest.raises(ValueError, match=name):
            Adam(parameters=[p], **{name: beta})
    p.grad = [1.0, -1.0]
    Adam(parameters=[p], **{name: 1 - 2**-24}).step()
    assert np.isfinite(p.numpy()).all()
