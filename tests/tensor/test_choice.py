import numpy as np
import pytest

import paramattr as pa


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_pairs_are_those_of_numpy(name):
    x, y = np.array([1.0, np.nan, 2.0, 5.0, np.nan]), np.array([1.0, 0.0, np.nan, 3.0, np.nan])
    np.testing.assert_array_equal(getattr(pa, name)(x, y).numpy(), getattr(np, name)(x, y))
    assert getattr(pa, name)(pa.to_tensor([1.0, 4.0]), 2.0).dtype == np.float32
    assert getattr(pa, name)(np.array([3]), np.array([4])).dtype == np.int64


@pytest.mark.parametrize(("name", "share"), [("maximum", 0.5), ("minimum", 0.5), ("fmax", 1.0), ("fmin", 1.0)])
def test_the_gradient_at_a_tie(name, share):
    x, y = (pa.to_tensor([2.0], stop_gradient=False) for _ in range(2))
    getattr(pa, name)(x, y).backward()
    assert (x.grad.item(), y.grad.item()) == (share, 1 - share)


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_clipping(dtype):
    x = np.array([-3, -1, 0, 2, 9], dtype)
    for low, high in [(-1, 2), (None, 2), (-1, None), (None, None), (2, 2)]:
        found = pa.clip(x, low, high)
        assert found.dtype == dtype
        np.testing.assert_array_equal(
            found.numpy(), np.clip(x, -10 if low is None else low, 10 if high is None else high)
        )
    np.testing.assert_array_equal(pa.clip(x, pa.to_tensor([-1]), np.array(2)).numpy(), np.clip(x, -1, 2))
    assert pa.clip(np.array([1, 5]), 2.5, 7).tolist() == [2.5, 5.0]
    assert pa.clip(np.array([2**60 + 1]), max=2**61).tolist() == [2**60 + 1]


def test_what_clipping_refuses():
    x = pa.to_tensor([1.0])
    for arguments, error, message in [
        ((2.0, 1.0), ValueError, "min must not be larger than max, but received min=2.0 and max=1.0"),
        (("a",), TypeError, "min must be a real number"),
        ((True,), TypeError, "min must be a real number"),
        ((float("nan"),), ValueError, "min must be a number"),
        ((None, pa.to_tensor([1.0, 2.0])), ValueError, r"max must be one number, but received shape \[2\]"),
    ]:
        with pytest.raises(error, match=message):
            pa.clip(x, *arguments)


def test_rows_of_several():
    inputs = [pa.to_tensor(np.full((3, 2), k, np.float32), stop_gradient=False) for k in range(4)]
    for index in (np.array([3, 0, 2]), np.array([[3], [0], [2]], np.int32), np.array([1])):
        value = pa.multiplex(inputs, index)
        assert value.shape == [len(index), 2]
        np.testing.assert_array_equal(value.numpy()[:, 0], index.reshape(-1))
    for given, index, error, message in [
        (inputs, [[4], [0], [0]], IndexError, r"index must be in \[0, 3\]"),
        (inputs, [[-1]], IndexError, "index must be in"),
        (inputs, [[0.0]], TypeError, "index must hold integers"),
        (inputs, [0, 0, 0, 0], ValueError, "index must have shape"),
        (inputs, [[0, 0]], ValueError, "index must have shape"),
        (inputs[:1], [[0]], ValueError, "inputs must be two tensors or more"),
        ([inputs[0], [[1.0]]], [[0]], ValueError, "inputs must be two tensors or more"),
        ([[1.0], [2.0]], [[0]], ValueError, "inputs must be two tensors or more"),
        (None, [[0]], TypeError, "inputs must be a list"),
    ]:
        with pytest.raises(error, match=message):
            pa.multiplex(given, index)


def test_shapes_that_broadcast():
    for shapes in ([[2, 1, 3], [4, 1]], [[], [3]], [[0], [1]], [[5]], [[2, 1], [1, 4], [1]]):
        assert pa.broadcast_shapes(*shapes) == list(np.broadcast_shapes(*map(tuple, shapes)))
    assert pa.broadcast_shape([2, 1], (3,)) == [2, 3]
    with pytest.raises(ValueError, match=r"shapes must broadcast, but received \[\[2\], \[3\]\]"):
        pa.broadcast_shape([2], [3])
    with pytest.raises(TypeError, match=r"shapes\[1\]"):
        pa.broadcast_shape([2], "3")
