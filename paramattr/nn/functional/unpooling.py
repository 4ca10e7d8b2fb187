"""The inverse of maximum pooling, with zeros where there was no largest value."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import PaddingLike, Pairs, SizeLike, Sizes
from paramattr.tensor.arguments import integer_array
from paramattr.utils import checks

# How a caller describes a window: kernel_size, stride, padding and data_format.
Window = tuple[SizeLike, SizeLike | None, PaddingLike, str]


def _max_unpool(x: Array, *, places: Array, space: Sizes) -> Outcome:
    at = geometry.places_in_batch(places, space)
    value = np.zeros((*x.shape[:2], *space), x.dtype)
    value.reshape(-1)[at] = x
    return value, (lambda g: g.reshape(-1)[at],)


def check_window(n: int, window: Window) -> tuple[Sizes, Sizes, Pairs]:
    """Return kernel, stride and padding in their full forms."""
    kernel_size, stride, padding, data_format = window
    checks.choice("data_format", data_format, geometry.FORMATS[n][:1])
    kernel = geometry.sizes("kernel_size", kernel_size, n, low=1)
    steps = kernel if stride is None else geometry.sizes("stride", stride, n, low=1)
    pads = geometry.padding(padding, n)
    if isinstance(pads, str):
        raise ValueError(f"padding must be numbers, but received {padding!r}")
    return kernel, steps, pads


def check_output_size(output_size: object, n: int) -> Sizes | None:
    """Return the spatial sizes out of ``output_size``, which may hold those of batch and channels too."""
    if output_size is None:
        return None
    checks.instance("output_size", output_size, (list, tuple), "a list or tuple of integers, or None")
    numbers = [entry.item() if isinstance(entry, Tensor) else entry for entry in output_size]  # type: ignore[attr-defined]
    return geometry.sizes("output_size", numbers[2:] if len(numbers) == n + 2 else numbers, n, low=1)


def max_unpool(n: int, x: Operand, indices: Operand, window: Window, output_size: object) -> Tensor:
    """Return the ``n``-dimensional maximum unpooling, as `max_unpool2d` describes it."""
    name = f"max_unpool{n}d"
    kernel, steps, pads = check_window(n, window)
    wanted = check_output_size(output_size, n)
    x, places = as_tensor("x", x), as_tensor("indices", indices)
    if x.ndim != n + 2 or places.shape != x.shape:
        raise ValueError(
            f"{name} expected x with {n + 2} axes and indices of its shape, but received {x.shape!r}, {places.shape!r}"
        )
    at = integer_array("indices", places)
    usual = tuple(
        (size - 1) * step + taps - sum(pair)
        for size, step, taps, pair in zip(x.numpy().shape[2:], steps, kernel, pads, strict=True)
    )
    space = usual if wanted is None else wanted
    if any(not size - step < number < size + step for size, step, number in zip(usual, steps, space, strict=True)):
        raise ValueError(f"output_size must be less than a stride from {list(usual)}, but received {output_size!r}")
    if min(space) < 1:
        raise ValueError(f"{name}: the output would have the size {list(space)}; padding is too large for the input")
    checks.fits_in_memory(f"{name}: the output, of shape", (*x.shape[:2], *space), x.dtype.itemsize)
    if at.size and not 0 <= at.min() <= at.max() < math.prod(space):
        found = f"[{at.min()}, {at.max()}]"
        raise ValueError(f"indices must be places in planes of {list(space)}, but received some in {found}")
    return apply(_max_unpool, x, places=at.astype(np.int64), space=space)


def max_unpool2d(
    x: Operand,
    indices: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    data_format: str = "NCHW",
    output_size: Sequence[int] | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the values of a maximum pooling at the places they had, and 0 elsewhere.

    Mirrors ``paddle.nn.functional.max_unpool2d``.

    Parameters
    ----------
    x, indices : Tensor or array_like
        What `max_pool2d` returns with ``return_mask``, of shape [N, C, height, width].
    kernel_size, stride, padding : int or sequence of int
        Those of the pooling, ``padding`` in the forms of `conv2d` with numbers.
    data_format : {"NCHW"}
        Order of the axes.
    output_size : sequence of int, optional
        The size of the pooling's input, which may be up to a stride away from the one that fits exactly.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or an index is no place in the output.

    Examples
    --------
    >>> import paramattr
    >>> value, mask = paramattr.nn.functional.max_pool2d([[[[1.0, 3.0], [5.0, 7.0]]]], 2, return_mask=True)
    >>> paramattr.nn.functional.max_unpool2d(value, mask, 2).tolist()
    [[[[0.0, 0.0], [0.0, 7.0]]]]
    """
    return max_unpool(2, x, indices, (kernel_size, stride, padding, data_format), output_size)


def max_unpool1d(
    x: Operand,
    indices: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    data_format: str = "NCL",
    output_size: Sequence[int] | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the values of a maximum pooling of [N, C, length] at the places they had, and 0 elsewhere.

    The arguments are those of `max_unpool2d`, with one axis less. Mirrors ``paddle.nn.functional.max_unpool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.max_unpool1d([[[3.0]]], [[[1]]], 2).tolist()
    [[[0.0, 3.0]]]
    """
    return max_unpool(1, x, indices, (kernel_size, stride, padding, data_format), output_size)


def max_unpool3d(
    x: Operand,
    indices: Operand,
    kernel_size: SizeLike,
    stride: SizeLike | None = None,
    padding: PaddingLike = 0,
    data_format: str = "NCDHW",
    output_size: Sequence[int] | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the values of a maximum pooling of [N, C, depth, height, width] at the places they had, and 0 elsewhere.

    The arguments are those of `max_unpool2d`, with one axis more. Mirrors ``paddle.nn.functional.max_unpool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.max_unpool3d([[[[[3.0]]]]], [[[[[1]]]]], [1, 1, 2]).tolist()
    [[[[[0.0, 3.0]]]]]
    """
    return max_unpool(3, x, indices, (kernel_size, stride, padding, data_format), output_size)
