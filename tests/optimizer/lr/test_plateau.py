import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import lr


def rates(scheduler, metrics):
    values = []
    for metric in metrics:
        scheduler.step(metric)
        values.append(scheduler())
    return values


def test_curves_by_hand():
    assert rates(lr.ReduceOnPlateau(1.0, factor=0.5, patience=1), [3, 3, 3, 3, 3, 1, 1]) == [
        1,
        1,
        0.5,
        0.5,
        0.25,
        0.25,
        0.25,
    ]
    resting = lr.ReduceOnPlateau(1.0, "MAX", 0.5, 0, cooldown=2)
    assert rates(resting, [3, 3, 3, 3, 3, 4, 4]) == [1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    floored = lr.ReduceOnPlateau(1.0, factor=0.5, patience=0, min_lr=0.4)
    assert rates(floored, [1] * 5) == [1, 0.5, 0.4, 0.4, 0.4]
    assert rates(lr.ReduceOnPlateau(1.0, factor=0.5, patience=0, epsilon=0.3), [1] * 4) == [1, 0.5, 0.5, 0.5]


@pytest.mark.parametrize(("mode", "best"), [("min", [9.9, 8.9]), ("max", [10.1, 11.1])])
def test_the_threshold(mode, best):
    """By a tenth of a percent: too little as a part of 10, enough as a difference of 1e-3; by a tenth, enough as both."""
    small, large = best[0], best[1]
    for metric, threshold_mode, reduced in [
        (small, "rel", True), (small, "abs", False), (large, "rel", False), (large, "ABS", False),
    ]:  # fmt: skip
        scheduler = lr.ReduceOnPlateau(1.0, mode, 0.5, 0, 0.05, threshold_mode)
        assert rates(scheduler, [10.0, metric])[-1] == (0.5 if reduced else 1.0)


@given(st.lists(st.floats(-5, 5), max_size=30), st.lists(st.floats(-5, 5), max_size=30))
def test_a_resumed_schedule_goes_on(before, after):
    def make():
        return lr.ReduceOnPlateau(1.0, factor=0.5, patience=2, cooldown=1)

    scheduler, resumed = make(), make()
    rates(scheduler, before)
    state = scheduler.state_dict()
    assert list(state) == ["cooldown_counter", "best", "num_bad_epochs", "last_epoch", "last_lr"]
    assert state["last_epoch"] == len(before)
    resumed.set_state_dict(state)
    assert rates(scheduler, after) == rates(resumed, after)


def test_metrics_of_all_kinds_and_nan():
    for kind in (float, int, np.float32, np.float64, np.array, lambda x: np.array([[x]]), lambda x: pa.to_tensor([x])):
        scheduler = lr.ReduceOnPlateau(1.0, patience=0, factor=0.5)
        assert rates(scheduler, [kind(2), kind(1), kind(1)]) == [1.0, 1.0, 0.5]
        assert scheduler.best == 1.0
    scheduler = lr.ReduceOnPlateau(1.0, patience=1, factor=0.5)
    assert rates(scheduler, [math.nan, 2.0, math.nan, np.float32(math.nan), math.inf]) == [1.0, 1.0, 1.0, 0.5, 0.5]
    assert scheduler.best == 2.0


def test_epochs_and_words(capsys):
    scheduler = lr.ReduceOnPlateau(1.0, patience=0, factor=0.5, verbose=True)
    assert scheduler.get_lr() == scheduler() == 1.0
    scheduler.step(1.0, epoch=7)
    scheduler.step(1.0)
    assert scheduler.last_epoch == 8
    assert capsys.readouterr().out == "Epoch 8: ReduceOnPlateau set learning rate to 0.5.\n"


def test_bad_arguments(refused):
    scheduler = lr.ReduceOnPlateau(1.0)
    state = scheduler.state_dict()
    refused(
        [
            (lambda: lr.ReduceOnPlateau(-1.0), ValueError, "learning_rate"),
            (lambda: lr.ReduceOnPlateau(1.0, "least"), ValueError, "mode"),
            (lambda: lr.ReduceOnPlateau(1.0, 3), TypeError, "mode"),
            (lambda: lr.ReduceOnPlateau(1.0, factor=1.0), ValueError, "factor"),
            (lambda: lr.ReduceOnPlateau(1.0, patience=-1), ValueError, "patience"),
            (lambda: lr.ReduceOnPlateau(1.0, threshold=-1), ValueError, "threshold"),
            (lambda: lr.ReduceOnPlateau(1.0, threshold_mode="part"), ValueError, "threshold_mode"),
            (lambda: lr.ReduceOnPlateau(1.0, cooldown=0.5), TypeError, "cooldown"),
            (lambda: lr.ReduceOnPlateau(1.0, min_lr=-1), ValueError, "min_lr"),
            (lambda: lr.ReduceOnPlateau(1.0, epsilon=-1), ValueError, "epsilon"),
            (lambda: scheduler.step("1.0"), TypeError, "metrics"),
            (lambda: scheduler.step(np.ones(2)), ValueError, "metrics"),
            (lambda: scheduler.step(1.0, epoch=-1), ValueError, "epoch"),
            (lambda: scheduler.set_state_dict({**state, "best": "low"}), TypeError, "best"),
            (lambda: scheduler.set_state_dict({**state, "num_bad_epochs": -1}), ValueError, "num_bad_epochs"),
        ]
    )
    assert scheduler.state_dict() == state
