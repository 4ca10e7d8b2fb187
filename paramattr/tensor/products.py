"""Products of tensors over axes of one's choice."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.tensor.linalg import with_axes
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["cross", "inner", "kron", "outer", "tensordot", "trace"]


def inner(x: Operand, y: Operand, name: str | None = None) -> Tensor:
    """Return the sums of products over the last axes of ``x`` and ``y``; a number multiplies all elements.

    Mirrors ``paddle.inner``.

    Raises
    ------
    TypeError, ValueError
        If the last axes differ in size.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.inner(paramattr.to_tensor([[1.0, 2.0], [0.0, 1.0]]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([11.,  4.], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    return x * y if not (x.ndim and y.ndim) else tensordot(x, y, [[-1], [-1]])


@also(input="x", vec2="y")
def outer(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the products of each element of ``x`` and each of ``y``, both taken as vectors, as a matrix.

    Mirrors ``paddle.outer``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.outer(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([[3., 4.],
           [6., 8.]], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    return into(out, apply(rules.reshape, x, shape=(x.size, 1)) * apply(rules.reshape, y, shape=(1, y.size)))


def kron(x: Operand, y: Operand, name: str | None = None) -> Tensor:
    """Return the Kronecker product: each element of ``x`` replaced by its multiple of ``y``.

    Mirrors ``paddle.kron``. Missing axes count as axes of size 1, from the first on.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.kron(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([[3.0, 4.0]])).numpy()
    array([[3., 4., 6., 8.]], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    count = max(x.ndim, y.ndim)
    sizes = [(1,) * (count - t.ndim) + t.numpy().shape for t in (x, y)]
    blocks = apply(rules.reshape, x, shape=tuple(n for size in sizes[0] for n in (size, 1)))
    copies = apply(rules.reshape, y, shape=tuple(n for size in sizes[1] for n in (1, size)))
    return apply(rules.reshape, blocks * copies, shape=tuple(a * b for a, b in zip(*sizes, strict=True)))


@also(dim="axis")
def cross(x: Operand, y: Operand, axis: int | None = 9, name: str | None = None) -> Tensor:
    """Return the cross products of the vectors of three elements that ``x`` and ``y`` have along ``axis``.

    Mirrors ``paddle.cross``.

    Parameters
    ----------
    x, y : Tensor or array_like
        Of the same shape.
    axis : int or None, default 9
        An axis of size 3; None, or 9 as in Paddle, stands for the first one.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the shapes differ, or there is no such axis of size 3.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cross(paramattr.to_tensor([1.0, 0.0, 0.0]), paramattr.to_tensor([0.0, 1.0, 0.0])).numpy()
    array([0., 0., 1.], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    if x.shape != y.shape or 3 not in x.shape:
        raise ValueError(
            f"x and y must have the same shape, with an axis of size 3, but received {x.shape!r} and {y.shape!r}"
        )
    number = x.shape.index(3) if axis is None or axis == 9 else checks.axis("axis", axis, x.ndim)
    if x.shape[number] != 3:
        raise ValueError(f"axis must be one of size 3, but received {axis} for shape {x.shape!r}")
    return apply(_cross, x, y, axis=number)


def _cross(x: Array, y: Array, *, axis: int) -> Outcome:
    return np.cross(x, y, axis=axis), (lambda g: np.cross(y, g, axis=axis), lambda g: np.cross(g, x, axis=axis))


def tensordot(
    x: Operand, y: Operand, axes: int | Sequence[int] | Sequence[Sequence[int]] | Tensor = 2, name: str | None = None
) -> Tensor:
    """Return the sums of products over several axes of ``x`` and as many of ``y``.

    Mirrors ``paddle.tensordot``.

    Parameters
    ----------
    x, y : Tensor or array_like
        The factors.
    axes : int, or one or two sequences of int, default 2
        The last ``axes`` of ``x`` and the first of ``y``; or the axes of both; or those of ``x`` and those of ``y``, where
        the shorter sequence goes on as the longer.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an axis does not exist or is named twice, or the sizes of a pair of axes differ.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paramattr.tensordot(x, x, [[0], [1]]).numpy()
    array([[ 7., 15.],
           [10., 22.]], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    summed_x, summed_y = _pairs(axes.tolist() if isinstance(axes, Tensor) else axes, x, y)
    kept_x = [axis for axis in range(x.ndim) if axis not in summed_x]
    kept_y = [axis for axis in range(y.ndim) if axis not in summed_y]
    sizes = [x.numpy().shape[axis] for axis in kept_x], [y.numpy().shape[axis] for axis in kept_y]
    count = math.prod(x.numpy().shape[axis] for axis in summed_x)
    left = apply(rules.transpose, x, perm=(*kept_x, *summed_x)) if x.ndim else x
    right = apply(rules.transpose, y, perm=(*summed_y, *kept_y)) if y.ndim else y
    product = apply(
        rules.matmul,
        apply(rules.reshape, left, shape=(math.prod(sizes[0]), count)),
        apply(rules.reshape, right, shape=(count, math.prod(sizes[1]))),
    )
    return apply(rules.reshape, product, shape=(*sizes[0], *sizes[1]))


def _pairs(axes: object, x: Tensor, y: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the axes of ``x`` and ``y`` that are summed over."""
    if isinstance(axes, (list, tuple)):
        nested = any(isinstance(part, (list, tuple)) for part in axes)
        if nested and len(axes) > 2:
            raise ValueError(f"axes must be one or two sequences of integers, but received {axes!r}")
        first, second = (axes[0], axes[-1]) if nested else (axes, axes)
        if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
            first, second = [*first, *second[len(first) :]], [*second, *first[len(second) :]]
    else:
        count = checks.integer("axes", axes, low=0, high=min(x.ndim, y.ndim))
        first, second = range(x.ndim - count, x.ndim), range(count)
    pairs = checks.axes("axes", first, x.ndim) or (), checks.axes("axes", second, y.ndim) or ()
    sizes = [[t.numpy().shape[axis] for axis in part] for t, part in zip((x, y), pairs, strict=True)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"axes must pair axes of the same size of x with shape {x.shape!r} and y with shape {y.shape!r},"
            f" but received {axes!r}"
        )
    return pairs


@also(input="x")
def trace(x: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None) -> Tensor:
    """Return the sums over the diagonals of the matrices that ``x`` has along two axes.

    Mirrors ``paddle.trace``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least two axes.
    offset : int, default 0
        Which diagonal: above 0 one to the right of the main diagonal, below 0 one to the left.
    axis1, axis2 : int, default 0 and 1
        The axes of the matrices.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the two axes do not exist or are the same, or ``offset`` is not an integer.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.trace(paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    5.0
    """
    x = with_axes("x", x, "at least 2", 2)
    first, second = checks.axis("axis1", axis1, x.ndim), checks.axis("axis2", axis2, x.ndim)
    if first == second:
        raise ValueError(f"axis1 and axis2 must differ, but received {axis1} and {axis2}")
    return apply(_trace, x, offset=checks.integer("offset", offset), axes=(first, second))


def _trace(x: Array, *, offset: int, axes: tuple[int, int]) -> Outcome:
    shape = x.shape

    def to_x(g: Array) -> Array:
        whole = np.zeros(shape, g.dtype)
        matrices = np.moveaxis(whole, axes, (-2, -1))
        rows = np.arange(max(-offset, 0), max(min(shape[axes[0]], shape[axes[1]] - offset), max(-offset, 0)))
        matrices[..., rows, rows + offset] = g[..., np.newaxis]
        return whole

    return np.asarray(np.trace(x, offset, *axes, dtype=x.dtype)), (to_x,)
