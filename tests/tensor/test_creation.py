import numpy as np
import pytest

import paramattr as pa


def test_to_tensor_copies_and_chooses_the_dtype():
    array = np.ones(2)
    x = pa.to_tensor(array)
    array[0] = 5.0
    assert x.tolist() == [1.0, 1.0]
    assert x.dtype == np.float64
    assert pa.to_tensor([1.5]).dtype == np.float32
    assert pa.to_tensor([1]).dtype == np.int64
    assert pa.to_tensor([1.5, 1j]).dtype == np.complex64
    assert pa.to_tensor(np.complex128(1j)).dtype == np.complex128
    assert pa.to_tensor([1], "float16").dtype == np.float16
    assert pa.to_tensor(pa.to_tensor([1.5], "float64")).dtype == np.float64
    assert not pa.to_tensor([1.5], stop_gradient=False).stop_gradient
    for bad in (["a"], [None], [{}], None, "1", [[1], [1, 2]], np.datetime64("2020"), [10**40], object()):
        with pytest.raises(TypeError, match="data must be numeric, but received"):
            pa.to_tensor(bad)


def test_to_tensor_takes_dtypes_that_hold_numbers():
    assert pa.to_tensor([1.5, 2.0], "int32").tolist() == [1, 2]
    assert pa.to_tensor([1], bool).dtype == bool
    assert pa.to_tensor([1], "bfloat16").dtype.name == "bfloat16"
    assert pa.to_tensor([1], "complex64").dtype == pa.to_tensor(np.complex64([1])).dtype == np.complex64
    for data, dtype, message in [
        ([1.0], "float33", "dtype must be a dtype, but received 'float33'"),
        ([1.0], 3, "dtype must be a dtype, but received 3"),
        ([1.0], "object", "dtype must be one that holds the numbers of data, but received object"),
        ([1.0], "U8", "dtype must be one that holds the numbers"),
        ([1.0], "M8[s]", "dtype must be one that holds the numbers"),
        ([1j], "float32", "dtype must be one that holds the numbers of data, but received float32"),
    ]:
        with pytest.raises(TypeError, match=message):
            pa.to_tensor(data, dtype)
    with pytest.raises(TypeError, match="stop_gradient must be a bool, but received 'no'"):
        pa.to_tensor([1.0], stop_gradient="no")
    pa.set_default_dtype("float64")
    try:
        assert pa.to_tensor([1.5]).dtype == np.float64
    finally:
        pa.set_default_dtype("float32")


def test_shapes_and_dtypes():
    for shape in ([2, 3], (2, 3), pa.to_tensor([2, 3]), [pa.to_tensor(2), 3]):
        assert pa.zeros(shape).shape == pa.empty(shape).shape == [2, 3]
    assert pa.ones(2).tolist() == [1.0, 1.0]
    assert pa.zeros([1]).dtype == pa.full([1], 1).dtype == pa.eye(1).dtype == np.float32
    assert (pa.full([1], True).dtype, pa.full([1], 1j).dtype) == (bool, np.complex128)
    assert pa.full([2], pa.to_tensor(1.5)).tolist() == pa.full([2], "1.5").tolist() == [1.5, 1.5]
    assert pa.full([1], 1.7, "int32").tolist() == pa.full_like([5], 1.7).tolist() == [1]
    assert pa.ones_like([5, 6]).tolist() == [1, 1]
    assert pa.zeros_like([5], "bool").tolist() == pa.empty_like([5], "bool").tolist() == [False]
    assert pa.eye(2, 3, "int64").tolist() == [[1, 0, 0], [0, 1, 0]]


def test_a_tensor_made_with_the_names_of_pytorch():
    out = pa.ones([2])
    assert pa.zeros([2], out=out) is out
    assert out.tolist() == [0.0, 0.0]
    made = pa.ones([2], device="cpu", requires_grad=True, pin_memory=True)
    assert (made.stop_gradient, pa.as_tensor([1.0], requires_grad=True).stop_gradient) == (False, False)
    array = np.ones(2)
    assert pa.asarray(array, copy=False).numpy() is array
    assert pa.asarray(array, dtype="float32", device=made.place).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pa.zeros([-1]), ValueError, r"shape\[0\] must be >= 0"),
        (lambda: pa.zeros([1.5]), TypeError, r"shape\[0\] must be an integer"),
        (lambda: pa.ones([10**6, 10**6]), ValueError, "this machine has"),
        (lambda: pa.ones([1], "text"), TypeError, "dtype must be a dtype"),
        (lambda: pa.ones([1], device="gpu"), ValueError, "device must be 'cpu', a place or None, but received 'gpu'"),
        (lambda: pa.ones([1], requires_grad=1), TypeError, "requires_grad must be a bool"),
        (lambda: pa.ones([1], pin_memory=1), TypeError, "pin_memory must be a bool"),
        (lambda: pa.ones([1], out=pa.ones([2])), ValueError, "out must have shape"),
        (lambda: pa.full([1], "one"), ValueError, "fill_value must be a number or its text"),
        (lambda: pa.full([1], [1, 2]), ValueError, "fill_value must be one number"),
        (lambda: pa.full([1], 1j, "float32"), TypeError, "dtype must be one that holds the numbers"),
        (lambda: pa.eye(-1), ValueError, "num_rows must be >= 0"),
        (lambda: pa.asarray([1.0], copy=False), ValueError, "copy=False needs an array or tensor"),
        (lambda: pa.asarray(np.ones(1), dtype="float32", copy=False), ValueError, "copy=False needs"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
