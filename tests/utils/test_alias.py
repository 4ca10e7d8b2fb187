import inspect

import numpy as np
import pytest

from paramattr.utils.alias import also, by_dim


@also(spread="shape", dim="axis", d="axis", defaults={"mode": "other"})
def given(x, shape=(), axis=0, *, mode="plain"):
    """Return what was given."""
    if x == "refused":
        raise TypeError("x is refused")
    return x, shape, axis, mode


def test_an_argument_has_several_names():
    assert given(1, (), 2, mode="other") == given(1, dim=2) == given(d=2, x=1) == (1, (), 2, "other")
    assert given(1, axis=2) == (1, (), 2, "plain")
    assert given(1, dim=2, mode="mine") == (1, (), 2, "mine")


def test_only_one_of_them_at_a_time():
    for names in ({"axis": 2, "dim": 2}, {"dim": 2, "d": 2}):
        with pytest.raises(TypeError, match=r"given takes axis or d(im)?, but received both"):
            given(1, **names)
    with pytest.raises(TypeError, match="multiple values for argument 'axis'"):
        given(1, [2], 3, dim=2)


def test_other_names_are_refused_as_python_does():
    for names in ({"axes": 1}, {"axes": 1, "dim": 2}):
        with pytest.raises(TypeError, match=r"given\(\) got an unexpected keyword argument 'axes'"):
            given(1, **names)
    for names in ({}, {"dim": 2}):
        with pytest.raises(TypeError, match="x is refused"):
            given("refused", **names)


def test_a_function_that_fails_has_run_once():
    runs = []

    @also(dim="axis")
    def fails(axis):
        runs.append(axis)
        raise TypeError("no")

    for name in ("axis", "dim"):
        with pytest.raises(TypeError, match="no"):
            fails(**{name: 1})
    assert runs == [1, 1]


def test_sizes_come_in_a_sequence_or_one_by_one():
    assert given(1, 2, 3)[1] == given(1, np.int64(2), np.array(3))[1] == (2, 3)
    assert given(1, 2, 3, 4, 5, dim=6)[1:3] == ((2, 3, 4, 5), 6)
    assert given(1, 2)[1] == 2
    assert given(1, [2, 3], 4)[1:3] == ([2, 3], 4)


def test_what_is_no_size_is_the_next_argument():
    for other in (np.int64, np.dtype("int64"), "int64", None, 1.5):
        assert given(1, 2, other)[1:3] == (2, other)


def test_the_function_keeps_its_face():
    assert (given.__name__, given.__doc__) == ("given", "Return what was given.")
    assert list(inspect.signature(given).parameters) == ["x", "shape", "axis", "mode"]


def test_an_axis_before_the_index_calls_the_other_function():
    @by_dim(lambda x, dim, index: ("other", dim, index))
    def gather(x, index, axis=0):
        return "this", axis, index

    assert gather("x", 1, [0]) == gather("x", dim=1, index=[0]) == gather(x="x", dim=1, index=[0]) == ("other", 1, [0])
    assert gather("x", [0]) == gather("x", index=[0]) == ("this", 0, [0])
    with pytest.raises(TypeError, match="'dim'"):
        gather("x", [0], dim=1)
