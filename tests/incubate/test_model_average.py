import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.incubate import ModelAverage

pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(values=0.0, dtype="float64", **attrs):
    p = pa.create_parameter(np.shape(values), dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(values)
    p.grad = np.zeros(p.shape)
    return p


def averages(rate, low, high, values):
    """Return what apply() shows after each of the values of one parameter."""
    p = parameter()
    model_average = ModelAverage(rate, [p], low, high)
    seen = []
    for value in values:
        p.set_value(value)
        model_average.step()
        with model_average.apply():
            seen.append(p.item())
        assert p.item() == value
    return seen


def test_windows_by_hand():
    values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
    # Windows of two: from the second on the average is over the last window and the one begun since.
    two = [1, (1 + 2) / 2, (1 + 2 + 4) / 3, (4 + 8) / 2, (4 + 8 + 16) / 3, (16 + 32) / 2, (16 + 32 + 64) / 3]
    assert averages(1.0, 2, 2, values) == pytest.approx(two)
    # A window as long as training: everything.
    everything = [sum(values[: n + 1]) / (n + 1) for n in range(7)]
    assert averages(1.0, 10, 10, values) == pytest.approx(everything)
    assert averages(1.0, 7, 7, values) == pytest.approx(everything)
    # Windows of one: the value itself.
    assert averages(0.0, 1, 10, values) == pytest.approx(values)
    # Half of the updates, cut to an integer, and at least one: windows end after steps 1, 2, 3 and 5.
    half = [1, 2, 4, (4 + 8) / 2, (8 + 16) / 2, (8 + 16 + 32) / 3, (8 + 16 + 32 + 64) / 4]
    assert averages(0.5, 1, 10, values) == pytest.approx(half)


@given(st.floats(0.0, 2.0), st.integers(1, 6), st.integers(0, 10), st.integers(1, 40), st.integers(0, 99))
def test_against_windows_as_lists(rate, low, more, steps, seed):
    values = np.random.default_rng(seed).standard_normal(steps)
    done, current, expected = [], [], []
    for update, value in enumerate(values, 1):
        current = [*current, value]
        if len(current) >= max(low, min(low + more, int(np.float32(rate) * np.float32(update)))):
            done, current = current, []
        expected.append(np.mean(done + current))
    np.testing.assert_allclose(averages(rate, low, low + more, values), expected, rtol=1e-12, atol=1e-14)


def test_sums_that_are_put_aside_keep_counting():
    p = parameter(1.0)
    model_average = ModelAverage(1.0, [p], 50_000, 50_000)
    state = model_average.state_dict
    for _ in range(16_383):
        model_average.step()
    assert sum(state()[f"{p.name}_sum_{n}_0"].item() for n in (1, 2, 3)) == 16_383.0
    p.set_value(3.0)
    model_average.step()
    p.set_value(5.0)
    model_average.step()
    assert sum(state()[f"{p.name}_sum_{n}_0"].item() for n in (1, 2, 3)) == 16_391.0
    with model_average.apply():
        assert p.item() == pytest.approx((16_386 + 5) / 16_385, rel=1e-15)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-30, 12345.678])
def test_many_float32_values_keep_their_mean(value):
    """What float64 sums would keep to 1e-6; float32 sums would be far off."""
    p = parameter(np.full(3, value), "float32")
    model_average = ModelAverage(1.0, [p], 10**7, 10**7)
    slots = model_average._slots
    model_average.step()
    for _ in range(10**5 if value == 0.1 else 10**4):
        model_average._enter(slots)
    with model_average.apply():
        np.testing.assert_allclose(p.numpy(), value, rtol=1e-6)


def test_float32_values_are_averaged_in_float64():
    """A value far from the others costs them no digits, but for the few it is added up with in float32."""
    q = parameter(np.float32(1e-9), "float32")
    model_average = ModelAverage(1.0, [q], 10_000, 10_000)
    for _ in range(3000):
        model_average.step()
    for value in (1e4, -1e4):
        q.set_value(value)
        model_average.step()
    with model_average.apply():
        assert q.dtype == np.float32
        assert q.item() == pytest.approx(1e-9 * 3000 / 3002, rel=16 / 3000)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_every_dtype(dtype):
    p = parameter([1.0, 2.0], dtype)
    model_average = ModelAverage(1.0, [p], 4, 4)
    model_average.step()
    p.set_value([3.0, 4.0])
    model_average.step()
    with model_average.apply():
        assert p.tolist() == [2.0, 3.0]
        assert p.dtype.name == dtype
    assert p.tolist() == [3.0, 4.0]


