"""Elements picked out by their places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integer
from paramattr.tensor.function import into
from paramattr.tensor.manipulation import flatten
from paramattr.tensor.repetition import expand
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also, by_dim

__all__ = [
    "gather", "gather_nd", "index_sample", "index_select", "masked_select", "shard_index", "take", "take_along_axis",
    "unique", "unique_consecutive",
]  # fmt: skip


def _taken(input: Operand, dim: int, index: Operand, out: Tensor | None = None) -> Tensor:
    return take_along_axis(as_tensor("input", input), index, dim, False, out=out)


@by_dim(_taken)
def gather(
    x: Operand, index: Operand, axis: Integer | None = None, name: str | None = None, out: Tensor | None = None
) -> Tensor:
    """Return ``x`` at the places ``index`` along an axis.

    Mirrors ``paddle.gather``. As there, ``gather(x, dim, index)`` with an int before the index is PyTorch's function:
    `take_along_axis` that does not broadcast.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    index : Tensor or array_like
        Integers: a vector, a column, or a single one, for which the axis goes away.
    axis : int or Tensor, optional
        0 if None.
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
    >>> paramattr.gather(paramattr.to_tensor([[1, 2], [3, 4]]), [1]).tolist()
    [[3, 4]]
    """
    x = as_tensor("x", x)
    place = arguments.axis("axis", 0 if axis is None else axis, x.ndim)
    return into(out, _picked(x, column("index", index, x, place), place))


def column(name: str, index: Operand, x: Tensor, axis: int) -> Array:
    """Return places along an axis of ``x``: an array of one axis or none, from one that may be a column."""
    if not x.ndim:
        raise ValueError("x must have at least 1 axis, but received shape []")
    places = arguments.index_of(name, index, x.shape[axis])
    if places.ndim > 2 or (places.ndim == 2 and places.shape[1] != 1):
        raise ValueError(f"{name} must be a vector or a column, but received shape {list(places.shape)}")
    return places.reshape(-1) if places.ndim == 2 else places


def _picked(x: Tensor, index: Array, axis: int) -> Tensor:
    return apply(rules.getitem, x, index=(slice(None),) * axis + (index,))


@also(input="x", dim="axis")
def _selected(x: Operand, axis: int, index: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    return index_select(x, index, axis, out=out)


@by_dim(_selected)
@also(input="x", dim="axis")
def index_select(
    x: Operand, index: Operand, axis: int = 0, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return ``x`` at the places ``index``, a vector, along an axis.

    Mirrors ``paddle.index_select``. The arguments, and what is refused, are those of `gather`. As there, the axis
    may come before the index.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.index_select(paramattr.to_tensor([[1, 2], [3, 4]]), [1], axis=1).tolist()
    [[2], [4]]
    """
    x = as_tensor("x", x)
    place = checks.axis("axis", axis, x.ndim)
    places = column("index", index, x, place)
    if not places.ndim:
        raise ValueError("index must be a vector, but received shape []")
    return into(out, _picked(x, places, place))


