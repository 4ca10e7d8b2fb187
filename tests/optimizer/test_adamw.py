import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Adam, AdamW
from paramattr.regularizer import L2Decay


def parameter(values, dtype="float64", **attrs):
    p = pa.create_parameter(np.shape(values), dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(values)
    return p


@given(
    lr=st.floats(1e-4, 0.5),
    beta1=st.floats(0.0, 0.95),
    beta2=st.floats(0.5, 0.999),
    decay=st.floats(0.0, 1.0),
    amsgrad=st.booleans(),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, beta1, beta2, decay, amsgrad, seed):
    rng = np.random.default_rng(seed)
    value, m, v, top = rng.standard_normal(5), np.zeros(5), np.zeros(5), np.zeros(5)
    p = parameter(value)
    optimizer = AdamW(lr, beta1, beta2, parameters=[p], weight_decay=decay, amsgrad=amsgrad)
    for t in range(1, 7):
        g = rng.standard_normal(5)
        p.grad = g
        optimizer.step()
        value = value * (1 - lr * decay)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        top = np.maximum(top, v)
        root = np.sqrt((top if amsgrad else v) / (1 - beta2**t))
        value = value - lr * m / (1 - beta1**t) / (root + 1e-8)
        np.testing.assert_allclose(p.numpy(), value, rtol=1e-10, atol=1e-12)


def test_without_decay_it_is_adam():
    p, q = parameter([1.0, -2.0], "float32"), parameter([1.0, -2.0], "float32")
    a, b = AdamW(0.1, parameters=[p], weight_decay=0.0), Adam(0.1, parameters=[q])
    for step in range(5):
        p.grad = q.grad = np.array([0.3 * step, -1.0])
        a.step()
        b.step()
    np.testing.assert_array_equal(p.numpy(), q.numpy())


def test_decay_does_not_pass_through_the_moments():
    p = parameter([10.0])
    p.grad = [0.0]
    AdamW(0.1, parameters=[p], weight_decay=0.5).step()
    assert p.tolist() == [9.5]


def test_who_decays_and_how_fast():
    decays, stays = parameter([8.0], name="decays"), parameter([8.0], name="stays")
    optimizer = AdamW(
        0.1,
        parameters=[decays, stays],
        weight_decay=0.5,
        lr_ratio=lambda p: 2.0 if p.name == "decays" else 1.0,
        apply_decay_param_fun=lambda name: name == "decays",
    )
    decays.grad = stays.grad = [0.0]
    optimizer.step()
    assert decays.item() == pytest.approx(8.0 * (1 - 0.2 * 0.5))
    assert stays.item() == 8.0


def test_an_own_regularizer_enters_the_gradient_beside_the_decay():
    p, q = parameter([2.0], regularizer=L2Decay(0.25)), parameter([2.0])
    p.grad, q.grad = [1.0], [1.5]
    AdamW(0.1, parameters=[p]).step()
    AdamW(0.1, parameters=[q]).step()
    assert p.item() == q.item()


def test_a_group_has_its_own_decay():
    p, q = parameter([1.0]), parameter([1.0])
    AdamW(0.5, parameters=[{"params": [p], "weight_decay": 0.5}, {"params": [q]}], weight_decay=0.0)
    p.grad = q.grad = [0.0]
    AdamW(0.5, parameters=[{"params": [p], "weight_decay": 0.5}, {"params": [q]}], weight_decay=0.0).step()
    assert (p.item(), q.item()) == (0.75, 1.0)


def test_a_failing_function_changes_nothing():
    p, q = parameter([1.0], name="p"), parameter([1.0], name="q")

    def ratio(parameter):
        if parameter.name == "q":
            raise LookupError("q")
        return 1.0

    optimizer = AdamW(0.1, parameters=[p, q], lr_ratio=ratio)
    p.grad = q.grad = [1.0]
    with pytest.raises(LookupError):
        optimizer.step()
    assert p.item() == q.item() == 1.0
    optimizer._lr_ratio = None
    optimizer.step()
    fresh = parameter([1.0])
    fresh.grad = [1.0]
    AdamW(0.1, parameters=[fresh]).step()
    assert p.item() == fresh.item()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"weight_decay": -0.1}, ValueError, "weight_decay"),
        ({"weight_decay": L2Decay(0.1)}, TypeError, "weight_decay"),
        ({"weight_decay": None}, TypeError, "weight_decay"),
        ({"lr_ratio": 2.0}, TypeError, "lr_ratio"),
        ({"apply_decay_param_fun": "bias"}, TypeError, "apply_decay_param_fun"),
        ({"beta1": 1.0}, ValueError, "beta1"),
        ({"nonfinite": "drop"}, ValueError, "nonfinite"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        AdamW(0.1, parameters=[parameter([1.0])], **arguments)
    with pytest.raises(TypeError, match="weight_decay"):
        AdamW(0.1, parameters=[{"params": [parameter([1.0])], "weight_decay": pa.regularizer.L1Decay(0.1)}])
