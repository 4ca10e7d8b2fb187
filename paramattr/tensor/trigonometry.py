"""Angles and hyperbolic functions, element by element."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand
from paramattr.tensor.function import floating
from paramattr.utils import checks

__all__ = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "deg2rad", "rad2deg", "sin", "sinc",
    "sinh", "stanh", "tan", "tanh",
]  # fmt: skip


@floating
def sin(x: Array) -> Outcome:
    """Return the sine of each element, in radians.

    Mirrors ``paddle.sin``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sin(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.sin(x), (lambda g: g * np.cos(x),)


@floating
def cos(x: Array) -> Outcome:
    """Return the cosine of each element, in radians.

    Mirrors ``paddle.cos``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cos(paramattr.to_tensor([0.0])).numpy()
    array([1.], dtype=float32)
    """
    return np.cos(x), (lambda g: -g * np.sin(x),)


@floating
def tan(x: Array) -> Outcome:
    """Return the tangent of each element, in radians.

    Mirrors ``paddle.tan``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tan(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    value = np.tan(x)
    return value, (lambda g: g * (1 + value * value),)


@floating
def asin(x: Array) -> Outcome:
    """Return the angle between -π/2 and π/2 whose sine is each element.

    Mirrors ``paddle.asin``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.asin(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.       , 1.5707964], dtype=float32)
    """
    return np.arcsin(x), (lambda g: g / np.sqrt((1 - x) * (1 + x)),)


@floating
def acos(x: Array) -> Outcome:
    """Return the angle between 0 and π whose cosine is each element.

    Mirrors ``paddle.acos``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.acos(paramattr.to_tensor([1.0, -1.0])).numpy()
    array([0.       , 3.1415927], dtype=float32)
    """
    return np.arccos(x), (lambda g: -g / np.sqrt((1 - x) * (1 + x)),)


@floating
def atan(x: Array) -> Outcome:
    """Return the angle between -π/2 and π/2 whose tangent is each element.

    Mirrors ``paddle.atan``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atan(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.       , 0.7853982], dtype=float32)
    """
    return np.arctan(x), (lambda g: g / np.hypot(1, x) / np.hypot(1, x),)


@floating
def atan2(x: Array, y: Array) -> Outcome:
    """Return the angle from the positive axis to the point (y, x) of each pair of elements.

    Mirrors ``paddle.atan2``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atan2(paramattr.to_tensor([1.0, 0.0]), paramattr.to_tensor([0.0, -1.0])).numpy()
    array([1.5707964, 3.1415927], dtype=float32)
    """
    radius = np.hypot(x, y)
    return np.arctan2(x, y), (lambda g: g * (y / radius) / radius, lambda g: -g * (x / radius) / radius)


@floating
def sinh(x: Array) -> Outcome:
    """Return the hyperbolic sine of each element.

    Mirrors ``paddle.sinh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sinh(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.sinh(x), (lambda g: g * np.cosh(x),)


@floating
def cosh(x: Array) -> Outcome:
    """Return the hyperbolic cosine of each element.

    Mirrors ``paddle.cosh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cosh(paramattr.to_tensor([0.0])).numpy()
    array([1.], dtype=float32)
    """
    return np.cosh(x), (lambda g: g * np.sinh(x),)


@floating
def tanh(x: Array) -> Outcome:
    """Return the hyperbolic tangent of each element.

    Mirrors ``paddle.tanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tanh(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    value = np.tanh(x)
    return value, (lambda g: g * (1 - value * value),)


@floating
def asinh(x: Array) -> Outcome:
    """Return the number whose hyperbolic sine is each element.

    Mirrors ``paddle.asinh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.asinh(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.arcsinh(x), (lambda g: g / np.hypot(1, x),)


@floating
def acosh(x: Array) -> Outcome:
    """Return the number from 0 on whose hyperbolic cosine is each element.

    Mirrors ``paddle.acosh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.acosh(paramattr.to_tensor([1.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.arccosh(x), (lambda g: g / (np.sqrt(x - 1) * np.sqrt(x + 1)),)


@floating
def atanh(x: Array) -> Outcome:
    """Return the number whose hyperbolic tangent is each element.

    Mirrors ``paddle.atanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.atanh(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """
    return np.arctanh(x), (lambda g: g / ((1 - x) * (1 + x)),)


@floating
def deg2rad(x: Array) -> Outcome:
    """Return each angle in radians, given in degrees.

    Mirrors ``paddle.deg2rad``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.deg2rad(paramattr.to_tensor([180.0])).numpy()
    array([3.1415927], dtype=float32)
    """
    return np.deg2rad(x), (lambda g: np.deg2rad(g),)


@floating
def rad2deg(x: Array) -> Outcome:
    """Return each angle in degrees, given in radians.

    Mirrors ``paddle.rad2deg``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.rad2deg(paramattr.to_tensor([0.5])).numpy()
    array([28.647888], dtype=float32)
    """
    return np.rad2deg(x), (lambda g: np.rad2deg(g),)


@floating
def sinc(x: Array) -> Outcome:
    """Return sin(πx) / (πx) of each element, 1 at 0.

    Mirrors ``paddle.sinc``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sinc(paramattr.to_tensor([0.0, 0.5])).numpy()
    array([1.        , 0.63661975], dtype=float32)
    """
    return np.sinc(x).astype(x.dtype, copy=False), (lambda g: g * _sinc_slope(np.pi * x),)


def _sinc_slope(t: Array) -> Array:
    """The derivative of sin(t) / t, times π."""
    near = np.abs(t) < 1
    u, v = np.where(near, t, 0), np.where(near, 1, t)
    # Near 0 the two parts of the quotient cancel.
    series = np.zeros_like(u)
    for k in range(10, 0, -1):
        series = series * -(u * u) - 2 * k / math.factorial(2 * k + 1)
    slope: Array = np.pi * np.where(near, u * series, (np.cos(v) - np.sin(v) / v) / v)
    return slope


def stanh(x: Operand, scale_a: float = 0.67, scale_b: float = 1.7159, name: str | None = None) -> Tensor:
    """Return ``scale_b * tanh(scale_a * x)`` of each element.

    Mirrors ``paddle.stanh``.

    Raises
    ------
    TypeError, ValueError
        If ``scale_a`` or ``scale_b`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.stanh(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.      , 1.003767], dtype=float32)
    """
    return apply(_stanh, x, steep=checks.real("scale_a", scale_a), high=checks.real("scale_b", scale_b))


def _stanh(x: Array, *, steep: float, high: float) -> Outcome:
    x = real(x)
    value = np.tanh(steep * x)
    return (high * value).astype(x.dtype, copy=False), (lambda g: g * (steep * high * (1 - value * value)),)
