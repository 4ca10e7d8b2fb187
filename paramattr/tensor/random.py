"""Tensors of random numbers, drawn from the stream that `paramattr.seed` starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.random import Key, Normal, PointMass, Uniform, exact, integers, next_key
from paramattr.tensor import arguments
from paramattr.tensor.creation import made
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "log_normal", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm",
    "standard_normal", "uniform",
]  # fmt: skip

Shape = int | Sequence[int] | Tensor
Number = float | Tensor


def uniform_values(shape: tuple[int, ...], dtype: np.dtype[Any], low: float, high: float, seed: int) -> Array:
    """Draw numbers between bounds, which may be equal, from the key of a seed or for 0 from the next one."""
    if not low <= high:
        raise ValueError(f"min must not be more than max, but received min={low}, max={high}")
    law = Uniform(low, high) if low < high else PointMass(low)
    return law.values(Key(seed, 0) if seed else next_key(), shape, dtype)


def normal_values(shape: tuple[int, ...], dtype: DTypeLike, mean: float, std: float) -> Array:
    """Draw numbers of a normal law, whose standard deviation may be 0."""
    law = Normal(mean, std) if std > 0 else PointMass(mean)
    return law.values(next_key(), shape, dtype)


@also(spread="shape", size="shape")
def rand(
    shape: Shape,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return random numbers of the uniform law on [0, 1).

    Mirrors ``paddle.rand``.

    Parameters
    ----------
    shape : int, sequence of int or Tensor
        The sizes; they may also be given one by one.
    dtype : dtype, optional
        A floating one; by default the default dtype.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the values.
    device : optional
        The CPU, or None.
    requires_grad : bool, default False
        The opposite of ``stop_gradient``.
    pin_memory : bool, default False
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.seed(3):
    ...     x = paramattr.rand([2, 3])
    >>> bool(((x >= 0) & (x < 1)).numpy().all())
    True
    """
    sizes, kind = arguments.shape("shape", shape), dtypes.floating("dtype", dtype)
    return made(lambda: uniform_values(sizes, kind, 0.0, 1.0, 0), out, device, requires_grad, pin_memory)


