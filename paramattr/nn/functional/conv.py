"""Convolutions and transposed convolutions: one definition over the number ``n`` of spatial axes, and its names."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import PaddingLike, Pairs, SizeLike, Sizes
from paramattr.nn.functional.im2col import Steps, bias_gradient, im2col_matmul, matmul_col2im, weight_gradient
from paramattr.utils import checks
from paramattr.utils.alias import also

# How a caller describes a kernel's way: stride, padding, dilation, groups and data_format.
Moves = tuple[SizeLike, PaddingLike, SizeLike, int, str]


def _conv(x: Array, weight: Array, *bias: Array, pads: Pairs, steps: Steps, last: bool) -> Outcome:
    data = geometry.inward(x, last)
    plane = np.ascontiguousarray(geometry.pad(data, pads))
    out = geometry.out_sizes(plane.shape[1:-1], weight.shape[2:], steps.stride, steps.dilation)
    value = im2col_matmul(plane, weight, out, steps)
    for values in bias:
        value += values

    space, inner, shape = plane.shape[1:-1], geometry.crop(data.shape[1:-1], pads), weight.shape

    def maps(g: Array) -> Array:
        return np.ascontiguousarray(geometry.inward(g, last))

    pullbacks = (
        lambda g: geometry.outward(matmul_col2im(maps(g), weight, space, steps)[inner], last),
        lambda g: weight_gradient(plane, maps(g), shape, steps),
        lambda g: bias_gradient(geometry.inward(g, last)),
    )
    return geometry.outward(value, last), pullbacks[: 2 + len(bias)]


def _conv_transpose(
    x: Array, weight: Array, *bias: Array, pads: Pairs, steps: Steps, out: Sizes, last: bool
) -> Outcome:
    data = np.ascontiguousarray(geometry.inward(x, last))
    # With output padding this reaches beyond what the kernel covers.
    space = tuple(size + sum(pair) for size, pair in zip(out, pads, strict=True))
    inner = geometry.crop(out, pads)
    value = matmul_col2im(data, weight, space, steps)[inner]
    for values in bias:
        value += values

    shape, points = weight.shape, data.shape[1:-1]

    def plane(g: Array) -> Array:
        full = np.zeros((g.shape[0], *space, shape[1] * steps.groups), g.dtype)
        full[inner] = geometry.inward(g, last)
        return full

    pullbacks = (
        lambda g: geometry.outward(im2col_matmul(plane(g), weight, points, steps), last),
        lambda g: weight_gradient(plane(g), data, shape, steps),
        lambda g: bias_gradient(geometry.inward(g, last)),
    )
    return geometry.outward(value, last), pullbacks[: 2 + len(bias)]


def _check(
    name: str, n: int, x: Tensor, weight: Tensor, bias: Tensor | None, moves: Moves, *, transposed: bool
) -> tuple[Steps, Pairs, Sizes, bool]:
    """Return the steps, the padding, the spatial sizes of ``x`` and whether its channels come last."""
    stride, padding, dilation, groups, data_format = moves
    last = geometry.channels_last(data_format, n)
    steps = geometry.sizes("stride", stride, n, low=1)
    gaps = geometry.sizes("dilation", dilation, n, low=1)
    pads = geometry.padding(padding, n, last=last)
    groups = checks.integer("groups", groups, low=1)
    if weight.ndim != n + 2 or 0 in weight.shape:
        raise ValueError(f"{name} needs a weight with {n + 2} axes, none of size 0, but received {weight.shape!r}")
    if weight.shape[0] % groups:
        raise ValueError(f"{name} with groups={groups} needs weight.shape[0] divisible by it: {weight.shape!r}")
    outputs, inputs = weight.shape[0], weight.shape[1] * groups
    if transposed:
        outputs, inputs = inputs, outputs
    if bias is not None and bias.shape not in ((outputs,), (1,)):
        raise ValueError(f"{name} needs a bias of shape [{outputs}] or [1], but received {bias.shape!r}")
    if x.ndim != n + 2 or x.shape[-1 if last else 1] != inputs:
        layout = ["N", *"*" * n]
        layout.insert(n + 1 if last else 1, str(inputs))
        raise ValueError(
            f"{name} with a weight of shape {weight.shape!r} expected an input of shape [{', '.join(layout)}],"
            f" but received {x.shape!r}"
        )
    if pads == "SAME":
        gaps = (1,) * n  # as Paddle does
    space = geometry.spatial(x.shape, last)
    pads = geometry.resolve_padding(pads, space, weight.shape[2:], steps)
    geometry.check_memory(name, x.shape, pads, last, x.dtype.itemsize)
    return Steps(steps, gaps, groups), pads, space, last


def conv(n: int, x: Operand, weight: Operand, bias: Operand | None, moves: Moves) -> Tensor:
    """Return the ``n``-dimensional convolution, as `conv2d` describes it."""
    name = f"conv{n}d"
    x, weight = as_tensor("x", x), as_tensor("weight", weight)
    bias = None if bias is None else as_tensor("bias", bias)
    steps, pads, space, last = _check(name, n, x, weight, bias, moves, transposed=False)
    reach = geometry.spans(weight.shape[2:], steps.dilation)
    padded = [size + sum(pair) for size, pair in zip(space, pads, strict=True)]
    if any(size < span for size, span in zip(padded, reach, strict=True)):
        raise ValueError(f"{name}: the kernel reaches over {list(reach)}, but the padded input has only {padded}")
    given = (x, weight) if bias is None else (x, weight, bias)
    return apply(_conv, *given, pads=pads, steps=steps, last=last)


def conv_transpose(
    n: int,
    x: Operand,
    weight: Operand,
    bias: Operand | None,
    moves: Moves,
    output_padding: SizeLike,
    output_size: SizeLike | None,
) -> Tensor:
    """Return the ``n``-dimensional transposed convolution, as `conv2d_transpose` describes it."""
    name = f"conv{n}d_transpose"
    x, weight = as_tensor("x", x), as_tensor("weight", weight)
    bias = None if bias is None else as_tensor("bias", bias)
    steps, pads, space, last = _check(name, n, x, weight, bias, moves, transposed=True)
    reach = geometry.spans(weight.shape[2:], steps.dilation)
    smallest = tuple(
        (size - 1) * step + span - sum(pair)
        for size, step, span, pair in zip(space, steps.stride, reach, pads, strict=True)
    )
    out = _output_size(name, smallest, steps, output_padding, output_size)
    if min(out) < 1:
        raise ValueError(f"{name}: the output would have the size {list(out)}; padding is too large for the input")
    sizes = (x.shape[0], *out, weight.shape[1] * steps.groups)
    checks.fits_in_memory(f"{name}: the output, of shape", sizes, x.dtype.itemsize)
    given = (x, weight) if bias is None else (x, weight, bias)
    return apply(_conv_transpose, *given, pads=pads, steps=steps, out=out, last=last)


def _output_size(
    name: str, smallest: Sizes, steps: Steps, output_padding: SizeLike, output_size: SizeLike | None
) -> Sizes:
    extra = geometry.output_padding(output_padding, steps.stride, steps.dilation)
    if output_size is None:
        return tuple(size + more for size, more in zip(smallest, extra, strict=True))
    if any(extra):
        raise ValueError(f"{name} takes output_padding or output_size, not both: {output_padding!r}, {output_size!r}")
    wanted = geometry.sizes("output_size", output_size, len(smallest), low=1)
    if any(not low <= size < low + step for size, low, step in zip(wanted, smallest, steps.stride, strict=True)):
        ranges = [f"[{low}, {low + step - 1}]" for low, step in zip(smallest, steps.stride, strict=True)]
        raise ValueError(f"output_size must be in {' x '.join(ranges)}, but received {list(wanted)}")
    return wanted


@also(input="x")
def conv2d(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return the 2-dimensional convolution (cross-correlation) of ``x`` with ``weight``.

    Mirrors ``paddle.nn.functional.conv2d``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, in, height, width], or [N, height, width, in] as ``data_format`` says.
    weight : Tensor or array_like
        Of shape [out, in / groups, k, k].
    bias : Tensor or array_like, optional
        Of shape [out], or [1] for all channels.
    stride, dilation : int or sequence of int, default 1
        Step of the kernel, and of the input under it; >= 1.
    padding : int, str or sequence, default 0
        Zeros around the input: one number, one per axis, ``[before, after, …]``, pairs (also with those of batch and
        channels, 0), ``"VALID"`` (none) or ``"SAME"`` (output size = input size / stride; dilation is 1 then).
    groups : int, default 1
        In how many groups channels are connected.
    data_format : {"NCHW", "NHWC"}
        Order of the axes of input and output.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv2d([[[[1.0, 2.0], [3.0, 5.0]]]], [[[[-1.0, 1.0]]]], padding=[0, 1]).tolist()
    [[[[1.0, 1.0, -2.0], [3.0, 2.0, -5.0]]]]
    """
    return conv(2, x, weight, bias, (stride, padding, dilation, groups, data_format))


