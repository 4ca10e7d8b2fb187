"""Resampling on a grid of another size, axis by axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.adaptive import adaptive_avg_pool
from paramattr.nn.functional.geometry import SizeLike, Sizes
from paramattr.utils import checks
from paramattr.utils.alias import also

FORMATS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
# For how many spatial axes each mode is.
MODES = {"nearest": (2, 3), "linear": (1,), "bilinear": (2,), "trilinear": (3,), "bicubic": (2,), "area": (1, 2, 3)}
# Modes that take one element of an axis at its first place rather than in its middle.
_AT_CORNER = ("bilinear", "bicubic")

ScaleLike = float | Sequence[float] | Tensor
NewSize = SizeLike | Tensor


class Resized(NamedTuple):
    """A spatial axis: its number, its sizes before and after, and how far apart in the input the output's elements are."""

    number: int
    before: int
    after: int
    ratio: float


class Taps(NamedTuple):
    """What the elements along an axis are made from: places in the input and weights, both of shape [taps, out].

    The places of a tap never decrease.
    """

    axis: int
    places: Array
    weights: Array


def _collect(g: Array, axis: int, places: Array, total: Array) -> None:
    """Add each element of ``g`` along an axis to the one of ``total`` at its place; ``places`` never decrease."""
    firsts = np.flatnonzero(np.diff(places, prepend=-1))
    total[(slice(None),) * axis + (places[firsts],)] += np.add.reduceat(g, firsts, axis)


def _nearest(x: Array, *, places: Sequence[Array], first: int) -> Outcome:
    shape, value = x.shape, x
    for axis, at in enumerate(places, first):
        value = np.take(value, at, axis)

    def to_x(g: Array) -> Array:
        for axis, at in enumerate(places, first):
            total = np.zeros((*g.shape[:axis], shape[axis], *g.shape[axis + 1 :]), g.dtype)
            _collect(g, axis, at, total)
            g = total
        return g

    return value, (to_x,)


def _resample(x: Array, *, taps: Sequence[Taps]) -> Outcome:
    value, shape = real(x), x.shape
    for axis, places, weights in taps:
        factors = weights.astype(value.dtype).reshape((*weights.shape, *(1,) * (x.ndim - axis - 1)))
        source, value = value, np.take(value, places[0], axis) * factors[0]
        for at, factor in zip(places[1:], factors[1:], strict=True):
            value += np.take(source, at, axis) * factor

    def to_x(g: Array) -> Array:
        for axis, places, weights in reversed(taps):
            factors = weights.astype(g.dtype).reshape((*weights.shape, *(1,) * (g.ndim - axis - 1)))
            total = np.zeros((*g.shape[:axis], shape[axis], *g.shape[axis + 1 :]), g.dtype)
            for at, factor in zip(places, factors, strict=True):
                _collect(g * factor, axis, at, total)
            g = total
        return g

    return value, (to_x,)


def _cubic(t: Array, a: float) -> Array:
    """Return the weight of an element at the distance ``t`` in Keys' cubic convolution."""
    t = np.abs(t)
    near = ((a + 2) * t - (a + 3)) * t * t + 1
    far = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
    return np.where(t <= 1, near, np.where(t < 2, far, 0.0))


def _taps(axis: Resized, align_corners: bool, align_mode: int, antialias: bool, mode: str) -> Taps:
    """Return how the elements of the output are interpolated between those of the input."""
    if antialias:
        return _smooth_taps(axis, align_corners, mode)
    at, most = _positions(axis, align_corners, align_mode, mode), axis.before - 1
    if mode == "bicubic":
        base = np.floor(at).astype(np.int64)
        places = base + np.arange(-1, 3)[:, None]
        return Taps(axis.number, np.clip(places, 0, most), _cubic(at - places, -0.75))
    base = np.minimum(at.astype(np.int64), most)
    part = at - base
    return Taps(axis.number, np.stack([base, np.minimum(base + 1, most)]), np.stack([1 - part, part]))


def _smooth_taps(axis: Resized, align_corners: bool, mode: str) -> Taps:
    """Return weighted means, over as many elements as one of the output stands for."""
    ratio = axis.ratio
    if align_corners:  # the first and the last are those of the input
        ratio = (axis.before - 1) / (axis.after - 1) if axis.after > 1 else 0.0
    wide = max(ratio, 1.0)
    reach = wide * (2 if mode == "bicubic" else 1)
    centre = ratio * (np.arange(axis.after) + 0.5)
    starts = np.maximum((centre - reach + 0.5).astype(np.int64), 0)
    ends = np.minimum((centre + reach + 0.5).astype(np.int64), axis.before)
    places = starts + np.arange((ends - starts).max())[:, None]
    distance = (places - centre + 0.5) / wide
    weights = _cubic(distance, -0.5) if mode == "bicubic" else np.maximum(1 - np.abs(distance), 0)
    weights = np.where(places < ends, weights, 0)
    return Taps(axis.number, np.minimum(places, ends - 1), weights / weights.sum(axis=0))


