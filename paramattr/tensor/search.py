"""Where things stand: choosing and finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import overload

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["argmax", "argmin", "argwhere", "bucketize", "nonzero", "searchsorted", "where", "where_"]


@overload
def where(
    condition: Operand, x: None = None, y: None = None, name: str | None = None, *, out: Tensor | None = None
) -> tuple[Tensor, ...]: ...
@overload
def where(
    condition: Operand, x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None
) -> Tensor: ...
@also(input="x", other="y")
def where(
    condition: Operand,
    x: Operand | None = None,
    y: Operand | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor | tuple[Tensor, ...]:
    """Return elements of ``x`` where ``condition`` holds and of ``y`` elsewhere; without both, where it holds.

    Mirrors ``paddle.where``.

    Parameters
    ----------
    condition : Tensor or array_like
        Bools; numbers other than 0 count as True.
    x, y : Tensor or array_like, optional
        They broadcast with the condition. Without them the result is that of ``nonzero(condition, as_tuple=True)``.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, the shapes do not fit, or only one of ``x`` and ``y`` is given.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.where(paramattr.to_tensor([True, False]), paramattr.to_tensor([1.0, 2.0]), 0.0).numpy()
    array([1., 0.], dtype=float32)
    """
    chosen = as_tensor("condition", condition).numpy().astype(bool)
    if x is None and y is None:
        return nonzero(chosen, as_tuple=True)
    if x is None or y is None:
        raise ValueError(f"x and y must be given both or not at all, but received x={x!r}, y={y!r}")
    return into(out, apply(rules.where, x, y, condition=chosen))


def where_(condition: Operand, x: Tensor | None = None, y: Operand | None = None, name: str | None = None) -> Tensor:
    """Change ``x`` to elements of ``y`` where ``condition`` does not hold, and return it.

    Mirrors ``paddle.where_``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a Tensor, or is a leaf that needs a gradient and steps are recorded; otherwise as `where`.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0])
    >>> paramattr.where_(paramattr.to_tensor([True, False]), x, 0.0) is x
    True
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a Tensor, but received {x!r} ({type(x).__name__})")
    chosen = as_tensor("condition", condition).numpy().astype(bool)
    return changed(x, lambda: apply(rules.where, x, y, condition=chosen))  # type: ignore[arg-type]


@also(input="x")
def nonzero(x: Operand, as_tuple: bool = False, *, out: Tensor | None = None) -> Tensor | tuple[Tensor, ...]:
    """Return the indices of all elements that are not 0, in rows.

    Mirrors ``paddle.nonzero``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    as_tuple : bool, default False
        Whether to return a vector per axis instead, which together index the elements.
    out : Tensor, optional
        Takes over the rows.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or ``x`` has no axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nonzero(paramattr.to_tensor([[1.0, 0.0], [0.0, 2.0]])).tolist()
    [[0, 0], [1, 1]]
    """
    x = as_tensor("x", x)
    if x.ndim == 0:
        raise ValueError(f"x must have at least 1 axis, but received shape {x.shape!r}")
    found = [index.astype(np.int64) for index in np.nonzero(x.numpy())]
    if checks.boolean("as_tuple", as_tuple):
        return tuple(map(Tensor, found))
    return into(out, Tensor(np.stack(found, -1)))


def argwhere(input: Operand) -> Tensor:
    """Return the indices of all elements that are not 0, in rows.

    Mirrors ``paddle.argwhere``. What is refused is as for `nonzero`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.argwhere(paramattr.to_tensor([0, 1, 2])).tolist()
    [[1], [2]]
    """
    found = nonzero(as_tensor("input", input))
    return found if isinstance(found, Tensor) else found[0]


@also(input="x", dim="axis", keepdims="keepdim")
def argmax(
    x: Operand, axis: int | None = None, keepdim: bool = False, dtype: DTypeLike = "int64", name: str | None = None
) -> Tensor:
    """Return the index of the largest value over ``axis``, of the flattened tensor by default.

    Mirrors ``paddle.argmax``. A nan counts as the largest.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one element.
    axis : int, optional
        The axis to search along.
    keepdim : bool, default False
        Whether the axis stays, with size 1.
    dtype : {"int64", "int32"} or dtype
        Of the indices.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, the axis does not exist or has size 0, or ``dtype`` is another one.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.argmax(paramattr.to_tensor([1.0, 3.0, 2.0])).item()
    1
    """
    return _extreme(np.argmax, x, axis, keepdim, dtype)


@also(input="x", dim="axis", keepdims="keepdim")
def argmin(
    x: Operand, axis: int | None = None, keepdim: bool = False, dtype: DTypeLike = "int64", name: str | None = None
) -> Tensor:
    """Return the index of the smallest value over ``axis``, of the flattened tensor by default.

    Mirrors ``paddle.argmin``. A nan counts as the smallest. The arguments, and what is refused, are those of `argmax`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.argmin(paramattr.to_tensor([2.0, 1.0, 3.0])).item()
    1
    """
    return _extreme(np.argmin, x, axis, keepdim, dtype)


