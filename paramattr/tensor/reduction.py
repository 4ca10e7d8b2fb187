"""Sums, products, means and extremes over axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.exponential import shares
from paramattr.tensor.function import into
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "nanmean",
    "nansum",
    "prod",
    "sum",
]

Axes = int | Sequence[int] | None


@also(input="x", dim="axis")
def sum(
    x: Operand,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the sum over ``axis``, all axes by default.

    Mirrors ``paddle.sum``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements; bools and narrow integers are counted in int64.
    axis : int, sequence of int or None
        The axes to sum over; as in Paddle, none at all stand for all.
    dtype : dtype, optional
        What the elements are converted to before; as in Paddle, it may change places with ``keepdim``.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or an axis does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sum(paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0).numpy()
    array([4., 6.], dtype=float32)
    """
    if isinstance(dtype, bool):
        dtype, keepdim = keepdim or None, dtype
    return into(out, reduce(rules.sum, counted(x, dtype), axis, keepdim))


@also(input="x", dim="axis")
def mean(
    x: Operand,
    axis: Axes = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    dtype: DTypeLike | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return the mean over ``axis``, all axes by default.

    Mirrors ``paddle.mean``, except that the mean of integers is not cut to an integer. The arguments, and what is
    refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.mean(paramattr.to_tensor([1.0, 2.0, 6.0])).item()
    3.0
    """
    return into(out, reduce(rules.mean, converted(x, dtype), axis, keepdim))


def max(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the largest value over ``axis``, all axes by default; as in Paddle, equal ones share the gradient.

    Mirrors ``paddle.max``. The arguments, and what is refused, are those of `sum`; there must be elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.max(paramattr.to_tensor([[1.0, 4.0], [3.0, 2.0]]), axis=1).numpy()
    array([4., 3.], dtype=float32)
    """
    return into(out, reduce(rules.max, x, axis, keepdim))


def min(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the smallest value over ``axis``, all axes by default; as in Paddle, equal ones share the gradient.

    Mirrors ``paddle.min``. The arguments, and what is refused, are those of `max`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.min(paramattr.to_tensor([[1.0, 4.0], [3.0, 2.0]]), axis=1).numpy()
    array([1., 2.], dtype=float32)
    """
    return into(out, reduce(_min, x, axis, keepdim))


def _min(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    value = np.asarray(x.min(axis=axis, keepdims=keepdim))

    def to_x(g: Array) -> Array:
        smallest = x == spread(value, x.ndim, axis, keepdim)
        gradient: Array = spread(g, x.ndim, axis, keepdim) * (smallest / smallest.sum(axis=axis, keepdims=True))
        return gradient

    return value, (to_x,)


@also(input="x", dim="axis")
def amax(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return what `max` returns.

    Mirrors ``paddle.amax``. The arguments, and what is refused, are those of `max`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.amax(paramattr.to_tensor([[1.0, 4.0], [3.0, 2.0]]), axis=1).numpy()
    array([4., 3.], dtype=float32)
    """
    return max(x, axis, keepdim, out=out)


@also(input="x", dim="axis")
def amin(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return what `min` returns.

    Mirrors ``paddle.amin``. The arguments, and what is refused, are those of `min`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.amin(paramattr.to_tensor([[1.0, 4.0], [3.0, 2.0]]), axis=1).numpy()
    array([1., 2.], dtype=float32)
    """
    return min(x, axis, keepdim, out=out)


@also(input="x", dim="axis")
def prod(
    x: Operand,
    axis: Axes = None,
    keepdim: bool = False,
    dtype: DTypeLike | None = None,
    out: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the product over ``axis``, all axes by default; the gradient is right at 0 too.

    Mirrors ``paddle.prod``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.prod(paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]]), axis=1).numpy()
    array([ 2., 12.], dtype=float32)
    """
    return into(out, reduce(_prod, counted(x, dtype), axis, keepdim))


def _prod(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    def to_x(g: Array) -> Array:
        # The product of the others, as that before each element times that after it.
        lines, back = in_lines(x, axis)
        ones = np.ones_like(lines[..., :1])
        before = np.cumprod(np.concatenate([ones, lines[..., :-1]], -1), -1)
        after = np.cumprod(np.concatenate([ones, lines[..., :0:-1]], -1), -1)[..., ::-1]
        gradient: Array = spread(g, x.ndim, axis, keepdim) * back(before * after)
        return gradient

    return np.asarray(x.prod(axis=axis, keepdims=keepdim)), (to_x,)


def nansum(
    x: Operand,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the sum over ``axis`` of what is not nan.

    Mirrors ``paddle.nansum``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nansum(paramattr.to_tensor([1.0, float("nan"), 2.0])).item()
    3.0
    """
    return into(out, reduce(_nansum, counted(x, dtype), axis, keepdim))


def _nansum(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    known = ~np.isnan(x)
    total, (to_x,) = rules.sum(np.where(known, x, 0).astype(x.dtype), axis=axis, keepdim=keepdim)
    return total, (lambda g: to_x(g) * known,)


def nanmean(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the mean over ``axis`` of what is not nan; nan where there is nothing else.

    Mirrors ``paddle.nanmean``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nanmean(paramattr.to_tensor([1.0, float("nan"), 3.0])).item()
    2.0
    """
    return into(out, reduce(_nanmean, x, axis, keepdim))


def _nanmean(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    x = real(x)
    total, (to_x,) = _nansum(x, axis=axis, keepdim=keepdim)
    found = np.sum(~np.isnan(x), axis=axis, keepdims=keepdim)
    count = np.asarray(found).astype(x.dtype)
    value = np.divide(total, count, out=np.full_like(count, np.nan), where=count > 0)
    return value, (lambda g: to_x(g / np.maximum(count, 1)),)


@also(input="x", dim="axis")
def logsumexp(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the logarithm of the sum of exp(x) over ``axis``, without overflow.

    Mirrors ``paddle.logsumexp``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logsumexp(paramattr.to_tensor([1000.0, 1000.0])).item()
    1000.693...
    """
    return into(out, reduce(_logsumexp, x, axis, keepdim))


def _logsumexp(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    x = real(x)
    largest = x.max(axis=axis, keepdims=True, initial=-np.inf)
    largest = np.where(np.isfinite(largest), largest, 0).astype(x.dtype)
    with np.errstate(divide="ignore", over="ignore"):  # infinities come from infinities
        total = largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))
    value = total if keepdim else total.squeeze(axis)
    return value, (lambda g: spread(g, x.ndim, axis, keepdim) * shares(x, total),)


@also(input="x", dim="axis")
def all(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return whether all elements over ``axis`` are other than 0.

    Mirrors ``paddle.all``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.all(paramattr.to_tensor([True, False])).item()
    False
    """
    return into(out, reduce(_all, x, axis, keepdim, recorded=False))


def _all(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    return np.asarray(x.all(axis=axis, keepdims=keepdim)), ()


@also(input="x", dim="axis")
def any(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return whether some element over ``axis`` is other than 0.

    Mirrors ``paddle.any``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.any(paramattr.to_tensor([True, False])).item()
    True
    """
    return into(out, reduce(_any, x, axis, keepdim, recorded=False))


def _any(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    return np.asarray(x.any(axis=axis, keepdims=keepdim)), ()


def count_nonzero(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return how many elements over ``axis`` are other than 0, in int64.

    Mirrors ``paddle.count_nonzero``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.count_nonzero(paramattr.to_tensor([[1.0, 0.0], [2.0, 3.0]]), axis=1).numpy()
    array([1, 2])
    """
    return into(out, reduce(_count_nonzero, x, axis, keepdim, recorded=False))


def _count_nonzero(x: Array, *, axis: rules.Axes, keepdim: bool) -> Outcome:
    return np.asarray(np.count_nonzero(x, axis=axis, keepdims=keepdim), np.int64), ()


def reduce(
    rule: rules.Rule, x: Operand, axis: Axes, keepdim: bool, *, recorded: bool = True, **settings: Any
) -> Tensor:
    """Run a ``rule`` of ``axis``, ``keepdim`` and other ``settings``; as in Paddle, no axes at all stand for all of them."""
    x = as_tensor("x", x)
    axes = checks.axes("axis", axis, x.ndim) or None
    kept = checks.boolean("keepdim", keepdim)
    return apply(rule, x if recorded else x.detach(), axis=axes, keepdim=kept, **settings)


def converted(x: Operand, dtype: DTypeLike | None) -> Tensor:
    """Return ``x`` in ``dtype``, if one is given."""
    x = as_tensor("x", x)
    return x if dtype is None else x.astype(dtype)


def counted(x: Operand, dtype: DTypeLike | None) -> Tensor:
    """`converted`, with integers and bools in int64 where no ``dtype`` is given."""
    x = as_tensor("x", x)
    if dtype is None:
        return x.astype(np.int64) if x.dtype.kind in "biu" else x
    return x.astype(dtype)


def spread(reduced: Array, ndim: int, axis: rules.Axes, keepdim: bool) -> Array:
    """Return what was reduced over ``axis`` in a shape that broadcasts with the ``ndim`` axes from before."""
    if keepdim:
        return reduced
    return np.expand_dims(reduced, tuple(range(ndim)) if axis is None else axis)


def reduced_shape(shape: tuple[int, ...], axis: rules.Axes, keepdim: bool) -> tuple[int, ...]:
    """Return the shape of what is reduced over ``axis``."""
    gone = range(len(shape)) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(1 if place in gone else size for place, size in enumerate(shape) if keepdim or place not in gone)


def in_lines(x: Array, axis: rules.Axes) -> tuple[Array, Callable[[Array], Array]]:
    """Return ``x`` with the axes of ``axis`` made one, the last, and the way back."""
    last = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    order = (*(place for place in range(x.ndim) if place not in last), *last)
    moved = x.transpose(order)
    split, inverse, first = moved.shape, np.argsort(order), x.ndim - len(last)
    lines = moved.reshape(*split[:first], math.prod(split[first:]))
    return lines, lambda changed: changed.reshape(split).transpose(inverse)
