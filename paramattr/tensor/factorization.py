"""Matrices taken apart: into triangles, orthogonal factors, singular values and eigenvalues."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.rules import Outcome, exact, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand
from paramattr.tensor.function import into_each
from paramattr.tensor.linalg import with_axes
from paramattr.tensor.solving import attempt, square
from paramattr.utils import checks

__all__ = ["cholesky", "eig", "eigh", "eigvals", "eigvalsh", "qr", "svd", "svdvals"]

CONVERGES = "x must hold finite numbers"


def _packed(*arrays: Array) -> Array:
    """Return the elements of all arrays one after the other: a rule has one value."""
    return np.concatenate([array.reshape(-1) for array in arrays])


def _unpacked(packed: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    edges = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    return [part.reshape(shape) for part, shape in zip(np.split(packed, edges), shapes, strict=True)]


def _parts(packed: Tensor, *shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    """Return the arrays of these shapes that a rule has packed."""
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    return tuple(
        apply(_part, packed, start=int(end) - math.prod(shape), shape=shape)
        for end, shape in zip(ends, shapes, strict=True)
    )


@exact
def _part(x: Array, *, start: int, shape: tuple[int, ...]) -> Outcome:
    size, count = x.size, math.prod(shape)

    def to_x(g: Array) -> Array:
        whole = np.zeros(size, g.dtype)
        whole[start : start + count] = g.reshape(-1)
        return whole

    return x[start : start + count].reshape(shape), (to_x,)


def turned(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def cholesky(x: Operand, upper: bool = False, name: str | None = None) -> Tensor:
    """Return the triangular factor of each positive definite matrix, which times its transpose is the matrix.

    Mirrors ``paddle.linalg.cholesky``. The gradient is symmetric, as the matrix is.

    Parameters
    ----------
    x : Tensor or array_like
        A symmetric positive definite matrix or a stack of them; one triangle is read.
    upper : bool, default False
        Whether to read the upper triangle, and return the transpose of the factor.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices, or one is not positive definite.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.cholesky(paramattr.to_tensor([[4.0, 2.0], [2.0, 10.0]])).numpy()
    array([[2., 0.],
           [1., 3.]], dtype=float32)
    """
    expected = "x must hold positive definite matrices"
    return attempt(_cholesky, expected, square("x", x), upper=checks.boolean("upper", upper))


def _cholesky(x: Array, *, upper: bool) -> Outcome:
    lower = np.linalg.cholesky(turned(real(x)) if upper else real(x))

    def to_x(g: Array) -> Array:
        inner = np.tril(turned(lower) @ (turned(g) if upper else g))
        inner = inner + turned(np.tril(inner, -1))
        half = np.linalg.solve(turned(lower), inner)
        return np.asarray(np.linalg.solve(turned(lower), turned(half)) / 2)

    return turned(lower) if upper else lower, (to_x,)


def qr(x: Operand, mode: str = "reduced", name: str | None = None) -> Tensor | tuple[Tensor, Tensor]:
    """Return an orthogonal and an upper triangular factor of each matrix.

    Mirrors ``paddle.linalg.qr``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them.
    mode : {"reduced", "complete", "r"}, default "reduced"
        Whether the first factor has as many columns as the second has rows at least, or is square; or the second alone.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` has less than two axes, or ``mode`` is something else; in ``backward()``, if a complete factor has more
        columns than ``x``, which leaves them undetermined.

    Examples
    --------
    >>> import paramattr
    >>> q, r = paramattr.linalg.qr(paramattr.to_tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> q.shape, r.shape
    ([2, 2], [2, 2])
    """
    x = with_axes("x", x, "at least 2", 2)
    complete = checks.choice("mode", mode, ["reduced", "complete", "r"]) == "complete"
    *batch, rows, columns = x.numpy().shape
    inner = rows if complete else min(rows, columns)
    packed = attempt(_qr, CONVERGES, x, complete=complete)
    q, r = _parts(packed, (*batch, rows, inner), (*batch, inner, columns))
    return r if mode == "r" else (q, r)


def _qr(x: Array, *, complete: bool) -> Outcome:
    q, r = np.linalg.qr(real(x), "complete" if complete else "reduced")
    rows = q.shape[-1]

    def to_x(g: Array) -> Array:
        g_q, g_r = _unpacked(g, (q.shape, r.shape))
        if rows > r.shape[-1]:
            raise ValueError("qr has a gradient in mode 'complete' only for matrices with no more rows than columns")
        # Columns beyond the rows are the first factor times those of the second: their gradient goes on to both.
        square_r, rest = r[..., :rows], r[..., rows:]
        g_rest, g_r = g_r[..., rows:], g_r[..., :rows]
        g_q = g_q + (q @ rest) @ turned(g_rest)
        inner = square_r @ turned(g_r) - turned(g_q) @ q
        inner = np.tril(inner) + turned(np.tril(inner, -1))
        first = turned(np.linalg.solve(square_r, turned(g_q + q @ inner)))
        return np.concatenate([first, q @ g_rest], -1)

    return _packed(q, r), (to_x,)


def svd(
    x: Operand,
    full_matrices: bool = False,
    name: str | None = None,
    *,
    out: tuple[Tensor, Tensor, Tensor] | None = None,
) -> tuple[Tensor, ...]:
    """Return the singular value decomposition ``u, s, vh`` of each matrix: ``x`` is ``u * s @ vh``.

    Mirrors ``paddle.linalg.svd``. Equal singular values have no gradient.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them.
    full_matrices : bool, default False
        Whether ``u`` and ``vh`` are square.
    name : str, optional
        Accepted as in Paddle.
    out : tuple of three Tensors, optional
        They take over the values.

    Raises
    ------
    TypeError, ValueError
        If ``x`` has less than two axes or ``full_matrices`` is no bool; in ``backward()``, if a factor has more vectors
        than there are singular values, which leaves them undetermined.

    Examples
    --------
    >>> import paramattr
    >>> u, s, vh = paramattr.linalg.svd(paramattr.to_tensor([[0.0, 2.0], [1.0, 0.0]]))
    >>> s.numpy()
    array([2., 1.], dtype=float32)
    """
    x = with_axes("x", x, "at least 2", 2)
    full = checks.boolean("full_matrices", full_matrices)
    *batch, rows, columns = x.numpy().shape
    count = min(rows, columns)
    left, right = (rows, columns) if full else (count, count)
    packed = attempt(_svd, CONVERGES, x, full=full)
    parts = _parts(packed, (*batch, rows, left), (*batch, count), (*batch, right, columns))
    return into_each(out, parts)


def _svd(x: Array, *, full: bool) -> Outcome:
    u, s, v = np.linalg.svd(real(x), full_matrices=full)

    def to_x(g: Array) -> Array:
        g_u, g_s, g_v = _unpacked(g, (u.shape, s.shape, v.shape))
        if u.shape[-1] > s.shape[-1] or v.shape[-2] > s.shape[-1]:
            raise ValueError("svd with full_matrices=True has a gradient only for square matrices")
        squares = s * s
        gaps = squares[..., np.newaxis, :] - squares[..., :, np.newaxis]
        inverse = 1 / np.where(np.eye(s.shape[-1], dtype=bool), np.inf, gaps)
        from_u, from_v = turned(u) @ g_u, v @ turned(g_v)
        inner = (from_u - turned(from_u)) * inverse * s[..., np.newaxis, :]
        inner = inner + s[..., :, np.newaxis] * (from_v - turned(from_v)) * inverse
        diagonal = np.eye(s.shape[-1], dtype=s.dtype) * g_s[..., np.newaxis, :]
        total = u @ (inner + diagonal) @ v
        # The parts of the gradients outside of the space that the vectors span.
        outside_u, outside_v = g_u - u @ from_u, g_v - turned(from_v) @ v
        return np.asarray(total + (outside_u / s[..., np.newaxis, :]) @ v + (u / s[..., np.newaxis, :]) @ outside_v)

    return _packed(u, s, v), (to_x,)


def svdvals(x: Operand, name: str | None = None) -> Tensor:
    """Return the singular values of each matrix, the largest first.

    Mirrors ``paddle.linalg.svdvals``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` has less than two axes, or is not finite.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.svdvals(paramattr.to_tensor([[0.0, 2.0], [1.0, 0.0]])).numpy()
    array([2., 1.], dtype=float32)
    """
    return attempt(_svdvals, CONVERGES, with_axes("x", x, "at least 2", 2))


def _svdvals(x: Array) -> Outcome:
    u, s, v = np.linalg.svd(real(x), full_matrices=False)
    return s, (lambda g: (u * g[..., np.newaxis, :]) @ v,)


def eigh(x: Operand, UPLO: str = "L", name: str | None = None) -> tuple[Tensor, ...]:  # noqa: N803  (Paddle's name)
    """Return the eigenvalues of each symmetric matrix, the smallest first, and the eigenvectors in columns.

    Mirrors ``paddle.linalg.eigh``. The gradient is that of a function of symmetric matrices; equal eigenvalues have none,
    nor have Hermitian matrices of complex numbers.

    Parameters
    ----------
    x : Tensor or array_like
        A symmetric or Hermitian matrix or a stack of them.
    UPLO : {"L", "U"}, default "L"
        Which triangle is read, the lower or the upper.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices, or ``UPLO`` is something else.

    Examples
    --------
    >>> import paramattr
    >>> values, vectors = paramattr.linalg.eigh(paramattr.to_tensor([[2.0, 1.0], [1.0, 2.0]]))
    >>> [round(value, 5) for value in values.tolist()]
    [1.0, 3.0]
    """
    triangle, array = checks.choice("UPLO", UPLO, ["L", "U"]), array_of("x", x)
    if array.dtype.kind == "c":
        for part in (array.real, array.imag):
            finite(square("x", part))
        values, vectors = np.linalg.eigh(array, "U" if triangle == "U" else "L")
        return Tensor(values), Tensor(vectors)
    x = square("x", x)
    packed = attempt(_eigh, CONVERGES, x, triangle=triangle)
    return _parts(packed, x.numpy().shape[:-1], x.numpy().shape)


def _eigh(x: Array, *, triangle: str) -> Outcome:
    values, vectors = np.linalg.eigh(real(x), "U" if triangle == "U" else "L")

    def to_x(g: Array) -> Array:
        g_values, g_vectors = _unpacked(g, (values.shape, vectors.shape))
        eye = np.eye(values.shape[-1], dtype=values.dtype)
        gaps = values[..., np.newaxis, :] - values[..., :, np.newaxis]
        inner = (turned(vectors) @ g_vectors) / np.where(eye == 1, np.inf, gaps) + eye * g_values[..., np.newaxis, :]
        return np.asarray(vectors @ inner @ turned(vectors))

    return _packed(values, vectors), (to_x,)


def eigvalsh(x: Operand, UPLO: str = "L", name: str | None = None) -> Tensor:  # noqa: N803  (Paddle's name)
    """Return the eigenvalues of each symmetric matrix, the smallest first.

    Mirrors ``paddle.linalg.eigvalsh``. The arguments, and what is refused, are those of `eigh`.

    Examples
    --------
    >>> import paramattr
    >>> [round(value, 5) for value in paramattr.eigvalsh(paramattr.to_tensor([[2.0, 1.0], [1.0, 2.0]])).tolist()]
    [1.0, 3.0]
    """
    return eigh(x, UPLO)[0]


def eig(x: Operand, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return the eigenvalues of each matrix and the eigenvectors in columns, complex numbers without a gradient.

    Mirrors ``paddle.linalg.eig``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices, or is not finite.

    Examples
    --------
    >>> import paramattr
    >>> values, vectors = paramattr.linalg.eig(paramattr.to_tensor([[2.0, 0.0], [0.0, 3.0]]))
    >>> values.numpy()
    array([2.+0.j, 3.+0.j], dtype=complex64)
    """
    values, vectors = np.linalg.eig(finite(square("x", x)))
    complex_dtype = np.result_type(values.dtype, np.complex64)
    return Tensor(values.astype(complex_dtype)), Tensor(vectors.astype(complex_dtype))


def finite(x: Tensor) -> Array:
    array = real(x.numpy())
    if not np.isfinite(array).all():
        raise ValueError(f"{CONVERGES}, but received some that are not")
    return array


def eigvals(x: Operand, name: str | None = None) -> Tensor:
    """Return the eigenvalues of each matrix, complex numbers without a gradient.

    Mirrors ``paddle.linalg.eigvals``. What is refused is as for `eig`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.eigvals(paramattr.to_tensor([[2.0, 0.0], [0.0, 3.0]])).numpy()
    array([2.+0.j, 3.+0.j], dtype=complex64)
    """
    values = np.linalg.eigvals(finite(square("x", x)))
    return Tensor(values.astype(np.result_type(values.dtype, np.complex64)))
