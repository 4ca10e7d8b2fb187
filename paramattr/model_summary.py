"""What a network is made of, as a table: its layers, their inputs and outputs, and how many parameters they have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from paramattr.autograd import Tensor, no_grad
from paramattr.nn.layer import Layer, LayerList, Sequential
from paramattr.utils import checks, dtypes

# What stands for the sizes of one input, or of several, or of none.
Sizes = Any


class _Row(NamedTuple):
    """A line of the table."""

    input_shape: Sizes
    output_shape: Sizes
    total: int
    trainable: int


def summary(
    net: Layer,
    input_size: int | tuple[int | None, ...] | Sequence[Any] | None = None,
    dtypes: str | Sequence[str] | None = None,
    input: Tensor | Sequence[Tensor] | Mapping[str, Tensor] | None = None,
) -> dict[str, int]:
    """Print a table of the layers that a forward pass of ``net`` calls, and return how many parameters they have.

    The pass is made in evaluation mode and records nothing; then all is as it was. Mirrors ``paddle.summary``.

    Parameters
    ----------
    net : Layer
        The network.
    input_size : tuple of int, int, or list of them, optional
        Shape of the input, or shapes of several inputs; one size of each may be None or -1, which stands for 1. What has a
        ``shape`` may stand for one.
    dtypes : str or sequence of str, optional
        Dtype of all inputs, or of each; "float32" if None.
    input : Tensor, sequence of Tensor, or dict of str to Tensor, optional
        What ``net`` is called with, instead of made-up inputs; ``input_size`` and ``dtypes`` are not needed then.

    Returns
    -------
    dict
        ``total_params`` and ``trainable_params``, of the layers in the table.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, a size is not >= 1, or neither ``input_size`` nor ``input`` is given.

    Examples
    --------
    >>> import paramattr
    >>> counts = paramattr.summary(paramattr.nn.Sequential(paramattr.nn.Linear(3, 2)), (None, 3))
    ---------------------------------------------------------------------------
     Layer (type)       Input Shape          Output Shape         Param #
    ===========================================================================
       Linear-...          [[1, 3]]              [1, 2]               8
    ===========================================================================
    Total params: 8
    ...
    >>> counts
    {'total_params': 8, 'trainable_params': 8}
    """
    checks.instance("net", net, Layer, "a Layer")
    if input_size is None and input is None:
        raise ValueError("input_size or input must be given, but both are None")
    if input_size is None:
        input_size = _sizes_of(input)
    sizes = _checked("input_size", [tuple(input_size.shape)] if hasattr(input_size, "shape") else input_size)
    inputs = _made(sizes, dtypes) if input is None else [input]
    rows = _rows(net, inputs)
    print(_table(rows, sizes))
    return {
        "total_params": sum(row.total for row in rows.values()),
        "trainable_params": sum(row.trainable for row in rows.values()),
    }


def _sizes_of(input: object) -> Sizes:
    """Return the shapes of a tensor, or of several."""
    if isinstance(input, Tensor):
        return tuple(input.shape)
    expected = "a Tensor, or a sequence or dict of them"
    checks.instance("input", input, (list, tuple, Mapping), expected)
    parts: list[Any] = list(input.values()) if isinstance(input, Mapping) else list(input)  # type: ignore[call-overload]
    for place, part in enumerate(parts):
        checks.instance(f"input[{place}]", part, Tensor, "a Tensor")
    return [tuple(part.shape) for part in parts]


def _checked(name: str, given: Any) -> Sizes:
    """Return ``given`` as a tuple of sizes, or a list of such."""
    if hasattr(given, "shape"):
        given = tuple(given.shape)
    if isinstance(given, (int, np.integer)):
        given = (given,)
    checks.instance(name, given, (list, tuple), "a tuple of sizes, an integer, or a list of them")
    nested = any(isinstance(part, (list, tuple)) or hasattr(part, "shape") for part in given)
    if isinstance(given, list) or nested:
        return [_checked(f"{name}[{place}]", part) for place, part in enumerate(given)]
    if sum(size is None or size == -1 for size in given) > 1:
        raise ValueError(f"{name} must have at most one size that is None or -1, but received {given!r}")
    return tuple(
        1 if size is None or size == -1 else checks.integer(f"{name}[{axis}]", size, low=1)
        for axis, size in enumerate(given)
    )


def _made(sizes: Sizes, wanted: str | Sequence[str] | None) -> list[Any]:
    """Return inputs of ``sizes``, with values in [0, 1) that are the same in every call."""
    several = [sizes] if isinstance(sizes, tuple) else sizes
    names = [wanted] * len(several) if wanted is None or isinstance(wanted, str) else list(wanted)
    if len(names) != len(several):
        raise ValueError(f"dtypes must have an entry for each of {len(several)} inputs, but received {wanted!r}")
    generator = np.random.default_rng(0)

    def make(size: Sizes, name: Any) -> Any:
        if isinstance(size, list):
            return [make(part, name) for part in size]
        dtype = dtypes.numeric("dtypes", "float32" if name is None else name, np.dtype("float64"))
        return Tensor(np.asarray(generator.random(size)).astype(dtype))

    return [make(size, name) for size, name in zip(several, names, strict=True)]


def _rows(net: Layer, inputs: list[Any]) -> dict[str, _Row]:
    """Return a row for each layer that a forward pass calls, but not for those that only hold others."""
    rows: dict[str, _Row] = {}

    def note(layer: Layer, given: tuple[Any, ...], output: Any) -> None:
        number = layer.full_name().rpartition("_")[2]
        place = int(number) if number.isdigit() else len(rows)
        own = [parameter for parameter in layer._parameters.values() if parameter is not None]
        rows[f"{type(layer).__name__}-{place + 1}"] = _Row(
            _shape(given, None),
            _shape(output, []),
            sum(parameter.size for parameter in own),
            sum(parameter.size for parameter in own if parameter.trainable),
        )

    layers = net.sublayers(include_self=True)
    modes = [layer.training for layer in layers]
    handles = [layer.register_forward_post_hook(note) for layer in layers if _is_shown(layer, net)]
    try:
        net.eval()
        with no_grad():
            net(*inputs)
    finally:
        for handle in handles:
            handle.remove()
        for layer, training in zip(layers, modes, strict=True):
            layer.training = training
    return rows


def _is_shown(layer: Layer, net: Layer) -> bool:
    if isinstance(layer, LayerList):
        return bool(layer._parameters)  # a recurrent network, which lists cells, but has weights of its own
    return not isinstance(layer, Sequential) and (layer is not net or not net.sublayers())


def _shape(value: object, otherwise: Sizes) -> Sizes:
    """Return the shape of a tensor, or of several; ``otherwise`` for what is none."""
    if isinstance(value, (list, tuple)):
        return [_shape(part, otherwise) for part in value]
    return list(value.shape) if isinstance(value, Tensor) else otherwise


def _count(sizes: Sizes) -> int:
    """Return how many elements arrays of ``sizes`` have."""
    if any(isinstance(part, (list, tuple)) for part in sizes):
        return sum(_count(part) for part in sizes)
    return math.prod(sizes)


def _table(rows: dict[str, _Row], sizes: Sizes) -> str:
    lines = [(name, str(row.input_shape), str(row.output_shape), f"{row.total:,}") for name, row in rows.items()]
    # Numbers count without their commas, as in Paddle.
    lengths = [[len(name), len(shape), len(output), len(str(rows[name].total))] for name, shape, output, _ in lines]
    widths = [max(least, *column) for least, *column in zip((15, 20, 20, 15), *lengths, strict=True)]
    width = sum(widths) + 5
    body = [
        " ".join(f"{cell:^{size}}" for cell, size in zip(line, widths, strict=True))
        for line in [("Layer (type)", "Input Shape", "Output Shape", "Param #"), *lines]
    ]
    total, trainable = sum(row.total for row in rows.values()), sum(row.trainable for row in rows.values())
    # In units of 4 bytes, whatever the dtypes are; outputs have a gradient too.
    output, parameters, inputs = 2 * sum(_count(row.output_shape) for row in rows.values()), total, _count(sizes)
    megabytes = [count * 4 / 2**20 for count in (inputs, output, parameters, inputs + output + parameters)]
    labels = ["Input size", "Forward/backward pass size", "Params size", "Estimated Total Size"]
    return "\n".join(
        [
            "-" * width,
            body[0],
            "=" * width,
            *body[1:],
            "=" * width,
            f"Total params: {total:,}",
            f"Trainable params: {trainable:,}",
            f"Non-trainable params: {total - trainable:,}",
            "-" * width,
            *(f"{label} (MB): {size:0.2f}" for label, size in zip(labels, megabytes, strict=True)),
            "-" * width,
            "",
        ]
    )
