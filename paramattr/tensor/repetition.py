"""Elements that occur again: along new axes, in copies, and summed up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integers
from paramattr.tensor.manipulation import flatten
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "broadcast_tensors", "broadcast_to", "expand", "expand_as", "meshgrid", "reduce_as", "repeat", "repeat_interleave",
    "tile",
]  # fmt: skip


def _repeat(x: Array, *, shape: tuple[int, ...]) -> Outcome:
    # A copy: whoever writes to one element means no other. The tape sums what arrives in the larger shape.
    return np.broadcast_to(x, shape).copy(), (lambda g: g,)


def expand(x: Operand, shape: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` repeated along its axes of size 1, and along new axes before the first.

    Mirrors ``paddle.expand``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape : sequence of int or Tensor
        The new sizes; -1 stands for the size that ``x`` has there.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``shape`` holds anything but integers, or ``x`` can't be repeated so.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.expand(paramattr.to_tensor([1, 2]), [2, -1]).tolist()
    [[1, 2], [1, 2]]
    """
    x = as_tensor("x", x)
    given, sizes = arguments.integers("shape", shape, low=-1), x.numpy().shape
    new = len(given) - len(sizes)
    wanted = tuple(sizes[k - new] if size == -1 and k >= new else size for k, size in enumerate(given))
    if new < 0 or -1 in wanted or any(a not in (1, b) for a, b in zip(sizes, wanted[new:], strict=True)):
        raise ValueError(f"shape must be one that {x.shape!r} can be repeated to, but received {list(given)}")
    return apply(_repeat, x, shape=checks.shape("shape", wanted))


