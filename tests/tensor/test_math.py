import numpy as np
import pytest

import paramattr as pa


def test_functions_are_the_methods_and_operators():
    x, y = pa.to_tensor([[0.5, 2.0]]), pa.to_tensor([[1.0], [3.0]])
    for function, other in [(pa.exp, x.exp()), (pa.log, x.log()), (pa.sqrt, x.sqrt())]:
        np.testing.assert_array_equal(function(x).numpy(), other.numpy())
    np.testing.assert_array_equal(pa.matmul(x, y).numpy(), (x @ y).numpy())
    assert pa.maximum(x, 1.0).tolist() == [[1.0, 2.0]]
    assert pa.minimum(x, 1.0).tolist() == [[0.5, 1.0]]


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "maximum", "minimum"])
def test_arrays_and_numbers_are_constants(name):
    function, reference = getattr(pa, name), getattr(np, name)
    array = np.array([0.5, 2.0], np.float32)
    count = 2 if name in ("maximum", "minimum") else 1
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
