"""Tensors in other shapes: joined, cut, turned, picked apart."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence

from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.utils import checks

__all__ = ["cast", "concat", "flatten", "reshape", "stack", "transpose"]


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


def reshape(x: Operand, shape: Sequence[int], name: str | None = None) -> Tensor:
    """Return ``x`` in another shape.

    Mirrors ``paddle.reshape``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shape : sequence of int
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
    return apply(rules.reshape, x, shape=checks.new_shape("shape", shape, x.data.shape))


def transpose(x: Operand, perm: Sequence[int], name: str | None = None) -> Tensor:
    """Return ``x`` with its axes in the order ``perm``.

    Mirrors ``paddle.transpose``.

    Raises
    ------
    TypeError, ValueError
        If ``perm`` does not name each axis once.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.transpose(paramattr.to_tensor([[1.0, 2.0]]), [1, 0]).shape
    [2, 1]
    """
    x = as_tensor("x", x)
    axes = checks.axes("perm", perm, x.ndim)
    if axes is None or len(axes) != x.ndim:
        raise ValueError(f"perm must name each of the {x.ndim} axes, but received {perm!r}")
    return apply(rules.transpose, x, perm=axes)


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
    sizes = x.data.shape
    return apply(rules.reshape, x, shape=(*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :]))


def concat(x: Sequence[Operand], axis: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the tensors ``x`` joined along ``axis``.

    Mirrors ``paddle.concat``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of tensors, their shapes differ in another axis, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0])
    >>> paramattr.concat([one, one]).numpy()
    array([1., 1.], dtype=float32)
    """
    tensors = several("x", x)
    return into(out, apply(rules.concat, *tensors, axis=checks.axis("axis", axis, tensors[0].ndim)))


def stack(x: Sequence[Operand], axis: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the tensors ``x``, all of one shape, side by side along a new ``axis``.

    Mirrors ``paddle.stack``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of tensors of one shape, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0, 2.0])
    >>> paramattr.stack([one, one], axis=1).shape
    [2, 2]
    """
    tensors = several("x", x)
    position = checks.axis("axis", axis, tensors[0].ndim + 1)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"x must hold tensors of one shape, but received shapes {[t.shape for t in tensors]}")
    sizes = tensors[0].data.shape
    new = (*sizes[:position], 1, *sizes[position:])
    return concat([apply(rules.reshape, t, shape=new) for t in tensors], position, out=out)


def several(name: str, value: Sequence[Operand]) -> list[Tensor]:
    """Return a list or tuple of at least one array_like as tensors; TypeError that names the argument for all else."""
    if not isinstance(value, (list, tuple)) or not value:
        received = f"{reprlib.repr(value)} ({type(value).__name__})"
        raise TypeError(f"{name} must be a list of at least one tensor, but received {received}")
    return [as_tensor(f"{name}[{position}]", part) for position, part in enumerate(value)]
