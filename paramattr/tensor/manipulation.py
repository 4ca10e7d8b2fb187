"""Tensors in other shapes and dtypes, with the same elements in the same order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integers
from paramattr.tensor.creation import to_tensor
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "cast", "flatten", "ravel", "reshape", "squeeze", "unflatten", "unsqueeze",
    "view", "view_as",
]  # fmt: skip


def cast(x: Operand, dtype: DTypeLike) -> Tensor:
    """Return ``x`` in another dtype.

    Mirrors ``paddle.cast``.

    Raises
    ------
    TypeError
        If ``dtype`` is not one of numbers or bools.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cast(paramattr.to_tensor([1.5, 0.0]), "bool").numpy()
    array([ True, False])
    """
    return as_tensor("x", x).astype(dtype)


@also(spread="shape", input="x")
def reshape(x: Operand, shape: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` in another shape.

    Mirrors ``paddle.reshape``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape : sequence of int or Tensor
        The new sizes; one may be -1, which stands for the rest, and 0 is the size that ``x`` has there.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``shape`` holds anything but integers, or does not hold the elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.reshape(paramattr.to_tensor([1.0, 2.0, 3.0, 4.0]), [2, -1]).shape
    [2, 2]
    """
    x = as_tensor("x", x)
    return apply(rules.reshape, x, shape=checks.new_shape("shape", arguments.integers("shape", shape), x.numpy().shape))


@also(input="x", start_dim="start_axis", end_dim="stop_axis")
def flatten(x: Operand, start_axis: int = 0, stop_axis: int = -1, name: str | None = None) -> Tensor:
    """Return ``x`` with the axes from ``start_axis`` to ``stop_axis`` made one.

    Mirrors ``paddle.flatten``.

    Raises
    ------
    TypeError, ValueError
        If an axis is not an integer or does not exist, or ``start_axis`` comes after ``stop_axis``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.flatten(paramattr.to_tensor([[[1.0, 2.0]], [[3.0, 4.0]]]), 1).shape
    [2, 2]
    """
    x = as_tensor("x", x)
    count = x.ndim or 1
    given = checks.integer("start_axis", start_axis), checks.integer("stop_axis", stop_axis)
    first, last = (axis + count if axis < 0 else axis for axis in given)
    if not 0 <= first <= last < count:
        raise ValueError(
            f"flatten needs axes with start_axis <= stop_axis of a tensor with {x.ndim} axes,"
            f" but received start_axis={start_axis}, stop_axis={stop_axis}"
        )
    sizes = x.numpy().shape
    return apply(rules.reshape, x, shape=(*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :]))


def ravel(input: Operand) -> Tensor:
    """Return the elements of ``input`` along one axis.

    Mirrors ``paddle.ravel``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ravel(paramattr.to_tensor([[1, 2], [3, 4]])).numpy()
    array([1, 2, 3, 4])
    """
    return flatten(as_tensor("input", input))


