"""Rules that make values mean 0 and variance 1, in whatever shape the statistics ask for."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array, Pullback


class Layout(NamedTuple):
    """How a rule sees its input: in the shape ``form``, with statistics over ``axes``, weight and bias in shape ``per``."""

    form: tuple[int, ...]
    axes: tuple[int, ...]
    per: tuple[int, ...]


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
    shape, (form, axes, _) = x.shape, layout
    normal = x.reshape(form)
    mean = _mean(normal, axes) if centred else np.zeros((), x.dtype)
    normal = normal - mean
    variance, inverse = _deviation(normal, axes, epsilon)
    normal *= inverse
    value, scale, to_affine = _affine(normal, weight, bias, layout)
    if moments is not None:
        moments += [mean, variance]

    def to_x(g: Array) -> Array:
        toward = g.reshape(form) * scale
        change = toward - normal * _mean(toward * normal, axes)
        if centred:
            change -= _mean(toward, axes)
        change *= inverse
        gradient: Array = change.reshape(shape)
        return gradient

    return value.reshape(shape), (to_x, *to_affine)


def rescale(
    x: Array, weight: Array, bias: Array, *, layout: Layout, epsilon: float, mean: Array, variance: Array
) -> Outcome:
    """`standardize` with given statistics, which are constants."""
    mean, variance = (moment.astype(x.dtype).reshape(layout.per) for moment in (mean, variance))
    inverse = 1 / np.sqrt(variance + epsilon)
    value, scale, to_affine = _affine((x - mean) * inverse, weight, bias, layout)
    scale = scale * inverse
    return value, (lambda g: g * scale, *to_affine)


def unchanged(x: Array, weight: Array, bias: Array) -> Outcome:
    """What Paddle does to a batch of one value per channel, which has no deviation."""
    count = weight.size
    return x.copy(), (lambda g: g, lambda g: np.zeros(count, g.dtype), lambda g: np.zeros(count, g.dtype))


def _affine(
    normal: Array, weight: Array, bias: Array, layout: Layout
) -> tuple[Array, Array, tuple[Pullback, Pullback]]:
    """Return ``normal * weight + bias``, the weight in the shape that broadcasts, and the pullbacks to weight and bias."""
    form, _, per = layout
    scale, rest = weight.reshape(per), tuple(axis for axis, size in enumerate(per) if size == 1)
    value = normal * scale
    value += bias.reshape(per)

    def gathered(g: Array) -> Array:
        # In double precision: these are long sums, often of terms that nearly cancel.
        total: Array = g.sum(axis=rest, dtype=np.float64).reshape(-1)
        return total

    return value, scale, (lambda g: gathered(g.reshape(form) * normal), lambda g: gathered(g.reshape(form)))


def _mean(x: Array, axes: tuple[int, ...]) -> Array:
    total = x.sum(axis=axes, keepdims=True, dtype=np.float64)
    mean: Array = (total / max(math.prod(x.shape[axis] for axis in axes), 1)).astype(x.dtype)
    return mean


def _deviation(centred: Array, axes: tuple[int, ...], epsilon: float) -> tuple[Array, Array]:
    """Return the variance, and 1 / sqrt(variance + epsilon) also where the variance is out of range."""
    with np.errstate(over="ignore"):
        variance = _mean(centred * centred, axes)
    total = variance + epsilon
    if ((total > np.finfo(total.dtype).tiny) & (total < np.inf)).all():
        return variance, 1 / np.sqrt(total)
    peak = np.abs(centred).max(axis=axes, keepdims=True, initial=0)
    with np.errstate(all="ignore"):
        parts = centred / peak
        root = np.sqrt(_mean(parts * parts, axes) + epsilon / peak / peak)
        return variance, np.where(peak > 0, 1 / peak / root, 1 / np.sqrt(total))
