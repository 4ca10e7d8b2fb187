import math

import pytest
from scipy import stats

from paramattr import initializer as init


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Uniform(1.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(2.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(0.0, math.inf), ValueError, "high"),
        (lambda: init.Uniform(None, 1.0), TypeError, "low"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape", "law"),
    [
        (init.Uniform(-2.0, 3.0), [300, 200], stats.uniform(-2, 5)),
    ],
)
def test_values_follow_the_law(initializer, shape, law, check_law):
    check_law(initializer, shape, law)
