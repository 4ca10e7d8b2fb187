"""Rounding, signs, and the parts that numbers are made of."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, exact, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, without_history
from paramattr.tensor.function import discrete, elementwise, into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "ceil", "copysign", "floor", "frac", "frexp", "gcd", "heaviside", "isfinite", "isinf", "isnan", "isneginf",
    "isposinf", "isreal", "lcm", "ldexp", "nan_to_num", "nextafter", "round", "sign", "signbit", "trunc",
]  # fmt: skip


@elementwise
def ceil(x: Array) -> Outcome:
    """Return the smallest whole number not below each element; the gradient is 0.

    Mirrors ``paddle.ceil``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ceil(paramattr.to_tensor([1.5, -1.5])).numpy()
    array([ 2., -1.], dtype=float32)
    """
    return np.ceil(x).astype(x.dtype, copy=False), (np.zeros_like,)


@elementwise
def floor(x: Array) -> Outcome:
    """Return the largest whole number not above each element; the gradient is 0.

    Mirrors ``paddle.floor``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.floor(paramattr.to_tensor([1.5, -1.5])).numpy()
    array([ 1., -2.], dtype=float32)
    """
    return np.floor(x).astype(x.dtype, copy=False), (np.zeros_like,)


def trunc(input: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return each element without its fraction; the gradient is 0.

    Mirrors ``paddle.trunc``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.trunc(paramattr.to_tensor([1.5, -1.5])).numpy()
    array([ 1., -1.], dtype=float32)
    """
    return into(out, apply(_trunc, input))


def _trunc(input: Array) -> Outcome:
    return np.trunc(input).astype(input.dtype, copy=False), (np.zeros_like,)


@elementwise
def frac(x: Array) -> Outcome:
    """Return the fraction of each element, with its sign.

    Mirrors ``paddle.frac``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.frac(paramattr.to_tensor([1.5, -1.5])).numpy()
    array([ 0.5, -0.5], dtype=float32)
    """
    return x - np.trunc(x).astype(x.dtype, copy=False), (lambda g: g,)


