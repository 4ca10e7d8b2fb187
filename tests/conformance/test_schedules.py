"""Schedules beside the real Paddle over random settings: 200 steps, states both ways, and inside an optimizer."""

import contextlib
import inspect
import io
import warnings

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paramattr as pa

STEPS = 200
RATE, SMALL = st.floats(0.01, 1.0), st.floats(0.0, 0.01)
LENGTH, PART, FLAG = st.integers(1, 40), st.floats(0.05, 0.95), st.booleans()


def a_decay(epoch):
    return 1.0 / (1.0 + 0.1 * (epoch % 7))


def another_decay(epoch):
    return 0.98 if epoch % 3 else 1.01


def a_height(x):
    return 0.9**x


FUNCTION = st.sampled_from([a_decay, another_decay])
MILESTONES = st.lists(st.integers(1, 150), min_size=1, max_size=6, unique=True).map(sorted)
PIECES = MILESTONES.flatmap(
    lambda b: st.tuples(st.just(b), st.lists(RATE, min_size=len(b) + 1, max_size=len(b) + 1))
)  # fmt: skip
# A line per schedule: its arguments in order.
SETTINGS = {
    "NoamDecay": (st.integers(1, 512), LENGTH, RATE),
    "PiecewiseDecay": PIECES,
    "NaturalExpDecay": (RATE, PART),
    "InverseTimeDecay": (RATE, PART),
    "PolynomialDecay": (RATE, LENGTH, SMALL, st.floats(0.3, 3.0), FLAG),
    "LinearWarmup": (RATE, LENGTH, SMALL, st.floats(0.02, 1.0)),
    "ExponentialDecay": (RATE, PART),
    "MultiStepDecay": (RATE, MILESTONES, PART),
    "StepDecay": (RATE, LENGTH, PART),
    "LambdaDecay": (RATE, FUNCTION),
    "MultiplicativeDecay": (RATE, FUNCTION),
    "CosineAnnealingDecay": (RATE, LENGTH, SMALL),
    "CosineAnnealingWarmRestarts": (RATE, LENGTH, st.integers(1, 3), SMALL),
    "OneCycleLR": (
        RATE, st.integers(STEPS, 400), st.floats(2.0, 30.0), SMALL, st.floats(0.05, 0.45),
        st.sampled_from(["cos", "linear"]), FLAG,
    ),
    "CyclicLR": (
        SMALL, RATE, LENGTH, st.none() | LENGTH, st.sampled_from(["triangular", "triangular2", "exp_range"]), PART,
        st.none() | st.just(a_height), st.sampled_from(["cycle", "iterations"]),
    ),
    "LinearLR": (RATE, st.integers(1, 300), st.floats(0.05, 1.0), st.floats(0.0, 1.0)),
}  # fmt: skip
# Where Paddle's goes on from the rate that it has, of whatever epoch that is, and its state lacks the place in the cycle.
RECURSIVE = ("LinearLR", "CosineAnnealingDecay")
NO_JUMP, NO_RESUME = ("LinearLR", "CosineAnnealingWarmRestarts"), ("CosineAnnealingWarmRestarts",)
# A recursion divides by what is left of the cosine near its bottom, and loses digits there.
LOOSE = {"CosineAnnealingDecay": 1e-6, "LinearLR": 1e-9}


def drawn(name, data):
    given_ = SETTINGS[name]
    return data.draw(given_ if not isinstance(given_, tuple) else st.tuples(*given_))


def both(name, arguments, **more):
    return [getattr(lib.optimizer.lr, name)(*arguments, **more) for lib in (pa, paddle)]


def same(name, mine, other):
    limit = LOOSE.get(name, 1e-12)
    assert mine.last_epoch == other.last_epoch
    assert mine() == pytest.approx(other(), rel=limit, abs=limit * mine.base_lr)


def test_every_schedule_has_a_line():
    assert (
        {*SETTINGS, "LRScheduler", "ReduceOnPlateau"}
        == set(paddle.optimizer.lr.__all__)
        == set(pa.optimizer.lr.__all__)
    )


def test_every_argument_is_drawn():
    """But for those that have tests of their own."""
    for name, line in SETTINGS.items():
        arguments = {*inspect.signature(getattr(paddle.optimizer.lr, name)).parameters} - {"last_epoch", "verbose"}
        assert len(arguments) == (len(line) if isinstance(line, tuple) else 2), name


