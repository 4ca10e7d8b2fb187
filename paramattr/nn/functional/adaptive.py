"""Pooling to a size of the output: adaptive averages and maxima, and fractional maxima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import SizeLike, Sizes
from paramattr.random import Uniform, next_key
from paramattr.utils import checks
from paramattr.utils.alias import also

# The size of the output: one number or one per axis, where None stands for the size of the input.
OutputLike = int | Sequence[int | None]
# Where the windows along an axis start, and where they end.
Bins = tuple[Array, Array]


def bins(size: int, out: int) -> Bins:
    """Return the ``out`` windows, of sizes that differ by at most one on each side, over an axis of ``size``."""
    edges = np.arange(out + 1) * size
    return edges[:-1] // out, -(-edges[1:] // out)


def _bin_sums(x: Array, axis: int, out: int) -> Array:
    starts, ends = bins(x.shape[axis], out)
    # One element more, for a window to end at; of the sums from each edge to the next every second is of a window.
    around = [(0, int(place == axis)) for place in range(x.ndim)]
    sums = np.add.reduceat(np.pad(x, around), np.stack([starts, ends], axis=1).ravel(), axis)
    return sums[(slice(None),) * axis + (slice(None, None, 2),)]


def _adaptive_avg_pool(x: Array, *, out: Sizes, last: bool) -> Outcome:
    value, first = real(x), 1 if last else 2
    axes = [(axis, x.shape[axis], size) for axis, size in enumerate(out, first)]
    widths = [
        np.subtract(*bins(before, after)[::-1]).reshape((-1, *(1,) * (x.ndim - axis - 1)))
        for axis, before, after in axes
    ]
    for (axis, _, after), width in zip(axes, widths, strict=True):
        value = _bin_sums(value, axis, after) / width.astype(value.dtype)

    def to_x(g: Array) -> Array:
        # The windows that hold an element are those over an axis with the sizes exchanged.
        for (axis, before, _), width in zip(axes, widths, strict=True):
            g = _bin_sums(g / width.astype(g.dtype), axis, before)
        return g

    return value, (to_x,)


def _largest(x: Array, windows: Sequence[Bins]) -> Array:
    """Where in its flattened plane the largest value of each window of [N, C, space…] stands, the first of equal ones."""
    space = x.shape[2:]
    places = np.broadcast_to(np.arange(int(np.prod(space))).reshape(space), x.shape)
    # Axis by axis from the last one: of equal values the first in the order of the rows is found.
    for axis in range(x.ndim - 1, 1, -1):
        starts, ends = windows[axis - 2]
        seen = np.minimum(starts[:, None] + np.arange((ends - starts).max()), ends[:, None] - 1)
        candidates = np.take(x, seen, axis)
        best = candidates.argmax(axis + 1, keepdims=True)
        x = np.take_along_axis(candidates, best, axis + 1).squeeze(axis + 1)
        places = np.take_along_axis(np.take(places, seen, axis), best, axis + 1).squeeze(axis + 1)
    return places


def _selected(x: Array, *, places: Array) -> Outcome:
    x = real(x)
    shape, at = x.shape, geometry.places_in_batch(places, x.shape[2:])
    return x.reshape(-1)[at], (lambda g: geometry.scatter(g, at, shape),)


def check_output_size(output_size: object, n: int) -> tuple[int | None, ...]:
    """Return ``output_size`` as one integer >= 1 or None per axis."""
    if not isinstance(output_size, (list, tuple)) or all(size is not None for size in output_size):
        return geometry.sizes("output_size", output_size, n, low=1)
    known = [1 if size is None else size for size in output_size]
    given = zip(output_size, geometry.sizes("output_size", known, n, low=1), strict=True)
    return tuple(None if size is None else number for size, number in given)


def _output(name: str, n: int, x: Tensor, output_size: object, last: bool) -> tuple[Sizes, Sizes]:
    """Return the spatial sizes of ``x``, and those of the output."""
    wanted = check_output_size(output_size, n)
    if x.ndim != n + 2:
        raise ValueError(f"{name} expected an input with {n + 2} axes, but received {x.shape!r}")
    space = geometry.spatial(x.shape, last)
    if 0 in space:
        raise ValueError(f"{name} needs an input with elements along each spatial axis, but received {x.shape!r}")
    out = tuple(size if number is None else number for size, number in zip(space, wanted, strict=True))
    checks.fits_in_memory(f"{name}: the output, of shape", (*x.shape[:2], *out), x.dtype.itemsize)
    return space, out


def _values_and_mask(x: Tensor, windows: Sequence[Bins], return_mask: bool) -> Tensor:
    places = _largest(x.numpy(), windows)
    value = apply(_selected, x, places=places)
    # Typed as in Paddle: to a type checker, a Tensor unpacks into two as well.
    return cast(Tensor, (value, Tensor(places.astype(np.int32)))) if return_mask else value


def adaptive_avg_pool(n: int, x: Operand, output_size: object, data_format: str) -> Tensor:
    """Return the ``n``-dimensional adaptive average pooling, as `adaptive_avg_pool2d` describes it."""
    last = geometry.channels_last(data_format, n)
    x = as_tensor("x", x)
    _, out = _output(f"adaptive_avg_pool{n}d", n, x, output_size, last)
    return apply(_adaptive_avg_pool, x, out=out, last=last)


def adaptive_max_pool(n: int, x: Operand, output_size: object, return_mask: bool) -> Tensor:
    """Return the ``n``-dimensional adaptive maximum pooling, as `adaptive_max_pool2d` describes it."""
    masked = checks.boolean("return_mask", return_mask)
    x = as_tensor("x", x)
    space, out = _output(f"adaptive_max_pool{n}d", n, x, output_size, last=False)
    return _values_and_mask(x, [bins(*sizes) for sizes in zip(space, out, strict=True)], masked)


def _fractional_bins(size: int, out: int, taps: int, u: float) -> Bins:
    """Return windows of ``taps``, or next to each other if it is 0; in single precision, as in Paddle."""
    one, apart = np.float32(1), max(out - (taps > 0), 1)
    alpha = np.float32(size - taps) / np.float32(apart)
    shift = np.float32(u)
    if not taps:
        base = size // out
        shift *= min(np.float32(base + 2) / alpha - one, np.float32(size + 1 - base) / alpha - np.float32(out - 1))
    steps = ((np.arange(out + 1, dtype=np.float32) + shift) * alpha).astype(np.int64) - int(shift * alpha)
    starts = np.clip(steps[:-1], 0, size - 1)
    return starts, np.clip(starts + taps if taps else steps[1:], starts + 1, size)


def check_fraction(kernel_size: SizeLike | None, random_u: float | None, n: int) -> tuple[Sizes, float | None]:
    """Return the windows' sizes, 0 if they lie next to each other, and where they begin."""
    u = None if random_u is None else checks.probability("random_u", random_u)
    return (0,) * n if kernel_size is None else geometry.sizes("kernel_size", kernel_size, n, low=1), u


