import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

X = np.arange(60.0).reshape(3, 4, 5)
place = st.integers(-7, 7)


@given(st.permutations(range(3)), st.tuples(place, place), st.tuples(place, place), st.tuples(place, place))
def test_bounds_are_those_of_python(axes, starts, ends, steps):
    axes, steps = axes[:2], [step or 1 for step in steps]
    index, stepped = [slice(None)] * 3, [slice(None)] * 3
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        index[axis], stepped[axis] = slice(start, end), slice(start, end, step)
    np.testing.assert_array_equal(pa.slice(X, axes, starts, ends).numpy(), X[tuple(index)])
    np.testing.assert_array_equal(pa.strided_slice(X, axes, starts, ends, steps).numpy(), X[tuple(stepped)])
    changed = X.copy()
    changed[tuple(stepped)] = -1.0
    np.testing.assert_array_equal(pa.slice_scatter(X, -1.0, axes, starts, ends, steps).numpy(), changed)


def test_parts():
    np.testing.assert_array_equal(pa.crop(X, [2, -1, 3], [1, 2, 0]).numpy(), X[1:, 2:, :3])
    np.testing.assert_array_equal(pa.crop(X).numpy(), X)
    np.testing.assert_array_equal(pa.narrow(X, -1, -3, 2).numpy(), X[..., 2:4])
    np.testing.assert_array_equal(pa.narrow(X, 0, pa.to_tensor(3), 0).numpy(), X[3:])
    for start in range(-4, 5):
        for length in range(4 - start % 4 if start < 4 else 1):
            first = start % 4 if start < 4 else 4
            np.testing.assert_array_equal(pa.narrow(X, 1, start, length).numpy(), X[:, first : first + length])
    changed = X.copy()
    changed[:, -1] = X[:, 0]
    np.testing.assert_array_equal(pa.select_scatter(X, X[:, 0], 1, -1).numpy(), changed)


@pytest.mark.parametrize(("axis", "size", "step"), [(0, 2, 1), (1, 3, 2), (-1, 5, 1), (2, 1, 3)])
def test_windows_are_those_of_numpy(axis, size, step):
    whole = np.moveaxis(np.lib.stride_tricks.sliding_window_view(X, size, axis), axis, 0)[::step]
    np.testing.assert_array_equal(pa.unfold(X, axis, size, step).numpy(), np.moveaxis(whole, 0, axis))


def test_strides_are_those_of_numpy():
    expected = np.lib.stride_tricks.as_strided(X.reshape(-1)[3:], (4, 2), (8 * 10, 8 * 7))
    np.testing.assert_array_equal(pa.as_strided(X, [4, 2], [10, 7], 24).numpy(), expected)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.slice(x, [0, 1], [0], [1, 1]), ValueError, "starts must be one for each of the axes"),
        (lambda x: pa.slice(x, [0, 0], [0, 1], [1, 1]), ValueError, "axes must name each axis once"),
        (lambda x: pa.slice(x, [3], [0], [1]), ValueError, r"axes\[0\] must be in|axes must be in"),
        (lambda x: pa.strided_slice(x, [0], [0], [1], [0]), ValueError, "strides must not be 0"),
        (
            lambda x: pa.slice_scatter(x, pa.ones([7], "float64"), [0], [0], [3], [1]),
            ValueError,
            "setitem needs inputs",
        ),
        (
            lambda x: pa.slice_scatter(x, pa.ones([1], "int32"), [0], [0], [3], [1]),
            TypeError,
            "value must have the dtype",
        ),
        (lambda x: pa.select_scatter(x, x[0], 1, 0), ValueError, "values must have shape"),
        (lambda x: pa.select_scatter(x, x[0], 0, 3), ValueError, r"index must be in \[-3, 2\]"),
        (lambda x: pa.narrow(x, 0, 2, 2), ValueError, r"length must be in \[0, 1\]"),
        (lambda x: pa.narrow(x, 0, 4, 0), ValueError, r"start must be in \[-3, 3\]"),
        (lambda x: pa.crop(x, [4, 1, 1]), ValueError, "must lie in the shape"),
        (lambda x: pa.crop(x, [1, 1]), ValueError, "must name 3 axes"),
        (lambda x: pa.crop(x, [1, 1, 1], [0, 0]), ValueError, "must name 3 axes"),
        (lambda x: pa.crop(x, [1, 1, 1], [0, -1, 0]), ValueError, r"offsets\[1\] must be >= 0"),
        (lambda x: pa.crop(x, [1, 1, -2]), ValueError, r"shape\[2\] must be >= -1"),
        (lambda x: pa.crop(x, None, [1, 0, 0]), ValueError, "must lie in the shape"),
        (lambda x: pa.unfold(x, 0, 4, 1), ValueError, "size must be in"),
        (lambda x: pa.unfold(x, 0, 2, 0), ValueError, "step must be >= 1"),
        (lambda x: pa.as_strided(x, [61], [1]), ValueError, "must stay in the 60 elements, but reach 61"),
        (lambda x: pa.as_strided(x, [2], [1], 3), ValueError, "offset whole elements"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.to_tensor(X))
