"""Activations that take away what is small: shrinkage and thresholds."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import in_place
from paramattr.utils import checks
from paramattr.utils.alias import also


@also(input="x", lambd="threshold")
def hardshrink(x: Operand, threshold: float = 0.5, name: str | None = None) -> Tensor:
    """Return x where its absolute value is at least ``threshold``, and 0 elsewhere.

    Mirrors ``paddle.nn.functional.hardshrink``.

    Raises
    ------
    TypeError, ValueError
        If ``threshold`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.hardshrink(paramattr.to_tensor([-1.0, 0.25, 2.0])).numpy()
    array([-1.,  0.,  2.], dtype=float32)
    """
    return apply(_hardshrink, as_tensor("x", x), threshold=checks.real("threshold", threshold))


def _hardshrink(x: Array, *, threshold: float) -> Outcome:
    dropped = np.abs(x) < threshold
    return np.where(dropped, 0, x), (lambda g: g * ~dropped,)


@also(input="x", lambd="threshold")
def softshrink(x: Operand, threshold: float = 0.5, name: str | None = None) -> Tensor:
    """Return x moved towards 0 by ``threshold``, and 0 where it would pass 0.

    Mirrors ``paddle.nn.functional.softshrink``.

    Raises
    ------
    TypeError, ValueError
        If ``threshold`` is not a finite real number, or below 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softshrink(paramattr.to_tensor([-1.0, 0.25, 2.0])).numpy()
    array([-0.5,  0. ,  1.5], dtype=float32)
    """
    return apply(_softshrink, as_tensor("x", x), threshold=checks.real("threshold", threshold, low=0.0))


def _softshrink(x: Array, *, threshold: float) -> Outcome:
    x = real(x)
    return x - np.clip(x, -threshold, threshold), (lambda g: g * (np.abs(x) > threshold),)


def tanhshrink(x: Operand, name: str | None = None) -> Tensor:
    """Return x - tanh(x), with all its digits near 0.

    Mirrors ``paddle.nn.functional.tanhshrink``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.functional.tanhshrink(paramattr.to_tensor([2.0])).item(), 4)
    1.036
    """
    return apply(_tanhshrink, as_tensor("x", x))


def _tanhshrink(x: Array) -> Outcome:
    x = real(x)
    bent = np.tanh(x)
    # Below 1, where the difference would lose digits, from Lambert's fraction tanh(x) = x / (1 + x² / (3 + x² / …)).
    square = np.minimum(np.abs(x), 1) ** 2
    rest = np.full_like(square, 19)
    for odd in range(17, 1, -2):
        rest = odd + square / rest
    rest = square / rest
    return np.where(np.abs(x) < 1, x * (rest / (1 + rest)), x - bent), (lambda g: g * bent * bent,)


def thresholded_relu(x: Operand, threshold: float = 1.0, value: float = 0.0, name: str | None = None) -> Tensor:
    """Return x where it is above ``threshold``, and ``value`` elsewhere.

    Mirrors ``paddle.nn.functional.thresholded_relu``.

    Raises
    ------
    TypeError, ValueError
        If ``threshold`` or ``value`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.thresholded_relu(paramattr.to_tensor([-1.0, 1.0, 2.0])).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    settings = {"threshold": checks.real("threshold", threshold), "low": checks.real("value", value)}
    return apply(_thresholded_relu, as_tensor("x", x), **settings)


def _thresholded_relu(x: Array, *, threshold: float, low: float) -> Outcome:
    x = real(x)
    dropped = x <= threshold
    return np.where(dropped, np.asarray(low, x.dtype), x), (lambda g: g * ~dropped,)


thresholded_relu_ = in_place(thresholded_relu)
