"""Activations."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.special import erfc_positive
from paramattr.utils import checks


def relu(x: Operand) -> Tensor:
    """Return max(x, 0).

    Mirrors ``paddle.nn.functional.relu``; the gradient at 0 is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.relu(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """
    return apply(_relu, as_tensor("x", x))


def _relu(x: Array) -> Outcome:
    value = np.maximum(x, 0)
    return value, (lambda g: g * (value > 0),)


def leaky_relu(x: Operand, negative_slope: float = 0.01) -> Tensor:
    """Return x where it is positive, and ``negative_slope * x`` elsewhere.

    Mirrors ``paddle.nn.functional.leaky_relu``.

    Raises
    ------
    TypeError, ValueError
        If ``negative_slope`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.leaky_relu(paramattr.to_tensor([-1.0, 2.0]), 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return apply(_leaky_relu, as_tensor("x", x), slope=checks.real("negative_slope", negative_slope))


def _leaky_relu(x: Array, *, slope: float) -> Outcome:
    value = np.maximum(x, slope * x) if slope <= 1 else np.minimum(x, slope * x)

    def to_x(g: Array) -> Array:
        positive = x > 0
        return g * positive + slope * g * ~positive

    return value, (to_x,)


def sigmoid(x: Operand) -> Tensor:
    """Return 1 / (1 + exp(-x)), without overflow.

    Mirrors ``paddle.nn.functional.sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.sigmoid(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([0.5, 0. ], dtype=float32)
    """
    return apply(_sigmoid, as_tensor("x", x))


def _sigmoid(x: Array) -> Outcome:
    x = real(x)
    value = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return value, (lambda g: g * value * (1 - value),)


def gelu(x: Operand, approximate: bool | str = False) -> Tensor:
    """Return x · Φ(x), with the normal cdf Φ.

    Parameters
    ----------
    x : Tensor or array_like
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
    return apply(_gelu_tanh if checks.boolean("approximate", approximate) else _gelu, as_tensor("x", x))


# Beyond this Φ is 0 or 1, and the density 0, in every dtype.
_FAR = 40.0


def _normal_cdf(x: Array) -> Array:
    """Φ(x) of float32 or float64 values in ``[-40, 40]``."""
    tail = 0.5 * erfc_positive(np.abs(x) * math.sqrt(0.5))
    # tail where x <= 0, 1 - tail elsewhere
    upper = x > 0
    cdf: Array = upper + tail * (1 - 2 * upper.astype(x.dtype))
    return cdf


def _gelu(x: Array) -> Outcome:
    x = real(x)
    near = np.clip(x, -_FAR, _FAR)
    cdf = _normal_cdf(near)
    value = np.maximum(x, -_FAR) * cdf
    return value, (lambda g: g * (cdf + near * np.exp(-0.5 * near * near) / math.sqrt(2 * math.pi)),)


def _gelu_tanh(x: Array) -> Outcome:
    x = real(x)
    root = math.sqrt(2 / math.pi)
    near = np.clip(x, -_FAR, _FAR)
    bent = np.tanh(root * (near + 0.044715 * near * near * near))

    def to_x(g: Array) -> Array:
        steep = (1 - bent * bent) * root * (1 + 3 * 0.044715 * near * near)
        gradient: Array = g * (0.5 * (1 + bent) + 0.5 * near * steep)
        return gradient

    return 0.5 * np.maximum(x, -_FAR) * (1 + bent), (to_x,)


def softmax(x: Operand, axis: int = -1) -> Tensor:
    """Return exp(x) divided by its sum over ``axis``, without overflow.

    Mirrors ``paddle.nn.functional.softmax``.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softmax(paramattr.to_tensor([1000.0, 1000.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    return _over(_softmax, x, axis)


def log_softmax(x: Operand, axis: int = -1) -> Tensor:
    """Return the logarithm of `softmax`, without overflow or underflow.

    Mirrors ``paddle.nn.functional.log_softmax``.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.log_softmax(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([    0., -1000.], dtype=float32)
    """
    return _over(_log_softmax, x, axis)


def _over(rule: rules.Rule, x: Operand, axis: int) -> Tensor:
    x = as_tensor("x", x)
    return apply(rule, x, axis=checks.axis("axis", axis, x.ndim))


def _shifted(x: Array, axis: int) -> Array:
    """Return ``x`` less its maximum over ``axis``."""
    x = real(x)
    return x - x.max(axis=axis, keepdims=True) if x.size else x.copy()


def _softmax(x: Array, *, axis: int) -> Outcome:
    value = np.exp(_shifted(x, axis))
    value /= value.sum(axis=axis, keepdims=True)
    return value, (lambda g: value * (g - (g * value).sum(axis=axis, keepdims=True)),)


def _log_softmax(x: Array, *, axis: int) -> Outcome:
    shifted = _shifted(x, axis)
    value = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)) if shifted.size else shifted
    return value, (lambda g: g - np.exp(value) * g.sum(axis=axis, keepdims=True),)