def _positions(axis: Resized, align_corners: bool, align_mode: int, mode: str) -> Array:
    """Return where between the elements of the input those of the output lie."""
    steps = np.arange(axis.after)
    if align_corners:  # the product first: whole positions come out exactly
        return steps * (axis.before - 1) / max(axis.after - 1, 1)
    ratio = 0.0 if axis.after == 1 and mode in _AT_CORNER else axis.ratio
    if mode == "bicubic":
        return (steps + 0.5) * ratio - 0.5
    return ratio * steps if align_mode else np.maximum((steps + 0.5) * ratio - 0.5, 0)


def _nearest_places(axis: Resized) -> Array:
    # In single precision, as in Paddle: where it rounds decides which element is taken.
    places = (np.float32(axis.ratio) * np.arange(axis.after, dtype=np.float32)).astype(np.int64)
    return np.minimum(places, axis.before - 1)


def _plain(value: Any) -> Any:
    """Return sizes or scales out of tensors and arrays as numbers."""
    if isinstance(value, (Tensor, np.ndarray)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [entry.item() if isinstance(entry, Tensor) else entry for entry in value]
    return value


def check_scales(scale_factor: object, n: int) -> tuple[float, ...]:
    """Return ``scale_factor`` as one number > 0 per spatial axis."""
    value = _plain(scale_factor)
    if not isinstance(value, (list, tuple)):
        return (checks.real("scale_factor", value, low=0.0, open_low=True),) * n
    if len(value) != n:
        raise ValueError(f"scale_factor must be a number or a sequence of {n}, but received {scale_factor!r}")
    return tuple(checks.real(f"scale_factor[{i}]", entry, low=0.0, open_low=True) for i, entry in enumerate(value))


def check_mode(mode: str, align_corners: bool, align_mode: int, antialias: bool) -> str:
    """Return the mode in small letters, if it goes with the other settings."""
    checks.instance("mode", mode, str, f"one of {list(MODES)}")
    kind = checks.choice("mode", mode.lower(), list(MODES))
    checks.integer("align_mode", align_mode, low=0, high=1)
    if checks.boolean("align_corners", align_corners) and kind in ("nearest", "area"):
        raise ValueError(f"align_corners must be False with mode={mode!r}")
    if checks.boolean("antialias", antialias) and kind not in ("bilinear", "bicubic"):
        raise ValueError(f"antialias must be False with mode={mode!r}: it is for 'bilinear' and 'bicubic'")
    return kind


def check_target(mode: str, size: object, scale_factor: object, recompute: bool | None) -> None:
    """Raise an error unless what says how large the output is goes together, and with ``mode``."""
    if (size is None) == (scale_factor is None):
        raise ValueError(f"one of size and scale_factor must be given, but received {size!r} and {scale_factor!r}")
    if mode == "area" and size is None:
        raise ValueError(f"size must be given with mode='area', but received scale_factor={scale_factor!r} alone")
    given = _plain(scale_factor if size is None else size)
    n = len(given) if isinstance(given, list) else 1
    if size is None:
        check_scales(scale_factor, n)
    else:
        geometry.sizes("size", given, n, low=1)
    if recompute is not None and checks.boolean("recompute_scale_factor", recompute) and size is not None:
        raise ValueError("recompute_scale_factor must not be True with size, which no scale is computed from")


def _sizes(space: Sizes, size: object, scale_factor: object, recompute: bool | None) -> tuple[Sizes, tuple[float, ...]]:
    """Return the sizes of the output, and how far its elements are apart in those of the input."""
    n = len(space)
    if scale_factor is None:
        out = geometry.sizes("size", _plain(size), n, low=1)
        return out, tuple(before / after for before, after in zip(space, out, strict=True))
    scales = check_scales(scale_factor, n)
    if recompute:
        out = tuple(math.floor(before * scale) for before, scale in zip(space, scales, strict=True))
    else:  # in single precision, as in Paddle
        out = tuple(int(np.float32(before) * np.float32(scale)) for before, scale in zip(space, scales, strict=True))
    if min(out) < 1:
        raise ValueError(f"scale_factor must leave an element of each of the sizes {list(space)}: {scale_factor!r}")
    if recompute or out == space:  # as in Paddle, an output of the same size is the input
        return out, tuple(before / after for before, after in zip(space, out, strict=True))
    return out, tuple(1 / scale for scale in scales)


def _checked(x: Operand, mode: str, data_format: Any) -> tuple[Tensor, bool]:
    """Return ``x``, with as many axes as ``mode`` is for, and whether its channels come last."""
    x = as_tensor("x", x)
    n = x.ndim - 2
    if n not in MODES[mode]:
        raise ValueError(f"x must have {MODES[mode]} spatial axes with mode={mode!r}, but received {x.shape!r}")
    if data_format is None:
        return x, False
    checks.instance("data_format", data_format, str, f"one of {FORMATS[n]}")
    form = data_format.upper()
    if any(form in others for axes, others in FORMATS.items() if axes != n):
        raise ValueError(f"x must have {len(form)} axes with data_format={data_format!r}, but received {x.shape!r}")
    return x, checks.choice("data_format", form, FORMATS[n]) == FORMATS[n][1]


def _axes(x: Tensor, last: bool, size: object, scale_factor: object, recompute: bool | None) -> list[Resized]:
    """Return what becomes of the spatial axes of ``x``."""
    space = geometry.spatial(x.shape, last)
    if 0 in space:
        raise ValueError(f"x must have elements along each spatial axis, but received {x.shape!r}")
    out, ratios = _sizes(space, size, scale_factor, recompute)
    checks.fits_in_memory("interpolate: the output, of shape", (*x.shape[:2], *out), x.dtype.itemsize)
    first = 1 if last else 2
    return [Resized(*axis) for axis in zip(range(first, first + len(space)), space, out, ratios, strict=True)]


@also(input="x")
def interpolate(
    x: Operand,
    size: NewSize | None = None,
    scale_factor: ScaleLike | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    align_mode: int | None = 0,
    data_format: str | bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return ``x`` resampled to another size. Mirrors ``paddle.nn.functional.interpolate``.

    As there, with a bool or None in the place of ``align_mode``, the arguments from there on are PyTorch's,
    ``recompute_scale_factor`` and ``antialias``. Bicubic: Keys, "Cubic convolution interpolation", 1981, with a = -0.75.

    Parameters
    ----------
    x : Tensor or array_like
        With 3, 4 or 5 axes: batch, channels and the spatial ones.
    size, scale_factor : int or float, sequence of them or Tensor, optional
        The spatial size of the output, or what it is multiplied by, > 0: one of the two; a size in mode ``"area"``.
    mode : {"nearest", "linear", "bilinear", "trilinear", "bicubic", "area"}
        ``"linear"`` is for 1 spatial axis, ``"nearest"`` for 2 or 3, the others as they are called; ``"area"`` is the mean.
    align_corners : bool, default False
        Whether the outermost elements keep their places; not with ``"nearest"`` and ``"area"``.
    align_mode : {0, 1}
        In linear modes without ``align_corners``: whether elements are in the middle (0) or at the start of their places.
    data_format : str, optional
        Order of the axes, such as ``"NCW"``, ``"NHWC"`` or ``"NCDHW"``; channels first if None.
    recompute_scale_factor, antialias : bool, optional
        Whether elements are as far apart as the sizes say, and not as ``scale_factor`` does; and whether one of a smaller
        output takes in all that it stands for, in modes ``"bilinear"`` and ``"bicubic"``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or does not go with the others.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.interpolate([[[1.0, 3.0]]], size=[3], mode="linear", align_corners=True).tolist()
    [[[1.0, 2.0, 3.0]]]
    """
    if align_mode is None or isinstance(align_mode, bool):
        recompute_scale_factor, align_mode = align_mode, 0
        antialias, data_format = antialias if data_format is None else data_format, None  # type: ignore[assignment]
    kind = check_mode(mode, align_corners, align_mode, antialias)
    check_target(kind, size, scale_factor, recompute_scale_factor)
    x, last = _checked(x, kind, data_format)
    if kind == "area":
        return adaptive_avg_pool(x.ndim - 2, x, _plain(size), geometry.FORMATS[x.ndim - 2][last])
    axes = _axes(x, last, size, scale_factor, recompute_scale_factor)
    if kind == "nearest":
        return apply(_nearest, x, places=[_nearest_places(axis) for axis in axes], first=axes[0].number)
    return apply(_resample, x, taps=[_taps(axis, align_corners, align_mode, antialias, kind) for axis in axes])


def upsample(
    x: Operand,
    size: NewSize | None = None,
    scale_factor: ScaleLike | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    align_mode: int = 0,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Return what `interpolate` does; the arguments, and what is refused, are its.

    Mirrors ``paddle.nn.functional.upsample``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.upsample([[[[1.0, 3.0]]]], scale_factor=[1, 2]).tolist()
    [[[[1.0, 1.0, 3.0, 3.0]]]]
    """
    # To `interpolate` a bool or None would mean PyTorch's order of arguments.
    number = checks.integer("align_mode", align_mode)
    return interpolate(x, size, scale_factor, mode, align_corners, number, data_format)