def _extreme(find: Callable[..., Array], x: Operand, axis: int | None, keepdim: bool, dtype: DTypeLike) -> Tensor:
    x = as_tensor("x", x)
    number = None if axis is None else checks.axis("axis", axis, x.ndim)
    wanted = dtypes.numeric("dtype", dtype, np.dtype(np.int64))
    if wanted not in (np.dtype(np.int64), np.dtype(np.int32)):
        raise ValueError(f"dtype must be int64 or int32, but received {wanted}")
    if x.size == 0 and (number is None or x.shape[number] == 0):
        raise ValueError(f"{find.__name__} needs a tensor with elements, but {x._label()} has shape {x.shape!r}")
    index = find(x.numpy(), axis=number, keepdims=checks.boolean("keepdim", keepdim))
    return Tensor(np.asarray(index).astype(wanted))


@also(input="values")
def searchsorted(
    sorted_sequence: Operand,
    values: Operand,
    out_int32: bool = False,
    right: bool = False,
    name: str | None = None,
    *,
    side: str | None = None,
    out: Tensor | None = None,
    sorter: Operand | None = None,
) -> Tensor:
    """Return where each value would go to keep a sequence sorted.

    Mirrors ``paddle.searchsorted``.

    Parameters
    ----------
    sorted_sequence : Tensor or array_like
        Sorted along the last axis.
    values : Tensor or array_like
        Of any shape if the sequence is a vector; otherwise the axes but the last are those of the sequence.
    out_int32 : bool, default False
        Whether the indices are int32, not int64.
    right : bool, default False
        Whether a value goes behind those that are equal, not before.
    name : str, optional
        Accepted as in Paddle.
    side : {"left", "right"}, optional
        The same as ``right=False`` and ``right=True``.
    out : Tensor, optional
        Takes over the indices.
    sorter : Tensor or array_like of int, optional
        Indices that sort the sequence, which need not be sorted then.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.searchsorted(paramattr.to_tensor([1.0, 3.0, 5.0]), paramattr.to_tensor([0.0, 3.0])).tolist()
    [0, 1]
    """
    sequence, wanted = as_tensor("sorted_sequence", sorted_sequence).numpy(), as_tensor("values", values).numpy()
    _check_rows(sequence.shape, wanted.shape)
    behind = checks.boolean("right", right)
    if side is not None:
        behind = checks.choice("side", side, ["left", "right"]) == "right"
        if right and not behind:
            raise ValueError("side must be 'right' or None with right=True, but received 'left'")
    if sorter is not None:
        sequence = np.take_along_axis(sequence, _order(sorter, sequence.shape), -1)
    index = places(sequence, wanted, right=behind)
    return into(out, Tensor(index.astype(np.int32 if checks.boolean("out_int32", out_int32) else np.int64)))


def _check_rows(sequence: tuple[int, ...], values: tuple[int, ...]) -> None:
    rows = sequence[:-1]
    if not sequence or (rows and values[:-1] != rows):
        raise ValueError(
            f"values must fit sorted_sequence in all axes but the last, but received shapes {list(values)}"
            f" and {list(sequence)}"
        )


def _order(sorter: Operand, shape: tuple[int, ...]) -> Array:
    """Return ``sorter``, of the shape of the sequence that it sorts, as an array of indices."""
    order = as_tensor("sorter", sorter).numpy()
    if order.shape != shape or order.dtype.kind not in "iu" or not ((order >= 0) & (order < shape[-1])).all():
        raise ValueError(f"sorter must hold indices into sorted_sequence, in its shape, but received {sorter!r}")
    return order


def places(sequence: Array, values: Array, *, right: bool) -> Array:
    """Return the places of values in sorted sequences along the last axis, row by row."""
    if sequence.ndim == 1:
        return np.asarray(np.searchsorted(sequence, values, "right" if right else "left"))
    low = np.zeros(values.shape, np.int64)
    high = np.full(values.shape, sequence.shape[-1], np.int64)
    for _ in range(sequence.shape[-1].bit_length()):
        middle = (low + high) >> 1
        found = np.take_along_axis(sequence, np.minimum(middle, sequence.shape[-1] - 1), -1)
        after = (low < high) & (~_before(values, found) if right else _before(found, values))
        low, high = np.where(after, middle + 1, low), np.where(after, high, middle)
    return low


def _before(x: Array, y: Array) -> Array:
    """Whether elements come before others in NumPy's order, which ends with the nans."""
    return np.asarray((x < y) | ((y != y) & (x == x)))


@also(input="x", boundaries="sorted_sequence")
def bucketize(
    x: Operand,
    sorted_sequence: Operand,
    out_int32: bool = False,
    right: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the place of each element of ``x`` between the sorted boundaries.

    Mirrors ``paddle.bucketize``. For the arguments see `searchsorted`; the boundaries are a vector.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or ``sorted_sequence`` is not a vector.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bucketize(paramattr.to_tensor([[0.0, 3.0]]), paramattr.to_tensor([1.0, 3.0, 5.0])).tolist()
    [[0, 1]]
    """
    boundaries = as_tensor("sorted_sequence", sorted_sequence)
    if boundaries.ndim != 1:
        raise ValueError(f"sorted_sequence must be a vector, but received shape {boundaries.shape!r}")
    return searchsorted(boundaries, as_tensor("x", x), out_int32, right, out=out)
