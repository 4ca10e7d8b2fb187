"""Initializers side by side with the peers: Paddle, PyTorch, JAX and plain NumPy, as ratios from one run.

    python benchmarks/initializers.py                         # the peers that this environment has
    python benchmarks/initializers.py --python torch=PATH ... # a peer from another environment's interpreter
    python benchmarks/initializers.py --quick --json out.json --markdown table.md --plot out.png

A measurement makes a new tensor and gives it its first values; every library allocates anew each time. A ratio of 2
means: half the time of the fastest peer.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from turns import Worker, interpreters, measure, ratio, start, table

LIBRARIES = ("paramattr", "paddle", "torch", "torch-1-thread", "jax", "numpy")
SIZES: dict[str, list[tuple[int, ...]]] = {
    "Orthogonal": [(512, 512), (1024, 1024), (4096, 1024)],
    "Bilinear": [(256, 256, 4, 4)],
    "Dirac": [(256, 256, 3, 3)],
}
LAWS = [
    "Constant",
    "Uniform",
    "XavierUniform",
    "KaimingUniform",
    "Normal",
    "XavierNormal",
    "KaimingNormal",
    "TruncatedNormal",
    "TruncatedNormal[3,4]",
    "Orthogonal",
    "Assign",
    "Bilinear",
    "Dirac",
]


@dataclass(frozen=True)
class Work:
    """One thing to measure."""

    law: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def title(self) -> str:
        return f"{self.law} {'x'.join(map(str, self.shape))} {self.dtype}"

    @property
    def arguments(self) -> tuple[str, tuple[int, ...], str]:
        return self.law, self.shape, self.dtype


def works(quick: bool) -> list[Work]:
    found = []
    for law in LAWS:
        for shape in SIZES.get(law, [(64, 10), (1024, 1024), (4096, 4096)]):
            for dtype in ("float32", "float16"):
                if quick and (dtype == "float16" or shape in ((64, 10), (512, 512))):
                    continue
                if not (law == "Orthogonal" and dtype == "float16"):
                    found.append(Work(law, shape, dtype))
    return [*found, Work("Linear(64, 10)", (64, 10), "float32")]


# What each library has to do, in its own process.
PREPARE = r"""
def prepare_paramattr(law, shape, dtype):
    import paramattr as pa
    from paramattr import initializer as init
    import numpy as np
    if threads and hasattr(pa.random, "set_num_threads"):
        pa.random.set_num_threads(threads)
    if law == "Linear(64, 10)":
        return lambda: pa.nn.Linear(64, 10)
    recipe = {
        "Constant": lambda: init.Constant(0.5), "Uniform": lambda: init.Uniform(-1.0, 1.0),
        "XavierUniform": init.XavierUniform, "KaimingUniform": init.KaimingUniform,
        "Normal": lambda: init.Normal(0.0, 1.0), "XavierNormal": init.XavierNormal,
        "KaimingNormal": init.KaimingNormal, "TruncatedNormal": init.TruncatedNormal,
        "TruncatedNormal[3,4]": lambda: init.TruncatedNormal(0.0, 1.0, 3.0, 4.0), "Orthogonal": init.Orthogonal,
        "Assign": lambda: init.Assign(np.ones(shape, dtype)), "Bilinear": init.Bilinear, "Dirac": init.Dirac,
    }[law]()
    return lambda: pa.create_parameter(shape, dtype, default_initializer=recipe)

def prepare_paddle(law, shape, dtype):
    import paddle
    import numpy as np
    init = paddle.nn.initializer
    if law == "Linear(64, 10)":
        return lambda: paddle.nn.Linear(64, 10)
    recipe = {
        "Constant": lambda: init.Constant(0.5), "Uniform": lambda: init.Uniform(-1.0, 1.0),
        "XavierUniform": init.XavierUniform, "KaimingUniform": init.KaimingUniform,
        "Normal": lambda: init.Normal(0.0, 1.0), "XavierNormal": init.XavierNormal,
        "KaimingNormal": init.KaimingNormal, "TruncatedNormal": init.TruncatedNormal,
        "TruncatedNormal[3,4]": lambda: init.TruncatedNormal(0.0, 1.0, 3.0, 4.0), "Orthogonal": init.Orthogonal,
        "Assign": lambda: init.Assign(np.ones(shape, dtype)), "Bilinear": init.Bilinear, "Dirac": init.Dirac,
    }[law]()
    return lambda: paddle.create_parameter(list(shape), dtype, default_initializer=recipe)

