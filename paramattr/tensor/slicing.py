"""Parts of tensors that start and stop somewhere, and tensors with such a part replaced."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integer, Integers
from paramattr.tensor.manipulation import flatten
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["as_strided", "crop", "narrow", "select_scatter", "slice", "slice_scatter", "strided_slice", "unfold"]


def slice(input: Operand, axes: Sequence[Integer], starts: Integers, ends: Integers) -> Tensor:
    """Return the part of ``input`` from a start to an end along some axes; it shares the memory.

    Mirrors ``paddle.slice``.

    Parameters
    ----------
    input : Tensor or array_like
        Of any shape.
    axes : sequence of int
        Which axes to cut.
    starts, ends : sequence of int or Tensor
        For each of them, the first place and the one behind the last, as Python's slices count.

    Raises
    ------
    TypeError, ValueError
        If an axis does not exist or is named twice, or there are not as many bounds as axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.slice(paramattr.to_tensor([[1, 2, 3], [4, 5, 6]]), [1], [0], [2]).tolist()
    [[1, 2], [4, 5]]
    """
    x = as_tensor("input", input)
    return apply(rules.getitem, x, index=_bounds(x.ndim, axes=axes, starts=starts, ends=ends))


def strided_slice(
    x: Operand, axes: Sequence[Integer], starts: Integers, ends: Integers, strides: Integers, name: str | None = None
) -> Tensor:
    """Return every so manieth element of ``x`` from a start to an end along some axes; it shares the memory.

    Mirrors ``paddle.strided_slice``. The other arguments are those of `slice`.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    axes, starts, ends
        As in `slice`.
    strides : sequence of int or Tensor
        The steps, which may go backwards.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        As for `slice`, or if a step is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.strided_slice(paramattr.arange(6), [0], [5], [0], [-2]).tolist()
    [5, 3, 1]
    """
    x = as_tensor("x", x)
    return apply(rules.getitem, x, index=_bounds(x.ndim, axes=axes, starts=starts, ends=ends, strides=strides))


def _bounds(ndim: int, **given: Integers) -> tuple[builtins.slice, ...]:
    """Return the index that ``axes``, ``starts``, ``ends`` and, if they are given, ``strides`` stand for."""
    numbers = {name: arguments.integers(name, value) for name, value in given.items()}
    axes = checks.axes("axes", numbers.pop("axes"), ndim) or ()
    index = [builtins.slice(None)] * ndim
    for name, values in numbers.items():
        if len(values) != len(axes):
            raise ValueError(f"{name} must be one for each of the axes {list(axes)}, but received {list(values)}")
    if 0 in numbers.get("strides", ()):
        raise ValueError(f"strides must not be 0, but received {list(numbers['strides'])}")
    for axis, bounds in zip(axes, zip(*numbers.values(), strict=True), strict=True):
        index[axis] = builtins.slice(*bounds)
    return tuple(index)


def slice_scatter(
    x: Operand,
    value: Operand,
    axes: Sequence[int],
    starts: Sequence[int],
    ends: Sequence[int],
    strides: Sequence[int],
    name: str | None = None,
) -> Tensor:
    """Return ``x`` with ``value`` in place of what `strided_slice` would return for the same arguments.

    Mirrors ``paddle.slice_scatter``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    value : Tensor or array_like
        Of the dtype of ``x``; it may broadcast to the part.
    axes, starts, ends, strides
        As in `strided_slice`.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        As for `strided_slice`, or if ``value`` does not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.slice_scatter(paramattr.zeros([4]), paramattr.ones([2]), [0], [0], [4], [2]).tolist()
    [1.0, 0.0, 1.0, 0.0]
    """
    x = as_tensor("x", x)
    index = _bounds(x.ndim, axes=axes, starts=starts, ends=ends, strides=strides)
    return apply(rules.setitem, x, arguments.same_dtype("value", value, x), index=index)


def select_scatter(x: Operand, values: Operand, axis: int, index: int, name: str | None = None) -> Tensor:
    """Return ``x`` with ``values`` at a place along an axis.

    Mirrors ``paddle.select_scatter``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    values : Tensor or array_like
        Of the shape of ``x`` without the axis, cast to its dtype.
    axis, index : int
        The axis, and the place along it.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, ``values`` of another shape, or there is no such place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.select_scatter(paramattr.zeros([2, 2]), paramattr.ones([2]), 0, 1).tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    x = as_tensor("x", x)
    place, part = checks.axis("axis", axis, x.ndim), as_tensor("values", values).astype(x.dtype)
    number = checks.integer("index", index, low=-x.shape[place], high=x.shape[place] - 1)
    wanted = [*x.shape[:place], *x.shape[place + 1 :]]
    if part.shape != wanted:
        raise ValueError(f"values must have shape {wanted}, but received {part.shape!r}")
    return apply(rules.setitem, x, part, index=(builtins.slice(None),) * place + (number,))


