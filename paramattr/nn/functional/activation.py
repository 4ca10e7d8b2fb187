"""Smooth activations."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, Rule, real
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.rectifier import not_zero
from paramattr.tensor.activation import sigmoid_rule
from paramattr.tensor.function import in_place
from paramattr.tensor.special import erfc_positive
from paramattr.utils import checks
from paramattr.utils.alias import also


@also(input="x")
def gelu(x: Operand, approximate: bool | str = False, name: str | None = None) -> Tensor:
    """Return x · Φ(x), with the normal cdf Φ.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    approximate : bool or {"none", "tanh"}, default False
        Whether to use x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) instead.
    name : str, optional
        Accepted as in Paddle.

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
    return apply(_gelu_tanh if check_approximate(approximate) else _gelu, as_tensor("x", x))


def check_approximate(approximate: object) -> bool:
    """Return whether `gelu` is to be computed by tanh."""
    if isinstance(approximate, str):
        return checks.choice("approximate", approximate, ["none", "tanh"]) == "tanh"
    return checks.boolean("approximate", approximate)


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


@also(input="x")
def silu(x: Operand, inplace: bool = False, name: str | None = None) -> Tensor:
    """Return x / (1 + exp(-x)), without overflow.

    Mirrors ``paddle.nn.functional.silu``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    inplace : bool, default False
        Whether ``x``, a Tensor, becomes the value.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``inplace`` is no bool, or ``x`` can't be changed in place.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.silu(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """
    return _swish_in_place(x) if checks.boolean("inplace", inplace) else swish(x)


def swish(x: Operand, name: str | None = None) -> Tensor:
    """Return x / (1 + exp(-x)), as `silu`.

    References
    ----------
    Ramachandran et al., "Searching for Activation Functions", 2017. Mirrors ``paddle.nn.functional.swish``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.swish(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """
    return apply(_swish, as_tensor("x", x))


def _swish(x: Array) -> Outcome:
    x = real(x)
    near = _finite(x)
    gate, rest = _gates(x)
    return np.maximum(x, near) * gate, (lambda g: g * gate * (1 + near * rest),)


def _finite(x: Array) -> Array:
    """Return ``x`` with the largest numbers in place of infinities, whose products with 0 are none."""
    far = np.finfo(x.dtype).max
    return np.clip(x, -far, far)


def _gates(x: Array) -> tuple[Array, Array]:
    """Return sigmoid(x) and sigmoid(-x), each with all its digits."""
    e, positive = np.exp(-np.abs(x)), x > 0
    return np.where(positive, 1, e) / (1 + e), np.where(positive, e, 1) / (1 + e)


_swish_in_place = in_place(swish)


def mish(x: Operand, name: str | None = None) -> Tensor:
    """Return x · tanh(log(1 + exp(x))), without overflow.

    References
    ----------
    Misra, "Mish", 2019. Mirrors ``paddle.nn.functional.mish``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.mish(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """
    return apply(_mish, as_tensor("x", x))


def _mish(x: Array) -> Outcome:
    x = real(x)
    near = _finite(x)
    e = np.exp(-np.abs(x))
    # tanh(log(1 + exp(x))) = (y² + 2y) / (y² + 2y + 2) with y = exp(x); above 0 both are divided by y².
    positive = x > 0
    top, rest = np.where(positive, 1 + 2 * e, e * (e + 2)), np.where(positive, 2 * e * e, 2)
    bent, flat = top / (top + rest), rest / (top + rest)
    gate, _ = _gates(x)
    return np.maximum(x, near) * bent, (lambda g: g * (bent + near * flat * (1 + bent) * gate),)


@also(input="x")
def softplus(x: Operand, beta: float = 1, threshold: float = 20, name: str | None = None) -> Tensor:
    """Return log(1 + exp(beta · x)) / beta, and x itself where beta · x is above ``threshold``.

    Mirrors ``paddle.nn.functional.softplus``.

    Raises
    ------
    TypeError, ValueError
        If ``beta`` or ``threshold`` is not a finite real number, or ``beta`` is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softplus(paramattr.to_tensor([-1000.0, 1000.0])).numpy()
    array([   0., 1000.], dtype=float32)
    """
    settings = {"beta": not_zero("beta", beta), "threshold": checks.real("threshold", threshold)}
    return apply(_softplus, as_tensor("x", x), **settings)


