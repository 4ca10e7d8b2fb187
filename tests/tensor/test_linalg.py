from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


@pytest.mark.parametrize("transposed", [(False, False), (True, False), (False, True), (True, True)])
def test_products_are_those_of_numpy(transposed):
    rng = np.random.default_rng(0)
    for one, other in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 0)), ((4, 2, 3), (4, 3, 5))]:
        x, y = rng.standard_normal(one), rng.standard_normal(other)
        given = [v.swapaxes(-1, -2) if t and v.ndim > 1 else v for v, t in zip((x, y), transposed, strict=True)]
        np.testing.assert_array_equal(pa.matmul(*given, *transposed).numpy(), x @ y)


def test_what_a_product_refuses():
    with pytest.raises(ValueError, match="matmul needs inputs whose shapes"):
        pa.matmul(np.ones(2), np.ones(3))
    for bad in (None, "a", [None], np.array(["a"])):
        with pytest.raises(TypeError, match="x must be numeric, but received"):
            pa.matmul(bad, [1.0])
    with pytest.raises(TypeError, match="transpose_y must be a bool"):
        pa.matmul([1.0], [1.0], transpose_y=1)


@given(
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from([0.0, 1.0, -1.5]),
    st.sampled_from([0.5, 2.0]),
)
def test_products_of_matrices_and_vectors_are_those_of_numpy(m, n, p, beta, alpha):
    rng = np.random.default_rng([m, n, p])
    x, y, v = rng.standard_normal((2, m, n)), rng.standard_normal((2, n, p)), rng.standard_normal(n)
    z = rng.standard_normal((2, m, p))
    for found, expected in [
        (pa.mm(x[0], y[0]), x[0] @ y[0]),
        (pa.bmm(x, y), x @ y),
        (pa.mv(x[0], v), x[0] @ v),
        (pa.dot(v, v), v @ v),
        (pa.dot(x[0], x[1]), (x[0] * x[1]).sum(-1)),
        (pa.vecdot(x, v), x @ v),
        (pa.vecdot(v, v), v @ v),
        (pa.vecdot(v, v, axis=0), v @ v),
        (pa.vecdot(x, x[:1], axis=1), (x * x[:1]).sum(1)),
        (pa.addmm(z[0], x[0], y[0], beta, alpha), beta * z[0] + alpha * (x[0] @ y[0])),
        (pa.addmm(z[0, 0], x[0], y[0], beta, alpha), beta * z[0, 0] + alpha * (x[0] @ y[0])),
        (pa.baddbmm(z, x, y, beta, alpha), beta * z + alpha * (x @ y)),
        (pa.matrix_transpose(x), x.swapaxes(-1, -2)),
    ]:
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


@given(st.lists(st.integers(1, 4), min_size=3, max_size=6), st.booleans(), st.booleans())
def test_a_chain_of_products_is_that_of_numpy(sizes, first, last):
    rng = np.random.default_rng(sizes)
    factors = [rng.standard_normal(pair) for pair in pairwise(sizes)]
    factors[0] = factors[0][0] if first else factors[0]
    factors[-1] = factors[-1][:, 0] if last else factors[-1]
    found, expected = pa.linalg.multi_dot(factors), np.linalg.multi_dot(factors)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-10)


def test_a_chain_takes_the_order_with_least_work():
    """Multiplied from the left, the product in the middle would have more elements than any memory holds."""
    tall, flat = np.ones((10**6, 1)), np.ones((1, 10**6))
    assert pa.linalg.multi_dot([flat, tall, flat, tall]).item() == 1e12
    assert pa.linalg.multi_dot([tall[:, 0], tall, flat, tall[:, 0]]).item() == 1e12


def test_dtypes_stay():
    x = pa.to_tensor([[1, 2], [3, 4]], "int32")
    for value in (pa.mm(x, x), pa.dot(x, x), pa.vecdot(x, x), pa.mv(x, x[0])):
        assert value.dtype == np.int32
    assert pa.addmm(x, x, x).dtype == np.float32


def test_addmm_in_place():
    x = pa.to_tensor([[1.0]])
    assert x.addmm_(x, x, beta=2.0, alpha=3.0) is x
    assert x.item() == 5.0


def test_what_products_refuse():
    x, y, z = np.ones((2, 3)), np.ones((3, 2)), np.ones((1, 2, 3))
    for call, error, message in [
        (lambda: pa.mm("a", x), TypeError, "input must be numeric"),
        (lambda: pa.mm(x, x), ValueError, "matmul needs inputs whose shapes"),
        (lambda: pa.bmm(x, y), ValueError, r"x must have 3 axes, but received shape \[2, 3\]"),
        (lambda: pa.bmm(z, np.ones((2, 3, 2))), ValueError, "x and y must hold as many matrices"),
        (lambda: pa.mv(x, x), ValueError, "vec must have 1 axes"),
        (lambda: pa.dot(x, x[0]), ValueError, "x and y must have the same shape"),
        (lambda: pa.dot(z, z), ValueError, "x must have 1 or 2 axes"),
        (lambda: pa.vecdot(x, y), ValueError, "vecdot needs inputs whose shapes"),
        (lambda: pa.vecdot(x, x, 2), ValueError, "axis must be in"),
        (lambda: pa.addmm(np.ones(3), x, y), ValueError, r"input must broadcast to shape \[2, 2\]"),
        (lambda: pa.addmm(np.ones((1, 2, 2)), x, y), ValueError, "input must broadcast"),
        (lambda: pa.addmm(x, x, x), ValueError, "needs inputs|input must broadcast"),
        (lambda: pa.addmm(1.0, x, y, beta="1"), TypeError, "beta must be a real number"),
        (lambda: pa.baddbmm(1.0, z, np.ones((2, 3, 2))), ValueError, "x and y must hold as many matrices"),
        (lambda: pa.matrix_transpose(x[0]), ValueError, "x must have at least 2 axes"),
        (lambda: pa.linalg.multi_dot([x]), ValueError, "x must hold at least two matrices"),
        (lambda: pa.linalg.multi_dot([x, x]), ValueError, "x must hold at least two matrices that can be multiplied"),
        (lambda: pa.linalg.multi_dot([x, y[:, 0], x]), ValueError, "x must hold at least two matrices"),
        (lambda: pa.linalg.multi_dot(x), TypeError, "x must be a list of at least one tensor"),
    ]:
        with pytest.raises(error, match=message):
            call()
