import math

import numpy as np
import pytest
from scipy import stats

import paramattr as pa
from paramattr import initializer as init


def values(initializer, shape, dtype="float64"):
    return pa.create_parameter(shape, dtype, attr=initializer).numpy()


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Normal(std=-1), ValueError, "std"),
        (lambda: init.Normal(std=math.nan), ValueError, "std"),
        (lambda: init.Normal(mean=math.inf), ValueError, "mean"),
        (lambda: init.Normal(mean="0"), TypeError, "mean"),
        (lambda: init.TruncatedNormal(std=0.0), ValueError, "std"),
        (lambda: init.TruncatedNormal(a=1.0, b=1.0), ValueError, "a must be below b"),
        (lambda: init.TruncatedNormal(mean=-math.inf), ValueError, "mean"),
        (lambda: init.TruncatedNormal(std=math.inf), ValueError, "std"),
        (lambda: init.TruncatedNormal(a=-math.inf, b=-math.inf), ValueError, "a must be below b"),
        (lambda: init.TruncatedNormal(a=math.nan), ValueError, "a"),
        (lambda: init.TruncatedNormal(a=math.inf, b=math.inf), ValueError, "a"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape", "law"),
    [
        (init.Normal(1.0, 2.0), [300, 200], stats.norm(1, 2)),
        (init.TruncatedNormal(), [300, 200], stats.truncnorm(-2, 2)),
        (init.TruncatedNormal(0, 1, 6, 8), [300, 200], stats.truncnorm(6, 8)),
        (init.TruncatedNormal(-10, 1, 0, 1), [300, 200], stats.truncnorm(10, 11, -10, 1)),
        (init.TruncatedNormal(0, 1, 5, 100), [300, 200], stats.truncnorm(5, 100)),
        (init.TruncatedNormal(2, 1e-3, -50, 50), [300, 200], stats.norm(2, 1e-3)),
    ],
)
def test_values_follow_the_law(initializer, shape, law, check_law):
    check_law(initializer, shape, law)


def test_normal_with_std_zero_is_its_mean():
    assert np.all(values(init.Normal(0.3, 0.0), [5]) == 0.3)
