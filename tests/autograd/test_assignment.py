import numpy as np
import pytest

import paramattr as pa


def test_values_are_replaced_in_place():
    x = pa.Tensor(np.zeros(2, np.float32))
    array = x.numpy()
    x.set_value([1, 2])
    assert array.tolist() == [1.0, 2.0]
    counter = pa.Tensor(np.zeros(1, np.int64), name="seen")
    counter.set_value(np.int32([3]))
    assert counter.item() == 3
    for bad, error, message in [
        ([1.5], TypeError, "value of tensor 'seen' must fit the dtype int64, but received dtype float64"),
        (["a"], TypeError, "value of tensor 'seen' must be numeric"),
        ([1j], TypeError, "value of tensor 'seen' must be numeric and real"),
        ([1, 2], ValueError, r"value of tensor 'seen' must have shape \[1\], not \[2\]"),
    ]:
        with pytest.raises(error, match=message):
            counter.set_value(bad)
    assert counter.item() == 3


INDICES = {
    "a number": 1,
    "a slice": slice(None, None, 2),
    "axes": (..., 0),
    "a new axis": (None, 1),
    "a mask": np.array([True, False, True]),
    "places": ([0, 2], [1, 0]),
    "a tensor": pa.to_tensor([2, 0]),
}


@pytest.mark.parametrize("name", INDICES)
def test_values_are_written_where_numpy_writes_them(name):
    x, expected = pa.Tensor(np.zeros((3, 2))), np.zeros((3, 2))
    index, array = INDICES[name], x.numpy()
    plain = index.numpy() if isinstance(index, pa.Tensor) else index
    value = np.arange(expected[plain].size, dtype=np.float64).reshape(expected[plain].shape) + 1.0
    x[index] = value
    expected[plain] = value
    np.testing.assert_array_equal(x.numpy(), expected)
    assert x.numpy() is array


@pytest.mark.parametrize(
    ("index", "value", "error", "message"),
    [
        (3, 1.0, IndexError, r"index and value must fit a tensor of shape \[3, 2\], but received 3"),
        ("a", 1.0, IndexError, "index and value must fit a tensor"),
        (0, [1.0, 2.0, 3.0], ValueError, r"but received 0 and a value of shape \[3\]"),
        (0, 1j, TypeError, "value must be real for a tensor of dtype float64, but has dtype complex128"),
        (0, None, TypeError, "value must be numeric, but received None"),
    ],
)
def test_a_write_that_does_not_fit_changes_nothing(index, value, error, message):
    x = pa.Tensor(np.ones((3, 2)))
    with pytest.raises(error, match=message):
        x[index] = value
    assert (x.numpy() == 1.0).all()