def broadcast_to(x: Operand, shape: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` repeated to a shape, as `expand`.

    Mirrors ``paddle.broadcast_to``. The arguments, and what is refused, are those of `expand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.broadcast_to(paramattr.to_tensor([1, 2]), [2, 2]).tolist()
    [[1, 2], [1, 2]]
    """
    return expand(x, shape)


def expand_as(x: Operand, y: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` repeated to the shape of ``y``.

    Mirrors ``paddle.expand_as``. What is refused is as for `expand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.expand_as(paramattr.to_tensor([1, 2]), paramattr.zeros([2, 2])).tolist()
    [[1, 2], [1, 2]]
    """
    return expand(x, as_tensor("y", y).shape)


def broadcast_tensors(input: Sequence[Operand], name: str | None = None) -> list[Tensor]:
    """Return tensors repeated to the one shape that they broadcast to.

    Mirrors ``paddle.broadcast_tensors``.

    Raises
    ------
    TypeError, ValueError
        If ``input`` is no list of tensors, or their shapes do not broadcast.

    Examples
    --------
    >>> import paramattr
    >>> row, column = paramattr.broadcast_tensors([paramattr.zeros([3]), paramattr.zeros([2, 1])])
    >>> row.shape, column.shape
    ([2, 3], [2, 3])
    """
    tensors = arguments.several("input", input)
    try:
        shape = np.broadcast_shapes(*(tensor.numpy().shape for tensor in tensors))
    except ValueError:
        shapes = [tensor.shape for tensor in tensors]
        raise ValueError(f"input must hold tensors that broadcast, but received shapes {shapes}") from None
    return [expand(tensor, shape) for tensor in tensors]


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Return the coordinates of all points of a grid, a tensor per axis of it.

    Mirrors ``paddle.meshgrid``.

    Parameters
    ----------
    *args : Tensor or array_like
        The coordinates along each axis, vectors or numbers; or one list of them.
    **kwargs
        ``indexing``, "ij" by default: with "xy" the first two axes are exchanged; and ``name``, accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or has more than one axis.

    Examples
    --------
    >>> import paramattr
    >>> rows, columns = paramattr.meshgrid(paramattr.arange(2), paramattr.arange(3))
    >>> columns.tolist()
    [[0, 1, 2], [0, 1, 2]]
    """
    indexing = kwargs.pop("indexing", None)
    swaps = checks.choice("indexing", "ij" if indexing is None else indexing, ["ij", "xy"]) == "xy" and len(args) > 1
    if kwargs.keys() - {"name"}:
        raise TypeError(f"meshgrid takes indexing and name, but received {sorted(kwargs)}")
    given = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
    vectors = arguments.several("args", tuple(given))
    if any(vector.ndim > 1 for vector in vectors):
        raise ValueError(f"args must have at most 1 axis, but received shapes {[v.shape for v in vectors]}")
    count = len(vectors)
    axes = [1, 0, *range(2, count)] if swaps else list(range(count))
    shape = [vectors[k].size for k in axes]
    places = [tuple(-1 if k == axis else 1 for k in range(count)) for axis in axes]
    return [expand(apply(rules.reshape, v, shape=place), shape) for v, place in zip(vectors, places, strict=True)]


def tile(x: Operand, repeat_times: Integers, name: str | None = None) -> Tensor:
    """Return copies of ``x`` one after the other along each axis.

    Mirrors ``paddle.tile``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    repeat_times : int, sequence of int or Tensor
        How many copies along each of the last axes; more than ``x`` has are along new axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``repeat_times`` holds anything but integers, or a negative one.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tile(paramattr.to_tensor([1, 2]), [2, 2]).tolist()
    [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    return apply(_tile, as_tensor("x", x), times=arguments.integers("repeat_times", repeat_times, low=0))


@also(spread="repeats")
def repeat(x: Operand, repeats: Integers) -> Tensor:
    """Return copies of the tensor one after the other along each axis, as `tile`; numbers may be given one by one.

    Mirrors ``paddle.Tensor.repeat``. The arguments, and what is refused, are those of `tile`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1, 2]).repeat(2, 2).tolist()
    [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    return tile(x, repeats)


def _tile(x: Array, *, times: tuple[int, ...]) -> Outcome:
    count = max(x.ndim, len(times))
    sizes, times = (1,) * (count - x.ndim) + x.shape, (1,) * (count - len(times)) + times
    pairs = tuple(number for pair in zip(times, sizes, strict=True) for number in pair)
    before = x.shape

    def to_x(g: Array) -> Array:
        total: Array = g.reshape(pairs).sum(axis=tuple(range(0, 2 * count, 2)))
        return total.reshape(before)

    return np.tile(x, times), (to_x,)


def repeat_interleave(
    x: Operand, repeats: Integers, axis: int | None = None, name: str | None = None, *, output_size: int | None = None
) -> Tensor:
    """Return each element of ``x`` several times, one after the other, along an axis.

    Mirrors ``paddle.repeat_interleave``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    repeats : int or Tensor
        How often: a number for all, or a tensor of one for each along the axis.
    axis : int, optional
        Which; if None, the elements are taken as along one.
    name : str, optional
        Accepted as in Paddle.
    output_size : int, optional
        The new size of the axis; anything else is refused.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or the numbers do not fit the axis.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.repeat_interleave(paramattr.to_tensor([1, 2]), 2).tolist()
    [1, 1, 2, 2]
    """
    x = as_tensor("x", x)
    if axis is None:
        x = flatten(x)
    place = checks.axis("axis", axis or 0, x.ndim)
    size, given = x.shape[place], arguments.plain(repeats)
    counts = list(arguments.integers("repeats", given, low=0 if isinstance(given, list) else 1))
    if isinstance(given, list) and len(counts) != size:
        raise ValueError(f"repeats must be a number or {size} of them, but received {len(counts)}")
    index = np.repeat(np.arange(size), counts)
    if output_size is not None and checks.integer("output_size", output_size) != index.size:
        raise ValueError(f"output_size must be {index.size}, the sum of repeats, but received {output_size}")
    return apply(rules.getitem, x, index=(slice(None),) * place + (index,))


def reduce_as(x: Operand, target: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` summed to the shape of ``target``, which broadcasts to that of ``x``.

    Mirrors ``paddle.reduce_as``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or the shape of ``target`` does not broadcast to that of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.reduce_as(paramattr.ones([2, 3]), paramattr.zeros([3])).tolist()
    [2.0, 2.0, 2.0]
    """
    x, shape = as_tensor("x", x), as_tensor("target", target).numpy().shape
    extra = x.ndim - len(shape)
    if extra < 0 or any(a not in (1, b) for a, b in zip(shape, x.numpy().shape[extra:], strict=True)):
        raise ValueError(f"target must broadcast to the shape {x.shape!r} of x, but has shape {list(shape)}")
    axes = (*range(extra), *(extra + k for k, size in enumerate(shape) if size == 1 and x.shape[extra + k] != 1))
    return apply(rules.reshape, apply(rules.sum, x, axis=axes, keepdim=True), shape=shape)
