"""Products of vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.arguments import several
from paramattr.tensor.function import into
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["addmm", "baddbmm", "bmm", "dot", "matmul", "matrix_transpose", "mm", "multi_dot", "mv", "vecdot"]


@also(input="x", other="y")
def matmul(
    x: Operand,
    y: Operand,
    transpose_x: bool = False,
    transpose_y: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the matrix product of ``x`` and ``y``, as ``x @ y``.

    Mirrors ``paddle.matmul``.

    Parameters
    ----------
    x, y : Tensor or array_like
        Vectors, matrices or stacks of matrices, whose leading axes broadcast.
    transpose_x, transpose_y : bool, default False
        Whether the last two axes are exchanged before.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.matmul(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([[3.0], [4.0]])).numpy()
    array([[11.]], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    left = _exchanged(x) if checks.boolean("transpose_x", transpose_x) else x
    right = _exchanged(y) if checks.boolean("transpose_y", transpose_y) else y
    return into(out, apply(rules.matmul, left, right))


def matrix_transpose(x: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` with its last two axes exchanged.

    Mirrors ``paddle.matrix_transpose``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not numeric, or has less than two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.matrix_transpose(paramattr.to_tensor([[[1.0, 2.0]]])).shape
    [1, 2, 1]
    """
    return _exchanged(with_axes("x", x, "at least 2", 2))


