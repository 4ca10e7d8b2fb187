import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

lead = st.sampled_from([(), (2,), (2, 1), (0,)])


def normal(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


def regular(*shape):
    return normal(*shape) + 3 * np.eye(shape[-1])


@given(lead, st.integers(0, 4))
def test_inverses_and_determinants(lead, n):
    x = regular(*lead, n, n)
    np.testing.assert_allclose(pa.inverse(x).numpy() @ x, np.broadcast_to(np.eye(n), x.shape), atol=1e-10)
    np.testing.assert_allclose(pa.linalg.det(x).numpy(), np.linalg.det(x))
    sign, size = pa.linalg.slogdet(x).numpy()
    np.testing.assert_allclose(sign * np.exp(size), np.linalg.det(x))


def test_the_gradient_of_a_determinant_of_a_singular_matrix(check_grads):
    for x in ([[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], np.zeros((2, 2)), [[0.0]]):
        check_grads(pa.linalg.det, np.array(x))
    x = pa.to_tensor([[1.0, 1.0], [1.0, 1.0]], stop_gradient=False)
    value = pa.linalg.slogdet(x)
    value.backward()
    assert value.tolist() == [0.0, -np.inf]
    assert np.isnan(x.grad.numpy()).all()


@given(lead, lead, st.integers(1, 4), st.integers(1, 3))
def test_solutions_solve(one, other, n, k):
    x, y = regular(*one, n, n), normal(*other, n, k)
    if other != () and len(one) == len(other) + 1:
        return  # y is a stack of vectors then
    try:
        expected = x @ y
    except ValueError:
        return
    if y.ndim != x.ndim - 1:
        np.testing.assert_allclose(x @ pa.linalg.solve(x, y).numpy(), np.broadcast_to(y, expected.shape), atol=1e-10)
        turned = y.swapaxes(-1, -2)
        found = pa.linalg.solve(x, turned, left=False).numpy()
        np.testing.assert_allclose(found @ x, np.broadcast_to(turned, found.shape), atol=1e-10)


def test_vectors_and_their_gradients(check_grads):
    x = regular(2, 3, 3)
    np.testing.assert_allclose(pa.linalg.solve(x[0], normal(3)).numpy(), np.linalg.solve(x[0], normal(3)))
    stack = normal(2, 3)
    np.testing.assert_allclose(pa.linalg.solve(x, stack).numpy(), np.linalg.solve(x, stack[..., None])[..., 0])
    check_grads(pa.linalg.solve, x, stack)
    check_grads(lambda a, b: pa.linalg.solve(a, b, left=False), x, normal(2, 4, 3))


@given(st.booleans(), st.booleans(), st.booleans())
def test_triangular_solutions_read_one_triangle(upper, transpose, unit):
    x, y = regular(2, 3, 3), normal(2, 3, 2)
    triangle = np.triu(x) if upper else np.tril(x)
    if unit:
        triangle = triangle * (1 - np.eye(3)) + np.eye(3)
    found = pa.linalg.triangular_solve(x, y, upper, transpose, unit).numpy()
    np.testing.assert_allclose((triangle.swapaxes(-1, -2) if transpose else triangle) @ found, y, atol=1e-12)
    other = np.where(np.tri(3, k=-1) if upper else np.tri(3, k=-1).T, 1e9, x)
    np.testing.assert_array_equal(pa.linalg.triangular_solve(other, y, upper, transpose, unit).numpy(), found)


@given(st.booleans(), st.sampled_from([(), (2,)]))
def test_cholesky_factors_solve_and_invert(upper, lead):
    a = regular(*lead, 3, 3)
    x, y = a @ a.swapaxes(-1, -2), normal(*lead, 3, 2)
    factor = pa.linalg.cholesky(x, upper)
    np.testing.assert_allclose(x @ pa.linalg.cholesky_solve(y, factor, upper).numpy(), y, atol=1e-10)
    np.testing.assert_allclose(pa.linalg.cholesky_inverse(factor, upper).numpy(), np.linalg.inv(x), atol=1e-10)


@given(st.integers(-4, 9))
def test_powers_are_those_of_numpy(n):
    x = regular(2, 3, 3) / 3
    np.testing.assert_allclose(
        pa.linalg.matrix_power(x, n).numpy(), np.linalg.matrix_power(x, n), rtol=1e-9, atol=1e-12
    )


def test_gradients_of_powers(check_grads):
    for n in (0, 1, 5, -3):
        check_grads(lambda t, n=n: pa.linalg.matrix_power(t, n), regular(3, 3) / 3, rtol=1e-5)
    integers = pa.to_tensor([[1, 1], [0, 1]])
    assert pa.linalg.matrix_power(integers, 5).tolist() == [[1, 5], [0, 1]]


def test_what_is_refused():
    x, wide, singular = np.eye(2), np.ones((2, 3)), np.ones((2, 2))
    for function in (pa.inverse, pa.linalg.det, pa.linalg.slogdet, pa.linalg.cholesky_inverse):
        with pytest.raises(ValueError, match=r"x must hold square matrices, but received shape \[2, 3\]"):
            function(wide)
        with pytest.raises(ValueError, match=r"x must have at least 2 axes, but received shape \[2\]"):
            function(np.ones(2))
    for call, error, message in [
        (lambda: pa.inverse(singular), ValueError, "x must hold matrices that have an inverse"),
        (lambda: pa.linalg.solve(singular, x), ValueError, "x must hold matrices that have an inverse"),
        (lambda: pa.linalg.solve(x, 1.0), ValueError, "y must have at least 1 axes"),
        (
            lambda: pa.linalg.solve(x, np.ones(2), left=False),
            ValueError,
            "y must hold matrices where x is on the right",
        ),
        (lambda: pa.linalg.solve(x, np.ones((3, 1))), ValueError, "solve needs inputs|x must hold"),
        (lambda: pa.linalg.solve(x, x, 1), TypeError, "left must be a bool"),
        (lambda: pa.linalg.triangular_solve(x, np.ones(2)), ValueError, "y must have at least 2 axes"),
        (lambda: pa.linalg.triangular_solve(x, x, unitriangular=0), TypeError, "unitriangular must be a bool"),
        (lambda: pa.linalg.cholesky_solve(x, wide), ValueError, "y must hold square matrices"),
        (lambda: pa.linalg.matrix_power(x, 1.0), TypeError, "n must be an integer"),
        (lambda: pa.linalg.matrix_power(singular, -1), ValueError, "x must hold matrices that have an inverse"),
    ]:
        with pytest.raises(error, match=message):
            call()
