"""Arrays of addressed numbers: whole ones, on several threads, or any slice of one alone.

Element p of a parameter is made from bits at place p of its key's sequence: a float64 from word p, anything smaller from
half a word (word p // 2; even p the low half, odd p the high half). So a piece can start anywhere, and blocks and threads
are a matter of speed alone.
"""

from __future__ import annotations

import itertools
import math
import operator
import sys
from collections.abc import Iterator
from types import EllipsisType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random.keys import Key
from paramattr.random.words import words_at, words_from
from paramattr.utils.threads import get_num_threads, spread

__all__ = [
    "Draw",
    "Index",
    "fill",
    "positions",
    "take",
    "slice_size",
]

Array: TypeAlias = NDArray[Any]
Index: TypeAlias = "int | slice | EllipsisType | tuple[int | slice | EllipsisType, ...]"

# Elements per pass, and what a thread claims at a time. Fewer, and two threads wait for the interpreter between NumPy's
# calls (measured: they gain 1.2 times at 60 Ki, 1.6 times here); more leave the cache.
_CHUNK = 192 << 10
_SHARE = 128 << 10  # a thread is worth having for so many elements
_SMALL = 4096
_RARE_BATCH = 1 << 12  # rare values are drawn this many at a time: their code is many calls on short arrays
_RUN = 384  # a contiguous run longer than this is cheaper from the generator than by jumps
_SPLIT = 1 << 18  # scattered elements handled at a time


class Draw(Protocol):
    """How bits become values of a law, in float32 or float64."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """What it computes in: float32 (one half word per value) or float64 (one word)."""

    @property
    def window(self) -> tuple[float, float] | None:
        """Clip values to this before they are stored, if given."""

    def buffers(self, size: int) -> Any:
        """Scratch space for up to `size` values."""

    def values(self, bits: Array, out: Array, buffers: Any) -> NDArray[np.intp] | None:
        """Compute one value for each element of `bits`; return which of them still need `rare`."""

    def rare(self, key: Key, places: NDArray[np.uint64]) -> NDArray[np.float64]:
        """The values at places that one word is not enough for, inside the window."""


# ---------------------------------------------------------------------------------------------------- contiguous runs


def _halves(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The low and high half of each word in turn."""
    if sys.byteorder == "big":
        words = (words << np.uint64(32)) | (words >> np.uint64(32))
    return words.view(np.uint32)


class _Writer:
    """Fills stretches of one flat array; each thread has its own."""

    def __init__(self, draw: Draw, key: Key, out: Array, place: int, size: int) -> None:
        self.draw, self.key, self.out, self.place = draw, key, out, place
        self.buffers = draw.buffers(size)
        self.stage = None if out.dtype == draw.dtype else np.empty(size, draw.dtype)
        self.waiting: list[NDArray[np.intp]] = []
        self.waiting_count = 0

    def write(self, begin: int, end: int) -> None:
        """Fill out[begin:end], at most `size` elements."""
        n, place = end - begin, self.place + begin
        if self.draw.dtype.itemsize == 4:
            skip = place & 1  # the half word in front of an odd place
            bits: Array = _halves(words_from(self.key, place >> 1, (skip + n + 1) >> 1))[skip : skip + n]
        else:
            bits = words_from(self.key, place, n)
        target = self.out[begin:end]
        value = target if self.stage is None else self.stage[:n]
        rare = self.draw.values(bits, value, self.buffers)
        self._store(value, target)
        if rare is not None and rare.size:
            self.waiting.append(rare + begin)
            self.waiting_count += rare.size
            if self.waiting_count >= _RARE_BATCH:
                self.finish()

    def _store(self, value: Array, target: Array) -> None:
        if self.draw.window is not None:
            value.clip(*self.draw.window, out=value)
        if value is not target:
            with np.errstate(over="ignore", under="ignore"):  # a float16 may round to infinity or to zero
                target[...] = value

    def finish(self) -> None:
        """Draw the rare values seen so far."""
        if not self.waiting:
            return
        where = np.concatenate(self.waiting)
        self.waiting, self.waiting_count = [], 0
        places = where.astype(np.uint64) + np.uint64(self.place)
        with np.errstate(
            over="ignore", under="ignore"
        ):  # they are inside the window already, and rounded as the others
            self.out[where] = self.draw.rare(self.key, places).astype(self.draw.dtype)


