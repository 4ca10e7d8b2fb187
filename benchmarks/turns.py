"""Libraries side by side: each in a process of its own, which take turns, one measurement each.

So a machine that changes its speed changes it for all. The best of the rounds counts, because noise only adds. In each
turn a library runs for a while before it is timed: a program makes and updates many parameters one after another, and
processors and threads that slept through the others' turns take some 50 ms to come up to speed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

# Runs in the interpreter of its library, so it must not need anything else. In front of it stand functions
# prepare_<library>(*arguments), which return what is to be timed; `threads` is 0 for as many as the library chooses.
_LOOP = r"""
prepare = globals()["prepare_" + library.split("-")[0]]

def reply(value):
    print("@" + json.dumps(value), flush=True)

try:
    __import__(library.split("-")[0])
    reply("ready")
except Exception as error:
    reply({"missing": repr(error)})
    sys.exit()
for line in sys.stdin:
    order = json.loads(line)
    if "prepare" in order:
        try:
            run = prepare(*order["prepare"])
            start = time.perf_counter()
            run()
            if time.perf_counter() - start < 0.5:
                run()
            start = time.perf_counter()
            run()
            took = time.perf_counter() - start
            repeat = max(1, min(2000, int(2e-3 / max(took, 1e-7))))
            reply("ready")
        except Exception as error:
            reply({"missing": repr(error)})
    else:
        warm = time.perf_counter() + 0.06
        while took < 0.5 and time.perf_counter() < warm:
            run()
        start = time.perf_counter()
        for _ in range(repeat):
            run()
        reply((time.perf_counter() - start) / repeat * 1e3)
"""
_HEAD = "import json, sys, time\nlibrary, threads = sys.argv[1], int(sys.argv[2])\n"


# Threads of BLAS and OpenMP go on spinning for a while when their work is done: not on the next library's time.
_PAUSE = 0.15


class Worker:
    """A library in a process of its own; a name that ends in -1-thread asks for one thread."""

    def __init__(self, library: str, python: str, prepare: str) -> None:
        self.library = library
        threads = "1" if library.endswith("1-thread") else "0"
        self.process = subprocess.Popen(
            [python, "-W", "ignore", "-c", _HEAD + prepare + _LOOP, library, threads],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.available = self.answer() == "ready"

    def answer(self) -> Any:
        # A library may print to the same stream; replies are marked.
        for line in self.process.stdout or ():
            if line.startswith("@"):
                return json.loads(line[1:])
        return {"missing": "the process ended"}

    def tell(self, order: dict[str, Any]) -> None:
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()

    def ask(self, order: dict[str, Any]) -> Any:
        self.tell(order)
        return self.answer()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def start(libraries: Sequence[str], pythons: dict[str, str], prepare: str) -> list[Worker]:
    """The libraries that can be imported, each by its own interpreter or this one."""
    workers = [Worker(library, pythons.get(library, sys.executable), prepare) for library in libraries]
    return [worker for worker in workers if worker.available]


def measure(workers: list[Worker], arguments: Sequence[Any], rounds: int) -> dict[str, float]:
    """Best time in ms per library that can do the work."""
    return {library: min(taken) for library, taken in turns(workers, arguments, rounds).items()}


def turns(workers: list[Worker], arguments: Sequence[Any], rounds: int) -> dict[str, list[float]]:
    """Times in ms, one per round, per library that can do the work; for the others it prints why not."""
    able = []
    for worker in workers:
        reply = worker.ask({"prepare": list(arguments)})
        if reply == "ready":
            able.append(worker)
        else:
            print(f"without {worker.library}: {reply['missing']}", flush=True)
    times: dict[str, list[float]] = {w.library: [] for w in able}
    for _ in range(rounds):
        for worker in able:
            known = min(times[worker.library], default=0.0)
            if known > 300 and known > 5 * min(map(min, filter(None, times.values()))):
                continue  # far behind, and slow to wait for
            time.sleep(_PAUSE)
            took = worker.ask({"run": 1})
            if isinstance(took, float):
                times[worker.library].append(took)
    return {library: taken for library, taken in times.items() if taken}


def ratio(times: dict[str, float]) -> float | None:
    """Time of the fastest peer over ours."""
    peers = [took for library, took in times.items() if library != "paramattr"]
    return min(peers) / times["paramattr"] if peers and "paramattr" in times else None


def interpreters(entries: Sequence[str]) -> dict[str, str]:
    """From arguments PEER=PATH."""
    pythons = dict(entry.split("=", 1) for entry in entries)
    if "torch" in pythons:
        pythons["torch-1-thread"] = pythons["torch"]
    return pythons


def table(results: dict[str, dict[str, float]], libraries: Sequence[str]) -> str:
    """The results as a Markdown table, in ms."""
    columns = [library for library in libraries if any(library in times for times in results.values())]
    lines = ["| work (ms) | " + " | ".join(columns) + " | ratio |", "| --- |" + " ---: |" * (len(columns) + 1)]
    for title, times in results.items():
        cells = [f"{times[c]:.3g}" if c in times else "" for c in columns]
        factor = ratio(times)
        lines.append(f"| {title} | " + " | ".join(cells) + f" | {f'**{factor:.2f}**' if factor else ''} |")
    return "\n".join(lines)
