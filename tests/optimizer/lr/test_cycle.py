import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.optimizer import lr


def test_curves_by_hand(curve):
    line = lr.OneCycleLR(1.0, 10, 5.0, 0.1, 0.5, "linear")
    down = [1.0 - 0.18 * step for step in range(6)]
    assert curve(line, 11) == pytest.approx([0.2, 0.4, 0.6, 0.8, *down, 0.1])
    # Up in 3 epochs, down in 3 to where it began, and on to the bottom.
    three = lr.OneCycleLR(1.0, 10, 4.0, 0.1, 0.4, "linear", True)
    assert curve(three, 11) == pytest.approx([0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25, 0.2, 0.15, 0.1, 0.1])
    assert curve(lr.CyclicLR(0.0, 1.0, 2, 4), 8) == pytest.approx([0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0.5])
    assert curve(lr.CyclicLR(0.0, 1.0, 1, mode="triangular2"), 6) == [0.0, 1.0, 0.0, 0.5, 0.0, 0.25]
    assert curve(lr.CyclicLR(0.0, 1.0, 1, mode="exp_range", exp_gamma=0.5), 4) == [0.0, 0.5, 0.0, 0.125]


@given(st.integers(1, 30), st.floats(0.0, 1.0), st.sampled_from(["cos", "linear"]), st.booleans())
def test_one_cycle_stays_between_its_rates_and_ends_at_the_bottom(total, part, strategy, three):
    scheduler = lr.OneCycleLR(1.0, total, 4.0, 0.01, 0.49 * part if three else part, strategy, three)
    for epoch in range(total + 1):
        scheduler.step(epoch)
        assert 0.01 <= scheduler() <= 1.0
    assert scheduler() == pytest.approx(0.01)
    for _ in range(2):
        with pytest.raises(ValueError, match="total_steps"):
            scheduler.step()
        assert scheduler.last_epoch == total


def test_a_way_up_of_one_epoch_begins_at_the_top():
    assert lr.OneCycleLR(1.0, 10, phase_pct=0.1)() == 1.0


@pytest.mark.parametrize("scale_mode", ["cycle", "iterations"])
def test_a_function_tells_the_height(curve, scale_mode):
    seen = []
    scheduler = lr.CyclicLR(0.5, 1.5, 2, 1, scale_fn=lambda x: seen.append(x) or 0.5, scale_mode=scale_mode)
    assert curve(scheduler, 7) == pytest.approx([0.5, 0.75, 1.0, 0.5, 0.75, 1.0, 0.5])
    assert seen == ([1, 1, 1, 2, 2, 2, 3] if scale_mode == "cycle" else [*range(7)])


def test_bad_arguments(refused):
    refused(
        [
            (lambda: lr.OneCycleLR(-1.0, 10), ValueError, "max_learning_rate"),
            (lambda: lr.OneCycleLR(1.0, 0), ValueError, "total_steps"),
            (lambda: lr.OneCycleLR(1.0, 10.0), TypeError, "total_steps"),
            (lambda: lr.OneCycleLR(1.0, 10, 0.0), ValueError, "divide_factor"),
            (lambda: lr.OneCycleLR(1.0, 10, 5.0, -1.0), ValueError, "end_learning_rate"),
            (lambda: lr.OneCycleLR(1.0, 10, phase_pct=1.1), ValueError, "phase_pct"),
            (lambda: lr.OneCycleLR(1.0, 10, phase_pct=0.5, three_phase=True), ValueError, "phase_pct"),
            (lambda: lr.OneCycleLR(1.0, 10, anneal_strategy="sin"), ValueError, "anneal_strategy"),
            (lambda: lr.OneCycleLR(1.0, 10, three_phase=1), TypeError, "three_phase"),
            (lambda: lr.OneCycleLR(1.0, 10).step(11), ValueError, "epoch must be at most total_steps"),
            (lambda: lr.CyclicLR(-0.1, 1.0, 2), ValueError, "base_learning_rate"),
            (lambda: lr.CyclicLR(0.1, "1", 2), TypeError, "max_learning_rate"),
            (lambda: lr.CyclicLR(0.1, 1.0, 0), ValueError, "step_size_up"),
            (lambda: lr.CyclicLR(0.1, 1.0, 2, 1.5), TypeError, "step_size_down"),
            (lambda: lr.CyclicLR(0.1, 1.0, 2, mode="square"), ValueError, "mode"),
            (lambda: lr.CyclicLR(0.1, 1.0, 2, exp_gamma=-0.5), ValueError, "exp_gamma"),
            (lambda: lr.CyclicLR(0.1, 1.0, 2, scale_fn=2.0), TypeError, "scale_fn"),
            (lambda: lr.CyclicLR(0.1, 1.0, 2, scale_mode="epochs"), ValueError, "scale_mode"),
        ]
    )
