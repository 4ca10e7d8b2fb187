"""Tensors made from values and shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.tensor import Operand
from paramattr.utils import dtypes

__all__ = ["to_tensor"]


def to_tensor(
    data: Operand, dtype: DTypeLike | None = None, place: object = None, stop_gradient: bool = True
) -> Tensor:
    """Make a tensor from a copy of ``data``.

    Mirrors ``paddle.to_tensor``: Python floats become the default dtype, arrays keep theirs.

    Parameters
    ----------
    data : array_like or Tensor
        The values.
    dtype : dtype, optional
        The dtype of the tensor.
    place : object, optional
        Where Paddle puts the tensor; here every tensor is in the memory of the CPU.
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
        array = array.astype(dtypes.numeric("dtype", dtype, array.dtype))
    elif array.dtype == np.float64 and not isinstance(data, (Tensor, np.ndarray, np.generic)):
        array = array.astype(dtypes.floating("dtype", None))
    return Tensor(array, stop_gradient=stop_gradient)
