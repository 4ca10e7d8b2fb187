"""Complex numbers and their parts, which have no gradients."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.rules import Outcome
from paramattr.autograd.rules import real as as_floats
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, without_history
from paramattr.tensor.function import into
from paramattr.utils import dtypes

__all__ = ["angle", "as_complex", "as_real", "conj", "imag", "polar", "real", "view_as_complex", "view_as_real"]


def floats(name: str, value: Operand) -> Tensor:
    """Return array_like as a tensor of floats; TypeError that names the argument for all else."""
    tensor = as_tensor(name, value)
    if not dtypes.is_floating(tensor.dtype):
        raise TypeError(f"{name} must hold floats, but received dtype {tensor.dtype}")
    return tensor


def _complex(name: str, value: Operand) -> Array:
    array = array_of(name, value)
    if array.dtype.kind != "c":
        raise TypeError(f"{name} must hold complex numbers, but received dtype {array.dtype}")
    return array


def joined(real: Array, imag: Array) -> Outcome:
    """Return the complex numbers of these parts; i times an infinity would be nan."""
    value = np.empty(np.broadcast_shapes(real.shape, imag.shape), np.result_type(real.dtype, imag.dtype, np.complex64))
    value.real, value.imag = real, imag
    return value, ()


def _turned(abs: Array, angle: Array) -> Outcome:
    return joined(abs * np.cos(angle), abs * np.sin(angle))


def real(x: Operand, name: str | None = None) -> Tensor:
    """Return the real parts of complex numbers.

    Mirrors ``paddle.real``.

    Raises
    ------
    TypeError
        If ``x`` does not hold complex numbers.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.real(paramattr.to_tensor([1.0 + 2.0j])).numpy()
    array([1.], dtype=float32)
    """
    return Tensor(_complex("x", x).real.copy())


def imag(x: Operand, name: str | None = None) -> Tensor:
    """Return the imaginary parts of complex numbers.

    Mirrors ``paddle.imag``. What is refused is as for `real`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.imag(paramattr.to_tensor([1.0 + 2.0j])).numpy()
    array([2.], dtype=float32)
    """
    return Tensor(_complex("x", x).imag.copy())


def conj(x: Operand, name: str | None = None) -> Tensor:
    """Return the complex conjugates; of real numbers a copy that stays on the tape.

    Mirrors ``paddle.conj``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.conj(paramattr.to_tensor([1.0 + 2.0j])).tolist()
    [(1-2j)]
    """
    array = array_of("x", x)
    return Tensor(array.conj()) if array.dtype.kind == "c" else as_tensor("x", x).clone()


def angle(x: Operand, name: str | None = None) -> Tensor:
    """Return the angle of each number with the positive real axis: of a real one 0 or pi, with a gradient of 0.

    Mirrors ``paddle.angle``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.angle(paramattr.to_tensor([1.0j, -1.0])).numpy().round(4)
    array([1.5708, 3.1416], dtype=float32)
    """
    return apply(_angle, x)


def _angle(x: Array) -> Outcome:
    if x.dtype.kind == "c":
        return np.angle(x), ()
    x = as_floats(x)
    # Not by the sign of a zero.
    return np.where(x < 0, np.asarray(np.pi, x.dtype), x * 0), (np.zeros_like,)


def polar(abs: Operand, angle: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the complex numbers of these absolute values and angles.

    Mirrors ``paddle.polar``.

    Parameters
    ----------
    abs, angle : Tensor or array_like
        Floats, of shapes that broadcast.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold floats or needs a gradient, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.polar(paramattr.to_tensor([2.0]), paramattr.to_tensor([0.0])).tolist()
    [(2+0j)]
    """
    return into(out, apply(_turned, floats("abs", abs), floats("angle", angle)))


def as_complex(x: Operand, name: str | None = None) -> Tensor:
    """Return the complex numbers of which the last axis holds the two parts.

    Mirrors ``paddle.as_complex``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold floats, needs a gradient, or has no last axis of size 2.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.as_complex(paramattr.to_tensor([[1.0, 2.0]])).tolist()
    [(1+2j)]
    """
    return apply(_paired, _pairs("x", x))


def _paired(x: Array) -> Outcome:
    return joined(x[..., 0], x[..., 1])


def _pairs(name: str, value: Operand) -> Tensor:
    tensor = floats(name, value)
    if tensor.shape[-1:] != [2]:
        raise ValueError(f"{name} must have a last axis of size 2, but received shape {tensor.shape!r}")
    return tensor


def as_real(x: Operand, name: str | None = None) -> Tensor:
    """Return the two parts of complex numbers along a new last axis.

    Mirrors ``paddle.as_real``. What is refused is as for `real`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.as_real(paramattr.to_tensor([1.0 + 2.0j])).tolist()
    [[1.0, 2.0]]
    """
    array = _complex("x", x)
    return Tensor(np.stack([array.real, array.imag], -1))


def view_as_complex(input: Operand) -> Tensor:
    """Return what `as_complex` does, in the same memory.

    Mirrors ``paddle.view_as_complex``. What is refused is as for `as_complex`, and parts that do not lie side by side.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0, 2.0]])
    >>> paramattr.view_as_complex(x).add_(paramattr.to_tensor([1.0j])).tolist(), x.tolist()
    ([(1+3j)], [[1.0, 3.0]])
    """
    return without_history(_seen, _pairs("input", input))


def _seen(x: Array) -> Outcome:
    return x.view(np.result_type(x.dtype, np.complex64))[..., 0], ()


def view_as_real(input: Operand) -> Tensor:
    """Return what `as_real` does, in the same memory.

    Mirrors ``paddle.view_as_real``. What is refused is as for `real`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.view_as_real(paramattr.to_tensor([1.0 + 2.0j])).tolist()
    [[1.0, 2.0]]
    """
    array = _complex("input", input)
    return Tensor(array[..., np.newaxis].view(array.real.dtype))
