"""Every rule of the functions: gradients over shapes, layouts, narrow dtypes and changed inputs."""

import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from paramattr.nn.functional.im2col import Steps

# One of the modules has the name of its function.
NAMES = [
    *("activation", "attention", "common", "conv", "embedding", "geometry", "im2col", "linear", "loss", "norm"),
    *("once", "padding", "pooling", "rnn", "standardization", "vector_norm"),
]
MODULES = [import_module(f"paramattr.nn.functional.{name}") for name in NAMES]
activation, attention, _, conv, embedding, _, _, linear, loss, _, *others = MODULES
_, padding, pooling, rnn, standardization, vector_norm = others


def values(shape, seed=5):
    """Values away from 0 and from each other, so that no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    count = int(np.prod(shape))
    return (rng.permutation(np.linspace(0.2, 2.0, count)) * rng.choice([-1, 1], count)).reshape(shape)


shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def one(**settings):
    return shapes.map(lambda shape: ([values(shape)], settings))


@st.composite
def along_an_axis(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    return [values(shape)], {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


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


def pairs(draw, n, high):
    return tuple((draw(st.integers(0, high)), draw(st.integers(0, high))) for _ in range(n))


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
    around = pairs(draw, len(shape), 1 if mode == "reflect" else 4)
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


# For each rule its arrays and settings, and the inputs that a gradient may need.
CASES = {
    activation._relu: (one(), set()),
    activation._leaky_relu: (st.sampled_from([0.01, 1.5, -0.5]).flatmap(lambda slope: one(slope=slope)), {0}),
    activation._sigmoid: (one(), set()),
    activation._gelu: (one(), set()),
    activation._gelu_tanh: (one(), set()),
    activation._softmax: (along_an_axis(), set()),
    activation._log_softmax: (along_an_axis(), set()),
    attention._attention: (attended(), {0, 1, 2}),
    conv._conv: (convolved(), {0, 1}),
    conv._conv_transpose: (convolved(transposed=True), {0, 1}),
    embedding._embedding: (looked_up(), set()),
    linear._linear: (mapped(), {0, 1}),
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
}


def test_every_rule_has_a_case(rules_in):
    assert {path.stem for path in Path(activation.__file__).parent.glob("[!_]*.py")} == set(NAMES)
    assert set(CASES) == set().union(*map(rules_in, MODULES))


@pytest.mark.parametrize("rule", CASES, ids=lambda rule: rule.__name__)
def test_gradients_dtypes_and_writes(rule, check_rule):
    check_rule(rule, *CASES[rule], examples=30)
