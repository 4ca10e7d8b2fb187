"""Tensors cut into several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integer, Integers
from paramattr.utils import checks

__all__ = ["chunk", "dsplit", "hsplit", "split", "split_with_sizes", "tensor_split", "unbind", "unstack", "vsplit"]


def split(x: Operand, num_or_sections: Integers, axis: Integer = 0, name: str | None = None) -> list[Tensor]:
    """Return the parts of ``x`` along an axis, which share its memory.

    Mirrors ``paddle.split``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    num_or_sections : int or sequence of int
        How many equal parts, or the size of each; one size may be -1, which stands for the rest.
    axis : int or Tensor, default 0
        Along which to cut.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or the parts do not make up the axis.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.split(paramattr.to_tensor([1, 2, 3]), [1, -1])]
    [[1], [2, 3]]
    """
    x, given = as_tensor("x", x), arguments.plain(num_or_sections)
    place = arguments.axis("axis", axis, x.ndim)
    size = x.shape[place]
    if not isinstance(given, (list, tuple)):
        count = checks.integer("num_or_sections", given, low=1)
        if size % count:
            raise ValueError(f"num_or_sections must divide the {size} elements of axis {axis}, but received {count}")
        return _pieces(x, [k * (size // count) for k in range(count + 1)], place)
    sections = _sections(given, size)
    edges = [0]
    for section in sections:
        edges.append(edges[-1] + section)
    return _pieces(x, edges, place)


def split_with_sizes(x: Operand, split_sizes: Sequence[Integer], dim: Integer = 0) -> list[Tensor]:
    """Return the parts of ``x`` along an axis, of sizes that make it up.

    Mirrors ``paddle.Tensor.split_with_sizes``. The arguments, and what is refused, are those of `split`; no size is -1.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.to_tensor([1, 2, 3]).split_with_sizes([1, 2])]
    [[1], [2, 3]]
    """
    given = checks.several("split_sizes", arguments.plain(split_sizes), "a sequence of sizes")
    return split(x, [checks.integer(f"split_sizes[{place}]", size, low=0) for place, size in enumerate(given)], dim)


def _sections(given: Sequence[object], size: int) -> list[int]:
    """Return sizes that make up ``size``, with the rest in place of -1."""
    sizes = list(arguments.integers("num_or_sections", given, low=-1))
    known = sum(part for part in sizes if part != -1)
    free = sizes.count(-1)
    if not sizes or free > 1 or known > size or (not free and known < size):
        raise ValueError(f"num_or_sections must add up to {size}, with at most one -1, but received {given!r}")
    return [size - known if part == -1 else part for part in sizes]


def _pieces(x: Tensor, edges: Sequence[int], axis: int) -> list[Tensor]:
    """Return what lies between each two edges along an axis."""
    before = (slice(None),) * axis
    return [apply(rules.getitem, x, index=(*before, slice(start, stop))) for start, stop in pairwise(edges)]


def chunk(x: Operand, chunks: int, axis: Integer = 0, name: str | None = None) -> list[Tensor]:
    """Return ``chunks`` equal parts of ``x`` along an axis.

    Mirrors ``paddle.chunk``. The other arguments, and what is refused, are those of `split`.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.chunk(paramattr.to_tensor([1, 2, 3, 4]), 2)]
    [[1, 2], [3, 4]]
    """
    return split(x, checks.integer("chunks", chunks, low=1), axis)


def tensor_split(x: Operand, num_or_indices: Integers, axis: Integer = 0, name: str | None = None) -> list[Tensor]:
    """Return the parts of ``x`` along an axis, which need not be equal.

    Mirrors ``paddle.tensor_split``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    num_or_indices : int or sequence of int
        How many parts, of which the first are larger by one if need be, or where to cut, as slices count.
    axis : int or Tensor, default 0
        Along which to cut.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or ``x`` has no axis to cut.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.tensor_split(paramattr.to_tensor([1, 2, 3]), 2)]
    [[1, 2], [3]]
    """
    x, given = as_tensor("x", x), arguments.plain(num_or_indices)
    place = arguments.axis("axis", axis, x.ndim)
    if not x.ndim:
        raise ValueError("x must have at least 1 axis to be cut, but received shape []")
    size = x.shape[place]
    if isinstance(given, (list, tuple)):
        cuts = [0, *arguments.integers("num_or_indices", given)]
        before, stops = (slice(None),) * place, [*cuts[1:], None]
        return [apply(rules.getitem, x, index=(*before, slice(a, b))) for a, b in zip(cuts, stops, strict=True)]
    count = checks.integer("num_or_indices", given, low=1)
    share, rest = divmod(size, count)
    return _pieces(x, [k * share + min(k, rest) for k in range(count + 1)], place)


def hsplit(x: Operand, num_or_indices: Integers, name: str | None = None) -> list[Tensor]:
    """Return the parts of ``x`` along the second axis, of a vector along its only one.

    Mirrors ``paddle.hsplit``. The other arguments, and what is refused, are those of `tensor_split`.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.hsplit(paramattr.to_tensor([[1, 2], [3, 4]]), 2)]
    [[[1], [3]], [[2], [4]]]
    """
    x = _with_axes(x, 1)
    return tensor_split(x, num_or_indices, 0 if x.ndim == 1 else 1)


def vsplit(x: Operand, num_or_indices: Integers, name: str | None = None) -> list[Tensor]:
    """Return the parts of ``x``, which has two axes or more, along the first.

    Mirrors ``paddle.vsplit``. The other arguments, and what is refused, are those of `tensor_split`.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.vsplit(paramattr.to_tensor([[1, 2], [3, 4]]), 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return tensor_split(_with_axes(x, 2), num_or_indices, 0)


def dsplit(x: Operand, num_or_indices: Integers, name: str | None = None) -> list[Tensor]:
    """Return the parts of ``x``, which has three axes or more, along the third.

    Mirrors ``paddle.dsplit``. The other arguments, and what is refused, are those of `tensor_split`.

    Examples
    --------
    >>> import paramattr
    >>> [part.tolist() for part in paramattr.dsplit(paramattr.to_tensor([[[1, 2]]]), 2)]
    [[[[1]]], [[[2]]]]
    """
    return tensor_split(_with_axes(x, 3), num_or_indices, 2)


def _with_axes(x: Operand, count: int) -> Tensor:
    tensor = as_tensor("x", x)
    if tensor.ndim < count:
        raise ValueError(f"x must have at least {count} axes, but received shape {tensor.shape!r}")
    return tensor


def unbind(input: Operand, axis: int = 0) -> list[Tensor]:
    """Return the parts of ``input`` along an axis one by one, without that axis.

    Mirrors ``paddle.unbind``.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an integer, or does not exist.

    Examples
    --------
    >>> import paramattr
    >>> [row.tolist() for row in paramattr.unbind(paramattr.to_tensor([[1, 2], [3, 4]]))]
    [[1, 2], [3, 4]]
    """
    x = as_tensor("input", input)
    place = arguments.axis("axis", axis, x.ndim)
    if not x.ndim:
        raise ValueError("input must have at least 1 axis, but received shape []")
    before = (slice(None),) * place
    return [apply(rules.getitem, x, index=(*before, number)) for number in range(x.shape[place])]


def unstack(x: Operand, axis: int = 0, num: int | None = None) -> list[Tensor]:
    """Return the parts of ``x`` along an axis one by one, without that axis; there must be ``num`` if it is given.

    Mirrors ``paddle.unstack``. What is refused else is as for `unbind`.

    Examples
    --------
    >>> import paramattr
    >>> [row.tolist() for row in paramattr.unstack(paramattr.to_tensor([[1, 2], [3, 4]]))]
    [[1, 2], [3, 4]]
    """
    parts = unbind(as_tensor("x", x), axis)
    if num is not None and checks.integer("num", num) != len(parts):
        raise ValueError(f"num must be the size {len(parts)} of axis {axis}, but received {num}")
    return parts