def prepare_torch(law, shape, dtype):
    import torch
    if threads:
        torch.set_num_threads(threads)
    init, kind = torch.nn.init, getattr(torch, dtype)
    if law == "Linear(64, 10)":
        return lambda: torch.nn.Linear(64, 10)
    ones = torch.ones(shape, dtype=kind)
    fill = {
        "Constant": lambda t: init.constant_(t, 0.5), "Uniform": lambda t: init.uniform_(t, -1.0, 1.0),
        "XavierUniform": init.xavier_uniform_,
        "KaimingUniform": lambda t: init.kaiming_uniform_(t, nonlinearity="relu"),
        "Normal": init.normal_, "XavierNormal": init.xavier_normal_,
        "KaimingNormal": lambda t: init.kaiming_normal_(t, nonlinearity="relu"), "TruncatedNormal": init.trunc_normal_,
        "TruncatedNormal[3,4]": lambda t: init.trunc_normal_(t, 0.0, 1.0, 3.0, 4.0), "Orthogonal": init.orthogonal_,
        "Assign": lambda t: t.copy_(ones), "Dirac": init.dirac_,
    }[law]
    def run():
        with torch.no_grad():
            return fill(torch.empty(shape, dtype=kind))
    return run

def prepare_jax(law, shape, dtype):
    import jax, jax.numpy as jnp
    kind, init = getattr(jnp, dtype), jax.nn.initializers
    make = {
        "Constant": lambda: init.constant(0.5),
        "Uniform": lambda: (lambda key, shape, dtype: jax.random.uniform(key, shape, dtype, -1.0, 1.0)),
        "XavierUniform": init.glorot_uniform, "KaimingUniform": init.he_uniform,
        "Normal": lambda: init.normal(1.0), "XavierNormal": init.glorot_normal,
        "KaimingNormal": lambda: init.variance_scaling(2.0, "fan_in", "normal"),
        "TruncatedNormal": lambda: init.truncated_normal(1.0, lower=-2.0, upper=2.0),
        "TruncatedNormal[3,4]": lambda: init.truncated_normal(1.0, lower=3.0, upper=4.0), "Orthogonal": init.orthogonal,
    }[law]()
    compiled = jax.jit(lambda key: make(key, shape, kind))
    key = jax.random.key(0)
    return lambda: compiled(key).block_until_ready()

def prepare_numpy(law, shape, dtype):
    import math
    import numpy as np
    rng, kind = np.random.default_rng(0), np.dtype(dtype)
    def scaled(draw, scale, shift=0.0):
        def run():
            out = draw(np.float32)
            out *= scale
            out += shift
            return out.astype(kind, copy=False)
        return run
    normal = lambda d: rng.standard_normal(shape, d)
    uniform = lambda d: rng.random(shape, d)
    fan = shape[0]
    return {
        "Constant": lambda: np.full(shape, 0.5, kind), "Uniform": scaled(uniform, 2.0, -1.0),
        "XavierUniform": scaled(uniform, 2 * math.sqrt(6 / sum(shape[:2])), -math.sqrt(6 / sum(shape[:2]))),
        "KaimingUniform": scaled(uniform, 2 * math.sqrt(6 / fan), -math.sqrt(6 / fan)),
        "Normal": scaled(normal, 1.0), "XavierNormal": scaled(normal, math.sqrt(2 / sum(shape[:2]))),
        "KaimingNormal": scaled(normal, math.sqrt(2 / fan)),
        "Orthogonal": lambda: np.linalg.qr(rng.standard_normal(shape, np.float32))[0],
        "Assign": lambda ones=np.ones(shape, kind): ones.copy(),
    }[law]
