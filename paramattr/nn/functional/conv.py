"""Convolutions and transposed convolutions in one, two and three dimensions, as matrix products."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import PaddingLike, Pairs, SizeLike, Sizes
from paramattr.utils import checks

# Columns are made for as many samples at a time as stay below this many elements.
_BLOCK = 1 << 22


class _Steps(NamedTuple):
    """How a kernel moves, and how many groups of channels it keeps apart."""

    stride: Sizes
    dilation: Sizes
    groups: int


def _grouped(maps: Array, groups: int) -> Array:
    """View contiguous [N, out…, C] as [G, N · places, C/G]."""
    return maps.reshape(-1, groups, maps.shape[-1] // groups).swapaxes(0, 1)


def _columns(plane: Array, out: Sizes, kernel: Sizes, steps: _Steps) -> Array:
    """Copy what the kernel sees at each place of contiguous ``plane`` into [G, N · places, taps · C/G]."""
    channels = plane.shape[-1] // steps.groups
    seen = geometry.windows(plane, out, kernel, steps.stride, steps.dilation)
    split = np.moveaxis(seen.reshape(*seen.shape[:-1], steps.groups, channels), -2, 0)
    return split.reshape(steps.groups, -1, math.prod(kernel) * channels)


def _blocks(plane: Array, out: Sizes, kernel: Sizes) -> Iterator[slice]:
    """Cut the samples of ``plane`` so that the columns of each part stay small."""
    size = max(1, _BLOCK // (math.prod(out) * math.prod(kernel) * plane.shape[-1]))
    return (slice(start, start + size) for start in range(0, plane.shape[0], size))


def _gather(plane: Array, weight: Array, out: Sizes, steps: _Steps) -> Array:
    """At each place, add up the products of what the kernel sees and the kernel: [N, space…, C] to [N, out…, O]."""
    kernel, groups = weight.shape[2:], steps.groups
    matrix = np.moveaxis(weight.reshape(groups, -1, *weight.shape[1:]), (1, 2), (-1, -2))
    matrix = matrix.reshape(groups, -1, weight.shape[0] // groups)
    maps = np.empty((plane.shape[0], *out, weight.shape[0]), np.result_type(plane, weight))
    for block in _blocks(plane, out, kernel):
        np.matmul(_columns(plane[block], out, kernel, steps), matrix, out=_grouped(maps[block], groups))
    return maps


def _scatter(maps: Array, weight: Array, space: Sizes, steps: _Steps) -> Array:
    """Add to each place a kernel, scaled: the transpose of `_gather` in its plane, [N, out…, O] to [N, space…, C]."""
    kernel, groups = weight.shape[2:], steps.groups
    channels = weight.shape[1] * groups
    matrices = np.moveaxis(weight.reshape(groups, -1, *weight.shape[1:]), (0, 1, 2), (-3, -2, -1)).copy()
    plane = np.zeros((maps.shape[0], *space, channels), np.result_type(maps, weight))
    # One tap at a time: its products fit into the cache, and lie in memory as the plane does.
    part = np.empty((*maps.shape[:-1], channels), plane.dtype)
    for tap in np.ndindex(*kernel):
        np.matmul(_grouped(maps, groups), matrices[tap], out=_grouped(part, groups))
        plane[geometry.seen_by(tap, maps.shape[1:-1], steps.stride, steps.dilation)] += part
    return plane


def _correlate(plane: Array, maps: Array, shape: Sizes, steps: _Steps) -> Array:
    """Return the gradient of a weight of ``shape``: the transpose of `_gather` in its weight."""
    kernel, out, groups = shape[2:], maps.shape[1:-1], steps.groups
    outputs = shape[0] // groups
    total = np.zeros((groups, math.prod(shape[1:]), outputs), np.result_type(plane, maps))
    for block in _blocks(plane, out, kernel):
        total += _columns(plane[block], out, kernel, steps).swapaxes(1, 2) @ _grouped(maps[block], groups)
    split = total.reshape(groups, *kernel, shape[1], outputs)
    return np.moveaxis(split, (-1, -2), (1, 2)).reshape(shape)


def _bias_gradient(g: Array, last: bool) -> Array:
    maps = geometry.inward(g, last)
    # In double precision: these are long sums, often of terms that nearly cancel.
    total: Array = maps.sum(axis=tuple(range(maps.ndim - 1)), dtype=np.float64)
    return total


def _convolve(x: Array, weight: Array, *bias: Array, pads: Pairs, steps: _Steps, last: bool) -> Outcome:
    data = geometry.inward(x, last)
    plane = np.ascontiguousarray(geometry.pad(data, pads))
    out = geometry.out_sizes(plane.shape[1:-1], weight.shape[2:], steps.stride, steps.dilation)
    value = _gather(plane, weight, out, steps)
    for values in bias:
        value += values

    def maps(g: Array) -> Array:
        return np.ascontiguousarray(geometry.inward(g, last))

    def to_x(g: Array) -> Array:
        spread = _scatter(maps(g), weight, plane.shape[1:-1], steps)
        return geometry.outward(spread[geometry.crop(data.shape[1:-1], pads)], last)

    def to_weight(g: Array) -> Array:
        return _correlate(plane, maps(g), weight.shape, steps)

    return geometry.outward(value, last), (to_x, to_weight, lambda g: _bias_gradient(g, last))[: 2 + len(bias)]


def _convolve_back(
    x: Array, weight: Array, *bias: Array, pads: Pairs, steps: _Steps, out: Sizes, last: bool
) -> Outcome:
    """Run a convolution backwards: its gradient with respect to the input, at the "gradient" ``x``."""
    data = np.ascontiguousarray(geometry.inward(x, last))
    reach = geometry.spans(weight.shape[2:], steps.dilation)
    covered = tuple(
        (count - 1) * step + span for count, step, span in zip(data.shape[1:-1], steps.stride, reach, strict=True)
    )
    # With output padding the output may reach beyond what the kernel covers.
    space = tuple(max(size + sum(pair), most) for size, pair, most in zip(out, pads, covered, strict=True))
    inner = geometry.crop(out, pads)
    value = _scatter(data, weight, space, steps)[inner]
    for values in bias:
        value += values

    def plane(g: Array) -> Array:
        full = np.zeros((g.shape[0], *space, weight.shape[1] * steps.groups), g.dtype)
        full[inner] = geometry.inward(g, last)
        return full

    def to_x(g: Array) -> Array:
        return geometry.outward(_gather(plane(g), weight, data.shape[1:-1], steps), last)

    def to_weight(g: Array) -> Array:
        return _correlate(plane(g), data, weight.shape, steps)

    return geometry.outward(value, last), (to_x, to_weight, lambda g: _bias_gradient(g, last))[: 2 + len(bias)]


def _check_input(name: str, x: Tensor, weight: Tensor, n: int, expected: int, last: bool) -> None:
    if x.ndim != n + 2 or x.shape[-1 if last else 1] != expected:
        layout = ["N", *"*" * n]
        layout.insert(n + 1 if last else 1, str(expected))
        raise ValueError(
            f"{name} with a weight of shape {weight.shape!r} expected an input of shape [{', '.join(layout)}],"
            f" but received {x.shape!r}"
        )


def _check_weight(name: str, weight: Tensor, bias: Tensor | None, n: int, groups: int, outputs: int) -> None:
    if weight.ndim != n + 2 or 0 in weight.shape:
        raise ValueError(f"{name} needs a weight with {n + 2} axes, none of size 0, but received {weight.shape!r}")
    if weight.shape[0] % groups:
        raise ValueError(f"{name} with groups={groups} needs weight.shape[0] divisible by it: {weight.shape!r}")
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"{name} needs a bias of shape [{outputs}], but received {bias.shape!r}")


def _conv(
    n: int,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: SizeLike,
    padding: PaddingLike,
    dilation: SizeLike,
    groups: int,
    data_format: str,
) -> Tensor:
    name = f"conv{n}d"
    last = geometry.channels_last(data_format, n)
    steps = geometry.sizes("stride", stride, n, low=1)
    gaps = geometry.sizes("dilation", dilation, n, low=1)
    pads = geometry.padding(padding, n, last=last)
    checks.integer("groups", groups, low=1)
    _check_weight(name, weight, bias, n, groups, weight.shape[0])
    _check_input(name, x, weight, n, weight.shape[1] * groups, last)
    if pads == "SAME":
        gaps = (1,) * n  # as Paddle does
    space, kernel = _space(x, n, last), tuple(weight.shape[2:])
    pairs = geometry.resolve_padding(pads, space, kernel, steps)
    reach = geometry.spans(kernel, gaps)
    if any(size + sum(pair) < span for size, pair, span in zip(space, pairs, reach, strict=True)):
        raise ValueError(
            f"{name}: the kernel reaches over {list(reach)}, but the padded input has only"
            f" {[size + sum(pair) for size, pair in zip(space, pairs, strict=True)]}"
        )
    given = (x, weight) if bias is None else (x, weight, bias)
    return apply(_convolve, *given, pads=pairs, steps=_Steps(steps, gaps, groups), last=last)


def _space(x: Tensor, n: int, last: bool) -> Sizes:
    return tuple(x.shape[1 : n + 1] if last else x.shape[2:])


def _conv_transpose(
    n: int,
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: SizeLike,
    padding: PaddingLike,
    output_padding: SizeLike,
    dilation: SizeLike,
    groups: int,
    output_size: SizeLike | None,
    data_format: str,
) -> Tensor:
    name = f"conv{n}d_transpose"
    last = geometry.channels_last(data_format, n)
    steps = geometry.sizes("stride", stride, n, low=1)
    gaps = geometry.sizes("dilation", dilation, n, low=1)
    pads = geometry.padding(padding, n, last=last)
    checks.integer("groups", groups, low=1)
    _check_weight(name, weight, bias, n, groups, weight.shape[1] * groups)
    _check_input(name, x, weight, n, weight.shape[0], last)
    if pads == "SAME":
        gaps = (1,) * n  # as Paddle does
    space, kernel = _space(x, n, last), tuple(weight.shape[2:])
    pairs = geometry.resolve_padding(pads, space, kernel, steps)
    smallest = tuple(
        (size - 1) * step + span - sum(pair)
        for size, step, span, pair in zip(space, steps, geometry.spans(kernel, gaps), pairs, strict=True)
    )
    out = _output_size(name, smallest, steps, gaps, output_padding, output_size)
    if min(out) < 1:
        raise ValueError(f"{name}: the output would have the size {list(out)}; padding is too large for the input")
    given = (x, weight) if bias is None else (x, weight, bias)
    return apply(_convolve_back, *given, pads=pairs, steps=_Steps(steps, gaps, groups), out=out, last=last)


def _output_size(
    name: str, smallest: Sizes, stride: Sizes, dilation: Sizes, output_padding: SizeLike, output_size: SizeLike | None
) -> Sizes:
    n = len(smallest)
    extra = geometry.output_padding(output_padding, stride, dilation)
    if output_size is None:
        return tuple(size + more for size, more in zip(smallest, extra, strict=True))
    if any(extra):
        raise ValueError(f"{name} takes output_padding or output_size, not both: {output_padding!r}, {output_size!r}")
    wanted = geometry.sizes("output_size", output_size, n, low=1)
    if any(not low <= size < low + step for size, low, step in zip(wanted, smallest, stride, strict=True)):
        ranges = [f"[{low}, {low + step - 1}]" for low, step in zip(smallest, stride, strict=True)]
        raise ValueError(f"output_size must be in {' x '.join(ranges)}, but received {list(wanted)}")
    return wanted


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCL",
) -> Tensor:
    """Return the 1-dimensional convolution (cross-correlation) of ``x`` with ``weight``.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, length], or [N, length, in] as ``data_format`` says.
    weight : Tensor
        Of shape [out, in / groups, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step of the kernel, and of the input under it; >= 1.
    padding : int, str or sequence, default 0
        Zeros around the input: one number, one per axis, ``[before, after, …]``, pairs (also with those of batch and
        channels, 0), ``"VALID"`` (none) or ``"SAME"`` (output size = input size / stride; dilation is 1 then).
    groups : int, default 1
        In how many groups channels are connected.
    data_format : {"NCL", "NLC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv1d``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4], dtype="float32"))
    >>> paramattr.nn.functional.conv1d(x, paramattr.to_tensor(np.ones([3, 2, 3], dtype="float32")), padding=1).shape
    [1, 3, 4]
    """
    return _conv(1, x, weight, bias, stride, padding, dilation, groups, data_format)


def conv1d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    groups: int = 1,
    dilation: SizeLike = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCL",
) -> Tensor:
    """Return the 1-dimensional transposed convolution of ``x`` with ``weight``.

    It is the gradient of a convolution with respect to its input: each input value adds a scaled kernel to the output.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, length], or [N, length, in] as ``data_format`` says.
    weight : Tensor
        Of shape [in, out / groups, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step between the kernels in the output, and inside a kernel; >= 1.
    padding : int, str or sequence, default 0
        What is cut off the output, in the forms of `conv1d`.
    output_padding : int or sequence of int, default 0
        Added at the end of the output; below stride or dilation.
    groups : int, default 1
        In how many groups channels are connected.
    output_size : int or sequence of int, optional
        The spatial size of the output, instead of ``output_padding``.
    data_format : {"NCL", "NLC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv1d_transpose``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4], dtype="float32"))
    >>> weight = paramattr.to_tensor(np.ones([2, 3, 2], dtype="float32"))
    >>> paramattr.nn.functional.conv1d_transpose(x, weight, stride=2).shape
    [1, 3, 8]
    """
    return _conv_transpose(
        1, x, weight, bias, stride, padding, output_padding, dilation, groups, output_size, data_format
    )


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCHW",
) -> Tensor:
    """Return the 2-dimensional convolution (cross-correlation) of ``x`` with ``weight``.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, height, width], or [N, height, width, in] as ``data_format`` says.
    weight : Tensor
        Of shape [out, in / groups, k, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step of the kernel, and of the input under it; >= 1.
    padding : int, str or sequence, default 0
        Zeros around the input: one number, one per axis, ``[before, after, …]``, pairs (also with those of batch and
        channels, 0), ``"VALID"`` (none) or ``"SAME"`` (output size = input size / stride; dilation is 1 then).
    groups : int, default 1
        In how many groups channels are connected.
    data_format : {"NCHW", "NHWC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv2d``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4, 4], dtype="float32"))
    >>> paramattr.nn.functional.conv2d(x, paramattr.to_tensor(np.ones([3, 2, 3, 3], dtype="float32")), padding=1).shape
    [1, 3, 4, 4]
    """
    return _conv(2, x, weight, bias, stride, padding, dilation, groups, data_format)


def conv2d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCHW",
) -> Tensor:
    """Return the 2-dimensional transposed convolution of ``x`` with ``weight``.

    It is the gradient of a convolution with respect to its input: each input value adds a scaled kernel to the output.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, height, width], or [N, height, width, in] as ``data_format`` says.
    weight : Tensor
        Of shape [in, out / groups, k, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step between the kernels in the output, and inside a kernel; >= 1.
    padding : int, str or sequence, default 0
        What is cut off the output, in the forms of `conv2d`.
    output_padding : int or sequence of int, default 0
        Added at the end of the output; below stride or dilation.
    groups : int, default 1
        In how many groups channels are connected.
    output_size : int or sequence of int, optional
        The spatial size of the output, instead of ``output_padding``.
    data_format : {"NCHW", "NHWC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv2d_transpose``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4, 4], dtype="float32"))
    >>> weight = paramattr.to_tensor(np.ones([2, 3, 2, 2], dtype="float32"))
    >>> paramattr.nn.functional.conv2d_transpose(x, weight, stride=2).shape
    [1, 3, 8, 8]
    """
    return _conv_transpose(
        2, x, weight, bias, stride, padding, output_padding, dilation, groups, output_size, data_format
    )


def conv3d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCDHW",
) -> Tensor:
    """Return the 3-dimensional convolution (cross-correlation) of ``x`` with ``weight``.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, depth, height, width], or [N, depth, height, width, in] as ``data_format`` says.
    weight : Tensor
        Of shape [out, in / groups, k, k, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step of the kernel, and of the input under it; >= 1.
    padding : int, str or sequence, default 0
        Zeros around the input: one number, one per axis, ``[before, after, …]``, pairs (also with those of batch and
        channels, 0), ``"VALID"`` (none) or ``"SAME"`` (output size = input size / stride; dilation is 1 then).
    groups : int, default 1
        In how many groups channels are connected.
    data_format : {"NCDHW", "NDHWC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv3d``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4, 4, 4], dtype="float32"))
    >>> weight = paramattr.to_tensor(np.ones([3, 2, 3, 3, 3], dtype="float32"))
    >>> paramattr.nn.functional.conv3d(x, weight, padding=1).shape
    [1, 3, 4, 4, 4]
    """
    return _conv(3, x, weight, bias, stride, padding, dilation, groups, data_format)


def conv3d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    groups: int = 1,
    dilation: SizeLike = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCDHW",
) -> Tensor:
    """Return the 3-dimensional transposed convolution of ``x`` with ``weight``.

    It is the gradient of a convolution with respect to its input: each input value adds a scaled kernel to the output.

    Parameters
    ----------
    x : Tensor
        Of shape [N, in, depth, height, width], or [N, depth, height, width, in] as ``data_format`` says.
    weight : Tensor
        Of shape [in, out / groups, k, k, k].
    bias : Tensor, optional
        Of shape [out].
    stride, dilation : int or sequence of int, default 1
        Step between the kernels in the output, and inside a kernel; >= 1.
    padding : int, str or sequence, default 0
        What is cut off the output, in the forms of `conv3d`.
    output_padding : int or sequence of int, default 0
        Added at the end of the output; below stride or dilation.
    groups : int, default 1
        In how many groups channels are connected.
    output_size : int or sequence of int, optional
        The spatial size of the output, instead of ``output_padding``.
    data_format : {"NCDHW", "NDHWC"}
        Order of the axes of input and output.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.conv3d_transpose``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> x = paramattr.to_tensor(np.ones([1, 2, 4, 4, 4], dtype="float32"))
    >>> weight = paramattr.to_tensor(np.ones([2, 3, 2, 2, 2], dtype="float32"))
    >>> paramattr.nn.functional.conv3d_transpose(x, weight, stride=2).shape
    [1, 3, 8, 8, 8]
    """
    return _conv_transpose(
        3, x, weight, bias, stride, padding, output_padding, dilation, groups, output_size, data_format
    )
