"""What convolution and pooling share: sizes per axis, every form of padding, windows and their inverse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from paramattr.autograd.tape import Array
from paramattr.utils import checks

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]
SizeLike = int | Sequence[int]
PaddingLike = str | int | Sequence[int] | Sequence[Sequence[int]]

FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


def sizes(name: str, value: object, n: int, *, low: int) -> Sizes:
    """Return ``value``, one integer or one per spatial axis, as ``n`` integers >= ``low``."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return (checks.integer(name, value, low=low),) * n
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(
            f"{name} must be an integer or a sequence of {n}, but received {value!r} ({type(value).__name__})"
        )
    if len(value) != n:
        raise ValueError(f"{name} must be an integer or a sequence of {n}, but received {value!r}")
    return tuple(checks.integer(f"{name}[{axis}]", size, low=low) for axis, size in enumerate(value))


def output_padding(value: object, stride: Sizes, dilation: Sizes) -> Sizes:
    """Return ``value`` as one integer per spatial axis, each below the stride or the dilation there."""
    extra = sizes("output_padding", value, len(stride), low=0)
    limit = tuple(map(max, stride, dilation))
    if any(more >= most for more, most in zip(extra, limit, strict=True) if more):
        raise ValueError(f"output_padding must be below stride or dilation {list(limit)}, but received {list(extra)}")
    return extra


def channels_last(data_format: str, n: int) -> bool:
    """Whether ``data_format`` names the channels after the spatial axes."""
    return checks.choice("data_format", data_format, FORMATS[n]) == FORMATS[n][1]


def padding(value: object, n: int, *, last: bool = False) -> str | Pairs:
    """Return ``value`` as one (before, after) pair per spatial axis, or as ``"SAME"`` or ``"VALID"``.

    Taken are, as in Paddle: an integer; one per axis; ``[before, after, …]`` for all axes; a list of pairs; a list of
    pairs for all axes of the input, those of batch and channels 0; a string.
    """
    if isinstance(value, str):
        return checks.choice("padding", value.upper(), ["SAME", "VALID"])
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return ((checks.integer("padding", value, low=0),) * 2,) * n
    if isinstance(value, bytes) or not isinstance(value, Sequence):
        raise TypeError(
            f"padding must be an integer, a string or a sequence, but received {value!r} ({type(value).__name__})"
        )
    entries: list[Any] = list(value)
    if entries and all(isinstance(entry, Sequence) and not isinstance(entry, str) for entry in entries):
        return _pairs(entries, value, n, last)
    if len(entries) not in (n, 2 * n):
        raise ValueError(f"padding must have {n} or {2 * n} integers or pairs, but received {value!r}")
    numbers = [checks.integer(f"padding[{index}]", entry, low=0) for index, entry in enumerate(entries)]
    if len(numbers) == n:
        return tuple(zip(numbers, numbers, strict=True))
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _pairs(entries: list[Sequence[Any]], value: object, n: int, last: bool) -> Pairs:
    pairs = []
    for index, entry in enumerate(entries):
        if len(entry) != 2:
            raise ValueError(f"padding[{index}] must be a pair (before, after), but received {entry!r}")
        before, after = (checks.integer(f"padding[{index}]", number, low=0) for number in entry)
        pairs.append((before, after))
    if len(pairs) == n + 2:
        if any(pairs[0]) or any(pairs[-1 if last else 1]):
            raise ValueError(f"padding of the batch and channel axes must be 0, but received {value!r}")
        pairs = pairs[1:-1] if last else pairs[2:]
    if len(pairs) != n:
        raise ValueError(f"padding must have {n} pairs, or {n + 2} with batch and channels, but received {value!r}")
    return tuple(pairs)


def spatial(shape: Sequence[int], last: bool) -> Sizes:
    """Return the spatial sizes of an input of ``shape``."""
    return tuple(shape[1:-1] if last else shape[2:])