"""

MEMORY_WORKER = r"""
import resource, sys
import numpy as np
import paramattr as pa
dtype, law = sys.argv[1], sys.argv[2]
shape = (2**14, 2**28 // 2**14 * (4 // np.dtype(dtype).itemsize)) if law != "Orthogonal" else (4096, 4096)
recipe = pa.initializer.get(law)
unit = 1 if sys.platform == "linux" else 1024
pa.create_parameter([256, 256], dtype, default_initializer=recipe)  # tables and threads exist from here on
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
p = pa.create_parameter(shape, dtype, default_initializer=recipe)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) / unit * 1024 / p.numpy().nbytes)
"""

CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
IMPORTS = {"paramattr": "paramattr", "paddle": "paddle", "torch": "torch", "jax": "jax", "numpy": "numpy"}


def scaling(python: str, works: list[Work], rounds: int) -> dict[str, dict[str, float]]:
    """Best time in ms on 1 thread and on all; how many times as fast, and as much as processes on all CPUs reach."""
    # The name of a worker's library ends in its number of threads.
    alone = [Worker("paramattr-1-thread", python, PREPARE) for _ in range(CPUS)]
    together = Worker("paramattr", python, PREPARE)
    rows = {}
    for work in works:
        for worker in (*alone, together):
            worker.ask({"prepare": list(work.arguments)})
        one, all_threads, processes = math.inf, math.inf, math.inf
        for _ in range(rounds):
            one = min(one, alone[0].ask({"run": 1}))
            all_threads = min(all_threads, together.ask({"run": 1}))
            for worker in alone:
                worker.tell({"run": 1})
            processes = min(processes, max(worker.answer() for worker in alone))
        rows[work.title] = {
            "1 thread (ms)": one, "all threads (ms)": all_threads, "speed-up": one / all_threads,
            "speed-up of processes": CPUS * one / processes,
        }  # fmt: skip
    for worker in (*alone, together):
        worker.close()
    return rows


def memory(python: str) -> dict[str, float]:
    """Peak memory while filling 1 GiB (Orthogonal: 4096 x 4096), as a multiple of the parameter."""
    cases = [(law, dtype) for law in ("uniform", "normal", "truncated_normal") for dtype in ("float32", "float16")]
    return {
        f"{law} {dtype}": float(
            subprocess.run([python, "-c", MEMORY_WORKER, dtype, law], check=True, capture_output=True, text=True).stdout
        )
        for law, dtype in [*cases, ("Orthogonal", "float32")]
    }


def import_seconds(pythons: dict[str, str], rounds: int) -> dict[str, float]:
    """Median wall seconds of a whole process that imports each library."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    table = {}
    for library, module in IMPORTS.items():
        command = [pythons.get(library, sys.executable), "-W", "ignore", "-c", code.format(module)]
        runs = [subprocess.run(command, capture_output=True, text=True) for _ in range(rounds)]
        if all(run.returncode == 0 for run in runs):
            table[library] = statistics.median(float(run.stdout.split()[-1]) for run in runs)
    return table


def plot(results: dict[str, dict[str, float]], path: Path) -> None:
    """Bars of the time relative to the fastest peer's, for the largest float32 shapes."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    shown = {t: r for t, r in results.items() if ("4096x" in t) and t.endswith("float32") and ratio(r)}
    figure, axes = plt.subplots(figsize=(9, 0.5 * len(shown) + 1.4), layout="constrained")
    titles = list(shown)[::-1]
    factors = [ratio(shown[title]) or 0.0 for title in titles]
    bars = axes.barh([t.removesuffix(" float32") for t in titles], factors, color="tab:blue")
    axes.bar_label(bars, [f"{factor:.1f}x" for factor in factors], padding=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set(xlabel="times as fast as the fastest peer (float32)", xlim=(0, 1.12 * max(factors)))
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="interpreter of a peer")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="large float32 shapes alone")
    parser.add_argument("--only", default="", help="works whose title holds this text")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    parser.add_argument("--plot", type=Path, help="draw the ratios into this file")
    options = parser.parse_args()
    pythons = interpreters(options.python)
    workers = start(LIBRARIES, pythons, PREPARE)
    print("libraries:", ", ".join(worker.library for worker in workers), flush=True)
    results = {}
    for work in works(options.quick):
        if options.only in work.title:
            results[work.title] = measure(workers, work.arguments, options.rounds)
            factor = ratio(results[work.title])
            print(f"{work.title:45} {f'{factor:.2f}' if factor else '-':>6}  ", end="")
            print("  ".join(f"{k} {v:.3g}" for k, v in results[work.title].items()), flush=True)
    for worker in workers:
        worker.close()

    large = [Work(law, (4096, 4096), "float32") for law in ("Uniform", "Normal", "TruncatedNormal")]
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "best of": options.rounds,
        "initializers (ms)": results,
        "threads": scaling(sys.executable, large, options.rounds),
        "peak memory / parameter": memory(sys.executable),
        "import (s)": import_seconds(pythons, options.rounds),
    }
    lines = [
        table(results, LIBRARIES),
        "",
        f"| threads | 1 (ms) | {CPUS} (ms) | speed-up | that of {CPUS} processes |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for title, row in figures["threads"].items():
        one, both, factor, limit = row.values()
        lines.append(f"| {title} | {one:.3g} | {both:.3g} | {factor:.2f} | {limit:.2f} |")
    lines += ["", "| peak memory | × the parameter |", "| --- | ---: |"]
    lines += [f"| {title} | {factor:.3f} |" for title, factor in figures["peak memory / parameter"].items()]
    lines += ["", "| import | s |", "| --- | ---: |"]
    lines += [f"| {library} | {seconds:.3f} |" for library, seconds in figures["import (s)"].items()]
    text = "\n".join(lines)
    print("\n" + text)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(text + "\n")
    if options.plot:
        plot(results, options.plot)


if __name__ == "__main__":
    main()
