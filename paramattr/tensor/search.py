"""Where things stand: choosing, sorting, finding."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes

__all__ = ["argmax", "where"]


def where(
    condition: Operand,
    x: Operand | None = None,
    y: Operand | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return elements of ``x`` where ``condition`` holds and of ``y`` elsewhere.

    Mirrors ``paddle.where``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.where(paramattr.to_tensor([True, False]), paramattr.to_tensor([1.0, 2.0]), 0.0).numpy()
    array([1., 0.], dtype=float32)
    """
    chosen = as_tensor("condition", condition).data.astype(bool)
    if x is None or y is None:
        raise TypeError("where needs both x and y; nonzero gives the places where a condition holds")
    return into(out, apply(rules.where, x, y, condition=chosen))


def argmax(
    x: Operand, axis: int | None = None, keepdim: bool = False, dtype: DTypeLike = "int64", name: str | None = None
) -> Tensor:
    """Return the index of the largest value over ``axis``, of the flattened tensor by default.

    Mirrors ``paddle.argmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.argmax(paramattr.to_tensor([1.0, 3.0, 2.0])).item()
    1
    """
    x = as_tensor("x", x)
    number = None if axis is None else checks.axis("axis", axis, x.ndim)
    if x.size == 0:
        raise ValueError(f"argmax needs a tensor with elements, but {x._label()} has shape {x.shape!r}")
    index = np.asarray(np.argmax(x.data, axis=number, keepdims=checks.boolean("keepdim", keepdim)))
    return Tensor(index.astype(dtypes.numeric("dtype", dtype, index.dtype)))
