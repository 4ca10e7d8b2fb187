"""Convolution of arrays with channels last, in any number of dimensions, as matrix products."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.nn.functional import depthwise, geometry
from paramattr.nn.functional.geometry import Sizes

# Columns are made for as many samples at a time as stay below this many elements.
_BLOCK = 1 << 22


class Steps(NamedTuple):
    """How a kernel moves, and how many groups of channels it keeps apart."""

    stride: Sizes
    dilation: Sizes
    groups: int


def _is_depthwise(shape: Sizes, steps: Steps) -> bool:
    """Whether a weight of ``shape`` takes each group from a channel alone."""
    return steps.groups > 1 and shape[1] == 1


def _grouped(maps: Array, groups: int) -> Array:
    """View contiguous [N, out…, C] as [G, N · positions, C/G]."""
    return maps.reshape(-1, groups, maps.shape[-1] // groups).swapaxes(0, 1)


def _blocks(plane: Array, out: Sizes, kernel: Sizes) -> Iterator[slice]:
    """Cut the samples of ``plane`` so that the columns of each part stay small."""
    size = max(1, _BLOCK // (math.prod(out) * math.prod(kernel) * plane.shape[-1]))
    return (slice(start, start + size) for start in range(0, plane.shape[0], size))


def im2col(plane: Array, out: Sizes, kernel: Sizes, steps: Steps) -> Array:
    """Copy the window of each output position of contiguous ``plane`` into [G, N · positions, taps · C/G]."""
    channels = plane.shape[-1] // steps.groups
    seen = geometry.windows(plane, out, kernel, steps.stride, steps.dilation)
    split = np.moveaxis(seen.reshape(*seen.shape[:-1], steps.groups, channels), -2, 0)
    return split.reshape(steps.groups, -1, math.prod(kernel) * channels)


def im2col_matmul(plane: Array, weight: Array, out: Sizes, steps: Steps) -> Array:
    """Convolve: the product of the columns of [N, space…, C] and the weight, as [N, out…, O]."""
    kernel, groups = weight.shape[2:], steps.groups
    if _is_depthwise(weight.shape, steps):
        return depthwise.convolve(plane, weight, out, steps.stride, steps.dilation)
    matrix = np.moveaxis(weight.reshape(groups, -1, *weight.shape[1:]), (1, 2), (-1, -2))
    matrix = matrix.reshape(groups, -1, weight.shape[0] // groups)
    maps = np.empty((plane.shape[0], *out, weight.shape[0]), np.result_type(plane, weight))
    for block in _blocks(plane, out, kernel):
        np.matmul(im2col(plane[block], out, kernel, steps), matrix, out=_grouped(maps[block], groups))
    return maps


def matmul_col2im(maps: Array, weight: Array, space: Sizes, steps: Steps) -> Array:
    """Apply the transpose of `im2col_matmul` in its plane: [N, out…, O] to [N, space…, C]."""
    kernel, groups = weight.shape[2:], steps.groups
    channels = weight.shape[1] * groups
    if _is_depthwise(weight.shape, steps):
        return depthwise.spread(maps, weight, space, channels, steps.stride, steps.dilation)
    matrices = np.moveaxis(weight.reshape(groups, -1, *weight.shape[1:]), (0, 1, 2), (-3, -2, -1)).copy()
    plane = np.zeros((maps.shape[0], *space, channels), np.result_type(maps, weight))
    if math.prod(kernel) == 1 and maps.shape[1:-1] == space:
        # A tap that sees each place once, as in a convolution over channels alone.
        np.matmul(_grouped(maps, groups), matrices[(0,) * len(kernel)], out=_grouped(plane, groups))
        return plane
    # One tap at a time: its columns fit into the cache, and lie in memory as the plane does.
    columns = np.empty((*maps.shape[:-1], channels), plane.dtype)
    for tap in np.ndindex(*kernel):
        np.matmul(_grouped(maps, groups), matrices[tap], out=_grouped(columns, groups))
        plane[geometry.seen_by(tap, maps.shape[1:-1], steps.stride, steps.dilation)] += columns
    return plane


def weight_gradient(plane: Array, maps: Array, shape: Sizes, steps: Steps) -> Array:
    """Apply the transpose of `im2col_matmul` in its weight, which has ``shape``."""
    kernel, out, groups = shape[2:], maps.shape[1:-1], steps.groups
    outputs = shape[0] // groups
    if _is_depthwise(shape, steps):
        return depthwise.weight_gradient(plane, maps, shape, steps.stride, steps.dilation)
    total = np.zeros((groups, math.prod(shape[1:]), outputs), np.result_type(plane, maps))
    for block in _blocks(plane, out, kernel):
        total += im2col(plane[block], out, kernel, steps).swapaxes(1, 2) @ _grouped(maps[block], groups)
    split = total.reshape(groups, *kernel, shape[1], outputs)
    return np.moveaxis(split, (-1, -2), (1, 2)).reshape(shape)


def bias_gradient(maps: Array) -> Array:
    """Sum over all axes but the channels."""
    # In double precision: these are long sums, often of terms that nearly cancel.
    total: Array = maps.sum(axis=tuple(range(maps.ndim - 1)), dtype=np.float64)
    return total
