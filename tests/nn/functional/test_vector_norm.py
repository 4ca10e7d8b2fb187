import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812
from paramattr.nn.functional.vector_norm import as_matrix, over_sigma, singular_vectors

X = np.random.default_rng(0).standard_normal((3, 4, 5))


@given(st.sampled_from([0.5, 1, 2, 3.5, math.inf, -math.inf, -1, 0]), st.integers(-3, 2), st.integers(0, 9))
def test_normalize_divides_by_the_norm_of_numpy(p, axis, seed):
    x = np.random.default_rng(seed).standard_normal((2, 3, 4))
    norm = np.apply_along_axis(lambda row: np.linalg.norm(row, p), axis, x)
    np.testing.assert_allclose(F.normalize(x, p, axis).numpy(), x / np.expand_dims(norm, axis), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("p", [1, 2, 3, 8, 0.5, -1, -3])
def test_powers_may_leave_the_range(p, dtype):
    x = np.random.default_rng(1).uniform(0.5, 2, (3, 4)).astype(dtype)
    expected = F.normalize(x, p, epsilon=0.0).numpy()
    limits = np.finfo(dtype)
    for unit in (2.0 ** (limits.maxexp - 20), 2.0 ** (limits.minexp + 4)):
        found = F.normalize(x * np.asarray(unit, dtype), p, epsilon=0.0).numpy()
        np.testing.assert_allclose(found, expected, rtol=64 * limits.eps)


def test_epsilon_is_the_least_divisor():
    x = pa.to_tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]], stop_gradient=False)
    value = F.normalize(x, epsilon=2.0)
    np.testing.assert_allclose(value.numpy(), [[0.6, 0.8], [0.15, 0.2], [0, 0]], rtol=1e-6)
    value[1:].sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [[0, 0], [0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, math.inf])
def test_gradients_at_zeros_are_finite(p):
    x = pa.to_tensor([[0.0, 2.0, 1.0]], stop_gradient=False)
    F.normalize(x, p).sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    # The length does not change with the first element, as far as a gradient goes.
    assert x.grad.numpy()[0, 0] == pytest.approx(1 / np.linalg.norm([2.0, 1.0], p), rel=1e-6)


def test_normalize_takes_vectors_numbers_and_out():
    assert F.normalize([3.0, 4.0], axis=0).tolist() == [0.6, 0.8]
    assert F.normalize(pa.to_tensor(-3.0)).item() == -1.0
    out = pa.to_tensor(np.zeros((1, 2)))
    assert F.normalize([[3.0, 4.0]], out=out) is out
    assert out.tolist() == [[0.6, 0.8]]
    assert F.normalize(np.zeros((2, 0))).shape == [2, 0]
    assert F.normalize(np.array([[3, 4]])).dtype == np.float32


def response(x, size, alpha, beta, k):
    """As the definition says it."""
    found = np.empty_like(x)
    for c in range(x.shape[1]):
        near = x[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        found[:, c] = x[:, c] / (k + alpha * (near**2).sum(axis=1) / size) ** beta
    return found


@given(st.integers(1, 12), st.floats(0, 3), st.floats(0, 2), st.floats(0.5, 2))
def test_local_response_norm_is_its_definition(size, alpha, beta, k):
    found = F.local_response_norm(X, size, alpha, beta, k).numpy()
    np.testing.assert_allclose(found, response(X, size, alpha, beta, k), rtol=1e-12)
    last = F.local_response_norm(np.moveaxis(X, 1, -1), size, alpha, beta, k, "NLC").numpy()
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), found, rtol=1e-12)


def test_a_window_wider_than_all_channels_takes_no_memory():
    found = F.local_response_norm(X, 10**12, alpha=1e12).numpy()
    np.testing.assert_allclose(found, X / (1 + (X**2).sum(axis=1, keepdims=True)) ** 0.75, rtol=1e-12)


def test_power_iteration_finds_the_largest_singular_value():
    rng = np.random.default_rng(2)
    for dim in (0, 1, 2):
        matrix = as_matrix(X, dim)
        start = rng.standard_normal(matrix.shape[0]), rng.standard_normal(matrix.shape[1])
        u, v = singular_vectors(X, dim, *start, 500, lambda norm: norm)
        value, _ = over_sigma(X, dim=dim, u=u, v=v)
        assert np.linalg.norm(as_matrix(value, dim), 2) == pytest.approx(1.0, rel=1e-9)
        for one, other in zip(singular_vectors(X, dim, *start, 0, lambda norm: norm), start, strict=True):
            np.testing.assert_array_equal(one, other)


REFUSED = [
    (lambda: F.normalize(X, math.nan), ValueError, "p must be"),
    (lambda: F.normalize(X, "2"), TypeError, "p must be a real number"),
    (lambda: F.normalize(X, 2, 3), ValueError, "axis must be in"),
    (lambda: F.normalize(X, 2, None), TypeError, "axis must be an integer"),
    (lambda: F.normalize(X, 2, 1, -1.0), ValueError, "epsilon must be"),
    (lambda: F.normalize([1.0, 2.0]), ValueError, "axis must be in"),
    (lambda: F.normalize(X, out=pa.Tensor(X[0])), ValueError, "out must have shape"),
    (lambda: F.local_response_norm(X, 0), ValueError, "size must be"),
    (lambda: F.local_response_norm(X, 1.5), TypeError, "size must be an integer"),
    (lambda: F.local_response_norm(X, 3, -1.0), ValueError, "alpha must be"),
    (lambda: F.local_response_norm(X, 3, beta=-1.0), ValueError, "beta must be"),
    (lambda: F.local_response_norm(X, 3, k=math.inf), ValueError, "k must be"),
    (lambda: F.local_response_norm(X, 3, data_format="NC"), ValueError, "data_format must be one of"),
    (lambda: F.local_response_norm(X[0], 3), ValueError, "x must have at least 3 axes"),
    (lambda: F.local_response_norm(X[:, :0], 3), ValueError, "none of size 0 but the first"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
