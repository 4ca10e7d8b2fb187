"""Train a small convolutional network on real handwritten digits, every parameter set by ParamAttr.

The 1,797 images of 8 x 8 pixels are the UCI digits that scikit-learn ships. Run it with

    python examples/train_digits.py [--seed 0] [--epochs 30] [--out out]

It prints a table of the parameters with their settings and the held-out accuracy of the raw and of the averaged
weights, and writes training.png and weights.png into the folder --out. Two runs with one seed print the same numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from sklearn.datasets import load_digits
from tqdm import tqdm

import paramattr as pa
from paramattr import nn
from paramattr.initializer import Constant, KaimingNormal, TruncatedNormal, XavierNormal, set_global_initializer
from paramattr.regularizer import L1Decay, L2Decay

Array = np.ndarray[Any, Any]
BATCH = 64


class LeNet(nn.Layer):
    """Two convolutions and two linear layers, like LeNet-5 at the size of these images."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(
            1,
            16,
            3,
            padding=1,
            # An initializer given as an object.
            weight_attr=pa.ParamAttr(name="conv1.weight", initializer=KaimingNormal(), regularizer=L2Decay(5e-4)),
            # Left out of the average: it keeps its raw value where the others are averaged.
            bias_attr=pa.ParamAttr(name="conv1.bias", do_model_average=False),
        )
        self.conv2 = nn.Conv2D(
            16,
            32,
            3,
            padding=1,
            # An initializer given by its name.
            weight_attr=pa.ParamAttr(name="conv2.weight", initializer="kaiming_uniform", regularizer=L2Decay(5e-4)),
            bias_attr="conv2.bias",
        )
        # No initializer: what set_global_initializer says applies.
        self.linear1 = nn.Linear(
            512,
            64,
            weight_attr=pa.ParamAttr(name="linear1.weight", regularizer=L1Decay(2e-5)),
            bias_attr="linear1.bias",
        )
        self.linear2 = nn.Linear(
            64,
            10,
            # Half the learning rate of the others.
            weight_attr=pa.ParamAttr(
                name="linear2.weight", initializer=TruncatedNormal(std=0.1, a=-0.2, b=0.2), learning_rate=0.5
            ),
            # Left alone by the clip, and not counted in the global norm.
            bias_attr=pa.ParamAttr(name="linear2.bias", need_clip=False),
        )
        self.dropout = nn.Dropout(0.3)

    def forward(self, x: pa.Tensor) -> pa.Tensor:
        """Map images of shape [N, 1, 8, 8] to logits of shape [N, 10]."""
        x = nn.functional.relu(self.conv1(x))
        x = nn.functional.max_pool2d(nn.functional.relu(self.conv2(x)), 2)
        x = nn.functional.relu(self.linear1(self.dropout(x.flatten(1))))
        return self.linear2(x)


