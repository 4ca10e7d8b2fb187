"""Every rule of the functions: gradients over shapes, layouts, narrow dtypes and changed inputs."""

import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from paramattr.nn.functional.im2col import Steps

# Some modules have the name of a function, so that an import statement would find that.
HOME = Path(import_module("paramattr.nn.functional").__file__).parent
MODULES = {
    path.stem: import_module(f"paramattr.nn.functional.{path.stem}")
    for path in sorted(HOME.glob("*.py"))
    if path.stem != "__init__"
}
activation = MODULES["activation"]
adaptive = MODULES["adaptive"]
attention = MODULES["attention"]
binary_loss = MODULES["binary_loss"]
conv = MODULES["conv"]
ctc = MODULES["ctc"]
distance = MODULES["distance"]
distance_loss = MODULES["distance_loss"]
embedding = MODULES["embedding"]
fold = MODULES["fold"]
grid = MODULES["grid"]
hierarchical = MODULES["hierarchical"]
interpolate = MODULES["interpolate"]
label = MODULES["label"]
likelihood = MODULES["likelihood"]
linear = MODULES["linear"]
loss = MODULES["loss"]
margin_loss = MODULES["margin_loss"]
padding = MODULES["padding"]
pooling = MODULES["pooling"]
rectifier = MODULES["rectifier"]
rnn = MODULES["rnn"]
rnnt = MODULES["rnnt"]
shrink = MODULES["shrink"]
softmax = MODULES["softmax"]
softmax_loss = MODULES["softmax_loss"]
standardization = MODULES["standardization"]
unpooling = MODULES["unpooling"]
vector_norm = MODULES["vector_norm"]
vision = MODULES["vision"]


