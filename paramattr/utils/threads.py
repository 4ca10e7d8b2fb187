"""Threads for work on large arrays: NumPy lets go of the interpreter while it computes."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from paramattr.utils import checks

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["BLOCK", "Scratch", "after_fork", "each_block", "get_num_threads", "runs", "set_num_threads", "spread"]

# Elements of a block. Fewer, and threads wait for the interpreter between NumPy's calls (two threads gain nothing at
# 32 Ki, 1.5 times here); more, and the scratch arrays are no longer small beside a model.
BLOCK = 120 << 10

_pool: ThreadPoolExecutor | None = None
_pool_lock = threading.RLock()  # reentrant, because a collection of garbage in between may fill parameters


def _default_threads() -> int:
    text = os.environ.get("PARAMATTR_NUM_THREADS")
    if text:
        try:
            return checks.integer("PARAMATTR_NUM_THREADS", int(text), low=1)
        except ValueError:
            raise ValueError(f"PARAMATTR_NUM_THREADS must be an integer >= 1, but received {text!r}") from None
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_threads: int | None = None


def get_num_threads() -> int:
    """How many threads fill a large parameter (default: PARAMATTR_NUM_THREADS, else the CPUs this process may use)."""
    global _threads
    if _threads is None:
        _threads = _default_threads()
    return _threads


def set_num_threads(n: int) -> None:
    """Choose how many threads fill a large parameter. The values do not depend on it."""
    global _threads, _pool
    n = checks.integer("n", n, low=1)
    with _pool_lock:
        if _pool is not None:
            _pool.shutdown(wait=False)
        _pool, _threads = None, n


def after_fork(renew: Callable[[], None]) -> Callable[[], None]:
    """Call ``renew`` in forked children: they have no threads, and perhaps locks held by one that is gone."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
    return renew


@after_fork
def _forget_pool() -> None:
    global _pool, _pool_lock
    _pool, _pool_lock = None, threading.RLock()


def spread(work: Callable[[Iterator[int]], None], tasks: int) -> None:
    """Run `work` on each thread; together they get the numbers 0 .. tasks - 1, each once. Raises what one raises.

    Floating-point errors raise no warnings in ``work``: each thread has settings of its own for that.
    """
    helpers = min(get_num_threads(), tasks) - 1
    left = deque(range(tasks))
    futures: list[Future[None]] = []

    def quiet() -> None:
        with np.errstate(all="ignore"):
            work(_claimed(left))

    try:
        if helpers > 0:
            _submit(quiet, helpers, futures)
        quiet()
    finally:
        left.clear()
        errors = [future.exception() for future in futures if not future.cancel()]
    for error in errors:
        if error is not None:
            raise error


def _submit(work: Callable[[], None], helpers: int, futures: list[Future[None]]) -> None:
    """Let so many threads of the pool do ``work`` too; their futures are there even if this is interrupted."""
    global _pool
    # At the interpreter's end no thread can start, and the caller does it all.
    with _pool_lock, suppress(RuntimeError):
        if _pool is None:
            # Here, because it takes longer to import than the rest of the package together.
            from concurrent.futures import ThreadPoolExecutor

            _pool = ThreadPoolExecutor(max(helpers, get_num_threads() - 1), thread_name_prefix="paramattr")
        try:
            for _ in range(helpers):
                futures.append(_pool.submit(work))
        except BaseException:
            # Python's threads don't bear to be interrupted while they start: one might wait for work for ever.
            _pool.shutdown(wait=False)
            _pool = None
            raise


def _claimed(left: deque[int]) -> Iterator[int]:
    """Give what is left, each number to one thread alone: taking from a deque cannot be interrupted."""
    while True:
        try:
            number = left.popleft()
        except IndexError:
            return
        yield number


def each_block(sizes: Sequence[int], work: Callable[[int, int, int], None], *, cut: bool = True) -> None:
    """Call ``work(i, begin, end)`` for blocks that together cover 0 .. sizes[i] for each i.

    Arrays longer than a block are shared among threads, in blocks or with ``cut=False`` each as a whole; for shorter
    ones that would take longer than it saves. Floating-point errors raise no warnings in ``work``. Raises what ``work``
    raises.
    """
    blocks = []
    with np.errstate(all="ignore"):
        for i, size in enumerate(sizes):
            if 0 < size <= BLOCK:
                work(i, 0, size)
            else:
                step = BLOCK if cut else max(size, 1)
                blocks += [(i, begin, min(begin + step, size)) for begin in range(0, size, step)]

    def share(numbers: Iterator[int]) -> None:
        for number in numbers:
            work(*blocks[number])

    spread(share, len(blocks))


def runs(sizes: Sequence[int], traits: Sequence[object]) -> Iterator[range]:
    """Cut 0 .. len(sizes) into runs of neighbours to be joined: of equal ``traits``, and together no longer than a block.

    What is longer than that is a run of its own.
    """
    begin = end = total = 0
    for end, size in enumerate(sizes):
        if end > begin and (total + size > BLOCK or traits[end - 1] != traits[end]):
            yield range(begin, end)
            begin, total = end, 0
        total += size
        end += 1
    if end > begin:
        yield range(begin, end)


class Scratch(threading.local):
    """Arrays under names that their owner uses again and again: making large ones costs more than computing in them."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}

    def take(self, name: str, size: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """Return this thread's array ``name``, cut to ``size``; what is in it lasts until the next call for it."""
        array = self._arrays.get(name)
        if array is None or array.dtype != dtype or array.size < size:
            array = self._arrays[name] = np.empty(size, dtype)
        return array[:size]
