import inspect

import pytest

from paramattr.utils.alias import also


@also("axis", "dim")
def given(x, axis=0, *, keep=False):
    """Return what was given."""
    return x, axis, keep


def test_an_argument_has_two_names():
    assert given(1, 2) == given(1, axis=2) == given(1, dim=2) == (1, 2, False)
    assert given(1, keep=True) == (1, 0, True)


def test_only_one_of_them_at_a_time():
    with pytest.raises(TypeError, match="given takes axis or dim, but received both"):
        given(1, axis=2, dim=2)
    with pytest.raises(TypeError, match="axis"):
        given(1, 2, dim=2)


def test_the_function_keeps_its_face():
    assert (given.__name__, given.__doc__) == ("given", "Return what was given.")
    assert list(inspect.signature(given).parameters) == ["x", "axis", "keep"]
