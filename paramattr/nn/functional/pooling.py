"""Maximum, average and power-average pooling: one definition over the number ``n`` of spatial axes, and its names."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import PaddingLike, Pairs, SizeLike, Sizes
from paramattr.utils import checks
from paramattr.utils.alias import also

# How a caller describes a window: kernel_size, stride, padding, ceil_mode and data_format.
Window = tuple[SizeLike, SizeLike | None, PaddingLike, bool, str]


def _max_pool(x: Array, *, kernel: Sizes, stride: Sizes, pads: Pairs, last: bool) -> Outcome:
    padded, inner, taps = _padded(x, kernel, stride, pads, last, -np.inf)
    value = padded[taps[0]].copy(order="K")
    for tap in taps[1:]:
        np.maximum(value, padded[tap], out=value)

    def to_x(g: Array) -> Array:
        given = geometry.inward(g, last)
        total = np.zeros_like(padded, g.dtype)
        free = np.ones_like(value, bool)
        apart = all(step >= size for step, size in zip(stride, kernel, strict=True))
        for tap in taps:
            # The first of equal values alone gets the gradient, as in Paddle.
            chosen = padded[tap] == value
            chosen &= free
            free ^= chosen
            if apart:
                np.multiply(given, chosen, out=total[tap])
            else:
                total[tap] += given * chosen
        return geometry.outward(total[inner], last)

    return geometry.outward(value, last), (to_x,)


def _avg_pool(x: Array, *, kernel: Sizes, stride: Sizes, pads: Pairs, counts: Array, last: bool) -> Outcome:
    padded, inner, taps = _padded(x, kernel, stride, pads, last, 0.0)
    shape = padded.shape
    value = padded[taps[0]].copy(order="K")
    for tap in taps[1:]:
        value += padded[tap]
    divisor = counts.astype(value.dtype)
    value /= divisor

    def to_x(g: Array) -> Array:
        share = geometry.inward(g, last) / divisor
        total = np.zeros(shape, g.dtype)
        for tap in taps:
            total[tap] += share
        return geometry.outward(total[inner], last)

    return geometry.outward(value, last), (to_x,)


def _lp_pool(x: Array, *, norm: float, kernel: Sizes, stride: Sizes, pads: Pairs, last: bool) -> Outcome:
    padded, inner, taps = _padded(x, kernel, stride, pads, last, 0.0 if norm > 0 else np.inf)
    # Powers of numbers around 1 overflow or underflow only where they don't count.
    outer = np.maximum if norm > 0 else np.minimum
    scale = np.abs(padded[taps[0]])
    for tap in taps[1:]:
        outer(scale, np.abs(padded[tap]), out=scale)
    empty = scale == 0
    scale[empty] = 1
    total = np.zeros_like(scale)
    with np.errstate(divide="ignore"):  # 0 to a negative power
        for tap in taps:
            total += (padded[tap] / scale) ** norm
        value = scale * total ** (1 / norm)

    def to_x(g: Array) -> Array:
        given = geometry.inward(g, last)
        # Where all elements are 0, a root of a power above 1 has the subgradient 0.
        divisor = np.where(empty, 1, value)
        spread = np.zeros_like(padded, g.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):  # powers of the padding, which are cut off
            for tap in taps:
                spread[tap] += given * (padded[tap] / divisor) ** (norm - 1)
        return geometry.outward(spread[inner], last)

    return geometry.outward(value, last), (to_x,)


def _padded(
    x: Array, kernel: Sizes, stride: Sizes, pads: Pairs, last: bool, value: float
) -> tuple[Array, tuple[slice, ...], list[tuple[slice, ...]]]:
    """Return the padded input, the index of the input in it, and that of the elements each tap of the window meets."""
    data = geometry.inward(real(x), last)
    padded = geometry.pad(data, pads, value)
    ones = (1,) * len(kernel)
    out = geometry.out_sizes(padded.shape[1:-1], kernel, stride, ones)
    taps = [geometry.seen_by(tap, out, stride, ones) for tap in np.ndindex(*kernel)]
    return padded, geometry.crop(data.shape[1:-1], pads), taps


def _counts(space: Sizes, kernel: Sizes, stride: Sizes, pads: Pairs, exclusive: bool) -> Array:
    """Return how many elements each window averages: of the input, or with ``exclusive`` off of its padding too."""
    total = np.ones((1,) * (len(space) + 1))
    for axis, (size, taps, step, (before, after)) in enumerate(zip(space, kernel, stride, pads, strict=True)):
        reach = size + before + after
        starts = np.arange((reach - taps) // step + 1) * min(step, reach) - before
        # As in Paddle, the padding before stands for the one after here.
        low, high = (0, size) if exclusive else (-before, size + before)
        inside = np.minimum(starts + taps, high) - np.maximum(starts, low)
        total = total * inside.reshape((-1, *(1,) * (len(space) - axis)))
    return np.maximum(total, 1)


def check_window(n: int, window: Window) -> tuple[Sizes, Sizes, str | Pairs, bool]:
    """Return kernel, stride and padding in their full forms, and whether channels come last."""
    kernel_size, stride, padding, ceil_mode, data_format = window
    last = geometry.channels_last(data_format, n)
    kernel = geometry.sizes("kernel_size", kernel_size, n, low=1)
    steps = kernel if stride is None else geometry.sizes("stride", stride, n, low=1)
    form = geometry.padding(padding, n, last=last)
    if checks.boolean("ceil_mode", ceil_mode) and form == "VALID":
        raise ValueError("ceil_mode must be False with padding='VALID', which keeps whole windows alone")
    if not isinstance(form, str) and any(max(pair) >= taps for pair, taps in zip(form, kernel, strict=True)):
        raise ValueError(f"padding must be below kernel_size {list(kernel)}, but received {padding!r}")
    return kernel, steps, form, last


def _resolve(name: str, n: int, x: Tensor, window: Window) -> tuple[Sizes, Sizes, Pairs, bool]:
    """Return kernel, stride and padding for the input ``x``, and whether its channels come last."""
    kernel, steps, form, last = check_window(n, window)
    _, _, padding, ceil_mode, _ = window
    if x.ndim != n + 2:
        raise ValueError(f"{name} expected an input with {n + 2} axes, but received {x.shape!r}")
    space = geometry.spatial(x.shape, last)
    pads = geometry.resolve_padding(form, space, kernel, steps)
    if ceil_mode:  # so much more at the end that the last window is whole
        pads = tuple(
            (before, after + -(size + before + after - taps) % step)
            for size, (before, after), taps, step in zip(space, pads, kernel, steps, strict=True)
        )
    for size, (before, after), taps, step in zip(space, pads, kernel, steps, strict=True):
        if size + before + after < taps:
            raise ValueError(f"{name}: kernel_size {list(kernel)} is larger than the padded input {x.shape!r}")
        if size == 0 or (size + before + after - taps) // step * step >= before + size:
            raise ValueError(
                f"{name}: with ceil_mode={ceil_mode}, stride={list(steps)} and padding={padding!r} the last window over an"
                f" axis of {size} has no element of the input {x.shape!r}, so there is nothing to take"
            )
    geometry.check_memory(name, x.shape, pads, last, x.dtype.itemsize)
    return kernel, steps, pads, last


def max_pool(n: int, x: Operand, window: Window, return_mask: bool) -> Tensor:
    """Return the ``n``-dimensional maximum pooling, as `max_pool2d` describes it."""
    x = as_tensor("x", x)
    kernel, steps, pads, last = _resolve(f"max_pool{n}d", n, x, window)
    value = apply(_max_pool, x, kernel=kernel, stride=steps, pads=pads, last=last)
    if not checks.boolean("return_mask", return_mask):
        return value
    # Typed as in Paddle: to a type checker, a Tensor unpacks into two as well.
    return cast(Tensor, (value, Tensor(_mask(x.numpy(), value.numpy(), kernel, steps, pads, last).astype(np.int32))))


def _mask(x: Array, value: Array, kernel: Sizes, stride: Sizes, pads: Pairs, last: bool) -> Array:
    """Where each largest value stands in its flattened plane; the first of equal ones."""
    padded, inner, taps = _padded(x, kernel, stride, pads, last, -np.inf)
    plane = np.full((1, *padded.shape[1:-1], 1), -1)
    plane[inner] = np.arange(plane[inner].size).reshape(plane[inner].shape)
    largest = geometry.inward(value, last)
    found = np.full(largest.shape, -1)
    for tap in taps:
        here = plane[tap]
        np.copyto(found, here, where=(found < 0) & (here >= 0) & (padded[tap] == largest))
    return geometry.outward(found, last)


def avg_pool(n: int, x: Operand, window: Window, exclusive: bool, divisor_override: float | None) -> Tensor:
    """Return the ``n``-dimensional average pooling, as `avg_pool2d` describes it."""
    x = as_tensor("x", x)
    kernel, steps, pads, last = _resolve(f"avg_pool{n}d", n, x, window)
    counts = _counts(geometry.spatial(x.shape, last), kernel, steps, pads, checks.boolean("exclusive", exclusive))
    if divisor_override is not None:
        divisor = checks.real("divisor_override", divisor_override, low=0.0, open_low=True)
        # As in Paddle: it replaces the size of a whole window, so the edges keep their proportion.
        counts = counts * (divisor / math.prod(kernel))
    return apply(_avg_pool, x, kernel=kernel, stride=steps, pads=pads, counts=counts, last=last)


def check_norm(norm_type: float) -> float:
    """Return the exponent of a power-average pooling, which may be infinite."""
    norm = checks.real("norm_type", norm_type, finite=False)
    if norm in (0.0, -math.inf):
        raise ValueError(f"norm_type must not be 0 or -inf, but received {norm_type!r}")
    return norm


def window_in_our_order(window: Window) -> Window:
    """Return the window; as in Paddle, PyTorch's order is taken too, in which ``ceil_mode`` follows the stride."""
    return (*window[:2], 0, window[2], window[4]) if isinstance(window[2], bool) else window


