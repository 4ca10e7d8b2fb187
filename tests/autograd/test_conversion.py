import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

X = np.arange(24.0).reshape(2, 3, 4)


def test_a_tensor_of_one_element_is_a_number():
    x = pa.to_tensor([2.5])
    assert (float(x), int(x), bool(x), x.item()) == (2.5, 2, True, 2.5)
    with pytest.raises(ValueError, match=r"item\(\) needs a tensor with one element, but .* has shape \[2\]"):
        pa.to_tensor([1.0, 2.0]).item()


def test_numbers_and_lists():
    assert pa.Tensor(X).tolist() == X.tolist()
    assert type(pa.Tensor([3]).item()) is int
    assert bool(pa.Tensor([0.0])) is False
    assert (int(pa.Tensor(2.9)), float(pa.Tensor([[2]])), complex(pa.Tensor([2j]))) == (2, 2.0, 2j)
    assert len(pa.Tensor(X)) == 2
    assert (f"{pa.Tensor(2.5):.2f}", f"{pa.Tensor([2.5])}") == ("2.50", repr(pa.Tensor([2.5])))
    with pytest.raises(TypeError, match="a tensor must hold a real number, but has dtype complex128"):
        float(pa.Tensor([2j]))


def test_a_whole_number_without_axes_is_an_index():
    assert [10, 20, 30][pa.Tensor(1)] == 20
    assert list(range(pa.Tensor(np.int16(2)))) == [0, 1]
    for x in (pa.Tensor([1]), pa.Tensor(1.0)):
        with pytest.raises(TypeError, match="an index must be an integer without axes, but a tensor is Tensor"):
            [10, 20, 30][x]


@given(st.tuples(*(st.integers(-size, size - 1) for size in X.shape)))
def test_an_element_is_found_by_its_index_or_its_number(index):
    x = pa.Tensor(X)
    assert x.item(*index) == X[index]
    number = int(np.arange(X.size).reshape(X.shape)[index])
    assert x.item(number) == X[index]


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        ((24,), ValueError, r"args\[0\] must be in \[0, 23\], but received 24"),
        ((0, 1), ValueError, r"args must be an index per axis of the shape \[2, 3, 4\], but received \(0, 1\)"),
        ((0, 3, 0), IndexError, r"args must lie in the shape \[2, 3, 4\], but received \(0, 3, 0\)"),
        ((0, "1", 0), TypeError, r"args\[1\] must be an integer"),
    ],
)
def test_an_element_that_is_not_there(index, error, message):
    with pytest.raises(error, match=message):
        pa.Tensor(X).item(*index)


def test_numpy_sees_the_values_and_leaves_arithmetic_to_the_tensor():
    x = pa.to_tensor(X, stop_gradient=False)
    assert np.asarray(x) is x.numpy()
    assert np.array(x, copy=True) is not x.numpy()
    assert np.asarray(x, np.float32).dtype == np.float32
    for y in (X + x, 1.0 - x, X * x, 1.0 / (x + 1.0), 2.0**x, X @ x.transpose([0, 2, 1])):
        assert isinstance(y, pa.Tensor)
        assert not y.stop_gradient


def test_other_calls_of_numpy_see_the_values_alone():
    x = pa.to_tensor(X, stop_gradient=False)
    for found, expected in [
        (np.sin(x), np.sin(X)),
        (np.add(x, X), X + X),
        (np.add(X, x, out=np.zeros_like(X)), X + X),
        (np.add.reduce(x), X.sum(0)),
        (np.multiply.outer(X[0, 0], x), np.multiply.outer(X[0, 0], X)),
        (np.hypot(X, x), np.hypot(X, X)),
    ]:
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, expected)
    assert isinstance(np.add(X, x), pa.Tensor)


def test_numpy_gets_the_array_and_a_copy_where_it_must():
    x = pa.Tensor(X)
    assert x.numpy() is x.__array__() is X
    assert x.__array__(copy=False) is X
    assert x.__array__(np.float64, copy=False) is X
    assert x.__array__(copy=True) is not X
    assert x.__array__(np.float32, copy=True).dtype == np.float32
    with pytest.raises(ValueError, match="of dtype float64 can't be seen as float32 without a copy"):
        x.__array__(np.float32, copy=False)