def test_do_model_average_false_keeps_the_own_value():
    p, q = parameter(1.0), parameter(1.0, do_model_average=False)
    model_average = ModelAverage(1.0, [p, q], 4, 4)
    for value in (1.0, 3.0):
        p.set_value(value)
        q.set_value(value)
        model_average.step()
    with model_average.apply():
        assert (p.item(), q.item()) == (2.0, 3.0)
    assert (p.item(), q.item()) == (3.0, 3.0)
    assert not any(q.name in key for key in model_average.state_dict())


def test_a_model_of_which_nothing_is_averaged():
    p = parameter(1.0, do_model_average=False)
    model_average = ModelAverage(1.0, [p], 4, 4)
    model_average.step()
    p.set_value(3.0)
    with model_average.apply(need_restore=False):
        assert p.item() == 3.0
    model_average.restore()
    assert p.item() == 3.0


def test_flags_changed_on_the_way_count_at_once():
    p, q = parameter(1.0), parameter(1.0)
    model_average = ModelAverage(1.0, [p, q], 8, 8)
    model_average.step()
    p.do_model_average = False
    p.set_value(5.0)
    q.set_value(5.0)
    model_average.step()
    with model_average.apply():
        assert (p.item(), q.item()) == (5.0, 3.0)
    p.do_model_average = True
    with model_average.apply():
        assert p.item() == 1.0
        p.do_model_average = False
    assert p.item() == 5.0


def test_frozen_parameters_and_those_without_gradient_are_not_counted():
    frozen, bare, p = parameter(1.0, trainable=False), parameter(1.0), parameter(1.0)
    bare.grad = None
    model_average = ModelAverage(1.0, [frozen, bare, p], 4, 4)
    model_average.step()
    for each in (frozen, bare, p):
        each.set_value(7.0)
    with model_average.apply():
        assert (frozen.item(), bare.item(), p.item()) == (7.0, 7.0, 1.0)


def averaged():
    p = parameter(0.0)
    model_average = ModelAverage(1.0, [p], 8, 8)
    for value in (1.0, 3.0):
        p.set_value(value)
        model_average.step()
    return p, model_average


def test_apply_restores_when_the_body_raises():
    p, model_average = averaged()
    seen = []

    def evaluate():
        with model_average.apply():
            seen.append(p.item())
            raise KeyError

    with pytest.raises(KeyError):
        evaluate()
    assert seen == [2.0]
    assert p.item() == 3.0
    with pytest.raises(RuntimeError, match="apply"):
        model_average.restore()


def test_apply_keeps_the_array():
    p, model_average = averaged()
    view = p.numpy()
    with model_average.apply():
        assert view.item() == 2.0
        assert p.numpy() is view
    assert view.item() == 3.0


def test_need_restore_false_leaves_averages_until_restore():
    p, model_average = averaged()
    with model_average.apply(need_restore=False):
        pass
    assert p.item() == 2.0
    model_average.restore()
    assert p.item() == 3.0


def test_nested_blocks_restore_in_order():
    p, model_average = averaged()
    with model_average.apply():
        with model_average.apply():
            assert p.item() == 2.0
        assert p.item() == 2.0
        with pytest.raises(KeyError), model_average.apply():
            raise KeyError
        with model_average.apply(need_restore=False):
            pass
    assert p.item() == 3.0


def test_blocks_after_need_restore_false_do_not_lose_the_values():
    p, model_average = averaged()
    for _ in range(2):
        with model_average.apply(need_restore=False):
            pass
    with model_average.apply():
        pass
    assert p.item() == 2.0
    model_average.restore()
    assert p.item() == 3.0


def test_training_that_goes_on_from_averages():
    p, model_average = averaged()
    with model_average.apply(need_restore=False):
        pass
    p.set_value(10.0)
    model_average.step()
    with model_average.apply(need_restore=False):
        assert p.item() == pytest.approx(14 / 3)
    model_average.restore()
    assert p.item() == 10.0


def test_restore_inside_a_block():
    p, model_average = averaged()
    with model_average.apply():
        model_average.restore()
        assert p.item() == 3.0
    assert p.item() == 3.0


def test_a_parameter_that_joins_later_is_not_restored():
    p, q = parameter(1.0), parameter(5.0)
    q.grad = None
    model_average = ModelAverage(1.0, [p, q], 8, 8)
    model_average.step()
    with model_average.apply(need_restore=False):
        pass
    q.grad = 0.0
    model_average.step()
    model_average.restore()
    assert q.item() == 5.0


def test_restore_and_apply_before_their_time():
    p = parameter(1.0)
    model_average = ModelAverage(1.0, [p])
    with pytest.raises(RuntimeError, match=r"restore.*apply"):
        model_average.restore()
    with pytest.raises(RuntimeError, match="step"), model_average.apply():
        pass
    p.grad = None
    model_average.step()
    with pytest.raises(RuntimeError, match="gradients"), model_average.apply():
        pass
    assert p.item() == 1.0


