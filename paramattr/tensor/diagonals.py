"""Diagonals and triangles of matrices."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.tensor import arguments
from paramattr.tensor.function import into
from paramattr.tensor.manipulation import flatten
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "diag", "diag_embed", "diagflat", "diagonal", "diagonal_scatter", "fill_diagonal_", "fill_diagonal_tensor", "tril",
    "triu",
]  # fmt: skip


@also(input="x")
def tril(x: Operand, diagonal: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the matrices of ``x`` with zeros above a diagonal.

    Mirrors ``paddle.tril``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least two axes, the last of which are those of the matrices.
    diagonal : int, default 0
        Which diagonal: those above the main one are positive.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``diagonal`` is no integer, or ``x`` has fewer than two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tril(paramattr.ones([2, 2])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    x = _matrices("x", x)
    return into(out, _kept(x, _below(x, checks.integer("diagonal", diagonal))))


@also(input="x")
def triu(x: Operand, diagonal: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the matrices of ``x`` with zeros below a diagonal.

    Mirrors ``paddle.triu``. The arguments, and what is refused, are those of `tril`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.triu(paramattr.ones([2, 2])).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    x = _matrices("x", x)
    return into(out, _kept(x, ~_below(x, checks.integer("diagonal", diagonal) - 1)))


def _matrices(name: str, x: Operand) -> Tensor:
    tensor = as_tensor(name, x)
    if tensor.ndim < 2:
        raise ValueError(f"{name} must have at least 2 axes, but received shape {tensor.shape!r}")
    return tensor


def _below(x: Tensor, diagonal: int) -> Array:
    """Return where the matrices have elements on and below a diagonal."""
    rows, columns = x.numpy().shape[-2:]
    return np.tri(rows, columns, diagonal, dtype=bool)


def _kept(x: Tensor, mask: Array) -> Tensor:
    return apply(rules.where, x, np.zeros((), x.dtype), condition=mask)


def _places(rows: int, columns: int, offset: int) -> tuple[Array, Array]:
    """Return the index of the elements of a diagonal."""
    start = max(-offset, 0)
    row = np.arange(start, max(start, min(rows, columns - offset)))
    return row, row + offset


def _in_front(x: Tensor, axis1: int, axis2: int) -> tuple[Tensor, tuple[int, ...]]:
    """Return ``x`` with two axes before the others, and the order that puts them back."""
    order = (axis1, axis2, *(k for k in range(x.ndim) if k not in (axis1, axis2)))
    return apply(rules.transpose, x, perm=order), tuple(np.argsort(order).tolist())


def _pair(names: tuple[str, str], one: int, other: int, ndim: int) -> tuple[int, int]:
    if ndim < 2:
        raise ValueError(f"a diagonal needs a tensor with at least 2 axes, but received {ndim}")
    axes = checks.axis(names[0], one, ndim), checks.axis(names[1], other, ndim)
    if axes[0] == axes[1]:
        raise ValueError(f"{names[0]} and {names[1]} must be two axes, but received {one} and {other}")
    return axes


def _last_first(x: Tensor) -> Tensor:
    return apply(rules.transpose, x, perm=(x.ndim - 1, *range(x.ndim - 1)))


@also(input="x", dim1="axis1", dim2="axis2")
def diagonal(x: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None) -> Tensor:
    """Return the diagonals of ``x`` over two axes, along a last axis in their place.

    Mirrors ``paddle.diagonal``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least two axes.
    offset : int, default 0
        Which diagonal: those above the main one are positive.
    axis1, axis2 : int, default 0 and 1
        The axes of rows and columns.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, or the axes are not two that exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diagonal(paramattr.to_tensor([[1, 2], [3, 4]])).tolist()
    [1, 4]
    """
    x = as_tensor("x", x)
    matrix, _ = _in_front(x, *_pair(("axis1", "axis2"), axis1, axis2, x.ndim))
    index = _places(matrix.shape[0], matrix.shape[1], checks.integer("offset", offset))
    value = apply(rules.getitem, matrix, index=index)
    return apply(rules.transpose, value, perm=(*range(1, value.ndim), 0))


def diagonal_scatter(
    x: Operand, y: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None
) -> Tensor:
    """Return ``x`` with ``y`` in place of what `diagonal` returns for the same arguments.

    Mirrors ``paddle.diagonal_scatter``. The other arguments are those of `diagonal`.

    Raises
    ------
    TypeError, ValueError
        As for `diagonal`, or if ``y`` has another shape or dtype.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diagonal_scatter(paramattr.zeros([2, 2]), paramattr.ones([2])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    x = as_tensor("x", x)
    part = arguments.same_dtype("y", y, x)
    matrix, back = _in_front(x, *_pair(("axis1", "axis2"), axis1, axis2, x.ndim))
    index = _places(matrix.shape[0], matrix.shape[1], checks.integer("offset", offset))
    wanted = [*matrix.shape[2:], index[0].size]
    if part.shape != wanted:
        raise ValueError(f"y must have the shape {wanted} of the diagonal, but received {part.shape!r}")
    return apply(rules.transpose, apply(rules.setitem, matrix, _last_first(part), index=index), perm=back)


def fill_diagonal_tensor(
    x: Operand, y: Operand, offset: int = 0, dim1: int = 0, dim2: int = 1, name: str | None = None
) -> Tensor:
    """Return ``x`` with ``y`` in place of a diagonal.

    Mirrors ``paddle.Tensor.fill_diagonal_tensor``. The arguments, and what is refused, are those of `diagonal_scatter`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2, 2]).fill_diagonal_tensor(paramattr.ones([2])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return diagonal_scatter(x, y, offset, dim1, dim2)


def fill_diagonal_(x: Tensor, value: float, offset: int = 0, wrap: bool = False, name: str | None = None) -> Tensor:
    """Change the elements of a diagonal of ``x`` to a number, and return it.

    Mirrors ``paddle.Tensor.fill_diagonal_``.

    Parameters
    ----------
    x : Tensor
        A matrix, or with more axes of one size, whose diagonal has the same place along all of them.
    value : number
        The number.
    offset : int, default 0
        Which diagonal: by how much the place along the last axis is further.
    wrap : bool, default False
        Whether the diagonal of a matrix with more rows than columns begins again, after a row is left out.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, ``x`` has fewer than two axes or more of several sizes, or is a leaf that
        needs a gradient while steps are recorded.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2, 2]).fill_diagonal_(1).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    checks.instance("value", value, (int, float, np.number), "a number")
    rows, columns = _matrices("x", x).shape[0], x.shape[-1]
    if x.ndim > 2 and len(set(x.shape)) > 1:
        raise ValueError(f"x must be a matrix or have axes of one size, but received shape {x.shape!r}")
    row = np.arange(rows)
    place = row % (columns + 1) if checks.boolean("wrap", wrap) and x.ndim == 2 else row
    column = place + checks.integer("offset", offset)
    inside = (place < columns) & (column >= 0) & (column < columns)
    index = (*(row[inside],) * (x.ndim - 1), column[inside])
    number = np.asarray(value).astype(x.dtype)
    return changed(x, lambda: apply(rules.setitem, x, number, index=index))


