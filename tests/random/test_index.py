"""A basic index names the same elements as NumPy's does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paramattr.random.index import positions, select, sizes, stretch


@st.composite
def shapes_and_indices(draw):
    shape = tuple(draw(st.lists(st.integers(0, 12), max_size=4)))

    def item(size):
        some = st.none() | st.integers(-size - 2, size + 2)
        cuts = st.builds(slice, some, some, st.none() | st.integers(-5, 5).filter(bool))
        return draw(cuts | st.integers(-size, size - 1) if size else cuts)

    front = draw(st.integers(0, len(shape)))
    back = draw(st.integers(front, len(shape)))
    items = [item(size) for size in shape[:front]]
    if draw(st.booleans()):
        items += [..., *(item(size) for size in shape[back:])]
    return shape, items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@given(shapes_and_indices())
@settings(max_examples=300)
def test_the_positions_are_those_that_numpy_takes(case):
    shape, index = case
    expected = np.arange(np.prod(shape, dtype=int)).reshape(shape)[index]
    selection = select(shape, index)
    assert selection.shape == sizes(shape, index) == expected.shape
    assert selection.size == expected.size
    assert tuple(len(along) for along, kept in positions(shape, index) if kept) == expected.shape
    found = selection.positions(np.arange(selection.size))
    assert found.dtype == np.uint64
    np.testing.assert_array_equal(found, expected.reshape(-1))
    assert [selection.position(number) for number in range(selection.size)] == found.tolist()
    # Within a run neighbours follow one another.
    inside = np.arange(1, selection.size) % selection.run != 0 if selection.size else np.zeros(0, bool)
    assert (np.diff(expected.reshape(-1))[inside] == 1).all()


@pytest.mark.parametrize(
    ("index", "run"),
    [
        (..., 60), (slice(1, 3), 40), ((0, slice(1, 3)), 10), ((slice(None), 1), 5), ((..., slice(1, 4)), 3),
        ((..., slice(None, None, 2)), 1), ((..., 2), 1), (slice(None, None, -1), 20),
    ],
)  # fmt: skip
def test_axes_that_continue_each_other_are_one_run(index, run):
    assert select((3, 4, 5), index).run == run


def test_a_stretch_starts_anywhere():
    np.testing.assert_array_equal(stretch((2, 3), 7).positions(np.arange(6)), np.arange(7, 13))


@pytest.mark.parametrize("bad", [(0, 0, 0), (..., ...), 5, -6, (0, 9)])
def test_bad_index(bad):
    with pytest.raises(IndexError):
        positions((5, 4), bad)


@pytest.mark.parametrize("bad", [1.0, None, True, "a", [1]])
def test_bad_index_kind(bad):
    with pytest.raises(TypeError):
        positions((5, 4), bad)


def test_a_refusal_says_what_was_received():
    with pytest.raises(IndexError, match=r"index 5 is out of range for axis 1 of size 4"):
        positions((5, 4), (0, 5))
    with pytest.raises(IndexError, match=r"has 2 axes, but received 3"):
        positions((5, 4), (0, 0, 0))
    with pytest.raises(TypeError, match=r"integers, slices and Ellipsis, but received 1\.5"):
        positions((5, 4), 1.5)