def lp_pool(n: int, x: Operand, norm_type: float, window: Window) -> Tensor:
    """Return the ``n``-dimensional power-average pooling, as `lp_pool2d` describes it."""
    norm, window = check_norm(norm_type), window_in_our_order(window)
    if norm == math.inf:
        return max_pool(n, x, window, False)
    x = as_tensor("x", x)
    kernel, steps, pads, last = _resolve(f"lp_pool{n}d", n, x, window)
    return apply(_lp_pool, x, norm=norm, kernel=kernel, stride=steps, pads=pads, last=last)


def max_pool2d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return the largest value in each window of 2 dimensions.

    Mirrors ``paddle.nn.functional.max_pool2d``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C, height, width], or [N, height, width, C] as ``data_format`` says.
    kernel_size : int or sequence of int
        Size of the window.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Around the input, in the forms of `conv2d`; below ``kernel_size``. Padding is never the largest.
    return_mask : bool, default False
        Whether to return a pair of Tensors: the values, and where each stood in its flattened plane.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.max_pool2d([[[[1.0, 3.0], [5.0, 7.0]]]], 2).item()
    7.0
    """
    return max_pool(2, x, (kernel_size, stride, padding, ceil_mode, data_format), return_mask)


def max_pool1d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the largest value in each window of [N, C, length].

    The arguments are those of `max_pool2d` with one axis less, channels first. Mirrors ``paddle.nn.functional.max_pool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.max_pool1d([[[1.0, 3.0]]], 2).item()
    3.0
    """
    return max_pool(1, x, (kernel_size, stride, padding, ceil_mode, "NCL"), return_mask)


