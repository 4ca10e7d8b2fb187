"""Tensors with elements put, added or otherwise combined into given places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments, combining
from paramattr.tensor.arguments import Integers
from paramattr.tensor.function import into
from paramattr.tensor.gathering import along, check_within, column, coordinates, places_along
from paramattr.tensor.repetition import expand
from paramattr.utils import checks
from paramattr.utils.alias import also, by_dim

__all__ = [
    "index_add", "index_fill", "index_put", "put_along_axis", "scatter", "scatter_add", "scatter_nd", "scatter_nd_add",
    "scatter_reduce",
]  # fmt: skip


# By Paddle's names, those of put_along_axis and those of scatter_reduce.
_REDUCTIONS: dict[str, tuple[rules.Rule, dict[str, bool]]] = {
    **dict.fromkeys(("add", "sum"), (combining.add, {})),
    **dict.fromkeys(("mul", "multiply", "prod"), (combining.multiply, {})),
    "mean": (combining.mean, {}),
    "amax": (combining.extreme, {"largest": True}),
    "amin": (combining.extreme, {"largest": False}),
}
_WAYS = ["assign", "add", "mul", "multiply", "mean", "amin", "amax"]  # of put_along_axis


def put_along_axis(
    arr: Operand,
    indices: Operand,
    values: Operand,
    axis: int,
    reduce: str = "assign",
    include_self: bool = True,
    broadcast: bool = True,
) -> Tensor:
    """Return ``arr`` with each of ``values`` put, or otherwise combined, into its place along an axis.

    Mirrors ``paddle.put_along_axis``.

    Parameters
    ----------
    arr : Tensor or array_like
        With at least one axis.
    indices : Tensor or array_like
        The places along the axis, integers, with as many axes as ``arr``.
    values : Tensor or array_like
        Of the dtype of ``arr``, one for each of the places.
    axis : int
        Along which to put.
    reduce : {"assign", "add", "mul", "multiply", "mean", "amin", "amax"}, default "assign"
        What is made of the values with one place; assigned, the last stays.
    include_self : bool, default True
        Whether the element of ``arr`` is one of them.
    broadcast : bool, default True
        Whether ``indices`` is repeated to the shape of ``arr`` along the other axes, and ``values`` to that of
        ``indices``; if not, ``values`` may be larger than ``indices``, and what is over is left out.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.put_along_axis(paramattr.zeros([2, 2]), [[0], [1]], 5.0, 1).tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    checks.choice("reduce", reduce, _WAYS)
    given = {"arr": arr, "axis": axis, "indices": indices, "values": values}
    return _combined(given, reduce, include_self, broadcast)


def _combined(given: dict[str, Any], how: str, include_self: bool, broadcast: bool) -> Tensor:
    """Return what `put_along_axis` does, of a tensor, the axis, places and values ``given`` under the caller's names."""
    (name, value), (along_name, axis), (places_name, places), (values_name, values) = given.items()
    x, with_x = as_tensor(name, value), checks.boolean("include_self", include_self)
    place = checks.axis(along_name, axis, x.ndim)
    index, y = places_along(places_name, places, x, place), arguments.same_dtype(values_name, values, x)
    if checks.boolean("broadcast", broadcast):
        wanted = (*x.shape[:place], index.shape[place], *x.shape[place + 1 :])
        check_within(places_name, index, wanted)
        index, y = np.broadcast_to(index, wanted), expand(y, wanted)
    else:
        check_within(places_name, index, x.numpy().shape, place)
        y = _cut(y, values_name, index)
    if how == "assign":
        return apply(rules.setitem, x, y, index=along(index, place))
    rule, settings = _REDUCTIONS[how]
    return apply(rule, x, y, index=along(index, place), with_x=with_x, **settings)


def _cut(y: Tensor, name: str, index: Array) -> Tensor:
    """Return the part of ``y`` that an index has places for."""
    if not y.ndim:
        return expand(y, index.shape)
    if y.ndim != index.ndim or any(a > b for a, b in zip(index.shape, y.shape, strict=True)):
        raise ValueError(f"{name} must be as large as the index {list(index.shape)}, but has shape {y.shape!r}")
    return apply(rules.getitem, y, index=tuple(map(slice, index.shape)))


