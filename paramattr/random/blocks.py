"""Arrays of addressed numbers: an array, or any slice of one alone, filled block by block on several threads.

Element p of a parameter is made from the bits at position p of its key's sequence. So a block can start anywhere, and
blocks and threads are a matter of speed alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paramattr.random.draws import Array, Draw
from paramattr.random.index import Selection
from paramattr.random.keys import Key
from paramattr.random.words import bits_at, bits_from
from paramattr.utils.threads import get_num_threads, spread

__all__ = ["drawn"]

# Elements per block, which is what a thread claims at a time. Fewer, and two threads wait for the interpreter between
# NumPy's calls (measured: they gain 1.2 times at 60 Ki, 1.6 times here); more leave the cache.
_BLOCK = 192 << 10
_SHARE = 128 << 10  # a thread is worth having for so many elements
_BATCH = 1 << 12  # rejected values are redrawn so many at a time: their code is many calls on short arrays
_RUN = 384  # a contiguous run longer than this is cheaper from the generator than by jumps
_JUMPS = 1 << 14  # jumps at a time, so that their temporaries stay in the cache


def drawn(draw: Draw, key: Key, selection: Selection) -> Array:
    """Return the values at the selected positions: bits become values, and the few rejected are redrawn."""
    out = np.empty(selection.shape, draw.dtype)
    flat = out.reshape(-1)
    if out.size < _SHARE:
        rejected = draw.write(_bits(key, selection, 0, out.size, draw.bits), flat, draw.scratch(out.size))
    else:
        rejected = _in_blocks(draw, key, selection, flat)
    if rejected is not None and rejected.size:
        flat[rejected] = draw.redraw(key, selection.positions(rejected))
    return out


def _in_blocks(draw: Draw, key: Key, selection: Selection, out: Array) -> NDArray[np.intp] | None:
    """Write block by block on several threads; return which are rejected and not redrawn yet."""
    tasks = max(-(-out.size // _BLOCK), min(get_num_threads(), out.size // _SHARE))
    block = -(-out.size // tasks)
    left: list[NDArray[np.intp]] = []

    def work(numbers: Iterator[int]) -> None:
        scratch = draw.scratch(block)
        rejected, count = [], 0
        for begin in (i * block for i in numbers):
            part = out[begin : begin + block]
            found = draw.write(_bits(key, selection, begin, begin + part.size, draw.bits), part, scratch)
            if found is not None:
                rejected.append(found + begin)
                count += found.size
            if count >= _BATCH:
                batch = np.concatenate(rejected)
                out[batch] = draw.redraw(key, selection.positions(batch))
                rejected, count = [], 0
        left.extend(rejected)

    spread(work, tasks)
    # The rest in one thread: short calls from several would wait for the interpreter more than they compute.
    return np.concatenate(left) if left else None


def _bits(key: Key, selection: Selection, begin: int, end: int, dtype: np.dtype[Any]) -> Array:
    """The bits that the selected elements from `begin` to `end` are made from."""
    run = selection.run
    if run == selection.size:
        return bits_from(key, selection.first + begin, end - begin, dtype)
    bits = np.empty(end - begin, dtype)
    step = run if run >= _RUN else _JUMPS
    for start in range(begin - begin % step, end, step):
        first, last = max(start, begin), min(start + step, end)
        if run >= _RUN:
            piece = bits_from(key, selection.position(first), last - first, dtype)
        else:
            piece = bits_at(key, selection.positions(np.arange(first, last)), dtype)
        bits[first - begin : last - begin] = piece
    return bits