@also(input="x")
def conv1d(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCL",
    name: str | None = None,
) -> Tensor:
    """Return the 1-dimensional convolution of [N, in, length] with a weight of [out, in / groups, k].

    The arguments are those of `conv2d`, with one axis less. Mirrors ``paddle.nn.functional.conv1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv1d([[[1.0, 2.0, 5.0]]], [[[-1.0, 1.0]]]).tolist()
    [[[1.0, 3.0]]]
    """
    return conv(1, x, weight, bias, (stride, padding, dilation, groups, data_format))


@also(input="x")
def conv3d(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Return the 3-dimensional convolution of [N, in, depth, height, width] with a weight of [out, in / groups, k, k, k].

    The arguments are those of `conv2d`, with one axis more. Mirrors ``paddle.nn.functional.conv3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv3d([[[[[1.0, 2.0, 5.0]]]]], [[[[[-1.0, 1.0]]]]]).tolist()
    [[[[[1.0, 3.0]]]]]
    """
    return conv(3, x, weight, bias, (stride, padding, dilation, groups, data_format))


def conv2d_transpose(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    dilation: SizeLike = 1,
    groups: int = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return the 2-dimensional transposed convolution of ``x`` with ``weight``.

    It is the gradient of a convolution with respect to its input: each input value adds a scaled kernel to the output.
    The arguments are those of `conv2d` except for these. Mirrors ``paddle.nn.functional.conv2d_transpose``.

    Parameters
    ----------
    weight : Tensor or array_like
        Of shape [in, out / groups, k, k].
    stride, dilation : int or sequence of int, default 1
        Step between the kernels in the output, and inside a kernel; >= 1.
    padding : int, str or sequence, default 0
        What is cut off the output, in the forms of `conv2d`.
    output_padding : int or sequence of int, default 0
        Added at the end of the output; below stride or dilation.
    output_size : int or sequence of int, optional
        The spatial size of the output, instead of ``output_padding``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv2d_transpose([[[[1.0, 2.0]]]], [[[[1.0, 3.0], [0.0, 5.0]]]], stride=2).tolist()
    [[[[1.0, 3.0, 2.0, 6.0], [0.0, 5.0, 0.0, 10.0]]]]
    """
    moves = (stride, padding, dilation, groups, data_format)
    return conv_transpose(2, x, weight, bias, moves, output_padding, output_size)


def conv1d_transpose(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    groups: int = 1,
    dilation: SizeLike = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCL",
    name: str | None = None,
) -> Tensor:
    """Return the 1-dimensional transposed convolution of [N, in, length].

    The weight is of shape [in, out / groups, k]; the arguments are those of `conv2d_transpose`, with one axis less and
    ``groups`` before ``dilation``. Mirrors ``paddle.nn.functional.conv1d_transpose``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv1d_transpose([[[1.0, 2.0]]], [[[1.0, 3.0]]], stride=2).tolist()
    [[[1.0, 3.0, 2.0, 6.0]]]
    """
    moves = (stride, padding, dilation, groups, data_format)
    return conv_transpose(1, x, weight, bias, moves, output_padding, output_size)


def conv3d_transpose(
    x: Operand,
    weight: Operand,
    bias: Operand | None = None,
    stride: SizeLike = 1,
    padding: PaddingLike = 0,
    output_padding: SizeLike = 0,
    groups: int = 1,
    dilation: SizeLike = 1,
    output_size: SizeLike | None = None,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Return the 3-dimensional transposed convolution of [N, in, depth, height, width].

    The weight is of shape [in, out / groups, k, k, k]; the arguments are those of `conv2d_transpose`, with one axis
    more and ``groups`` before ``dilation``. Mirrors ``paddle.nn.functional.conv3d_transpose``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.conv3d_transpose([[[[[1.0, 2.0]]]]], [[[[[1.0, 3.0]]]]], stride=(1, 1, 2)).tolist()
    [[[[[1.0, 3.0, 2.0, 6.0]]]]]
    """
    moves = (stride, padding, dilation, groups, data_format)
    return conv_transpose(3, x, weight, bias, moves, output_padding, output_size)
