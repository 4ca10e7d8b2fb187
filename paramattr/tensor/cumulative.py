"""Sums, products and extremes up to each element; differences and integrals."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.tensor.joining import concat
from paramattr.tensor.reduction import converted, counted
from paramattr.tensor.reduction import sum as total
from paramattr.utils import checks
from paramattr.utils.alias import also
from paramattr.utils.dtypes import compute_dtype

__all__ = [
    "cummax", "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "diff", "logcumsumexp", "trapezoid",
]  # fmt: skip


@also(input="x", dim="axis")
def cumsum(
    x: Operand,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the sums of the elements up to each one.

    Mirrors ``paddle.cumsum``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements; bools and narrow integers are counted in int64.
    axis : int, optional
        The axis to go along; the flattened tensor by default.
    dtype : dtype, optional
        What the elements are converted to before.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the axis does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cumsum(paramattr.to_tensor([1.0, 2.0, 3.0])).numpy()
    array([1., 3., 6.], dtype=float32)
    """
    return into(out, _along(_cumsum, counted(x, dtype), axis))


def _cumsum(x: Array, *, axis: int) -> Outcome:
    return np.cumsum(x, axis), (lambda g: _sums_from(g, axis),)


def _sums_from(g: Array, axis: int) -> Array:
    """Return the sums of the elements from each one on."""
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


