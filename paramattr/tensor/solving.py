"""Determinants, inverses and systems of linear equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, Rule, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.tensor.linalg import matrix_transpose, with_axes
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "cholesky_inverse", "cholesky_solve", "det", "inverse", "matrix_power", "slogdet", "solve", "triangular_solve",
]  # fmt: skip


def square(name: str, value: Operand) -> Tensor:
    """Return array_like as a tensor of square matrices; ValueError that names the argument for other shapes."""
    tensor = with_axes(name, value, "at least 2", 2)
    if tensor.shape[-1] != tensor.shape[-2]:
        raise ValueError(f"{name} must hold square matrices, but received shape {tensor.shape!r}")
    return tensor


def attempt(rule: Rule, expected: str, *inputs: Operand, **settings: Any) -> Tensor:
    """Run ``rule``; ValueError that says what is ``expected`` where NumPy finds a matrix to be otherwise."""
    try:
        return apply(rule, *inputs, **settings)
    except ValueError as error:
        if isinstance(error.__cause__, np.linalg.LinAlgError):
            raise ValueError(f"{expected}, but for the values received it fails: {error.__cause__}") from error
        raise


def inverse(x: Operand, name: str | None = None) -> Tensor:
    """Return the inverse of each matrix.

    Mirrors ``paddle.inverse``, which ``paddle.linalg.inv`` is another name of.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices, or one of them is singular.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.inverse(paramattr.to_tensor([[2.0, 0.0], [0.0, 4.0]])).numpy()
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    return attempt(_inverse, "x must hold matrices that have an inverse", square("x", x))


def _inverse(x: Array) -> Outcome:
    value = np.linalg.inv(real(x))

    def to_x(g: Array) -> Array:
        turned = value.swapaxes(-1, -2)
        return -(turned @ g @ turned)

    return value, (to_x,)


def det(x: Operand, name: str | None = None) -> Tensor:
    """Return the determinant of each matrix.

    Mirrors ``paddle.linalg.det``, with the right gradient for singular matrices too.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.det(paramattr.to_tensor([[2.0, 1.0], [0.0, 4.0]])).item()
    8.0
    """
    return apply(_det, square("x", x))


def _det(x: Array) -> Outcome:
    x = real(x)

    def to_x(g: Array) -> Array:
        # The matrix of cofactors, from products of all singular values but one: no division, so it may be singular.
        u, s, v = np.linalg.svd(x)
        ones = np.ones((*s.shape[:-1], 1), s.dtype)
        before = np.cumprod(np.concatenate([ones, s[..., :-1]], -1), -1)
        after = np.cumprod(np.concatenate([ones, s[..., :0:-1]], -1), -1)[..., ::-1]
        sign = np.linalg.det(u) * np.linalg.det(v) * g
        return np.asarray((u * (before * after * sign[..., np.newaxis])[..., np.newaxis, :]) @ v)

    return np.asarray(np.linalg.det(x)), (to_x if x.shape[-1] else np.zeros_like,)


def slogdet(x: Operand, name: str | None = None) -> Tensor:
    """Return the sign and the logarithm of the absolute value of each determinant, one after the other on a first axis.

    Mirrors ``paddle.linalg.slogdet``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.slogdet(paramattr.to_tensor([[-1.0, 0.0], [0.0, 1.0]])).numpy()
    array([-1.,  0.], dtype=float32)
    """
    return apply(_slogdet, square("x", x))


def _slogdet(x: Array) -> Outcome:
    x = real(x)
    sign, size = np.linalg.slogdet(x)

    def to_x(g: Array) -> Array:
        singular = (sign == 0)[..., np.newaxis, np.newaxis]
        safe = np.where(singular, np.eye(x.shape[-1], dtype=x.dtype), x)
        slope = np.where(singular, np.nan, np.linalg.inv(safe).swapaxes(-1, -2))
        return np.asarray(slope.astype(x.dtype) * g[1][..., np.newaxis, np.newaxis])

    return np.stack([sign, size]), (to_x,)


