"""Tensors in the dtype that a method is named after, or that another tensor has, and what else tensors tell on demand."""

from __future__ import annotations

from collections.abc import Callable

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.utils import checks

__all__ = ["get_device", "gradient", "type_as"]

# The methods, and the dtype of each.
DTYPES = {
    name: name
    for name in (
        "bfloat16", "bool", "complex64", "complex128", "float16", "float32", "float64", "int8", "int16", "int32", "int64",
        "uint8",
    )
} | {
    "byte": "uint8", "cdouble": "complex128", "cfloat": "complex64", "char": "int8", "double": "float64",
    "float": "float32", "half": "float16", "int": "int32", "long": "int64", "short": "int16",
}  # fmt: skip


def _into(name: str, dtype: str) -> Callable[[Tensor], Tensor]:
    def convert(x: Tensor) -> Tensor:
        return x.astype(dtype)

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"""Return the tensor in {dtype}, as its method ``astype`` does.

    Mirrors ``paddle.Tensor.{name}``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1]).{name}().dtype.name
    '{dtype}'
    """
    return convert


__all__ += DTYPES
globals().update({name: _into(name, dtype) for name, dtype in DTYPES.items()})


def type_as(x: Tensor, other: Tensor) -> Tensor:
    """Return the tensor in the dtype of another.

    Mirrors ``paddle.Tensor.type_as``.

    Raises
    ------
    TypeError
        If ``other`` is no tensor.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(3).type_as(paramattr.zeros([1])).dtype
    dtype('float32')
    """
    checks.instance("other", other, Tensor, "a Tensor")
    return x.astype(other.dtype)


def gradient(x: Tensor) -> Array | None:
    """Return the gradient as an array, or None.

    Mirrors ``paddle.Tensor.gradient``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> (x * x).sum().backward()
    >>> x.gradient()
    array([2., 4.], dtype=float32)
    """
    return None if x.grad is None else x.grad.numpy().copy()


def get_device(x: Tensor) -> int:
    """Return -1, as Paddle numbers the CPU.

    Mirrors ``paddle.Tensor.get_device``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([1]).get_device()
    -1
    """
    return -1
