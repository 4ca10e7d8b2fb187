"""Images sampled at given points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import Sizes
from paramattr.utils import checks
from paramattr.utils.alias import also

PADDING_MODES = ("zeros", "border", "reflection")


def _affine_grid(theta: Array, *, points: Array, out: Sizes) -> Outcome:
    theta = real(theta)
    points = points.astype(theta.dtype)
    value = points @ theta.swapaxes(1, 2)
    shape = value.shape
    return value.reshape(shape[0], *out, shape[2]), (lambda g: g.reshape(shape).swapaxes(1, 2) @ points,)


def affine_grid(
    theta: Operand, out_shape: Sequence[int] | Tensor, align_corners: bool = True, name: str | None = None
) -> Tensor:
    """Return the points that affine maps send the points of a regular grid over [-1, 1] to.

    Mirrors ``paddle.nn.functional.affine_grid``, except that the only point of an axis is its middle, where Paddle
    gives nan with ``align_corners``.

    Parameters
    ----------
    theta : Tensor or array_like
        The maps, of shape [N, 2, 3] or [N, 3, 4]; the last axis of the grid comes first.
    out_shape : sequence of int or Tensor
        The shape of the images to sample, [N, C, height, width] or [N, C, depth, height, width].
    align_corners : bool, default True
        Whether -1 and 1 are the middles of the outermost elements, or the ends of the image.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> theta = [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]
    >>> paramattr.nn.functional.affine_grid(theta, [1, 1, 1, 2]).tolist()
    [[[[-1.0, 0.0], [1.0, 0.0]]]]
    """
    checks.boolean("align_corners", align_corners)
    sizes = checks.shape("out_shape", out_shape.tolist() if isinstance(out_shape, Tensor) else out_shape)
    theta = as_tensor("theta", theta)
    n = len(sizes) - 2
    if n not in (2, 3) or theta.shape != (sizes[0], n, n + 1):
        raise ValueError(
            "affine_grid expected theta of shape [N, 2, 3] and an out_shape [N, C, H, W], or [N, 3, 4] and [N, C, D, H, W],"
            f" but received {theta.shape!r} and {list(sizes)}"
        )
    out = sizes[2:]
    checks.fits_in_memory("affine_grid: the grid, of shape", (sizes[0], *out, n), theta.dtype.itemsize)
    axes = [(2 * np.arange(size) - (size - 1)) / max(size - 1 if align_corners else size, 1) for size in out]
    points = np.stack([*np.meshgrid(*axes, indexing="ij")[::-1], np.ones(out)], axis=-1)
    return apply(_affine_grid, theta, points=points.reshape(-1, n + 1), out=out)


def _placed(x: Array, size: int, padding: str, align: bool) -> tuple[Array, Array]:
    """Return positions along an axis of ``size`` for coordinates in [-1, 1], and the derivative of each."""
    at = (x + 1) * (size - 1) / 2 if align else ((x + 1) * size - 1) / 2
    slope = np.full_like(at, (size - 1 if align else size) / 2)
    if padding == "reflection":
        if align and size == 1:
            return np.zeros_like(at), np.zeros_like(at)
        edge, period = (0.0, 2.0 * (size - 1)) if align else (0.5, 2.0 * size)
        slope *= np.sign(at + edge)
        way = np.abs(at + edge)
        way -= np.floor(way / period) * period
        slope *= np.where(way <= period - way, 1, -1)
        at = np.minimum(way, period - way) - edge
    if padding != "zeros":
        slope *= (at >= 0) & (at <= size - 1)
        at = np.clip(at, 0, size - 1)
    return at, slope


def _element(at: Array, space: Sizes) -> tuple[Array, Array]:
    """Return where in the flattened batch the elements at the whole positions stand, and whether they exist.

    The positions are of shape [axes, N, *]; those of none are any place.
    """
    batch = np.arange(at.shape[1]).reshape((-1, *(1,) * (at.ndim - 2)))
    exists = np.ones(at.shape[1:], bool)
    place = np.broadcast_to(batch, at.shape[1:])
    for positions, size in zip(at, space, strict=True):
        exists &= (positions >= 0) & (positions <= size - 1)
        place = place * size + np.clip(np.nan_to_num(positions), 0, size - 1).astype(np.int64)
    return place, exists


def _grid_sample(x: Array, grid: Array, *, nearest: bool, padding: str, align: bool) -> Outcome:
    x, grid = real(x), real(grid)
    space, shape, n = x.shape[2:], x.shape, grid.shape[-1]
    rows = np.moveaxis(x, 1, -1).reshape(-1, shape[1])
    placed = [_placed(grid[..., n - 1 - axis], size, padding, align) for axis, size in enumerate(space)]
    at, slopes = (np.stack(parts) for parts in zip(*placed, strict=True))
    base = np.trunc(at + np.copysign(0.5, at)) if nearest else np.floor(at)
    part = np.zeros_like(at) if nearest else at - base

    def corners() -> Iterator[tuple[Array, Array, Array]]:
        """Yield for each corner around the points its places, weights along each axis, and which way it lies."""
        for corner in np.ndindex(*(1 if nearest else 2,) * n):
            side = np.array(corner).reshape((n, *(1,) * (at.ndim - 1)))
            place, exists = _element(base + side, space)
            yield place, np.where(side, part, 1 - part), np.where(side, 1, -1) * exists

    value = np.zeros((*grid.shape[:-1], shape[1]), rows.dtype)
    for place, weights, way in corners():
        value += rows[place] * (weights.prod(axis=0) * np.abs(way[0]))[..., None]
    channels = np.arange(shape[1])

    def to_x(g: Array) -> Array:
        given = np.moveaxis(g, 1, -1)
        total = np.zeros((shape[0], *space, shape[1]), g.dtype)
        for place, weights, way in corners():
            share = given * (weights.prod(axis=0) * np.abs(way[0]))[..., None]
            total += geometry.scatter(share, place[..., None] * shape[1] + channels, total.shape)
        return np.moveaxis(total, -1, 1)

    def to_grid(g: Array) -> Array:
        given = np.moveaxis(g, 1, -1)
        total = np.zeros_like(slopes)
        for place, weights, way in corners() if not nearest else ():
            pull = (rows[place] * given).sum(axis=-1)
            for axis in range(n):
                others = np.delete(weights, axis, axis=0).prod(axis=0)
                total[axis] += pull * others * way[axis]
        return np.moveaxis((total * slopes)[::-1], 0, -1)

    return np.moveaxis(value, -1, 1), (to_x, to_grid)


@also(input="x")
def grid_sample(
    x: Operand,
    grid: Operand,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = True,
    name: str | None = None,
) -> Tensor:
    """Return the values of images at the points of a grid.

    Mirrors ``paddle.nn.functional.grid_sample``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [N, C, height, width] or [N, C, depth, height, width].
    grid : Tensor or array_like
        The points, of shape [N, height, width, 2] or [N, depth, height, width, 3]: (x, y) or (x, y, z) in [-1, 1], x along
        the last axis of the image.
    mode : {"bilinear", "nearest"}
        Whether to interpolate linearly between the elements around a point, or to take the nearest.
    padding_mode : {"zeros", "border", "reflection"}
        What lies beyond the image: zeros, its outermost elements, or its reflection.
    align_corners : bool, default True
        Whether -1 and 1 are the middles of the outermost elements, or the ends of the image.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    References
    ----------
    Jaderberg et al., "Spatial Transformer Networks", 2015.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.grid_sample([[[[1.0, 3.0]]]], [[[[0.0, 0.0], [1.0, 0.0]]]]).tolist()
    [[[[2.0, 3.0]]]]
    """
    nearest = checks.choice("mode", mode, ["bilinear", "nearest"]) == "nearest"
    checks.choice("padding_mode", padding_mode, PADDING_MODES)
    checks.boolean("align_corners", align_corners)
    x, grid = as_tensor("x", x), as_tensor("grid", grid)
    n = x.ndim - 2
    if n not in (2, 3) or grid.ndim != n + 2 or grid.shape[0] != x.shape[0] or grid.shape[-1] != n:
        raise ValueError(
            "grid_sample expected x of shape [N, C, H, W] and a grid [N, H, W, 2], or with another axis [N, C, D, H, W] and"
            f" [N, D, H, W, 3], but received {x.shape!r} and {grid.shape!r}"
        )
    if 0 in x.shape[2:]:
        raise ValueError(f"x must have elements along each spatial axis, but received {x.shape!r}")
    sizes = (*grid.shape[:-1], x.shape[1])
    checks.fits_in_memory("grid_sample: the output, of axes", sizes, x.dtype.itemsize * math.prod([2] * n))
    return apply(_grid_sample, x, grid, nearest=nearest, padding=padding_mode, align=align_corners)