def uniform(
    shape: Shape,
    dtype: DTypeLike | None = None,
    min: Number = 0,
    max: Number = 1.0,
    seed: int = 0,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers of the uniform law on [min, max).

    Mirrors ``paddle.uniform``.

    Parameters
    ----------
    shape, dtype, name, out, device, requires_grad
        As in `rand`.
    min, max : float, default 0 and 1.0
        The bounds, ``min <= max``.
    seed : int, default 0
        If not 0, the values are those of this seed alone, and the stream goes on as if nothing had been drawn.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.uniform([2, 3], min=-1.0, max=1.0)
    >>> bool(((x >= -1) & (x < 1)).numpy().all())
    True
    """
    sizes, kind = arguments.shape("shape", shape), dtypes.floating("dtype", dtype)
    low, high, start = arguments.real("min", min), arguments.real("max", max), checks.integer("seed", seed, low=0)
    return made(lambda: uniform_values(sizes, kind, low, high, start), out, device, requires_grad)


def standard_normal(
    shape: Shape,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers of the normal law with mean 0 and standard deviation 1.

    Mirrors ``paddle.standard_normal``. The arguments, and what is refused, are those of `rand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.standard_normal([2, 3]).shape
    [2, 3]
    """
    sizes, kind = arguments.shape("shape", shape), dtypes.floating("dtype", dtype)
    return made(lambda: normal_values(sizes, kind, 0.0, 1.0), out, device, requires_grad)


@also(spread="shape", size="shape")
def randn(
    shape: Shape,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return random numbers of the normal law with mean 0 and standard deviation 1.

    Mirrors ``paddle.randn``. The arguments, and what is refused, are those of `rand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.randn(2, 3).shape
    [2, 3]
    """
    sizes, kind = arguments.shape("shape", shape), dtypes.floating("dtype", dtype)
    return made(lambda: normal_values(sizes, kind, 0.0, 1.0), out, device, requires_grad, pin_memory)


def _like(x: Operand, dtype: DTypeLike | None) -> tuple[tuple[int, ...], np.dtype[Any]]:
    tensor = as_tensor("x", x)
    return tensor.numpy().shape, dtypes.floating("dtype", tensor.dtype if dtype is None else dtype)


def rand_like(
    input: Operand,
    name: str | None = None,
    *,
    dtype: DTypeLike | None = None,
    device: object = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers of the uniform law on [0, 1) in the shape and, by default, the dtype of ``input``.

    Mirrors ``paddle.rand_like``. The other arguments, and what is refused, are those of `rand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.rand_like(paramattr.to_tensor([1.0, 2.0])).shape
    [2]
    """
    sizes, kind = _like(input, dtype)
    return made(lambda: uniform_values(sizes, kind, 0.0, 1.0, 0), None, device, requires_grad)


@also(input="x")
def randn_like(
    x: Operand,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    device: object = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers of the normal law, mean 0, deviation 1, in the shape and, by default, the dtype of ``x``.

    Mirrors ``paddle.randn_like``. The other arguments, and what is refused, are those of `rand`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.randn_like(paramattr.to_tensor([1.0, 2.0])).shape
    [2]
    """
    sizes, kind = _like(x, dtype)
    return made(lambda: normal_values(sizes, kind, 0.0, 1.0), None, device, requires_grad)


@also(size="shape")
def normal(
    mean: Number = 0.0,
    std: Number = 1.0,
    shape: Shape | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return random numbers of normal laws.

    Mirrors ``paddle.normal``.

    Parameters
    ----------
    mean, std : float or Tensor, default 0.0 and 1.0
        Means and standard deviations, one for all elements or one each; gradients go on to tensors.
    shape : int, sequence of int or Tensor, optional
        The sizes, for two numbers; with a tensor its shape is that of the result.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the values.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, a deviation is negative, or there is no shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.normal(paramattr.to_tensor([1.0, 100.0]), 0.5).shape
    [2]
    """
    tensors = [value for value in (mean, std) if isinstance(value, Tensor)]
    spread = std.detach() if isinstance(std, Tensor) else checks.real("std", std, low=0.0)
    if isinstance(spread, Tensor) and bool((spread.numpy() < 0).any()):
        raise ValueError(f"std must not be negative, but received {std!r}")
    centre = mean if isinstance(mean, Tensor) else checks.real("mean", mean)
    if not tensors:
        if shape is None:
            raise ValueError("shape must be given with a mean and a std that are numbers, but received None")
        sizes = arguments.shape("shape", shape)
        return into(out, Tensor(normal_values(sizes, dtypes.floating("dtype", None), float(centre), float(spread))))
    kind = np.result_type(*(dtypes.floating("mean and std", tensor.dtype) for tensor in tensors))
    sizes = np.broadcast_shapes(*(tensor.numpy().shape for tensor in tensors))
    return into(out, Tensor(normal_values(sizes, kind, 0.0, 1.0)) * std + mean)


def log_normal(mean: Number = 1.0, std: Number = 2.0, shape: Shape | None = None, name: str | None = None) -> Tensor:
    """Return e to the power of random numbers of normal laws.

    Mirrors ``paddle.log_normal``. The arguments, and what is refused, are those of `normal`.

    Examples
    --------
    >>> import paramattr
    >>> bool((paramattr.log_normal(0.0, 1.0, [5]) > 0).numpy().all())
    True
    """
    return apply(_exponential, normal(mean, std, shape))


def _exponential(x: Array) -> Outcome:
    with np.errstate(over="ignore", under="ignore"):
        value = np.asarray(exact.exp(x)).astype(x.dtype)
    return value, (lambda g: g * value,)


def randint(
    low: int = 0,
    high: int | None = None,
    shape: Shape = [1],  # noqa: B006  (Paddle's default, never changed)
    dtype: DTypeLike | None = None,
    name: str | None = None,
) -> Tensor:
    """Return random integers from ``low`` to ``high - 1``, each as likely as any other.

    Mirrors ``paddle.randint``.

    Parameters
    ----------
    low, high : int, default 0 and None
        The bounds, ``low < high``; without ``high`` they are 0 and ``low``.
    shape : int, sequence of int or Tensor, default [1]
        The sizes.
    dtype : dtype, optional
        Of integers; by default int64.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range, or the dtype does not hold the numbers.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.randint(5, 10, [100])
    >>> int(x.numpy().min()) >= 5, int(x.numpy().max()) < 10
    (True, True)
    """
    kind = np.dtype(np.int64) if dtype is None else dtypes.numeric("dtype", dtype, np.dtype(np.int64))
    if kind.kind not in "iu":
        raise TypeError(f"dtype must be one of integers, but received {kind}")
    first, end = bounds(low, high)
    if first < np.iinfo(kind).min or end - 1 > np.iinfo(kind).max:
        raise ValueError(f"low and high must be in the range of {kind}, but received low={first}, high={end}")
    sizes = arguments.shape("shape", shape)
    return Tensor(integers.integers(next_key(), first, end, sizes).astype(kind))


def bounds(low: int, high: int | None) -> tuple[int, int]:
    """Return bounds of integers, of which the only one given is the upper one."""
    first, end = (0, low) if high is None else (low, high)
    first = checks.integer("low", first, low=-(1 << 63), high=(1 << 63) - 1)
    end = checks.integer("low" if high is None else "high", end, high=1 << 63)
    if first >= end:
        raise ValueError(f"low must be less than high, and above 0 without it, but received low={low}, high={high}")
    return first, end


def randint_like(
    x: Operand, low: int = 0, high: int | None = None, dtype: DTypeLike | None = None, name: str | None = None
) -> Tensor:
    """Return random integers from ``low`` to ``high - 1`` in the shape and, by default, the dtype of ``x``.

    Mirrors ``paddle.randint_like``; any dtype of numbers or bools will do. For the rest see `randint`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.randint_like(paramattr.to_tensor([1.0, 2.0]), 5).dtype
    dtype('float32')
    """
    tensor = as_tensor("x", x)
    kind = dtypes.numeric("dtype", tensor.dtype if dtype is None else dtype, np.dtype(np.int64))
    first, end = bounds(low, high)
    return Tensor(integers.integers(next_key(), first, end, tensor.numpy().shape).astype(kind))


def randperm(
    n: int,
    dtype: DTypeLike = "int64",
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Return the integers below ``n`` in a random order, each order as likely as any other.

    Mirrors ``paddle.randperm``. ``dtype`` may be any of numbers; the other arguments are those of `rand`.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is not an integer or is negative, or another argument is of the wrong type.

    Examples
    --------
    >>> import paramattr
    >>> sorted(paramattr.randperm(5).tolist())
    [0, 1, 2, 3, 4]
    """
    count, kind = checks.integer("n", n, low=0), dtypes.numeric("dtype", dtype, np.dtype(np.int64))
    return made(lambda: integers.permutation(next_key(), count).astype(kind), out, device, requires_grad, pin_memory)