@also(A="x", B="y")
def solve(x: Operand, y: Operand, left: bool = True, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the solution ``z`` of ``x @ z = y``, or of ``z @ x = y``.

    Mirrors ``paddle.linalg.solve``.

    Parameters
    ----------
    x : Tensor or array_like
        A square matrix or a stack of them.
    y : Tensor or array_like
        A matrix or a stack of them; with one axis less than ``x``, a vector or a stack of them.
    left : bool, default True
        Whether ``x`` stands on the left.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or a matrix of ``x`` is singular.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.solve(paramattr.to_tensor([[2.0, 0.0], [0.0, 4.0]]), paramattr.to_tensor([2.0, 2.0])).numpy()
    array([1. , 0.5], dtype=float32)
    """
    x, y = square("x", x), with_axes("y", y, "at least 1", 1)
    vectors = y.ndim == 1 or y.ndim == x.ndim - 1
    if not checks.boolean("left", left):
        if vectors:
            raise ValueError(f"y must hold matrices where x is on the right, but received shape {y.shape!r}")
        return into(out, matrix_transpose(_solved(matrix_transpose(x), matrix_transpose(y))))
    if not vectors:
        return into(out, _solved(x, y))
    solution = _solved(x, apply(rules.reshape, y, shape=(*y.numpy().shape, 1)))
    return into(out, apply(rules.reshape, solution, shape=solution.numpy().shape[:-1]))


def _solved(x: Tensor, y: Tensor) -> Tensor:
    return attempt(_solve, "x must hold matrices that have an inverse", x, y)


def _solve(x: Array, y: Array) -> Outcome:
    x, y = real(x), real(y)
    # NumPy 1 takes what has one axis less for vectors.
    value = np.linalg.solve(x, y.reshape((1,) * (x.ndim - y.ndim) + y.shape))

    def to_y(g: Array) -> Array:
        return np.asarray(np.linalg.solve(x.swapaxes(-1, -2), g))

    return value, (lambda g: -(to_y(g) @ value.swapaxes(-1, -2)), to_y)


def triangular_solve(
    x: Operand,
    y: Operand,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the solution ``z`` of ``x @ z = y`` with one triangle of ``x``.

    Mirrors ``paddle.linalg.triangular_solve``.

    Parameters
    ----------
    x : Tensor or array_like
        A square matrix or a stack of them; the other triangle counts as zeros.
    y : Tensor or array_like
        A matrix or a stack of them.
    upper : bool, default True
        Whether the upper triangle is meant, not the lower one.
    transpose : bool, default False
        Whether to take the transpose of the triangle.
    unitriangular : bool, default False
        Whether the diagonal counts as ones.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or the diagonal has a zero.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[2.0, 1.0], [9.0, 4.0]])
    >>> paramattr.linalg.triangular_solve(x, paramattr.to_tensor([[2.0], [4.0]])).numpy()
    array([[0.5],
           [1. ]], dtype=float32)
    """
    x, y = _triangle("x", x, upper, unitriangular), with_axes("y", y, "at least 2", 2)
    return _solved(matrix_transpose(x) if checks.boolean("transpose", transpose) else x, y)


def _triangle(name: str, value: Operand, upper: bool, unit: bool = False) -> Tensor:
    settings = {"upper": checks.boolean("upper", upper), "unit": checks.boolean("unitriangular", unit)}
    return apply(_triangular, square(name, value), **settings)


def _triangular(x: Array, *, upper: bool, unit: bool) -> Outcome:
    def cut(x: Array) -> Array:
        return np.triu(x, unit) if upper else np.tril(x, -unit)

    value = cut(x)
    return value + np.eye(x.shape[-1], dtype=x.dtype) if unit else value, (cut,)


def cholesky_solve(x: Operand, y: Operand, upper: bool = False, name: str | None = None) -> Tensor:
    """Return the solution ``z`` of ``a @ z = x``, given the Cholesky factor of ``a``.

    Mirrors ``paddle.linalg.cholesky_solve``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them: the right side.
    y : Tensor or array_like
        The factors, as `cholesky` returns them.
    upper : bool, default False
        Whether they are upper triangles, not lower ones.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or a diagonal has a zero.

    Examples
    --------
    >>> import paramattr
    >>> factor = paramattr.linalg.cholesky(paramattr.to_tensor([[4.0, 0.0], [0.0, 16.0]]))
    >>> paramattr.linalg.cholesky_solve(paramattr.to_tensor([[4.0], [4.0]]), factor).numpy()
    array([[1.  ],
           [0.25]], dtype=float32)
    """
    factor = _triangle("y", y, upper)
    lower = matrix_transpose(factor) if upper else factor
    return _solved(matrix_transpose(lower), _solved(lower, with_axes("x", x, "at least 2", 2)))


def cholesky_inverse(x: Operand, upper: bool = False, name: str | None = None) -> Tensor:
    """Return the inverse of a positive definite matrix, given its Cholesky factor.

    Mirrors ``paddle.linalg.cholesky_inverse``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a square matrix, or its diagonal has a zero.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.cholesky_inverse(paramattr.to_tensor([[2.0, 0.0], [0.0, 4.0]])).numpy()
    array([[0.25  , 0.    ],
           [0.    , 0.0625]], dtype=float32)
    """
    inverted = inverse(_triangle("x", x, upper))
    return inverted @ matrix_transpose(inverted) if upper else matrix_transpose(inverted) @ inverted


def matrix_power(x: Operand, n: int, name: str | None = None) -> Tensor:
    """Return each matrix multiplied by itself, ``n`` factors in all; below 0 the power of the inverse.

    Mirrors ``paddle.linalg.matrix_power``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold square matrices, ``n`` is not an integer, or is negative and a matrix singular.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.matrix_power(paramattr.to_tensor([[1.0, 1.0], [0.0, 1.0]]), 3).numpy()
    array([[1., 3.],
           [0., 1.]], dtype=float32)
    """
    x, count = square("x", x), checks.integer("n", n)
    factor, power = inverse(x) if count < 0 else x, None
    for place, digit in enumerate(reversed(f"{abs(count):b}")):
        factor = factor @ factor if place else factor
        if digit == "1":
            power = factor if power is None else power @ factor
    return apply(_identity, as_tensor("x", x)) if power is None else power


def _identity(x: Array) -> Outcome:
    return np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape).copy(), (np.zeros_like,)
