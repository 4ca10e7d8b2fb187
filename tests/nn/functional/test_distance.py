import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

ORDERS = [2.0, 1.0, 3.0, 0.5, 0.0, math.inf, -math.inf, -1.0, -2.5]


@given(st.sampled_from(ORDERS), st.integers(1, 5), st.booleans())
def test_the_norm_of_a_difference(p, size, keepdim):
    x, y = np.random.default_rng(size).standard_normal((2, 3, size))
    found = F.pairwise_distance(x, y, p, 0.25, keepdim)
    # NumPy has the norm of one vector.
    expected = np.array([np.linalg.norm(row, p) for row in x - y + 0.25])
    assert found.shape == ([3, 1] if keepdim else [3])
    np.testing.assert_allclose(found.numpy().ravel(), expected, rtol=1e-13)


@pytest.mark.parametrize("p", [p for p in ORDERS if p])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_norms_neither_overflow_nor_underflow(p, scale):
    x = np.array([[3.0, -4.0, 1.0]], np.float32)
    near = pa.to_tensor(x, stop_gradient=False)
    far = pa.to_tensor(x * np.float32(scale), stop_gradient=False)
    for t in (near, far):
        F.pairwise_distance(t, np.zeros(3, np.float32), p, 0.0).sum().backward()
    found, expected = (F.pairwise_distance(t, np.zeros(3, np.float32), p, 0.0).item() for t in (far, near))
    np.testing.assert_allclose(found, expected * scale, rtol=1e-5)
    np.testing.assert_allclose(far.grad.numpy(), near.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("p", ORDERS)
def test_no_distance_has_no_gradient(p):
    x = pa.to_tensor(np.ones((2, 3)), stop_gradient=False)
    value = F.pairwise_distance(x, np.ones(3), p, 0.0)
    value.sum().backward()
    assert not value.numpy().any()
    assert not x.grad.numpy().any()


def test_integers_and_empty_vectors():
    assert F.pairwise_distance([3, 0], [0, 4], epsilon=0.0).item() == 5.0
    assert F.pairwise_distance(np.ones((2, 0)), np.ones((2, 0))).tolist() == [0.0, 0.0]


@given(st.integers(0, 2), st.integers(2, 4))
def test_the_cosine_of_an_angle(axis, size):
    shape = [2, 3, 2]
    shape[axis] = size
    x, y = np.random.default_rng(size).standard_normal((2, *shape))
    found = F.cosine_similarity(x, y, axis).numpy()
    rows = [np.moveaxis(v, axis, -1).reshape(-1, size) for v in (x, y)]
    expected = [1 - distance.cosine(one, other) for one, other in zip(*rows, strict=True)]
    np.testing.assert_allclose(found.ravel(), expected, atol=1e-14)
    np.testing.assert_allclose(F.cosine_similarity(x, 5 * x, axis).numpy(), 1, rtol=1e-14)


@pytest.mark.parametrize("scale", [1e-15, 1.0, 1e30])
def test_the_cosine_does_not_depend_on_the_lengths(scale):
    x, y = np.array([[3.0, 4.0]], np.float32), np.array([[4.0, -3.0], [3.0, 4.0]], np.float32)
    found = F.cosine_similarity(x * np.float32(scale), y * np.float32(scale), eps=0.0)
    np.testing.assert_allclose(found.numpy(), [0, 1], atol=1e-6)


def test_the_product_of_short_lengths_counts_as_eps():
    x = pa.to_tensor(np.array([[1e-5, 0.0], [0.0, 0.0]]), stop_gradient=False)
    y = np.array([[1e-5, 1e-5], [2.0, 1.0]])
    value = F.cosine_similarity(x, y)
    np.testing.assert_allclose(value.numpy(), [1e-2, 0], rtol=1e-14)
    value.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), y / 1e-8, rtol=1e-14)


def test_vectors_broadcast_as_if_repeated():
    x, y = np.random.default_rng(0).standard_normal((2, 3)), np.array([[2.0], [-1.0]])
    found = F.cosine_similarity(x, y).numpy()
    np.testing.assert_allclose(found, F.cosine_similarity(x, np.repeat(y, 3, 1)).numpy(), rtol=1e-14)
    assert F.cosine_similarity(np.ones((2, 0)), np.ones((2, 0))).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: F.pairwise_distance(x, x, "2"), TypeError, "p must be"),
        (lambda x: F.pairwise_distance(x, x, math.nan), ValueError, "p must be"),
        (lambda x: F.pairwise_distance(x, x, epsilon=math.inf), ValueError, "epsilon must be"),
        (lambda x: F.pairwise_distance(x, x, keepdim=1), TypeError, "keepdim must be"),
        (lambda x: F.pairwise_distance(1.0, 2.0), ValueError, "x and y must have an axis"),
        (lambda x: F.pairwise_distance(x, x[:, :2]), ValueError, "fit together"),
        (lambda x: F.cosine_similarity(x, x, 2), ValueError, "axis must be in"),
        (lambda x: F.cosine_similarity(x, x, eps=-1.0), ValueError, "eps must be"),
        (lambda x: F.cosine_similarity(1.0, 2.0, 0), ValueError, "x1 and x2 must have an axis"),
        (lambda x: F.cosine_similarity(x, x[:, :2]), ValueError, "fit together"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.to_tensor(np.ones((2, 3))))
