import itertools
import math

import numpy as np
import pytest
from scipy import stats

from paramattr import initializer as init
from paramattr.random import Normal, TruncatedNormal, Uniform
from paramattr.testing import check_initializer, check_sample
from paramattr.testing.causes import coarse, end, outside, repeated, std
from paramattr.testing.expected import as_law


@pytest.mark.parametrize("shape", [(300, 200), (64, 32, 3, 3), (100, 90)])
@pytest.mark.parametrize("name", ["KaimingNormal", "KaimingUniform"])
def test_swapped_fans_are_named(name, shape):
    _, fan_out = init.compute_fans(shape)
    wrong = init.get({"name": name, "fan_in": fan_out})
    report = check_initializer(wrong, shape, expected=init.get(name))
    assert "fan_out used for fan_in" in next(f.cause for f in report.failures if f.name == "variance")
    assert check_initializer(name, shape).passed


def causes(x, law):
    return {finding.name: finding.cause for finding in check_sample(x, law).failures}


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("shape", [(400, 100), (100, 400)])
def test_a_wrong_fan_is_named(shape):
    fan_in, fan_out = init.compute_fans(shape)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "the mean of the fans": (fan_in + fan_out) / 2}
    for (right, size), (wrong, other) in itertools.permutations(fans.items(), 2):
        found = causes(np.sqrt(1 / other) * normal(shape), Normal(0.0, np.sqrt(1 / size)))
        assert found["variance"].endswith(f"{wrong} used for {right}?")


@pytest.mark.parametrize(
    ("factor", "cause"),
    [
        (math.sqrt(2), "a gain for ReLU too many?"),
        (math.sqrt(1 / 2), "is the gain for ReLU missing?"),
        (5 / 3, "a gain for tanh too many?"),
        (3 / 5, "is the gain for tanh missing?"),
        (math.sqrt(3), "the bound of a uniform law computed from its std twice?"),
        (math.sqrt(1 / 3), "a std used as the bound of a uniform law?"),
        (0.05, "a variance used for the std?"),
        (1 / math.sqrt(0.05), "a std used for the variance?"),
        (stats.truncnorm(-2, 2).std(), "a normal law cut at ±2 std without making up for it?"),
        (1 / stats.truncnorm(-2, 2).std(), "a correction for a cut at ±2 std, but no cut?"),
    ],
)
def test_a_wrong_factor_is_named(factor, cause):
    assert causes(0.05 * factor * normal((200, 200)), Normal(0.0, 0.05))["variance"].endswith(cause)


@pytest.mark.parametrize("size", [1 << 10, 1 << 16, 1 << 22])
def test_a_factor_that_is_nearly_one_with_a_name(size):
    """Within 1/500 whatever the size: a recipe's own constants may be rounded."""
    x = 1.001 * math.sqrt(2.0) * np.resize([-1.0, 1.0], size)
    assert "a gain for ReLU too many?" in std(x, as_law(Normal()))
    assert "gain" not in std(1.2 * x, as_law(Normal()))


@pytest.mark.parametrize("size", [1 << 12, 1 << 16])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_factor_within_four_standard_errors_has_a_name(size, side):
    limit = 4.0 / math.sqrt(2.0 * size) + 1 / 500
    for share, named in [(0.97, True), (1.03, False)]:
        x = math.sqrt(2.0) * (1.0 + side * share * limit) * np.resize([-1.0, 1.0], size)
        assert ("a gain for ReLU too many?" in std(x, as_law(Normal()))) == named
    # What is as near to 1 may have been drawn so.
    assert "gain" not in std(np.resize([-0.6, 0.6], 40), as_law(Normal()))


def test_a_factor_without_a_name_is_told():
    x = normal((200, 200))
    assert causes(1.2 * x, Normal())["variance"].endswith(f"expected × {1.2 * x.std():.6g}")


def test_clipping_names_the_bound():
    x = np.random.default_rng(0).random((200, 200))
    assert causes(np.minimum(x, 0.9), Uniform(0, 1))["repeated values"].startswith("mass at the upper bound 0.9:")
    assert causes(np.maximum(x, 0.1), Uniform(0, 1))["repeated values"].startswith("mass at the lower bound 0.1:")


def test_values_that_were_never_drawn():
    x = normal((200, 200))
    x[3] = 0.0
    found = causes(x, Normal())
    assert found["repeated values"].startswith("zeros:")
    assert found["spread of slices"] == "a slice of axis 0 is constant: is a part never drawn?"
    assert causes(np.full((20, 20), 0.5), Normal())["variance"] == "all values are equal"


def test_a_stream_that_starts_again():
    x = np.resize(normal(30_000), (200, 200))
    assert causes(x, Normal())["repeated values"].endswith("or a stream used more than once")


def test_a_slice_with_a_scale_of_its_own():
    x = normal((200, 200))
    x[:, 3] *= 3.0
    assert causes(x, Normal())["spread of slices"].startswith("slices differ by more than chance")


def test_a_shift_is_measured_in_std():
    cause = causes(2.0 * (normal((200, 200)) + 0.1), Normal(0.0, 2.0))["mean"]
    assert cause == f"the mean is {normal((200, 200)).mean() + 0.1:+.4g} std off"


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_a_slice_that_was_never_drawn_is_named(value):
    x = np.random.default_rng(0).standard_normal((60, 50))
    x[17] = value
    found = check_sample(x, Normal())
    assert any("a slice of axis 0 is constant" in finding.cause for finding in found.failures)


@pytest.mark.parametrize(
    ("different", "n", "bits"), [(1024, 5000, 10), (1020, 1100, 10), (1020, 1024, None), (1300, 5000, None)]
)
def test_few_values_are_those_of_an_integer_if_their_number_is(different, n, bits):
    expected = "values repeat" if bits is None else f"about 2**{bits} different values: made from {bits}-bit integers?"
    assert coarse(different, n).startswith(expected)


def test_a_spread_is_told_as_a_share_of_the_support():
    x, law = np.array([[2.0, 9.0], [3.0, 4.0]]), as_law(Uniform(3.0, 7.0))
    assert outside(x, law) == "values spread over 7, which is 1.75 times the width of the support"
    assert end(x, law) == "the sample spreads over 1.75 of the support: are the bounds off?"
    for unbounded in (Normal(), TruncatedNormal(0.0, 1.0, 3.0, np.inf)):
        assert outside(x, as_law(unbounded)) == end(x, as_law(unbounded)) == ""


def test_a_value_that_comes_often_is_named_by_where_it_lies():
    for value, cause in [
        (4.0, "mass at the upper bound 4: values were clipped"),
        (-1.0, "mass at the lower bound -1: values were clipped"),
        (0.0, "zeros: are some values never drawn, or lost to underflow?"),
        (2.0, "an atom in a law that has none"),
    ]:
        assert repeated(value, np.array([-1.0, 0.0, 2.0, 4.0])) == cause
