"""The affine map."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand


def linear(x: Operand, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``x @ weight + bias``.

    Parameters
    ----------
    x : Tensor
        Of shape ``[*, in]``.
    weight : Tensor
        Of shape ``[in, out]``.
    bias : Tensor, optional
        Of shape ``[out]``.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.linear``.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([[1.0]])
    >>> paramattr.nn.functional.linear(one, one, paramattr.to_tensor([2.0])).item()
    3.0
    """
    product = x @ weight
    return product if bias is None else product + bias
