import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.optimizer import lr

MAKE = {
    "step": lambda **k: lr.StepDecay(0.5, 3, 0.7, **k),
    "multi_step": lambda **k: lr.MultiStepDecay(0.5, [2, 5, 11], 0.7, **k),
    "exponential": lambda **k: lr.ExponentialDecay(0.5, 0.9, **k),
    "cosine": lambda **k: lr.CosineAnnealingDecay(0.5, 7, 0.1, **k),
    "warmup": lambda **k: lr.LinearWarmup(0.5, 4, 0.1, 0.5, **k),
    "warmup_of": lambda **k: lr.LinearWarmup(lr.StepDecay(0.5, 2, 0.5), 4, 0.0, 0.5, **k),
}
each = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def curve(scheduler, epochs):
    values = [scheduler()]
    for _ in range(epochs - 1):
        scheduler.step()
        values.append(scheduler())
    return values


def test_curves_by_hand():
    assert curve(MAKE["step"](), 7) == pytest.approx([0.5] * 3 + [0.35] * 3 + [0.245])
    assert curve(MAKE["multi_step"](), 6) == pytest.approx([0.5, 0.5, 0.35, 0.35, 0.35, 0.245])
    assert curve(MAKE["exponential"](), 3) == pytest.approx([0.5, 0.45, 0.405])
    cosine = [0.1 + 0.4 * (1 + math.cos(math.pi * t / 7)) / 2 for t in range(20)]
    assert curve(MAKE["cosine"](), 20) == pytest.approx(cosine)
    assert cosine[0] == cosine[14] == 0.5
    assert cosine[7] == pytest.approx(0.1)
    assert curve(MAKE["warmup"](), 6) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    assert curve(MAKE["warmup_of"](), 8) == pytest.approx([0.0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.25, 0.25])


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
def test_made_with_last_epoch_it_continues_the_curve(make):
    assert curve(make(last_epoch=3), 6) == curve(make(), 10)[4:]


@each
def test_state_round_trip(make):
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


def test_the_state_of_an_inner_schedule():
    scheduler = MAKE["warmup_of"]()
    curve(scheduler, 7)
    assert scheduler.state_dict() == {
        "last_epoch": 6,
        "last_lr": 0.25,
        "LinearWarmup_LR": {"last_epoch": 2, "last_lr": 0.25},
    }
    with pytest.raises(ValueError, match="LinearWarmup_LR"):
        scheduler.set_state_dict({"last_epoch": 1, "last_lr": 0.5})


def test_verbose_prints_each_step(capsys):
    scheduler = lr.StepDecay(0.5, 1, 0.5, verbose=True)
    scheduler.step()
    first, second = capsys.readouterr().out.splitlines()
    assert "0.5" in first
    assert "0.25" in second


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: lr.StepDecay(-0.5, 2), ValueError, "learning_rate"),
        (lambda: lr.StepDecay(math.nan, 2), ValueError, "learning_rate"),
        (lambda: lr.StepDecay("0.5", 2), TypeError, "learning_rate"),
        (lambda: lr.StepDecay(0.5, 0), ValueError, "step_size"),
        (lambda: lr.StepDecay(0.5, 2.0), TypeError, "step_size"),
        (lambda: lr.StepDecay(0.5, 2, 1.0), ValueError, "gamma"),
        (lambda: lr.StepDecay(0.5, 2, -0.1), ValueError, "gamma"),
        (lambda: lr.StepDecay(0.5, 2, last_epoch=-2), ValueError, "last_epoch"),
        (lambda: lr.StepDecay(0.5, 2, verbose=1), TypeError, "verbose"),
        (lambda: lr.MultiStepDecay(0.5, 3), TypeError, "milestones"),
        (lambda: lr.MultiStepDecay(0.5, [3, 2]), ValueError, "milestones"),
        (lambda: lr.MultiStepDecay(0.5, [2, 2]), ValueError, "milestones"),
        (lambda: lr.MultiStepDecay(0.5, [2.5]), TypeError, r"milestones\[0\]"),
        (lambda: lr.MultiStepDecay(0.5, [2], 2.0), ValueError, "gamma"),
        (lambda: lr.ExponentialDecay(0.5, 1.0), ValueError, "gamma"),
        (lambda: lr.ExponentialDecay(0.5, 0.0), ValueError, "gamma"),
        (lambda: lr.ExponentialDecay(0.5, None), TypeError, "gamma"),
        (lambda: lr.CosineAnnealingDecay(0.5, 0), ValueError, "T_max"),
        (lambda: lr.CosineAnnealingDecay(0.5, 1.5), TypeError, "T_max"),
        (lambda: lr.CosineAnnealingDecay(0.5, 3, "0"), TypeError, "eta_min"),
        (lambda: lr.CosineAnnealingDecay(0.5, 3, -1.0), ValueError, "eta_min"),
        (lambda: lr.LinearWarmup(0.5, 3, 0.5, 0.2), ValueError, "end_lr"),
        (lambda: lr.LinearWarmup(0.5, 0, 0.0, 0.5), ValueError, "warmup_steps"),
        (lambda: lr.LinearWarmup("x", 3, 0.0, 0.5), TypeError, "learning_rate"),
        (lambda: lr.LRScheduler(), TypeError, r"LRScheduler.*get_lr"),
        (lambda: lr.StepDecay(0.5, 2).step(-1), ValueError, "epoch"),
        (lambda: lr.StepDecay(0.5, 2).step(1.0), TypeError, "epoch"),
        (lambda: lr.StepDecay(0.5, 2).set_state_dict(3), TypeError, "state_dict"),
    ],
)
def test_bad_arguments(make, error, text):
    with pytest.raises(error, match=text):
        make()
