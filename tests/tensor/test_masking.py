import numpy as np
import pytest

import paramattr as pa

X = np.arange(6.0).reshape(2, 3)
MASK = np.array([[True, False, True], [False, False, True]])


def test_a_mask_chooses_what_is_replaced():
    np.testing.assert_array_equal(pa.masked_fill(X, MASK, -1).numpy(), np.where(MASK, -1, X))
    np.testing.assert_array_equal(pa.masked_fill(X, MASK[0], X[::-1]).numpy(), np.where(MASK[0], X[::-1], X))
    expected = X.copy()
    expected[MASK] = [7.0, 8.0, 9.0]
    np.testing.assert_array_equal(pa.masked_scatter(X, MASK, np.arange(7.0, 11.0)).numpy(), expected)
    assert pa.masked_fill(pa.arange(3), [True, False, True], 1.7).tolist() == [1, 1, 1]


def test_gradients_go_where_values_come_from():
    x, y = pa.to_tensor(X, stop_gradient=False), pa.to_tensor(np.ones(4), stop_gradient=False)
    pa.masked_scatter(x, MASK, y).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), ~MASK)
    assert y.grad.tolist() == [1.0, 1.0, 1.0, 0.0]


def test_a_tensor_filled_keeps_its_memory_and_cuts_its_history():
    x = pa.to_tensor(X, stop_gradient=False)
    y = x * 2.0
    memory = y.numpy()
    assert y.fill_(3).tolist() == [[3.0] * 3] * 2
    assert y.numpy() is memory
    y.sum().backward()
    assert not x.grad.numpy().any()
    assert not (x * 1.0).zero_().numpy().any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.masked_fill(x, MASK, pa.ones([1], "int32")), TypeError, "value must have the dtype"),
        (lambda x: pa.masked_fill(x, [True] * 2, 1.0), ValueError, "where needs inputs"),
        (lambda x: pa.masked_scatter(x, x, x), TypeError, "mask must hold bools"),
        (lambda x: pa.masked_scatter(x, MASK, x[0, :2]), ValueError, "value must have at least 3 elements"),
        (lambda x: x.fill_("1"), TypeError, "value must be a number"),
        (lambda x: pa.to_tensor([1.0], stop_gradient=False).zero_(), ValueError, "can't be changed in place"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.to_tensor(X))
