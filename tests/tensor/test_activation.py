import numpy as np
import pytest
from scipy import special

import paramattr as pa


def test_sigmoid_is_a_function_a_method_and_a_change_in_place():
    values = np.random.default_rng(0).standard_normal(5)
    x, out = pa.to_tensor(values), pa.to_tensor(np.zeros(5))
    np.testing.assert_allclose(x.sigmoid().numpy(), special.expit(values), rtol=1e-15)
    assert pa.sigmoid(x, out=out) is out
    assert x.sigmoid_() is x
    np.testing.assert_array_equal(out.numpy(), x.numpy())
    assert pa.nn.functional.sigmoid is pa.sigmoid


@pytest.mark.parametrize(("shape", "axis"), [((), None), ((3,), 0), ((3, 4), 1), ((2, 3, 4), 0), ((2, 3, 1, 4), 1)])
def test_softmax_has_an_axis_by_default(shape, axis):
    x = np.random.default_rng(0).standard_normal(shape)
    np.testing.assert_allclose(pa.softmax(x).numpy(), special.softmax(x, axis), rtol=1e-14)
    if shape:
        np.testing.assert_allclose(pa.to_tensor(x).softmax(-1).numpy(), special.softmax(x, -1), rtol=1e-14)


def test_softmax_in_another_dtype_and_into_a_tensor():
    out = pa.to_tensor(np.zeros(2))
    assert pa.softmax(pa.to_tensor([1.0, 1.0]), 0, "float64", out=out) is out
    assert out.tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="dim must be in"):
        pa.softmax([1.0], 1)
    with pytest.raises(ValueError, match="dtype must be one of"):
        pa.softmax([1.0], 0, "int64")