def test_state_keys_and_round_trip():
    p, model_average = averaged()
    names = ["sum_1", "sum_2", "sum_3", "restore", "num_accumulates", "old_num_accumulates", "num_updates"]
    state = model_average.state_dict()
    assert list(state) == [f"{p.name}_{name}_0" for name in names]
    other = ModelAverage(1.0, [p], 8, 8)
    other.set_state_dict(copy.deepcopy(state))
    for each in (model_average, other):
        p.set_value(8.0)
        each.step()
        with each.apply():
            assert p.item() == 4.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_state_has_the_parameters_precision_and_loses_nothing(dtype):
    """What a library that holds all sums in one dtype loads is short of their last digits alone."""
    p = parameter(np.full(3, 1 / 3), dtype)
    model_average = ModelAverage(1.0, [p], 40, 40)
    for step in range(100):
        p.set_value(p + 1 / 7 if step % 3 else np.full(3, 1e-3))
        model_average.step()
    state = {key.removeprefix(f"{p.name}_"): tensor.numpy() for key, tensor in model_average.state_dict().items()}
    assert sorted(model_average.get_opti_var_name_list()) == sorted(f"{p.name}_{key}" for key in state)
    sums = [state[f"sum_{n}_0"] for n in (1, 2, 3)]
    assert {array.dtype for array in (*sums, state["restore_0"])} == {
        np.dtype("float64" if dtype == "float64" else "float32")
    }
    assert ("sum_2_rest_0" in state) == (dtype != "float64")
    shorter = {f"{p.name}_{key}": array for key, array in state.items() if "rest_0" not in key}
    for saved, limit in ((model_average.state_dict(), 0.0), (shorter, 1e-6)):
        other = ModelAverage(1.0, [p], 40, 40)
        other.set_state_dict(copy.deepcopy(saved))
        for name in ("sum_1", "sum_2", "sum_3"):
            one, wanted = (each._slots[0].state[name] for each in (other, model_average))
            assert one.dtype == wanted.dtype
            np.testing.assert_allclose(one, wanted, rtol=limit)


def test_a_sum_beyond_the_parameters_precision_comes_back():
    p = parameter(1e37, "float32")
    model_average = ModelAverage(1.0, [p], 100, 100)
    for _ in range(64):
        model_average.step()
    other = ModelAverage(1.0, [p], 100, 100)
    other.set_state_dict(model_average.state_dict())
    with other.apply():
        assert p.item() == pytest.approx(1e37)


def test_together_with_an_optimizer_and_a_schedule():
    p = parameter(0.0)
    scheduler = pa.optimizer.lr.ExponentialDecay(1.0, 0.5)
    sgd = pa.optimizer.SGD(scheduler, [p])
    model_average = ModelAverage(1.0, [p], 8, 8)
    for _ in range(4):
        p.grad = -1.0
        sgd.step()
        model_average.step()
        sgd.clear_grad()
        scheduler.step()
    with model_average.apply():
        assert p.item() == pytest.approx((1 + 1.5 + 1.75 + 1.875) / 4)
    assert p.item() == 1.875


def test_minimize_is_a_step():
    p = parameter(2.0)
    model_average = ModelAverage(1.0, [p], 8, 8)
    model_average.minimize(p * 1.0)
    with model_average.apply():
        assert p.item() == 2.0


def test_zero_size():
    p = parameter(np.zeros((0, 3)))
    model_average = ModelAverage(1.0, [p], 1, 1)
    model_average.step()
    with model_average.apply():
        assert p.shape == [0, 3]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"average_window_rate": -0.1}, ValueError, "average_window_rate"),
        ({"average_window_rate": math.nan}, ValueError, "average_window_rate"),
        ({"average_window_rate": "0.1"}, TypeError, "average_window_rate"),
        ({"min_average_window": 0}, ValueError, "min_average_window"),
        ({"min_average_window": 2.0}, TypeError, "min_average_window"),
        ({"max_average_window": -1}, ValueError, "max_average_window"),
        ({"max_average_window": None}, TypeError, "max_average_window"),
        ({"min_average_window": 5, "max_average_window": 4}, ValueError, "min_average_window"),
        ({"parameters": None}, ValueError, "parameters"),
        ({"parameters": [3]}, TypeError, "parameters"),
        ({"name": 3}, TypeError, "name"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        ModelAverage(**{"average_window_rate": 0.15, "parameters": [parameter()], **arguments})


def test_bad_arguments_of_apply_and_restore():
    _, model_average = averaged()
    with pytest.raises(TypeError, match="executor"), model_average.apply(3):
        pass
    with pytest.raises(TypeError, match="need_restore"), model_average.apply(need_restore=1):
        pass
    with pytest.raises(TypeError, match="executor"):
        model_average.restore(3)
