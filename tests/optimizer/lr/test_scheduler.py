"""What all schedules have in common; the curves themselves are in the other files of this folder."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import lr

MAKE = {
    "step": lambda **k: lr.StepDecay(0.5, 3, 0.7, **k),
    "multi_step": lambda **k: lr.MultiStepDecay(0.5, [2, 5, 11], 0.7, **k),
    "piecewise": lambda **k: lr.PiecewiseDecay([2, 5], [0.5, 0.25, 1.0], **k),
    "lambda": lambda **k: lr.LambdaDecay(0.5, lambda epoch: 1.0 / (1 + epoch), **k),
    "multiplicative": lambda **k: lr.MultiplicativeDecay(0.5, lambda epoch: 0.9 + 0.01 * (epoch % 3), **k),
    "exponential": lambda **k: lr.ExponentialDecay(0.5, 0.9, **k),
    "natural": lambda **k: lr.NaturalExpDecay(0.5, 0.1, **k),
    "inverse": lambda **k: lr.InverseTimeDecay(0.5, 0.3, **k),
    "polynomial": lambda **k: lr.PolynomialDecay(0.5, 6, 0.01, 1.5, **k),
    "polynomial, cycle": lambda **k: lr.PolynomialDecay(0.5, 6, 0.01, 1.5, True, **k),
    "noam": lambda **k: lr.NoamDecay(64, 8, 0.5, **k),
    "cosine": lambda **k: lr.CosineAnnealingDecay(0.5, 7, 0.1, **k),
    "restarts": lambda **k: lr.CosineAnnealingWarmRestarts(0.5, 3, 2, 0.1, **k),
    "one cycle": lambda **k: lr.OneCycleLR(0.5, 60, 10.0, 0.01, **k),
    "three phases": lambda **k: lr.OneCycleLR(0.5, 60, 10.0, 0.01, 0.4, "linear", True, **k),
    "cyclic": lambda **k: lr.CyclicLR(0.1, 0.5, 4, 7, "exp_range", 0.95, **k),
    "linear": lambda **k: lr.LinearLR(0.5, 9, 0.2, 0.8, **k),
    "warmup": lambda **k: lr.LinearWarmup(0.5, 4, 0.1, 0.5, **k),
    "warmup_of": lambda **k: lr.LinearWarmup(lr.StepDecay(0.5, 2, 0.5), 4, 0.0, 0.5, **k),
}
each = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def test_every_schedule_is_here():
    made = {type(make()).__name__ for make in MAKE.values()}
    assert made == set(lr.__all__) - {"LRScheduler", "ReduceOnPlateau"}


@each
@given(st.lists(st.integers(0, 30), max_size=5), st.integers(0, 30))
def test_the_rate_is_a_function_of_the_epoch_alone(make, detour, epoch):
    straight, wandering = make(), make()
    for _ in range(epoch):
        straight.step()
    for other in detour:
        wandering.step(other)
    wandering.step(epoch)
    assert wandering() == straight()
    wandering.step()
    straight.step()
    assert wandering() == straight()


@each
def test_made_with_last_epoch_it_continues_the_curve(make, curve):
    assert curve(make(last_epoch=3), 6) == curve(make(), 10)[4:]


@each
def test_state_round_trip(make, curve):
    scheduler, other = make(), make()
    curve(scheduler, 9)
    state = scheduler.state_dict()
    assert state["last_epoch"] == 8
    assert state["last_lr"] == scheduler()
    other.set_state_dict(state)
    assert other() == scheduler()
    assert curve(other, 5) == curve(scheduler, 5)
    with pytest.raises(ValueError, match="lacks 'last_lr'"):
        other.set_dict({"last_epoch": 3})


@each
def test_the_rate_is_never_negative_and_an_optimizer_takes_it(make):
    scheduler = make()
    p = pa.create_parameter([2], default_initializer="constant")
    sgd = pa.optimizer.SGD(scheduler, parameters=[p])
    moved = 0.0
    for _ in range(60):
        assert scheduler() >= 0.0
        moved += scheduler()
        p.grad = [1.0, -1.0]
        sgd.step()
        scheduler.step()
    np.testing.assert_allclose(p.numpy(), [-moved, moved], rtol=1e-5)


def test_a_state_that_does_not_fit_changes_nothing(curve):
    scheduler = MAKE["warmup_of"]()
    curve(scheduler, 7)
    before = copy.deepcopy(scheduler.state_dict())
    good = {"last_epoch": 1, "last_lr": 0.5, "LinearWarmup_LR": {"last_epoch": 0, "last_lr": 0.5}}
    for key, value, error in [
        ("last_epoch", 1.5, TypeError),
        ("last_epoch", -2, ValueError),
        ("last_lr", -1.0, ValueError),
        ("LinearWarmup_LR", {"last_epoch": 0}, ValueError),
        ("LinearWarmup_LR", 3, TypeError),
    ]:
        with pytest.raises(error, match={"LinearWarmup_LR": "state_dict"}.get(key, key)):
            scheduler.set_state_dict({**good, key: value})
        assert scheduler.state_dict() == before


def test_a_state_that_holds_more_is_taken_with_a_warning():
    scheduler = lr.StepDecay(0.5, 3)
    with pytest.warns(UserWarning, match=r"\['best'\].*StepDecay"):
        scheduler.set_state_dict({"last_epoch": 3, "last_lr": 0.25, "best": 1.0})
    assert (scheduler.last_epoch, scheduler()) == (3, 0.25)


class Remembering(lr.LRScheduler):
    """A user's schedule, with a key of its own and one that may be absent."""

    def __init__(self):
        self.factor = pa.to_tensor([0.5])
        super().__init__(1.0)

    def state_keys(self):
        self.keys = ["last_epoch", "last_lr", "factor", "absent"]

    def get_lr(self):
        return self.base_lr * self.factor


