"""Convolutions and transposed convolutions in one, two and three dimensions, as matrix products."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import PaddingLike, Pairs, SizeLike, Sizes
from paramattr.utils import checks


def _columns(x: Array, kernel: Sizes, stride: Sizes, dilation: Sizes, groups: int) -> Array:
    """Copy the windows of padded ``x`` into [N, G, C/G · taps, places]."""
    seen = geometry.windows(x, kernel, stride, dilation)
    count, channels = x.shape[:2]
    return seen.reshape(count, groups, channels // groups * math.prod(kernel), math.prod(seen.shape[2 + len(kernel) :]))


def _grouped(x: Array, groups: int) -> Array:
    """View [N, C, space…] as [N, G, C/G, places]."""
    return x.reshape(x.shape[0], groups, x.shape[1] // groups, math.prod(x.shape[2:]))


def _convolve(
    x: Array, weight: Array, *, pads: Pairs, stride: Sizes, dilation: Sizes, groups: int, last: bool
) -> Outcome:
    kernel = weight.shape[2:]
    padded = geometry.pad(geometry.first(x, last), pads)
    space = padded.shape[2:]
    out = tuple((s - r) // t + 1 for s, r, t in zip(space, geometry.spans(kernel, dilation), stride, strict=True))
    columns = _columns(padded, kernel, stride, dilation, groups)
    matrix = weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))
    value = (matrix @ columns).reshape(x.shape[0], weight.shape[0], *out)

    def to_x(g: Array) -> Array:
        parts = matrix.swapaxes(1, 2) @ _grouped(geometry.first(g, last), groups)
        shaped = parts.reshape(*padded.shape[:2], *kernel, *out)
        inner = geometry.first(x, last).shape[2:]
        return geometry.back(geometry.scatter(shaped, space, stride, dilation)[geometry.crop(inner, pads)], last)

    def to_weight(g: Array) -> Array:
        products = _grouped(geometry.first(g, last), groups) @ columns.swapaxes(2, 3)
        total: Array = products.sum(axis=0)
        return total.reshape(weight.shape)

    return geometry.back(value, last), (to_x, to_weight)


def _transposed(
    x: Array, weight: Array, *, pads: Pairs, stride: Sizes, dilation: Sizes, groups: int, out: Sizes, last: bool
) -> Outcome:
    """Run a convolution backwards: its gradient with respect to the input, at the "gradient" ``x``."""
    kernel = weight.shape[2:]
    channels = weight.shape[1] * groups
    data = geometry.first(x, last)
    grouped = _grouped(data, groups)
    matrix = weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))
    # Where output padding reaches beyond what the kernel covers, the plane is larger than the windows need.
    plane = tuple(size + sum(pair) for size, pair in zip(out, pads, strict=True))
    covered = tuple(
        (count - 1) * step + span
        for count, step, span in zip(data.shape[2:], stride, geometry.spans(kernel, dilation), strict=True)
    )
    plane = tuple(map(max, plane, covered))
    parts = (matrix.swapaxes(1, 2) @ grouped).reshape(data.shape[0], channels, *kernel, *data.shape[2:])
    value = geometry.scatter(parts, plane, stride, dilation)[geometry.crop(out, pads)]

    def columns(g: Array) -> Array:
        padded = np.zeros((data.shape[0], channels, *plane), g.dtype)
        padded[geometry.crop(out, pads)] = geometry.first(g, last)
        fitting = padded[(slice(None), slice(None), *(slice(size) for size in covered))]
        return _columns(fitting, kernel, stride, dilation, groups)

    def to_x(g: Array) -> Array:
        return geometry.back((matrix @ columns(g)).reshape(data.shape), last)

    def to_weight(g: Array) -> Array:
        total: Array = (grouped @ columns(g).swapaxes(2, 3)).sum(axis=0)
        return total.reshape(weight.shape)

    return geometry.back(value, last), (to_x, to_weight)


def _add_bias(y: Tensor, bias: Tensor | None, n: int, last: bool) -> Tensor:
    if bias is None:
        return y
    return y + (bias if last else bias.reshape((-1, *(1,) * n)))


def _check_input(name: str, x: Tensor, weight: Tensor, n: int, expected: int, last: bool) -> None:
    if x.ndim != n + 2 or x.shape[-1 if last else 1] != expected:
        layout = ["N", *"*" * n]
        layout.insert(n + 1 if last else 1, str(expected))
        raise ValueError(
            f"{name} with a weight of shape {weight.shape!r} expected an input of shape [{', '.join(layout)}],"
            f" but received {x.shape!r}"
        )


def _check_weight(name: str, weight: Tensor, bias: Tensor | None, n: int, groups: int, outputs: int) -> None:
    if weight.ndim != n + 2 or 0 in weight.shape[2:]:
        raise ValueError(f"{name} needs a weight with {n + 2} axes and a kernel, but received {weight.shape!r}")
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
    y = apply(_convolve, x, weight, pads=pairs, stride=steps, dilation=gaps, groups=groups, last=last)
    return _add_bias(y, bias, n, last)


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
    y = apply(_transposed, x, weight, pads=pairs, stride=steps, dilation=gaps, groups=groups, out=out, last=last)
    return _add_bias(y, bias, n, last)


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