def fractional_max_pool(
    n: int, x: Operand, output_size: object, kernel_size: SizeLike | None, random_u: float | None, return_mask: bool
) -> Tensor:
    """Return the ``n``-dimensional fractional maximum pooling, as `fractional_max_pool2d` describes it."""
    name, masked = f"fractional_max_pool{n}d", checks.boolean("return_mask", return_mask)
    kernel, u = check_fraction(kernel_size, random_u, n)
    x = as_tensor("x", x)
    space, out = _output(name, n, x, output_size, last=False)
    if any(size < number - 1 + taps or size < number for size, number, taps in zip(space, out, kernel, strict=True)):
        raise ValueError(
            f"{name} can't take {list(out)} windows with kernel_size={kernel_size!r} out of an input {x.shape!r}"
        )
    if u is None:
        u = float(Uniform(0.0, 1.0).values(next_key(), (1,), np.float32)[0])
    windows = [_fractional_bins(*sizes, u) for sizes in zip(space, out, kernel, strict=True)]
    return _values_and_mask(x, windows, masked)


@also(input="x")
def adaptive_avg_pool2d(
    x: Operand, output_size: OutputLike, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """Return the means of as many windows as the output shall have elements, of nearly equal sizes.

    Window i along an axis reaches from the floor of i·in/out to the ceiling of (i + 1)·in/out. Mirrors
    ``paddle.nn.functional.adaptive_avg_pool2d``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C, height, width], or [N, height, width, C] as ``data_format`` says.
    output_size : int or sequence of int or None
        The spatial size of the output, >= 1; None stands for the size of the input.
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
    >>> paramattr.nn.functional.adaptive_avg_pool2d([[[[1.0, 3.0], [5.0, 7.0]]]], [None, 1]).tolist()
    [[[[2.0], [6.0]]]]
    """
    return adaptive_avg_pool(2, x, output_size, data_format)


@also(input="x")
def adaptive_avg_pool1d(x: Operand, output_size: int | Sequence[int], name: str | None = None) -> Tensor:
    """Return the means of ``output_size`` windows of [N, C, length].

    The arguments are those of `adaptive_avg_pool2d`, with one axis less and channels first. Mirrors
    ``paddle.nn.functional.adaptive_avg_pool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.adaptive_avg_pool1d([[[1.0, 2.0, 6.0]]], 2).tolist()
    [[[1.5, 4.0]]]
    """
    return adaptive_avg_pool(1, x, output_size, "NCL")


@also(input="x")
def adaptive_avg_pool3d(
    x: Operand, output_size: OutputLike, data_format: str = "NCDHW", name: str | None = None
) -> Tensor:
    """Return the means of as many windows of [N, C, depth, height, width] as the output shall have elements.

    The arguments are those of `adaptive_avg_pool2d`, with one axis more. Mirrors
    ``paddle.nn.functional.adaptive_avg_pool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.adaptive_avg_pool3d([[[[[1.0, 2.0, 6.0]]]]], 1).item()
    3.0
    """
    return adaptive_avg_pool(3, x, output_size, data_format)


@also(input="x", return_indices="return_mask")
def adaptive_max_pool2d(
    x: Operand, output_size: OutputLike, return_mask: bool = False, name: str | None = None
) -> Tensor:
    """Return the largest values of the windows of `adaptive_avg_pool2d`, channels first.

    The first of equal values alone gets the gradient. Mirrors ``paddle.nn.functional.adaptive_max_pool2d``. The other
    arguments, and what is refused, are those of `adaptive_avg_pool2d`.

    Parameters
    ----------
    return_mask : bool, default False
        Whether to return a pair of Tensors: the values, and where each stood in its flattened plane.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.adaptive_max_pool2d([[[[1.0, 3.0], [5.0, 7.0]]]], [None, 1]).tolist()
    [[[[3.0], [7.0]]]]
    """
    return adaptive_max_pool(2, x, output_size, return_mask)


@also(input="x", return_indices="return_mask")
def adaptive_max_pool1d(
    x: Operand, output_size: int | Sequence[int], return_mask: bool = False, name: str | None = None
) -> Tensor:
    """Return the largest values of ``output_size`` windows of [N, C, length].

    The arguments are those of `adaptive_max_pool2d`, with one axis less. Mirrors
    ``paddle.nn.functional.adaptive_max_pool1d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.adaptive_max_pool1d([[[1.0, 2.0, 6.0]]], 2).tolist()
    [[[2.0, 6.0]]]
    """
    return adaptive_max_pool(1, x, output_size, return_mask)


@also(input="x", return_indices="return_mask")
def adaptive_max_pool3d(
    x: Operand, output_size: OutputLike, return_mask: bool = False, name: str | None = None
) -> Tensor:
    """Return the largest values of as many windows of [N, C, depth, height, width] as the output shall have elements.

    The arguments are those of `adaptive_max_pool2d`, with one axis more. Mirrors
    ``paddle.nn.functional.adaptive_max_pool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.adaptive_max_pool3d([[[[[1.0, 2.0, 6.0]]]]], 1).item()
    6.0
    """
    return adaptive_max_pool(3, x, output_size, return_mask)


def fractional_max_pool2d(
    x: Operand,
    output_size: OutputLike,
    kernel_size: SizeLike | None = None,
    random_u: float | None = None,
    return_mask: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the largest values of windows of random sizes, next to each other, or of one size at random places.

    Mirrors ``paddle.nn.functional.fractional_max_pool2d``. The other arguments are those of `adaptive_max_pool2d`.

    Parameters
    ----------
    kernel_size : int or sequence of int, optional
        The size of the windows; without it they lie next to each other.
    random_u : float, optional
        Where the windows begin, between 0 and 1; drawn at random if None.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or ``x`` has no place for so many windows.

    References
    ----------
    Graham, "Fractional Max-Pooling", 2015.

    Examples
    --------
    >>> import paramattr
    >>> x = [[[[2.0, 4.0, 3.0, 1.0, 5.0, 2.0, 3.0]]]]
    >>> paramattr.nn.functional.fractional_max_pool2d(x, [1, 5], random_u=0.3).tolist()
    [[[[2.0, 4.0, 1.0, 5.0, 3.0]]]]
    """
    return fractional_max_pool(2, x, output_size, kernel_size, random_u, return_mask)


def fractional_max_pool3d(
    x: Operand,
    output_size: OutputLike,
    kernel_size: SizeLike | None = None,
    random_u: float | None = None,
    return_mask: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the largest values of windows of random sizes of [N, C, depth, height, width].

    The arguments are those of `fractional_max_pool2d`, with one axis more. Mirrors
    ``paddle.nn.functional.fractional_max_pool3d``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.fractional_max_pool3d([[[[[2.0, 4.0, 3.0]]]]], 1, random_u=0.3).item()
    4.0
    """
    return fractional_max_pool(3, x, output_size, kernel_size, random_u, return_mask)
