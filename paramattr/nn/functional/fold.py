"""Windows of an image as columns, and their sum back into an image."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import Pairs, SizeLike, Sizes
from paramattr.utils import checks
from paramattr.utils.alias import also

# How a caller describes the windows: kernel_sizes, strides, paddings and dilations.
Windows = tuple[SizeLike, SizeLike, SizeLike, SizeLike]


def _columns(x: Array, kernel: Sizes, stride: Sizes, pads: Pairs, dilation: Sizes) -> Array:
    """Copy the windows of [N, C, height, width] into [N, C · taps, windows]."""
    padded = np.pad(x, ((0, 0), (0, 0), *pads))
    out = geometry.out_sizes(padded.shape[2:], kernel, stride, dilation)
    columns = np.empty((*x.shape[:2], *kernel, *out), x.dtype)
    for tap in np.ndindex(*kernel):
        columns[(slice(None), slice(None), *tap)] = padded[(slice(None), *geometry.seen_by(tap, out, stride, dilation))]
    return columns.reshape(x.shape[0], x.shape[1] * math.prod(kernel), math.prod(out))


def _image(columns: Array, space: Sizes, kernel: Sizes, stride: Sizes, pads: Pairs, dilation: Sizes) -> Array:
    """Add up [N, C · taps, windows] where they were taken from; the transpose of `_columns`."""
    reach = tuple(size + sum(pair) for size, pair in zip(space, pads, strict=True))
    out = geometry.out_sizes(reach, kernel, stride, dilation)
    channels = columns.shape[1] // math.prod(kernel)
    parts = columns.reshape(columns.shape[0], channels, *kernel, *out)
    padded = np.zeros((columns.shape[0], channels, *reach), columns.dtype)
    for tap in np.ndindex(*kernel):
        padded[(slice(None), *geometry.seen_by(tap, out, stride, dilation))] += parts[(slice(None), slice(None), *tap)]
    return padded[(slice(None), *geometry.crop(space, pads))]


def _unfold(x: Array, *, kernel: Sizes, stride: Sizes, pads: Pairs, dilation: Sizes) -> Outcome:
    space = x.shape[2:]
    return _columns(x, kernel, stride, pads, dilation), (lambda g: _image(g, space, kernel, stride, pads, dilation),)


def _fold(x: Array, *, space: Sizes, kernel: Sizes, stride: Sizes, pads: Pairs, dilation: Sizes) -> Outcome:
    return _image(x, space, kernel, stride, pads, dilation), (lambda g: _columns(g, kernel, stride, pads, dilation),)


def check_windows(windows: Windows) -> tuple[Sizes, Sizes, Pairs, Sizes]:
    """Return the sizes, the strides, the paddings before and after, and the dilations of windows."""
    kernel_sizes, strides, paddings, dilations = windows
    kernel, stride, dilation = (
        geometry.sizes(name, value, 2, low=1)
        for name, value in (("kernel_sizes", kernel_sizes), ("strides", strides), ("dilations", dilations))
    )
    if isinstance(paddings, (list, tuple)) and len(paddings) == 4:
        top, left, bottom, right = geometry.sizes("paddings", paddings, 4, low=0)
    else:
        top, left = bottom, right = geometry.sizes("paddings", paddings, 2, low=0)
    return kernel, stride, ((top, bottom), (left, right)), dilation


def _counts(name: str, space: Sizes, kernel: Sizes, stride: Sizes, pads: Pairs, dilation: Sizes) -> Sizes:
    """Return how many windows there are along each axis."""
    reach = tuple(size + sum(pair) for size, pair in zip(space, pads, strict=True))
    out = geometry.out_sizes(reach, kernel, stride, dilation)
    if min(out) < 1:
        spans = list(geometry.spans(kernel, dilation))
        raise ValueError(f"{name}: a window reaches over {spans}, but the padded image has only {list(reach)}")
    return out


def unfold(
    x: Operand,
    kernel_sizes: SizeLike,
    strides: SizeLike = 1,
    paddings: SizeLike = 0,
    dilations: SizeLike = 1,
    name: str | None = None,
) -> Tensor:
    """Return the windows of an image as columns, of shape [N, C · taps, windows].

    Mirrors ``paddle.nn.functional.unfold``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C, height, width].
    kernel_sizes : int or sequence of int
        Size of the windows, >= 1.
    strides, dilations : int or sequence of int, default 1
        Step of the windows, and between the elements of one; >= 1.
    paddings : int or sequence of int, default 0
        Zeros around the image: one number, one per axis, or ``[top, left, bottom, right]``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or no window fits.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.unfold([[[[1.0, 2.0, 3.0]]]], [1, 2]).tolist()
    [[[1.0, 2.0], [2.0, 3.0]]]
    """
    kernel, stride, pads, dilation = check_windows((kernel_sizes, strides, paddings, dilations))
    x = as_tensor("x", x)
    if x.ndim != 4:
        raise ValueError(f"unfold expected an input of shape [N, C, H, W], but received {x.shape!r}")
    out = _counts("unfold", x.numpy().shape[2:], kernel, stride, pads, dilation)
    sizes = (x.shape[0], x.shape[1] * math.prod(kernel), math.prod(out))
    checks.fits_in_memory("unfold: the output, of shape", sizes, x.dtype.itemsize)
    return apply(_unfold, x, kernel=kernel, stride=stride, pads=pads, dilation=dilation)


@also(
    input="x",
    output_size="output_sizes",
    kernel_size="kernel_sizes",
    stride="strides",
    padding="paddings",
    dilation="dilations",
)
def fold(
    x: Operand,
    output_sizes: SizeLike,
    kernel_sizes: SizeLike,
    strides: SizeLike = 1,
    paddings: SizeLike = 0,
    dilations: SizeLike = 1,
    name: str | None = None,
) -> Tensor:
    """Return an image of shape [N, C, height, width], to which each column adds its window.

    Mirrors ``paddle.nn.functional.fold``. The other arguments are those of `unfold`.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C · taps, windows].
    output_sizes : int or sequence of int
        Height and width of the image, >= 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or ``x`` is not what `unfold` makes of such an image.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.fold([[[1.0, 2.0], [2.0, 3.0]]], [1, 3], [1, 2]).tolist()
    [[[[1.0, 4.0, 3.0]]]]
    """
    space = geometry.sizes("output_sizes", output_sizes, 2, low=1)
    kernel, stride, pads, dilation = check_windows((kernel_sizes, strides, paddings, dilations))
    out = _counts("fold", space, kernel, stride, pads, dilation)
    x = as_tensor("x", x)
    taps = math.prod(kernel)
    if x.ndim != 3 or x.shape[1] % taps or x.shape[2] != math.prod(out):
        expected = f"[N, C · {taps}, {math.prod(out)}]"
        raise ValueError(f"fold expected an input of shape {expected}, but received {x.shape!r}")
    checks.fits_in_memory("fold: the output, of shape", (x.shape[0], x.shape[1] // taps, *space), x.dtype.itemsize)
    return apply(_fold, x, space=space, kernel=kernel, stride=stride, pads=pads, dilation=dilation)