def split_digits() -> tuple[Array, Array, Array, Array]:
    """Images and labels for training (80 %) and held out (20 %); the split is the same for every seed."""
    digits = load_digits()
    images = (digits.images / 16.0 - 0.3).astype(np.float32)[:, None]
    order = np.random.default_rng(20).permutation(len(images))
    held_out, rest = np.split(order, [len(order) // 5])
    return images[rest], digits.target[rest], images[held_out], digits.target[held_out]


def batches(images: Array, labels: Array, rng: np.random.Generator) -> Iterator[tuple[pa.Tensor, pa.Tensor]]:
    """Shuffled batches of one pass over the training images."""
    order = rng.permutation(len(images))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        yield pa.to_tensor(images[chosen]), pa.to_tensor(labels[chosen])


def accuracy(model: nn.Layer, images: Array, labels: Array) -> float:
    """Share of the images whose largest logit is at their label."""
    model.eval()
    with pa.no_grad():
        logits = model(pa.to_tensor(images))
    model.train()
    return float((logits.numpy().argmax(axis=1) == labels).mean())


@dataclass
class Curves:
    """What was measured after each epoch."""

    loss: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    averaged: list[float] = field(default_factory=list)


def train(model: nn.Layer, epochs: int, seed: int) -> tuple[pa.incubate.ModelAverage, Curves]:
    """Train the model in place; return its averages and the curves."""
    images, labels, held_out, held_out_labels = split_digits()
    schedule = pa.optimizer.lr.CosineAnnealingDecay(0.05, T_max=epochs, eta_min=0.002)
    optimizer = pa.optimizer.Momentum(
        schedule, momentum=0.9, parameters=model.parameters(), grad_clip=nn.ClipGradByGlobalNorm(1.0)
    )
    # The window holds the last few epochs.
    average = pa.incubate.ModelAverage(
        0.15, parameters=model.parameters(), min_average_window=25, max_average_window=10_000
    )
    loss_function = nn.CrossEntropyLoss()
    rng = np.random.default_rng(seed)
    curves = Curves()
    for _ in tqdm(range(epochs), desc="training", unit="epoch"):
        losses = []
        for x, y in batches(images, labels, rng):
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            average.step()
            losses.append(loss.item())
        schedule.step()
        curves.loss.append(float(np.mean(losses)))
        curves.raw.append(accuracy(model, held_out, held_out_labels))
        with average.apply():
            curves.averaged.append(accuracy(model, held_out, held_out_labels))
    return average, curves


def print_table(model: nn.Layer, first: dict[str, Array]) -> None:
    """Print one line per parameter: its settings, its first values beside their law, its final norm."""
    header = ("name", "shape", "initializer", "decay", "lr", "clip", "avg", "mean", "(law)", "std", "(law)", "norm")
    rows = []
    for parameter in model.parameters():
        law = parameter.initializer.distribution(tuple(parameter.shape))
        values = first[parameter.name]
        decay = parameter.regularizer
        rows.append(
            (
                parameter.name,
                "x".join(map(str, parameter.shape)),
                type(parameter.initializer).__name__,
                f"{type(decay).__name__[:2]} {decay.coeff:g}" if decay else "-",
                f"{parameter.optimize_attr['learning_rate']:g}",
                "yes" if parameter.need_clip else "no",
                "yes" if parameter.do_model_average else "no",
                f"{values.mean():.4f}",
                f"{round(law.mean, 4) + 0.0:.4f}",
                f"{values.std():.4f}",
                f"{law.std:.4f}",
                f"{np.linalg.norm(parameter.numpy()):.4f}",
            )
        )
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        aligned = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
        aligned += [cell.rjust(width) for cell, width in zip(row[3:], widths[3:], strict=True)]
        print("  ".join(aligned))


def plot_training(curves: Curves, path: Path) -> None:
    """Draw the loss and the two accuracies over the epochs."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    epochs = np.arange(1, len(curves.loss) + 1)
    left.plot(epochs, curves.loss, color="tab:blue")
    left.set(xlabel="epoch", ylabel="training loss (cross entropy)", yscale="log", title="Loss")
    right.plot(epochs, 100 * np.array(curves.raw), color="tab:orange", label="raw weights")
    right.plot(epochs, 100 * np.array(curves.averaged), color="tab:green", label="averaged weights")
    right.axhline(98, color="grey", linewidth=0.8, linestyle=":")
    lowest = 100 * min(curves.raw + curves.averaged)
    right.set(xlabel="epoch", ylabel="held-out accuracy (%)", ylim=(max(lowest - 1, 85), 100.2), title="Accuracy")
    right.legend(loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def plot_weights(model: nn.Layer, first: dict[str, Array], path: Path) -> None:
    """Draw each weight's values before and after training, with the density that its initializer promises."""
    weights = [p for p in model.parameters() if p.name.endswith("weight")]
    figure, grid = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for axes, parameter in zip(grid.flat, weights, strict=True):
        draw_weight(axes, parameter, first[parameter.name])
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_weight(axes: Axes, parameter: pa.Parameter, before: Array) -> None:
    """Draw one weight into ``axes``."""
    before, after = before.ravel(), parameter.numpy().ravel()
    reach = 1.05 * np.quantile(np.abs(np.concatenate([before, after])), 0.9995)
    bins = np.linspace(-reach, reach, 61)
    distribution = parameter.initializer.distribution(tuple(parameter.shape))
    axes.hist(before, bins, density=True, alpha=0.45, color="tab:blue", label="before training")
    axes.hist(after, bins, density=True, histtype="step", linewidth=1.4, color="tab:orange", label="after training")
    grid = np.linspace(-reach, reach, 1001)
    density = distribution.pdf(grid)
    axes.plot(grid, density, color="black", linewidth=1.2, label="law")
    # L1 decay gathers values at 0; the peak would flatten everything else.
    axes.set(ylim=(0, 2.2 * density.max()), xlabel="value", ylabel="density")
    axes.set_title(f"{parameter.name}: {type(parameter.initializer).__name__}")
    axes.legend(fontsize="small")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of first weights and batch order (default: 0)")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training images (default: 30)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the pictures (default: out)")
    options = parser.parse_args()
    if options.epochs < 1:
        parser.error(f"--epochs must be at least 1, but received {options.epochs}")

    pa.seed(options.seed)
    with set_global_initializer(XavierNormal(), Constant(0.01)):
        model = LeNet()
    first = {parameter.name: parameter.numpy().copy() for parameter in model.parameters()}

    average, curves = train(model, options.epochs, options.seed)

    print_table(model, first)
    *_, held_out, held_out_labels = split_digits()
    print(f"\nheld-out accuracy, raw weights:      {accuracy(model, held_out, held_out_labels):.2%}")
    with average.apply():
        print(f"held-out accuracy, averaged weights: {accuracy(model, held_out, held_out_labels):.2%}")

    options.out.mkdir(parents=True, exist_ok=True)
    plot_training(curves, options.out / "training.png")
    plot_weights(model, first, options.out / "weights.png")
    print(f"pictures: {options.out / 'training.png'}, {options.out / 'weights.png'}")


if __name__ == "__main__":
    main()
