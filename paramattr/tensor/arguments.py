"""Arguments of functions of tensors: sizes and axes that may be tensors, lists of tensors, values in a tensor's dtype."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.utils import checks

Integer = int | Tensor
Integers = int | Sequence[int | Tensor] | Tensor


def plain(value: object) -> Any:
    """Return an integer tensor as the int, or the list of ints, that it stands for; all else as it is.

    Paddle takes tensors for sizes, axes and bounds, whole or in a list.
    """
    if isinstance(value, (list, tuple)):
        return [part if type(part) is int else _single(part) for part in value]
    if isinstance(value, Tensor) and value.dtype.kind in "iu" and value.ndim < 2:
        return value.tolist()
    return value


def _single(value: object) -> Any:
    """Return an integer tensor with one element as an int; all else as it is."""
    return value.item() if isinstance(value, Tensor) and value.dtype.kind in "iu" and value.size == 1 else value


def integer(name: str, value: object, *, low: int | None = None, high: int | None = None) -> int:
    """`checks.integer` of an int or an integer tensor with one element."""
    return checks.integer(name, _single(value), low=low, high=high)


def real(name: str, value: object, **bounds: Any) -> float:
    """`checks.real` of a number or a tensor with one element."""
    return checks.real(name, value.item() if isinstance(value, Tensor) and value.size == 1 else value, **bounds)


def integers(name: str, value: object, *, low: int | None = None) -> tuple[int, ...]:
    """Return an int, several, or an integer tensor as a tuple of ints; TypeError or ValueError for all else."""
    given = plain(value)
    if isinstance(given, (int, np.integer)):
        return (checks.integer(name, given, low=low),)
    numbers = checks.several(name, given, "a sequence of integers")
    # The usual case first: the names of the parts are for errors.
    if all(type(number) is int and (low is None or number >= low) for number in numbers):
        return tuple(numbers)
    return tuple(checks.integer(f"{name}[{place}]", number, low=low) for place, number in enumerate(numbers))


def axis(name: str, value: object, ndim: int) -> int:
    """`checks.axis` of an int or an integer tensor with one element."""
    return checks.axis(name, _single(value), ndim)


def shape(name: str, value: object) -> tuple[int, ...]:
    """`checks.shape` of sizes that may be integer tensors."""
    return checks.shape(name, plain(value))


def several(name: str, value: Sequence[Operand]) -> list[Tensor]:
    """Return a list or tuple of at least one array_like as tensors; TypeError that names the argument for all else."""
    if not isinstance(value, (list, tuple)) or not value:
        received = f"{reprlib.repr(value)} ({type(value).__name__})"
        raise TypeError(f"{name} must be a list of at least one tensor, but received {received}")
    return [as_tensor(f"{name}[{position}]", part) for position, part in enumerate(value)]


def same_dtype(name: str, value: Operand, x: Tensor) -> Tensor:
    """Return ``value`` as a tensor of the dtype of ``x``; a tensor of another dtype is a TypeError, as in Paddle."""
    tensor = as_tensor(name, value)
    if tensor.dtype == x.dtype:
        return tensor
    if isinstance(value, Tensor):
        raise TypeError(f"{name} must have the dtype {x.dtype}, but has {tensor.dtype}")
    return tensor.astype(x.dtype)


def integer_array(name: str, value: Operand) -> Array:
    """Return ``value`` as an array of integers; TypeError for all else."""
    numbers = as_tensor(name, value).numpy()
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, but received dtype {numbers.dtype}")
    return numbers


def index_of(name: str, value: Operand, size: int, *, low: int | None = None) -> Array:
    """Return ``value`` as an array of integers that name one of ``size`` places, by default from -size to size - 1."""
    index = integer_array(name, value)
    first = -size if low is None else low
    if index.size and not first <= int(index.min()) <= int(index.max()) < size:
        received = f"{int(index.min())} to {int(index.max())}"
        raise IndexError(f"{name} must hold integers in [{first}, {size}), but received {received}")
    return index


def mask_of(name: str, value: Operand) -> Array:
    """Return ``value`` as an array of bools; TypeError for all else."""
    mask = array_of(name, value)
    if mask.dtype != bool:
        raise TypeError(f"{name} must hold bools, but received dtype {mask.dtype}")
    return mask
