"""Making a tensor, functions of several, and the elementwise ones that Paddle also has as functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.autograd import rules
from paramattr.autograd.tensor import Operand, Tensor, apply
from paramattr.utils import dtypes


def to_tensor(data: Operand, dtype: DTypeLike | None = None, stop_gradient: bool = True) -> Tensor:
    """Make a tensor from a copy of ``data``.

    Mirrors ``paddle.to_tensor``: Python floats become the default dtype, arrays keep theirs.

    Parameters
    ----------
    data : array_like or Tensor
        The values.
    dtype : dtype, optional
        The dtype of the tensor.
    stop_gradient : bool, default True
        Whether gradients stop here.

    Raises
    ------
    TypeError
        If ``data`` is not numeric.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([[1.0, 2.0]]).dtype
    dtype('float32')
    """
    plain = not isinstance(data, (Tensor, np.ndarray, np.generic))
    array = np.array(data.data if isinstance(data, Tensor) else data)
    if array.dtype.kind != "c" and not dtypes.is_real(array.dtype):
        raise TypeError(f"data must be numeric, but received {data!r} ({type(data).__name__})")
    if dtype is not None:
        array = array.astype(dtypes.named(dtype) if isinstance(dtype, str) else dtype)
    elif plain and array.dtype == np.float64:
        array = array.astype(dtypes.floating("dtype", None))
    return Tensor(array, stop_gradient=stop_gradient)


def matmul(x: Operand, y: Operand) -> Tensor:
    """Return the matrix product of ``x`` and ``y``, as ``x @ y``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.matmul(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([[3.0], [4.0]])).numpy()
    array([[11.]], dtype=float32)
    """
    return apply(rules.matmul, x, y)


def exp(x: Operand) -> Tensor:
    """Return e to the power of each element of ``x``."""
    return apply(rules.exp, x)


def log(x: Operand) -> Tensor:
    """Return the natural logarithm of each element of ``x``."""
    return apply(rules.log, x)


def sqrt(x: Operand) -> Tensor:
    """Return the square root of each element of ``x``."""
    return apply(rules.sqrt, x)


def maximum(x: Operand, y: Operand) -> Tensor:
    """Return the larger of each pair of elements; at a tie the gradient goes to ``y``."""
    return apply(rules.maximum, x, y)


def minimum(x: Operand, y: Operand) -> Tensor:
    """Return the smaller of each pair of elements; at a tie the gradient goes to ``y``."""
    return apply(rules.minimum, x, y)


def where(condition: Operand, x: Operand, y: Operand) -> Tensor:
    """Return elements of ``x`` where ``condition`` holds and of ``y`` elsewhere."""
    chosen: ArrayLike = condition.data if isinstance(condition, Tensor) else condition
    return apply(rules.where, x, y, condition=np.asarray(chosen, bool))


def concat(x: Sequence[Operand], axis: int = 0) -> Tensor:
    """Return the tensors ``x`` joined along ``axis``.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0])
    >>> paramattr.concat([one, one]).numpy()
    array([1., 1.], dtype=float32)
    """
    return apply(rules.concat, *x, axis=axis)


def stack(x: Sequence[Tensor], axis: int = 0) -> Tensor:
    """Return the tensors ``x``, all of one shape, side by side along a new ``axis``."""
    position = axis if axis >= 0 else axis + x[0].ndim + 1
    return concat([t.reshape((*t.shape[:position], 1, *t.shape[position:])) for t in x], position)
