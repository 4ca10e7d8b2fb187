import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.incubate import ExponentialMovingAverage

pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(values=0.0, dtype="float64", **attrs):
    p = pa.create_parameter(np.shape(values), dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(values)
    p.grad = np.zeros(p.shape)
    return p


@given(st.floats(0.0, 0.999), st.integers(1, 30), st.integers(0, 99), st.booleans())
def test_it_is_the_weighted_mean(decay, steps, seed, scheduled):
    values = np.random.default_rng(seed).standard_normal(steps)
    p, count = parameter(), pa.to_tensor([0.0])
    ema = ExponentialMovingAverage(decay, count if scheduled else None, [p])
    decays = []
    for n, value in enumerate(values):
        p.set_value(value)
        count.numpy()[...] = n
        ema.update()
        decays.append(min(decay, (1 + n) / (10 + n)) if scheduled else decay)
    weights = [(1 - d) * np.prod(decays[i + 1 :]) for i, d in enumerate(decays)]
    with ema.apply():
        assert p.item() == pytest.approx(np.average(values, weights=weights), rel=1e-10, abs=1e-12)
    assert p.item() == values[-1]


def test_a_constant_is_its_own_average_from_the_first_step_on():
    p = parameter(np.float32([0.1, 1e-30, 3e30]), "float32")
    ema = ExponentialMovingAverage(0.9999, parameters=[p])
    before = p.numpy().copy()
    for _ in range(300):
        ema.update()
    with ema.apply():
        np.testing.assert_allclose(p.numpy(), before, rtol=2e-7)


def test_flags_and_frozen_parameters():
    on, off, frozen, idle = parameter(1.0), parameter(1.0, do_model_average=False), parameter(1.0), parameter(1.0)
    frozen.trainable, idle.grad = False, None
    ema = ExponentialMovingAverage(0.5, parameters=[on, off, frozen, idle])
    ema.update()
    for p in (on, off, frozen, idle):
        p.set_value(4.0)
    ema.update()
    with ema.apply():
        assert [p.item() for p in (on, off, frozen, idle)] == [3.0, 4.0, 4.0, 4.0]
    assert on.item() == 4.0


def test_nested_raising_and_restore():
    p = parameter(0.0)
    ema = ExponentialMovingAverage(0.5, parameters=[p])
    ema.update()
    p.set_value(3.0)
    ema.update()

    def fail():
        assert p.item() == 2.0
        raise KeyError

    with pytest.raises(KeyError), ema.apply(), ema.apply():
        fail()
    assert p.item() == 3.0
    with ema.apply(need_restore=False):
        pass
    assert p.item() == 2.0
    ema.restore()
    assert p.item() == 3.0
    with pytest.raises(RuntimeError, match="restore"):
        ema.restore()


def test_apply_before_the_first_update():
    ema = ExponentialMovingAverage(parameters=[parameter()])
    with pytest.raises(RuntimeError, match="step"), ema.apply():
        pass


def test_state_goes_on_to_the_bit():
    def run(p, ema, steps):
        for step in steps:
            p.set_value(np.sin(step + np.arange(4.0)))
            ema.update()

    p = parameter(np.zeros(4), "float32")
    straight = ExponentialMovingAverage(0.9, parameters=[p])
    run(p, straight, range(10))
    first = ExponentialMovingAverage(0.9, parameters=[p])
    run(p, first, range(5))
    second = ExponentialMovingAverage(0.9, parameters=[p])
    second.set_state_dict(first.state_dict())
    run(p, second, range(5, 10))
    for key, value in straight.state_dict().items():
        np.testing.assert_array_equal(second.state_dict()[key].numpy(), value.numpy())


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"decay": 1.0}, ValueError, "decay"),
        ({"decay": -0.1}, ValueError, "decay"),
        ({"decay": "0.9"}, TypeError, "decay"),
        ({"thres_steps": 3}, TypeError, "thres_steps"),
        ({"thres_steps": pa.to_tensor([1.0, 2.0])}, ValueError, "thres_steps"),
        ({"parameters": None}, ValueError, "parameters"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        ExponentialMovingAverage(**{"parameters": [parameter()], **arguments})