def diag(x: Operand, offset: int = 0, padding_value: float = 0, name: str | None = None) -> Tensor:
    """Return the diagonal of a matrix, or a matrix with a vector as its diagonal.

    Mirrors ``paddle.diag``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix, a vector, or a number, which counts as a vector.
    offset : int, default 0
        Which diagonal: those above the main one are positive.
    padding_value : number, default 0
        What is elsewhere in the new matrix.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or ``x`` has more than two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diag(paramattr.to_tensor([1, 2])).tolist()
    [[1, 0], [0, 2]]
    """
    x, shift = as_tensor("x", x), checks.integer("offset", offset)
    if x.ndim == 2:
        return diagonal(x, shift)
    if x.ndim > 2:
        raise ValueError(f"x must have at most 2 axes, but received shape {x.shape!r}")
    size = x.size + abs(shift)
    around = np.full((size, size), np.asarray(checks.real("padding_value", padding_value)).astype(x.dtype))
    return apply(rules.setitem, Tensor(around), flatten(x), index=_places(size, size, shift))


def diagflat(x: Operand, offset: int = 0, name: str | None = None) -> Tensor:
    """Return a matrix with the elements of ``x`` as its diagonal, and zeros elsewhere.

    Mirrors ``paddle.diagflat``. The arguments, and what is refused, are those of `diag`; ``x`` may have any shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diagflat(paramattr.to_tensor([[1, 2]])).tolist()
    [[1, 0], [0, 2]]
    """
    return diag(flatten(as_tensor("x", x)), offset)


def diag_embed(input: Operand, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Return zeros with the last axis of ``input`` as a diagonal over two new axes.

    Mirrors ``paddle.diag_embed``.

    Parameters
    ----------
    input : Tensor or array_like
        With at least one axis.
    offset : int, default 0
        Which diagonal: those above the main one are positive.
    dim1, dim2 : int, default -2 and -1
        Where the axes of rows and columns are in the result.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, ``input`` has no axis, or the axes are not two that exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diag_embed(paramattr.to_tensor([[1, 2]])).tolist()
    [[[1, 0], [0, 2]]]
    """
    x, shift = as_tensor("input", input), checks.integer("offset", offset)
    if not x.ndim:
        raise ValueError("input must have at least 1 axis, but received shape []")
    axes = _pair(("dim1", "dim2"), dim1, dim2, x.ndim + 1)
    size = x.shape[-1] + abs(shift)
    zeros = Tensor(np.zeros((size, size, *x.shape[:-1]), x.dtype))
    value = apply(rules.setitem, zeros, _last_first(x), index=_places(size, size, shift))
    order = (*axes, *(k for k in range(value.ndim) if k not in axes))
    return apply(rules.transpose, value, perm=tuple(np.argsort(order).tolist()))
