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
    for bad in (["a"], [None], [{}]):
        with pytest.raises(TypeError, match="data must be numeric, but received"):
            pa.to_tensor(bad)


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


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack_and_concat_are_those_of_numpy(axis):
    arrays = list(np.random.default_rng(0).standard_normal((2, 3, 4)))
    tensors = [pa.to_tensor(array) for array in arrays]
    np.testing.assert_array_equal(pa.stack(tensors, axis).numpy(), np.stack(arrays, axis))
    if -2 <= axis < 2:
        np.testing.assert_array_equal(pa.concat(tensors, axis).numpy(), np.concatenate(arrays, axis))
