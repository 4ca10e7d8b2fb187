"""Rules that make values mean 0 and variance 1, in whatever shape the statistics ask for."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

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
    """A `Layout` with the axes in the ``order`` in which they lie in memory, where sums follow each other fastest.

    ``axes`` are those of the statistics, of so many ``elements`` each, and ``rest`` those that weight and bias lack. With
    the channels last in memory, and statistics per channel, the array is seen as a matrix that has ``several`` of its rows
    in each: NumPy is slow where it begins anew every few elements. Else ``several`` is 0.
    """

    layout: Layout
    order: tuple[int, ...]
    shape: tuple[int, ...]
    axes: tuple[int, ...]
    rest: tuple[int, ...]
    elements: int
    several: int

    def of(self, x: Array) -> Array:
        """View an input, or a gradient of the value."""
        x = np.ascontiguousarray(x.reshape(self.layout.form).transpose(self.order))
        return x.reshape(-1, self.several * self.shape[-1]) if self.several else x

    def parameter(self, vector: Array) -> Array:
        """View weight or bias so that it broadcasts."""
        if self.several:
            return np.tile(vector.reshape(1, -1), self.several)
        return vector.reshape(self.layout.per).transpose(self.order)

    def back(self, x: Array) -> Array:
        """Undo `of`, but for the shape."""
        return x.reshape(self.shape).transpose(np.argsort(self.order))

    def vector(self, x: Array) -> Array:
        """Undo `parameter`: return what broadcasts to the form of the layout."""
        if self.several:
            return x[0, : self.shape[-1]].reshape(self.layout.per)
        return x.transpose(np.argsort(self.order)) if x.ndim else x

    def mean(self, x: Array) -> Array:
        """Return the means that are statistics, so that they broadcast."""
        return self.share(self._joined(_sum(x, self.axes)), x.dtype)

    def mean_product(self, x: Array, y: Array) -> Array:
        """Return the means of ``x * y``, likewise."""
        return self.share(self._joined(_sum_product(x, y, self.axes)), x.dtype)

    def sum(self, x: Array) -> Array:
        """Return the sum for each element of weight or bias, so that it broadcasts."""
        return self._joined(_sum(x, self.rest))

    def sum_product(self, x: Array, y: Array) -> Array:
        """Return the sum of ``x * y``, likewise."""
        return self._joined(_sum_product(x, y, self.rest))

    def peak(self, x: Array) -> Array:
        """Return the largest absolute values of what enters each statistic, so that they broadcast."""
        peak: Array = np.abs(x).max(axis=self.axes, keepdims=True, initial=0)
        if self.several > 1:
            peak = np.tile(peak.reshape(self.several, -1).max(axis=0), self.several)[None]
        return peak

    def _joined(self, total: Array) -> Array:
        """Add up what is of one channel."""
        if self.several < 2:
            return total
        return np.tile(total.reshape(self.several, -1).sum(axis=0), self.several)[None]

    def share(self, total: Array, dtype: np.dtype[Any]) -> Array:
        """Return means of sums over all that enters a statistic."""
        share: Array = (total / max(self.elements, 1)).astype(dtype)
        return share


def _view(x: Array, layout: Layout) -> _View:
    seen = x.reshape(layout.form)
    order = tuple(sorted(range(seen.ndim), key=lambda axis: -abs(seen.strides[axis])))
    shape = tuple(layout.form[axis] for axis in order)
    axes = tuple(place for place, axis in enumerate(order) if axis in layout.axes)
    rest = tuple(place for place, axis in enumerate(order) if layout.per[axis] == 1)
    elements, several = math.prod(shape[axis] for axis in axes), 0
    if axes == rest and x.size and _are_all_but_last(axes, len(shape)):
        several, axes, rest = _several(elements, shape[-1]), (0,), (0,)
    return _View(layout, order, shape, axes, rest, elements, several)


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
    x = view.of(x)
    mean = view.mean(x) if centred else np.zeros((), x.dtype)
    normal = x - mean
    variance, inverse = _deviation(normal, view, epsilon)
    normal *= inverse
    value, scale, sums = _affine(normal, weight, bias, view)
    if moments is not None:
        moments += [view.vector(mean), view.vector(variance)]

    def to_x(g: Array) -> Array:
        if view.axes == view.rest:
            # The scale is one factor of all that enters a mean: what the parameters' gradients add up will do.
            total, product = (-view.share(each, normal.dtype) for each in sums(g))
            change = normal * product
            change += view.of(g)
            if centred:
                change += total
            change *= scale * inverse
        else:
            change = view.of(g) * scale
            along = normal * view.mean_product(change, normal)
            if centred:
                along += view.mean(change)
            change -= along
            change *= inverse
        return view.back(change).reshape(shape)

    return view.back(value).reshape(shape), (to_x, *_to_affine(sums, view))


def rescale(
    x: Array, weight: Array, bias: Array, *, layout: Layout, epsilon: float, mean: Array, variance: Array
) -> Outcome:
    """`standardize` with given statistics, which are constants."""
    view = _view(x, layout)
    mean, variance = (view.parameter(moment.astype(x.dtype)) for moment in (mean, variance))
    inverse = 1 / np.sqrt(variance + epsilon)
    normal = view.of(x) - mean
    normal *= inverse
    value, scale, sums = _affine(normal, weight, bias, view)
    scale = view.vector(scale * inverse)
    return view.back(value), (lambda g: g * scale, *_to_affine(sums, view))


def unchanged(x: Array, weight: Array, bias: Array) -> Outcome:
    """What Paddle does to a batch of one value per channel, which has no deviation."""
    count = weight.size
    return x.copy(), (lambda g: g, lambda g: np.zeros(count, g.dtype), lambda g: np.zeros(count, g.dtype))


Sums = Callable[[Array], tuple[Array, Array]]


def _affine(normal: Array, weight: Array, bias: Array, view: _View) -> tuple[Array, Array, Sums]:
    """Return ``normal * weight + bias``, the weight so that it broadcasts, and what adds up a gradient and its products."""
    scale = view.parameter(weight)
    value = normal * scale
    value += view.parameter(bias)
    last: tuple[weakref.ref[Array], tuple[Array, Array]] | None = None

    def sums(g: Array) -> tuple[Array, Array]:
        # Three pullbacks want them, of one gradient.
        nonlocal last
        if last is None or last[0]() is not g:
            seen = view.of(g)
            last = weakref.ref(g), (view.sum(seen), view.sum_product(seen, normal))
        return last[1]

    return value, scale, sums


def _to_affine(sums: Sums, view: _View) -> tuple[Pullback, Pullback]:
    """Return the pullbacks to weight and bias."""
    return lambda g: view.vector(sums(g)[1]).reshape(-1), lambda g: view.vector(sums(g)[0]).reshape(-1)


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
    several = _several(rows, width)
    return x.reshape(rows // several, several * width)


def _several(rows: int, width: int) -> int:
    return math.gcd(rows, 1 << max(_ROW // max(width, 1), 1).bit_length() - 1)


def _folded(total: Array, x: Array) -> Array:
    """Return the sum of `_long_rows` of ``x`` as the sum of its own rows."""
    width = x.shape[-1]
    several = len(total) // max(width, 1)
    row: Array = total.reshape(several, width).sum(axis=0)
    return row.reshape((1,) * (x.ndim - 1) + (width,))


def _deviation(centred: Array, view: _View, epsilon: float) -> tuple[Array, Array]:
    """Return the variance, and 1 / sqrt(variance + epsilon) also where the variance is out of range."""
    with np.errstate(over="ignore"):
        variance = view.mean_product(centred, centred)
    total = variance + epsilon
    if ((total > np.finfo(total.dtype).tiny) & (total < np.inf)).all():
        return variance, 1 / np.sqrt(total)
    peak = view.peak(centred)
    with np.errstate(all="ignore"):
        parts = centred / peak
        root = np.sqrt(view.mean_product(parts, parts) + epsilon / peak / peak)
        return variance, np.where(peak > 0, 1 / peak / root, 1 / np.sqrt(total))