def resolve_padding(pads: str | Pairs, space: Sizes, kernel: Sizes, stride: Sizes) -> Pairs:
    """Return the pairs that ``"SAME"`` and ``"VALID"`` stand for at an input of ``space``; pairs as they are."""
    if pads == "VALID":
        return ((0, 0),) * len(space)
    if pads != "SAME":
        return pads  # type: ignore[return-value]  # a string is one of the two
    totals = [
        max((-(-size // step) - 1) * step + taps - size, 0)
        for size, taps, step in zip(space, kernel, stride, strict=True)
    ]
    return tuple((total // 2, total - total // 2) for total in totals)


def spans(kernel: Sizes, dilation: Sizes) -> Sizes:
    """How far the dilated kernel reaches along each axis."""
    return tuple((taps - 1) * gap + 1 for taps, gap in zip(kernel, dilation, strict=True))


def out_sizes(space: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """How many positions a kernel has along each axis of a padded input."""
    reach = spans(kernel, dilation)
    return tuple((size - span) // step + 1 for size, span, step in zip(space, reach, stride, strict=True))


def windows(x: Array, out: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """View ``x`` of shape [N, space…, C] as [N, out…, kernel…, C]: what each position of the output sees.

    ``out`` is at most `out_sizes`: beyond, a window would leave the array.
    """
    first, *inner, last = x.strides
    steps = [s * step for s, step in zip(inner, stride, strict=True)]
    gaps = [s * gap for s, gap in zip(inner, dilation, strict=True)]
    shape = (x.shape[0], *out, *kernel, x.shape[-1])
    return as_strided(x, shape, (first, *steps, *gaps, last), writeable=False)


def seen_by(tap: Sizes, out: Sizes, stride: Sizes, dilation: Sizes) -> tuple[slice, ...]:
    """Return the index of the elements of [N, space…, C] that one tap of the kernel meets at the positions ``out``."""
    axes = zip(tap, dilation, stride, out, strict=True)
    return slice(None), *(slice(i * gap, i * gap + (count - 1) * step + 1, step) for i, gap, step, count in axes)


def pad(x: Array, pairs: Pairs, value: float = 0.0) -> Array:
    """Return ``x`` of shape [N, space…, C] with ``value`` around its spatial axes."""
    if not any(map(any, pairs)):
        return x
    space = tuple(size + sum(pair) for size, pair in zip(x.shape[1:-1], pairs, strict=True))
    shape = (x.shape[0], *space, x.shape[-1])
    padded = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    padded[crop(x.shape[1:-1], pairs)] = x
    return padded


def check_memory(name: str, shape: Sequence[int], pairs: Pairs, last: bool, itemsize: int) -> None:
    """Raise a ValueError if an input of ``shape`` is larger than the memory once its spatial axes are padded."""
    space = [size + sum(pair) for size, pair in zip(spatial(shape, last), pairs, strict=True)]
    sizes = [shape[0], *space, shape[-1]] if last else [*shape[:2], *space]
    checks.fits_in_memory(f"{name}: the padded input, of shape", sizes, itemsize)


def crop(space: Sizes, pairs: Pairs) -> tuple[slice, ...]:
    """Return the index of the part of [N, space…, C] that `pad` did not add."""
    return slice(None), *(slice(before, before + size) for size, (before, _) in zip(space, pairs, strict=True))


def inward(x: Array, last: bool) -> Array:
    """View ``x`` with its channels at the last axis, where all computation has them."""
    return x if last else np.moveaxis(x, 1, -1)


def outward(x: Array, last: bool) -> Array:
    """Undo `inward`."""
    return x if last else np.moveaxis(x, -1, 1)


def places_in_batch(places: Array, space: Sizes) -> Array:
    """Return ``places`` in flattened planes of ``space``, of shape [N, C, *], as places in all planes one after another."""
    planes = math.prod(places.shape[:2])
    starts = np.arange(planes).reshape((*places.shape[:2], *(1,) * (places.ndim - 2)))
    flat: Array = places + math.prod(space) * starts
    return flat


def scatter(values: Array, places: Array, shape: Sizes) -> Array:
    """Return an array of ``shape`` that holds at each flattened place the sum of the ``values`` given for it."""
    total: Array = np.bincount(places.ravel(), values.ravel(), math.prod(shape))
    return total.reshape(shape).astype(values.dtype)
