import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa
from paramattr import initializer as init


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.calculate_gain("swoosh"), ValueError, "nonlinearity"),
        (lambda: init.calculate_gain(3), TypeError, "nonlinearity"),
        (lambda: init.calculate_gain("leaky_relu", math.nan), ValueError, "param"),
    ],
)
def test_bad_arguments_of_a_gain(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 4), (3, 4)), ((8, 3, 5), (15, 40)), ((8, 3, 5, 2), (30, 80)), ((0, 4), (0, 4))],
)
def test_fans(shape, fans):
    assert init.compute_fans(shape) == fans


@given(st.floats(-3, 3))
def test_the_gain_of_a_rectifier_keeps_the_second_moment(slope):
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)  # symmetric, so that each half has half the moment
    wide = init.calculate_gain("leaky_relu", slope) * pa.to_tensor(z)
    assert np.mean(pa.nn.functional.leaky_relu(wide, slope).numpy() ** 2) == pytest.approx(np.mean(z**2))


def test_the_gains_of_paddle():
    assert init.calculate_gain("relu") == init.calculate_gain("leaky_relu", 0.0)
    assert init.calculate_gain("leaky_relu") == init.calculate_gain("leaky_relu", 0.01)
    assert (init.calculate_gain("tanh"), init.calculate_gain("selu")) == (5 / 3, 3 / 4)
    linear = ["linear", "sigmoid", *(f"conv{n}d{end}" for n in (1, 2, 3) for end in ("", "_transpose"))]
    assert {init.calculate_gain(name) for name in linear} == {1.0}


@pytest.mark.parametrize(
    ("shape", "error"), [((-1, 2), ValueError), ((2.0,), TypeError), ("ab", TypeError), (None, TypeError)]
)
def test_fans_of_what_is_no_shape(shape, error):
    with pytest.raises(error, match="shape"):
        init.compute_fans(shape)