def scatter_add(input: Operand, dim: int, index: Operand, src: Operand) -> Tensor:
    """Return ``input`` with each element of ``src`` added at its place along an axis.

    Mirrors ``paddle.scatter_add``: `put_along_axis` that adds and does not broadcast. What is refused is as there.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.scatter_add(paramattr.zeros([3]), 0, [0, 0, 2], paramattr.to_tensor([1.0, 2.0, 3.0])).tolist()
    [3.0, 0.0, 3.0]
    """
    return _combined({"input": input, "dim": dim, "index": index, "src": src}, "add", True, False)


def scatter_reduce(
    input: Operand, dim: int, index: Operand, src: Operand, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return ``input`` with each element of ``src`` combined into its place along an axis.

    Mirrors ``paddle.scatter_reduce``: `put_along_axis` that does not broadcast. What else is refused is as there.

    Parameters
    ----------
    input, dim, index, src
        The tensor, the axis, the places and the values.
    reduce : {"sum", "prod", "mean", "amin", "amax"}
        What is made of the values with one place.
    include_self : bool, default True
        Whether the element of ``input`` is one of them.

    Examples
    --------
    >>> import paramattr
    >>> source = paramattr.to_tensor([1.0, 2.0, 3.0])
    >>> paramattr.scatter_reduce(paramattr.ones([2]), 0, [0, 0, 1], source, "amax").tolist()
    [2.0, 3.0]
    """
    checks.choice("reduce", reduce, list(_REDUCTIONS))
    return _combined({"input": input, "dim": dim, "index": index, "src": src}, reduce, include_self, False)


def _put(
    input: Operand,
    dim: int,
    index: Operand,
    src: Operand | None = None,
    reduce: str | None = None,
    out: Tensor | None = None,
    value: Operand | None = None,
) -> Tensor:
    if (src is None) == (value is None):
        raise TypeError(f"scatter takes src or value, but received {'neither' if src is None else 'both'}")
    values = {"value": value} if src is None else {"src": src}
    how = "assign" if reduce is None else checks.choice("reduce", reduce, _WAYS)
    return into(out, _combined({"input": input, "dim": dim, "index": index, **values}, how, True, False))


@by_dim(_put)
def scatter(
    x: Operand,
    index: Operand,
    updates: Operand,
    overwrite: bool = True,
    name: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return ``x`` with its rows at the places ``index`` replaced by those of ``updates``, or by sums of them.

    Mirrors ``paddle.scatter``. As there, ``scatter(x, dim, index, src)`` with an int before the index is PyTorch's
    function: `put_along_axis` that does not broadcast.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis, whose parts along it are its rows.
    index : Tensor or array_like
        Integers: a vector, a column, or a single one.
    updates : Tensor or array_like
        Of the dtype of ``x``: a row for each place.
    overwrite : bool, default True
        Of rows with one place, whether the last is put there, or the sum of them.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.scatter(paramattr.zeros([3]), [2, 0], paramattr.to_tensor([5.0, 6.0])).tolist()
    [6.0, 0.0, 5.0]
    """
    x = as_tensor("x", x)
    places, rows = column("index", index, x, 0), arguments.same_dtype("updates", updates, x)
    if rows.shape != (*places.shape, *x.shape[1:]):
        raise ValueError(f"updates must have shape {[*places.shape, *x.shape[1:]]}, but received {rows.shape!r}")
    if checks.boolean("overwrite", overwrite):
        return into(out, apply(rules.setitem, x, rows, index=places))
    return into(out, apply(combining.add, x, rows, index=places, with_x=False))


def scatter_nd_add(x: Operand, index: Operand, updates: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` with ``updates`` added at the places that the last axis of ``index`` names.

    Mirrors ``paddle.scatter_nd_add``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    index : Tensor or array_like
        Integers; the last axis names places along as many axes of ``x`` from the first.
    updates : Tensor or array_like
        Of the dtype of ``x``, for each place an element or what lies there along the other axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.scatter_nd_add(paramattr.ones([3]), [[0], [0]], paramattr.to_tensor([5.0, 6.0])).tolist()
    [12.0, 1.0, 1.0]
    """
    x = as_tensor("x", x)
    places, parts = coordinates("index", index, x.numpy().shape), arguments.same_dtype("updates", updates, x)
    wanted = [*np.shape(index)[:-1], *x.shape[len(places) :]]
    if parts.shape != wanted:
        raise ValueError(f"updates must have shape {wanted}, but received {parts.shape!r}")
    return apply(combining.add, x, parts, index=places)


def scatter_nd(index: Operand, updates: Operand, shape: Integers, name: str | None = None) -> Tensor:
    """Return zeros of a shape with ``updates`` added at the places that the last axis of ``index`` names.

    Mirrors ``paddle.scatter_nd``. The other arguments, and what is refused, are those of `scatter_nd_add`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.scatter_nd([[1], [1]], paramattr.to_tensor([5.0, 6.0]), [3]).tolist()
    [0.0, 11.0, 0.0]
    """
    parts = as_tensor("updates", updates)
    return scatter_nd_add(Tensor(np.zeros(arguments.shape("shape", shape), parts.dtype)), index, parts)


@also(input="x", dim="axis", source="value")
def _added(x: Operand, axis: int, index: Operand, value: Operand, *settings: Any, **named: Any) -> Tensor:
    return index_add(x, index, axis, value, *settings, **named)


@by_dim(_added)
@also(input="x", dim="axis", source="value")
def index_add(
    x: Operand,
    index: Operand,
    axis: int,
    value: Operand,
    alpha: float = 1,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return ``x`` with ``alpha`` times ``value`` added at the places ``index`` along an axis.

    Mirrors ``paddle.index_add``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    index : Tensor or array_like
        A vector of integers.
    axis : int
        Along which they are places; as in Paddle, it may come before ``index``.
    value : Tensor or array_like
        Of the dtype of ``x``, and its shape but for the axis, whose size is that of ``index``.
    alpha : number, default 1
        The factor.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.index_add(paramattr.zeros([3]), [1, 1], 0, paramattr.ones([2]), alpha=2).tolist()
    [0.0, 4.0, 0.0]
    """
    x = as_tensor("x", x)
    place = checks.axis("axis", axis, x.ndim)
    places, parts = column("index", index, x, place), arguments.same_dtype("value", value, x)
    wanted = [*x.shape[:place], places.size, *x.shape[place + 1 :]]
    if parts.shape != wanted or not places.ndim:
        raise ValueError(f"value must have shape {wanted} for a vector index, but received {parts.shape!r}")
    if checks.real("alpha", alpha) != 1:
        parts = (parts * alpha).astype(x.dtype)
    return into(out, apply(combining.add, x, parts, index=(slice(None),) * place + (places,)))


def index_fill(x: Operand, index: Operand, axis: int, value: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` with a number at all places ``index`` along an axis.

    Mirrors ``paddle.index_fill``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    index : Tensor or array_like
        A vector of integers.
    axis : int
        Along which they are places.
    value : number or Tensor
        The number, or a tensor with one element.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.index_fill(paramattr.zeros([3]), [0, 2], 0, 5.0).tolist()
    [5.0, 0.0, 5.0]
    """
    x = as_tensor("x", x)
    place, number = checks.axis("axis", axis, x.ndim), as_tensor("value", value).astype(x.dtype)
    if number.size != 1:
        raise ValueError(f"value must be one number, but received shape {number.shape!r}")
    places = column("index", index, x, place)
    return apply(rules.setitem, x, number, index=(slice(None),) * place + (places,))


@also(input="x", values="value")
def index_put(
    x: Operand, indices: Sequence[Operand], value: Operand, accumulate: bool = False, name: str | None = None
) -> Tensor:
    """Return ``x`` with ``value`` put or added at ``x[indices]``.

    Mirrors ``paddle.index_put``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    indices : sequence of Tensor or array_like
        Integers or bools, as in ``x[indices]``.
    value : Tensor or array_like
        Of the dtype of ``x``; it may broadcast.
    accumulate : bool, default False
        Whether to add.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind, or the shapes or places do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.index_put(paramattr.zeros([2, 2]), [[0, 1], [1, 0]], paramattr.to_tensor([5.0, 6.0])).tolist()
    [[0.0, 5.0], [6.0, 0.0]]
    """
    x, parts = as_tensor("x", x), arguments.several("indices", indices)
    for number, part in enumerate(parts):
        if part.dtype.kind not in "biu":
            raise TypeError(f"indices[{number}] must hold integers or bools, but received dtype {part.dtype}")
    index, y = tuple(part.numpy() for part in parts), arguments.same_dtype("value", value, x)
    return apply(combining.add if checks.boolean("accumulate", accumulate) else rules.setitem, x, y, index=index)
