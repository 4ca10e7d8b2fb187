"""What is remembered between steps: kept, copied, saved and loaded whole, or refused whole."""

import copy
import pickle

import numpy as np
import pytest

import paramattr as pa
from paramattr.incubate import ExponentialMovingAverage, ModelAverage
from paramattr.optimizer import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Momentum, NAdam, RAdam, RMSProp
from paramattr.optimizer.lr import LinearWarmup, StepDecay


def single(settings):
    """Without multi_precision, which some rules don't have."""
    return {key: value for key, value in settings.items() if key != "multi_precision"}


RULES = {
    "sgd": lambda ps, **k: SGD(0.1, parameters=ps, **k),
    "momentum": lambda ps, **k: Momentum(0.1, parameters=ps, **k),
    "nesterov": lambda ps, **k: Momentum(0.1, parameters=ps, use_nesterov=True, **k),
    "adam": lambda ps, **k: Adam(0.1, parameters=ps, **k),
    "amsgrad": lambda ps, **k: Adam(0.1, parameters=ps, amsgrad=True, **k),
    "adamw": lambda ps, **k: AdamW(0.1, parameters=ps, **{"weight_decay": 0.02, **k}),
    "adagrad": lambda ps, **k: Adagrad(0.1, parameters=ps, **single(k)),
    "adadelta": lambda ps, **k: Adadelta(0.1, parameters=ps, **single(k)),
    "adamax": lambda ps, **k: Adamax(0.1, parameters=ps, **single(k)),
    "rmsprop": lambda ps, **k: RMSProp(0.1, momentum=0.5, centered=True, parameters=ps, **single(k)),
    "asgd": lambda ps, **k: ASGD(0.1, 2, parameters=ps, **k),
    "nadam": lambda ps, **k: NAdam(0.1, parameters=ps, **single(k)),
    "radam": lambda ps, **k: RAdam(0.1, 0.9, 0.9, parameters=ps, **single(k)),
}
AVERAGES = {
    "window": lambda ps: ModelAverage(0.5, ps, 2, 4),
    "exponential": lambda ps: ExponentialMovingAverage(0.9, parameters=ps),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
every_average = pytest.mark.parametrize("average", AVERAGES.values(), ids=AVERAGES)
through_copies = pytest.mark.parametrize(
    "through", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))], ids=["copy", "pickle"]
)
pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(values, dtype="float64", **attrs):
    p = pa.create_parameter(np.shape(values), dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(values)
    return p


def parameters(seed=0, shapes=((3, 4), (5,), ()), dtype="float64"):
    rng = np.random.default_rng(seed)
    return [parameter(rng.standard_normal(shape), dtype) for shape in shapes]


def run(optimizer, ps, steps=4):
    for step in range(*steps) if isinstance(steps, tuple) else range(steps):
        rng = np.random.default_rng([step, 7])
        for p in ps:
            p.grad = rng.standard_normal(p.shape)
        optimizer.step()
    return [p.numpy().copy() for p in ps]


def arrays(stateful, ps):
    """Everything that `state_dict` holds, with the places of parameters instead of their names, which copies change."""
    state = stateful.state_dict()
    masters = state.pop("master_weights", {})
    named = sorted(((p.name, i) for i, p in enumerate(ps)), key=lambda pair: -len(pair[0]))

    def place(key):
        return next(key.replace(name, f"<{i}>") for name, i in named if key.startswith(name))

    return {place(key): value.numpy() for key, value in {**state, **masters}.items()}


def assert_same(one, other):
    assert list(one) == list(other)
    for key, value in one.items():
        np.testing.assert_array_equal(value, other[key], err_msg=key)


# --- copies


MANY = [(3,), (2, 2), (), (1,), (0, 3), (5,), (4,)] * 3


@through_copies
@every_rule
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_copy_has_a_state_of_its_own(rule, through, dtype):
    """Many small parameters, which a step joins: each of the two goes on as if the other one did not exist."""
    ps = parameters(1, MANY, dtype)
    optimizer = rule(ps, multi_precision=True)
    run(optimizer, ps, 2)
    other, qs = through((optimizer, ps))
    run(other, qs, (10, 13))
    run(optimizer, ps, (20, 22))
    run(other, qs, (30, 31))
    for each, mine, ranges in ((optimizer, ps, [(20, 22)]), (other, qs, [(10, 13), (30, 31)])):
        alone = parameters(1, MANY, dtype)
        uncopied = rule(alone, multi_precision=True)
        run(uncopied, alone, 2)
        for steps in ranges:
            run(uncopied, alone, steps)
        assert_same(arrays(each, mine), arrays(uncopied, alone))
        for p, q in zip(mine, alone, strict=True):
            np.testing.assert_array_equal(p.numpy(), q.numpy())


@through_copies
@every_average
def test_a_copy_of_an_average_is_its_own(average, through):
    ps = parameters(2, MANY)
    sgd, mean = SGD(0.1, ps), average(ps)

    def train(sgd, mean, ps, steps):
        for step in range(*steps):
            run(sgd, ps, (step, step + 1))
            mean.step()

    train(sgd, mean, ps, (0, 3))
    with mean.apply(need_restore=False):
        pass
    values = [p.numpy().copy() for p in ps]
    sgd2, mean2, qs = through((sgd, mean, ps))
    mean.restore()
    for q, value in zip(qs, values, strict=True):
        np.testing.assert_array_equal(q.numpy(), value)
    mean2.restore()
    train(sgd2, mean2, qs, (10, 14))
    train(sgd, mean, ps, (20, 22))
    for first, again, mine, steps in ((sgd, mean, ps, (20, 22)), (sgd2, mean2, qs, (10, 14))):
        alone = parameters(2, MANY)
        lone_sgd, lone = SGD(0.1, alone), average(alone)
        train(lone_sgd, lone, alone, (0, 3))
        with lone.apply(need_restore=False):
            pass
        lone.restore()
        train(lone_sgd, lone, alone, steps)
        assert_same(arrays(again, mine), arrays(lone, alone))
        assert first.state_dict() == lone_sgd.state_dict() == {}


# --- saved and loaded


@every_rule
def test_state_round_trip_continues_to_the_bit(rule):
    ps = parameters(11, dtype="float32")
    optimizer = rule(ps, weight_decay=0.1)
    run(optimizer, ps, 3)
    saved = {key: tensor.numpy().copy() for key, tensor in optimizer.state_dict().items()}
    values = [p.numpy().copy() for p in ps]
    straight = run(optimizer, ps, 3)
    for p, value in zip(ps, values, strict=True):
        p.set_value(value)
    fresh = rule(ps, weight_decay=0.1)
    fresh.set_state_dict(saved)
    for a, b in zip(straight, run(fresh, ps, 3), strict=True):
        np.testing.assert_array_equal(a, b)
    for p, value in zip(ps, values, strict=True):
        p.set_value(value)
    optimizer.set_state_dict(saved)
    for a, b in zip(straight, run(optimizer, ps, 3), strict=True):
        np.testing.assert_array_equal(a, b)


@every_rule
@through_copies
def test_a_copy_of_model_and_optimizer_continues_by_itself(rule, through):
    ps = parameters(12)
    optimizer = rule(ps)
    run(optimizer, ps, 2)
    other, qs = through((optimizer, ps))
    straight = run(optimizer, ps, 2)
    for a, b in zip(straight, run(other, qs, 2), strict=True):
        np.testing.assert_array_equal(a, b)


def test_state_keys():
    p = pa.create_parameter([2], "float32", name="w")
    p.grad = [1.0, 1.0]
    adam = Adam(parameters=[p], amsgrad=True, name="a")
    assert adam.state_dict() == {}
    adam.step()
    names = ["moment1", "moment2", "moment2_max", "beta1_pow_acc", "beta2_pow_acc"]
    assert list(adam.state_dict()) == [f"w_a_{name}_0" for name in names]
    momentum = Momentum(StepDecay(0.1, 3), parameters=[p])
    momentum.step()
    assert list(momentum.state_dict()) == ["w_velocity_0", "LR_Scheduler"]
    sgd = SGD(parameters=[p])
    sgd.step()
    assert sgd.state_dict() == {}


def test_the_number_at_the_end_of_a_key_plays_no_part():
    p = parameter([1.0])
    momentum = Momentum(parameters=[p])
    momentum.set_state_dict({f"{p.name}_velocity_12": [7.0]})
    assert momentum.state_dict()[f"{p.name}_velocity_0"].tolist() == [7.0]
    momentum.set_state_dict({})
    assert momentum.state_dict() == {}


def test_the_state_of_a_scheduler_and_of_master_weights_comes_back():
    p = parameter([1.0, 2.0], "float16")
    p.grad = [1.0, 1.0]
    optimizer = Momentum(StepDecay(0.1, 1, 0.5), parameters=[p], multi_precision=True)
    optimizer.step()
    optimizer._scheduler.step()
    state = copy.deepcopy(optimizer.state_dict())
    other = Momentum(StepDecay(0.1, 1, 0.5), parameters=[p], multi_precision=True)
    other.set_state_dict(state)
    assert other.get_lr() == 0.05
    np.testing.assert_array_equal(
        other.state_dict()["master_weights"][p.name].numpy(), state["master_weights"][p.name].numpy()
    )


@pytest.mark.parametrize(
    ("state", "error", "text"),
    [
        (3, TypeError, "state_dict"),
        ({"LR_Scheduler": {"last_epoch": 1, "last_lr": 1.0}, "other.w_0_moment1_0": [0.0]}, ValueError, "other.w_0"),
        ({"LR_Scheduler": {"last_epoch": 1, "last_lr": 1.0}, "p_moment1_0": [0.0, 0.0]}, ValueError, "p_moment2"),
        ({"LR_Scheduler": {"last_epoch": 1, "last_lr": 1.0}, "bad_shape": True}, ValueError, r"shape \[2\]"),
        ({"LR_Scheduler": {"last_epoch": 1}}, ValueError, "last_lr"),
        ({"LR_Scheduler": {"last_epoch": "1", "last_lr": 1.0}}, TypeError, "last_epoch"),
        ({}, ValueError, "LR_Scheduler"),
        ({"LR_Scheduler": {"last_epoch": 1, "last_lr": 1.0}, "master_weights": {"q": [1.0]}}, ValueError, "'q'"),
    ],
)
def test_a_bad_state_changes_nothing(state, error, text):
    p = pa.create_parameter([2], "float64", name="p")
    optimizer = Adam(StepDecay(0.1, 3), parameters=[p])
    run(optimizer, [p], 2)
    before = copy.deepcopy(optimizer.state_dict())
    if isinstance(state, dict) and state.pop("bad_shape", False):
        names = ["moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc"]
        state |= {f"p_{name}_0": np.zeros(3) for name in names}
    with pytest.raises(error, match=text):
        optimizer.set_state_dict(state)
    after = optimizer.state_dict()
    assert list(after) == list(before)
    assert after["LR_Scheduler"] == before["LR_Scheduler"]
    for key in list(before)[:-1]:
        np.testing.assert_array_equal(after[key].numpy(), before[key].numpy())


def snapshot(stateful):
    return {key: value.numpy().copy() for key, value in stateful.state_dict().items()}


MOMENTS = {f"p_{name}_0": np.zeros(2) for name in ("moment1", "moment2")}
POWERS = {f"p_{name}_0": np.ones(1) for name in ("beta1_pow_acc", "beta2_pow_acc")}


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"p_moment1_0": np.zeros(2, complex)}, TypeError, r"p_moment1_0.*complex128"),
        ({"p_moment2_0": ["a", "b"]}, TypeError, "p_moment2_0"),
        ({"p_moment2_0": None}, TypeError, "p_moment2_0"),
        ({"p_moment2_0": np.array(["2020-01-01"] * 2, "M8[D]")}, TypeError, "p_moment2_0"),
        ({"master_weights": {"p": [1j, 2j]}}, TypeError, r"master_weights.*'p'"),
        ({"master_weights": 3}, TypeError, "master_weights"),
        ({"p_moment1_1": np.zeros(2)}, ValueError, "'p_moment1_0' and 'p_moment1_1'"),
        ({3: np.zeros(2)}, TypeError, "key"),
        ({"other": np.zeros(2)}, ValueError, "'other'"),
    ],
)
def test_values_that_are_none_change_nothing(changes, error, text):
    p = pa.create_parameter([2], "float64", name="p")
    optimizer = Adam(parameters=[p])
    run(optimizer, [p], 2)
    before = snapshot(optimizer)
    with pytest.raises(error, match=text):
        optimizer.set_state_dict({**MOMENTS, **POWERS, **changes})
    assert_same(snapshot(optimizer), before)


