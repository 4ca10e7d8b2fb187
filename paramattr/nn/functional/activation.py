"""Activations."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd import rules as basic
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.utils import checks


def relu(x: Tensor) -> Tensor:
    """Return max(x, 0).

    References
    ----------
    Mirrors ``paddle.nn.functional.relu``; the gradient at 0 is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.relu(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """
    return apply(_relu, x)


def _relu(x: Array) -> Outcome:
    return np.maximum(x, 0), (lambda g: g * (x > 0),)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return x where it is positive, and ``negative_slope * x`` elsewhere.

    Raises
    ------
    TypeError, ValueError
        If ``negative_slope`` is not a finite real number.

    References
    ----------
    Mirrors ``paddle.nn.functional.leaky_relu``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.leaky_relu(paramattr.to_tensor([-1.0, 2.0]), 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return apply(_leaky_relu, x, slope=checks.real("negative_slope", negative_slope))


def _leaky_relu(x: Array, *, slope: float) -> Outcome:
    factor = np.where(x > 0, 1, slope).astype(x.dtype)
    return x * factor, (lambda g: g * factor,)


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent.

    References
    ----------
    Mirrors ``paddle.nn.functional.tanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.tanh(paramattr.to_tensor([0.0])).item()
    0.0
    """
    return apply(basic.tanh, x)


def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)), without overflow.

    References
    ----------
    Mirrors ``paddle.nn.functional.sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.sigmoid(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([0.5, 0. ], dtype=float32)
    """
    return apply(_sigmoid, x)


def _sigmoid(x: Array) -> Outcome:
    small = np.exp(-np.abs(x))
    value = np.where(x >= 0, 1, small) / (1 + small)
    return value, (lambda g: g * value * (1 - value),)


def gelu(x: Tensor, approximate: bool | str = False) -> Tensor:
    """Return x · Φ(x), with the normal cdf Φ.

    Parameters
    ----------
    x : Tensor
        Of any shape.
    approximate : bool or {"none", "tanh"}, default False
        Whether to use x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) instead.

    Raises
    ------
    TypeError, ValueError
        If ``approximate`` is something else.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. Mirrors ``paddle.nn.functional.gelu``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.functional.gelu(paramattr.to_tensor([1.0])).item(), 6)
    0.841345
    """
    if isinstance(approximate, str):
        approximate = checks.choice("approximate", approximate, ["none", "tanh"]) == "tanh"
    return apply(_gelu_tanh if checks.boolean("approximate", approximate) else _gelu, x)


_erf = np.frompyfunc(math.erf, 1, 1)


def _gelu(x: Array) -> Outcome:
    wide = x.astype(np.float64)
    cdf = 0.5 * (1 + np.asarray(_erf(wide * math.sqrt(0.5)), np.float64))
    slope = (cdf + wide * np.exp(-0.5 * wide * wide) / math.sqrt(2 * math.pi)).astype(x.dtype)
    return (wide * cdf).astype(x.dtype), (lambda g: g * slope,)


def _gelu_tanh(x: Array) -> Outcome:
    root = math.sqrt(2 / math.pi)
    bent = np.tanh(root * (x + 0.044715 * x**3)).astype(x.dtype)
    slope = 0.5 * (1 + bent) + 0.5 * x * (1 - bent * bent) * root * (1 + 3 * 0.044715 * x * x)
    return 0.5 * x * (1 + bent), (lambda g: g * slope,)


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return exp(x) divided by its sum over ``axis``, without overflow.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``.

    References
    ----------
    Mirrors ``paddle.nn.functional.softmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softmax(paramattr.to_tensor([1000.0, 1000.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    return apply(_softmax, x, axis=_axis(x, axis))


def log_softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return the logarithm of `softmax`, without overflow or underflow.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``.

    References
    ----------
    Mirrors ``paddle.nn.functional.log_softmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.log_softmax(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([    0., -1000.], dtype=float32)
    """
    return apply(_log_softmax, x, axis=_axis(x, axis))


def _axis(x: Tensor, axis: int) -> int:
    return checks.integer("axis", axis, low=-max(x.ndim, 1), high=max(x.ndim, 1) - 1)


def _softmax(x: Array, *, axis: int) -> Outcome:
    value = np.exp(x - x.max(axis=axis, keepdims=True))
    value /= value.sum(axis=axis, keepdims=True)
    return value, (lambda g: value * (g - (g * value).sum(axis=axis, keepdims=True)),)


def _log_softmax(x: Array, *, axis: int) -> Outcome:
    shifted = x - x.max(axis=axis, keepdims=True)
    value = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return value, (lambda g: g - np.exp(value) * g.sum(axis=axis, keepdims=True),)
