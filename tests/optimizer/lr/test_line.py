import pytest

from paramattr.optimizer import lr


def test_curves_by_hand(curve):
    assert curve(lr.LinearWarmup(0.5, 4, 0.1, 0.5), 6) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    warmup = lr.LinearWarmup(lr.StepDecay(0.5, 2, 0.5), 4, 0.0, 0.5)
    assert curve(warmup, 8) == pytest.approx([0.0, 0.125, 0.25, 0.375, 0.5, 0.5, 0.25, 0.25])
    assert curve(lr.LinearLR(0.8, 4, 0.25, 0.75), 7) == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6, 0.6, 0.6])
    assert curve(lr.LinearLR(1.0, 2, 1.0, 0.0), 4) == [1.0, 0.5, 0.0, 0.0]


def test_the_state_of_an_inner_schedule(curve):
    scheduler = lr.LinearWarmup(lr.StepDecay(0.5, 2, 0.5), 4, 0.0, 0.5)
    curve(scheduler, 7)
    assert scheduler.state_dict() == {
        "last_epoch": 6,
        "last_lr": 0.25,
        "LinearWarmup_LR": {"last_epoch": 2, "last_lr": 0.25},
    }
    with pytest.raises(ValueError, match="LinearWarmup_LR"):
        scheduler.set_state_dict({"last_epoch": 1, "last_lr": 0.5})
    other = lr.LinearWarmup(lr.StepDecay(0.5, 2, 0.5), 4, 0.0, 0.5)
    other.set_dict(scheduler.state_dict())
    assert other.learning_rate.last_epoch == 2


def test_bad_arguments(refused):
    refused(
        [
            (lambda: lr.LinearWarmup(0.5, 3, 0.5, 0.2), ValueError, "end_lr"),
            (lambda: lr.LinearWarmup(0.5, 0, 0.0, 0.5), ValueError, "warmup_steps"),
            (lambda: lr.LinearWarmup("x", 3, 0.0, 0.5), TypeError, "learning_rate"),
            (lambda: lr.LinearLR(0.5, 0), ValueError, "total_steps"),
            (lambda: lr.LinearLR(0.5, 3.0), TypeError, "total_steps"),
            (lambda: lr.LinearLR(0.5, 3, 0.0), ValueError, "start_factor"),
            (lambda: lr.LinearLR(0.5, 3, 1.5), ValueError, "start_factor"),
            (lambda: lr.LinearLR(0.5, 3, 1.0, -0.1), ValueError, "end_factor"),
        ]
    )