def test_a_subclass_names_its_keys():
    scheduler = Remembering()
    assert scheduler() == 0.5
    state = scheduler.state_dict()
    assert state == {"last_epoch": 0, "last_lr": 0.5, "factor": 0.5}
    assert isinstance(state["factor"], float)
    scheduler.set_state_dict({**state, "factor": 0.25, "absent": None})
    scheduler.step()
    assert scheduler() == 0.25
    with pytest.raises(ValueError, match="lacks 'absent'"):
        scheduler.set_state_dict(state)


def test_a_step_that_fails_is_not_taken():
    scheduler = lr.LambdaDecay(0.5, lambda epoch: [1.0, 0.5][epoch])
    scheduler.step()
    for _ in range(2):
        with pytest.raises(IndexError):
            scheduler.step()
        assert scheduler.state_dict() == {"last_epoch": 1, "last_lr": 0.25}


def test_verbose_prints_each_step(capsys):
    scheduler = lr.StepDecay(0.5, 1, 0.5, verbose=True)
    scheduler.step()
    first, second = capsys.readouterr().out.splitlines()
    assert (first, second) == (
        "Epoch 0: StepDecay set learning rate to 0.5.",
        "Epoch 1: StepDecay set learning rate to 0.25.",
    )


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: lr.StepDecay(-0.5, 2), ValueError, "learning_rate"),
        (lambda: lr.StepDecay(math.nan, 2), ValueError, "learning_rate"),
        (lambda: lr.StepDecay("0.5", 2), TypeError, "learning_rate"),
        (lambda: lr.StepDecay(0.5, 2, last_epoch=-2), ValueError, "last_epoch"),
        (lambda: lr.StepDecay(0.5, 2, verbose=1), TypeError, "verbose"),
        (lambda: lr.LRScheduler(), TypeError, r"LRScheduler.*get_lr"),
        (lambda: lr.StepDecay(0.5, 2).step(-1), ValueError, "epoch"),
        (lambda: lr.StepDecay(0.5, 2).step(1.0), TypeError, "epoch"),
        (lambda: lr.StepDecay(0.5, 2).set_state_dict(3), TypeError, "state_dict"),
    ],
)
def test_bad_arguments(make, error, text):
    with pytest.raises(error, match=text):
        make()
