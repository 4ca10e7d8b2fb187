import numpy as np
import pytest

import paramattr as pa


def test_a_shape_shares_the_memory_and_takes_tensors():
    x = pa.arange(6)
    for shape in ([2, 3], [-1, 3], (2, -1), pa.to_tensor([2, 3]), [pa.to_tensor(2), 3]):
        y = pa.reshape(x, shape)
        assert y.shape == [2, 3]
        assert np.shares_memory(y.numpy(), x.numpy())
    assert pa.view(x, [3, 2]).shape == pa.view_as(x, pa.zeros([3, 2])).shape == [3, 2]


@pytest.mark.parametrize("shape", [(), (3,), (1, 3), (2, 1, 3), (1, 1)])
def test_axes_of_size_1_come_and_go(shape):
    x = np.arange(np.prod(shape)).reshape(shape)
    for axis in range(-len(shape) - 1, len(shape) + 1):
        put_in = pa.unsqueeze(x, axis)
        np.testing.assert_array_equal(put_in.numpy(), np.expand_dims(x, axis))
        np.testing.assert_array_equal(pa.squeeze(put_in, axis).numpy(), x)
    np.testing.assert_array_equal(pa.squeeze(x).numpy(), x.squeeze())
    for count, function in enumerate([np.atleast_1d, np.atleast_2d, np.atleast_3d], 1):
        np.testing.assert_array_equal(getattr(pa, f"atleast_{count}d")(pa.to_tensor(x)).numpy(), function(x))


def test_atleast_takes_one_several_or_a_list():
    x = pa.to_tensor(1.5)
    assert pa.atleast_1d(1.5).dtype == np.float32
    for count in (1, 2, 3):
        for axes in range(count, 5):
            there = pa.zeros([2] * axes)
            assert getattr(pa, f"atleast_{count}d")(there) is there
    assert (
        [y.shape for y in pa.atleast_2d(x, [2.0])] == [y.shape for y in pa.atleast_2d([x, [2.0]])] == [[1, 1], [1, 1]]
    )


def test_unflatten_undoes_flatten():
    x = pa.to_tensor(np.arange(24).reshape(2, 3, 4))
    assert pa.unflatten(pa.flatten(x, 1), 1, [3, -1]).tolist() == x.tolist()
    assert pa.ravel(x).tolist() == list(range(24))


def test_bytes_read_as_another_dtype():
    x = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    for dtype in ("uint8", "int16", "float64", "float32"):
        np.testing.assert_array_equal(
            pa.view(pa.to_tensor(x.T), dtype).numpy() if dtype != "float64" else x,
            x if dtype == "float64" else x.T.copy().view(dtype),
        )
        np.testing.assert_array_equal(pa.view(x, dtype).numpy(), x.view(dtype))
    assert pa.view(pa.to_tensor(x, stop_gradient=False), "int32").stop_gradient


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.reshape(x, [5]), ValueError, "shape must hold 6 elements"),
        (lambda x: pa.reshape(x, [1.5]), TypeError, r"shape\[0\] must be an integer"),
        (lambda x: pa.unflatten(x, 1, [2, -1]), ValueError, "shape must hold 3 elements"),
        (lambda x: pa.unflatten(x, 2, [2, -1]), ValueError, r"axis must be in \[-2, 1\]"),
        (lambda x: pa.squeeze(x, [0, -2]), ValueError, "axis must name each axis once"),
        (lambda x: pa.squeeze(x, 2), ValueError, r"axis must be in"),
        (lambda x: pa.unsqueeze(x, 3), ValueError, r"axis must be in \[-3, 2\]"),
        (lambda x: pa.unsqueeze(x, None), TypeError, "axis must be a sequence of integers"),
        (lambda x: pa.view(x, "float64"), ValueError, "shape_or_dtype must fit"),
        (lambda x: pa.view(x, 2.5), TypeError, "shape_or_dtype must be a dtype"),
        (lambda x: pa.cast(x, "text"), TypeError, "dtype must be a dtype"),
        (lambda x: pa.atleast_1d("x"), TypeError, "must be numeric"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))


def test_sizes_may_come_one_by_one():
    x = pa.arange(12)
    for found in (x.reshape(3, 4), x.view(3, -1), pa.reshape(x, 3, pa.to_tensor(4)), x.view(3, 4).view(-1).view(3, 4)):
        assert found.tolist() == x.reshape([3, 4]).tolist()
    assert x.view(dtype="int32").shape == x.view("int32").view(size=[24]).shape == [24]
