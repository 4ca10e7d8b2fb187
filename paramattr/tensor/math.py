"""Arithmetic, element by element."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.evaluation import check_divisor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, without_history
from paramattr.tensor.function import elementwise, floating, into
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "abs", "add", "divide", "floor_divide", "multiply", "neg", "positive", "pow", "reciprocal", "remainder",
    "square", "subtract", "true_divide",
]  # fmt: skip


@also(input="x", other="y")
def add(x: Operand, y: Operand, name: str | None = None, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """Return ``x + alpha * y`` of each pair of elements.

    Mirrors ``paddle.add``.

    Parameters
    ----------
    x, y : Tensor or array_like
        The elements; the shapes broadcast.
    name : str, optional
        Accepted as in Paddle.
    alpha : float, default 1
        The factor of ``y``; an integer for integers.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.add(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([4., 6.], dtype=float32)
    """
    return into(out, apply(rules.add, x, y) if alpha == 1 else apply(_add, x, y, alpha=_factor(alpha)))


@also(input="x", other="y")
def subtract(x: Operand, y: Operand, name: str | None = None, *, alpha: float = 1, out: Tensor | None = None) -> Tensor:
    """Return ``x - alpha * y`` of each pair of elements.

    Mirrors ``paddle.subtract``. The arguments, and what is refused, are those of `add`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.subtract(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 5.0])).numpy()
    array([-2., -3.], dtype=float32)
    """
    return into(out, apply(rules.subtract, x, y) if alpha == 1 else apply(_add, x, y, alpha=-_factor(alpha)))


def _factor(alpha: float) -> float:
    return checks.integer("alpha", alpha) if isinstance(alpha, (int, np.integer)) else checks.real("alpha", alpha)


def _add(x: Array, y: Array, *, alpha: float) -> Outcome:
    if y.dtype.kind in "biu" and not isinstance(alpha, int):
        raise TypeError
    factor = np.asarray(alpha, y.dtype)
    return x + factor * y, (lambda g: g, lambda g: g * factor)


@elementwise
def multiply(x: Array, y: Array) -> Outcome:
    """Return the product of each pair of elements, as ``x * y``.

    Mirrors ``paddle.multiply``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.multiply(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([3.0, 4.0])).numpy()
    array([3., 8.], dtype=float32)
    """
    return rules.multiply(x, y)


@also(input="x", other="y")
def divide(
    x: Operand,
    y: Operand,
    name: str | None = None,
    *,
    rounding_mode: str | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return the quotient of each pair of elements, as ``x / y``.

    Mirrors ``paddle.divide``.

    Parameters
    ----------
    x, y : Tensor or array_like
        The elements; the shapes broadcast.
    name : str, optional
        Accepted as in Paddle.
    rounding_mode : {"floor", "trunc"}, optional
        How quotients become whole numbers: down, or towards 0. These have no gradient, and integers stay integers.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, the shapes do not fit, or an integer would be divided by 0.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([7.0, -7.0]), paramattr.to_tensor([2.0, 2.0])
    >>> paramattr.divide(x, y).tolist(), paramattr.divide(x, y, rounding_mode="trunc").tolist()
    ([3.5, -3.5], [3.0, -3.0])
    """
    if rounding_mode is None:
        return into(out, apply(rules.divide, x, y))
    if checks.choice("rounding_mode", rounding_mode, ["trunc", "floor"]) == "floor":
        return floor_divide(x, y, out=out)
    check_divisor(x, y)
    return into(out, without_history(_divide_toward_zero, x, y))


def _divide_toward_zero(x: Array, y: Array) -> Outcome:
    if np.result_type(x, y).kind == "f":
        return np.trunc(x / y), ()
    quotient, rest = np.divmod(x, y)
    return quotient + ((rest != 0) & ((x < 0) != (y < 0))), ()


def true_divide(input: Operand, other: Operand, *, out: Tensor | None = None) -> Tensor:
    """Return the quotient of each pair of elements, as ``input / other``.

    Mirrors ``paddle.true_divide``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.true_divide(paramattr.to_tensor([1, 2]), paramattr.to_tensor([2, 2])).numpy()
    array([0.5, 1. ], dtype=float32)
    """
    return divide(input, other, out=out)


@also(input="x", other="y")
def floor_divide(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the largest whole number not above each quotient; it has no gradient.

    Mirrors ``paddle.floor_divide``. The arguments, and what is refused, are those of `divide`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.floor_divide(paramattr.to_tensor([7, -7]), paramattr.to_tensor([2, 2])).numpy()
    array([ 3, -4])
    """
    check_divisor(x, y)
    return into(out, without_history(_floor_divide, x, y))


def _floor_divide(x: Array, y: Array) -> Outcome:
    return np.asarray(np.floor_divide(x, y)), ()


@also(input="x", other="y")
def remainder(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return what `floor_divide` leaves of ``x``, with the sign of ``y``.

    Mirrors ``paddle.remainder``. The arguments, and what is refused, are those of `divide`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.remainder(paramattr.to_tensor([7, -7]), paramattr.to_tensor([3, 3])).numpy()
    array([1, 2])
    """
    check_divisor(x, y)
    return into(out, apply(rules.remainder, x, y))


@also(exponent="y")
@elementwise
def pow(x: Array, y: Array) -> Outcome:
    """Return ``x`` to the power of ``y`` for each pair of elements, as ``x ** y``.

    Mirrors ``paddle.pow``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.pow(paramattr.to_tensor([2.0, 3.0]), paramattr.to_tensor([3.0, 2.0])).numpy()
    array([8., 9.], dtype=float32)
    """
    return rules.power(x, y)


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
def neg(x: Array) -> Outcome:
    """Return each element with the other sign, as ``-x``.

    Mirrors ``paddle.neg``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.neg(paramattr.to_tensor([-1.5, 2.0])).numpy()
    array([ 1.5, -2. ], dtype=float32)
    """
    return rules.negative(x)


def positive(x: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` as it is.

    Mirrors ``paddle.positive``.

    Raises
    ------
    TypeError
        If ``x`` holds bools.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.positive(paramattr.to_tensor([-1.5])).numpy()
    array([-1.5], dtype=float32)
    """
    x = as_tensor("x", x)
    if x.dtype.kind == "b":
        raise TypeError("x must hold numbers, but received dtype bool")
    return x


@floating
def reciprocal(x: Array) -> Outcome:
    """Return 1 divided by each element.

    Mirrors ``paddle.reciprocal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.reciprocal(paramattr.to_tensor([4.0])).numpy()
    array([0.25], dtype=float32)
    """
    value = np.reciprocal(x)
    return value, (lambda g: -g * value * value,)


@elementwise
def square(x: Array) -> Outcome:
    """Return each element times itself.

    Mirrors ``paddle.square``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.square(paramattr.to_tensor([-3.0])).numpy()
    array([9.], dtype=float32)
    """
    return x * x, (lambda g: g * (2 * x),)
