import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.tensor import search

small = st.sampled_from([0.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf])


def test_where_takes_tensors_arrays_and_numbers():
    x = pa.to_tensor([1.0, 2.0])
    assert pa.where(x > 1.0, x, 0.0).tolist() == [0.0, 2.0]
    assert pa.where([True, False], 5.0, x).tolist() == [5.0, 2.0]
    assert pa.where(np.array([[0], [2]]), x, -x).tolist() == [[-1.0, -2.0], [1.0, 2.0]]
    for condition in (None, "yes", [None]):
        with pytest.raises(TypeError, match="condition must be numeric"):
            pa.where(condition, x, x)
    with pytest.raises(TypeError, match="y must be numeric"):
        pa.where(x > 1.0, x, "0")
    with pytest.raises(ValueError, match="where needs inputs whose shapes"):
        pa.where([True, False, True], x, x)


def test_where_with_a_condition_alone_finds_it():
    rows, columns = pa.where(pa.to_tensor([[True, False], [True, True]]))
    assert (rows.tolist(), columns.tolist()) == ([0, 1, 1], [0, 0, 1])
    for x, y in [(1.0, None), (None, 1.0)]:
        with pytest.raises(ValueError, match="x and y must be given both or not at all"):
            pa.where([True], x, y)


def test_where_in_place_changes_x():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    y = x * 2.0
    assert pa.where_(pa.to_tensor([True, False]), y, pa.to_tensor([5.0, 6.0])) is y
    assert y.tolist() == [2.0, 6.0]
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 0.0]
    with pytest.raises(ValueError, match="is a leaf that needs a gradient"):
        pa.where_([True, False], x, y)
    with pytest.raises(TypeError, match="x must be a Tensor"):
        pa.where_([True], [1.0], [2.0])


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3), elements=small))
def test_places_of_what_is_not_0(x):
    np.testing.assert_array_equal(pa.nonzero(x).numpy(), np.argwhere(x))
    np.testing.assert_array_equal(pa.argwhere(x).numpy(), np.argwhere(x))
    for one, other in zip(pa.nonzero(x, as_tuple=True), np.nonzero(x), strict=True):
        np.testing.assert_array_equal(one.numpy(), other)


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4), elements=small),
    st.booleans(),
    st.sampled_from(["int32", "int64"]),
    st.data(),
)
def test_the_largest_and_the_smallest_are_those_of_numpy(x, keepdim, dtype, data):
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    for ours, theirs in [(pa.argmax, np.argmax), (pa.argmin, np.argmin)]:
        found = ours(x, axis, keepdim, dtype)
        np.testing.assert_array_equal(found.numpy(), theirs(x, axis, keepdims=keepdim))
        assert found.dtype == dtype


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(0, 9)), elements=small), st.data(), st.booleans()
)
def test_places_in_sorted_sequences_are_those_of_numpy(x, data, right):
    sequence = np.sort(x, -1)
    values = data.draw(hnp.arrays(np.float64, (len(x), 4), elements=small))
    found = pa.searchsorted(sequence, values, right=right)
    side = "right" if right else "left"
    for row, wanted, place in zip(sequence, values, found.numpy(), strict=True):
        np.testing.assert_array_equal(place, np.searchsorted(row, wanted, side))
        np.testing.assert_array_equal(pa.bucketize(wanted, row, right=right).numpy(), place)
    assert pa.searchsorted(sequence, values, out_int32=True).dtype == np.int32


def test_more_axes_are_more_rows():
    sequence = np.sort(np.random.default_rng(0).integers(0, 9, (3, 2, 7)), -1)
    values = np.random.default_rng(1).integers(-1, 10, (3, 2, 4))
    for right in (False, True):
        found = pa.searchsorted(sequence, values, right=right).numpy()
        for place in np.ndindex(3, 2):
            expected = np.searchsorted(sequence[place], values[place], "right" if right else "left")
            np.testing.assert_array_equal(found[place], expected)
    order = np.argsort(-sequence, -1)
    backwards = np.take_along_axis(sequence, np.argsort(order, -1), -1)
    found = pa.searchsorted(backwards, values, sorter=order).numpy()
    np.testing.assert_array_equal(found, pa.searchsorted(sequence, values).numpy())
    for shape in [(3, 4), (2, 3, 4), (3, 4, 4), (4,)]:
        with pytest.raises(ValueError, match="values must fit sorted_sequence in all axes but the last"):
            pa.searchsorted(sequence, np.zeros(shape))


def test_sides_sorters_and_out():
    x, values = pa.to_tensor([5.0, 1.0, 3.0]), pa.to_tensor([3.0, 0.0])
    order, out = pa.argsort(x), pa.to_tensor([7, 7])
    assert pa.searchsorted(x, values, sorter=order, out=out) is out
    assert out.tolist() == [1, 0]
    assert pa.searchsorted(x, values, sorter=order, side="right").tolist() == [2, 0]
    assert pa.bucketize(values, pa.sort(x), right=True, out=out).tolist() == [2, 0]
    assert pa.nonzero(pa.to_tensor([0, 1]), out=pa.to_tensor([[5]])).tolist() == [[1]]
    assert pa.msort(values, out=pa.to_tensor([0.0, 1.0])).tolist() == [0.0, 3.0]
    for settings, message in [
        ({"side": "middle"}, "side must be one of"),
        ({"side": "left", "right": True}, "side must be 'right' or None with right=True"),
        ({"sorter": [0, 1]}, "sorter must hold indices into sorted_sequence"),
        ({"sorter": [0, 1, 3]}, "sorter must hold indices into sorted_sequence"),
        ({"sorter": [0.0, 1.0, 2.0]}, "sorter must hold indices into sorted_sequence"),
    ]:
        with pytest.raises(ValueError, match=message):
            pa.searchsorted(x, values, **settings)


def test_rows_and_a_vector_are_searched_alike():
    sequence, values = np.sort(np.random.default_rng(0).standard_normal((1, 100))), np.linspace(-3, 3, 50)[np.newaxis]
    for right in (False, True):
        found = search.places(sequence, values, right=right)
        np.testing.assert_array_equal(found, search.places(sequence[0], values, right=right))


def test_what_is_refused():
    x = np.ones((2, 3))
    for call, error, message in [
        (lambda: pa.argmax(np.zeros(0)), ValueError, "argmax needs a tensor with elements"),
        (lambda: pa.argmin(np.zeros((2, 0)), 1), ValueError, "argmin needs a tensor with elements"),
        (lambda: pa.argmax(x, 2), ValueError, "axis must be in"),
        (lambda: pa.argmax(x, dtype="float32"), ValueError, "dtype must be int64 or int32"),
        (lambda: pa.argmax(x, keepdim=1), TypeError, "keepdim must be a bool"),
        (lambda: pa.nonzero(1.0), ValueError, "x must have at least 1 axis"),
        (lambda: pa.nonzero(x, 1), TypeError, "as_tuple must be a bool"),
        (
            lambda: pa.searchsorted(x, np.ones(3)),
            ValueError,
            "values must fit sorted_sequence in all axes but the last",
        ),
        (lambda: pa.searchsorted(1.0, 1.0), ValueError, "values must fit sorted_sequence"),
        (lambda: pa.bucketize(x, x), ValueError, "sorted_sequence must be a vector"),
        (lambda: pa.bucketize(x, x[0], right=1), TypeError, "right must be a bool"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert pa.argmax(np.zeros((0, 2)), 1).shape == [0]
