import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa
from paramattr import initializer as init


def values(initializer, shape, dtype="float64"):
    return pa.create_parameter(shape, dtype, attr=initializer).numpy()


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.XavierUniform(fan_in=0), ValueError, "fan_in"),
        (lambda: init.XavierNormal(fan_out=-1), ValueError, "fan_out"),
        (lambda: init.XavierNormal(gain=-1), ValueError, "gain"),
        (lambda: init.KaimingNormal(fan_in=0), ValueError, "fan_in"),
        (lambda: init.KaimingNormal(nonlinearity="swoosh"), ValueError, "nonlinearity"),
        (lambda: init.KaimingNormal(mode="fan"), ValueError, "mode"),
        (lambda: init.KaimingUniform(fan_in=3, mode="fan_out"), ValueError, "fan_in"),
        (lambda: init.KaimingUniform(negative_slope=math.nan), ValueError, "negative_slope"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.floats(0.1, 4))
def test_uniform_and_normal_recipes_have_the_same_variance(shape, gain):
    shape = tuple(shape)
    fan_in, fan_out = init.compute_fans(shape)
    expected = gain * math.sqrt(2 / (fan_in + fan_out))
    for recipe in (init.XavierUniform, init.XavierNormal):
        assert recipe(gain=gain).distribution(shape).std == pytest.approx(expected, rel=1e-12)
    for mode, fan in (("fan_in", fan_in), ("fan_out", fan_out)):
        for recipe in (init.KaimingUniform, init.KaimingNormal):
            law = recipe(mode=mode, nonlinearity="leaky_relu", negative_slope=gain).distribution(shape)
            assert law.std == pytest.approx(math.sqrt(2 / (1 + gain**2) / fan), rel=1e-12)


@pytest.mark.parametrize("recipe", [init.XavierUniform, init.XavierNormal, init.KaimingUniform, init.KaimingNormal])
def test_parameters_without_elements_are_fine(recipe):
    assert values(recipe(), [0, 5]).shape == (0, 5)
    assert values(recipe(), [4, 0, 3, 3]).shape == (4, 0, 3, 3)


@pytest.mark.parametrize(
    ("initializer", "shape", "law"),
    [
        (init.XavierUniform(), [300, 200], stats.uniform(-math.sqrt(6 / 500), 2 * math.sqrt(6 / 500))),
        (init.XavierNormal(), [30, 20, 10, 10], stats.norm(0, math.sqrt(2 / 5000))),
        (init.KaimingNormal(), [30, 20, 10, 10], stats.norm(0, math.sqrt(2 / 2000))),
        (init.KaimingUniform(mode="fan_out"), [300, 200], stats.uniform(-math.sqrt(6 / 200), 2 * math.sqrt(6 / 200))),
    ],
)
def test_values_follow_the_law(initializer, shape, law, check_law):
    check_law(initializer, shape, law)
