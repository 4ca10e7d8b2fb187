import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn.functional import embedding


@given(st.integers(1, 6), st.integers(1, 4), st.lists(st.integers(0, 50), max_size=12), st.data())
def test_it_is_a_product_with_one_hot_rows(rows, size, symbols, data):
    padding = data.draw(st.one_of(st.none(), st.integers(-rows, rows - 1)))
    x = np.array(symbols, np.int64) % rows
    table = np.random.default_rng(0).standard_normal((rows, size))
    one_hot = np.eye(rows)[x]
    if padding is not None:
        one_hot[:, padding] = 0.0
    weight = pa.to_tensor(table, stop_gradient=False)
    y = embedding(pa.to_tensor(x), weight, padding)
    np.testing.assert_array_equal(y.numpy(), one_hot @ table)
    if x.size:
        slope = np.random.default_rng(1).standard_normal(y.shape)
        (y * slope).sum().backward()
        np.testing.assert_allclose(weight.grad.numpy(), one_hot.T @ slope, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("x", "table", "settings", "error", "message"),
    [
        ([0.5], np.ones((3, 2)), {}, TypeError, "x must hold integers, but received dtype float"),
        ([3], np.ones((3, 2)), {}, IndexError, r"x must hold integers in \[0, 3\), but received 3 to 3"),
        ([0], np.ones(3), {}, ValueError, r"weight must have 2 axes, but received shape \[3\]"),
        ([0], np.ones((3, 2)), {"padding_idx": 3}, ValueError, r"padding_idx must be in \[-3, 3\), but received 3"),
        ([0], np.ones((3, 2)), {"sparse": 1}, TypeError, "sparse must be a bool"),
    ],
)
def test_bad_arguments(x, table, settings, error, message):
    with pytest.raises(error, match=message):
        embedding(x, pa.to_tensor(table), **settings)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_gradients_are_added_up_in_float32(dtype):
    weight = pa.to_tensor(np.ones((2, 3)), dtype, stop_gradient=False)
    y = embedding(np.zeros(1000, np.int64), weight)
    assert y.dtype == weight.dtype
    y.sum().backward()
    assert weight.grad.numpy().astype(float).tolist() == [[1000.0] * 3, [0.0] * 3]


def test_the_values_are_a_copy():
    weight = pa.to_tensor([[1.0, 2.0]], stop_gradient=False)
    y = embedding([0], weight, padding_idx=-1)
    assert weight.tolist() == [[1.0, 2.0]]
    assert y.tolist() == [[0.0, 0.0]]
    assert embedding(0, weight).tolist() == [1.0, 2.0]
    with pytest.raises(IndexError, match=r"x must hold integers in \[0, 1\), but received -1 to 0"):
        embedding([-1, 0], weight)
