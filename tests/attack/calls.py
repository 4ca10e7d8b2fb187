"""Odd calls of everything public in autograd and nn: none may fail in other words than the library's own.

``run(seed, seconds)`` tries random arguments, among them ones that fit, and returns a count of all calls and the stray
exceptions: those that no ``raise`` of the library made, or that name neither an argument nor what was called.
"""

from __future__ import annotations

import inspect
import linecache
import random
import re
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import paramattr as pa
from paramattr import nn
from paramattr.autograd import Tensor

HOME = str(Path(pa.__file__).parent)
WORDS = ["tensor", "layer", "entry", "shape", "dtype", "index", "input", "name", "initializer"]
OURS = (TypeError, ValueError, IndexError, RuntimeError, KeyError)
METHODS = [
    *(
        "sum",
        "mean",
        "max",
        "argmax",
        "reshape",
        "transpose",
        "flatten",
        "astype",
        "backward",
        "clear_grad",
        "set_value",
    ),
    *("abs", "exp", "log", "sqrt", "clone", "detach", "item", "tolist", "__len__", "__bool__", "__float__", "__int__"),
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__"),
    *("__pow__", "__rpow__", "__matmul__", "__rmatmul__", "__neg__", "__abs__", "__getitem__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
]
LAYER_METHODS = [
    *("add_parameter", "add_sublayer", "register_buffer", "create_parameter", "set_state_dict", "named_sublayers"),
    *("clear_gradients", "train", "eval", "state_dict", "full_name"),
]
CONTAINER_METHODS = ["append", "extend", "insert", "__getitem__", "__setitem__", "__delitem__", "__len__"]
# How a layer is made that is then called.
MADE: dict[str, tuple[Any, ...]] = {
    "AdaptiveLogSoftmaxWithLoss": (2, 4, [2]),
    "HSigmoidLoss": (2, 3),
    "Linear": (3, 2),
    "Bilinear": (3, 2, 4),
    "Embedding": (4, 3),
    "Maxout": (2,),
    "Unflatten": (1, [2, -1]),
    **{f"Conv{n}D{suffix}": (2, 2, 2) for n in (1, 2, 3) for suffix in ("", "Transpose")},
    **{f"{kind}Pool{n}D": (2,) for n in (1, 2, 3) for kind in ("Max", "Avg")},
    **{f"Conv{n}d": (2, 2, 2) for n in (1, 2, 3)},
    **{
        n: (1,)
        for n in nn.layer.__all__
        if re.match("Adaptive(Avg|Max)|Fractional|MaxUn|Pixel|Channel|Unfold|.*Pad", n)
    },
    **{n: (2, 1) for n in nn.layer.__all__ if re.match("LPPool|ConstantPad|Fold", n)},
    **{n: (2,) for n in nn.layer.__all__ if n.startswith("Upsampl")},
    **{f"{kind}Norm{n}D": (2,) for n in (1, 2, 3) for kind in ("Batch", "Instance")},
    **dict.fromkeys(("BatchNorm", "SyncBatchNorm", "LayerNorm", "LocalResponseNorm"), (2,)),
    "GroupNorm": (1, 2),
    "SpectralNorm": ([2, 3],),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"), (3, 2)),
    "RNN": (nn.GRUCell(3, 2),),
    "BiRNN": (nn.LSTMCell(3, 2), nn.LSTMCell(3, 2)),
    "MultiHeadAttention": (3, 1),
    **dict.fromkeys(("TransformerEncoderLayer", "TransformerDecoderLayer"), (3, 1, 2)),
    "TransformerEncoder": (nn.TransformerEncoderLayer(3, 1, 2), 2),
    "TransformerDecoder": (nn.TransformerDecoderLayer(3, 1, 2), 2),
    "Transformer": (3, 1, 1, 1, 2),
}


def array(rng: random.Random) -> np.ndarray[Any, Any]:
    """A small array of any dtype, shape and layout."""
    shape = [rng.choice([0, 1, 2, 2, 3, 3, 4]) for _ in range(rng.choice([0, 1, 2, 2, 3, 3, 4, 5]))]
    dtype = rng.choice(["f4", "f4", "f8", "f2", "i8", "i8", "i1", "u2", "?", "c8", "O", "U3", "M8[s]", ">f4"])
    values = np.asarray(np.arange(int(np.prod(shape))).reshape(shape) % rng.choice([2, 3, 50])).astype(dtype)
    return values.T if rng.random() < 0.3 else values


def tensor(rng: random.Random) -> Tensor:
    """A tensor of numbers, with or without a gradient."""
    while True:
        values = array(rng)
        if values.dtype.kind not in "OUM":
            return Tensor(values, stop_gradient=values.dtype.kind != "f" or rng.random() < 0.5)


def value(rng: random.Random) -> Any:
    """An argument, odd or not."""
    makers: list[Callable[[], Any]] = [
        lambda: rng.choice([None, True, False, "a", "", b"x", "float32", "float16", "mean", "same", "NHWC", "reflect"]),
        lambda: rng.choice([0, 1, 2, 3, -1, -2, 65, 10**6, 2**50, 2**63, -(10**40), 10**40, np.int8(1), np.uint64(2)]),
        lambda: rng.choice(
            [0.5, -1.0, 1e308, -0.0, float("nan"), float("inf"), np.float16(2.0), np.float64("nan"), 1j]
        ),
        lambda: [value(rng) for _ in range(rng.choice([0, 1, 2, 3]))],
        lambda: tuple(rng.choice([0, 1, 2, -1, 1.0, None, 10**40]) for _ in range(rng.choice([0, 1, 2, 3, 4, 70]))),
        lambda: rng.choice([{}, {"weight": [1.0]}, {1: 2}, set(), object(), len, int, Ellipsis, slice(None, None, 2)]),
        lambda: array(rng),
        lambda: tensor(rng),
        lambda: tensor(rng),
        lambda: [tensor(rng) for _ in range(rng.choice([1, 2]))],
        lambda: rng.choice(
            [nn.ReLU(), nn.Linear(1, 1), nn.Sequential(nn.Tanh()), pa.ParamAttr(), pa.create_parameter([2])]
        ),
        lambda: np.datetime64("2020"),
    ]
    return rng.choice(makers)()


def bounded(name: str, argument: Any) -> Any:
    """The argument, but no number of layers that fit in memory and take ten minutes to make."""
    return 65 if name == "num_layers" and type(argument) is int and argument == 10**6 else argument


def image(n: int, *sizes: int) -> Tensor:
    """A tensor with ``n`` spatial axes of the sizes given last."""
    return Tensor(np.ones([*sizes[:2], *[sizes[2]] * n], np.float32), stop_gradient=False)


def fitting(rng: random.Random) -> tuple[str, Callable[..., Any], dict[str, Any]]:
    """Something to call with arguments that fit, before one of them is replaced."""
    n, x = rng.choice([1, 2, 3]), Tensor(np.ones([2, 3], np.float32), stop_gradient=False)
    convolution = {"x": image(n, 1, 2, 4), "weight": image(n, 2, 2, 2), "bias": x[0, :2], "stride": 2, "padding": 1}
    convolution |= {"dilation": 1, "groups": 1, "data_format": ("NCL", "NCHW", "NCDHW")[n - 1]}
    pooling = {"x": image(n, 1, 2, 4), "kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": False}
    layer = {
        "in_channels": 2,
        "out_channels": 2,
        "kernel_size": 2,
        "stride": 1,
        "padding": 1,
        "dilation": 1,
        "groups": 1,
    }
    labels = np.array([0, 2])
    table: dict[str, dict[str, Any]] = {
        f"conv{n}d": convolution,
        f"conv{n}d_transpose": convolution | {"output_padding": 1},
        f"max_pool{n}d": pooling | {"return_mask": True},
        f"avg_pool{n}d": pooling | {"exclusive": True},
        "cross_entropy": {"input": x, "label": labels, "weight": x[0], "ignore_index": -1, "axis": -1},
        "mse_loss": {"input": x, "label": x, "reduction": "mean"},
        "embedding": {"x": labels, "weight": image(0, 3, 2, 1), "padding_idx": 0, "sparse": False},
        "linear": {"x": x, "weight": x.T, "bias": x[:, 0]},
        "pad": {"x": image(n, 1, 2, 4), "pad": [1, 1] * n, "mode": "reflect", "value": 0.0, "data_format": None},
        "batch_norm": {"x": x, "running_mean": x[0], "running_var": x[0], "training": True, "momentum": 0.5},
        "group_norm": {"x": x, "num_groups": 3, "epsilon": 0.1, "weight": x[0], "data_format": "NCHW"},
        "layer_norm": {"x": x, "normalized_shape": [x.shape[-1]], "weight": x[0], "bias": x[0], "epsilon": 0.1},
        "normalize": {"x": x, "p": 3, "axis": 0, "epsilon": 0.1},
        "local_response_norm": {"x": image(n, 1, 2, 4), "size": 3, "alpha": 0.1},
        "weight_norm": {"layer": nn.Linear(2, 2), "name": "weight", "dim": 0},
        "spectral_norm": {"layer": nn.Linear(2, 2), "name": "weight", "dim": 0, "eps": 0.1},
        "scaled_dot_product_attention": {
            **dict.fromkeys(("query", "key", "value"), image(3, 1, 2, 2)[0]),
            "attn_mask": np.ones((2, 2), bool),
            "dropout_p": 0.5,
            "is_causal": True,
            "scale": 0.5,
            "enable_gqa": True,
        },
        "sequence_mask": {"x": labels, "maxlen": 3, "dtype": "int64"},
        "LSTM": {
            "input_size": 3,
            "hidden_size": 2,
            "num_layers": 2,
            "direction": "bidirect",
            "time_major": False,
            "dropout": 0.5,
            "weight_ih_attr": None,
            "bias_hh_attr": False,
            "proj_size": 1,
        },
        "MultiHeadAttention": {"embed_dim": 4, "num_heads": 2, "dropout": 0.5, "kdim": 3, "need_weights": True},
        "TransformerDecoderLayer": {
            "d_model": 4,
            "nhead": 2,
            "dim_feedforward": 3,
            "activation": "relu",
            "act_dropout": 0.5,
            "normalize_before": True,
            "weight_attr": None,
            "bias_attr": [None, None, False],
            "layer_norm_eps": 0.1,
        },
        "dropout": {"x": x, "p": 0.5, "axis": 0, "training": True, "mode": "upscale_in_train"},
        "softmax": {"x": x, "axis": 0},
        "gelu": {"x": x, "approximate": True},
        "leaky_relu": {"x": x, "negative_slope": 0.1},
        f"Conv{n}D": layer | {"padding_mode": "zeros", "weight_attr": None, "bias_attr": None},
        f"Conv{n}DTranspose": layer | {"output_padding": 0, "weight_attr": None, "bias_attr": None},
        "Linear": {"in_features": 2, "out_features": 3, "weight_attr": None, "bias_attr": False},
        "clip_grad_norm_": {"parameters": [x], "max_norm": 1.0, "norm_type": 2.0, "error_if_nonfinite": False},
        "concat": {"x": [x, x], "axis": 0},
        "stack": {"x": [x, x], "axis": 0},
        "where": {"condition": x > 0.0, "x": x, "y": x},
    }
    name = rng.choice(list(table))
    home = next(part for part in (nn.functional, nn, nn.utils, pa) if hasattr(part, name))
    return name, getattr(home, name), table[name]


def targets(rng: random.Random) -> tuple[str, Callable[..., Any], inspect.Signature]:
    """Something public to call."""
    where = rng.choice(
        ["function", "functional", "functional", "tensor", "tensor", "layer", "call", "part", "list", "utils"]
    )
    if where == "function":
        name = rng.choice([n for n in pa.autograd.__all__ if n not in ("Size", "apply", "no_grad")])
        call = getattr(pa.autograd, name)
    elif where == "functional":
        name = rng.choice(nn.functional.__all__)
        call = getattr(nn.functional, name)
    elif where == "tensor":
        name = rng.choice(METHODS)
        call = getattr(tensor(rng), name)
    elif where == "layer":
        name = rng.choice(nn.layer.__all__)
        call = getattr(nn, name)
    elif where == "call":
        name = rng.choice([n for n in nn.layer.__all__ if n not in ("Layer", "LayerList")])
        layer = getattr(nn, name)(*MADE.get(name, ()))
        return name, layer, inspect.signature(layer.forward)
    elif where == "part":
        name = rng.choice(LAYER_METHODS)
        call = getattr(nn.Linear(2, 2), name)
    elif where == "list":
        name = rng.choice(CONTAINER_METHODS)
        call = getattr(rng.choice([nn.Sequential, nn.LayerList])([nn.Tanh(), nn.ReLU()]), name)
    else:
        name = rng.choice(nn.utils.__all__)
        call = getattr(nn.utils, name)
    return name, call, inspect.signature(call)


def arguments(rng: random.Random, signature: inspect.Signature) -> tuple[list[Any], dict[str, Any]]:
    """Arguments that bind: a value for each parameter without a default, and for some with one."""
    given: list[Any] = []
    named = {}
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            given += [value(rng) for _ in range(rng.choice([0, 1, 2]))]
        elif parameter.kind is parameter.VAR_KEYWORD:
            continue
        elif parameter.default is parameter.empty or rng.random() < 0.3:
            likely = rng.random() < 0.5 and name in ("x", "input", "weight", "y")
            argument = tensor(rng) if likely else bounded(name, value(rng))
            if parameter.kind is parameter.KEYWORD_ONLY or parameter.default is not parameter.empty:
                named[name] = argument
            else:
                given.append(argument)
    return given, named


def stray(error: BaseException, name: str, signature: inspect.Signature) -> bool:
    """Whether an exception is not one that the library raised about its arguments."""
    if not isinstance(error, OURS):
        return True
    last = traceback.extract_tb(error.__traceback__)[-1]
    raised = "\n".join(linecache.getline(last.filename, number) for number in range(last.lineno - 3, last.lineno + 1))
    if not last.filename.startswith(HOME) or "raise" not in raised:
        return True
    words = [
        *signature.parameters,
        *(inspect.signature(getattr(nn, name)).parameters if name in nn.layer.__all__ else ()),
        name.strip("_"),
        "tensor",
        "layer",
        "leaf",
        "states",
        "entry",
        "shape",
        "dtype",
        "index",
        "input",
        "name",
        "initializer",
    ]
    said = str(error).lower()
    return not isinstance(error, KeyError) and not any(word.lower() in said for word in words)


def run(seed: int, seconds: float, calls: int = 10**9) -> dict[str, Any]:
    """Try calls for so many ``seconds``, or so many; return how many there were, how many were refused, and the strays."""
    rng = random.Random(seed)  # noqa: S311
    end = time.monotonic() + seconds
    found: dict[str, Any] = {"calls": 0, "refused": 0, "stray": []}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        while time.monotonic() < end and found["calls"] < calls:
            given: list[Any] = []
            if rng.random() < 0.5:
                name, call, named = fitting(rng)
                signature = inspect.signature(call)
                for changed in rng.sample(list(named), rng.choice([0, 1, 1, 2])):
                    named[changed] = bounded(changed, value(rng))
            else:
                name, call, signature = targets(rng)
                given, named = arguments(rng, signature)
            found["calls"] += 1
            try:
                call(*given, **named)
            except Exception as error:
                found["refused"] += 1
                if stray(error, name, signature):
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    call_text = " ".join(f"{name}(*{given!r}, **{named!r})".split())
                    text = f"{type(error).__name__}: {error}\n  {where.filename}:{where.lineno}"
                    found["stray"].append(f"{call_text[:300]}\n  {text}")
    return found


if __name__ == "__main__":
    import sys

    outcome = run(int(sys.argv[1]), float(sys.argv[2]))
    print("\n".join({text.rpartition("\n")[2] + text[:8]: text for text in outcome["stray"]}.values()))
    print(outcome["calls"], "calls,", outcome["refused"], "refused,", len(outcome["stray"]), "stray")
