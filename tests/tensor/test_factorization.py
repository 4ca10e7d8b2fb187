import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

lead = st.lists(st.integers(0, 2), max_size=2).map(tuple)


def normal(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


def turned(x):
    return x.swapaxes(-1, -2)


@given(lead, st.integers(0, 4), st.booleans())
def test_cholesky_is_a_triangle_whose_square_is_the_matrix(lead, n, upper):
    a = normal(*lead, n, n)
    x = a @ turned(a) + np.eye(n)
    factor = pa.linalg.cholesky(x, upper).numpy()
    np.testing.assert_array_equal(factor, np.triu(factor) if upper else np.tril(factor))
    np.testing.assert_allclose(turned(factor) @ factor if upper else factor @ turned(factor), x, atol=1e-12)


@given(lead, st.integers(1, 4), st.integers(1, 4), st.sampled_from(["reduced", "complete"]))
def test_qr_is_orthogonal_times_a_triangle(lead, m, n, mode):
    x = normal(*lead, m, n)
    q, r = (t.numpy() for t in pa.linalg.qr(x, mode))
    assert q.shape[-1] == (m if mode == "complete" else min(m, n))
    np.testing.assert_allclose(q @ r, x, atol=1e-12)
    np.testing.assert_allclose(
        turned(q) @ q, np.broadcast_to(np.eye(q.shape[-1]), (*lead, *[q.shape[-1]] * 2)), atol=1e-12
    )
    np.testing.assert_array_equal(r, np.triu(r))
    if mode == "reduced":
        np.testing.assert_array_equal(pa.linalg.qr(x, "r").numpy(), r)


@given(lead, st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_svd_puts_the_matrix_together_again(lead, m, n, full):
    x = normal(*lead, m, n)
    u, s, v = (t.numpy() for t in pa.linalg.svd(x, full))
    assert (u.shape[-1], v.shape[-2]) == ((m, n) if full else (min(m, n),) * 2)
    k = s.shape[-1]
    np.testing.assert_allclose((u[..., :k] * s[..., None, :]) @ v[..., :k, :], x, atol=1e-12)
    np.testing.assert_allclose(pa.linalg.svdvals(x).numpy(), s, atol=1e-12)


@given(lead, st.integers(1, 4), st.sampled_from("LU"))
def test_eigenvalues_of_symmetric_matrices(lead, n, triangle):
    x = normal(*lead, n, n)
    half = np.tril(x) if triangle == "L" else np.triu(x)
    whole = half + turned(half) - np.eye(n) * x
    values, vectors = (t.numpy() for t in pa.linalg.eigh(x, triangle))
    np.testing.assert_allclose(whole @ vectors, vectors * values[..., None, :], atol=1e-12)
    np.testing.assert_array_equal(pa.linalg.eigvalsh(x, triangle).numpy(), values)


def test_eigenvalues_of_others_are_complex():
    x = np.array([[0.0, -1.0], [1.0, 0.0]])
    values, vectors = (t.numpy() for t in pa.linalg.eig(x))
    assert values.dtype == np.complex128
    np.testing.assert_allclose(x @ vectors, vectors * values, atol=1e-12)
    np.testing.assert_allclose(np.sort_complex(pa.linalg.eigvals(x).numpy()), [-1j, 1j], atol=1e-12)
    assert pa.linalg.eigvals(np.eye(2, dtype=np.float32)).dtype == np.complex64


def test_a_gradient_goes_through_all_parts(check_grads):
    """For a function of the parts that does not depend on the signs of vectors."""
    x = normal(3, 3) + np.diag([1.0, 3.0, 6.0])
    check_grads(lambda t: (lambda u, s, v: (u * s * s) @ v + s.sum())(*pa.linalg.svd(t)), x)
    check_grads(lambda t: (lambda q, r: q * q + r * r)(*pa.linalg.qr(t)), x)
    check_grads(lambda t: (lambda w, v: (v * v) @ w)(*pa.linalg.eigh(t + t.T)), x)
    check_grads(lambda t: pa.linalg.qr(t, "complete")[1] ** 2, x[:2])


def test_vectors_without_a_gradient_say_so():
    x = pa.to_tensor(normal(4, 2), stop_gradient=False)
    for value, message in [
        (pa.linalg.svd(x, True)[0], "svd with full_matrices=True has a gradient only for square"),
        (pa.linalg.qr(x, "complete")[0], "qr has a gradient in mode 'complete' only"),
    ]:
        with pytest.raises(ValueError, match=message):
            value.sum().backward()


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("triangle", ["L", "U"])
def test_hermitian_matrices(dtype, triangle):
    rng = np.random.default_rng(0)
    half = (rng.standard_normal((2, 3, 3)) + 1j * rng.standard_normal((2, 3, 3))).astype(dtype)
    x = half + half.conj().swapaxes(1, 2)
    values, vectors = (t.numpy() for t in pa.linalg.eigh((np.tril if triangle == "L" else np.triu)(x), triangle))
    assert (values.dtype, vectors.dtype) == (x.real.dtype, x.dtype)
    np.testing.assert_allclose(x @ vectors, vectors * values[:, None], atol=1e-5)
    np.testing.assert_array_equal(pa.linalg.eigvalsh(x, triangle).numpy(), values)
    for wrong, message in ((x[0, :2], "square"), (x * np.nan, "finite")):
        with pytest.raises(ValueError, match=f"x must hold {message}"), np.errstate(all="ignore"):
            pa.linalg.eigh(wrong)


def test_out_takes_the_three_parts():
    out = tuple(pa.to_tensor(np.zeros(shape)) for shape in [(2, 2), (2,), (2, 2)])
    found = pa.linalg.svd(np.diag([2.0, 1.0]), out=out)
    assert all(one is other for one, other in zip(found, out, strict=True))
    assert out[1].tolist() == [2.0, 1.0]


def test_what_is_refused():
    for function in (pa.linalg.cholesky, pa.linalg.eigh, pa.linalg.eigvalsh, pa.linalg.eig, pa.linalg.eigvals):
        with pytest.raises(ValueError, match=r"x must hold square matrices, but received shape \[2, 3\]"):
            function(np.ones((2, 3)))
    for function in (pa.linalg.qr, pa.linalg.svd, pa.linalg.svdvals):
        with pytest.raises(ValueError, match=r"x must have at least 2 axes, but received shape \[3\]"):
            function(np.ones(3))
    with pytest.raises(ValueError, match="x must hold positive definite matrices"):
        pa.linalg.cholesky(-np.eye(2))
    for function in (pa.linalg.svd, pa.linalg.eig, pa.linalg.eigvals):
        with pytest.raises(ValueError, match="x must hold finite numbers"):
            function(np.full((2, 2), np.nan))
    with pytest.raises(ValueError, match="mode must be one of"):
        pa.linalg.qr(np.eye(2), "R")
    with pytest.raises(ValueError, match="UPLO must be one of"):
        pa.linalg.eigh(np.eye(2), "l")
