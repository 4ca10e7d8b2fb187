import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def normal(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@given(shapes, shapes)
def test_outer_and_kronecker_products_are_those_of_numpy(one, other):
    x, y = normal(*one), normal(*other)
    np.testing.assert_array_equal(pa.outer(x, y).numpy(), np.outer(x, y))
    np.testing.assert_array_equal(pa.kron(x, y).numpy(), np.kron(x, y))


@given(shapes, shapes, st.integers(0, 4))
def test_inner_products_are_those_of_numpy(one, other, size):
    x, y = normal(*one, size), normal(*other, size)
    np.testing.assert_allclose(pa.inner(x, y).numpy(), np.inner(x, y), atol=1e-12)
    np.testing.assert_array_equal(pa.inner(x, 2.0).numpy(), x * 2.0)


@given(st.permutations(range(4)), st.integers(0, 3), st.permutations(range(3)))
def test_tensordot_is_that_of_numpy(order, count, other):
    sizes = [2, 3, 4, 2]
    chosen, paired = list(order[:count]), list(other[:count])
    shape = [1, 2, 3]
    for axis, partner in zip(chosen, paired, strict=True):
        shape[partner] = sizes[axis]
    x, y = normal(*sizes), normal(*shape)
    np.testing.assert_allclose(
        pa.tensordot(x, y, [chosen, paired]).numpy(), np.tensordot(x, y, [chosen, paired]), atol=1e-12
    )


def test_forms_of_axes():
    x, y = normal(2, 3), normal(2, 3)
    for axes in ([0, 1], [[0, 1]], [[0, 1], [0, 1]], pa.to_tensor([0, 1]), 2):
        np.testing.assert_allclose(pa.tensordot(x, y, axes).item(), (x * y).sum())
    for axes in ([[0, 1], [0]], [[0, 1], []], [[], [0, 1]], [(0,), [0, 1]]):
        np.testing.assert_allclose(pa.tensordot(x, y, axes).item(), (x * y).sum())
    for axes in (0, [], [[]], [[], []]):
        assert pa.tensordot(x, y, axes).shape == [2, 3, 2, 3]
    np.testing.assert_allclose(pa.tensordot(x, y.T, 1).numpy(), x @ y.T)


@given(st.integers(0, 2), st.integers(0, 2))
def test_cross_products_are_those_of_numpy(axis, more):
    shape = [2, 2, 2][: more + 1]
    shape.insert(min(axis, len(shape)), 3)
    x, y = normal(*shape), np.flip(normal(*shape)).copy()
    place = shape.index(3)
    np.testing.assert_allclose(pa.cross(x, y).numpy(), np.cross(x, y, axis=place))
    np.testing.assert_allclose(pa.cross(x, y, place - len(shape)).numpy(), pa.cross(x, y, None).numpy())


@given(st.integers(-4, 4), st.permutations(range(3)))
def test_traces_are_those_of_numpy(offset, order):
    x = normal(2, 3, 4)
    np.testing.assert_allclose(pa.trace(x, offset, *order[:2]).numpy(), np.trace(x, offset, *order[:2]))


def test_dtypes_stay():
    x = pa.to_tensor([[1, 2], [3, 4]], "int32")
    for value in (pa.trace(x), pa.inner(x, x), pa.tensordot(x, x, 1), pa.outer(x, x), pa.kron(x, x)):
        assert value.dtype == np.int32


def test_gradients(check_grads):
    check_grads(pa.inner, normal(2, 3), normal(4, 3))
    check_grads(pa.kron, normal(2, 3), normal(2))
    check_grads(lambda x, y: pa.tensordot(x, y, [[2, 0], [0, 1]]), normal(2, 3, 4), normal(4, 2))


def test_what_is_refused():
    x = np.ones((2, 3))
    for call, error, message in [
        (lambda: pa.inner(x, np.ones(2)), ValueError, "axes must pair axes of the same size"),
        (lambda: pa.tensordot(x, x, [[0], [1]]), ValueError, "axes must pair axes of the same size"),
        (lambda: pa.tensordot(x, x, 3), ValueError, r"axes must be in \[0, 2\]"),
        (lambda: pa.tensordot(x, x, [[0], [1], [2]]), ValueError, "axes must be one or two sequences"),
        (lambda: pa.tensordot(x, x, [[0, 0], [0, 0]]), ValueError, "axes must name each axis once"),
        (lambda: pa.tensordot(x, x, "ij"), TypeError, "axes must be an integer"),
        (lambda: pa.cross(x, np.ones(3)), ValueError, "x and y must have the same shape, with an axis of size 3"),
        (lambda: pa.cross(x, x, 0), ValueError, "axis must be one of size 3"),
        (lambda: pa.trace(np.ones(2)), ValueError, "x must have at least 2 axes"),
        (lambda: pa.trace(x, 0, 1, -1), ValueError, "axis1 and axis2 must differ"),
        (lambda: pa.trace(x, 0.5), TypeError, "offset must be an integer"),
    ]:
        with pytest.raises(error, match=message):
            call()