def fill(draw: Draw, key: Key, out: Array, place: int = 0) -> None:
    """Fill a flat, contiguous array with the values at `place` and after."""
    if out.size <= _SMALL and out.dtype == draw.dtype and place == 0:
        _fill_small(draw, key, out)
        return
    tasks = max(-(-out.size // _CHUNK), min(get_num_threads(), out.size // _SHARE), 1)
    size = -(-out.size // tasks)

    writers: list[_Writer] = []

    def work(numbers: Iterator[int]) -> None:
        writer = _Writer(draw, key, out, place, size)
        for i in numbers:
            writer.write(i * size, min((i + 1) * size, out.size))
        writers.append(writer)

    spread(work, tasks)
    # What is left over in one thread: short calls from several would wait for the interpreter more than they compute.
    rest = writers.pop()
    for writer in writers:
        rest.waiting += writer.waiting
    rest.finish()


def _fill_small(draw: Draw, key: Key, out: Array) -> None:
    """Do what `_Writer` does, without its book-keeping, which would cost a small parameter more than its values."""
    size = out.size
    if draw.dtype.itemsize == 4:
        bits: Array = _halves(words_from(key, 0, (size + 1) >> 1))[:size]
    else:
        bits = words_from(key, 0, size)
    rare = draw.values(bits, out, draw.buffers(size))
    if rare is not None and rare.size:
        out[rare] = draw.rare(key, rare.astype(np.uint64))
    if draw.window is not None:
        out.clip(*draw.window, out=out)


# ----------------------------------------------------------------------------------------------------------- slices


def positions(shape: tuple[int, ...], index: Index) -> list[tuple[range, bool]]:
    """Return per axis the positions that an index wants, and whether the axis stays in the result."""
    items = index if isinstance(index, tuple) else (index,)
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can have one Ellipsis only")
    missing = len(shape) - (len(items) - len(dots))
    if missing < 0:
        raise IndexError(
            f"too many indices: the parameter has {len(shape)} axes, but received {len(items) - len(dots)}"
        )
    at = dots[0] if dots else len(items)
    items = items[:at] + (slice(None),) * missing + items[at + 1 :]
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


def slice_size(shape: tuple[int, ...], index: Index) -> int:
    """The number of elements of a slice; raises if the index does not fit the shape."""
    return math.prod(len(r) for r, _ in positions(shape, index))


def take(draw: Draw, key: Key, shape: tuple[int, ...], index: Index, dtype: np.dtype[Any]) -> Array:
    """The values of one slice of a parameter of this shape."""
    axes = positions(shape, index)
    out = np.empty([len(r) for r, _ in axes], dtype)
    result = out.reshape([len(r) for r, kept in axes if kept])
    if out.size == 0:
        return result
    # Places are first + sum of i_k * step_k. Axes that continue each other are joined, so that runs show.
    first, joined, stride = 0, [(1, 1)], 1
    for (r, _), size in zip(reversed(axes), reversed(shape), strict=True):
        first += r.start * stride
        count, step = len(r), r.step * stride
        inner_count, inner_step = joined[0]
        if inner_count == 1:
            joined[0] = (count, step)
        elif step == inner_count * inner_step:
            joined[0] = (count * inner_count, inner_step)
        elif count > 1:
            joined.insert(0, (count, step))
        stride *= size
    if stride > 1 << 63:
        raise ValueError(f"a parameter has at most 2**63 elements, but received shape {shape}")
    flat = out.reshape([count for count, _ in joined])
    if joined[-1][1] == 1 and joined[-1][0] >= _RUN:
        for outer in itertools.product(*(range(count) for count, _ in joined[:-1])):
            fill(draw, key, flat[outer], first + sum(i * s for i, (_, s) in zip(outer, joined, strict=False)))
    else:
        _scatter(draw, key, flat, first, joined)
    return result


def _scatter(draw: Draw, key: Key, out: Array, first: int, axes: list[tuple[int, int]]) -> None:
    """Fill `out` with the values at first + sum of i_k * step_k."""
    if out.size > _SPLIT:
        rows = max(1, _SPLIT * out.shape[0] // out.size)
        for i in range(0, out.shape[0], rows):
            part, place = out[i : i + rows], first + i * axes[0][1]
            if rows == 1:
                _scatter(draw, key, part[0], place, axes[1:])
            else:
                _scatter(draw, key, part, place, [(part.shape[0], axes[0][1]), *axes[1:]])
        return
    places = np.array(first, np.uint64)
    for count, step in axes:
        # Modulo 2**64, so that negative steps work too.
        steps = np.arange(count, dtype=np.uint64) * np.uint64(step % (1 << 64))
        places = places[..., np.newaxis] + steps
    places = places.reshape(-1)
    if draw.dtype.itemsize == 4:
        words = words_at(key, places >> np.uint64(1))
        bits: Array = (words >> ((places & np.uint64(1)) << np.uint64(5))).astype(np.uint32)
    else:
        bits = words_at(key, places)
    with np.errstate(over="ignore", under="ignore"):
        value = np.empty(places.size, draw.dtype)
        rare = draw.values(bits, value, draw.buffers(places.size))
        if rare is not None and rare.size:
            value[rare] = draw.rare(key, places[rare])
        if draw.window is not None:
            value.clip(*draw.window, out=value)
        out[...] = value.reshape(out.shape)