@also(input="x")
def round(x: Operand, decimals: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return each element rounded to ``decimals`` digits after the point, halves to the even digit; the gradient is 0.

    Mirrors ``paddle.round``. A negative number of digits rounds integers too.

    Raises
    ------
    TypeError
        If ``decimals`` is not an integer.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.round(paramattr.to_tensor([0.5, 1.5, 2.6])).numpy()
    array([0., 2., 3.], dtype=float32)
    """
    return into(out, apply(_round, x, decimals=checks.integer("decimals", decimals)))


def _round(x: Array, *, decimals: int) -> Outcome:
    return np.round(x, decimals), (np.zeros_like,)


@elementwise
def sign(x: Array) -> Outcome:
    """Return -1, 0 or 1 with the sign of each element, or the direction of a complex one; the gradient is 0.

    Mirrors ``paddle.sign``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sign(paramattr.to_tensor([-1.5, 0.0, 2.0])).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    if x.dtype.kind == "c":  # the number divided by its absolute value, not NumPy 1's sign of the real part
        size = np.abs(x)
        return x / np.where(size == 0, 1, size), ()
    return np.sign(x), (np.zeros_like,)


@discrete
def signbit(x: Array) -> Array:
    """Return whether the sign of each element is negative, that of -0.0 included.

    Mirrors ``paddle.signbit``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.signbit(paramattr.to_tensor([-1.5, 0.0, -0.0])).numpy()
    array([ True, False,  True])
    """
    return np.signbit(x) if x.dtype.kind not in "biu" else x < 0


@discrete
def isfinite(x: Array) -> Array:
    """Return whether each element is neither infinite nor nan.

    Mirrors ``paddle.isfinite``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isfinite(paramattr.to_tensor([1.0, float("inf")])).numpy()
    array([ True, False])
    """
    return np.isfinite(x)


@discrete
def isinf(x: Array) -> Array:
    """Return whether each element is infinite.

    Mirrors ``paddle.isinf``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isinf(paramattr.to_tensor([1.0, float("inf")])).numpy()
    array([False,  True])
    """
    return np.isinf(x)


@discrete
def isnan(x: Array) -> Array:
    """Return whether each element is nan.

    Mirrors ``paddle.isnan``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isnan(paramattr.to_tensor([1.0, float("nan")])).numpy()
    array([False,  True])
    """
    return np.isnan(x)


@discrete
def isneginf(x: Array) -> Array:
    """Return whether each element is -∞.

    Mirrors ``paddle.isneginf``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isneginf(paramattr.to_tensor([1.0, float("-inf")])).numpy()
    array([False,  True])
    """
    return np.asarray(x == -np.inf)


@discrete
def isposinf(x: Array) -> Array:
    """Return whether each element is ∞.

    Mirrors ``paddle.isposinf``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isposinf(paramattr.to_tensor([1.0, float("inf")])).numpy()
    array([False,  True])
    """
    return np.asarray(x == np.inf)


@discrete
def isreal(x: Array) -> Array:
    """Return whether each element is a real number.

    Mirrors ``paddle.isreal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isreal(paramattr.to_tensor([1.0])).numpy()
    array([ True])
    """
    return np.isreal(x)


@elementwise
def copysign(x: Array, y: Array) -> Outcome:
    """Return each element of ``x`` with the sign of that of ``y``; the gradient at 0 is 0.

    Mirrors ``paddle.copysign``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.copysign(paramattr.to_tensor([1.0, -2.0]), paramattr.to_tensor([-1.0, 3.0])).numpy()
    array([-1.,  2.], dtype=float32)
    """
    value = np.copysign(x, y).astype(np.result_type(x, y), copy=False)
    turned = np.sign(x) * np.sign(value)
    return value, (lambda g: g * turned, np.zeros_like)


@discrete
def nextafter(x: Array, y: Array) -> Array:
    """Return the number next to each element of ``x`` on the way to that of ``y``.

    Mirrors ``paddle.nextafter``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nextafter(paramattr.to_tensor([1.0]), paramattr.to_tensor([2.0])).numpy()
    array([1.0000001], dtype=float32)
    """
    return np.asarray(np.nextafter(real(x), real(y)))


# In float32 the next number would be rounded back.
exact(nextafter.rule)


@elementwise
def heaviside(x: Array, y: Array) -> Outcome:
    """Return 0 for negative elements of ``x``, 1 for positive ones and that of ``y`` for 0.

    Mirrors ``paddle.heaviside``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.heaviside(paramattr.to_tensor([-1.5, 0.0, 2.0]), paramattr.to_tensor([0.5, 0.5, 0.5])).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    value = np.heaviside(x, y).astype(np.result_type(x, y), copy=False)
    return value, (np.zeros_like, lambda g: g * (x == 0))


@discrete
def gcd(x: Array, y: Array) -> Array:
    """Return the greatest common divisor of each pair of integers.

    Mirrors ``paddle.gcd``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.gcd(paramattr.to_tensor([12, 7]), paramattr.to_tensor([18, 0])).numpy()
    array([6, 7])
    """
    return np.gcd(x, y)


@discrete
def lcm(x: Array, y: Array) -> Array:
    """Return the least common multiple of each pair of integers.

    Mirrors ``paddle.lcm``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.lcm(paramattr.to_tensor([4, 7]), paramattr.to_tensor([6, 0])).numpy()
    array([12,  0])
    """
    return np.lcm(x, y)


@elementwise
def ldexp(x: Array, y: Array) -> Outcome:
    """Return ``x`` times 2 to the power of ``y``, for each pair of elements.

    Mirrors ``paddle.ldexp``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ldexp(paramattr.to_tensor([1.5, 3.0]), paramattr.to_tensor([2, -1])).numpy()
    array([6. , 1.5], dtype=float32)
    """
    x, y = real(x), real(y)
    # 2**y alone may overflow or underflow where the product does not.
    half = np.floor(y / 2)
    first, second = np.exp2(half), np.exp2(y - half)
    value = (x * first * second).astype(np.result_type(x, y), copy=False)
    return value, (lambda g: g * first * second, lambda g: g * value * math.log(2))


def frexp(x: Operand, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Return a mantissa between 0.5 and 1 and an exponent for each element: ``x == mantissa * 2**exponent``.

    Mirrors ``paddle.frexp``; the exponents are whole numbers in the dtype of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> mantissa, exponent = paramattr.frexp(paramattr.to_tensor([1.0, -3.0]))
    >>> mantissa.tolist(), exponent.tolist()
    ([0.5, -0.75], [1.0, 2.0])
    """
    return apply(_mantissa, x), without_history(_exponent, x)


def _mantissa(x: Array) -> Outcome:
    value, exponent = np.frexp(real(x))
    return value, (lambda g: np.ldexp(g, -exponent),)


def _exponent(x: Array) -> Outcome:
    x = real(x)
    return np.frexp(x)[1].astype(x.dtype), (np.zeros_like,)


def nan_to_num(
    x: Operand,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return each element, with numbers in the place of nan and infinities.

    Mirrors ``paddle.nan_to_num``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements.
    nan : float, default 0.0
        In the place of nan.
    posinf, neginf : float, optional
        In the place of infinities; the largest and the smallest number of the dtype by default.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If a replacement is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nan_to_num(paramattr.to_tensor([1.0, float("nan")])).numpy()
    array([1., 0.], dtype=float32)
    """
    high = None if posinf is None else checks.real("posinf", posinf)
    low = None if neginf is None else checks.real("neginf", neginf)
    return into(out, apply(_nan_to_num, x, nan=checks.real("nan", nan), posinf=high, neginf=low))


@exact  # the largest number is that of the dtype itself
def _nan_to_num(x: Array, *, nan: float, posinf: float | None, neginf: float | None) -> Outcome:
    x = real(x)
    top = dtypes.largest(x.dtype)
    finite = np.isfinite(x)
    infinite = np.where(x > 0, top if posinf is None else posinf, -top if neginf is None else neginf)
    value = np.where(finite, x, np.where(np.isnan(x), nan, infinite).astype(x.dtype))
    return value, (lambda g: np.where(finite, g, np.zeros_like(g)),)
