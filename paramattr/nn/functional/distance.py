"""How far apart vectors are, and how alike in direction."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.utils import checks
from paramattr.utils.alias import also


@also(x1="x", x2="y", eps="epsilon")
def pairwise_distance(
    x: Operand, y: Operand, p: float = 2.0, epsilon: float = 1e-6, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """Return the p-norm of ``x - y + epsilon`` over the last axis, without overflow or underflow.

    Mirrors ``paddle.nn.functional.pairwise_distance``, except that the gradient at 0 is 0.

    Parameters
    ----------
    x, y : Tensor or array_like
        Of shapes that broadcast, with one axis or more.
    p : float, default 2.0
        The order of the norm; it may be infinite, 0 (which counts what is not 0) or negative.
    epsilon : float, default 1e-6
        What is added to each difference.
    keepdim : bool, default False
        Whether the axis stays, with size 1.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([3.0, 0.0]), paramattr.to_tensor([0.0, 4.0])
    >>> paramattr.nn.functional.pairwise_distance(x, y, epsilon=0.0).item()
    5.0
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    settings = {"p": check_order("p", p), "epsilon": checks.real("epsilon", epsilon)}
    if x.ndim == y.ndim == 0:
        raise ValueError(f"x and y must have an axis, but received shapes {x.shape!r} and {y.shape!r}")
    return apply(_distance, x, y, **settings, keepdim=checks.boolean("keepdim", keepdim))


def check_order(name: str, value: object) -> float:
    """Return ``value`` as the order of a norm: a real number, or an infinity."""
    return checks.real(name, value, finite=False)


def _distance(x: Array, y: Array, *, p: float, epsilon: float, keepdim: bool) -> Outcome:
    difference = real(x - y) + epsilon
    size = p_norm(difference, p)
    shape = size.shape

    def to_x(g: Array) -> Array:
        return g.reshape(shape) * slopes(difference, size, p)

    return size if keepdim else size[..., 0], (to_x, lambda g: -to_x(g))


def p_norm(x: Array, p: float) -> Array:
    """Return the p-norm over the last axis, which stays with size 1."""
    size = np.abs(x)
    if p == 0:
        return np.asarray((size > 0).sum(-1, keepdims=True), x.dtype)
    # Powers of the values in units of the one that counts most neither overflow nor underflow.
    unit = size.max(-1, keepdims=True, initial=0) if p > 0 else size.min(-1, keepdims=True)
    if math.isinf(p):
        return np.asarray(unit)
    unit[(unit == 0) | np.isinf(unit)] = 1
    with np.errstate(divide="ignore"):  # with a negative order, a 0 has an infinite power
        value: Array = unit * ((size / unit) ** p).sum(-1, keepdims=True) ** (1 / p)
    return value


def slopes(x: Array, size: Array, p: float) -> Array:
    """Return the derivative of the p-norm ``size`` in each element; 0 where there is none."""
    if p == 0:
        return np.zeros_like(x)
    if math.isinf(p):
        return np.where(np.abs(x) == size, np.sign(x), 0)
    there = (x != 0) & (size != 0)
    share = np.abs(x) / np.where(size == 0, 1, size)
    slopes: Array = np.sign(x) * np.where(there, share, 1) ** (p - 1)
    return slopes


@also(dim="axis")
def cosine_similarity(x1: Operand, x2: Operand, axis: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between ``x1`` and ``x2`` along ``axis``, without overflow or underflow.

    Mirrors ``paddle.nn.functional.cosine_similarity``.

    Parameters
    ----------
    x1, x2 : Tensor or array_like
        Of shapes that broadcast.
    axis : int, default 1
        The axis of the vectors, in the shape that both broadcast to.
    eps : float, default 1e-8
        The product of the lengths counts as at least this; >= 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([[3.0, 0.0]]), paramattr.to_tensor([[4.0, 4.0]])
    >>> round(paramattr.nn.functional.cosine_similarity(x, y).item(), 4)
    0.7071
    """
    x1, x2 = as_tensor("x1", x1), as_tensor("x2", x2)
    place = checks.axis("axis", axis, max(x1.ndim, x2.ndim))
    if x1.ndim == x2.ndim == 0:
        raise ValueError(f"x1 and x2 must have an axis, but received shapes {x1.shape!r} and {x2.shape!r}")
    return apply(_cosine_similarity, x1, x2, axis=place, eps=checks.real("eps", eps, low=0.0))


def _cosine_similarity(x1: Array, x2: Array, *, axis: int, eps: float) -> Outcome:
    first, second = (np.moveaxis(x, axis, -1) for x in np.broadcast_arrays(real(x1), real(x2)))
    sizes = p_norm(first, 2.0), p_norm(second, 2.0)
    one, other = (x / np.where(size == 0, 1, size) for x, size in zip((first, second), sizes, strict=True))
    with np.errstate(over="ignore"):  # what is infinite is above eps
        product = sizes[0] * sizes[1]
    # Where the lengths count as more than they are, the value is the scalar product divided by eps.
    short = product < eps
    cosine = (one * other).sum(-1, keepdims=True)
    value = cosine * np.where(short, product / (eps or 1), 1)

    def pullback(mine: Array, theirs: Array, size: Array, their_size: Array) -> Pullback:
        def to_input(g: Array) -> Array:
            factor = np.where(short, their_size / (eps or 1), 1 / np.where(size == 0, 1, size))
            gradient: Array = np.expand_dims(g, -1) * factor * (theirs - np.where(short, 0, cosine) * mine)
            return np.moveaxis(gradient, -1, axis)

        return to_input

    return value[..., 0], (pullback(one, other, *sizes), pullback(other, one, *sizes[::-1]))
