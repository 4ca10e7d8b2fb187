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


def test_functions_are_the_methods_and_operators():
    x, y = pa.to_tensor([[0.5, 2.0]]), pa.to_tensor([[1.0], [3.0]])
    for function, other in [(pa.exp, x.exp()), (pa.log, x.log()), (pa.sqrt, x.sqrt())]:
        np.testing.assert_array_equal(function(x).numpy(), other.numpy())
    np.testing.assert_array_equal(pa.matmul(x, y).numpy(), (x @ y).numpy())
    assert pa.maximum(x, 1.0).tolist() == [[1.0, 2.0]]
    assert pa.minimum(x, 1.0).tolist() == [[0.5, 1.0]]


def test_where_takes_tensors_arrays_and_numbers():
    x = pa.to_tensor([1.0, 2.0])
    assert pa.where(x > 1.0, x, 0.0).tolist() == [0.0, 2.0]
    assert pa.where([True, False], 5.0, x).tolist() == [5.0, 2.0]
    assert pa.where(np.array([[0], [2]]), x, -x).tolist() == [[-1.0, -2.0], [1.0, 2.0]]
    for condition in (None, "yes", [None]):
        with pytest.raises(TypeError, match="condition must be numeric"):
            pa.where(condition, x, x)
    with pytest.raises(TypeError, match="y must be numeric"):
        pa.where(x > 1.0, x, "0")
    with pytest.raises(ValueError, match="where needs inputs whose shapes"):
        pa.where([True, False, True], x, x)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "maximum", "minimum", "matmul"])
def test_arrays_and_numbers_are_constants(name):
    function, reference = getattr(pa, name), getattr(np, name)
    array = np.array([0.5, 2.0], np.float32)
    count = 2 if name in ("maximum", "minimum", "matmul") else 1
    found = function(*[array] * count)
    expected = reference(*[array] * count)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.numpy(), expected)
    np.testing.assert_array_equal(function(*[[0.5, 2.0]] * count).numpy(), reference(*[[0.5, 2.0]] * count))
    for bad in (None, "a", [None], np.array(["a"])):
        with pytest.raises(TypeError, match="x must be numeric, but received"):
            function(*[bad] * count)


def test_a_tie_and_a_nan():
    x, y = np.array([1.0, np.nan, 2.0]), np.array([1.0, 0.0, np.nan])
    np.testing.assert_array_equal(pa.maximum(x, y).numpy(), np.maximum(x, y))
    np.testing.assert_array_equal(pa.minimum(x, y).numpy(), np.minimum(x, y))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack_and_concat_are_those_of_numpy(axis):
    arrays = list(np.random.default_rng(0).standard_normal((2, 3, 4)))
    tensors = [pa.to_tensor(array) for array in arrays]
    np.testing.assert_array_equal(pa.stack(tensors, axis).numpy(), np.stack(arrays, axis))
    if -2 <= axis < 2:
        np.testing.assert_array_equal(pa.concat(tensors, axis).numpy(), np.concatenate(arrays, axis))


def test_joining_takes_arrays_and_keeps_dtypes():
    joined = pa.concat([np.ones(1, np.float32), pa.to_tensor([2.0])])
    assert (joined.dtype, joined.tolist()) == (np.float32, [1.0, 2.0])
    assert pa.stack([pa.to_tensor(1.0), pa.to_tensor(2.0)]).tolist() == [1.0, 2.0]
    assert pa.stack(([1.0], [2.0])).shape == [2, 1]
    assert pa.concat([pa.to_tensor([1.0], "float16")] * 2).dtype == np.float16


@pytest.mark.parametrize("function", [pa.concat, pa.stack])
def test_what_joining_refuses(function):
    x = pa.to_tensor([[1.0, 2.0]])
    last = 1 if function is pa.concat else 2
    for arguments, error, message in [
        ((x, x), TypeError, "x must be a list of at least one tensor, but received Tensor"),
        (([],), TypeError, "x must be a list of at least one tensor"),
        ((None,), TypeError, "x must be a list of at least one tensor"),
        (([x, None],), TypeError, r"x\[1\] must be numeric, but received None"),
        (([x, x], last + 1), ValueError, rf"axis must be in \[{-last - 1}, {last}\], but received {last + 1}"),
        (([x, x], -last - 2), ValueError, "axis must be in"),
        (([x, x], None), TypeError, "axis must be an integer"),
        (([x, x], x), TypeError, "axis must be an integer"),
        (([x, x.T],), ValueError, r"shape.*\[1, 2\].*\[2, 1\]"),
    ]:
        with pytest.raises(error, match=message):
            function(*arguments)
