"""Threads for work on large arrays: NumPy lets go of the interpreter while it computes."""

from __future__ import annotations

import _thread
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from paramattr.utils import checks

if TYPE_CHECKING:
    from queue import SimpleQueue

__all__ = ["BLOCK", "after_fork", "each_block", "get_num_threads", "lock", "runs", "set_num_threads", "spread"]

# Elements of a block. Fewer, and threads wait for the interpreter between NumPy's calls (two threads gain nothing at
# 32 Ki, 1.5 times here); more, and the scratch arrays are no longer small beside a model.
BLOCK = 120 << 10

# Made of what C does in one go: an exception that a signal raises in the middle of Python's own conditions, as executors
# have them, leaves them locked for ever. None until there is a worker.
_jobs: SimpleQueue[Callable[[], None] | None] | None = None
_workers = 0
_threads: int | None = None

# Around what threads share, here, in unique_name and in autograd; a forked child has a new one. Reentrant, because a
# collection of garbage in between may run what makes, fills or writes to parameters.
lock = _thread.RLock()


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


def get_num_threads() -> int:
    """How many threads fill a large parameter (default: PARAMATTR_NUM_THREADS, else the CPUs this process may use)."""
    global _threads
    if _threads is None:
        _threads = _default_threads()
    return _threads


def set_num_threads(n: int) -> None:
    """Choose how many threads fill a large parameter. The values do not depend on it."""
    global _threads, _workers
    n = checks.integer("n", n, low=1)
    with lock:
        _threads = n
        while _jobs is not None and _workers >= n:
            _jobs.put(None)
            _workers -= 1


def after_fork(renew: Callable[[], None]) -> Callable[[], None]:
    """Call ``renew`` in forked children: they have no threads, and perhaps locks held by one that is gone."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
    return renew


@after_fork
def _forget_workers() -> None:
    global _jobs, _workers, lock
    _jobs, _workers, lock = None, 0, _thread.RLock()


def _work(jobs: SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # and with it what the job was about


def _new_queue() -> SimpleQueue[Any]:
    from queue import SimpleQueue  # here, because who never fills anything large need not wait for it

    return SimpleQueue()


def _hand_out(job: Callable[[], None], helpers: int) -> None:
    global _jobs, _workers
    with lock:
        jobs = _jobs = _new_queue() if _jobs is None else _jobs
        with suppress(RuntimeError):  # at the interpreter's end no thread can start, and the caller does it all
            while _workers < helpers:
                _thread.start_new_thread(_work, (jobs,))
                _workers += 1
    for _ in range(helpers):
        jobs.put(job)


def spread(work: Callable[[Iterator[int]], None], tasks: int) -> None:
    """Run `work` on each thread; together they get the numbers 0 .. tasks - 1, each once. Raises what one raises.

    Floating-point errors raise no warnings in ``work``: each thread has settings of its own for that.
    """
    helpers = min(get_num_threads(), tasks) - 1
    left, idle = deque(range(tasks)), deque(range(helpers))

    def quiet() -> None:
        with np.errstate(all="ignore"):
            work(_claimed(left))

    if helpers <= 0:
        quiet()
        return
    outcomes: SimpleQueue[BaseException | None] = _new_queue()

    def help_out() -> None:
        if next(_claimed(idle), None) is None:
            return  # the caller was quicker, and waits for nobody
        try:
            quiet()
        except BaseException as error:
            outcomes.put(error)
        else:
            outcomes.put(None)

    try:
        _hand_out(help_out, helpers)
        quiet()
    finally:
        left.clear()
        busy = helpers - sum(1 for _ in _claimed(idle))
        errors = [outcomes.get() for _ in range(busy)]
    for error in errors:
        if error is not None:
            raise error


def _claimed(left: deque[int]) -> Iterator[int]:
    """Give what is left, each number to one thread alone: taking from a deque cannot be interrupted."""
    with suppress(IndexError):
        while True:
            yield left.popleft()


def each_block(sizes: Sequence[int], work: Callable[[int, int, int], None], *, cut: bool = True) -> None:
    """Call ``work(i, begin, end)`` for blocks that together cover 0 .. sizes[i] for each i.

    Arrays longer than a block are shared among threads, in blocks or with ``cut=False`` each as a whole; for shorter
    ones that would take longer than it saves. Warnings and errors are as in `spread`.
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
    begin = total = 0
    for end, size in enumerate(sizes):
        if end > begin and (total + size > BLOCK or traits[end - 1] != traits[end]):
            yield range(begin, end)
            begin, total = end, 0
        total += size
    if sizes:
        yield range(begin, len(sizes))
