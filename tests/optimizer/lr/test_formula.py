import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.optimizer import lr


def test_curves_by_hand(curve):
    assert curve(lr.ExponentialDecay(0.5, 0.9), 3) == pytest.approx([0.5, 0.45, 0.405])
    assert curve(lr.NaturalExpDecay(0.5, 1.0), 3) == pytest.approx([0.5, 0.5 / math.e, 0.5 / math.e**2])
    assert curve(lr.InverseTimeDecay(0.6, 0.5), 5) == pytest.approx([0.6, 0.4, 0.3, 0.24, 0.2])
    assert curve(lr.PolynomialDecay(1.0, 4, 0.0, 2.0), 6) == [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    # The way to the bottom is 2 epochs long at first, then 4, then 6.
    assert curve(lr.PolynomialDecay(1.0, 2, 0.0, 1.0, True), 7) == pytest.approx([1, 1 / 2, 0, 1 / 4, 0, 1 / 6, 0])


@given(st.integers(1, 512), st.integers(1, 100), st.floats(0.0, 10.0))
def test_noam_is_a_line_and_then_the_inverse_root(d_model, warmup_steps, factor):
    scheduler = lr.NoamDecay(d_model, warmup_steps, factor)
    assert scheduler() == 0.0
    scheduler.step(warmup_steps)
    top = scheduler()
    assert top == pytest.approx(factor / math.sqrt(d_model * warmup_steps))
    scheduler.step(4 * warmup_steps)
    assert scheduler() == pytest.approx(top / 2)
    for epoch in range(warmup_steps):
        scheduler.step(epoch)
        assert scheduler() == pytest.approx(top * epoch / warmup_steps)


def test_bad_arguments(refused):
    refused(
        [
            (lambda: lr.ExponentialDecay(0.5, 1.0), ValueError, "gamma"),
            (lambda: lr.ExponentialDecay(0.5, 0.0), ValueError, "gamma"),
            (lambda: lr.ExponentialDecay(0.5, None), TypeError, "gamma"),
            (lambda: lr.NaturalExpDecay(0.5, 0.0), ValueError, "gamma"),
            (lambda: lr.InverseTimeDecay(0.5, -0.1), ValueError, "gamma"),
            (lambda: lr.PolynomialDecay(0.5, 0), ValueError, "decay_steps"),
            (lambda: lr.PolynomialDecay(0.5, 2.0), TypeError, "decay_steps"),
            (lambda: lr.PolynomialDecay(0.5, 2, -1.0), ValueError, "end_lr"),
            (lambda: lr.PolynomialDecay(0.5, 2, 0.0, 0.0), ValueError, "power"),
            (lambda: lr.PolynomialDecay(0.5, 2, 0.0, 1.0, 1), TypeError, "cycle"),
            (lambda: lr.NoamDecay(0, 5), ValueError, "d_model"),
            (lambda: lr.NoamDecay(5, 0), ValueError, "warmup_steps"),
            (lambda: lr.NoamDecay(5, 2.5), TypeError, "warmup_steps"),
        ]
    )
