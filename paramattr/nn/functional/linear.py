"""The affine map, and the bilinear one."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor


def linear(x: Operand, weight: Operand, bias: Operand | None = None, name: str | None = None) -> Tensor:
    """Return ``x @ weight + bias``.

    Mirrors ``paddle.nn.functional.linear``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape ``[*, in]``.
    weight : Tensor or array_like
        Of shape ``[in, out]``.
    bias : Tensor or array_like, optional
        Of shape ``[out]``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([[1.0]])
    >>> paramattr.nn.functional.linear(one, one, paramattr.to_tensor([2.0])).item()
    3.0
    """
    x, weight = as_tensor("x", x), as_tensor("weight", weight)
    if bias is None:
        return apply(_linear, x, weight)
    as_tensor("bias", bias)
    return apply(_linear, x, weight, bias)


def _linear(x: Array, weight: Array, *bias: Array) -> Outcome:
    value, pullbacks = rules.matmul(x, weight)
    for values in bias:
        value, pullbacks = value + values, (*pullbacks, lambda g: g)
    return value, pullbacks


def bilinear(x1: Operand, x2: Operand, weight: Operand, bias: Operand | None = None, name: str | None = None) -> Tensor:
    """Return for each output k the sum of ``x1[i] * weight[k, i, j] * x2[j]``, plus ``bias``.

    Mirrors ``paddle.nn.functional.bilinear``.

    Parameters
    ----------
    x1, x2 : Tensor or array_like
        Of shape ``[N, in1]`` and ``[N, in2]``.
    weight : Tensor or array_like
        Of shape ``[out, in1, in2]``.
    bias : Tensor or array_like, optional
        Of shape ``[1, out]``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> two = paramattr.to_tensor([[2.0]])
    >>> paramattr.nn.functional.bilinear(two, two, paramattr.to_tensor([[[3.0]]])).item()
    12.0
    """
    x1, x2, weight = as_tensor("x1", x1), as_tensor("x2", x2), as_tensor("weight", weight)
    count, (out, *sizes) = x1.shape[:1], weight.shape or [0]
    if weight.ndim != 3 or x1.shape != [*count, sizes[0]] or x2.shape != [*count, sizes[1]]:
        raise ValueError(
            "x1, x2 and weight must have shapes [N, in1], [N, in2] and [out, in1, in2],"
            f" but received {x1.shape!r}, {x2.shape!r} and {weight.shape!r}"
        )
    if bias is None:
        return apply(_bilinear, x1, x2, weight)
    if as_tensor("bias", bias).shape != [1, out]:
        raise ValueError(f"bias must have shape [1, {out}], but received {as_tensor('bias', bias).shape!r}")
    return apply(_bilinear, x1, x2, weight, bias)


def _bilinear(x1: Array, x2: Array, weight: Array, *bias: Array) -> Outcome:
    x1, x2 = real(x1), real(x2)
    value = (np.tensordot(x1, weight, (1, 1)) @ x2[:, :, None])[..., 0]

    def to_x1(g: Array) -> Array:
        gradient: Array = (np.tensordot(g, weight, (1, 0)) @ x2[:, :, None])[..., 0]
        return gradient

    def to_x2(g: Array) -> Array:
        gradient: Array = (x1[:, None] @ np.tensordot(g, weight, (1, 0)))[:, 0]
        return gradient

    pullbacks: tuple[Pullback, ...] = (to_x1, to_x2, lambda g: np.tensordot(g, x1[:, :, None] * x2[:, None], (0, 0)))
    for values in bias:
        value, pullbacks = value + values, (*pullbacks, lambda g: g)
    return value, pullbacks
