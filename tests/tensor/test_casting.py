import numpy as np
import pytest

import paramattr as pa
from paramattr.tensor import casting


@pytest.mark.parametrize("name", casting.DTYPES)
def test_a_method_is_astype_of_its_dtype(name):
    x = pa.to_tensor([[0.0, 1.0, 2.5]])
    found, expected = getattr(x, name)(), x.astype(casting.DTYPES[name])
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize("name", ["half", "double", "float64"])
def test_gradients_go_through(name):
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    getattr(x, name)().sum().backward()
    np.testing.assert_array_equal(x.gradient(), [1.0, 1.0])


def test_gradient_is_a_copy_or_none():
    x = pa.to_tensor([1.0], stop_gradient=False)
    assert x.gradient() is None
    x.backward()
    x.gradient()[0] = 7.0
    assert x.grad.item() == 1.0


def test_the_dtype_of_another():
    assert pa.to_tensor([1]).type_as(pa.to_tensor([1.0]).double()).dtype == np.float64
    with pytest.raises(TypeError, match="other must be a Tensor"):
        pa.to_tensor([1]).type_as("float32")
    assert pa.to_tensor([1]).get_device() == -1
