"""Tensors made from values and shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, place
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand
from paramattr.tensor import arguments
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "as_tensor", "asarray", "empty", "empty_like", "eye", "full", "full_like", "ones", "ones_like", "to_tensor",
    "zeros", "zeros_like",
]  # fmt: skip


def to_tensor(
    data: Operand, dtype: DTypeLike | None = None, place: object = None, stop_gradient: bool = True
) -> Tensor:
    """Make a tensor from a copy of ``data``.

    Mirrors ``paddle.to_tensor``: Python's floats become the default dtype, its complex numbers one of that precision; arrays
    keep theirs.

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
    elif array.dtype.name in ("float64", "complex128") and not isinstance(data, (Tensor, np.ndarray, np.generic)):
        array = array.astype(dtypes.default_of(array.dtype))
    return Tensor(array, stop_gradient=stop_gradient)


def as_tensor(
    data: Operand,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Make a tensor from a copy of ``data``, as `to_tensor` with the names of PyTorch.

    Mirrors ``paddle.as_tensor``. The arguments after ``dtype``, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.as_tensor([1.0, 2.0], requires_grad=True).stop_gradient
    False
    """
    return made(lambda: to_tensor(data, dtype).numpy(), None, device, requires_grad, pin_memory)


def asarray(
    obj: Operand,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor from ``obj``; with ``copy=False`` it shares the memory of an array or tensor.

    Mirrors ``paddle.asarray``. The other arguments, and what is refused, are those of `as_tensor`.

    Raises
    ------
    ValueError
        If ``copy`` is False and ``obj`` can't be used as it is.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.asarray([1, 2]).numpy()
    array([1, 2])
    """
    if copy is None or checks.boolean("copy", copy):
        return as_tensor(obj, dtype, device, requires_grad)
    array = array_of("obj", obj)
    if not isinstance(obj, (Tensor, np.ndarray)) or (
        dtype is not None and dtypes.numeric("dtype", dtype, array.dtype) != array.dtype
    ):
        raise ValueError(f"copy=False needs an array or tensor of the dtype asked for, but received {obj!r}")
    return made(lambda: array, None, device, requires_grad)


def made(
    make: Callable[[], Array],
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return what ``make`` makes as a tensor, or ``out`` after it has become that; the settings are looked at first."""
    place.check("device", device)
    checks.boolean("pin_memory", pin_memory)
    wanted = checks.boolean("requires_grad", requires_grad)
    tensor = into(out, Tensor(make()))
    if wanted:
        tensor.stop_gradient = False
    return tensor


@also(spread="shape", size="shape")
def zeros(
    shape: arguments.Integers,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor of zeros.

    Mirrors ``paddle.zeros``.

    Parameters
    ----------
    shape : int, sequence of int or Tensor
        The sizes of the axes; they may also be given one by one.
    dtype : dtype, optional
        The default dtype if None.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.
    device : optional
        "cpu", a place or None: all tensors are on the CPU.
    requires_grad : bool, default False
        Whether the tensor needs a gradient.
    pin_memory : bool, default False
        Changes nothing on a CPU.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, a size is negative, or the tensor is larger than the memory.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2], "int32").numpy()
    array([0, 0], dtype=int32)
    """
    return made(lambda: _filled(shape, 0, _dtype(dtype)), out, device, requires_grad, pin_memory)


@also(spread="shape", size="shape")
def ones(
    shape: arguments.Integers,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor of ones.

    Mirrors ``paddle.ones``. The arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ones([2]).numpy()
    array([1., 1.], dtype=float32)
    """
    return made(lambda: _filled(shape, 1, _dtype(dtype)), out, device, requires_grad, pin_memory)


@also(spread="shape", size="shape")
def empty(
    shape: arguments.Integers,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor of a shape, for values to come; until then they are zeros.

    Mirrors ``paddle.empty``. The arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.empty([2, 3]).shape
    [2, 3]
    """
    return zeros(shape, dtype, out=out, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(size="shape")
def full(
    shape: arguments.Integers,
    fill_value: Any,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor with the same number everywhere.

    Mirrors ``paddle.full``. The other arguments, and what is refused, are those of `zeros`.

    Parameters
    ----------
    shape : int, sequence of int or Tensor
        The sizes of the axes.
    fill_value : number, str or Tensor
        The number, its text, or a tensor with one element.
    dtype : dtype, optional
        By default bool for a bool, complex128 for a complex number, and the default dtype for all others.
    name, out, device, requires_grad, pin_memory
        As in `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.full([2], 7).numpy()
    array([7., 7.], dtype=float32)
    """
    number = _scalar(fill_value)
    form = number.dtype if dtype is None and number.dtype.kind in "bc" else _dtype(dtype, number.dtype)
    return made(lambda: _filled(shape, number, form), out, device, requires_grad, pin_memory)


@also(input="x")
def zeros_like(
    x: Operand,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return zeros in the shape, and by default the dtype, of ``x``.

    Mirrors ``paddle.zeros_like``. The other arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros_like(paramattr.to_tensor([1, 2])).numpy()
    array([0, 0])
    """
    return full_like(x, 0, dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(input="x")
def ones_like(
    x: Operand,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return ones in the shape, and by default the dtype, of ``x``.

    Mirrors ``paddle.ones_like``. The other arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ones_like(paramattr.to_tensor([5, 6])).numpy()
    array([1, 1])
    """
    return full_like(x, 1, dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(input="x")
def empty_like(
    x: Operand,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor in the shape, and by default the dtype, of ``x``, for values to come; until then they are zeros.

    Mirrors ``paddle.empty_like``. The other arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.empty_like(paramattr.ones([2, 3])).shape
    [2, 3]
    """
    return full_like(x, 0, dtype, device=device, requires_grad=requires_grad, pin_memory=pin_memory)


@also(input="x")
def full_like(
    x: Operand,
    fill_value: Any,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a tensor with the same number everywhere, in the shape, and by default the dtype, of ``x``.

    Mirrors ``paddle.full_like``. The other arguments, and what is refused, are those of `full`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.full_like(paramattr.to_tensor([1, 2]), 7).numpy()
    array([7, 7])
    """
    array, number = array_of("x", x), _scalar(fill_value)
    form = dtypes.numeric("dtype", array.dtype if dtype is None else dtype, number.dtype)
    return made(lambda: _filled(array.shape, number, form), None, device, requires_grad, pin_memory)


@also(n="num_rows", m="num_columns")
def eye(
    num_rows: int | Tensor,
    num_columns: int | Tensor | None = None,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return a matrix of zeros with ones on the diagonal, square unless ``num_columns`` is given.

    Mirrors ``paddle.eye``. The other arguments, and what is refused, are those of `zeros`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.eye(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    rows = arguments.integer("num_rows", num_rows, low=0)
    columns = rows if num_columns is None else arguments.integer("num_columns", num_columns, low=0)
    form = _dtype(dtype)
    checks.fits_in_memory("shape", (rows, columns), form.itemsize)
    return made(lambda: np.eye(rows, columns, dtype=form), out, device, requires_grad, pin_memory)


def _dtype(dtype: DTypeLike | None, given: np.dtype[Any] = np.dtype(bool)) -> np.dtype[Any]:  # noqa: B008
    return dtypes.numeric("dtype", dtypes.floating("dtype", None) if dtype is None else dtype, given)


def _scalar(value: Any) -> Array:
    """Return the number, text of one, or tensor with one element to fill with, as an array without axes."""
    try:
        array = array_of("fill_value", float(value) if isinstance(value, str) else value)
    except ValueError:
        raise ValueError(f"fill_value must be a number or its text, but received {value!r}") from None
    if array.size != 1:
        raise ValueError(f"fill_value must be one number, but received shape {list(array.shape)}")
    return array.reshape(())


def _filled(shape: object, number: Any, dtype: np.dtype[Any]) -> Array:
    sizes = arguments.shape("shape", shape)
    checks.fits_in_memory("shape", sizes, dtype.itemsize)
    return np.full(sizes, np.asarray(number).astype(dtype))
