"""Training steps side by side with Paddle and PyTorch, as ratios from one run.

    python benchmarks/step.py                                          # the peers that this environment has
    python benchmarks/step.py --python paddle=PATH --python torch=PATH # peers from other environments' interpreters
    python benchmarks/step.py --json out.json --markdown table.md

What is timed is one step with gradients at hand: 8 weights of 1024 x 1024 with their biases, and 2,000 parameters of
64 x 64, all in float32. Memory is what a step needs at its peak beside parameters, gradients and the rule's own state.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from turns import interpreters, measure, start, table

LIBRARIES = ("paramattr", "paddle", "torch", "torch-1-thread")
RULES = ("Momentum + L2 + global norm", "Adam", "AdamW", "ModelAverage")
SETS = ("8 x (1024x1024 + 1024)", "2000 x 64x64")

# What each library has to do, in its own process.
PREPARE = r"""
def shapes(which):
    return [[1024, 1024], [1024]] * 8 if which.startswith("8 ") else [[64, 64]] * 2000

def prepare_paramattr(rule, which):
    import numpy as np
    import paramattr as pa
    if threads:
        pa.random.set_num_threads(threads)
    params = [pa.create_parameter(shape) for shape in shapes(which)]
    rng = np.random.default_rng(0)
    for p in params:
        p.grad = rng.standard_normal(p.shape, np.float32)
    if rule == "ModelAverage":
        return pa.incubate.ModelAverage(0.15, params, min_average_window=10**6, max_average_window=10**7).step
    if rule == "Adam":
        return pa.optimizer.Adam(1e-3, parameters=params).step
    if rule == "AdamW":
        return pa.optimizer.AdamW(1e-3, parameters=params, weight_decay=0.01).step
    clip = pa.nn.ClipGradByGlobalNorm(1.0)
    return pa.optimizer.Momentum(1e-3, 0.9, params, weight_decay=1e-4, grad_clip=clip).step

def prepare_paddle(rule, which):
    import paddle
    params = [paddle.create_parameter(shape, "float32") for shape in shapes(which)]
    for p in params:
        (p * paddle.randn(p.shape)).sum().backward()
    if rule == "ModelAverage":
        return paddle.incubate.ModelAverage(
            0.15, parameters=params, min_average_window=10**6, max_average_window=10**7
        ).step
    if rule == "Adam":
        return paddle.optimizer.Adam(1e-3, parameters=params).step
    if rule == "AdamW":
        return paddle.optimizer.AdamW(1e-3, parameters=params, weight_decay=0.01).step
    clip = paddle.nn.ClipGradByGlobalNorm(1.0)
    return paddle.optimizer.Momentum(1e-3, 0.9, params, weight_decay=1e-4, grad_clip=clip).step

def prepare_torch(rule, which):
    import torch
    if threads:
        torch.set_num_threads(threads)
    params = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes(which)]
    for p in params:
        p.grad = torch.randn(p.shape)
    if rule == "ModelAverage":
        module = torch.nn.ParameterList(params)
        average = torch.optim.swa_utils.AveragedModel(module)
        return lambda: average.update_parameters(module)
    if rule == "Adam":
        return torch.optim.Adam(params, 1e-3).step
    if rule == "AdamW":
        return torch.optim.AdamW(params, 1e-3, weight_decay=0.01).step
    optimizer = torch.optim.SGD(params, 1e-3, momentum=0.9, weight_decay=1e-4)
    def run():
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
    return run
"""

MEMORY_WORKER = (
    """
import math, sys, tracemalloc
threads = 0
"""
    + PREPARE
    + r"""
run = prepare_paramattr(*sys.argv[1:])
tracemalloc.start()
run()
run()
peak = tracemalloc.get_traced_memory()[1]
state = sum(t.numpy().nbytes for t in run.__self__.state_dict().values())
parameters = 4 * sum(math.prod(shape) for shape in shapes(sys.argv[2]))
print((peak - state) / (2 * parameters + state))
"""
)


def memory(python: str) -> dict[str, float]:
    """Peak of what the first two steps take beside the state, as a fraction of parameters, gradients and state."""
    found = {}
    for rule in RULES:
        for which in SETS:
            command = [python, "-c", MEMORY_WORKER, rule, which]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            found[f"{rule}, {which}"] = float(run.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="interpreter of a peer")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--only", default="", help="works whose title holds this text")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    options = parser.parse_args()

    workers = start(LIBRARIES, interpreters(options.python), PREPARE)
    print("libraries:", ", ".join(worker.library for worker in workers), flush=True)
    results = {}
    for which in SETS:
        for rule in RULES:
            title = f"{rule}, {which}"
            if options.only in title:
                results[title] = measure(workers, (rule, which), options.rounds)
                print(f"{title:52}", "  ".join(f"{k} {v:.3g}" for k, v in results[title].items()), flush=True)
    for worker in workers:
        worker.close()
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "best of": options.rounds,
        "step (ms)": results,
        "memory of a step / parameters, gradients and state": memory(sys.executable),
    }
    lines = [
        table(results, LIBRARIES),
        "",
        "| a step's own memory | of parameters, gradients, state |",
        "| --- | ---: |",
    ]
    lines += [
        f"| {title} | {100 * part:.2f} % |"
        for title, part in figures["memory of a step / parameters, gradients and state"].items()
    ]
    text = "\n".join(lines)
    print("\n" + text)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(text + "\n")


if __name__ == "__main__":
    main()
