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
