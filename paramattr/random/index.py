"""Which elements of an array a basic index names, and where in the array's flat order they are."""

from __future__ import annotations

import functools
import math
import operator
from types import EllipsisType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Index", "Selection", "positions", "select", "sizes", "stretch"]

Index: TypeAlias = "int | slice | EllipsisType | tuple[int | slice | EllipsisType, ...]"


class Selection:
    """Some elements of a C-contiguous array, numbered in the order in which the result has them.

    The shape of the result and its size; how many neighbours in the array follow one another (``run``); the position of
    element 0 in the array's flat order (``first``); and pairs of count and step (``axes``): positions are ``first`` + sum
    of i_k * step_k with 0 <= i_k < count_k, where the last i varies fastest.
    """

    __slots__ = ("axes", "first", "run", "shape", "size")

    def __init__(self, shape: tuple[int, ...], run: int, first: int, axes: tuple[tuple[int, int], ...]) -> None:
        self.shape, self.size, self.run, self.first, self.axes = shape, math.prod(shape), run, first, axes

    def positions(self, numbers: NDArray[np.intp]) -> NDArray[np.uint64]:
        """Return the positions of elements, given by their numbers."""
        return self.position(numbers.astype(np.int64, copy=False)).view(np.uint64)  # type: ignore[no-any-return]

    def position(self, number: Any) -> Any:
        """Return the position of one element as an int, or of an array of them as int64."""
        position = self.first
        for count, step in self.axes[:0:-1]:
            outer = number // count
            position = position + (number - outer * count) * step
            number = outer
        return position + number * self.axes[0][1]


@functools.lru_cache(maxsize=256)
def stretch(shape: tuple[int, ...], first: int = 0) -> Selection:
    """Return the elements from a position on, one after the other, in a shape of their own."""
    size = math.prod(shape)
    return Selection(shape, size, first, ((size, 1),))


def positions(shape: tuple[int, ...], index: Index) -> list[tuple[range, bool]]:
    """Return per axis the positions that an index wants, and whether the axis stays in the result.

    Raises
    ------
    TypeError, IndexError
        If the index is of the wrong type, out of range or has too many axes.
    """
    items = index if isinstance(index, tuple) else (index,)
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can have one Ellipsis only")
    given = len(items) - len(dots)
    if given > len(shape):
        raise IndexError(f"too many indices: the parameter has {len(shape)} axes, but received {given}")
    at = dots[0] if dots else len(items)
    items = items[:at] + (slice(None),) * (len(shape) - given) + items[at + 1 :]
    result = []
    for axis, (item, size) in enumerate(zip(items, shape, strict=True)):
        if isinstance(item, slice):
            result.append((range(size)[item], True))
            continue
        if isinstance(item, (bool, np.bool_, EllipsisType)) or not hasattr(item, "__index__"):
            raise TypeError(f"index must be made of integers, slices and Ellipsis, but received {item!r}")
        i = operator.index(item)
        if not -size <= i < size:
            raise IndexError(f"index {i} is out of range for axis {axis} of size {size}")
        result.append((range(i % size, i % size + 1), False))
    return result


def sizes(shape: tuple[int, ...], index: Index) -> tuple[int, ...]:
    """Return the shape of what an index names; raises as `positions` does."""
    if index is Ellipsis:
        return shape
    return tuple([len(along) for along, kept in positions(shape, index) if kept])


def select(shape: tuple[int, ...], index: Index) -> Selection:
    """Return the elements that an index names; raises as `positions` does."""
    if index is Ellipsis:
        return stretch(shape)
    wanted = positions(shape, index)
    # Axes that continue each other are joined, so that runs show.
    first, axes, stride = 0, [(1, 1)], 1
    for (along, _), size in zip(reversed(wanted), reversed(shape), strict=True):
        first += along.start * stride
        count, step = len(along), along.step * stride
        inner_count, inner_step = axes[0]
        if inner_count == 1:
            axes[0] = (count, step)
        elif step == inner_count * inner_step:
            axes[0] = (count * inner_count, inner_step)
        elif count > 1:
            axes.insert(0, (count, step))
        stride *= size
    shape = tuple(len(along) for along, kept in wanted if kept)
    count, step = axes[-1]
    return Selection(shape, count if step == 1 else 1, first, tuple(axes))
