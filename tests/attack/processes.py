"""Threads, forks, kills and signals: nothing is lost, nothing hangs.

``run(seed, seconds)`` returns how many forks, kills and interrupts there were, and the strays.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from typing import Any

import numpy as np

import paramattr as pa

KEY = pa.random.Key(5, 0)
SHAPE = (500, 900)


def expected() -> np.ndarray[Any, Any]:
    """What a parameter of this key and shape always is."""
    return pa.random.Normal().values(KEY, SHAPE)


def waited(child: int, seconds: float = 60.0) -> int | None:
    """The exit status of a child, or None where it hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def fork(rng: random.Random, right: np.ndarray[Any, Any]) -> str | None:
    """A child, forked while other threads make parameters, makes its own."""
    time.sleep(rng.uniform(0, 0.003))
    child = os.fork()
    if child == 0:
        try:
            good = np.array_equal(pa.random.Normal().values(KEY, SHAPE), right)
            pa.nn.Linear(3, 2)
            os._exit(0 if good else 3)
        finally:
            os._exit(4)
    status = waited(child)
    return None if status == 0 else f"a forked child ended with {status}"


def kill(rng: random.Random, path: str) -> str | None:
    """A writer is killed; the file is an old one or a new one."""
    child = os.fork()
    if child == 0:
        try:
            while True:
                for value in (1.0, 2.0):
                    pa.save({"w": pa.Tensor(np.full(20_000, value))}, path)
        finally:
            os._exit(1)
    time.sleep(rng.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    values = set(pa.load(path, return_numpy=True)["w"].tolist())
    return None if values in ({1.0}, {2.0}) else f"a killed writer left {values}"


class SignalError(Exception):
    """What the signal's handler raises."""


def was_interrupted(error: BaseException | None) -> bool:
    """Whether an error is the handler's, or one that Python's own code met with while it was interrupted."""
    return error is not None and (isinstance(error, SignalError) or was_interrupted(error.__context__))


def interrupt(rng: random.Random, right: np.ndarray[Any, Any]) -> str | None:
    """A signal ends a fill; the next one is right, and names and keys go on."""

    def handler(*_: object) -> None:
        raise SignalError

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-4, 8e-3))
        for _ in range(20):
            pa.create_parameter(list(SHAPE))
    except Exception as error:
        if not was_interrupted(error):
            return f"an interrupted fill raised {error!r}"
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if not np.array_equal(pa.random.Normal().values(KEY, SHAPE), right):
        return "a fill after an interrupted one is wrong"
    return None if pa.create_parameter([3]).name else "a parameter without a name"


def run(seed: int, seconds: float, rounds: int = 10**9) -> dict[str, Any]:
    """Fork, kill and interrupt in turn, for so many ``seconds`` or ``rounds``, beside threads that make parameters."""
    rng = random.Random(seed)  # noqa: S311
    found: dict[str, Any] = {"forks": 0, "kills": 0, "signals": 0, "parameters": 0, "stray": []}
    right, stop, count = expected(), threading.Event(), pa.get_num_threads()

    def work() -> None:
        try:
            while not stop.is_set():
                pa.create_parameter([2])
                found["parameters"] += 1
        except BaseException as error:
            found["stray"].append(f"a thread raised {error!r}")

    pa.set_num_threads(3)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s.npz")
        pa.save({"w": pa.Tensor(np.full(20_000, 1.0))}, path)
        try:
            while found["forks"] < rounds and time.monotonic() < end:
                stop.clear()
                threads = [threading.Thread(target=work) for _ in range(2)]
                for thread in threads:
                    thread.start()
                outcomes = {"forks": fork(rng, right)}
                stop.set()
                for thread in threads:
                    thread.join()
                outcomes |= {"kills": kill(rng, path), "signals": interrupt(rng, right)}
                for what, outcome in outcomes.items():
                    found[what] += 1
                    found["stray"] += [outcome] if outcome else []
        finally:
            stop.set()
            pa.set_num_threads(count)
    return found
