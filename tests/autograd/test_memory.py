import numpy as np
import pytest

import paramattr as pa


def test_a_tensor_says_what_its_array_does():
    array = np.zeros((2, 3, 4), np.float32)[:, ::2].transpose(2, 0, 1)
    x = pa.Tensor(array)
    assert (x.itemsize, x.element_size(), x.nbytes, x.dim(), x.ndimension()) == (4, 4, 64, 3, 3)
    assert x.strides == [step // 4 for step in array.strides]
    assert (x.is_contiguous(), pa.Tensor(array.copy()).is_contiguous()) == (False, True)
    assert (x.persistable, x.is_cuda, str(x.type)) == (False, False, "VarType.DENSE_TENSOR")
    assert pa.nn.Linear(1, 1).weight.persistable
    assert x.stride() == x.get_strides() == x.strides
    assert [x.stride(axis) for axis in (0, 1, 2, -1)] == [*x.strides, x.strides[-1]]
    assert x.data_ptr() == array.__array_interface__["data"][0] == x.detach().data_ptr() != x.clone().data_ptr()
    assert (x.is_dense(), x.is_sparse(), x.is_sparse_coo(), x.is_sparse_csr(), x.is_dist()) == (True, *[False] * 4)
    assert (x.is_same_shape(x.clone()), x.is_same_shape(pa.zeros([24]))) == (True, False)
    assert (x.device, x.device.type, x.device.index) == ("cpu", "cpu", None)
    assert x.to(x.device) is x
    for call, error in ((lambda: x.stride(3), ValueError), (lambda: x.is_same_shape([4]), TypeError)):
        with pytest.raises(error, match=r"^dim|^y must be a Tensor"):
            call()


@pytest.mark.usefixtures("fresh_names")
def test_a_tensor_gets_its_name_when_it_is_asked_for_it():
    x, y, named = pa.to_tensor(1.0), pa.to_tensor(2.0), pa.Tensor(3.0, name="z")
    with pytest.raises(RuntimeError, match="but a tensor has True"):
        x.backward()
    assert (y.name, x.name, named.name) == ("generated_tensor_0", "generated_tensor_1", "z")
    assert (x + y).name == "generated_tensor_2"
    x.name = "mine"
    assert x.name == "mine"
    with pytest.raises(RuntimeError, match="but tensor 'mine' has True"):
        x.backward()
    with pytest.raises(TypeError, match="name must be a string or None, but received 3"):
        x.name = 3
    assert x.name == "mine"
