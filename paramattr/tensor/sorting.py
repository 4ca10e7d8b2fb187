"""Sorting, and what stands at a place in the order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.function import into, into_each
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["argsort", "kthvalue", "mode", "msort", "sort", "topk"]


class TopK(NamedTuple):
    """What `topk` returns: the values and where they are."""

    values: Tensor
    indices: Tensor


def _order(x: Array, axis: int, descending: bool) -> Array:
    """Return the order of the values along an axis; equal ones stay as they are, and nan counts as the largest."""
    if not descending:
        return np.argsort(x, axis, kind="stable")
    return np.asarray(x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis))


def _sortable(x: Operand, axis: int | None) -> tuple[Tensor, int]:
    x = as_tensor("x", x)
    number = checks.axis("axis", -1 if axis is None else axis, x.ndim)
    # A number is sorted as a vector.
    return (x, number) if x.ndim else (apply(rules.reshape, x, shape=(1,)), number)


@exact
def _taken(x: Array, *, index: Array, axis: int) -> Outcome:
    shape = x.shape

    def to_x(g: Array) -> Array:
        whole = np.zeros(shape, g.dtype)
        np.put_along_axis(whole, index, g, axis)  # no element is taken twice
        return whole

    return np.take_along_axis(x, index, axis), (to_x,)


def _in_shape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    return x if x.numpy().shape == shape else apply(rules.reshape, x, shape=shape)


@also(input="x", dim="axis")
def argsort(
    x: Operand, axis: int = -1, descending: bool = False, stable: bool = False, name: str | None = None
) -> Tensor:
    """Return the indices that sort ``x`` along ``axis``.

    Mirrors ``paddle.argsort``. A nan counts as the largest value.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    axis : int, default -1
        The axis to sort along.
    descending : bool, default False
        Whether the largest value comes first.
    stable : bool, default False
        Accepted as in Paddle: equal values keep their order in any case.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the axis does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.argsort(paramattr.to_tensor([3.0, 1.0, 2.0])).tolist()
    [1, 2, 0]
    """
    checks.boolean("stable", stable)
    x = as_tensor("x", x)
    vector, number = _sortable(x, axis)
    index = _order(vector.numpy(), number, checks.boolean("descending", descending))
    return Tensor(index.astype(np.int64).reshape(x.numpy().shape))


def sort(x: Operand, axis: int = -1, descending: bool = False, stable: bool = False, name: str | None = None) -> Tensor:
    """Return ``x`` sorted along ``axis``.

    Mirrors ``paddle.sort``. The arguments, and what is refused, are those of `argsort`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sort(paramattr.to_tensor([3.0, 1.0, 2.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    checks.boolean("stable", stable)
    x = as_tensor("x", x)
    vector, number = _sortable(x, axis)
    index = _order(vector.numpy(), number, checks.boolean("descending", descending))
    return _in_shape(apply(_taken, vector, index=index, axis=number), x.numpy().shape)


def msort(input: Operand, *, out: Tensor | None = None) -> Tensor:
    """Return ``input`` sorted along the first axis.

    Mirrors ``paddle.msort``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.msort(paramattr.to_tensor([[3.0, 1.0], [2.0, 2.0]])).tolist()
    [[2.0, 1.0], [3.0, 2.0]]
    """
    return into(out, sort(as_tensor("input", input), 0))


@also(input="x", dim="axis")
def topk(
    x: Operand,
    k: int | Tensor,
    axis: int | None = None,
    largest: bool = True,
    sorted: bool = True,
    name: str | None = None,
    *,
    out: tuple[Tensor, Tensor] | None = None,
) -> TopK:
    """Return the ``k`` largest values along ``axis``, and their indices.

    Mirrors ``paddle.topk``. A nan counts as the largest value.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    k : int or Tensor
        How many values, from 1 up to the size of the axis.
    axis : int, optional
        The axis to search along, by default the last.
    largest : bool, default True
        Whether the largest values are wanted, not the smallest.
    sorted : bool, default True
        Accepted as in Paddle: the values are sorted in any case.
    name : str, optional
        Accepted as in Paddle.
    out : tuple of two Tensors, optional
        They take over values and indices.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> values, indices = paramattr.topk(paramattr.to_tensor([1.0, 5.0, 3.0]), 2)
    >>> values.tolist(), indices.tolist()
    ([5.0, 3.0], [1, 2])
    """
    checks.boolean("sorted", sorted)
    x = as_tensor("x", x)
    vector, number = _sortable(x, axis)
    size = vector.shape[number]
    count = arguments.integer("k", k, low=1, high=size)
    descending = checks.boolean("largest", largest)
    first = size - count if descending else 0
    # Only those that are wanted need sorting.
    split = np.argpartition(vector.numpy(), first if descending else count - 1, number)
    chosen = np.sort(np.take(split, range(first, first + count), number), number)
    order = _order(np.take_along_axis(vector.numpy(), chosen, number), number, descending)
    index = np.take_along_axis(chosen, order, number)
    values = apply(_taken, vector, index=index, axis=number)
    shape = values.numpy().shape if x.ndim else ()
    found = _in_shape(values, shape), Tensor(index.astype(np.int64).reshape(shape))
    return TopK(*into_each(out, found))


def kthvalue(
    x: Operand, k: int, axis: int | None = None, keepdim: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Return the ``k``-th smallest value along ``axis``, and its index.

    Mirrors ``paddle.kthvalue``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    k : int
        From 1 up to the size of the axis.
    axis : int, optional
        The axis to search along, by default the last.
    keepdim : bool, default False
        Whether the axis stays, with size 1.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> value, index = paramattr.kthvalue(paramattr.to_tensor([3.0, 1.0, 2.0]), 2)
    >>> value.item(), index.item()
    (2.0, 2)
    """
    x = as_tensor("x", x)
    vector, number = _sortable(x, axis)
    place = checks.integer("k", k, low=1, high=vector.shape[number]) - 1
    index = np.take(np.argpartition(vector.numpy(), place, number), [place], number)
    return _one(x, vector, index, number, keepdim)


def _one(x: Tensor, vector: Tensor, index: Array, axis: int, keepdim: bool) -> tuple[Tensor, Tensor]:
    """Return the element at an index along an axis, which may stay with size 1, and the index."""
    kept = index.shape if checks.boolean("keepdim", keepdim) else (*index.shape[:axis], *index.shape[axis + 1 :])
    shape = kept if x.ndim else ()
    value = apply(_taken, vector, index=index, axis=axis)
    return _in_shape(value, shape), Tensor(index.astype(np.int64).reshape(shape))


def mode(x: Operand, axis: int = -1, keepdim: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return the most frequent value along ``axis``, the smallest of several, and the last index where it is.

    Mirrors ``paddle.mode``. The arguments, and what is refused, are those of `kthvalue`.

    Examples
    --------
    >>> import paramattr
    >>> value, index = paramattr.mode(paramattr.to_tensor([2.0, 1.0, 2.0, 3.0]))
    >>> value.item(), index.item()
    (2.0, 2)
    """
    x = as_tensor("x", x)
    vector, number = _sortable(x, axis)
    if vector.shape[number] == 0:
        raise ValueError(f"x must have elements to choose from, but {x._label()} has shape {x.shape!r}")
    order = _order(vector.numpy(), number, False)
    values = np.moveaxis(np.take_along_axis(vector.numpy(), order, number), number, -1)
    # How long the run of equal values is, up to each place: the longest ends first with the smallest value.
    places = np.arange(values.shape[-1])
    starts = np.ones(values.shape, bool)
    starts[..., 1:] = values[..., 1:] != values[..., :-1]
    run = places - np.maximum.accumulate(np.where(starts, places, 0), -1)
    last = np.expand_dims(run.argmax(-1), number)
    return _one(x, vector, np.take_along_axis(order, last, number), number, keepdim)