def gather_nd(x: Operand, index: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` at the places that the last axis of ``index`` names, along as many axes from the first.

    Mirrors ``paddle.gather_nd``.

    Raises
    ------
    TypeError, ValueError, IndexError
        If ``index`` does not hold integers, names more axes than ``x`` has, or a place that is not there.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.gather_nd(paramattr.to_tensor([[1, 2], [3, 4]]), [[0, 1], [1, 0]]).tolist()
    [2, 3]
    """
    x = as_tensor("x", x)
    return apply(rules.getitem, x, index=coordinates("index", index, x.numpy().shape))


def coordinates(name: str, index: Operand, shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Return the places in the last axis of ``index`` as an array for each axis that they name."""
    places = arguments.index_of(name, index, max(shape, default=0))
    if not places.ndim or places.shape[-1] > len(shape):
        raise ValueError(
            f"{name} must have a last axis of at most {len(shape)} places, but received shape {list(places.shape)}"
        )
    axes = range(places.shape[-1])
    return tuple(arguments.index_of(f"{name}[..., {axis}]", places[..., axis], shape[axis]) for axis in axes)


def index_sample(x: Operand, index: Operand) -> Tensor:
    """Return for each row of ``x`` the elements at the places in the same row of ``index``.

    Mirrors ``paddle.index_sample``.

    Raises
    ------
    TypeError, ValueError, IndexError
        If the arguments are no matrices with as many rows, or ``index`` holds anything but places that are there.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.index_sample(paramattr.to_tensor([[1, 2], [3, 4]]), [[0], [1]]).tolist()
    [[1], [4]]
    """
    x = as_tensor("x", x)
    places = arguments.index_of("index", index, x.shape[-1] if x.ndim else 0, low=0)
    if x.ndim != 2 or places.ndim != 2 or places.shape[0] != x.shape[0]:
        raise ValueError(
            f"x and index must be matrices with as many rows, but received {x.shape!r} and {list(places.shape)}"
        )
    return apply(rules.getitem, x, index=along(places, 1))


def along(index: Array, axis: int) -> tuple[Array, ...]:
    """Return the index of the elements whose places are ``index`` along one axis, and their own along the others."""
    return tuple(index if k == axis else grid for k, grid in enumerate(np.ogrid[tuple(map(slice, index.shape))]))


@also(input="arr", dim="axis")
def take_along_axis(
    arr: Operand, indices: Operand, axis: int, broadcast: bool = True, *, out: Tensor | None = None
) -> Tensor:
    """Return for each place of ``indices`` the element of ``arr`` at that index along an axis.

    Mirrors ``paddle.take_along_axis``.

    Parameters
    ----------
    arr : Tensor or array_like
        With at least one axis.
    indices : Tensor or array_like
        Integers, with as many axes.
    axis : int
        Along which to take.
    broadcast : bool, default True
        Whether ``indices`` and ``arr`` broadcast along the other axes; if not, ``indices`` names places there, too.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind or shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.take_along_axis(paramattr.to_tensor([[1, 2], [3, 4]]), [[0], [1]], 1).tolist()
    [[1], [4]]
    """
    x = as_tensor("arr", arr)
    place = checks.axis("axis", axis, x.ndim)
    index = places_along("indices", indices, x, place)
    if checks.boolean("broadcast", broadcast):
        shape = _common("indices", index, x, place)
        index = np.broadcast_to(index, (*shape[:place], index.shape[place], *shape[place + 1 :]))
        x = expand(x, (*shape[:place], x.shape[place], *shape[place + 1 :]))
    else:
        check_within("indices", index, x.shape, place)
    return into(out, apply(rules.getitem, x, index=along(index, place)))


def places_along(name: str, index: Operand, x: Tensor, axis: int) -> Array:
    """Return places along an axis of ``x``: an array with as many axes."""
    places = arguments.index_of(name, index, x.shape[axis] if x.ndim else 0)
    if places.ndim != x.ndim or not x.ndim:
        raise ValueError(f"{name} must have as many axes as {x.shape!r}, at least 1, but has {list(places.shape)}")
    return places


def _common(name: str, index: Array, x: Tensor, axis: int) -> tuple[int, ...]:
    """Return the shape that an index and ``x`` broadcast to, without regard to an axis."""
    shapes = [tuple(1 if k == axis else size for k, size in enumerate(array.shape)) for array in (index, x.numpy())]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        received = f"{x.shape!r} and {list(index.shape)}"
        raise ValueError(f"{name} must broadcast with the other tensor, but received shapes {received}") from None


def check_within(name: str, index: Array, shape: tuple[int, ...], axis: int | None = None) -> None:
    """Raise a ValueError if an index is longer than ``shape`` along any axis but one."""
    if any(a > b for k, (a, b) in enumerate(zip(index.shape, shape, strict=True)) if k != axis):
        raise ValueError(f"{name} must not be longer than {list(shape)}, but has shape {list(index.shape)}")


def take(x: Operand, index: Operand, mode: str = "raise", name: str | None = None) -> Tensor:
    """Return the elements of ``x``, taken as along one axis, at the places ``index``.

    Mirrors ``paddle.take``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    index : Tensor or array_like
        Integers, in the shape of the result.
    mode : {"raise", "wrap", "clip"}, default "raise"
        What a place outside of ``x`` is: an error, counted round and round, or the nearest that is inside; with
        "clip" places below 0 are the first.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong kind, or a place outside with ``mode="raise"``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.take(paramattr.to_tensor([[1, 2], [3, 4]]), [3, 4], "clip").tolist()
    [4, 4]
    """
    x = flatten(as_tensor("x", x))
    if checks.choice("mode", mode, ["raise", "wrap", "clip"]) == "raise":
        places = arguments.index_of("index", index, x.size)
    else:
        places = arguments.index_of("index", index, np.iinfo(np.int64).max)
        if places.size and not x.size:
            raise IndexError("index must be empty for a tensor without elements")
        places = places % max(x.size, 1) if mode == "wrap" else np.clip(places, 0, x.size - 1)
    return apply(rules.getitem, x, index=places)


@also(input="x")
def masked_select(x: Operand, mask: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the elements of ``x`` where ``mask`` holds, along one axis; both broadcast.

    Mirrors ``paddle.masked_select``.

    Raises
    ------
    TypeError, ValueError
        If ``mask`` does not hold bools, or the shapes do not broadcast.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1, 2, 3])
    >>> paramattr.masked_select(x, x > 1).tolist()
    [2, 3]
    """
    x, chosen = as_tensor("x", x), arguments.mask_of("mask", mask)
    shape = common_shape("mask", chosen, x)
    return into(out, apply(rules.getitem, expand(x, shape), index=np.broadcast_to(chosen, shape)))


def common_shape(name: str, array: Array, x: Tensor) -> tuple[int, ...]:
    """Return the shape that ``array`` and ``x`` broadcast to."""
    try:
        return np.broadcast_shapes(array.shape, x.numpy().shape)
    except ValueError:
        raise ValueError(
            f"{name} must broadcast with the shape {x.shape!r}, but has shape {list(array.shape)}"
        ) from None


def shard_index(input: Operand, index_num: int, nshards: int, shard_id: int, ignore_value: int = -1) -> Tensor:
    """Return places in a table that is cut into parts as places in one part; those in others become ``ignore_value``.

    Mirrors ``paddle.shard_index``.

    Parameters
    ----------
    input : Tensor or array_like
        Integers from 0 on.
    index_num, nshards : int
        The size of the table, and the number of parts.
    shard_id : int
        Which part.
    ignore_value : int, default -1
        For places in other parts.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is no integer, there is no such part, or a place lies outside of the table.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.shard_index(paramattr.to_tensor([[16], [1]]), 20, 2, 0).tolist()
    [[-1], [1]]
    """
    count = checks.integer("index_num", index_num, low=1)
    shards = checks.integer("nshards", nshards, low=1)
    part = checks.integer("shard_id", shard_id, low=0, high=shards - 1)
    places, size = arguments.index_of("input", input, count, low=0), -(-count // shards)
    other = checks.integer("ignore_value", ignore_value)
    return Tensor(np.where(places // size == part, places % size, other).astype(places.dtype))


def unique(
    x: Operand,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    dtype: DTypeLike = "int64",
    sorted: bool = True,
    name: str | None = None,
) -> Any:
    """Return the different elements of ``x`` in ascending order, each once, or its different parts along an axis.

    Mirrors ``paddle.unique``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    return_index, return_inverse, return_counts : bool, default False
        Whether to return, too, where each occurs first, which of them each element of ``x`` is, and how often each
        occurs.
    axis : int, optional
        Whose parts are compared; if None, the elements are.
    dtype : {"int64", "int32"}, default "int64"
        Of the integers returned.
    sorted : bool, default True
        Changes nothing, as in Paddle.
    name : str, optional
        Accepted as in Paddle.

    Returns
    -------
    Tensor or tuple of Tensor
        The elements, alone or with what else is asked for.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or the axis does not exist.

    Examples
    --------
    >>> import paramattr
    >>> values, counts = paramattr.unique(paramattr.to_tensor([3, 1, 3]), return_counts=True)
    >>> values.tolist(), counts.tolist()
    ([1, 3], [1, 2])
    """
    x = as_tensor("x", x)
    flags = [("return_index", return_index), ("return_inverse", return_inverse), ("return_counts", return_counts)]
    wanted = [checks.boolean(flag, value) for flag, value in flags]
    checks.boolean("sorted", sorted)
    place, form = None if axis is None else checks.axis("axis", axis, x.ndim), _index_dtype(dtype)
    found = np.unique(x.numpy(), True, True, True, axis=place, equal_nan=False)
    extra = [Tensor(part.reshape(-1).astype(form)) for part, want in zip(found[1:], wanted, strict=True) if want]
    return (Tensor(found[0]), *extra) if extra else Tensor(found[0])


def _index_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    form = dtypes.numeric("dtype", dtype, np.dtype(np.int64))
    if form.name not in ("int32", "int64"):
        raise ValueError(f"dtype must be int32 or int64, but received {form}")
    return form


@also(input="x", dim="axis")
def unique_consecutive(
    x: Operand,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    dtype: DTypeLike = "int64",
    name: str | None = None,
) -> Any:
    """Return ``x`` without the elements, or parts along an axis, that are equal to the one before.

    Mirrors ``paddle.unique_consecutive``. The arguments, and what is refused, are those of `unique`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.unique_consecutive(paramattr.to_tensor([1, 1, 2, 1])).tolist()
    [1, 2, 1]
    """
    x, form = as_tensor("x", x), _index_dtype(dtype)
    inverse, counts = checks.boolean("return_inverse", return_inverse), checks.boolean("return_counts", return_counts)
    data, place = (x.numpy().reshape(-1), 0) if axis is None else (x.numpy(), checks.axis("axis", axis, x.ndim))
    rows = np.moveaxis(data, place, 0)
    rows = rows.reshape(len(rows), -1) if rows.size else np.zeros((len(rows), 0))
    starts = np.ones(len(rows), bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    first = np.flatnonzero(starts)
    extra = [np.cumsum(starts) - 1] * inverse + [np.diff(first, append=len(rows))] * counts
    value = Tensor(np.take(data, first, place))
    return (value, *(Tensor(part.astype(form)) for part in extra)) if extra else value
