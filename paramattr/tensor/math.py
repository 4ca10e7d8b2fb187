"""Mathematics element by element, and sums over axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import discrete, elementwise, floating, into
from paramattr.utils import checks

__all__ = ["abs", "add", "exp", "floor_divide", "log", "max", "maximum", "mean", "minimum", "sqrt", "sum", "tanh"]

Axes = int | Sequence[int] | None


@floating
def exp(x: Array) -> Outcome:
    """Return e to the power of each element.

    Mirrors ``paddle.exp``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.exp(paramattr.to_tensor([0.0])).item()
    1.0
    """
    value = np.exp(x)
    return value, (lambda g: g * value,)


@floating
def log(x: Array) -> Outcome:
    """Return the natural logarithm of each element.

    Mirrors ``paddle.log``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.log(paramattr.to_tensor([1.0])).item()
    0.0
    """
    return np.log(x), (lambda g: g / x,)


@floating
def sqrt(x: Array) -> Outcome:
    """Return the square root of each element.

    Mirrors ``paddle.sqrt``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sqrt(paramattr.to_tensor([4.0])).item()
    2.0
    """
    value = np.sqrt(x)
    return value, (lambda g: g / (2 * value),)


@floating
def tanh(x: Array) -> Outcome:
    """Return the hyperbolic tangent of each element.

    Mirrors ``paddle.tanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tanh(paramattr.to_tensor([0.0])).item()
    0.0
    """
    value = np.tanh(x)
    return value, (lambda g: g * (1 - value * value),)


@elementwise
def abs(x: Array) -> Outcome:
    """Return the absolute value of each element; the gradient at 0 is 0.

    Mirrors ``paddle.abs``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.abs(paramattr.to_tensor([-1.5, 2.0])).numpy()
    array([1.5, 2. ], dtype=float32)
    """
    return rules.absolute(x)


@elementwise
def add(x: Array, y: Array) -> Outcome:
    """Return the sum of each pair of elements, as ``x + y``.

    Mirrors ``paddle.add``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.add(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([4., 6.], dtype=float32)
    """
    return rules.add(x, y)


@elementwise
def maximum(x: Array, y: Array) -> Outcome:
    """Return the larger of each pair of elements; at a tie the gradient goes to ``y``, as in Paddle.

    Mirrors ``paddle.maximum``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.maximum(paramattr.to_tensor([1.0, 4.0]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([2., 4.], dtype=float32)
    """
    return np.maximum(x, y), (lambda g: g * (x > y), lambda g: g * (x <= y))


@elementwise
def minimum(x: Array, y: Array) -> Outcome:
    """Return the smaller of each pair of elements; at a tie the gradient goes to ``y``, as in Paddle.

    Mirrors ``paddle.minimum``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.minimum(paramattr.to_tensor([1.0, 4.0]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([1., 3.], dtype=float32)
    """
    return np.minimum(x, y), (lambda g: g * (x < y), lambda g: g * (x >= y))


@discrete
def floor_divide(x: Array, y: Array) -> Array:
    """Return the largest whole number not above each quotient.

    Mirrors ``paddle.floor_divide``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.floor_divide(paramattr.to_tensor([7, -7]), paramattr.to_tensor([2, 2])).numpy()
    array([ 3, -4])
    """
    return np.floor_divide(x, y)


def sum(
    x: Operand,
    axis: Axes = None,
    dtype: object = None,
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
        Of the sum.
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
    value = reduce(rules.sum, x, axis, keepdim)
    return into(out, value if dtype is None else value.astype(dtype))  # type: ignore[arg-type]


def mean(
    x: Operand,
    axis: Axes = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    dtype: object = None,
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
    value = reduce(rules.mean, x, axis, keepdim)
    return into(out, value if dtype is None else value.astype(dtype))  # type: ignore[arg-type]


def max(
    x: Operand, axis: Axes = None, keepdim: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the largest value over ``axis``, all axes by default; as in Paddle, equal ones share the gradient.

    Mirrors ``paddle.max``. The arguments, and what is refused, are those of `sum`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.max(paramattr.to_tensor([[1.0, 4.0], [3.0, 2.0]]), axis=1).numpy()
    array([4., 3.], dtype=float32)
    """
    return into(out, reduce(rules.max, x, axis, keepdim))


def reduce(rule: rules.Rule, x: Operand, axis: Axes, keepdim: bool) -> Tensor:
    """Run a ``rule`` of ``axis`` and ``keepdim``; as in Paddle, no axes at all stand for all of them."""
    x = as_tensor("x", x)
    axes = checks.axes("axis", axis, x.ndim) or None
    return apply(rule, x, axis=axes, keepdim=checks.boolean("keepdim", keepdim))
