"""Tensors of constants, of the dtype of another tensor."""

from __future__ import annotations

from typing import Any

from numpy.typing import DTypeLike

from paramattr.autograd import Tensor
from paramattr.tensor.arguments import Integers
from paramattr.tensor.creation import full
from paramattr.utils.alias import also

__all__ = ["new_empty", "new_full", "new_ones", "new_zeros"]


def new_full(
    x: Tensor,
    size: Integers,
    fill_value: Any,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor with the same number everywhere, by default in the dtype of this one.

    Mirrors ``paddle.Tensor.new_full``. The arguments, and what is refused, are those of `full`, with ``size`` for the shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(3).new_full([2], 7).tolist()
    [7, 7]
    """
    form = x.dtype if dtype is None else dtype
    return full(size, fill_value, form, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(spread="size")
def new_zeros(
    x: Tensor,
    size: Integers,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor of zeros, by default in the dtype of this one; sizes may be given one by one.

    Mirrors ``paddle.Tensor.new_zeros``. The arguments, and what is refused, are those of `zeros`, with ``size`` for the
    shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(3).new_zeros(2, 2).tolist()
    [[0, 0], [0, 0]]
    """
    return new_full(x, size, 0, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(spread="size")
def new_ones(
    x: Tensor,
    size: Integers,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor of ones, by default in the dtype of this one.

    Mirrors ``paddle.Tensor.new_ones``. The arguments, and what is refused, are those of `new_zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(3).new_ones([2]).tolist()
    [1, 1]
    """
    return new_full(x, size, 1, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(spread="size")
def new_empty(
    x: Tensor,
    size: Integers,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor for values to come, by default in the dtype of this one; until then they are zeros.

    Mirrors ``paddle.Tensor.new_empty``. The arguments, and what is refused, are those of `new_zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(3).new_empty(3, 3).shape
    [3, 3]
    """
    return new_full(x, size, 0, dtype=dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)
