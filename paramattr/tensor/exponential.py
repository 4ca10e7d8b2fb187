"""Exponentials, logarithms and roots, element by element."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import floating, into
from paramattr.utils import checks

__all__ = [
    "exp", "expm1", "hypot", "log", "log10", "log1p", "log2", "logaddexp", "logit", "rsqrt", "sqrt",
]  # fmt: skip


@floating
def exp(x: Array) -> Outcome:
    """Return e to the power of each element.

    Mirrors ``paddle.exp``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.exp(paramattr.to_tensor([0.0])).numpy()
    array([1.], dtype=float32)
    """
    value = np.exp(x)
    return value, (lambda g: g * value,)


@floating
def expm1(x: Array) -> Outcome:
    """Return e to the power of each element, less 1, without cancellation near 0.

    Mirrors ``paddle.expm1``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.expm1(paramattr.to_tensor([0.0, 1e-10])).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    value = np.expm1(x)
    return value, (lambda g: g * (value + 1),)


@floating
def log(x: Array) -> Outcome:
    """Return the natural logarithm of each element.

    Mirrors ``paddle.log``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.log(paramattr.to_tensor([1.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.log(x), (lambda g: g / x,)


@floating
def log2(x: Array) -> Outcome:
    """Return the logarithm of each element to base 2.

    Mirrors ``paddle.log2``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.log2(paramattr.to_tensor([8.0])).numpy()
    array([3.], dtype=float32)
    """
    return np.log2(x), (lambda g: g / x * (1 / math.log(2)),)


@floating
def log10(x: Array) -> Outcome:
    """Return the logarithm of each element to base 10.

    Mirrors ``paddle.log10``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.log10(paramattr.to_tensor([1000.0])).numpy()
    array([3.0000002], dtype=float32)
    """
    return np.log10(x), (lambda g: g / x * (1 / math.log(10)),)


@floating
def log1p(x: Array) -> Outcome:
    """Return the natural logarithm of 1 plus each element, without cancellation near 0.

    Mirrors ``paddle.log1p``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.log1p(paramattr.to_tensor([0.0, 1e-10])).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    return np.log1p(x), (lambda g: g / (1 + x),)


@floating
def sqrt(x: Array) -> Outcome:
    """Return the square root of each element.

    Mirrors ``paddle.sqrt``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sqrt(paramattr.to_tensor([4.0])).numpy()
    array([2.], dtype=float32)
    """
    value = np.sqrt(x)
    return value, (lambda g: g / (2 * value),)


@floating
def rsqrt(x: Array) -> Outcome:
    """Return 1 divided by the square root of each element.

    Mirrors ``paddle.rsqrt``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.rsqrt(paramattr.to_tensor([4.0])).numpy()
    array([0.5], dtype=float32)
    """
    value = np.reciprocal(np.sqrt(x))
    return value, (lambda g: g * value / (-2 * x),)


@floating
def logaddexp(x: Array, y: Array) -> Outcome:
    """Return log(exp(x) + exp(y)) of each pair of elements, without overflow.

    Mirrors ``paddle.logaddexp``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logaddexp(paramattr.to_tensor([0.0, 1000.0]), paramattr.to_tensor([0.0, 1000.0])).numpy()
    array([6.9314718e-01, 1.0006932e+03], dtype=float32)
    """
    value = np.logaddexp(x, y)
    return value, (lambda g: g * shares(x, value), lambda g: g * shares(y, value))


@floating
def hypot(x: Array, y: Array) -> Outcome:
    """Return the length of the vector of each pair of elements, without overflow; the gradient at 0 is 0.

    Mirrors ``paddle.hypot``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.hypot(paramattr.to_tensor([3.0]), paramattr.to_tensor([4.0])).numpy()
    array([5.], dtype=float32)
    """
    value = np.hypot(x, y)
    length = np.where(value == 0, 1, value)
    return value, (lambda g: g * (x / length), lambda g: g * (y / length))


def shares(x: Array, total: Array) -> Array:
    """Return exp(x) over exp(total), for a part of the sum whose logarithm is ``total``, infinities included."""
    near = np.exp(np.minimum(x - np.where(np.isfinite(total), total, 0), 0))
    share: Array = np.where(total == np.inf, x == np.inf, near)
    return share


def logit(x: Operand, eps: float | None = None, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return log(x / (1 - x)) of each element.

    Mirrors ``paddle.logit``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements, in [0, 1]; the value is nan elsewhere.
    eps : float, optional
        From 0 to 0.5. If it is given, and not 0, elements nearer to 0 or 1 than ``eps`` count as this near, and receive
        no gradient.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``eps`` is not such a number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logit(paramattr.to_tensor([0.5, 0.75])).numpy()
    array([0.       , 1.0986123], dtype=float32)
    """
    return into(
        out, apply(_logit, as_tensor("x", x), eps=0.0 if eps is None else checks.real("eps", eps, low=0.0, high=0.5))
    )


def _logit(x: Array, *, eps: float) -> Outcome:
    x = real(x)
    near = np.clip(x, eps, 1 - eps) if eps else x
    # Both logarithms cancel around 1/2.
    middle = np.abs(near - 0.5) <= 0.25
    value = np.where(middle, 2 * np.arctanh(np.where(middle, 2 * near - 1, 0)), np.log(near) - np.log1p(-near))
    value = value.astype(x.dtype, copy=False)
    # Without eps there is nothing beyond 0 and 1, as in Paddle.
    beyond, slope = (x < eps) | (x > 1 - eps), 0.0 if eps else np.nan
    return value, (lambda g: np.where(beyond, slope, g / (near * (1 - near))),)
