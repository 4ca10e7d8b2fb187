import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

arrays = hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=4, max_side=4), elements=st.integers(0, 99))


@given(arrays, st.data())
def test_moves_are_those_of_numpy(x, data):
    order = data.draw(st.permutations(range(x.ndim)))
    one, other = order[:2]
    turns, shift = data.draw(st.integers(-5, 5)), data.draw(st.integers(-9, 9))
    for ours, theirs in [
        (pa.transpose(x, order), x.transpose(order)),
        (pa.permute(x, order), x.transpose(order)),
        (pa.transpose(x, one, other), x.swapaxes(one, other)),
        (pa.swapaxes(x, one - x.ndim, other), x.swapaxes(one, other)),
        (pa.moveaxis(x, [one, other], [other, one - x.ndim]), np.moveaxis(x, [one, other], [other, one])),
        (pa.moveaxis(x, one, other), np.moveaxis(x, one, other)),
        (pa.flip(x, [one, other]), np.flip(x, (one, other))),
        (pa.flip(x, []), x),
        (pa.rot90(x, turns, [one, other]), np.rot90(x, turns, (one, other))),
        (pa.roll(x, shift), np.roll(x, shift)),
        (pa.roll(x, [shift, 1], [one, other]), np.roll(x, (shift, 1), (one, other))),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)


def test_t_is_for_matrices_and_less():
    assert pa.t(pa.zeros([2, 3])).shape == [3, 2]
    assert (pa.t(pa.zeros([3])).shape, pa.t(pa.zeros([])).shape) == ([3], [])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.t(x), ValueError, "input must have at most 2 axes"),
        (lambda x: pa.transpose(x, [0, 1]), ValueError, "perm must name each of the 3 axes"),
        (lambda x: pa.transpose(x, [0, 1, 1]), ValueError, "perm must name each axis once"),
        (lambda x: pa.transpose(x, 0, 3), ValueError, "name must be in"),
        (lambda x: pa.moveaxis(x, [0, 1], [1]), ValueError, "destination must have as many axes"),
        (lambda x: pa.moveaxis(x, [0, 0], [1, 2]), ValueError, "source must name each axis once"),
        (lambda x: pa.flip(x, 3), ValueError, "axis must be in"),
        (lambda x: pa.flip(x, [0, -3]), ValueError, "axis must name each axis once"),
        (lambda x: pa.roll(x, [1, 2]), ValueError, "shifts must be one for each axis"),
        (lambda x: pa.roll(x, 1, [0, 1]), ValueError, "shifts must be one for each axis"),
        (lambda x: pa.roll(x, 1.5), TypeError, "shifts must be a sequence of integers"),
        (lambda x: pa.rot90(x, 1, [0]), ValueError, "axes must name two axes"),
        (lambda x: pa.rot90(x, 1.5), TypeError, "k must be an integer"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3, 4]))
