import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.utils import checks


@given(st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.fractions())
def test_real_accepts_every_finite_real_number(value):
    assert checks.real("x", value) == float(value)


@pytest.mark.parametrize("value", [np.float32(1.5), np.int8(3), np.array(2.0), Fraction(1, 2)])
def test_real_accepts_numpy_scalars(value):
    assert checks.real("x", value) == float(value)


@pytest.mark.parametrize("value", [True, np.True_, "1", None, 1j, [1.0], np.array([1.0])])
def test_real_refuses_other_types_by_name(value):
    with pytest.raises(TypeError, match=r"rate must be a real number, but received"):
        checks.real("rate", value)


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        (math.nan, {"finite": False}),
        (math.inf, {}),
        (10**400, {}),
        (-0.1, {"low": 0.0}),
        (0.0, {"low": 0.0, "open_low": True}),
        (1.0, {"high": 1.0, "open_high": True}),
        (1.1, {"low": 0.0, "high": 1.0}),
    ],
)
def test_real_refuses_values_outside_the_bounds(value, limits):
    with pytest.raises(ValueError, match="rate must be"):
        checks.real("rate", value, **limits)


def test_bounds_are_inclusive_unless_open():
    assert checks.real("x", 0, low=0, high=0) == 0
    assert checks.real("x", math.inf, finite=False) == math.inf


@pytest.mark.parametrize("value", [0.0, 1, -0.1, 1.1, math.nan])
def test_a_probability_lies_strictly_between_0_and_1(value):
    assert checks.probability("alpha", 0.5) == 0.5
    with pytest.raises(ValueError, match="alpha must be finite and > 0 and < 1"):
        checks.probability("alpha", value)


@pytest.mark.parametrize("value", [1.0, True, "1", None])
def test_integer_refuses_other_types(value):
    with pytest.raises(TypeError, match="k must be an integer"):
        checks.integer("k", value)


@pytest.mark.parametrize(("value", "limits"), [(0, {"low": 1}), (5, {"low": 1, "high": 4})])
def test_integer_refuses_values_outside_the_bounds(value, limits):
    with pytest.raises(ValueError, match="k must be"):
        checks.integer("k", value, **limits)


@given(st.lists(st.integers(0, 50), max_size=4))
def test_shape_accepts_any_sequence_of_sizes(sizes):
    for form in (sizes, tuple(sizes), np.array(sizes, dtype=np.int64)):
        assert checks.shape("shape", form) == tuple(sizes)


def test_shape_of_one_number():
    assert checks.shape("shape", 3) == checks.shape("shape", np.int64(3)) == (3,)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ([-1], ValueError),
        ([1.5], TypeError),
        ("12", TypeError),
        (None, TypeError),
        ([2**62, 4], ValueError),
        (True, TypeError),
    ],
)
def test_shape_refuses_what_is_none(value, error):
    with pytest.raises(error, match="shape"):
        checks.shape("shape", value)


@pytest.mark.parametrize("present", [0, 4096])
def test_a_size_of_all_the_memory_is_allowed_and_any_where_none_is_told(monkeypatch, present):
    monkeypatch.setattr(checks, "_memory", lambda: present)
    checks.fits_in_memory("array", (1024,), 4)
    if present:
        with pytest.raises(ValueError, match=r"^array \[1025\] needs 0 GiB, .* has 0 GiB; why$"):
            checks.fits_in_memory("array", (1025,), 4, "; why")


def test_a_size_beyond_memory_is_refused_before_it_is_touched():
    checks.fits_in_memory("array", (1024,), 4)
    with pytest.raises(ValueError, match="GiB"):
        checks.fits_in_memory("array", (2**25, 2**25), 4)


def test_choice_and_boolean():
    assert checks.choice("mode", "a", ["a", "b"]) == "a"
    assert checks.boolean("flag", np.True_) is True
    with pytest.raises(ValueError, match=r"mode must be one of \['a', 'b'\]"):
        checks.choice("mode", "c", ["a", "b"])
    with pytest.raises(TypeError, match="mode"):
        checks.choice("mode", 3, ["a", "b"])
    with pytest.raises(TypeError, match="flag must be a bool"):
        checks.boolean("flag", 1)


