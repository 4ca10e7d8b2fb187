"""Vectors over their length, channels over that of their neighbours, and matrices over their largest singular value."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.norm import FORMATS, channel_axis
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also


@also(input="x", dim="axis", eps="epsilon")
def normalize(
    x: Operand,
    p: float = 2,
    axis: int = 1,
    epsilon: float = 1e-12,
    out: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """Return ``x`` divided by its p-norm along an axis, or by ``epsilon`` where that is larger.

    Mirrors ``paddle.nn.functional.normalize``.

    Parameters
    ----------
    x : Tensor or array_like
        Of at least one axis.
    p : float, default 2
        The exponent of the norm. Infinities stand for the largest and the smallest magnitude, 0 for the number of
        elements that are not 0.
    axis : int, default 1
        The axis of the vectors.
    epsilon : float, default 1e-12
        The least divisor, >= 0.
    out : Tensor, optional
        Takes over the value.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.normalize(paramattr.to_tensor([[3.0, 4.0]])).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """
    x = as_tensor("x", x)
    order = checks.real("p", p, finite=False)
    axes = (checks.axis("axis", axis, x.ndim),) if x.ndim else ()
    return into(out, apply(unit, x, p=order, axes=axes, epsilon=checks.real("epsilon", epsilon, low=0.0)))


def unit(x: Array, *, p: float, axes: tuple[int, ...], epsilon: float) -> Outcome:
    """Over the p-norm along ``axes``, or over ``epsilon`` where that is larger."""
    x = real(x)
    length = _length(x, p, axes)
    divisor, free = np.maximum(length, np.asarray(epsilon, x.dtype)), length > epsilon
    value = x / divisor

    def to_x(g: Array) -> Array:
        along = (g * value).sum(axis=axes, keepdims=True) * free
        gradient: Array = (g - along * _slope(value, p)) / divisor
        return gradient

    return value, (to_x,)


def _length(x: Array, p: float, axes: tuple[int, ...]) -> Array:
    size = np.abs(x)
    if math.isinf(p) and size.size:
        length: Array = (np.max if p > 0 else np.min)(size, axis=axes, keepdims=True)
    elif p == 0 or not size.size:
        length = (x != 0).sum(axis=axes, keepdims=True, dtype=x.dtype)
    else:
        length = _root_of_powers(size, p, axes)
    return length


def _root_of_powers(size: Array, p: float, axes: tuple[int, ...]) -> Array:
    limits = np.finfo(size.dtype)
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        total: Array = (size**p).sum(axis=axes, keepdims=True)
        if ((total > limits.tiny / limits.eps) & (total < np.inf)).all():
            return total ** (1 / p)
        # Powers have left the range: again, in units of the element that counts most.
        scale = (np.max if p > 0 else np.min)(size, axis=axes, keepdims=True)
        scale = np.where((scale > 0) & (scale < np.inf), scale, 1)
        total = ((size / scale) ** p).sum(axis=axes, keepdims=True)
        return scale * total ** (1 / p)


def _slope(value: Array, p: float) -> Array:
    """Return the derivatives of the length, for elements over the length."""
    if p == 0:
        return np.zeros((), value.dtype)
    size, sign = np.abs(value), np.sign(value)
    # At 0 the length is smooth, or, below p = 1, infinitely steep; the gradient is 0 in both.
    steep: Array = sign * (size == 1 if math.isinf(p) else np.where(size > 0, size, 1) ** (p - 1))
    return steep


def local_response_norm(
    x: Operand,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return ``x`` over (k + alpha · m) ** beta, with the mean m of the squares of ``size`` neighbouring channels.

    Channels beyond the first and the last count as 0.

    Parameters
    ----------
    x : Tensor or array_like
        Of at least three axes, none of size 0 but that of the batch.
    size : int
        How many channels are neighbours, >= 1: ``size // 2`` before, the channel itself, and the rest after it.
    alpha, beta, k : float, default 1e-4, 0.75 and 1.0
        As above, each >= 0.
    data_format : {"NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis, or the last.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012. Mirrors
    ``paddle.nn.functional.local_response_norm``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[[1.0], [1.0], [1.0]]])
    >>> paramattr.nn.functional.local_response_norm(x, 3, alpha=3.0, beta=1.0).flatten().numpy().round(3)
    array([0.333, 0.25 , 0.333], dtype=float32)
    """
    x = as_tensor("x", x)
    axis = channel_axis(x, data_format, FORMATS)
    if x.ndim < 3 or 0 in x.shape[1:]:
        raise ValueError(f"x must have at least 3 axes, none of size 0 but the first, but has shape {x.shape!r}")
    constants = check_response(size, alpha, beta, k)
    return apply(_local_response, x, axis=axis, constants=constants)


def check_response(size: int, alpha: float, beta: float, k: float) -> tuple[int, float, float, float]:
    """Return the constants of a local response."""
    return (
        checks.integer("size", size, low=1),
        checks.real("alpha", alpha, low=0.0),
        checks.real("beta", beta, low=0.0),
        checks.real("k", k, low=0.0),
    )


def _local_response(x: Array, *, axis: int, constants: tuple[int, float, float, float]) -> Outcome:
    x = real(x)
    size, alpha, beta, k = constants
    before, after = size // 2, (size - 1) // 2
    base = k + (alpha / size) * _window_sums(x * x, axis, before, after)
    scale = base**-beta
    value = x * scale

    def to_x(g: Array) -> Array:
        through = _window_sums(g * value / base, axis, after, before)
        gradient: Array = g * scale - (2 * alpha * beta / size) * x * through
        return gradient

    return value, (to_x,)


def _window_sums(x: Array, axis: int, before: int, after: int) -> Array:
    """Return at each place the sum of the elements up to ``before`` places ahead of it and ``after`` behind it."""
    most = x.shape[axis] - 1
    ends = (min(before, most), min(after, most))
    padded = np.pad(x, [ends if index == axis else (0, 0) for index in range(x.ndim)])
    total: Array = sliding_window_view(padded, sum(ends) + 1, axis).sum(axis=-1)
    return total


def singular_vectors(
    x: Array, dim: int, u: Array, v: Array, rounds: int, length: Callable[[float], float]
) -> tuple[Array, Array]:
    """Return vectors of the matrix of ``x`` after ``rounds`` of power iteration; each is divided by ``length(norm)``."""
    dtype = np.result_type(*(dtypes.compute_dtype(array.dtype) for array in (x, u, v)))
    matrix, u, v = as_matrix(x.astype(dtype), dim), u.astype(dtype), v.astype(dtype)
    for _ in range(rounds):
        v = matrix.T @ u
        v /= length(float(np.linalg.norm(v)))
        u = matrix @ v
        u /= length(float(np.linalg.norm(u)))
    return u, v


def as_matrix(x: Array, dim: int) -> Array:
    """Return ``x`` with the axis ``dim`` as rows and all others as columns."""
    return np.moveaxis(x, dim, 0).reshape(x.shape[dim], -1)


def over_sigma(x: Array, *, dim: int, u: Array, v: Array) -> Outcome:
    """Over uᵀ M v with the matrix M of ``x``; the vectors are constants."""
    x = real(x)
    shape = np.moveaxis(x, dim, 0).shape
    u, v = u.astype(x.dtype), v.astype(x.dtype)
    sigma = u @ as_matrix(x, dim) @ v
    value = x / sigma

    def to_x(g: Array) -> Array:
        steep = np.moveaxis(np.multiply.outer(u, v).reshape(shape), 0, dim)
        gradient: Array = (g - (g * value).sum() * steep) / sigma
        return gradient

    return value, (to_x,)
