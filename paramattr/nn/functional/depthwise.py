"""Convolution of arrays with channels last in which every channel is a group: sums of shifted products.

A matrix product per channel would be one with a vector; here whole rows of positions and channels are multiplied at once.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from paramattr.autograd.tape import Array
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import Sizes

# How many products are added up in the precision of the inputs; their sums are added in double precision.
_TERMS = 256


def convolve(plane: Array, weight: Array, out: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Convolve [N, space…, C] with a weight of [C · m, 1, taps…], as [N, out…, C · m]."""
    plane, taps = _alike(_repeated(plane, weight.shape[0]), np.moveaxis(weight[:, 0], 0, -1))
    seen = _rows_seen(plane, out, taps.shape[:-1], stride, dilation)
    repeated = np.tile(taps, seen.shape[-1] // weight.shape[0])
    over, kernel, run = _axes(seen, taps.shape[:-1])
    maps: Array = np.einsum(seen, [*over, *kernel, run], repeated, [*kernel, run], [*over, run])
    return maps.reshape(plane.shape[0], *out, weight.shape[0])


def spread(maps: Array, weight: Array, space: Sizes, channels: int, stride: Sizes, dilation: Sizes) -> Array:
    """Apply the transpose of `convolve` in its plane: [N, out…, C · m] to [N, space…, C]."""
    reach = [span - 1 for span in geometry.spans(weight.shape[2:], dilation)]
    # The maps with zeros between and around them, at which the kernel looks from the other side.
    apart = np.zeros((maps.shape[0], *map(sum, zip(space, reach, strict=True)), maps.shape[-1]), maps.dtype)
    ends = [(count - 1) * step + 1 for count, step in zip(maps.shape[1:-1], stride, strict=True)]
    places = (slice(low, low + end, step) for low, end, step in zip(reach, ends, stride, strict=True))
    apart[(slice(None), *places)] = maps
    turned = np.flip(weight, tuple(range(2, weight.ndim)))
    plane = convolve(apart, turned, space, (1,) * len(space), dilation)
    each = maps.shape[-1] // channels
    return plane if each == 1 else plane.reshape(*plane.shape[:-1], channels, each).sum(-1)


def weight_gradient(plane: Array, maps: Array, shape: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Apply the transpose of `convolve` in its weight, which has ``shape``."""
    plane, maps = _alike(_repeated(plane, shape[0]), maps)
    seen = _rows_seen(plane, maps.shape[1:-1], shape[2:], stride, dilation)
    rows = maps.reshape(*seen.shape[: seen.ndim - len(shape) + 1], seen.shape[-1])
    over, kernel, run = _axes(seen, shape[2:])
    total = np.zeros((*shape[2:], seen.shape[-1]))
    size = max(1, _TERMS // max(1, math.prod(rows.shape[1:-1])))
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        total += np.einsum(seen[part], [*over, *kernel, run], rows[part], [*over, run], [*kernel, run])
    gradient: Array = np.moveaxis(total.reshape(*shape[2:], -1, shape[0]).sum(-2), -1, 0)
    return gradient.reshape(shape).astype(plane.dtype)


def _repeated(plane: Array, outputs: int) -> Array:
    """Return ``plane`` with each channel as often as there are outputs made of it."""
    each = outputs // plane.shape[-1]
    return plane if each == 1 else plane.repeat(each, -1)


def _alike(x: Array, y: Array) -> tuple[Array, Array]:
    dtype = np.result_type(x, y)
    return x.astype(dtype, copy=False), y.astype(dtype, copy=False)


def _rows_seen(plane: Array, out: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """View contiguous ``plane`` as `geometry.windows` does, with the last axis of ``out`` as one with the channels.

    That needs steps of one along it; otherwise it stays an axis of its own.
    """
    seen = geometry.windows(plane, out, kernel, stride, dilation)
    if stride[-1] > 1:
        return seen
    last = len(out)
    shape = (*seen.shape[:last], *kernel, out[-1] * plane.shape[-1])
    return as_strided(seen, shape, seen.strides[:last] + seen.strides[last + 1 :], writeable=False)


def _axes(seen: Array, kernel: Sizes) -> tuple[range, range, int]:
    """Number the axes of `_rows_seen`: of samples and rows, of the kernel, and of a row."""
    over, run = seen.ndim - len(kernel) - 1, seen.ndim - 1
    return range(over), range(over, run), run
