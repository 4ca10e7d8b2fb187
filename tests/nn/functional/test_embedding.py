import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812
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


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0, np.inf])
def test_rows_that_are_looked_up_are_shortened_in_the_table(order):
    values = np.random.default_rng(0).standard_normal((6, 3)) * 2
    table, x = pa.to_tensor(values, stop_gradient=False), np.array([[0, 2], [2, 4]])
    found = F.embedding(x, table, max_norm=1.5, norm_type=order)
    norms = np.linalg.norm(values, order, axis=1)
    expected = np.where(np.isin(np.arange(6), x) & (norms > 1.5), 1.5 / norms, 1)[:, None] * values
    np.testing.assert_allclose(table.numpy(), expected, rtol=1e-6)
    np.testing.assert_array_equal(table.numpy()[[1, 3, 5]], values[[1, 3, 5]])
    np.testing.assert_array_equal(found.numpy(), table.numpy()[x])
    found.sum().backward()
    assert table.grad.numpy()[:, 0].tolist() == [1, 0, 2, 0, 1, 0]


def test_an_array_of_the_caller_is_not_shortened():
    values = np.full((2, 2), 9.0)
    found = F.embedding([0], values, max_norm=1.0)
    np.testing.assert_allclose(np.linalg.norm(found.numpy()), 1, rtol=1e-6)
    assert (values == 9.0).all()


def test_a_gradient_can_be_shared_by_the_uses():
    table = pa.to_tensor(np.ones((3, 2)), stop_gradient=False)
    F.embedding([0, 0, 0, 2], table, padding_idx=2, scale_grad_by_freq=True).sum().backward()
    assert table.grad.tolist() == [[1, 1], [0, 0], [0, 0]]


def test_a_refused_call_shortens_nothing():
    table = pa.to_tensor(np.full((2, 2), 9.0))
    for settings in ({"padding_idx": 5}, {"norm_type": -1.0}, {"sparse": True, "scale_grad_by_freq": True}):
        with pytest.raises(ValueError, match=next(iter(set(settings) - {"sparse"}))):
            F.embedding([0], table, max_norm=1.0, **settings)
    with pytest.raises(IndexError):
        F.embedding([2], table, max_norm=1.0)
    assert (table.numpy() == 9.0).all()
