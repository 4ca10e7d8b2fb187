import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.optimizer import lr


def test_a_cosine_goes_down_and_up(curve):
    cosine = [0.1 + 0.4 * (1 + math.cos(math.pi * t / 7)) / 2 for t in range(20)]
    assert curve(lr.CosineAnnealingDecay(0.5, 7, 0.1), 20) == pytest.approx(cosine)
    assert cosine[0] == cosine[14] == 0.5
    assert cosine[7] == pytest.approx(0.1)


@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 5))
def test_restarts_are_cosines_one_after_the_other(first, times, number):
    """Cosine number n has T_0 · T_mult^n epochs, and looks as one alone of this length."""
    begin = sum(first * times**n for n in range(number))
    length = first * times**number
    scheduler, alone = lr.CosineAnnealingWarmRestarts(0.5, first, times, 0.1), lr.CosineAnnealingDecay(0.5, length, 0.1)
    for gone in (0, length // 2, length - 1):
        scheduler.step(begin + gone)
        alone.step(gone)
        assert (scheduler.T_cur, scheduler.T_i) == (gone, length)
        assert scheduler() == alone()
    scheduler.step()
    assert scheduler() == 0.5


def test_bad_arguments(refused):
    refused(
        [
            (lambda: lr.CosineAnnealingDecay(0.5, 0), ValueError, "T_max"),
            (lambda: lr.CosineAnnealingDecay(0.5, 1.5), TypeError, "T_max"),
            (lambda: lr.CosineAnnealingDecay(0.5, 3, "0"), TypeError, "eta_min"),
            (lambda: lr.CosineAnnealingDecay(0.5, 3, -1.0), ValueError, "eta_min"),
            (lambda: lr.CosineAnnealingWarmRestarts(0.5, 0), ValueError, "T_0"),
            (lambda: lr.CosineAnnealingWarmRestarts(0.5, 3, 0), ValueError, "T_mult"),
            (lambda: lr.CosineAnnealingWarmRestarts(0.5, 3, 1.5), TypeError, "T_mult"),
            (lambda: lr.CosineAnnealingWarmRestarts(0.5, 3, 1, -1.0), ValueError, "eta_min"),
        ]
    )
