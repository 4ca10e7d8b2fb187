import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

offsets = st.integers(-4, 4)


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=4, max_side=4), elements=st.integers(0, 9)),
    offsets,
    st.data(),
)
def test_diagonals_and_triangles_are_those_of_numpy(x, offset, data):
    one, other = data.draw(st.permutations(range(x.ndim)))[:2]
    expected = np.diagonal(x, offset, one, other)
    np.testing.assert_array_equal(pa.diagonal(x, offset, one, other - x.ndim).numpy(), expected)
    np.testing.assert_array_equal(pa.tril(x, offset).numpy(), np.tril(x, offset))
    np.testing.assert_array_equal(pa.triu(x, offset).numpy(), np.triu(x, offset))
    changed = pa.diagonal_scatter(x, expected + 1.0, offset, one, other)
    np.testing.assert_array_equal(pa.diagonal(changed, offset, one, other).numpy(), expected + 1.0)
    assert (changed.numpy() != x).sum() == expected.size
    np.testing.assert_array_equal(
        pa.to_tensor(x).fill_diagonal_tensor(expected + 1.0, offset, one, other).numpy(), changed.numpy()
    )
    embedded = pa.diag_embed(x, offset, one, other)
    np.testing.assert_array_equal(pa.diagonal(embedded, offset, one, other).numpy(), x)
    assert embedded.numpy().sum() == x.sum()


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=1, max_dims=2, max_side=4), elements=st.integers(1, 9)), offsets)
def test_matrices_of_diagonals_are_those_of_numpy(x, offset):
    np.testing.assert_array_equal(pa.diag(x, offset).numpy(), np.diag(x, offset))
    np.testing.assert_array_equal(pa.diagflat(x, offset).numpy(), np.diagflat(x, offset))
    if x.ndim == 1:
        padded = pa.diag(x, offset, -1).numpy()
        np.testing.assert_array_equal(np.where(padded == -1, 0, padded), np.diag(x, offset))


@pytest.mark.parametrize("shape", [(3, 3), (7, 3), (3, 5), (2, 2, 2)])
def test_a_filled_diagonal_is_that_of_numpy(shape):
    for wrap in (False, True):
        expected = np.zeros(shape)
        np.fill_diagonal(expected, 4.0, wrap)
        np.testing.assert_array_equal(pa.zeros(shape).fill_diagonal_(4.0, wrap=wrap).numpy(), expected)


@pytest.mark.parametrize("shape", [(3, 3), (7, 3), (3, 5), (1, 1)])
@pytest.mark.parametrize("offset", range(-4, 5))
def test_any_diagonal_of_a_matrix_can_be_filled(shape, offset):
    expected = np.where(np.eye(*shape, offset), 4.0, 0.0)
    if offset < 0:  # as in Paddle, the rows above the diagonal are not counted
        expected[min(shape) :] = 0.0
    np.testing.assert_array_equal(pa.zeros(shape).fill_diagonal_(4.0, offset).numpy(), expected)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.diagonal(x, 0, 1, -1), ValueError, "axis1 and axis2 must be two axes"),
        (lambda x: pa.diagonal(x[0]), ValueError, "needs a tensor with at least 2 axes"),
        (lambda x: pa.diagonal(x, 0.5), TypeError, "offset must be an integer"),
        (lambda x: pa.tril(x[0]), ValueError, "x must have at least 2 axes"),
        (lambda x: pa.triu(x, 0.5), TypeError, "diagonal must be an integer"),
        (lambda x: pa.diagonal_scatter(x, x[0]), ValueError, r"y must have the shape \[2\] of the diagonal"),
        (lambda x: pa.diagonal_scatter(x, pa.ones([2], "int32")), TypeError, "y must have the dtype"),
        (lambda x: pa.diag(pa.zeros([1, 1, 1])), ValueError, "x must have at most 2 axes"),
        (lambda x: pa.diag_embed(x[0, 0]), ValueError, "input must have at least 1 axis"),
        (lambda x: x[0].fill_diagonal_(1), ValueError, "x must have at least 2 axes"),
        (lambda x: x.fill_diagonal_("1"), TypeError, "value must be a number"),
        (lambda x: x.fill_diagonal_(1, 0.5), TypeError, "offset must be an integer"),
        (lambda x: pa.fill_diagonal_([[1.0]], 1), TypeError, "x must be a Tensor"),
        (lambda x: pa.zeros([1, 2, 3]).fill_diagonal_(1), ValueError, "x must be a matrix or have axes of one size"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))