def values(shape, seed=5):
    """Values away from 0, from each other and from those of other seeds: no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    count = int(np.prod(shape))
    return (rng.permutation(np.linspace(0.2, 2.0, count) + 0.00137 * (seed - 5)) * rng.choice([-1, 1], count)).reshape(
        shape
    )


shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def one(**settings):
    return shapes.map(lambda shape: ([values(shape)], settings))


@st.composite
def along_an_axis(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    return [values(shape)], {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def drawn_along_an_axis(draw):
    arrays, settings = draw(along_an_axis())
    noise = np.random.default_rng(3).standard_normal(arrays[0].shape)
    return arrays, {**settings, "noise": noise, "temperature": draw(st.sampled_from([0.5, 2.0])), "hard": False}


@st.composite
def of_an_even_axis(draw):
    shape = list(draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3)))
    place = draw(st.integers(0, len(shape) - 1))
    shape[place] *= 2
    return [values(tuple(shape))], {"axis": place}


@st.composite
def of_runs(draw):
    groups, place = draw(st.integers(2, 3)), draw(st.sampled_from([1, 3]))
    shape = list(numbers(draw, 4, 1, 2))
    shape[place] *= groups
    return [values(tuple(shape))], {"groups": groups, "axis": place}


@st.composite
def alike(draw):
    shape = draw(shapes)
    return [values(shape), values(shape, 6)], {}


@st.composite
def weighed(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    return [values(shape), values(shape[-1:] if draw(st.booleans()) else (), 6)], {}


@st.composite
def apart(draw):
    found = draw(
        hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_side=3, min_dims=1, max_dims=3)
    ).input_shapes
    orders = [2.0, 1.0, 3.0, 0.5, 0.0, math.inf, -math.inf, -1.0]
    settings = {"p": draw(st.sampled_from(orders)), "epsilon": draw(st.sampled_from([0.0, 0.01]))}
    # Differences apart from each other and from 0, so that the largest stays the largest.
    return [values(found[0]), 7 * values(found[1], 6)], {**settings, "keepdim": draw(st.booleans())}


@st.composite
def directions(draw):
    found = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_side=3, min_dims=1, max_dims=3))
    axis = draw(st.integers(0, len(found.result_shape) - 1))
    arrays = [values(shape, seed) for seed, shape in enumerate(found.input_shapes)]
    return arrays, {"axis": axis, "eps": draw(st.sampled_from([1e-8, 100.0]))}


@st.composite
def mapped_in_pairs(draw):
    count, n, m, k = numbers(draw, 4, 1, 3)
    arrays = [values((count, n)), values((count, m), 6), values((k, n, m), 7), values((1, k), 8)]
    return arrays[: draw(st.integers(3, 4))], {}


@st.composite
def smoothed(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    return [values(shape), values(shape[-1:], 6)][: draw(st.integers(1, 2))], {
        "weight": draw(st.sampled_from([0.1, 1.0]))
    }


def settings(**choices):
    """One array, with settings out of ``choices``."""
    return st.fixed_dictionaries({key: st.sampled_from(options) for key, options in choices.items()}).flatmap(
        lambda chosen: one(**chosen)
    )


@st.composite
def compared(draw):
    found = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_side=3, max_dims=3)).input_shapes
    return [values(found[0]), values(found[1], 6)], {"reduction": draw(st.sampled_from(["mean", "sum", "none"]))}


@st.composite
def looked_up(draw):
    rows, size = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    index = draw(hnp.arrays(np.int64, shapes, elements=st.integers(0, rows - 1)))
    return [values((rows, size))], {"index": index, "padding": draw(st.sampled_from([None, rows - 1]))}


def numbers(draw, n, low, high):
    return tuple(draw(st.integers(low, high)) for _ in range(n))


def pairs(draw, n, high, low=0):
    return tuple((draw(st.integers(low, high)), draw(st.integers(low, high))) for _ in range(n))


@st.composite
def convolved(draw, transposed=False):
    n, groups, last = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.booleans())
    kernel, stride, dilation = (numbers(draw, n, 1, 2) for _ in range(3))
    around = pairs(draw, n, 1)
    space = tuple(2 if transposed else max((k - 1) * d + 1, 2) for k, d in zip(kernel, dilation, strict=True))
    channels = groups * draw(st.integers(1, 2))
    count = draw(st.integers(0, 2))
    x = values((count, *space, channels) if last else (count, channels, *space))
    settings = {"pads": around, "steps": Steps(stride, dilation, groups), "last": last}
    if not transposed:
        weights = [values((2 * groups, channels // groups, *kernel), 6), values((2 * groups,), 7)]
        return [x, *weights[: draw(st.integers(1, 2))]], settings
    full = [(2 - 1) * s + (k - 1) * d + 1 for k, s, d in zip(kernel, stride, dilation, strict=True)]
    settings["pads"] = tuple((0, 0) if size <= sum(pair) else pair for size, pair in zip(full, around, strict=True))
    extra = [draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
    settings["out"] = tuple(s - sum(p) + e for s, p, e in zip(full, settings["pads"], extra, strict=True))
    weights = [values((channels, 2, *kernel), 6), values((2 * groups,), 7)]
    return [x, *weights[: draw(st.integers(1, 2))]], settings


@st.composite
def mapped(draw):
    leading = draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    inputs, outputs = numbers(draw, 2, 0, 3)
    arrays = [values((*leading, inputs)), values((inputs, outputs), 6), values((outputs,), 7)]
    return arrays[: draw(st.integers(2, 3))], {}


@st.composite
def pooled(draw, mean):
    n, last = draw(st.integers(1, 3)), draw(st.booleans())
    kernel, stride = numbers(draw, n, 1, 3), numbers(draw, n, 1, 3)
    around = tuple((draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))) for k in kernel)
    space = tuple(max(k - sum(p), 1) + draw(st.integers(0, 1)) for k, p in zip(kernel, around, strict=True))
    count = draw(st.integers(0, 2))
    settings = {"kernel": kernel, "stride": stride, "pads": around, "last": last}
    if mean:
        settings["counts"] = pooling._counts(space, kernel, stride, around, draw(st.booleans()))
    return [values((count, *space, 2) if last else (count, 2, *space))], settings


@st.composite
def padded(draw, mode):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=3))
    low = draw(st.integers(-1, 0)) if min(shape) > 2 else 0
    around = pairs(draw, len(shape), 1 if mode == "reflect" else 4, low)
    return [values(shape)], {"pairs": around, "value": 0.5} if mode == "constant" else {"pairs": around, "mode": mode}


@st.composite
def recurrent(draw, rows, states, projected=False):
    steps, batch, size, hidden = (draw(st.integers(low, 3)) for low in (0, 1, 0, 1))
    width = draw(st.integers(1, hidden)) if projected else hidden
    shapes = [(steps, batch, size), *[(batch, width), (batch, hidden)][:states], (rows * hidden, size)]
    shapes += [(rows * hidden, width), (rows * hidden,), (rows * hidden,), *[(hidden, width)] * projected]
    lengths = draw(st.none() | st.lists(st.integers(0, steps), min_size=batch, max_size=batch))
    keep = None if lengths is None else (np.arange(steps)[:, None] < lengths)[:, :, None]
    # Not even numbers, which would add up to a kink of relu.
    arrays = [np.random.default_rng([k, *shape]).standard_normal(shape) for k, shape in enumerate(shapes)]
    return arrays, {"keep": keep, "reverse": draw(st.booleans())}


@st.composite
def attended(draw):
    leading = draw(hnp.mutually_broadcastable_shapes(num_shapes=3, min_side=1, max_side=2, max_dims=2)).input_shapes
    queries, keys, size, width = (draw(st.integers(1, 3)) for _ in range(4))
    ends = [(queries, size), (keys, size), (keys, width), (draw(st.sampled_from([1, queries])), keys)]
    arrays = [values((*first, *end), seed) for seed, (first, end) in enumerate(zip([*leading, ()], ends, strict=True))]
    kept = np.random.default_rng(4).choice([0.0, 2.0], (queries, keys)).astype(np.float32)
    settings = {"scale": draw(st.sampled_from([1.0, -0.5])), "kept": draw(st.sampled_from([None, kept]))}
    return arrays[: draw(st.integers(3, 4))], settings


@st.composite
def cut(draw):
    shape = draw(hnp.array_shapes(min_dims=3, max_dims=3, max_side=3))
    first = draw(st.sampled_from([slice(shape[0] - 1), shape[0] - 1]))
    return [values(shape)], {"index": (first, slice(None), slice(draw(st.integers(0, shape[2]))))}


@st.composite
def standardized(draw, known=False):
    count, groups, size = draw(st.integers(0, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    space = draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=1, max_side=3))
    shape, ones = (count, groups * size, *space), (1,) * len(space)
    after = tuple(range(1, len(shape) + 1))
    layouts = {
        "batch": (shape, (0, *after[1:-1]), (1, groups * size, *ones)),
        "instance": (shape, after[1:-1], (1, groups * size, *ones)),
        "group": ((count, groups, size, *space), after[1:], (1, groups, size, *ones)),
        "layer": ((count, groups * size * math.prod(space)), (1,), (1, groups * size * math.prod(space))),
    }
    layout = standardization.Layout(*layouts["batch" if known else draw(st.sampled_from(list(layouts)))])
    vector = (math.prod(layout.per),)
    settings = {"layout": layout, "epsilon": 0.1}
    settings |= (
        {"mean": values(vector, 8), "variance": abs(values(vector, 9))} if known else {"centred": draw(st.booleans())}
    )
    return [values(shape), values(vector, 6), values(vector, 7)], settings


@st.composite
def shortened(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    axes = draw(st.lists(st.integers(0, len(shape) - 1), unique=True, max_size=2))
    p = draw(st.sampled_from([2.0, 2.0, 1.0, 0.5, 3.5, -1.0, 0.0, math.inf, -math.inf]))
    return [values(shape)], {"p": p, "axes": tuple(axes), "epsilon": draw(st.sampled_from([1e-3, 0.1, 50.0]))}


@st.composite
def responding(draw):
    shape = draw(hnp.array_shapes(min_dims=3, max_dims=4, min_side=1, max_side=3))
    constants = (draw(st.integers(1, 5)), 0.5, draw(st.sampled_from([0.75, 2.0])), 1.5)
    return [values(shape)], {"axis": draw(st.sampled_from([1, len(shape) - 1])), "constants": constants}


@st.composite
def spectral(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=3))
    dim = draw(st.integers(0, len(shape) - 1))
    u, v = (abs(values((size,), 6)) for size in (shape[dim], math.prod(shape) // shape[dim]))
    return [abs(values(shape))], {"dim": dim, "u": u, "v": v}


def rng_of(draw):
    return np.random.default_rng(draw(st.integers(0, 1000)))


reductions = st.sampled_from(["mean", "sum", "none"])


@st.composite
def lost(draw, inputs, constants=(), *, low=0, **settings):
    """Inputs and constants of one shape, each made from values in ±[0.2, 2], and a reduction."""
    shape = draw(hnp.array_shapes(min_dims=low, max_dims=3, min_side=1, max_side=3))
    arrays = [make(values(shape, seed)) for seed, make in enumerate(inputs)]
    fixed = {name: make(values(shape, 10 + seed)) for seed, (name, make) in enumerate(dict(constants).items())}
    chosen = {name: draw(setting) for name, setting in settings.items()}
    return arrays, {"reduction": draw(reductions), **fixed, **chosen}


def plain(array):
    return array


def positive(array):
    return np.abs(array)


def chance(array):
    return np.abs(array) / 2.5


def sign(array):
    return np.sign(array)


@st.composite
def weighted(draw, rule):
    """A case of a rule, perhaps with factors of the losses as a further input."""
    arrays, settings = draw(rule)
    return arrays + [positive(values(arrays[0].shape, 20))] * draw(st.integers(0, 1)), settings


@st.composite
def of_classes(draw, *, weights=False, **settings):
    rows, classes = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    arrays = [values((rows, classes))] + [positive(values((classes,), 6))] * (weights and draw(st.integers(0, 1)))
    label = rng_of(draw).integers(0, classes, rows)
    return arrays, {"label": label, "reduction": draw(reductions), **{k: draw(v) for k, v in settings.items()}}


@st.composite
def picked(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=3))
    rng, places = rng_of(draw), (shape[0], 1, *shape[2:])
    shares = rng.uniform(0.5, 2, places) * rng.integers(0, 2, places)
    return [values(shape)], {
        "label": rng.integers(0, shape[1], places),
        "shares": shares,
        "reduction": draw(reductions),
    }


@st.composite
def overlapping(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=3))
    label = rng_of(draw).integers(0, shape[-1], (*shape[:-1], 1))
    return [positive(values(shape))], {"label": label, "epsilon": 0.1, "reduction": draw(reductions)}


@st.composite
def several_targets(draw):
    rows, classes = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    label = rng_of(draw).integers(-1, classes, (rows, 3))
    # Scores that are whole thirds apart, so that no gap is near 0.
    scores = rng_of(draw).permutation(rows * classes).reshape(rows, classes) * 0.3 + 0.05
    return [scores], {"label": label, "reduction": draw(reductions)}


@st.composite
def angles(draw):
    shape = draw(st.sampled_from([(3,), (1, 2), (3, 4)]))
    label = rng_of(draw).choice([-1, 1, 0], shape[0] if len(shape) == 2 else 2)
    settings = {"label": label, "margin": draw(st.sampled_from([0.0123, -0.9123])), "reduction": draw(reductions)}
    return [values(shape), values(shape, 6)], settings


@st.composite
def distances(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    p = draw(st.sampled_from([0.0, 1.0, 2.0, 3.5, np.inf]))
    return [values(shape), values(shape, 6) * 1.137 + 3.5], {"p": p, "epsilon": 1e-6}


@st.composite
def turned(draw):
    rows, classes = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    margins = draw(st.sampled_from([(1.0, 0.0, 0.2), (1.0, 0.5, 0.0), (1.3, 0.1, 0.1)]))
    settings = dict(zip(("margin1", "margin2", "margin3"), margins, strict=True))
    return [values((rows, classes)) / 2.5], {"label": rng_of(draw).integers(0, classes, rows), **settings}


@st.composite
def along_paths(draw):
    rows, size, nodes, steps = (draw(st.integers(1, 3)) for _ in range(4))
    rng = rng_of(draw)
    arrays = [values((rows, size)), values((nodes, size), 6), values((nodes, 1), 7)]
    paths = {"index": rng.integers(0, nodes, (rows, steps)), "kept": rng.random((rows, steps)) < 0.8}
    paths["code"] = rng.integers(0, 2, (rows, steps)) * paths["kept"]
    return arrays[: draw(st.integers(2, 3))], {**paths, "reduction": draw(reductions)}


@st.composite
def in_time(draw):
    time, rows, symbols, longest = (draw(st.integers(low, 3)) for low in (1, 1, 2, 1))
    rng = rng_of(draw)
    settings = {
        "labels": rng.integers(1, symbols, (rows, longest)),
        "steps": rng.integers(0, time + 1, rows),
        "counts": rng.integers(0, longest + 1, rows),
        "blank": 0,
        "by_times": False,
        "zero_infinity": draw(st.booleans()),
        "shares": rng.uniform(0.5, 2, rows),
        "reduction": draw(reductions),
    }
    return [values((time, rows, symbols))], settings


@st.composite
def transduced(draw):
    rows, time, longest, symbols = (draw(st.integers(low, 3)) for low in (1, 1, 1, 2))
    rng = rng_of(draw)
    settings = {
        "labels": rng.integers(0, symbols, (rows, longest)),
        "steps": rng.integers(1, time + 1, rows),
        "counts": rng.integers(0, longest + 1, rows),
        "blank": 0,
        "boost": 1.0,
        "reduction": draw(reductions),
    }
    return [values((rows, time, longest + 1, symbols))], settings


def batched(draw, space, channels=2, last=False):
    """Values of up to two samples."""
    count = draw(st.integers(0, 2))
    return values((count, *space, channels) if last else (count, channels, *space))


@st.composite
def pooled_to_a_size(draw):
    n, last = draw(st.integers(1, 3)), draw(st.booleans())
    return [batched(draw, numbers(draw, n, 1, 3), last=last)], {"out": numbers(draw, n, 1, 4), "last": last}


@st.composite
def chosen(draw):
    n = draw(st.integers(1, 3))
    x = batched(draw, numbers(draw, n, 1, 3))
    windows = [adaptive.bins(size, out) for size, out in zip(x.shape[2:], numbers(draw, n, 1, 3), strict=True)]
    return [x], {"places": adaptive._largest(x, windows)}


@st.composite
def powers(draw):
    (x,), settings = draw(pooled(mean=False))
    norm = draw(st.sampled_from([1.0, 2.0, 4.0, 2.5, -1.0]))
    return [x if norm in (1, 2, 4) else np.abs(x)], settings | {"norm": norm}


@st.composite
def unpooled(draw):
    x, space = batched(draw, (2,)), numbers(draw, 2, 2, 3)
    places = np.random.default_rng(draw(st.integers(0, 9))).permuted(np.tile(np.arange(4), (*x.shape[:2], 1)), axis=-1)
    return [x], {"places": places[..., :2], "space": space}


@st.composite
def resampled(draw, nearest):
    n, first = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    space, out = numbers(draw, n, 1, 3), numbers(draw, n, 1, 4)
    x = batched(draw, space, last=first == 1)
    sizes = enumerate(zip(space, out, strict=True), first)
    axes = [interpolate.Resized(axis, size, count, size / count) for axis, (size, count) in sizes]
    if nearest:
        return [x], {"places": [interpolate._nearest_places(axis) for axis in axes], "first": first}
    kind, smooth = draw(st.sampled_from(["bicubic", "linear"])), draw(st.booleans())
    corners, mode = draw(st.booleans()), draw(st.integers(0, 1))
    return [x], {"taps": [interpolate._taps(axis, corners, mode, smooth, kind) for axis in axes]}


@st.composite
def windowed(draw, back):
    kernel, stride, dilation = (numbers(draw, 2, 1, 2) for _ in range(3))
    around, space = pairs(draw, 2, 1), numbers(draw, 2, 3, 4)
    x = batched(draw, space)
    settings = {"kernel": kernel, "stride": stride, "pads": around, "dilation": dilation}
    if not back:
        return [x], settings
    columns, _ = fold._unfold(x, **settings)
    return [values(columns.shape)], settings | {"space": space}


@st.composite
def mapped_points(draw):
    n, out = draw(st.integers(2, 3)), numbers(draw, 2, 0, 3)
    points = values((out[0] * out[1], n + 1), 6)
    return [values((draw(st.integers(0, 2)), n, n + 1))], {"points": points, "out": out}


@st.composite
def sampled(draw):
    n, align = draw(st.integers(2, 3)), draw(st.booleans())
    x = batched(draw, numbers(draw, n, 2, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    # Away from the elements and from what lies in the middle between two.
    at = rng.integers(-3, 6, (len(x), *numbers(draw, n, 1, 2), n)) + rng.uniform(0.2, 0.3)
    sizes = np.array(x.shape[:1:-1])
    points = 2 * at / (sizes - 1) - 1 if align else (2 * at + 1) / sizes - 1
    padding = draw(st.sampled_from(grid.PADDING_MODES))
    return [x, points], {"nearest": draw(st.booleans()), "padding": padding, "align": align}


@st.composite
def shifted(draw):
    frames, last = draw(st.integers(1, 3)), draw(st.booleans())
    shape = (frames * draw(st.integers(0, 2)), *((2, 1, 4) if last else (4, 2, 1)))
    edges = draw(st.sampled_from([(0, 0), (1, 2), (1, 3), (0, 1)]))
    return [values(shape)], {"frames": frames, "edges": edges, "last": last}


# For each rule its arrays and settings, and the inputs that a gradient may need.
CASES = {
    activation._gelu: (one(), set()),
    activation._gelu_tanh: (one(), set()),
    activation._glu: (of_an_even_axis(), {0}),
    activation._gated: (alike(), {0, 1}),
    activation._log_sigmoid: (one(), {0}),
    activation._mish: (one(), set()),
    activation._softplus: (settings(beta=[1.0, 3.0, -2.0], threshold=[20.0, 1.5]), {0}),
    activation._softsign: (one(), set()),
    activation._swiglu: (alike(), {0, 1}),
    activation._swiglu_halves: (
        of_an_even_axis().filter(lambda case: case[1]["axis"] == case[0][0].ndim - 1).map(lambda case: (case[0], {})),
        {0},
    ),
    activation._swish: (one(), set()),
    binary_loss._cross_entropy: (weighted(lost([chance], {"label": chance})), {1}),
    binary_loss._cross_entropy_of_logits: (weighted(lost([plain], {"label": chance, "pos_weight": positive})), {1}),
    binary_loss._focal: (
        weighted(lost([plain], {"label": chance}, alpha=st.just(0.3), gamma=st.sampled_from([0.0, 1.5]))),
        {1},
    ),
    binary_loss._soft_margin: (lost([plain, sign]), {0, 1}),
    binary_loss._multi_label_soft_margin: (weighted(lost([plain, chance], low=1)), {0, 2}),
    binary_loss._dice: (overlapping(), set()),
    attention._attention: (attended(), {0, 1, 2}),
    conv._conv: (convolved(), {0, 1}),
    ctc._ctc: (in_time(), set()),
    distance_loss._cosine_embedding: (angles(), set()),
    distance_loss._distance: (distances(), set()),
    distance_loss._gap: (lost([plain, plain], margin=st.just(0.123)), set()),
    hierarchical._along_paths: (along_paths(), {0, 1}),
    likelihood._divergence: (lost([plain], {"label": plain}, log_target=st.booleans()), set()),
    likelihood._poisson: (
        lost([positive, positive], log_input=st.booleans(), full=st.booleans(), epsilon=st.just(0.1)),
        {0, 1},
    ),
    likelihood._gaussian: (lost([plain, plain, positive], full=st.booleans(), epsilon=st.just(1e-6)), {2}),
    likelihood._log_loss: (lost([chance], {"label": chance}, epsilon=st.just(0.1)), set()),
    likelihood._nll: (picked(), set()),
    margin_loss._margin_ranking: (lost([plain, plain, sign], margin=st.just(0.123)), {0, 1, 2}),
    margin_loss._hinge_embedding: (lost([plain], {"label": sign}, margin=st.just(1.01)), set()),
    margin_loss._multi_margin: (of_classes(weights=True, p=st.integers(1, 3), margin=st.just(0.3213)), {1}),
    margin_loss._multi_label_margin: (several_targets(), set()),
    rnnt._rnnt: (transduced(), set()),
    softmax_loss._with_margin: (turned(), set()),
    conv._conv_transpose: (convolved(transposed=True), {0, 1}),
    distance._cosine_similarity: (directions(), set()),
    distance._distance: (apart(), set()),
    embedding._embedding: (looked_up(), set()),
    label._smoothed: (smoothed(), set()),
    linear._bilinear: (mapped_in_pairs(), {0, 1, 2}),
    linear._linear: (mapped(), {0, 1}),
    loss._absolute_difference: (compared(), set()),
    loss._huber: (lost([plain, plain], delta=st.sampled_from([0.517, 9.0]), divisor=st.just(2.0)), set()),
    loss._squared_difference: (compared(), set()),
    padding._pad_constant: (padded("constant"), set()),
    padding._pad_selected: (st.sampled_from(list(padding.SELECTIONS)).flatmap(padded), set()),
    pooling._max_pool: (pooled(mean=False), {0}),
    pooling._avg_pool: (pooled(mean=True), set()),
    rnn._part: (cut(), set()),
    rnn.simple_rnn: (
        st.sampled_from(["tanh", "relu"]).flatmap(
            lambda activation: recurrent(1, 1).map(lambda case: (case[0], case[1] | {"activation": activation}))
        ),
        {0, 2, 3},
    ),
    rnn.gru: (recurrent(3, 1), {0, 2, 3}),
    rnn.lstm: (st.booleans().flatmap(lambda projected: recurrent(4, 2, projected)), {0, 3, 4, 7}),
    standardization.standardize: (standardized(), {1}),
    standardization.rescale: (standardized(known=True), set()),
    standardization.unchanged: (st.just(([values((1, 3)), values((3,), 6), values((3,), 7)], {})), set()),
    vector_norm.unit: (shortened(), set()),
    vector_norm._local_response: (responding(), {0}),
    vector_norm.over_sigma: (spectral(), set()),
    rectifier._clip: (settings(low=[-1.117, 0.11], high=[0.77, 1.3]), set()),
    rectifier._exponential: (settings(scale=[1.0, 1.5], alpha=[0.7, -1.0, 0.0], width=[1.0, -2.0]), set()),
    rectifier._hardsigmoid: (settings(slope=[0.21, -0.5], offset=[0.5, 0.11]), set()),
    rectifier._hardswish: (one(), set()),
    rectifier._leaky_relu: (settings(slope=[0.01, 1.5, -0.5]), set()),
    rectifier._maxout: (of_runs(), set()),
    rectifier._prelu: (weighed(), {0, 1}),
    rectifier._relu: (one(), set()),
    shrink._hardshrink: (settings(threshold=[0.77, -1.0]), set()),
    shrink._softshrink: (settings(threshold=[0.77, 0.0]), {0}),
    shrink._tanhshrink: (one(), set()),
    shrink._thresholded_relu: (settings(threshold=[0.77, -0.77], low=[0.5]), set()),
    softmax._gumbel_softmax: (drawn_along_an_axis(), set()),
    softmax._log_softmax: (along_an_axis(), set()),
    adaptive._adaptive_avg_pool: (pooled_to_a_size(), set()),
    adaptive._selected: (chosen(), set()),
    fold._fold: (windowed(back=True), set()),
    fold._unfold: (windowed(back=False), set()),
    grid._affine_grid: (mapped_points(), set()),
    grid._grid_sample: (sampled(), {0}),
    interpolate._nearest: (resampled(nearest=True), set()),
    interpolate._resample: (resampled(nearest=False), set()),
    pooling._lp_pool: (powers(), {0}),
    unpooling._max_unpool: (unpooled(), set()),
    vision._temporal_shift: (shifted(), set()),
}


def test_every_rule_has_a_case(rules_in):
    assert set(CASES) == set().union(*map(rules_in, MODULES.values()))


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: rule.__name__)
def test_gradients_dtypes_and_writes(rule, check_rule):
    check_rule(rule, *CASES[rule], examples=30)
