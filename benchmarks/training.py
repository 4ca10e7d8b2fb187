"""Training steps of whole models side by side with Paddle and PyTorch, as ratios from one run.

    python benchmarks/training.py                                          # the peers that this environment has
    python benchmarks/training.py --python paddle=PATH --python torch=PATH # peers from other environments' interpreters
    python benchmarks/training.py --json out.json --markdown table.md

A step is the forward pass, the loss, the backward pass, and the optimizer's step with momentum, in float32. The libraries
take turns, a cell is the median of the rounds, and the ratio that of the fastest peer over ours. A model whose layers a
library lacks is left out there, with a note.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from pathlib import Path

from turns import interpreters, start, table, turns

LIBRARIES = ("paramattr", "paddle", "torch", "torch-1-thread")
MODELS = {
    "mlp": "MLP 784-512-512-10, 128 rows",
    "cnn": "CNN of two convolutions, 32 images of 3x32x32",
    "separable": "depthwise-separable net with batch norm, 32 images of 3x32x32",
    "lstm": "LSTM 128-128, 32 sequences of 50",
    "transformer": "Transformer encoder layer of 128, 16 sequences of 64",
}

# What each library has to do, in its own process.
PREPARE = r"""
import numpy as np

SHAPES = {
    "mlp": (128, 784), "cnn": (32, 3, 32, 32), "separable": (32, 3, 32, 32), "lstm": (32, 50, 128),
    "transformer": (16, 64, 128),
}

def data(model):
    rng = np.random.default_rng(0)
    return rng.standard_normal(SHAPES[model]).astype("float32"), rng.integers(0, 10, SHAPES[model][0])

def separable(conv, norm, relu, pool, bias):
    blocks = []
    for before, after in ((32, 64), (64, 128)):
        blocks += [conv(before, before, 3, padding=1, groups=before, **bias), norm(before), relu()]
        blocks += [conv(before, after, 1, **bias), norm(after), relu(), pool(2, 2)]
    return [conv(3, 32, 3, padding=1, **bias), norm(32), relu(), *blocks]

def prepare_like_paddle(lib, model):
    nn, F = lib.nn, lib.nn.functional
    if model == "mlp":
        body = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU())
        head, width = body, 512
    elif model == "cnn":
        body = nn.Sequential(
            nn.Conv2D(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2D(2, 2),
            nn.Conv2D(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2D(2, 2), nn.Flatten(),
        )
        head, width = body, 4096
    elif model == "separable":
        body = nn.Sequential(*separable(nn.Conv2D, nn.BatchNorm2D, nn.ReLU, nn.MaxPool2D, {"bias_attr": False}))
        head, width = (lambda x: body(x).mean([2, 3])), 128
    elif model == "lstm":
        body = nn.LSTM(128, 128)
        head, width = (lambda x: body(x)[0][:, -1]), 128
    else:
        body = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0)
        head, width = (lambda x: body(x).mean(1)), 128
    last = nn.Linear(width, 10)
    parameters = [*body.parameters(), *last.parameters()]
    optimizer = lib.optimizer.Momentum(0.01, 0.9, parameters)
    x, y = map(lib.to_tensor, data(model))
    def run():
        F.cross_entropy(last(head(x)), y).backward()
        optimizer.step()
        optimizer.clear_grad()
    return run

def prepare_paramattr(model):
    import paramattr
    if threads:
        paramattr.set_num_threads(threads)
    return prepare_like_paddle(paramattr, model)

def prepare_paddle(model):
    import paddle
    return prepare_like_paddle(paddle, model)

def prepare_torch(model):
    import torch
    from torch import nn
    if threads:
        torch.set_num_threads(threads)
    if model == "mlp":
        body = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU())
        head, width = body, 512
    elif model == "cnn":
        body = nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Flatten(),
        )
        head, width = body, 4096
    elif model == "separable":
        body = nn.Sequential(*separable(nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.MaxPool2d, {"bias": False}))
        head, width = (lambda x: body(x).mean([2, 3])), 128
    elif model == "lstm":
        body = nn.LSTM(128, 128, batch_first=True)
        head, width = (lambda x: body(x)[0][:, -1]), 128
    else:
        body = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
        head, width = (lambda x: body(x).mean(1)), 128
    last = nn.Linear(width, 10)
    optimizer = torch.optim.SGD([*body.parameters(), *last.parameters()], 0.01, momentum=0.9)
    x, y = map(torch.from_numpy, data(model))
    def run():
        optimizer.zero_grad()
        nn.functional.cross_entropy(last(head(x)), y).backward()
        optimizer.step()
    return run
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PATH", help="interpreter of a peer")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="models whose title holds this text")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    options = parser.parse_args()

    workers = start(LIBRARIES, interpreters(options.python), PREPARE)
    print("libraries:", ", ".join(worker.library for worker in workers), flush=True)
    results = {}
    for model, title in MODELS.items():
        if options.only in title:
            times = turns(workers, (model,), options.rounds)
            if "paramattr" in times:
                results[title] = {library: statistics.median(taken) for library, taken in times.items()}
                print(f"{title:64}", "  ".join(f"{k} {v:.3g}" for k, v in results[title].items()), flush=True)
    for worker in workers:
        worker.close()
    text = table(results, LIBRARIES)
    print("\n" + text)
    if options.json:
        machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
        figures = {"machine": machine, "medians of": options.rounds, "step (ms)": results}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(text + "\n")


if __name__ == "__main__":
    main()
