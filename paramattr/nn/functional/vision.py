"""Elements of images moved between pixels, channels and frames."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.tensor.axes import transpose
from paramattr.tensor.manipulation import reshape
from paramattr.utils import checks


def _image(name: str, x: Operand, data_format: str) -> tuple[Tensor, bool, int]:
    """Return ``x``, whether its channels come last, and how many there are."""
    last = geometry.channels_last(data_format, 2)
    x = as_tensor("x", x)
    if x.ndim != 4:
        raise ValueError(f"{name} expected an input of shape [{', '.join(data_format)}], but received {x.shape!r}")
    return x, last, x.shape[-1 if last else 1]


def _regrouped(x: Tensor, split: tuple[int, ...], perm: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    if x.size == 0:  # where reshape takes a size of 0 for the one that is there
        return reshape(x, sizes)
    return reshape(transpose(reshape(x, split), perm), sizes)


def pixel_shuffle(x: Operand, upscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """Return an image of ``upscale_factor`` times the height and width, out of the channels of a smaller one.

    Mirrors ``paddle.nn.functional.pixel_shuffle``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C · upscale_factor², height, width], or with the channels last as ``data_format`` says.
    upscale_factor : int
        How many pixels along each axis come out of the channels of one, >= 1.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the channels can't be divided.

    References
    ----------
    Shi et al., "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural
    Network", 2016.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.pixel_shuffle([[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]], 2).tolist()
    [[[[1.0, 2.0], [3.0, 4.0]]]]
    """
    factor = checks.integer("upscale_factor", upscale_factor, low=1)
    x, last, channels = _image("pixel_shuffle", x, data_format)
    few = channels // factor**2
    if channels % factor**2:
        raise ValueError(f"x must have channels divisible by {factor}², but received {x.shape!r}")
    n, (height, width) = x.shape[0], geometry.spatial(x.shape, last)
    if last:
        split, sizes = (n, height, width, few, factor, factor), (n, height * factor, width * factor, few)
    else:
        split, sizes = (n, few, factor, factor, height, width), (n, few, height * factor, width * factor)
    return _regrouped(x, split, (0, 1, 4, 2, 5, 3), sizes)


def pixel_unshuffle(x: Operand, downscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """Return an image of a fraction of the height and width, whose channels hold the pixels; undoes `pixel_shuffle`.

    Mirrors ``paddle.nn.functional.pixel_unshuffle``. The arguments, and what is refused, are those of `pixel_shuffle`, but
    ``x`` of shape [N, C, height, width] with sizes divisible by ``downscale_factor``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.pixel_unshuffle([[[[1.0, 2.0], [3.0, 4.0]]]], 2).tolist()
    [[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]]
    """
    factor = checks.integer("downscale_factor", downscale_factor, low=1)
    x, last, channels = _image("pixel_unshuffle", x, data_format)
    n, (height, width) = x.shape[0], geometry.spatial(x.shape, last)
    if height % factor or width % factor:
        raise ValueError(f"x must have a height and a width divisible by {factor}, but received {x.shape!r}")
    rows, columns, many = height // factor, width // factor, channels * factor**2
    if last:
        split, sizes = (n, rows, factor, columns, factor, channels), (n, rows, columns, many)
    else:
        split, sizes = (n, channels, rows, factor, columns, factor), (n, many, rows, columns)
    return _regrouped(x, split, (0, 1, 3, 5, 2, 4), sizes)


def channel_shuffle(x: Operand, groups: int, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """Return an image whose channels come from each of ``groups`` in turn.

    Mirrors ``paddle.nn.functional.channel_shuffle``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C, height, width], or with the channels last as ``data_format`` says.
    groups : int
        In how many groups the channels lie, >= 1.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the channels can't be divided.

    References
    ----------
    Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices", 2017.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.channel_shuffle([[[[1.0, 2.0, 3.0, 4.0]]]], 2, "NHWC").tolist()
    [[[[1.0, 3.0, 2.0, 4.0]]]]
    """
    checks.integer("groups", groups, low=1)
    x, last, channels = _image("channel_shuffle", x, data_format)
    if channels % groups:
        raise ValueError(f"x must have channels divisible by groups={groups}, but received {x.shape!r}")
    place = 3 if last else 1
    sizes = x.numpy().shape
    split = (*sizes[:place], groups, channels // groups, *sizes[place + 1 :])
    perm = (*range(place), place + 1, place, *range(place + 2, 5))
    return _regrouped(x, split, perm, sizes)


@exact
def _temporal_shift(x: Array, *, frames: int, edges: tuple[int, int], last: bool) -> Outcome:
    def shifted(given: Array, step: int) -> Array:
        clips = geometry.inward(given, last)
        clips = clips.reshape(-1, frames, *clips.shape[1:])
        moved = clips.copy()
        for channels, way in ((slice(0, edges[0]), step), (slice(*edges), -step)):
            moved[..., channels] = 0
            later, sooner = slice(1, None), slice(0, frames - 1)
            to, source = (later, sooner) if way > 0 else (sooner, later)
            moved[:, to, ..., channels] = clips[:, source, ..., channels]
        return geometry.outward(moved.reshape(-1, *clips.shape[2:]), last)

    return shifted(x, 1), (lambda g: shifted(g, -1),)


def temporal_shift(
    x: Operand, seg_num: int, shift_ratio: float = 0.25, name: str | None = None, data_format: str = "NCHW"
) -> Tensor:
    """Return the frames of clips with some channels moved to the next frame, and as many to the one before.

    Mirrors ``paddle.nn.functional.temporal_shift``.

    Parameters
    ----------
    x : Tensor or array_like
        The frames of all clips, of shape [N · seg_num, C, height, width], or with the channels last as ``data_format``
        says.
    seg_num : int
        How many frames a clip has, >= 1.
    shift_ratio : float, default 0.25
        Which part of the channels moves each way, above 0 and below 0.5.
    name : str, optional
        Accepted as in Paddle.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the frames are not those of whole clips.

    References
    ----------
    Lin et al., "TSM: Temporal Shift Module for Efficient Video Understanding", 2019.

    Examples
    --------
    >>> import paramattr
    >>> x = [[[[1.0, 2.0, 3.0, 4.0]]], [[[5.0, 6.0, 7.0, 8.0]]]]
    >>> paramattr.nn.functional.temporal_shift(x, 2, data_format="NHWC").tolist()
    [[[[0.0, 6.0, 3.0, 4.0]]], [[[1.0, 0.0, 7.0, 8.0]]]]
    """
    frames = checks.integer("seg_num", seg_num, low=1)
    ratio = checks.real("shift_ratio", shift_ratio, low=0.0, high=0.5, open_low=True, open_high=True)
    x, last, channels = _image("temporal_shift", x, data_format)
    if x.shape[0] % frames:
        raise ValueError(f"x must hold frames of whole clips, seg_num={frames} each, but received {x.shape!r}")
    # In single precision, as in Paddle.
    edges = int(np.float32(channels) * np.float32(ratio)), int(np.float32(2 * channels) * np.float32(ratio))
    return apply(_temporal_shift, x, frames=frames, edges=edges, last=last)
