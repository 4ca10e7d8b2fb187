import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

few = st.sampled_from([0.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf])
arrays = hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=6).flatmap(
    lambda shape: st.tuples(hnp.arrays(np.float64, shape, elements=few), st.integers(-len(shape), len(shape) - 1))
)


@given(arrays, st.booleans())
def test_sorting_is_that_of_numpy(case, descending):
    x, axis = case
    expected = np.sort(x, axis)
    found = pa.sort(x, axis, descending).numpy()
    np.testing.assert_array_equal(found, np.flip(expected, axis) if descending else expected)
    index = pa.argsort(x, axis, descending).numpy()
    np.testing.assert_array_equal(np.take_along_axis(x, index, axis), found)
    np.testing.assert_array_equal(np.sort(index, axis), np.argsort(np.zeros_like(x), axis, kind="stable"))


def test_equal_values_keep_their_order():
    x = np.array([1.0, 0.0, 1.0, 0.0])
    assert pa.argsort(x).tolist() == [1, 3, 0, 2]
    assert pa.argsort(x, descending=True).tolist() == [0, 2, 1, 3]


@given(arrays, st.data(), st.booleans())
def test_the_largest_are_the_first_of_the_sorted(case, data, largest):
    x, axis = case
    k = data.draw(st.integers(1, x.shape[axis]))
    values, indices = pa.topk(x, k, axis, largest)
    expected = np.take(pa.sort(x, axis, largest).numpy(), range(k), axis)
    np.testing.assert_array_equal(values.numpy(), expected)
    np.testing.assert_array_equal(np.take_along_axis(x, indices.numpy(), axis), expected)
    assert all(len(set(lane)) == k for lane in np.moveaxis(indices.numpy(), axis, -1).reshape(-1, k).tolist())


@pytest.mark.parametrize("k", [1, 2, 90, 199, 200])
def test_in_long_lanes_too(k):
    x = np.random.default_rng(0).permuted(np.tile(np.arange(200.0), (3, 1)), axis=1)
    for largest, expected in [(True, np.arange(200.0)[::-1][:k]), (False, np.arange(200.0)[:k])]:
        np.testing.assert_array_equal(pa.topk(x, k, 1, largest).values.numpy(), np.tile(expected, (3, 1)))
    assert pa.kthvalue(x, k)[0].tolist() == [k - 1.0] * 3


@given(arrays, st.data(), st.booleans())
def test_a_kth_value_is_the_kth_of_the_sorted(case, data, keepdim):
    x, axis = case
    k = data.draw(st.integers(1, x.shape[axis]))
    value, index = pa.kthvalue(x, k, axis, keepdim)
    expected = np.take(np.sort(x, axis), [k - 1], axis)
    np.testing.assert_array_equal(value.numpy(), expected if keepdim else expected.squeeze(axis))
    kept = index.numpy() if keepdim else np.expand_dims(index.numpy(), axis)
    np.testing.assert_array_equal(np.take_along_axis(x, kept, axis), expected)


@given(arrays)
def test_a_mode_is_the_smallest_of_the_most_frequent(case):
    x, axis = case
    value, index = pa.mode(x, axis)
    lanes = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    for lane, found, place in zip(lanes, value.numpy().ravel(), index.numpy().ravel(), strict=True):
        # A nan, which equals nothing, occurs once.
        counts = [max(int((lane == number).sum()), 1) for number in lane]
        candidates = [number for number, count in zip(lane, counts, strict=True) if count == max(counts)]
        np.testing.assert_array_equal(found, sorted(candidates, key=lambda number: (number != number, number))[0])
        same = np.flatnonzero(lane == found) if found == found else np.flatnonzero(np.isnan(lane))
        assert place in same
        assert found != found or place == same[-1]


def test_numbers_without_axes_and_dtypes():
    for call, expected in [
        (lambda: pa.sort(pa.to_tensor(2.0)), 2.0),
        (lambda: pa.argsort(pa.to_tensor(2.0)), 0),
        (lambda: pa.topk(pa.to_tensor(2.0), 1)[0], 2.0),
        (lambda: pa.kthvalue(pa.to_tensor(2.0), 1)[1], 0),
        (lambda: pa.mode(pa.to_tensor(2.0))[0], 2.0),
    ]:
        value = call()
        assert (value.shape, value.item()) == ([], expected)
    assert pa.topk(pa.to_tensor([1, 5, 3]), pa.to_tensor([2])).values.tolist() == [5, 3]
    assert pa.sort(pa.to_tensor([3, 1], "int32")).dtype == np.int32
    assert pa.msort(pa.to_tensor([[3.0, 1.0], [2.0, 2.0]])).tolist() == [[2.0, 1.0], [3.0, 2.0]]


def test_gradients_go_where_the_values_came_from():
    x = pa.to_tensor([3.0, 1.0, 2.0], stop_gradient=False)
    weights = pa.to_tensor([1.0, 10.0, 100.0])
    (pa.sort(x) * weights).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]
    x.clear_grad()
    (pa.topk(x, 2).values * weights[:2] + pa.kthvalue(x, 1)[0] + pa.mode(x)[0]).sum().backward()
    assert x.grad.tolist() == [1.0, 4.0, 10.0]


def test_out_and_what_is_refused():
    out = pa.to_tensor([0.0]), pa.to_tensor([0])
    assert pa.topk(pa.to_tensor([1.0, 2.0]), 1, out=out)[1] is out[1]
    assert [t.item() for t in out] == [2.0, 1]
    x = np.ones((2, 3))
    for call, error, message in [
        (lambda: pa.sort(x, 2), ValueError, "axis must be in"),
        (lambda: pa.sort(x, 0, 1), TypeError, "descending must be a bool"),
        (lambda: pa.argsort(x, stable=1), TypeError, "stable must be a bool"),
        (lambda: pa.topk(x, 4), ValueError, r"k must be in \[1, 3\], but received 4"),
        (lambda: pa.topk(x, 0), ValueError, "k must be in"),
        (lambda: pa.topk(x, 1.0), TypeError, "k must be an integer"),
        (lambda: pa.kthvalue(x, 3, 0), ValueError, r"k must be in \[1, 2\]"),
        (lambda: pa.mode(np.ones((2, 0))), ValueError, "x must have elements to choose from"),
        (lambda: pa.msort("a"), TypeError, "input must be numeric"),
    ]:
        with pytest.raises(error, match=message):
            call()
