"""The table of rules: each returns a value and, per input, the pullback of a gradient to that input.

A rule works on arrays alone and knows no tape. Broadcasting is undone by the tape, so a pullback may return
a gradient of the broadcast shape. A pullback holds the arrays whose values it needs and no other: what it holds stays in
memory, and must not change before the walk back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from paramattr.autograd.tape import Array, Pullback
from paramattr.utils.dtypes import compute_dtype, floating

Outcome = tuple[Array, tuple[Pullback, ...]]
Rule = Callable[..., Outcome]
AnyRule = TypeVar("AnyRule", bound=Rule)
Axes = int | tuple[int, ...] | None

EXACT: set[Rule] = set()


def exact(rule: AnyRule) -> AnyRule:
    """Mark a ``rule`` that moves or converts values; the others compute float16 and bfloat16 in float32."""
    EXACT.add(rule)
    return rule


def real(x: Array) -> Array:
    """Return ``x``, in the default dtype if it holds integers or bools."""
    return x.astype(floating("dtype", None)) if x.dtype.kind in "biu" else x


def add(x: Array, y: Array) -> Outcome:
    return x + y, (lambda g: g, lambda g: g)


def subtract(x: Array, y: Array) -> Outcome:
    return x - y, (lambda g: g, lambda g: -g)


def multiply(x: Array, y: Array) -> Outcome:
    return x * y, (lambda g: g * y, lambda g: g * x)


def divide(x: Array, y: Array) -> Outcome:
    x, y = real(x), real(y)
    value = x / y
    # The square of y may overflow or underflow where the gradient does not.
    return value, (lambda g: g / y, lambda g: -g * (value / y))


def power(x: Array, y: Array) -> Outcome:
    value = x**y
    # At x = 0 the factor log(x) is -inf, but x**y * log(x) tends to 0 for y > 0.
    return value, (
        lambda g: g * y * x ** np.where(y == 0, 0, y - 1),
        lambda g: g * value * np.log(np.where((x == 0) & (y >= 0), 1, x)),
    )


def remainder(x: Array, y: Array) -> Outcome:
    return np.remainder(x, y), (lambda g: g, lambda g: -g * np.floor_divide(x, y))


def negative(x: Array) -> Outcome:
    return -x, (lambda g: -g,)


def absolute(x: Array) -> Outcome:
    return np.abs(x), (lambda g: g * np.sign(x),)


def where(x: Array, y: Array, *, condition: Array) -> Outcome:
    return np.where(condition, x, y), (lambda g: np.where(condition, g, 0), lambda g: np.where(condition, 0, g))


def matmul(x: Array, y: Array) -> Outcome:
    x_axes, y_axes = x.ndim, y.ndim

    def to_x(g: Array) -> Array:
        if y_axes == 1:
            return np.multiply.outer(g, y) if x_axes > 1 else g * y
        if x_axes == 1:
            return (g[..., None, :] @ y.swapaxes(-1, -2))[..., 0, :]
        return g @ y.swapaxes(-1, -2)

    def to_y(g: Array) -> Array:
        if x_axes == 1:
            return g * x if y_axes == 1 else x[:, None] * g[..., None, :]
        if y_axes == 1:
            return (x.swapaxes(-1, -2) @ g[..., None])[..., 0]
        if y_axes == 2:
            # One product over all leading axes instead of a batch of them and a sum.
            rows = math.prod(g.shape[:-1])
            return x.reshape(rows, x.shape[-1]).T @ g.reshape(rows, g.shape[-1])
        return x.swapaxes(-1, -2) @ g

    return x @ y, (to_x, to_y)


def sum(x: Array, *, axis: Axes = None, keepdim: bool = False) -> Outcome:
    kept = np.asarray(x.sum(axis=axis, keepdims=True))
    shape, kept_shape = x.shape, kept.shape
    return kept if keepdim else kept.squeeze(axis), (lambda g: np.broadcast_to(g.reshape(kept_shape), shape),)


def mean(x: Array, *, axis: Axes = None, keepdim: bool = False) -> Outcome:
    x = real(x)
    total, (to_x,) = sum(x, axis=axis, keepdim=keepdim)
    count = np.asarray(x.size // total.size if total.size else 1, x.dtype)
    return total / count, (lambda g: to_x(g) / count,)


def max(x: Array, *, axis: Axes = None, keepdim: bool = False) -> Outcome:
    kept = np.asarray(x.max(axis=axis, keepdims=True))

    def to_x(g: Array) -> Array:
        # As in Paddle, equal largest values share the gradient.
        largest = x == kept
        gradient: Array = g.reshape(kept.shape) * (largest / largest.sum(axis=axis, keepdims=True))
        return gradient

    return kept if keepdim else kept.squeeze(axis), (to_x,)


@exact
def clone(x: Array) -> Outcome:
    return x.copy(), (lambda g: g,)


@exact
def reshape(x: Array, *, shape: tuple[int, ...]) -> Outcome:
    before = x.shape
    return x.reshape(shape), (lambda g: g.reshape(before),)


@exact
def transpose(x: Array, *, perm: tuple[int, ...]) -> Outcome:
    inverse = np.argsort([axis % x.ndim for axis in perm])
    return x.transpose(perm), (lambda g: g.transpose(inverse),)


@exact
def getitem(x: Array, *, index: Any) -> Outcome:
    shape, dtype = x.shape, compute_dtype(x.dtype)

    def to_x(g: Array) -> Array:
        scattered = np.zeros(shape, dtype)
        if _is_basic(index):
            scattered[index] = g
        else:
            # An index array may name an element twice; unbuffered addition counts both.
            np.add.at(scattered, index, g.astype(dtype, copy=False))
        return scattered

    return np.asarray(x[index]), (to_x,)


def _is_basic(index: Any) -> bool:
    """Whether an index names each element once, as a view has it: no arrays in it."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or type(part) in (int, slice) for part in parts)


@exact
def setitem(x: Array, y: Array, *, index: Any) -> Outcome:
    value = x.copy()
    value[index] = y
    shape = value[index].shape

    def to_x(g: Array) -> Array:
        rest = g.copy()
        rest[index] = 0
        return rest

    def to_y(g: Array) -> Array:
        part = np.broadcast_to(g[index], shape)
        return part if _is_basic(index) else np.where(_is_last(index, g.shape), part, 0)

    return value, (to_x, to_y)


def _is_last(index: Any, shape: tuple[int, ...]) -> Array:
    """Return for each place in an index array whether it is the last that names its element, whose value stays."""
    owner = np.empty(shape, np.intp)
    numbers = np.arange(owner[index].size).reshape(owner[index].shape)
    owner[index] = numbers
    last: Array = owner[index] == numbers
    return last


@exact
def concat(*xs: Array, axis: int = 0) -> Outcome:
    edges = np.cumsum([0] + [x.shape[axis] for x in xs])
    return np.concatenate(xs, axis), tuple(_piece(start, stop, axis) for start, stop in pairwise(edges))


def _piece(start: int, stop: int, axis: int) -> Pullback:
    return lambda g: np.take(g, np.arange(start, stop), axis)


@exact
def astype(x: Array, *, dtype: np.dtype[Any]) -> Outcome:
    return x.astype(dtype), (lambda g: g,)
