import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import distance

import paramattr as pa

INF = np.inf


def normal(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@given(st.sampled_from([None, 0, 0.5, 1, 2, 3.5, -1, -2, INF, -INF]), st.sampled_from([0, 1, -1]), st.booleans())
def test_norms_of_vectors_are_those_of_numpy(p, axis, keepdim):
    x = normal(3, 4)
    expected = np.linalg.norm(x, 2 if p is None else p, axis, keepdim)
    np.testing.assert_allclose(pa.norm(x, p, axis, keepdim).numpy(), expected, rtol=1e-13)
    np.testing.assert_allclose(pa.norm(x, p).numpy(), np.linalg.norm(x.ravel(), 2 if p is None else p), rtol=1e-13)


@given(st.sampled_from(["fro", "nuc", 1, -1, 2, -2, INF, -INF]), st.permutations(range(3)), st.booleans())
def test_norms_of_matrices_are_those_of_numpy(p, order, keepdim):
    x, axes = normal(2, 3, 4), order[:2]
    expected = np.linalg.norm(x, p, tuple(axes), keepdim)
    for found in (pa.norm(x, p, axes, keepdim), pa.linalg.matrix_norm(x, p, axes, keepdim)):
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_gradients_of_matrix_norms(check_grads):
    x = normal(3, 2)
    for p in ("fro", "nuc", 1, -1, 2, -2, INF, -INF):
        check_grads(lambda t, p=p: pa.linalg.matrix_norm(t, p), x)
    for p in (None, "fro", "nuc", 1, -2, INF):
        check_grads(lambda t, p=p: pa.linalg.cond(t, p), normal(3, 3) + 3 * np.eye(3), rtol=1e-5)


@given(st.sampled_from([1.0, 2.0, 3.0, 0.5, -2.0, INF]), st.sampled_from([1e-300, 1e-30, 1.0, 1e30, 1e300]))
def test_no_norm_overflows_on_the_way(p, unit):
    x = np.array([3.0, -4.0, 5.0])
    tensor = pa.to_tensor(x * unit, stop_gradient=False)
    value = pa.linalg.vector_norm(tensor, p)
    np.testing.assert_allclose(value.item(), pa.linalg.vector_norm(x, p).item() * unit, rtol=1e-13)
    value.backward()
    base = pa.to_tensor(x, stop_gradient=False)
    pa.linalg.vector_norm(base, p).backward()
    np.testing.assert_allclose(tensor.grad.numpy(), base.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("p", [0, 0.5, 1, 2, 3, INF, -INF])
def test_at_0_the_gradient_is_0(p):
    x = pa.to_tensor([0.0, 0.0], stop_gradient=False)
    value = pa.norm(x, p)
    value.backward()
    assert (value.item(), x.grad.tolist()) == (0.0, [0.0, 0.0])


def test_dtypes_and_empty_vectors():
    assert pa.norm([3, 4]).dtype == np.float32
    assert pa.norm(pa.to_tensor([3.0, 4.0]), dtype="float64").dtype == np.float64
    assert pa.norm(np.zeros(0)).item() == 0.0
    assert pa.norm(pa.to_tensor([300.0, 400.0], "float16")).item() == 500.0
    out = pa.to_tensor(0.0)
    assert pa.norm(pa.to_tensor([3.0, 4.0]), out=out) is out
    assert out.item() == 5.0


@given(st.sampled_from([0.5, 1.0, 2.0, 3.0, INF]), st.integers(1, 4), st.integers(1, 40), st.integers(1, 30))
def test_distances_are_those_of_scipy(p, size, rows, columns):
    x, y = normal(rows, size), normal(columns, size) + 100.0
    name = "chebyshev" if p == INF else "minkowski"
    settings = {} if p == INF else {"p": p}
    np.testing.assert_allclose(pa.cdist(x, y, p).numpy(), distance.cdist(x, y, name, **settings), rtol=1e-9)
    np.testing.assert_allclose(pa.pdist(x, p).numpy(), distance.pdist(x, name, **settings), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(pa.dist(x[0], y[0], p).item(), np.linalg.norm(x[0] - y[0], p), rtol=1e-12)
    assert pa.pdist(x.round(), 0.0).tolist() == (x.shape[1] * distance.pdist(x.round(), "hamming")).round().tolist()


def test_the_modes_of_cdist_agree(check_grads):
    x, y = normal(2, 3, 4), normal(5, 4)
    found = [pa.cdist(x, y, 2.0, mode).numpy() for mode in ("use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")]
    np.testing.assert_allclose(*found, rtol=1e-10)
    for mode, p in itertools.product(("use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"), (2.0, 3.0)):
        check_grads(lambda s, t, mode=mode, p=p: pa.cdist(s, t, p, mode), x, y)
    same = pa.to_tensor(x[0], stop_gradient=False)
    pa.cdist(same, same, 2.0, "use_mm_for_euclid_dist").sum().backward()
    assert np.isfinite(same.grad.numpy()).all()


@given(st.sampled_from([0.5, 1.0, 2.0, 3.0, INF]), st.integers(0, 2), st.floats(0.1, 5.0))
def test_renorm_shortens_only_what_is_longer(p, axis, most):
    x = normal(2, 3, 4)
    found = pa.renorm(x, p, axis, most).numpy()
    slices = zip(np.moveaxis(x, axis, 0), np.moveaxis(found, axis, 0), strict=True)
    for before, after in slices:
        length = np.linalg.norm(before.ravel(), p)
        if length <= most:
            np.testing.assert_array_equal(after, before)
        else:
            np.testing.assert_allclose(after, before * (most / length), rtol=1e-12)


def test_renorm_in_place_and_its_gradient(check_grads):
    x = np.array([[0.0, 0.0], [3.0, 4.0], [0.3, 0.4]])
    check_grads(lambda t: pa.renorm(t, 2.0, 0, 1.0), x[1:])
    y = pa.to_tensor(x)
    assert y.renorm_(2.0, 0, 1.0) is y
    np.testing.assert_allclose(y.numpy(), [[0.0, 0.0], [0.6, 0.8], [0.3, 0.4]])


def test_what_is_refused():
    x = np.eye(2)
    for call, error, message in [
        (lambda: pa.norm(x, "max"), ValueError, "p must be one of"),
        (lambda: pa.norm(x, 3, [0, 1]), ValueError, "p must be one of .* for matrices, but received 3"),
        (lambda: pa.norm(x, 2, 2), ValueError, "axis must be in"),
        (lambda: pa.norm(x, 2, 0, 1), TypeError, "keepdim must be a bool"),
        (lambda: pa.norm(x, dtype="int64"), ValueError, "dtype must be one of"),
        (lambda: pa.norm(np.zeros(0), -INF), ValueError, "p must not be -inf for a tensor without elements"),
        (lambda: pa.linalg.vector_norm(x, "fro"), TypeError, "p must be a real number"),
        (lambda: pa.linalg.matrix_norm(x, axis=[0]), ValueError, "axis must name two axes"),
        (lambda: pa.linalg.matrix_norm(np.ones(2)), ValueError, "x must have at least 2 axes"),
        (lambda: pa.linalg.cond(x, 3), ValueError, "p must be one of"),
        (lambda: pa.linalg.cond(np.ones((2, 3)), 1), ValueError, "x must hold square matrices"),
        (lambda: pa.linalg.cond(np.ones((2, 2)), 1), ValueError, "x must hold matrices that have an inverse"),
        (lambda: pa.cdist(x, np.ones((2, 3))), ValueError, "x and y must hold vectors of the same size"),
        (lambda: pa.cdist(np.ones(2), np.ones((3, 2))), ValueError, "x must have at least 2 axes"),
        (lambda: pa.cdist(np.ones((3, 2)), np.ones(2)), ValueError, "y must have at least 2 axes"),
        (lambda: pa.cdist(x, x, -1.0), ValueError, "p must be >= 0"),
        (lambda: pa.cdist(x, x, 2.0, "mm"), ValueError, "compute_mode must be one of"),
        (lambda: pa.pdist(np.ones(2)), ValueError, "x must have 2 axes"),
        (lambda: pa.renorm(x, 0.0, 0, 1.0), ValueError, "p must be > 0"),
        (lambda: pa.renorm(x, 2.0, 0, 0.0), ValueError, "max_norm must be finite and > 0"),
        (lambda: pa.dist(x, np.ones(3)), ValueError, "subtract needs inputs whose shapes"),
    ]:
        with pytest.raises(error, match=message):
            call()


@pytest.mark.parametrize("p", [None, "fro", "nuc", 1, -1, 2, -2, INF, -INF])
def test_condition_numbers_are_those_of_numpy(p):
    x = normal(2, 3, 3)
    np.testing.assert_allclose(pa.linalg.cond(x, p).numpy(), np.linalg.cond(x, p), rtol=1e-11)
    if p in (None, 2, -2):
        np.testing.assert_allclose(pa.linalg.cond(normal(2, 4, 3), p).numpy(), np.linalg.cond(normal(2, 4, 3), p))
