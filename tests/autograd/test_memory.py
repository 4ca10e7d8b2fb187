import numpy as np

import paramattr as pa


def test_a_tensor_says_what_its_array_does():
    array = np.zeros((2, 3, 4), np.float32)[:, ::2].transpose(2, 0, 1)
    x = pa.Tensor(array)
    assert (x.itemsize, x.element_size(), x.nbytes, x.dim(), x.ndimension()) == (4, 4, 64, 3, 3)
    assert x.strides == [step // 4 for step in array.strides]
    assert (x.is_contiguous(), pa.Tensor(array.copy()).is_contiguous()) == (False, True)
    assert (x.persistable, x.is_cuda, str(x.type)) == (False, False, "VarType.DENSE_TENSOR")
    assert pa.nn.Linear(1, 1).weight.persistable