def test_axes_are_counted_from_the_first():
    assert [checks.axis("axis", axis, 3) for axis in (0, 2, -1, -3)] == [0, 2, 2, 0]
    assert checks.axis("axis", np.int8(-1), 0) == 0
    assert checks.axes("axis", None, 3) is None
    assert checks.axes("axis", -1, 3) == (2,)
    assert checks.axes("axis", [0, np.int64(-1)], 3) == (0, 2)
    assert checks.axes("axis", range(2), 3) == (0, 1)
    assert checks.axes("axis", [5, -7]) == (5, -7)
    assert checks.axes("axis", -1, 0) == ()
    for value, ndim, error, message in [
        (3, 3, ValueError, r"axis must be in \[-3, 2\], but received 3"),
        (-2, 0, ValueError, r"axis must be in \[-1, 0\]"),
        (10**40, 2, ValueError, r"axis must be in \[-2, 1\]"),
        ([0, 0], 3, ValueError, r"axis must name each axis once, but received \[0, 0\]"),
        ([0, -3], 3, ValueError, "axis must name each axis once"),
        ([0, "1"], None, TypeError, r"axis\[1\] must be an integer, but received '1'"),
        ("01", None, TypeError, "axis must be an integer"),
        (True, None, TypeError, "axis must be an integer"),
    ]:
        with pytest.raises(error, match=message):
            checks.axes("axis", value, ndim)


def test_a_new_shape_holds_the_elements():
    assert checks.new_shape("shape", [2, 3], (6,)) == (2, 3)
    assert checks.new_shape("shape", (-1, 3), (2, 3)) == (-1, 3)
    assert checks.new_shape("shape", [], (1, 1)) == ()
    for value, size in [([4], 6), ([-1, -1], 6), ([4, -1], 6), ([0, -1], 0), ([], 6), ([1, 0], 6)]:
        with pytest.raises(ValueError, match=f"shape must hold {size} elements"):
            checks.new_shape("shape", value, (size,))
    with pytest.raises(ValueError, match=r"shape\[1\] must be >= -1"):
        checks.new_shape("shape", [1, -2], (6,))


@pytest.mark.parametrize("value", [3, None, "ab", b"ab", np.ones(()), object()])
def test_several_takes_what_can_be_iterated(value):
    assert checks.several("names", iter([1, 2]), "a list") == [1, 2]
    with pytest.raises(TypeError, match=r"^names must be a list, but received"):
        checks.several("names", value, "a list")


def test_shapes_beyond_numpy_are_refused():
    assert checks.shape("shape", [1] * 32) == (1,) * 32
    with pytest.raises(ValueError, match=r"shape must have at most (32|64) axes, but received 70"):
        checks.shape("shape", [1] * 70)
    with pytest.raises(ValueError, match="shape must hold at most"):
        checks.shape("shape", [0, 2**62])


def test_a_bound_is_shown_in_digits_enough_to_see_why():
    with pytest.raises(ValueError, match=r"x must be finite and <= 0\.99999994, but received 0\.99999999"):
        checks.real("x", 0.99999999, high=0.99999994)


@pytest.mark.parametrize("number", [31, 32, 33, 63, 64, 65])
def test_a_shape_has_as_many_axes_as_numpy_can_hold(number):
    try:
        np.empty((1,) * number)
    except ValueError:
        with pytest.raises(ValueError, match="must have at most"):
            checks.shape("shape", [1] * number)
    else:
        assert checks.shape("shape", [1] * number) == (1,) * number


@pytest.mark.parametrize("sizes", [[], [0], [3], [2, 2], [0, 5], [5, 0, 2]])
def test_a_shape_holds_as_many_elements_as_numpy_can_count(sizes):
    """NumPy counts an axis of size 0 as one element here."""
    others = math.prod(size or 1 for size in sizes)
    most = sys.maxsize // 8 // others
    assert checks.shape("shape", [*sizes, most]) == (*sizes, most)
    with pytest.raises(ValueError, match="must hold at most"):
        checks.shape("shape", [*sizes, most + 1])
