"""The affine map."""

from __future__ import annotations

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor


def linear(x: Operand, weight: Operand, bias: Operand | None = None) -> Tensor:
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
