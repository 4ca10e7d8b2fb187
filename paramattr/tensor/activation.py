"""Activations that Paddle has as functions and methods of tensors, too: sigmoid and softmax."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["sigmoid", "softmax"]


@also(input="x")
def sigmoid(x: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return 1 / (1 + exp(-x)), without overflow.

    Mirrors ``paddle.sigmoid`` and ``paddle.nn.functional.sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.sigmoid(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([0.5, 0. ], dtype=float32)
    """
    return into(out, apply(sigmoid_rule, as_tensor("x", x)))


def sigmoid_rule(x: Array) -> Outcome:
    """Return the value and the pullback of `sigmoid`."""
    x = real(x)
    value = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return value, (lambda g: g * value * (1 - value),)


def softmax(
    input: Operand, dim: int | None = None, dtype: DTypeLike | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return exp(input) divided by its sum over the axis ``dim``, without overflow.

    Mirrors ``paddle.softmax``, whose arguments are those of PyTorch; `nn.functional.softmax` has Paddle's own.

    Parameters
    ----------
    input : Tensor or array_like
        Of any shape.
    dim : int, optional
        The axis of the sum; by default 0 for an input of 0, 1 or 3 axes, and else 1.
    dtype : dtype, optional
        A floating dtype that ``input`` is converted to before.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``dim`` is not an axis of ``input``, or ``dtype`` not floating.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.softmax(paramattr.to_tensor([1000.0, 1000.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    x = as_tensor("input", input)
    axis = int(x.ndim not in (0, 1, 3)) if dim is None else checks.axis("dim", dim, x.ndim)
    return into(out, apply(softmax_rule, converted(x, dtype), axis=axis))


def converted(x: Tensor, dtype: DTypeLike | None) -> Tensor:
    """Return ``x`` in a floating ``dtype``, or as it is."""
    return x if dtype is None else x.astype(dtypes.floating("dtype", dtype))


def shifted(x: Array, axis: int) -> Array:
    """Return ``x`` less its maximum over ``axis``."""
    x = real(x)
    return x - x.max(axis=axis, keepdims=True) if x.size else x.copy()


def softmax_rule(x: Array, *, axis: int) -> Outcome:
    """Return the value and the pullback of `softmax`."""
    value = np.exp(shifted(x, axis))
    value /= value.sum(axis=axis, keepdims=True)
    return value, (lambda g: value * (g - (g * value).sum(axis=axis, keepdims=True)),)
