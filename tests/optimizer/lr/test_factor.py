import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.optimizer import lr


def test_curves_by_hand(curve):
    assert curve(lr.StepDecay(0.5, 3, 0.7), 7) == pytest.approx([0.5] * 3 + [0.35] * 3 + [0.245])
    assert curve(lr.MultiStepDecay(0.5, [2, 5], 0.7), 6) == pytest.approx([0.5, 0.5, 0.35, 0.35, 0.35, 0.245])
    assert curve(lr.PiecewiseDecay((1, 3), (1.0, 2, 0.0)), 5) == [1.0, 2.0, 2.0, 0.0, 0.0]
    assert curve(lr.LambdaDecay(0.5, lambda epoch: epoch), 3) == [0.0, 0.5, 1.0]
    assert curve(lr.MultiplicativeDecay(1.0, lambda epoch: epoch), 5) == [1.0, 1.0, 2.0, 6.0, 24.0]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6, unique=True), st.floats(0.1, 0.9))
def test_drops_are_pieces(milestones, gamma):
    milestones.sort()
    values = [0.5 * gamma**place for place in range(len(milestones) + 1)]
    drops, pieces = lr.MultiStepDecay(0.5, milestones, gamma), lr.PiecewiseDecay(milestones, values)
    for epoch in range(45):
        drops.step(epoch)
        pieces.step(epoch)
        assert drops() == pieces()


def test_a_product_asks_for_each_epoch_once():
    asked = []
    scheduler = lr.MultiplicativeDecay(1.0, lambda epoch: asked.append(epoch) or 0.5)
    for _ in range(20):
        scheduler.step()
    assert asked == [*range(1, 21)]
    scheduler.step(2)
    assert scheduler() == 0.25


def test_bad_arguments(refused):
    refused(
        [
            (lambda: lr.StepDecay(0.5, 0), ValueError, "step_size"),
            (lambda: lr.StepDecay(0.5, 2.0), TypeError, "step_size"),
            (lambda: lr.StepDecay(0.5, 2, 1.0), ValueError, "gamma"),
            (lambda: lr.StepDecay(0.5, 2, -0.1), ValueError, "gamma"),
            (lambda: lr.MultiStepDecay(0.5, 3), TypeError, "milestones"),
            (lambda: lr.MultiStepDecay(0.5, [3, 2]), ValueError, "milestones"),
            (lambda: lr.MultiStepDecay(0.5, [2, 2]), ValueError, "milestones"),
            (lambda: lr.MultiStepDecay(0.5, [2.5]), TypeError, r"milestones\[0\]"),
            (lambda: lr.MultiStepDecay(0.5, [2], 2.0), ValueError, "gamma"),
            (lambda: lr.PiecewiseDecay([], [0.5]), ValueError, "values.*boundaries"),
            (lambda: lr.PiecewiseDecay([3], [0.5]), ValueError, "values.*boundaries"),
            (lambda: lr.PiecewiseDecay([3], [0.5, 0.2, 0.1]), ValueError, "values.*boundaries"),
            (lambda: lr.PiecewiseDecay([3, 1], [0.5, 0.2, 0.1]), ValueError, "boundaries must rise"),
            (lambda: lr.PiecewiseDecay([3], [0.5, -0.2]), ValueError, r"values\[1\]"),
            (lambda: lr.PiecewiseDecay([3], 0.5), TypeError, "values"),
            (lambda: lr.LambdaDecay(0.5, 0.9), TypeError, "lr_lambda"),
            (lambda: lr.MultiplicativeDecay(0.5, None), TypeError, "lr_lambda"),
        ]
    )
