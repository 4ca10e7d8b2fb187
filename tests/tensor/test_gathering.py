import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

arrays = hnp.arrays(np.int64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.integers(0, 9))


@given(arrays, st.data())
def test_what_is_picked_is_what_numpy_picks(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    size = x.shape[axis]
    places = np.array(data.draw(st.lists(st.integers(-size, size - 1), min_size=1, max_size=5)))
    everywhere = data.draw(hnp.arrays(np.int64, x.shape, elements=st.integers(-size, size - 1)))
    flat = data.draw(hnp.arrays(np.int64, (2, 2), elements=st.integers(-99, 99)))
    nd = np.stack([everywhere % n for n in x.shape], -1)
    for ours, theirs in [
        (pa.gather(x, places, axis), x.take(places, axis)),
        (pa.gather(x, places[:, None], pa.to_tensor(axis)), x.take(places, axis)),
        (pa.gather(x, places[0], axis), x.take(places[0], axis)),
        (pa.index_select(x, places, axis), x.take(places, axis)),
        (pa.take_along_axis(x, everywhere, axis), np.take_along_axis(x, everywhere, axis)),
        (pa.take(x, flat, "wrap"), x.take(flat, mode="wrap")),
        (pa.take(x, flat, "clip"), x.take(flat, mode="clip")),
        (pa.take(x, places % size), x.take(places % size)),
        (pa.gather_nd(x, nd), x[tuple(np.moveaxis(nd, -1, 0))]),
        (pa.masked_select(x, x > 4), x[x > 4]),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)


@given(arrays, st.data())
def test_different_elements_and_runs(x, data):
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    values, first, inverse, counts = pa.unique(x, True, True, True, axis)
    along = 0 if axis is None else axis
    whole = x.reshape(-1) if axis is None else x
    np.testing.assert_array_equal(values.numpy(), np.unique(x, axis=axis))
    np.testing.assert_array_equal(np.take(whole, first.numpy(), along), values.numpy())
    np.testing.assert_array_equal(np.take(values.numpy(), inverse.numpy(), along), whole)
    assert counts.numpy().sum() == whole.shape[along]
    runs, where, lengths = pa.unique_consecutive(x, True, True, axis)
    np.testing.assert_array_equal(np.take(runs.numpy(), where.numpy(), along), whole)
    np.testing.assert_array_equal(np.repeat(runs.numpy(), lengths.numpy(), along), whole)
    neighbours = np.moveaxis(runs.numpy(), along, 0)
    assert all((one != other).any() for one, other in zip(neighbours[1:], neighbours[:-1], strict=True))


def test_places_that_repeat_along_other_axes():
    x = np.arange(6).reshape(2, 3)
    assert pa.take_along_axis(x, [[0, 2]], 1).tolist() == [[0, 2], [3, 5]]
    assert pa.take_along_axis(x, [[0, 2]], 1, broadcast=False).tolist() == [[0, 2]]
    assert pa.take_along_axis(x[:1], [[0], [1]], 1).tolist() == [[0], [1]]
    assert pa.index_sample(x, [[0, 2], [1, 1]]).tolist() == [[0, 2], [4, 4]]
    assert pa.masked_select(np.arange(2), [[True, False], [True, True]]).tolist() == [0, 0, 1]


def test_parts_of_a_table():
    places = np.arange(20)
    shards = [pa.shard_index(places, 20, 3, k).numpy() for k in range(3)]
    assert np.all((np.array(shards) >= 0).sum(axis=0) == 1)
    for k, shard in enumerate(shards):
        np.testing.assert_array_equal(shard[shard >= 0] + 7 * k, places[shard >= 0])


def test_integers_have_the_dtype_asked_for():
    found = pa.unique([3, 1, 3], True, dtype="int32")
    assert [tensor.dtype for tensor in found] == [np.int64, np.int32]
    assert pa.unique(np.array([1.0, np.nan, np.nan])).size == 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.gather(x, [2]), IndexError, r"index must hold integers in \[-2, 2\), but received 2 to 2"),
        (lambda x: pa.gather(x, [0.5]), TypeError, "index must hold integers"),
        (lambda x: pa.gather(x, [[0, 1]]), ValueError, "index must be a vector or a column"),
        (lambda x: pa.gather(pa.zeros([]), [0]), ValueError, "x must have at least 1 axis"),
        (lambda x: pa.index_select(x, pa.to_tensor(1)), ValueError, "index must be a vector"),
        (lambda x: pa.gather_nd(x, [[0, 3]]), IndexError, r"index\[..., 1\] must hold|index must hold"),
        (lambda x: pa.gather_nd(x, [[2, 0]]), IndexError, r"index\[..., 0\] must hold integers in \[-2, 2\)"),
        (lambda x: pa.gather_nd(x, [[0, 0, 0]]), ValueError, "index must have a last axis of at most 2 places"),
        (lambda x: pa.index_sample(x, [[0]]), ValueError, "matrices with as many rows"),
        (lambda x: pa.index_sample(x, [0, 1]), ValueError, "matrices with as many rows"),
        (lambda x: pa.index_sample(x.unsqueeze(2), [[0], [0]]), ValueError, "matrices with as many rows"),
        (lambda x: pa.index_sample(x, [[0], [-1]]), IndexError, r"index must hold integers in \[0, 3\)"),
        (lambda x: pa.take_along_axis(x, [0], 1), ValueError, "indices must have as many axes"),
        (lambda x: pa.take_along_axis(x, [[0]] * 3, 1), ValueError, "indices must broadcast"),
        (lambda x: pa.take_along_axis(x, [[0]] * 3, 1, False), ValueError, "indices must not be longer"),
        (lambda x: pa.take(x, [6]), IndexError, "index must hold integers"),
        (lambda x: pa.take(x, [0], "wrong"), ValueError, "mode must be one of"),
        (lambda x: pa.take(pa.zeros([0]), [0], "wrap"), IndexError, "index must be empty"),
        (lambda x: pa.masked_select(x, x), TypeError, "mask must hold bools"),
        (lambda x: pa.masked_select(x, [True] * 2), ValueError, "mask must broadcast"),
        (lambda x: pa.unique(x, axis=2), ValueError, "axis must be in"),
        (lambda x: pa.unique(x, dtype="float32"), ValueError, "dtype must be int32 or int64"),
        (lambda x: pa.unique(x, 1), TypeError, "return_index must be a bool"),
        (lambda x: pa.unique(x, sorted=0), TypeError, "sorted must be a bool"),
        (lambda x: pa.unique_consecutive(x, 0), TypeError, "return_inverse must be a bool"),
        (lambda x: pa.unique_consecutive(x, False, 0), TypeError, "return_counts must be a bool"),
        (lambda x: pa.unique_consecutive(x, axis=-3), ValueError, "axis must be in"),
        (lambda x: pa.shard_index([20], 20, 2, 0), IndexError, "input must hold integers"),
        (lambda x: pa.shard_index([-1], 20, 2, 0), IndexError, "input must hold integers"),
        (lambda x: pa.shard_index([1], 20, 2, 2), ValueError, "shard_id must be in"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))


def test_the_axis_may_come_before_the_index():
    x, index = pa.to_tensor([[1, 2, 3], [4, 5, 6]]), [[2, 0]]
    for found in (x.gather(1, index), x.gather(dim=1, index=index), pa.gather(input=x, dim=1, index=index)):
        assert found.tolist() == [[3, 1]]
    for found in (x.index_select(1, [2, 0]), pa.index_select(x, 1, index=[2, 0]), x.index_select([2, 0], dim=1)):
        assert found.tolist() == x.index_select([2, 0], 1).tolist() == [[3, 1], [6, 4]]
    out = pa.zeros([1, 2], "int64")
    assert x.gather(1, index, out=out) is out
    assert out.tolist() == [[3, 1]]
