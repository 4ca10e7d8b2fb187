import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.nn.functional import geometry

small = st.integers(1, 4)


@st.composite
def windowed(draw):
    """An input of [N, space…, C], padded, with a window that fits: space, pairs, kernel, stride, dilation."""
    n = draw(st.integers(1, 3))
    kernel, stride, dilation = (tuple(draw(small) for _ in range(n)) for _ in range(3))
    pairs = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(n))
    reach = geometry.spans(kernel, dilation)
    space = tuple(max(span - sum(pair), 1) + draw(st.integers(0, 2)) for span, pair in zip(reach, pairs, strict=True))
    return space, pairs, kernel, stride, dilation


@given(windowed())
def test_windows_and_taps_see_the_same(case):
    space, pairs, kernel, stride, dilation = case
    x = np.arange(2 * np.prod(space) * 3, dtype=float).reshape(2, *space, 3)
    padded = geometry.pad(x, pairs, -1.0)
    np.testing.assert_array_equal(padded, np.pad(x, [(0, 0), *pairs, (0, 0)], constant_values=-1.0))
    np.testing.assert_array_equal(padded[geometry.crop(space, pairs)], x)
    out = geometry.out_sizes(padded.shape[1:-1], kernel, stride, dilation)
    seen = geometry.windows(padded, out, kernel, stride, dilation)
    assert seen.shape == (2, *out, *kernel, 3)
    for tap in np.ndindex(*kernel):
        index = (slice(None), *(slice(None),) * len(out), *tap)
        np.testing.assert_array_equal(seen[index], padded[geometry.seen_by(tap, out, stride, dilation)])


@given(st.integers(1, 3), st.booleans(), st.data())
def test_every_form_of_a_padding_is_pairs(n, last, data):
    pairs = tuple(data.draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=n, max_size=n)))
    around = [(0, 0), *pairs, (0, 0)] if last else [(0, 0), (0, 0), *pairs]
    for form in (list(pairs), [number for pair in pairs for number in pair], around):
        assert geometry.padding(form, n, last=last) == pairs
    before = [number for number, _ in pairs]
    assert geometry.padding(before, n) == tuple(zip(before, before, strict=True))
    assert geometry.padding(before[0], n) == ((before[0], before[0]),) * n


@given(small, small, small)
def test_same_divides_and_valid_adds_nothing(size, taps, step):
    (pair,) = geometry.resolve_padding("SAME", (size,), (taps,), (step,))
    assert 0 <= pair[1] - pair[0] <= 1
    if taps >= step:
        assert geometry.out_sizes((size + sum(pair),), (taps,), (step,), (1,)) == (-(-size // step),)
    assert geometry.resolve_padding("VALID", (size,), (taps,), (step,)) == ((0, 0),)


@pytest.mark.parametrize("last", [True, False])
def test_layouts(last):
    x = np.zeros((2, 3, 4, 5))
    assert geometry.outward(geometry.inward(x, last), last).shape == x.shape
    assert geometry.spatial(x.shape, last) == geometry.inward(x, last).shape[1:-1]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (1.0, TypeError, "size must be an integer or a sequence of 2"),
        ("12", TypeError, "size must be an integer or a sequence of 2"),
        ([1], ValueError, "size must be an integer or a sequence of 2"),
        ([1, 0], ValueError, r"size\[1\] must be >= 1"),
        (True, TypeError, "size"),
    ],
)
def test_bad_sizes(value, error, message):
    with pytest.raises(error, match=message):
        geometry.sizes("size", value, 2, low=1)


def test_output_padding_is_below_stride_or_dilation():
    assert geometry.output_padding(1, (2, 1), (1, 2)) == (1, 1)
    assert geometry.output_padding([0, 2], (1, 3), (1, 1)) == (0, 2)
    for value in (2, [0, 2]):
        with pytest.raises(ValueError, match=r"output_padding must be below stride or dilation \[2, 2\]"):
            geometry.output_padding(value, (2, 1), (1, 2))


def test_pairs_are_as_many_as_the_axes():
    for value in ([(1, 1)], [(1, 1)] * 3, [(0, 0)] * 5):
        with pytest.raises(ValueError, match="padding must have 2 pairs, or 4 with batch and channels, but received"):
            geometry.padding(value, 2)


@pytest.mark.parametrize("shape", [(1 << 50, 2, 3, 4), (2, 1 << 50, 3, 4), (2, 3, 1 << 50, 4), (2, 3, 4, 1 << 50)])
@pytest.mark.parametrize("last", [False, True])
def test_memory_is_that_of_all_axes(shape, last):
    with pytest.raises(ValueError, match="GiB"):
        geometry.check_memory("f", shape, ((0, 0), (0, 0)), last, 4)


@pytest.mark.parametrize("last", [False, True])
def test_memory_is_that_of_the_padded_axes(last):
    shape = (2, 3, 4, 5)
    geometry.check_memory("f", shape, ((0, 1), (1, 0)), last, 4)
    at = 1 if last else 2
    for axis in (0, 1):
        for pair in ((1 << 50, 0), (0, 1 << 50)):
            pairs = [(0, 0), (0, 0)]
            pairs[axis] = pair
            padded = [size + (i == at + axis) * (1 << 50) for i, size in enumerate(shape)]
            with pytest.raises(ValueError, match=re.escape(str(padded))):
                geometry.check_memory("f", shape, tuple(pairs), last, 4)


@pytest.mark.parametrize("value", [0.5, None, b"11", True, {1, 2}, np.ones(2)])
def test_a_padding_of_another_type_is_refused(value):
    with pytest.raises(TypeError, match="padding must be an integer, a string or a sequence, but received"):
        geometry.padding(value, 2)


def test_values_are_added_up_where_they_belong():
    places = np.array([[[0, 2, 2]], [[1, 1, 1]]])
    at = geometry.places_in_batch(places, (3,))
    np.testing.assert_array_equal(at, places + np.array([0, 3]).reshape(2, 1, 1))
    values = np.arange(6, dtype=np.float32).reshape(places.shape)
    found = geometry.scatter(values, at, (2, 1, 3))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[[0, 0, 3]], [[0, 12, 0]]])
    assert geometry.scatter(values[:0], at[:0], (0, 1, 3)).shape == (0, 1, 3)