def narrow(input: Operand, dim: int, start: Integer, length: int) -> Tensor:
    """Return ``length`` places of ``input`` from ``start`` on along an axis; they share the memory.

    Mirrors ``paddle.narrow``.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, or the axis does not exist or has no such places.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.narrow(paramattr.arange(5), 0, 1, 3).tolist()
    [1, 2, 3]
    """
    x = as_tensor("input", input)
    axis = checks.axis("dim", dim, x.ndim)
    size = x.shape[axis]
    first = arguments.integer("start", start, low=-size, high=size)
    first += size if first < 0 else 0
    count = arguments.integer("length", length, low=0, high=size - first)
    return apply(rules.getitem, x, index=(builtins.slice(None),) * axis + (builtins.slice(first, first + count),))


def crop(x: Operand, shape: Integers | None = None, offsets: Integers | None = None, name: str | None = None) -> Tensor:
    """Return the part of ``x`` of a shape that begins at an offset; it shares the memory.

    Mirrors ``paddle.crop``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape : sequence of int or Tensor, optional
        A size for each axis, that of ``x`` by default; -1 stands for all from the offset on.
    offsets : sequence of int or Tensor, optional
        Where the part begins along each axis, 0 by default.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or the part does not lie in ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.crop(paramattr.to_tensor([[1, 2, 3], [4, 5, 6]]), [1, 2], [1, 1]).tolist()
    [[5, 6]]
    """
    x = as_tensor("x", x)
    starts = (0,) * x.ndim if offsets is None else arguments.integers("offsets", offsets, low=0)
    sizes = x.numpy().shape if shape is None else arguments.integers("shape", shape, low=-1)
    if len(sizes) != x.ndim or len(starts) != x.ndim:
        raise ValueError(f"shape and offsets must name {x.ndim} axes, but received {list(sizes)} and {list(starts)}")
    stops = [whole if n == -1 else first + n for whole, first, n in zip(x.numpy().shape, starts, sizes, strict=True)]
    if any(not first <= stop <= whole for first, stop, whole in zip(starts, stops, x.numpy().shape, strict=True)):
        raise ValueError(f"shape {list(sizes)} from {list(starts)} on must lie in the shape {x.shape!r} of x")
    return apply(rules.getitem, x, index=tuple(map(builtins.slice, starts, stops)))


@also(dimension="axis")
def unfold(x: Operand, axis: int, size: int, step: int, name: str | None = None) -> Tensor:
    """Return the windows of ``x`` along an axis: their number takes its place, and a last axis runs through each.

    Mirrors ``paddle.unfold``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    axis : int
        Along which the windows lie.
    size, step : int
        The length of a window, and the distance from one to the next.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, the axis does not exist or is shorter than a window, or ``step`` is below 1.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.unfold(paramattr.arange(5), 0, 2, 3).tolist()
    [[0, 1], [3, 4]]
    """
    x = as_tensor("x", x)
    place = checks.axis("axis", axis, x.ndim)
    length = checks.integer("size", size, low=0, high=x.shape[place] if x.ndim else 0)
    firsts = np.arange(0, x.shape[place] - length + 1, checks.integer("step", step, low=1))
    index = (builtins.slice(None),) * place + (firsts[:, None] + np.arange(length),)
    order = [k for k in range(x.ndim + 1) if k != place + 1]
    return apply(rules.transpose, apply(rules.getitem, x, index=index), perm=(*order, place + 1))


def as_strided(
    x: Operand, shape: Sequence[int], stride: Sequence[int], offset: int = 0, name: str | None = None
) -> Tensor:
    """Return the elements of ``x`` that lie at given distances, counted in the order of its rows.

    Mirrors ``paddle.as_strided``, except that the memory is not shared.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape, stride : sequence of int
        For each new axis its size, and how many elements of ``x`` lie between two places along it.
    offset : int, default 0
        Where the first element lies, in bytes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or an element would lie outside of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.as_strided(paramattr.arange(5), [2, 2], [2, 1]).tolist()
    [[0, 1], [2, 3]]
    """
    x = as_tensor("x", x)
    sizes, steps = checks.shape("shape", shape), arguments.integers("stride", stride, low=0)
    first, rest = divmod(checks.integer("offset", offset, low=0), x.dtype.itemsize)
    if len(sizes) != len(steps) or rest:
        raise ValueError(
            f"stride must be one for each size, and offset whole elements: {shape!r}, {stride!r}, {offset}"
        )
    places = np.full(sizes, first)
    for axis, (count, step) in enumerate(zip(sizes, steps, strict=True)):
        places += (np.arange(count) * step).reshape(-1, *(1,) * (len(sizes) - axis - 1))
    if places.size and places.max() >= x.size:
        raise ValueError(f"shape, stride and offset must stay in the {x.size} elements, but reach {places.max() + 1}")
    return apply(rules.getitem, flatten(x), index=places)