@also(input="x")
def cumprod(
    x: Operand,
    dim: int | None = None,
    *,
    dtype: DTypeLike | None = None,
    out: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the products of the elements up to each one; the gradient is right at 0 too.

    Mirrors ``paddle.cumprod``. The arguments, and what is refused, are those of `cumsum`, with ``dim`` for ``axis``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cumprod(paramattr.to_tensor([1.0, 2.0, 3.0])).numpy()
    array([1., 2., 6.], dtype=float32)
    """
    return into(out, _along(_cumprod, counted(x, dtype), dim, "dim"))


def _cumprod(x: Array, *, axis: int) -> Outcome:
    value = np.cumprod(x, axis)

    def to_x(g: Array) -> Array:
        # Division by an element takes it out of the products; at the first 0 of a line it never goes in.
        zero = x == 0
        first = zero & (np.cumsum(zero, axis) == 1)
        without = np.cumprod(np.where(first, 1, x), axis)
        gradient: Array = _sums_from(g * value, axis) / np.where(zero, 1, x)
        return np.where(zero, first * _sums_from(g * without, axis), gradient)

    return value, (to_x,)


def cummax(
    x: Operand, axis: int | None = None, dtype: DTypeLike = "int64", name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Return the largest of the elements up to each one, the last of equal ones, and where it stands.

    Mirrors ``paddle.cummax``; ``dtype`` is that of the indices, int32 or int64. The other arguments, and what is refused,
    are those of `cumsum`.

    Examples
    --------
    >>> import paramattr
    >>> values, indices = paramattr.cummax(paramattr.to_tensor([1.0, 3.0, 2.0]))
    >>> values.tolist(), indices.tolist()
    ([1.0, 3.0, 3.0], [0, 1, 1])
    """
    return _extremes(x, axis, dtype, largest=True)


def cummin(
    x: Operand, axis: int | None = None, dtype: DTypeLike = "int64", name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Return the smallest of the elements up to each one, the last of equal ones, and where it stands.

    Mirrors ``paddle.cummin``. The arguments, and what is refused, are those of `cummax`.

    Examples
    --------
    >>> import paramattr
    >>> values, indices = paramattr.cummin(paramattr.to_tensor([3.0, 1.0, 2.0]))
    >>> values.tolist(), indices.tolist()
    ([3.0, 1.0, 1.0], [0, 1, 1])
    """
    return _extremes(x, axis, dtype, largest=False)


def _extremes(x: Operand, axis: int | None, dtype: DTypeLike, *, largest: bool) -> tuple[Tensor, Tensor]:
    x = as_tensor("x", x)
    kind = np.dtype(checks.choice("dtype", np.dtype(dtype).name, ["int32", "int64"]))
    if axis is None:
        x, axis = apply(rules.reshape, x, shape=(x.size,)), 0
    number = checks.axis("axis", axis, x.ndim)
    data = x.numpy().reshape(-1) if x.ndim == 0 else x.numpy()
    best = (np.maximum if largest else np.minimum).accumulate(data, number)
    places = np.arange(data.shape[number]).reshape([-1 if place == number else 1 for place in range(data.ndim)])
    # An element is the extreme where it equals it; nan is equal to no nan, but the first one stays.
    here = np.where(np.isnan(best), np.isnan(data), data == best) if data.dtype.kind not in "biu" else data == best
    index = np.maximum.accumulate(np.where(here, places, 0), number).reshape(x.numpy().shape)
    return apply(_take_along, x, index=index, axis=number), Tensor(index.astype(kind))


@rules.exact
def _take_along(x: Array, *, index: Array, axis: int) -> Outcome:
    if not x.ndim:
        return x.copy(), (lambda g: g,)
    shape, dtype = x.shape, compute_dtype(x.dtype)

    def to_x(g: Array) -> Array:
        gradient = np.zeros(shape, dtype)
        places: list[Array] = list(np.indices(shape, sparse=True))
        places[axis] = index
        np.add.at(gradient, tuple(places), g)
        return gradient

    return np.take_along_axis(x, index, axis), (to_x,)


def logcumsumexp(
    x: Operand,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the logarithms of the sums of exp(x) up to each element, without overflow.

    Mirrors ``paddle.logcumsumexp``. The arguments, and what is refused, are those of `cumsum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logcumsumexp(paramattr.to_tensor([0.0, 0.0])).numpy()
    array([0.       , 0.6931472], dtype=float32)
    """
    return into(out, _along(_logcumsumexp, converted(x, dtype), axis))


def _logcumsumexp(x: Array, *, axis: int) -> Outcome:
    x = real(x)
    value = np.logaddexp.accumulate(x, axis)

    def to_x(g: Array) -> Array:
        # exp(x[k]) times the sum of g[m] / exp(value[m]) over m >= k, by logarithms, for each sign of g.
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [
                np.where((sign * g > 0) & (value > -np.inf), np.log(sign * g) - value, -np.inf) for sign in (1, -1)
            ]
        ups, downs = (_sums_of_exp_from(part, axis) for part in parts)
        gradient: Array = np.exp(x + ups) - np.exp(x + downs)
        return gradient

    return value, (to_x,)


def _sums_of_exp_from(x: Array, axis: int) -> Array:
    return np.flip(np.logaddexp.accumulate(np.flip(x, axis), axis), axis)


@also(input="x", dim="axis")
def diff(
    x: Operand,
    n: int = 1,
    axis: int = -1,
    prepend: Operand | None = None,
    append: Operand | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the differences of neighbours along ``axis``.

    Mirrors ``paddle.diff``; where bools are neighbours, whether they differ.

    Parameters
    ----------
    x : Tensor or array_like
        With one axis or more.
    n : int, default 1
        How many times differences are taken, at least once.
    axis : int, default -1
        The axis of the neighbours.
    prepend, append : Tensor or array_like, optional
        What is joined to ``x`` before and after it, along ``axis``.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, the axis does not exist, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.diff(paramattr.to_tensor([1.0, 4.0, 9.0])).numpy()
    array([3., 5.], dtype=float32)
    """
    x = as_tensor("x", x)
    if not x.ndim:
        raise ValueError("x must have an axis, but received shape []")
    number = checks.axis("axis", axis, x.ndim)
    count = checks.integer("n", n, low=1)
    ends = (part for part in (prepend, x, append) if part is not None)
    joined = concat(list(ends), number)
    return into(out, apply(_diff, joined, n=count, axis=number))


def _diff(x: Array, *, n: int, axis: int) -> Outcome:
    value = np.diff(x, n, axis)
    count = x.shape[axis]

    def to_x(g: Array) -> Array:
        for _ in range(min(n, count)):
            edge = np.zeros_like(g, shape=(*g.shape[:axis], 1, *g.shape[axis + 1 :]))
            g = -np.diff(np.concatenate([edge, g, edge], axis), 1, axis)
        return g

    return value, (to_x,)


def trapezoid(
    y: Operand,
    x: Operand | None = None,
    dx: float | None = None,
    axis: int = -1,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the integral along ``axis`` by the trapezoidal rule.

    Mirrors ``paddle.trapezoid``.

    Parameters
    ----------
    y : Tensor or array_like
        The values of the integrand, with one axis or more.
    x : Tensor or array_like, optional
        Where they are taken: a vector for all, or a shape that broadcasts with ``y``.
    dx : float, optional
        The distance of neighbours where no ``x`` is given, 1 by default.
    axis : int, default -1
        The axis of the neighbours.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, both ``x`` and ``dx`` are given, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.trapezoid(paramattr.to_tensor([1.0, 2.0, 4.0])).item()
    4.5
    """
    areas, number = _areas(y, x, dx, axis)
    return into(out, total(areas, number))


def cumulative_trapezoid(
    y: Operand,
    x: Operand | None = None,
    dx: float | None = None,
    axis: int = -1,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the integrals up to each value but the first, along ``axis``, by the trapezoidal rule.

    Mirrors ``paddle.cumulative_trapezoid``. The arguments, and what is refused, are those of `trapezoid`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cumulative_trapezoid(paramattr.to_tensor([1.0, 2.0, 4.0])).numpy()
    array([1.5, 4.5], dtype=float32)
    """
    areas, number = _areas(y, x, dx, axis)
    return into(out, apply(_cumsum, areas, axis=number))


def _areas(y: Operand, x: Operand | None, dx: float | None, axis: int) -> tuple[Tensor, int]:
    """Return the area between each two neighbours, and the axis."""
    y = as_tensor("y", y)
    if not y.ndim:
        raise ValueError("y must have an axis, but received shape []")
    number = checks.axis("axis", axis, y.ndim)
    if x is None:
        return apply(_trapezoids, y, 1.0 if dx is None else checks.real("dx", dx), axis=number), number
    if dx is not None:
        raise ValueError(f"x and dx must not both be given, but received dx={dx!r}")
    x = as_tensor("x", x)
    if x.ndim not in (1, y.ndim) or x.shape[number if x.ndim == y.ndim else 0] != y.shape[number]:
        raise ValueError(f"x must have as many elements along the axis as y of shape {y.shape!r}, but has {x.shape!r}")
    steps = diff(x, 1, number if x.ndim == y.ndim else -1)
    if x.ndim == 1:
        steps = apply(rules.reshape, steps, shape=(steps.size, *[1] * (y.ndim - number - 1)))
    return apply(_trapezoids, y, steps, axis=number), number


def _trapezoids(y: Array, steps: Array, *, axis: int) -> Outcome:
    line = np.moveaxis(real(y), axis, 0)
    means = np.moveaxis((line[1:] + line[:-1]) / 2, 0, axis)
    shape = line.shape

    def to_y(g: Array) -> Array:
        half = np.moveaxis(g * steps / 2, axis, 0)
        gradient = np.zeros(shape, half.dtype)
        gradient[1:] += half
        gradient[:-1] += half
        return np.moveaxis(gradient, 0, axis)

    return means * steps, (to_y, lambda g: g * means)


def _along(rule: rules.Rule, x: Tensor, axis: int | None, name: str = "axis") -> Tensor:
    """Run a ``rule`` of ``axis``; on the flattened tensor if there is none."""
    if axis is None:
        return apply(rule, apply(rules.reshape, x, shape=(x.size,)), axis=0)
    number = checks.axis(name, axis, x.ndim)
    if not x.ndim:
        return apply(rules.reshape, apply(rule, apply(rules.reshape, x, shape=(1,)), axis=0), shape=())
    return apply(rule, x, axis=number)