def max_pool3d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Return the largest value in each window of [N, C, depth, height, width].

    The arguments are those of `max_pool2d`, with one axis more. Mirrors ``paddle.nn.functional.max_pool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.max_pool3d([[[[[1.0, 3.0], [5.0, 7.0]]] * 2]], 2).item()
    7.0
    """
    return max_pool(3, x, (kernel_size, stride, padding, ceil_mode, data_format), return_mask)


def avg_pool2d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    exclusive: bool = True,
    divisor_override: float | None = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return the mean in each window of 2 dimensions.

    Mirrors ``paddle.nn.functional.avg_pool2d``. The arguments are those of `max_pool2d`, with zeros as padding, and:

    Parameters
    ----------
    exclusive : bool, default True
        Whether padding is left out of the mean.
    divisor_override : float, optional
        Divide by this instead of the size of the window; > 0. With ``exclusive`` a window at the edge is scaled up
        as without it.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.avg_pool2d([[[[1.0, 3.0], [5.0, 7.0]]]], 2).item()
    4.0
    """
    return avg_pool(2, x, (kernel_size, stride, padding, ceil_mode, data_format), exclusive, divisor_override)


def avg_pool1d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    exclusive: bool = True,
    ceil_mode: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the mean in each window of [N, C, length].

    The arguments are those of `avg_pool2d`, with one axis less, channels first and in another order. Mirrors
    ``paddle.nn.functional.avg_pool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.avg_pool1d([[[1.0, 3.0]]], 2).item()
    2.0
    """
    return avg_pool(1, x, (kernel_size, stride, padding, ceil_mode, "NCL"), exclusive, None)


def avg_pool3d(
    x: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    exclusive: bool = True,
    divisor_override: float | None = None,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Return the mean in each window of [N, C, depth, height, width].

    The arguments are those of `avg_pool2d`, with one axis more. Mirrors ``paddle.nn.functional.avg_pool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.avg_pool3d([[[[[1.0, 3.0], [5.0, 7.0]]] * 2]], 2).item()
    4.0
    """
    return avg_pool(3, x, (kernel_size, stride, padding, ceil_mode, data_format), exclusive, divisor_override)


@also(input="x")
def lp_pool2d(
    x: Operand,
    norm_type: float,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return the root of the sum of the powers in each window of 2 dimensions.

    As in Paddle the powers keep their signs, so that an odd ``norm_type`` of negative numbers may have no root. Mirrors
    ``paddle.nn.functional.lp_pool2d``. The arguments are those of `max_pool2d`, and:

    Parameters
    ----------
    norm_type : float
        The exponent; not 0. With inf it is `max_pool2d`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.lp_pool2d([[[[3.0, 4.0]]]], 2, (1, 2)).item()
    5.0
    """
    return lp_pool(2, x, norm_type, (kernel_size, stride, padding, ceil_mode, data_format))


@also(input="x")
def lp_pool1d(
    x: Operand,
    norm_type: float,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    data_format: str = "NCL",
    name: str | None = None,
) -> Tensor:
    """Return the root of the sum of the powers in each window of [N, C, length].

    The arguments are those of `lp_pool2d`, with one axis less. Mirrors ``paddle.nn.functional.lp_pool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.lp_pool1d([[[3.0, 4.0]]], 2, 2).item()
    5.0
    """
    return lp_pool(1, x, norm_type, (kernel_size, stride, padding, ceil_mode, data_format))
