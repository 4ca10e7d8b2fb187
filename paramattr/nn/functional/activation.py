"""Activations."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
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


# (1 + 2z) exp(z²) erfc(z) for z >= 0 as a polynomial of (z - 3.5) / (z + 3.5), lowest power first, in single and in
# double precision: Chebyshev series computed with 50 digits. What is left out is below 1e-8 and 2e-17.
_ERFC = {
    np.dtype(np.float32): (
        1.2423492622446575, -0.1400092261762679, -0.01055685396626276, 0.09752040332370798, -0.11507481506339558,
        0.08797246909850051, -0.04888711373670461, 0.019137132114516196, -0.00408968598632402, -0.0003686756885180511,
        0.00044880692003291763, -6.252239498327425e-05,
    ),
    np.dtype(np.float64): (
        1.2423492448711544, -0.1400091801376197, -0.010555596332221672, 0.09751909515328704, -0.11508959816003063,
        0.0879831538240375, -0.04882332583088604, 0.019099330953262002, -0.004215019879756967, -0.00030226795336846046,
        0.0005643842667853641, -0.0001215121211990895, -4.278173969819095e-05, 2.426030175428515e-05,
        2.3273304405923187e-06, -3.814013969006004e-06, -4.3091728909744433e-08, 6.014840043895932e-07,
        -8.61207346518293e-09, -9.640161127543562e-08, 6.654094704339393e-10, 1.3624936568076509e-08,
        6.03623574049716e-11, -1.1657579646357068e-09,
    ),
}  # fmt: skip

# Beyond this Φ is 0 or 1, and the density 0, in every dtype.
_FAR = 40.0


def _normal_cdf(x: Array) -> Array:
    """Φ(x) of float32 or float64 values in ``[-40, 40]``.

    References
    ----------
    Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", 1981.
    """
    z = np.abs(x) * math.sqrt(0.5)
    t = (z - 3.5) / (z + 3.5)
    first, *rest = _ERFC[x.dtype][::-1]
    tail = np.full_like(z, first)
    for coefficient in rest:
        tail *= t
        tail += coefficient
    tail *= 0.5 * np.exp(-z * z) / (1 + 2 * z)
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
