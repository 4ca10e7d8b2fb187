"""Rules that make values mean 0 and variance 1, in whatever shape the statistics ask for."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array, Pullback

# How many products are added up without a place for each: few cost more than they save, and many lose precision.
_RUNS = range(32, 4097)
# How many rows of how many elements are added up in the precision of the inputs: no more, and rather no less.
_TERMS, _ROW = 64, 2048


class Layout(NamedTuple):
    """How a rule sees its input: in the shape ``form``, with statistics over ``axes``, weight and bias in shape ``per``."""

    form: tuple[int, ...]
    axes: tuple[int, ...]
    per: tuple[int, ...]


class _View(NamedTuple):
    """A `Layout` with the axes in the ``order`` in which they lie in memory, where sums follow each other fastest."""

    layout: Layout
    order: tuple[int, ...]
    axes: tuple[int, ...]
    rest: tuple[int, ...]

    def of(self, x: Array) -> Array:
        """View an input, or a gradient of the value."""
        return np.ascontiguousarray(x.reshape(self.layout.form).transpose(self.order))

    def parameter(self, vector: Array) -> Array:
        """View weight or bias so that it broadcasts."""
        return vector.reshape(self.layout.per).transpose(self.order)

    def back(self, x: Array) -> Array:
        """Undo `of` and `parameter`, but for the shape."""
        return x.transpose(np.argsort(self.order))


def _view(x: Array, layout: Layout) -> _View:
    strides = x.reshape(layout.form).strides
    order = tuple(sorted(range(len(strides)), key=lambda axis: -abs(strides[axis])))
    return _View(
        layout,
        order,
        tuple(place for place, axis in enumerate(order) if axis in layout.axes),
        tuple(place for place, axis in enumerate(order) if layout.per[axis] == 1),
    )


def standardize(
    x: Array,
    weight: Array,
    bias: Array,
    *,
    layout: Layout,
    epsilon: float,
    centred: bool = True,
    moments: list[Array] | None = None,
) -> Outcome:
    """Less the mean, if ``centred``, and over the deviation; ``moments`` receives mean and variance."""
    shape, view = x.shape, _view(x, layout)
    axes, x = view.axes, view.of(x)
    mean = _mean(x, axes) if centred else np.zeros((), x.dtype)
    normal = x - mean
    variance, inverse = _deviation(normal, axes, epsilon)
    normal *= inverse
    value, scale, to_affine = _affine(normal, weight, bias, view)
    if moments is not None:
        moments += [view.back(mean) if centred else mean, view.back(variance)]

    def to_x(g: Array) -> Array:
        change = view.of(g) * scale
        along = normal * _mean_product(change, normal, axes)
        if centred:
            along += _mean(change, axes)
        change -= along
        change *= inverse
        return view.back(change).reshape(shape)

    return view.back(value).reshape(shape), (to_x, *to_affine)


def rescale(
    x: Array, weight: Array, bias: Array, *, layout: Layout, epsilon: float, mean: Array, variance: Array
) -> Outcome:
    """`standardize` with given statistics, which are constants."""
    view = _view(x, layout)
    mean, variance = (view.parameter(moment.astype(x.dtype)) for moment in (mean, variance))
    inverse = 1 / np.sqrt(variance + epsilon)
    normal = view.of(x) - mean
    normal *= inverse
    value, scale, to_affine = _affine(normal, weight, bias, view)
    scale = view.back(scale * inverse)
    return view.back(value), (lambda g: g * scale, *to_affine)


def unchanged(x: Array, weight: Array, bias: Array) -> Outcome:
    """What Paddle does to a batch of one value per channel, which has no deviation."""
    count = weight.size
    return x.copy(), (lambda g: g, lambda g: np.zeros(count, g.dtype), lambda g: np.zeros(count, g.dtype))


def _affine(normal: Array, weight: Array, bias: Array, view: _View) -> tuple[Array, Array, tuple[Pullback, Pullback]]:
    """Return ``normal * weight + bias``, the weight in the shape that broadcasts, and the pullbacks to weight and bias."""
    scale, rest = view.parameter(weight), view.rest
    value = normal * scale
    value += view.parameter(bias)

    pullbacks = (
        lambda g: view.back(_sum_product(view.of(g), normal, rest)).reshape(-1),
        lambda g: view.back(_sum(view.of(g), rest)).reshape(-1),
    )
    return value, scale, pullbacks


def _mean(x: Array, axes: tuple[int, ...]) -> Array:
    return _share(_sum(x, axes), x, axes)


def _mean_product(x: Array, y: Array, axes: tuple[int, ...]) -> Array:
    return _share(_sum_product(x, y, axes), x, axes)


def _share(total: Array, x: Array, axes: tuple[int, ...]) -> Array:
    share: Array = (total / max(math.prod(x.shape[axis] for axis in axes), 1)).astype(x.dtype)
    return share


def _sum(x: Array, axes: tuple[int, ...]) -> Array:
    """Return the sum of ``x`` over ``axes``, which stay; in double precision, as it may be long with terms that cancel."""
    if not _are_all_but_last(axes, x.ndim):
        return np.asarray(x.sum(axis=axes, keepdims=True, dtype=np.float64))
    return _folded(_long_rows(x).sum(axis=0, dtype=np.float64), x)


def _sum_product(x: Array, y: Array, axes: tuple[int, ...]) -> Array:
    """Return the sum of ``x * y`` over ``axes``, which stay; in double precision, but for runs in memory."""
    if _are_all_but_last(axes, x.ndim):
        x_rows, y_rows = _long_rows(x), _long_rows(y)
        total = np.zeros(x_rows.shape[1])
        for start in range(0, len(x_rows), _TERMS):
            part = slice(start, start + _TERMS)
            total += np.einsum("rk,rk->k", x_rows[part], y_rows[part])
        return _folded(total, x)
    first = x.ndim
    while first - 1 in axes:
        first -= 1
    run = math.prod(x.shape[first:])
    if run not in _RUNS:
        return np.asarray((x * y).sum(axis=axes, keepdims=True, dtype=np.float64))
    dots = np.matmul(x.reshape(-1, 1, run), y.reshape(-1, run, 1))
    kept = dots.reshape(x.shape[:first] + (1,) * (x.ndim - first))
    return np.asarray(kept.sum(axis=tuple(axis for axis in axes if axis < first), keepdims=True, dtype=np.float64))


def _are_all_but_last(axes: tuple[int, ...], count: int) -> bool:
    return axes == tuple(range(count - 1))


def _long_rows(x: Array) -> Array:
    """View contiguous ``x`` as a matrix that has several rows of its last axis in each of its own, if they are short."""
    rows, width = math.prod(x.shape[:-1]), x.shape[-1]
    several = math.gcd(rows, 1 << max(_ROW // max(width, 1), 1).bit_length() - 1)
    return x.reshape(rows // several, several * width)


def _folded(total: Array, x: Array) -> Array:
    """Return the sum of `_long_rows` of ``x`` as the sum of its own rows."""
    width = x.shape[-1]
    several = len(total) // max(width, 1)
    row: Array = total.reshape(several, width).sum(axis=0)
    return row.reshape((1,) * (x.ndim - 1) + (width,))


def _deviation(centred: Array, axes: tuple[int, ...], epsilon: float) -> tuple[Array, Array]:
    """Return the variance, and 1 / sqrt(variance + epsilon) also where the variance is out of range."""
    with np.errstate(over="ignore"):
        variance = _mean_product(centred, centred, axes)
    total = variance + epsilon
    if ((total > np.finfo(total.dtype).tiny) & (total < np.inf)).all():
        return variance, 1 / np.sqrt(total)
    peak = np.abs(centred).max(axis=axes, keepdims=True, initial=0)
    with np.errstate(all="ignore"):
        parts = centred / peak
        root = np.sqrt(_mean_product(parts, parts, axes) + epsilon / peak / peak)
        return variance, np.where(peak > 0, 1 / peak / root, 1 / np.sqrt(total))
