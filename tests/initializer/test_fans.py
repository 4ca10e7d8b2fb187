import math

import pytest

from paramattr import initializer as init


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.calculate_gain("swoosh"), ValueError, "nonlinearity"),
        (lambda: init.calculate_gain(3), TypeError, "nonlinearity"),
        (lambda: init.calculate_gain("leaky_relu", math.nan), ValueError, "param"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 4), (3, 4)), ((8, 3, 5), (15, 40)), ((8, 3, 5, 2), (30, 80)), ((0, 4), (0, 4))],
)
def test_fans(shape, fans):
    assert init.compute_fans(shape) == fans