@every_average
def test_an_average_refuses_what_is_not_its_own(average):
    p = pa.create_parameter([2], "float64", name="p")
    p.grad = [0.0, 0.0]
    mean = average([p])
    mean.step()
    before = snapshot(mean)
    first = next(iter(before))
    for changes, error in (
        ({"p_moment1_0": [0.0, 0.0]}, ValueError),
        ({first: np.zeros(2, complex)}, TypeError),
        ({first.removesuffix("0") + "1": np.zeros(2)}, ValueError),
    ):
        with pytest.raises(error, match="p_"):
            mean.set_state_dict({**before, **changes})
        assert_same(snapshot(mean), before)


@pytest.mark.parametrize("inner", [{"last_epoch": 3}, {"last_epoch": 3, "last_lr": "x"}, None])
def test_a_bad_state_of_an_inner_schedule_changes_nothing(inner):
    p = parameter([1.0, 2.0])
    schedule = LinearWarmup(StepDecay(0.1, 2), 2, 0.0, 0.1)
    optimizer = Momentum(schedule, parameters=[p])
    run(optimizer, [p], 2)
    schedule.step()
    state = copy.deepcopy(optimizer.state_dict())
    bad = {**state, "LR_Scheduler": {"last_epoch": 7, "last_lr": 0.7, "LinearWarmup_LR": inner}}
    run(optimizer, [p], 1)
    before = copy.deepcopy(optimizer.state_dict())
    with pytest.raises((TypeError, ValueError), match=r"last_lr|state_dict"):
        optimizer.set_state_dict(bad)
    after = optimizer.state_dict()
    assert after.pop("LR_Scheduler") == before.pop("LR_Scheduler")
    assert_same({k: v.numpy() for k, v in after.items()}, {k: v.numpy() for k, v in before.items()})


@pytest.mark.parametrize("rule", [pa.optimizer.SGD, pa.optimizer.Momentum, pa.optimizer.Adam, pa.optimizer.AdamW])
@pytest.mark.parametrize("first", [False, True])
def test_a_lazy_parameter_is_refused_before_anything_is_changed(rule, first):
    with pa.LazyGuard():
        lazy = pa.create_parameter([2])
    p = pa.create_parameter([2], default_initializer=pa.initializer.Constant(1.0))
    p.grad, lazy.grad = [1.0, 2.0], [1.0, 2.0]
    optimizer = rule(parameters=[lazy, p] if first else [p, lazy])
    with pytest.raises(RuntimeError, match="initialize"):
        optimizer.step()
    assert p.numpy().tolist() == [1.0, 1.0]
    assert optimizer.state_dict() == {}
    lazy.initialize()
    optimizer.step()
    assert p.numpy().tolist() != [1.0, 1.0]