def _softplus(x: Array, *, beta: float, threshold: float) -> Outcome:
    x = real(x)
    y = beta * x
    linear = y > threshold
    value = np.where(linear, x, (np.maximum(y, 0) + np.log1p(np.exp(-np.abs(y)))) / beta)
    return value, (lambda g: g * np.where(linear, 1, _gates(y)[0]),)


@also(input="x")
def log_sigmoid(x: Operand, name: str | None = None) -> Tensor:
    """Return log(1 / (1 + exp(-x))), without overflow or underflow.

    Mirrors ``paddle.nn.functional.log_sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.log_sigmoid(paramattr.to_tensor([-1000.0])).numpy()
    array([-1000.], dtype=float32)
    """
    return apply(_log_sigmoid, as_tensor("x", x))


def _log_sigmoid(x: Array) -> Outcome:
    x = real(x)
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))), (lambda g: g * _gates(x)[1],)


logsigmoid = log_sigmoid


def softsign(x: Operand, name: str | None = None) -> Tensor:
    """Return x / (1 + abs(x)).

    Mirrors ``paddle.nn.functional.softsign``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softsign(paramattr.to_tensor([-1.0, 3.0])).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """
    return apply(_softsign, as_tensor("x", x))


def _softsign(x: Array) -> Outcome:
    x = real(x)
    near = _finite(x)
    shrink = 1 / (1 + np.abs(near))
    return near / (1 + np.abs(near)), (lambda g: g * shrink * shrink,)


@also(input="x", dim="axis")
def glu(x: Operand, axis: int = -1, name: str | None = None) -> Tensor:
    """Return the first half of x along ``axis`` times the sigmoid of the second.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``, or its size odd.

    References
    ----------
    Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016. Mirrors ``paddle.nn.functional.glu``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.glu(paramattr.to_tensor([[4.0, 0.0]])).numpy()
    array([[2.]], dtype=float32)
    """
    x = as_tensor("x", x)
    place = checks.axis("axis", axis, x.ndim)
    return apply(_glu, _even(x, place), axis=place)


def _even(x: Tensor, axis: int) -> Tensor:
    if x.ndim == 0 or x.shape[axis] % 2:
        raise ValueError(f"x must have an even size at axis {axis}, but received shape {x.shape!r}")
    return x


def _glu(x: Array, *, axis: int) -> Outcome:
    return _of_halves(_gated, x, axis)


def _gated(x: Array, y: Array) -> Outcome:
    x = real(x)
    gate, (to_y,) = sigmoid_rule(y)
    return x * gate, (lambda g: g * gate, lambda g: to_y(g * x))


def _of_halves(rule: Rule, x: Array, axis: int) -> tuple[Array, tuple[Pullback]]:
    """Return what a ``rule`` of two arrays does with the halves of one."""
    value, (to_first, to_second) = rule(*np.split(x, 2, axis))
    return value, (lambda g: np.concatenate([to_first(g), to_second(g)], axis),)


def swiglu(x: Operand, y: Operand | None = None, name: str | None = None) -> Tensor:
    """Return `silu` of ``x`` times ``y``; without ``y``, of the first half of the last axis of ``x`` times the second.

    Raises
    ------
    TypeError, ValueError
        If ``y`` does not have the shape of ``x``, or without it the last axis of ``x`` an odd size.

    References
    ----------
    Shazeer, "GLU Variants Improve Transformer", 2020. Mirrors ``paddle.nn.functional.swiglu``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.swiglu(paramattr.to_tensor([100.0]), paramattr.to_tensor([2.0])).numpy()
    array([200.], dtype=float32)
    """
    x = as_tensor("x", x)
    if y is None:
        return apply(_swiglu_halves, _even(x, -1))
    y = as_tensor("y", y)
    if y.shape != x.shape:
        raise ValueError(f"y must have the shape {x.shape!r} of x, but received {y.shape!r}")
    return apply(_swiglu, x, y)


def _swiglu(x: Array, y: Array) -> Outcome:
    value, (to_x,) = _swish(x)
    return value * y, (lambda g: to_x(g * y), lambda g: g * value)


def _swiglu_halves(x: Array) -> Outcome:
    return _of_halves(_swiglu, real(x), -1)
