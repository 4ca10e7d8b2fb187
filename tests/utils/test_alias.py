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


@also(spread="sizes")
def made(x, sizes, *, keep=False):
    return x, sizes, keep


def test_sizes_are_given_one_by_one():
    assert made(1, 2, 3) == (1, (2, 3), False)
    assert made(1, 2, 3, keep=True) == (1, (2, 3), True)
    assert (made(1, 2), made(1, [2, 3]), made(1, sizes=2)) == ((1, 2, False), (1, [2, 3], False), (1, 2, False))
    for wrong in (lambda: made(1, [2], 3), lambda: made(1, 2, 3.0), lambda: made(1)):
        with pytest.raises(TypeError, match="made"):
            wrong()


def test_the_function_keeps_its_face():
    assert (given.__name__, given.__doc__) == ("given", "Return what was given.")
    assert list(inspect.signature(given).parameters) == ["x", "axis", "keep"]