@also(input="x", dim="axis", sizes="shape")
def unflatten(x: Operand, axis: int, shape: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` with one axis made several.

    Mirrors ``paddle.unflatten``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least one axis.
    axis : int
        Which to divide.
    shape : sequence of int or Tensor
        The sizes in its place; one may be -1, which stands for the rest.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` does not exist, or ``shape`` does not hold its elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.unflatten(paramattr.zeros([2, 6]), 1, [3, -1]).shape
    [2, 3, 2]
    """
    x = as_tensor("x", x)
    place, sizes = checks.axis("axis", axis, x.ndim), x.numpy().shape
    parts = checks.new_shape("shape", arguments.integers("shape", shape), sizes[place : place + 1])
    return apply(rules.reshape, x, shape=(*sizes[:place], *parts, *sizes[place + 1 :]))


@also(input="x", dim="axis")
def squeeze(x: Operand, axis: Integers | None = None, name: str | None = None) -> Tensor:
    """Return ``x`` without the axes of size 1: all of them, or those among ``axis``, whose others stay.

    Mirrors ``paddle.squeeze``.

    Raises
    ------
    TypeError, ValueError
        If an axis is not an integer, does not exist, or is named twice.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.squeeze(paramattr.zeros([1, 2, 1]), 0).shape
    [2, 1]
    """
    x = as_tensor("x", x)
    axes = checks.axes("axis", arguments.plain(axis), x.ndim)
    wanted = range(x.ndim) if axes is None or not axes else axes
    kept = tuple(size for place, size in enumerate(x.numpy().shape) if size != 1 or place not in wanted)
    return apply(rules.reshape, x, shape=kept)


@also(input="x", dim="axis")
def unsqueeze(x: Operand, axis: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` with axes of size 1 put in, one after the other.

    Mirrors ``paddle.unsqueeze``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    axis : int, sequence of int or Tensor
        Where each new axis is once it is put in, before the next is.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` holds anything but integers, or a place that is too far.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.unsqueeze(paramattr.zeros([3]), [0, 2]).shape
    [1, 3, 1]
    """
    x = as_tensor("x", x)
    sizes = list(x.numpy().shape)
    for number in arguments.integers("axis", axis):
        sizes.insert(checks.axis("axis", number, len(sizes) + 1), 1)
    return apply(rules.reshape, x, shape=tuple(sizes))


@also(spread="shape_or_dtype", dtype="shape_or_dtype", size="shape_or_dtype")
def view(x: Operand, shape_or_dtype: Integers | DTypeLike, name: str | None = None) -> Tensor:
    """Return ``x`` in another shape, or its bytes read as another dtype.

    Mirrors ``paddle.view``. Memory is shared where that is possible; what is read as another dtype has no history.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape_or_dtype : sequence of int or dtype
        Sizes as for `reshape`, or a dtype, by whose width the size of the last axis changes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If it is neither, or does not fit the elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.view(paramattr.ones([2]), "int32").numpy()
    array([1065353216, 1065353216], dtype=int32)
    """
    x = as_tensor("x", x)
    if isinstance(shape_or_dtype, (int, list, tuple, Tensor)):
        return reshape(x, shape_or_dtype)
    dtype: np.dtype[Any] = dtypes.numeric("shape_or_dtype", shape_or_dtype, x.dtype)  # type: ignore[arg-type]
    try:
        return Tensor(np.ascontiguousarray(x.numpy()).reshape(x.shape or (1,)).view(dtype))
    except ValueError:
        raise ValueError(f"shape_or_dtype must fit {x.shape!r} of dtype {x.dtype}, but received {dtype}") from None


def view_as(x: Operand, other: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` in the shape of ``other``.

    Mirrors ``paddle.view_as``. What is refused is as for `reshape`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.view_as(paramattr.zeros([6]), paramattr.zeros([2, 3])).shape
    [2, 3]
    """
    return reshape(x, as_tensor("other", other).shape)


def atleast_1d(*inputs: Any, name: str | None = None) -> Any:
    """Return each tensor with at least one axis: one tensor for one, else a list.

    Mirrors ``paddle.atleast_1d``.

    Parameters
    ----------
    *inputs : Tensor or array_like
        The tensors, or one list of tensors.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError
        If an input is not numeric.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atleast_1d(paramattr.to_tensor(1.0)).shape
    [1]
    """
    return _with_axes(inputs, 1)


def atleast_2d(*inputs: Any, name: str | None = None) -> Any:
    """Return each tensor with at least two axes, the new ones first.

    Mirrors ``paddle.atleast_2d``. The arguments, and what is refused, are those of `atleast_1d`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atleast_2d(paramattr.zeros([3])).shape
    [1, 3]
    """
    return _with_axes(inputs, 2)


def atleast_3d(*inputs: Any, name: str | None = None) -> Any:
    """Return each tensor with at least three axes: a row becomes [1, n, 1], and a matrix [m, n, 1].

    Mirrors ``paddle.atleast_3d``. The arguments, and what is refused, are those of `atleast_1d`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atleast_3d(paramattr.zeros([3])).shape
    [1, 3, 1]
    """
    return _with_axes(inputs, 3)


def _with_axes(inputs: tuple[Any, ...], count: int) -> Any:
    if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)) and any(isinstance(x, Tensor) for x in inputs[0]):
        inputs = tuple(inputs[0])
    values = [_padded(_operand(f"inputs[{place}]", x), count) for place, x in enumerate(inputs)]
    return values[0] if len(values) == 1 else values


def _operand(name: str, x: Any) -> Tensor:
    """Return a Tensor as it is, and all else as `to_tensor` makes it one."""
    return as_tensor(name, x if isinstance(x, Tensor) else to_tensor(x))


def _padded(x: Tensor, count: int) -> Tensor:
    sizes = x.numpy().shape
    if len(sizes) >= count:
        return x
    # A matrix with three axes has the new one last, and all others have theirs first.
    shape = (1,) * (min(count, 2) - len(sizes)) + sizes
    shape += (1,) * (count - len(shape))
    return apply(rules.reshape, x, shape=shape)
