import numpy as np
import pytest

import paramattr as pa


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
