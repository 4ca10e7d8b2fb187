import numpy as np
import pytest

import paramattr as pa
from paramattr.autograd import Size

X = np.arange(24.0).reshape(2, 3, 4)


def test_a_size_equals_tuples_and_lists():
    size = Size((2, 3))
    assert size == [2, 3]
    assert size == (2, 3)
    assert size != [3, 2]
    assert repr(size) == "[2, 3]"
    assert {size: 1}[(2, 3)] == 1


def test_attributes_of_a_tensor():
    x = pa.to_tensor(X)
    assert (x.shape, x.ndim, x.size, len(x)) == ([2, 3, 4], 3, 24, 2)
    assert x.T.shape == [4, 3, 2]
    assert [part.shape for part in x] == [[3, 4]] * 2
    assert x.argmax().item() == 23
    assert x.argmax(-1).tolist() == [[3] * 3] * 2
    with pytest.raises(TypeError, match="without axes"):
        len(pa.to_tensor(1.0))


def test_a_tensor_of_one_element_is_a_number():
    x = pa.to_tensor([2.5])
    assert (float(x), int(x), bool(x), x.item()) == (2.5, 2, True, 2.5)
    with pytest.raises(ValueError, match=r"item\(\) needs a tensor with one element, but .* has shape \[2\]"):
        pa.to_tensor([1.0, 2.0]).item()


def test_numpy_sees_the_values_and_leaves_arithmetic_to_the_tensor():
    x = pa.to_tensor(X, stop_gradient=False)
    assert np.asarray(x) is x.data
    assert np.array(x, copy=True) is not x.data
    assert np.asarray(x, np.float32).dtype == np.float32
    for y in (X + x, 1.0 - x, X * x, 1.0 / (x + 1.0), 2.0**x, X @ x.transpose([0, 2, 1])):
        assert isinstance(y, pa.Tensor)
        assert not y.stop_gradient


def test_comparisons_are_elementwise():
    x = pa.to_tensor([1.0, 2.0, 3.0])
    other = pa.to_tensor([2.0, 2.0, 2.0])
    found = [c.tolist() for c in (x < other, x <= 2.0, x == other, x != other, x >= other, x > 2.0)]
    t, f = True, False
    assert found == [[t, f, f], [t, t, f], [f, t, f], [t, f, t], [f, t, t], [f, f, t]]


def test_a_number_takes_the_dtype_of_the_tensor():
    x = pa.to_tensor([1.0], "float16")
    assert (x * 2.0).dtype == (3 - x).dtype == np.float16
    assert (x * np.float64(2.0)).dtype == np.result_type(np.float16, np.float64)


def test_a_gradient_can_be_assigned_where_it_fits():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    x.grad = [1, 2]
    assert x.grad.dtype == np.float32
    x.grad = pa.to_tensor([3.0, 4.0])
    assert x.grad.tolist() == [3.0, 4.0]
    with pytest.raises(ValueError, match=r"grad of a tensor must have shape \[2\], not \[3\]"):
        x.grad = np.ones(3)
    with pytest.raises(TypeError, match="grad of a tensor must be numeric"):
        x.grad = np.array(["a", "b"])
    x.grad = None
    assert x.grad is None


def test_clone_stays_on_the_tape_and_detach_leaves_it():
    x = pa.to_tensor([1.0], stop_gradient=False)
    assert not x.clone().stop_gradient
    assert x.clone().data is not x.data
    assert x.detach().stop_gradient
    assert x.detach().data is x.data


def test_reprs():
    assert repr(pa.to_tensor([1.0, 2.0])) == "Tensor(shape=[2], dtype=float32, stop_gradient=True,\n       [1., 2.])"
