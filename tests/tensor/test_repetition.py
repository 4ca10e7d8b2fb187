import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=3), elements=st.integers(0, 99))


@given(arrays, st.data())
def test_copies_are_those_of_numpy(x, data):
    times = data.draw(st.lists(st.integers(0, 3), max_size=4))
    axis, count = data.draw(st.integers(-x.ndim, x.ndim - 1)), data.draw(st.integers(1, 3))
    counts = data.draw(st.lists(st.integers(0, 3), min_size=x.shape[axis], max_size=x.shape[axis]))
    for ours, theirs in [
        (pa.tile(x, times), np.tile(x, times)),
        (pa.to_tensor(x).repeat(times), np.tile(x, times)),
        (pa.to_tensor(x).repeat(*(times or [1])), np.tile(x, times)),
        (pa.tile(x, pa.to_tensor([2, 1])), np.tile(x, [2, 1])),
        (pa.repeat_interleave(x, count), np.repeat(x, count)),
        (pa.repeat_interleave(x, count, axis), np.repeat(x, count, axis)),
        (pa.repeat_interleave(x, pa.to_tensor(counts), axis), np.repeat(x, counts, axis)),
        (pa.expand(x, [2, *x.shape]), np.broadcast_to(x, (2, *x.shape))),
        (pa.broadcast_to(x[:1], [2, -1] if x.ndim == 2 else [-1] * x.ndim), x[[0, 0]] if x.ndim == 2 else x[:1]),
        (pa.reduce_as(pa.expand(x, [2, *x.shape]), x), 2 * x),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)


def test_grids_are_those_of_numpy():
    vectors = np.arange(2.0), np.arange(3.0), np.arange(4.0), np.arange(5.0)
    for indexing in ("ij", "xy"):
        for count in (1, 2, 3, 4):
            found = pa.meshgrid(*vectors[:count], indexing=indexing)
            for one, other in zip(found, np.meshgrid(*vectors[:count], indexing=indexing), strict=True):
                np.testing.assert_array_equal(one.numpy(), other)
    assert [grid.shape for grid in pa.meshgrid([vectors[0], 1.0])] == [[2, 1], [2, 1]]


def test_what_is_expanded_has_memory_of_its_own():
    x = pa.zeros([1])
    y = pa.expand(x, [3])
    y[0] = 1.0
    assert (x.tolist(), y.tolist()) == ([0.0], [1.0, 0.0, 0.0])


def test_a_sum_counts_bools():
    assert pa.reduce_as(pa.to_tensor([[True], [True]]), pa.zeros([1])).tolist() == [2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.expand(x, [3]), ValueError, r"shape must be one that \[2, 3\] can be repeated to"),
        (lambda x: pa.expand(x, [-1, 2, 3]), ValueError, "shape must be one that"),
        (lambda x: pa.expand(x, [2, 4]), ValueError, "shape must be one that"),
        (lambda x: pa.expand(x, "23"), TypeError, "shape must be a sequence of integers"),
        (lambda x: pa.broadcast_tensors([x, pa.zeros([4])]), ValueError, "input must hold tensors that broadcast"),
        (lambda x: pa.broadcast_tensors(x), TypeError, "input must be a list of at least one tensor"),
        (lambda x: pa.meshgrid(x), ValueError, "args must have at most 1 axis"),
        (lambda x: pa.meshgrid([1.0], indexing="yx"), ValueError, "indexing must be one of"),
        (lambda x: pa.meshgrid([1.0], sparse=True), TypeError, r"received \['sparse'\]"),
        (lambda x: pa.tile(x, -1), ValueError, "repeat_times must be >= 0"),
        (lambda x: pa.repeat_interleave(x, 0), ValueError, "repeats must be >= 1"),
        (lambda x: pa.repeat_interleave(x, [1], 1), ValueError, "repeats must be a number or 3 of them"),
        (lambda x: pa.repeat_interleave(x, 2, 1, output_size=5), ValueError, "output_size must be 6"),
        (lambda x: pa.reduce_as(x, pa.zeros([2])), ValueError, "target must broadcast to the shape"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))
