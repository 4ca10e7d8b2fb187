"""Making a tensor, functions of several, and the elementwise ones that Paddle also has as functions."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import rules
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.tensor import Operand, Tensor, apply, as_tensor
from paramattr.utils import checks, dtypes


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
        If ``data`` or ``dtype`` is not numeric, or ``stop_gradient`` no bool.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([[1.0, 2.0]]).dtype
    dtype('float32')
    """
    array = np.array(array_of("data", data))
    if dtype is not None:
        array = array.astype(_numeric(dtype, array.dtype))
    elif array.dtype == np.float64 and not isinstance(data, (Tensor, np.ndarray, np.generic)):
        array = array.astype(dtypes.floating("dtype", None))
    return Tensor(array, stop_gradient=stop_gradient)


def _numeric(value: DTypeLike, given: np.dtype[Any]) -> np.dtype[Any]:
    """Return ``value`` as a dtype that numbers of the dtype ``given`` can be converted to."""
    try:
        dtype = dtypes.named(value)
    except (TypeError, ValueError):
        raise TypeError(f"dtype must be a dtype, but received {value!r} ({type(value).__name__})") from None
    if dtype.kind != "c" and (given.kind == "c" or not dtypes.is_real(dtype)):
        raise TypeError(f"dtype must be one that holds the numbers of data, but received {dtype}")
    return dtype


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
    return apply(rules.where, x, y, condition=as_tensor("condition", condition).data.astype(bool))


def concat(x: Sequence[Operand], axis: int = 0) -> Tensor:
    """Return the tensors ``x`` joined along ``axis``.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0])
    >>> paramattr.concat([one, one]).numpy()
    array([1., 1.], dtype=float32)
    """
    tensors = _several(x)
    return apply(rules.concat, *tensors, axis=checks.axis("axis", axis, tensors[0].ndim))


def stack(x: Sequence[Operand], axis: int = 0) -> Tensor:
    """Return the tensors ``x``, all of one shape, side by side along a new ``axis``."""
    tensors = _several(x)
    position = checks.axis("axis", axis, tensors[0].ndim + 1)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"x must hold tensors of one shape, but received shapes {[t.shape for t in tensors]}")
    return concat([t.reshape((*t.shape[:position], 1, *t.shape[position:])) for t in tensors], position)


def _several(x: Sequence[Operand]) -> list[Tensor]:
    if not isinstance(x, (list, tuple)) or not x:
        raise TypeError(f"x must be a list of at least one tensor, but received {reprlib.repr(x)} ({type(x).__name__})")
    return [as_tensor(f"x[{position}]", part) for position, part in enumerate(x)]
