"""The order of a step: collect, clip, rescale, decay, rule, write back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import Momentum
from paramattr.regularizer import L1Decay, L2Decay

pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(rng, size, **settings):
    p = pa.create_parameter(
        [size], "float64", attr=pa.ParamAttr(**settings), default_initializer=pa.initializer.Normal()
    )
    p.grad = rng.standard_normal(size)
    return p


@given(
    seed=st.integers(0, 99),
    norm=st.sampled_from([0.5, 100.0]),
    rescale=st.sampled_from([1.0, 0.25]),
    decay=st.sampled_from([None, 0.1, L1Decay(0.2)]),
    own=st.sampled_from([None, L2Decay(0.3)]),
    factor=st.sampled_from([1.0, 0.5]),
)
def test_each_part_works_on_what_the_one_before_left(seed, norm, rescale, decay, own, factor):
    rng = np.random.default_rng(seed)
    params = [
        parameter(rng, 5, regularizer=own, learning_rate=factor),
        parameter(rng, 3, need_clip=False),
        parameter(rng, 4, trainable=False),
        parameter(rng, 2),
    ]
    params[3].grad = None
    before = [p.numpy().copy() for p in params]
    gradients = [None if p.grad is None else p.grad.numpy().copy() for p in params]
    clip = pa.nn.ClipGradByGlobalNorm(norm)
    Momentum(0.1, 0.9, params, weight_decay=decay, grad_clip=clip, rescale_grad=rescale).step()

    penalties = [own or decay, decay]
    for i in range(2):
        g = gradients[i] * min(1.0, norm / np.linalg.norm(gradients[0])) if i == 0 else gradients[i]
        g = g * rescale
        if isinstance(penalties[i], L1Decay):
            g = g + 0.2 * np.sign(before[i])
        elif penalties[i] is not None:
            g = g + getattr(penalties[i], "coeff", penalties[i]) * before[i]
        np.testing.assert_allclose(
            params[i].numpy(), before[i] - 0.1 * (factor if i == 0 else 1.0) * g, rtol=1e-12, atol=1e-14
        )
        np.testing.assert_array_equal(params[i].grad.numpy(), gradients[i])
    for i in (2, 3):
        np.testing.assert_array_equal(params[i].numpy(), before[i])


@pytest.mark.parametrize("change", ["step", "average", "restore"])
def test_a_gradient_is_not_made_of_values_that_a_step_or_an_average_changed(change):
    layer = pa.nn.Linear(3, 2, weight_attr="w")
    sgd = pa.optimizer.SGD(0.1, parameters=layer.parameters())
    average = pa.incubate.ModelAverage(1.0, layer.parameters(), 1, 10)
    x = pa.to_tensor(np.ones((4, 3)), stop_gradient=False)
    layer(x).sum().backward()
    sgd.step()
    average.step()
    if change == "restore":
        with average.apply():
            y = layer(x).sum()
    else:
        y = layer(x).sum()
        if change == "step":
            sgd.step()
        else:
            with average.apply():
                pass
    with pytest.raises(RuntimeError, match="'w' that have changed"):
        y.backward()
    layer(x).sum().backward()


def test_a_step_after_a_clear_has_zero_gradients():
    """The decay acts, and a momentum goes on."""
    p = pa.create_parameter([2], default_initializer=pa.initializer.Constant(1.0))
    optimizer = Momentum(0.5, 0.5, parameters=[p], weight_decay=0.5)
    p.grad = [0.5, 0.5]
    optimizer.step()
    np.testing.assert_array_equal(p.numpy(), [0.5, 0.5])
    optimizer.clear_grad()
    optimizer.step()
    np.testing.assert_array_equal(p.numpy(), [0.125, 0.125])  # the velocity: 1, and then 0.5 + 0.25
    optimizer.clear_grad(set_to_zero=False)
    optimizer.step()
    np.testing.assert_array_equal(p.numpy(), [0.125, 0.125])


CASTS = [("float32", "float64"), ("float64", "float32"), ("float16", "float32"), ("bfloat16", "float16")]


@pytest.mark.parametrize(("first", "then"), CASTS)
@pytest.mark.parametrize("multi_precision", [False, True])
@pytest.mark.parametrize("rule", [pa.optimizer.SGD, pa.optimizer.Momentum, pa.optimizer.Adam, pa.optimizer.AdamW])
def test_an_optimizer_goes_on_with_a_layer_that_was_cast(rule, first, then, multi_precision):
    """Two short parameters, which are updated side by side, and accumulators that are cast with them."""
    layer = pa.nn.Linear(3, 2).to(dtype=first)
    optimizer = rule(0.125, parameters=layer.parameters(), multi_precision=multi_precision)

    def step():
        for value in layer.parameters():
            value.grad = np.ones(value.shape)
        optimizer.step()

    step()
    step()
    before = {key: value.numpy().copy() for key, value in optimizer.state_dict().items() if key != "master_weights"}
    layer.to(dtype=then)
    values = [value.numpy().copy() for value in layer.parameters()]
    step()
    state = optimizer.state_dict()
    masters = state.pop("master_weights", {})
    wide = np.dtype("float64" if then == "float64" else "float32")
    assert {value.dtype for value in state.values()} <= {wide}
    assert all((state[key].numpy() != value).any() for key, value in before.items())
    assert bool(masters) == (multi_precision and then == "float16")
    for value, old in zip(layer.parameters(), values, strict=True):
        assert value.dtype == then
        assert (value.numpy() < old).all()
    other = rule(0.125, parameters=layer.parameters(), multi_precision=multi_precision)
    other.set_state_dict(optimizer.state_dict())