def _exchanged(x: Tensor) -> Tensor:
    return x if x.ndim < 2 else apply(rules.transpose, x, perm=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def with_axes(name: str, value: Operand, expected: str, low: int, high: float = math.inf) -> Tensor:
    """Return array_like as a tensor; ValueError that says ``expected`` unless it has ``low`` to ``high`` axes."""
    tensor = as_tensor(name, value)
    if not low <= tensor.ndim <= high:
        raise ValueError(f"{name} must have {expected} axes, but received shape {tensor.shape!r}")
    return tensor


def mm(input: Operand, mat2: Operand, name: str | None = None) -> Tensor:
    """Return the matrix product of ``input`` and ``mat2``; the arguments, and what is refused, are those of `matmul`.

    Mirrors ``paddle.mm``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.mm(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([[3.0], [4.0]])).numpy()
    array([[11.]], dtype=float32)
    """
    return apply(rules.matmul, as_tensor("input", input), as_tensor("mat2", mat2))


@also(input="x", mat2="y")
def bmm(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the product of each matrix in the stack ``x`` and its counterpart in ``y``.

    Mirrors ``paddle.bmm``.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not two stacks, with three axes, of as many matrices that can be multiplied.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bmm(paramattr.to_tensor([[[1.0, 2.0]]]), paramattr.to_tensor([[[3.0], [4.0]]])).numpy()
    array([[[11.]]], dtype=float32)
    """
    return into(out, apply(rules.matmul, *_stacks(x, y)))


def _stacks(x: Operand, y: Operand) -> tuple[Tensor, Tensor]:
    """Return two stacks of as many matrices."""
    x, y = with_axes("x", x, "3", 3, 3), with_axes("y", y, "3", 3, 3)
    if x.shape[0] != y.shape[0]:
        raise ValueError(f"x and y must hold as many matrices, but received shapes {x.shape!r} and {y.shape!r}")
    return x, y


def mv(x: Operand, vec: Operand, name: str | None = None) -> Tensor:
    """Return the product of the matrix ``x`` and the vector ``vec``.

    Mirrors ``paddle.mv``.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not a matrix and a vector that can be multiplied.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.mv(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([11.], dtype=float32)
    """
    return apply(rules.matmul, with_axes("x", x, "2", 2, 2), with_axes("vec", vec, "1", 1, 1))


@also(input="x", tensor="y")
def dot(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the inner product of two vectors, or of each pair of rows of two matrices.

    Mirrors ``paddle.dot``.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not two vectors, or two matrices, of the same shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.dot(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 4.0])).item()
    11.0
    """
    x, y = with_axes("x", x, "1 or 2", 1, 2), as_tensor("y", y)
    if x.shape != y.shape:
        raise ValueError(f"x and y must have the same shape, but received {x.shape!r} and {y.shape!r}")
    return into(out, apply(_vecdot, x, y, axis=-1))


def vecdot(x: Operand, y: Operand, axis: int = -1, name: str | None = None) -> Tensor:
    """Return the inner products of ``x`` and ``y``, which broadcast, along ``axis``.

    Mirrors ``paddle.vecdot``.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.vecdot(paramattr.to_tensor([[1.0, 2.0], [0.0, 1.0]]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([11.,  4.], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    count = max(x.ndim, y.ndim)
    # Counted from the last, where broadcasting lines the axes up.
    return apply(_vecdot, x, y, axis=checks.axis("axis", axis, count) - max(count, 1))


def _vecdot(x: Array, y: Array, *, axis: int) -> Outcome:
    products = np.asarray(x * y)
    value = products.sum(axis, dtype=products.dtype)
    return value, (lambda g: np.expand_dims(g, axis) * y, lambda g: np.expand_dims(g, axis) * x)


def addmm(
    input: Operand, x: Operand, y: Operand, beta: float = 1.0, alpha: float = 1.0, name: str | None = None
) -> Tensor:
    """Return ``beta * input + alpha * (x @ y)``.

    Mirrors ``paddle.addmm``.

    Parameters
    ----------
    input : Tensor or array_like
        Of the shape of the product, or one that broadcasts to it.
    x, y : Tensor or array_like
        The matrices.
    beta, alpha : float, default 1.0
        The factors.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([[1.0]])
    >>> paramattr.addmm(one, one, one, beta=0.5, alpha=2.0).item()
    2.5
    """
    return _added(input, with_axes("x", x, "2", 2, 2), with_axes("y", y, "2", 2, 2), beta, alpha)


def baddbmm(
    input: Operand, x: Operand, y: Operand, beta: float = 1.0, alpha: float = 1.0, name: str | None = None
) -> Tensor:
    """Return ``beta * input + alpha * (x @ y)`` for stacks of matrices.

    Mirrors ``paddle.baddbmm``. ``x`` and ``y`` have three axes and hold as many matrices; for the rest see `addmm`.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([[[1.0]]])
    >>> paramattr.baddbmm(one, one, one, beta=0.5, alpha=2.0).item()
    2.5
    """
    return _added(input, *_stacks(x, y), beta, alpha)


def _added(input: Operand, x: Tensor, y: Tensor, beta: float, alpha: float) -> Tensor:
    given, sizes = as_tensor("input", input), (*x.numpy().shape[:-1], y.numpy().shape[-1])
    pairs = zip(given.numpy().shape[::-1], sizes[::-1], strict=False)
    if given.ndim > len(sizes) or any(one not in (1, size) for one, size in pairs):
        raise ValueError(f"input must broadcast to shape {list(sizes)}, but received shape {given.shape!r}")
    return apply(_addmm, given, x, y, beta=checks.real("beta", beta), alpha=checks.real("alpha", alpha))


def _addmm(input: Array, x: Array, y: Array, *, beta: float, alpha: float) -> Outcome:
    product, (to_x, to_y) = rules.matmul(real(x), real(y))
    value = beta * real(input) + alpha * product
    return value, (lambda g: beta * g, lambda g: to_x(alpha * g), lambda g: to_y(alpha * g))


def multi_dot(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the matrix product of all tensors in ``x``, multiplied in the order that takes least work.

    Mirrors ``paddle.linalg.multi_dot``.

    Parameters
    ----------
    x : sequence of Tensor or array_like
        At least two matrices; the first and the last may be vectors.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not such a list, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paramattr.linalg.multi_dot([x, x, paramattr.to_tensor([1.0, 1.0])]).numpy()
    array([17., 37.], dtype=float32)
    """
    factors = several("x", x)
    ends = {0, len(factors) - 1}
    fits = [factor.ndim == 2 or (factor.ndim == 1 and place in ends) for place, factor in enumerate(factors)]
    shapes = [factor.shape for factor in factors]
    if len(factors) < 2 or not all(fits) or any(a[-1] != b[0] for a, b in pairwise(shapes)):
        raise ValueError(f"x must hold at least two matrices that can be multiplied, but received shapes {shapes!r}")
    rows = shapes[0][0] if len(shapes[0]) == 2 else 1
    return _in_order(
        factors, _splits([rows, *(shape[-1] for shape in shapes[:-1]), _columns(shapes[-1])]), 0, len(factors)
    )


def _columns(shape: Sequence[int]) -> int:
    return shape[1] if len(shape) == 2 else 1


def _splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Return where to split the product of matrices first to last, for each pair, with ``sizes`` around each matrix."""
    count = len(sizes) - 1
    costs = {(i, i + 1): 0 for i in range(count)}
    splits = {}
    for length in range(2, count + 1):
        for first in range(count - length + 1):
            last = first + length
            costs[first, last], splits[first, last] = min(
                (costs[first, at] + costs[at, last] + sizes[first] * sizes[at] * sizes[last], at)
                for at in range(first + 1, last)
            )
    return splits


def _in_order(factors: list[Tensor], splits: dict[tuple[int, int], int], first: int, last: int) -> Tensor:
    if last == first + 1:
        return factors[first]
    at = splits[first, last]
    return apply(rules.matmul, _in_order(factors, splits, first, at), _in_order(factors, splits, at, last))
