import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


@given(st.integers(1, 6), st.integers(1, 4), st.integers(-2, 1), st.lists(st.integers(-7, 7), max_size=3))
def test_parts_are_those_of_numpy(size, count, axis, cuts):
    x = np.arange(size * size).reshape(size, size)
    for given_, ours in ((count, pa.tensor_split(x, count, axis)), (cuts, pa.tensor_split(x, cuts, axis))):
        for one, other in zip(ours, np.array_split(x, given_, axis), strict=True):
            np.testing.assert_array_equal(one.numpy(), other)
    first = count % (size + 1)
    for sections in ([first, size - first], [first, -1], [pa.to_tensor(first), size - first]):
        parts = pa.split(x, sections, axis)
        assert pa.concat(parts, axis).tolist() == x.tolist()
        assert [part.shape[axis] for part in parts] == [first, size - first]
    assert (
        pa.stack(pa.unbind(x, axis), axis).tolist() == pa.stack(pa.unstack(x, axis, size), axis).tolist() == x.tolist()
    )
    assert len(pa.chunk(x, size, axis)) == size


def test_parts_share_the_memory_and_gradients_come_back():
    x = pa.to_tensor(np.arange(6.0), stop_gradient=False)
    one, other = pa.split(x, 2)
    assert np.shares_memory(one.numpy(), x.numpy())
    (one.sum() + (other * 3.0).sum()).backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0, 3.0, 3.0, 3.0]


def test_directions():
    x = pa.to_tensor(np.arange(8).reshape(2, 2, 2))
    for axis, function in enumerate([pa.vsplit, pa.hsplit, pa.dsplit]):
        assert [part.tolist() for part in function(x, 2)] == [part.tolist() for part in pa.chunk(x, 2, axis)]
    assert [part.tolist() for part in pa.hsplit(pa.arange(3), [1])] == [[0], [1, 2]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.to_tensor(x).split_with_sizes(3), TypeError, "split_sizes must be a sequence of sizes"),
        (lambda x: pa.to_tensor(x).split_with_sizes([1, -1]), ValueError, r"split_sizes\[1\] must be >= 0"),
        (lambda x: pa.split(x, 2, 1), ValueError, "num_or_sections must divide the 3 elements"),
        (lambda x: pa.split(x, 0), ValueError, "num_or_sections must be >= 1"),
        (lambda x: pa.split(x, [1, 1], 1), ValueError, "num_or_sections must add up to 3"),
        (lambda x: pa.split(x, [4, -1], 1), ValueError, "num_or_sections must add up to 3"),
        (lambda x: pa.split(x, [-1, -1], 1), ValueError, "at most one -1"),
        (lambda x: pa.split(x, []), ValueError, "num_or_sections must add up to 2"),
        (lambda x: pa.split(x, 1, 2), ValueError, "axis must be in"),
        (lambda x: pa.chunk(x, 1.5), TypeError, "chunks must be an integer"),
        (lambda x: pa.tensor_split(x, 0), ValueError, "num_or_indices must be >= 1"),
        (lambda x: pa.tensor_split(pa.zeros([]), 1), ValueError, "x must have at least 1 axis"),
        (lambda x: pa.dsplit(x, 1), ValueError, "x must have at least 3 axes"),
        (lambda x: pa.unbind(pa.zeros([])), ValueError, "input must have at least 1 axis"),
        (lambda x: pa.unstack(x, 0, 3), ValueError, "num must be the size 2 of axis 0, but received 3"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))