@pytest.mark.parametrize("name", SETTINGS)
def test_curves(name):
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(st.data())
    def check(data):
        arguments = drawn(name, data)
        schedules = both(name, arguments)
        jump = None if name in NO_JUMP else data.draw(st.none() | st.integers(0, STEPS - 1))
        for step in range(STEPS if jump is None else STEPS // 2):
            same(name, *schedules)
            epoch = jump if step == STEPS // 4 and name not in RECURSIVE else None
            if name == "OneCycleLR" and schedules[0].last_epoch >= STEPS - 1:
                epoch = 0
            for each in schedules:
                each.step(epoch)
        state, other = (each.state_dict() for each in schedules)
        assert list(state) == list(other)

    check()


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in NO_RESUME])
def test_states_both_ways(name):
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(st.data())
    def check(data):
        arguments = drawn(name, data)
        steps = data.draw(st.integers(0, 60))
        schedules, resumed = both(name, arguments), both(name, arguments)
        for each in schedules:
            for _ in range(steps):
                each.step()
        for each, other in zip(resumed, reversed(schedules), strict=True):
            each.set_state_dict(other.state_dict())
        for _ in range(60):
            same(name, *resumed)
            same(name, resumed[0], schedules[1])
            for each in (*schedules, *resumed):
                each.step()

    check()


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in RECURSIVE])
def test_made_with_last_epoch(name):
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(st.data())
    def check(data):
        arguments = drawn(name, data)
        last = data.draw(st.integers(-1, (arguments[1] - 2 if name == "CosineAnnealingWarmRestarts" else 60)))
        same(name, *both(name, arguments, last_epoch=last))

    check()


@pytest.mark.parametrize("name", SETTINGS)
def test_inside_an_optimizer(name):
    @settings(max_examples=3, deadline=None, derandomize=True)
    @given(st.data())
    def check(data):
        schedules = both(name, drawn(name, data))
        values, states = [], []
        for lib, schedule in zip((pa, paddle), schedules, strict=True):
            zero = lib.nn.initializer.Constant(0.0)
            p = lib.create_parameter([3], "float64", attr=lib.ParamAttr(initializer=zero))
            optimizer = lib.optimizer.SGD(schedule, parameters=[p])
            for step in range(20):
                gradient = np.cos(np.arange(3.0) + step)
                p.grad = gradient if lib is pa else paddle.to_tensor(gradient)
                optimizer.step()
                schedule.step()
            values.append(p.numpy())
            states.append(optimizer.state_dict()["LR_Scheduler"])
        # Paddle holds the learning rate of a step in float32.
        np.testing.assert_allclose(*values, rtol=1e-5, atol=1e-6)
        assert list(states[0]) == list(states[1])

    check()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_plateaus(data):
    arguments = data.draw(
        st.tuples(
            RATE, st.sampled_from(["min", "max", "MIN"]), PART, st.integers(0, 5), st.floats(0.0, 0.2),
            st.sampled_from(["rel", "abs"]), st.integers(0, 4), SMALL, st.sampled_from([0.0, 1e-8, 0.01]),
        )
    )  # fmt: skip
    metrics = data.draw(st.lists(st.floats(-2.0, 4.0), min_size=STEPS // 4, max_size=STEPS // 4))
    schedules = both("ReduceOnPlateau", arguments)
    at = data.draw(st.integers(1, len(metrics) - 1))
    for step, metric in enumerate(metrics):
        if step == at:  # each goes on from the other's state
            states = [each.state_dict() for each in schedules]
            assert states[0] == states[1]
            assert list(states[0]) == list(states[1])
            schedules = both("ReduceOnPlateau", arguments)
            for each, state in zip(schedules, reversed(states), strict=True):
                each.set_state_dict(state)
        for each in schedules:
            each.step(metric)
        same("ReduceOnPlateau", *schedules)
    for each, lib in zip(schedules, (pa, paddle), strict=True):
        each.step(lib.to_tensor([0.5], dtype="float64"), epoch=300)
    same("ReduceOnPlateau", *schedules)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("StepDecay", (0.5, 2)), ("CosineAnnealingWarmRestarts", (0.5, 2)), ("ReduceOnPlateau", (0.5,))],
)
def test_words(name, arguments):
    texts = []
    for lib in (pa, paddle):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            schedule = getattr(lib.optimizer.lr, name)(*arguments, verbose=True)
            for _ in range(15):
                schedule.step(*([1.0] if name == "ReduceOnPlateau" else []))
        texts.append(text.getvalue())
    assert texts[0] == texts[1] != ""


def test_paddle_goes_past_the_end_of_one_cycle_and_ours_stays_there():
    mine, other = both("OneCycleLR", (1.0, 10, 25.0, 0.0001, 0.3, "linear"))
    for each in (mine, other):
        each.step(10)
    assert mine() == pytest.approx(0.0001)
    assert other() < 0.0


def test_paddles_restarts_lose_their_place_in_a_state_and_ours_do_not():
    whole, other = both("CosineAnnealingWarmRestarts", (1.0, 5, 2))
    resumed = both("CosineAnnealingWarmRestarts", (1.0, 5, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for before, after in zip((whole, other), resumed, strict=True):
            for _ in range(8):
                before.step()
            after.set_state_dict(before.state_dict())
            for each in (before, after):
                each.step()
    assert whole() == pytest.approx(other()) == resumed[0]()
    assert resumed[1]() != pytest.approx(other())
