"""Losses beside the real Paddle, over random settings: values and gradients of functions and layers."""

import itertools
import math
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

CONFIGURATIONS = 40
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


class Case:
    """Random arrays in one dtype, and the settings that were drawn with them."""

    def __init__(self, rng, dtype):
        self.rng, self.dtype, self.drawn = rng, dtype, []

    def number(self, low, high):
        return self._note(float(self.rng.uniform(low, high)))

    def integer(self, low, high):
        return self._note(int(self.rng.integers(low, high)))

    def among(self, *values):
        return self._note(values[self.rng.integers(len(values))])

    def shape(self, axes=(1, 4)):
        return self._note(self.rng.integers(1, 6, self.rng.integers(*axes)).tolist())

    def reals(self, shape, low=-2.0, high=2.0):
        return self.rng.uniform(low, high, shape).astype(self.dtype)

    def integers(self, shape, low, high, dtype="int64"):
        return self.rng.integers(low, high, shape).astype(dtype)

    def signs(self, shape):
        return self.rng.choice([-1, 1], shape).astype(self.dtype)

    def _note(self, value):
        self.drawn.append(value)
        return value


def of(name, case, inputs, constants=(), layer=None, **settings):
    """A function, or the layer that stands for it, with inputs that get gradients and constants that get none.

    Constants among the settings are arrays.
    """
    if "reduction" not in settings and name not in ("log_loss", "dice_loss", "square_error_cost", "hsigmoid_loss"):
        settings["reduction"] = case.among("mean", "sum", "none")
    as_layer = layer is not None and case.among(True, False)

    def call(lib, *tensors):
        fixed = [value if value is None else lib.to_tensor(value) for value in constants]
        given = {key: lib.to_tensor(v) if isinstance(v, np.ndarray) else v for key, v in settings.items()}
        if as_layer:
            return getattr(lib.nn, layer)(**given)(*tensors, *fixed)
        return getattr(lib.nn.functional, name)(*tensors, *fixed, **given)

    return inputs, call


def maybe(case, array):
    return array if case.among(True, False) else None


def chances(case, shape, axis=-1):
    array = case.reals(shape, 0.05, 1.0)
    return (array / array.sum(axis=axis, keepdims=True)).astype(case.dtype)


def pair(name, layer, **more):
    """Losses of an input and a label of the same shape, both of which get gradients."""

    def make(case):
        shape = case.shape()
        drawn = {key: draw(case) for key, draw in more.items()}
        return of(name, case, [case.reals(shape), case.reals(shape)], layer=layer, **drawn)

    return make


def broadcast(name, layer):
    def make(case):
        shape = case.shape()
        other = [1 if case.among(True, False) else size for size in shape][case.integer(0, len(shape)) :]
        return of(name, case, [case.reals(shape), case.reals(other)], layer=layer)

    return make


def binary(case):
    shape = case.shape()
    weight = maybe(case, case.reals(shape[-1:], 0.5, 2.0))
    inputs = [case.reals(shape, 0.01, 0.99)]
    return of("binary_cross_entropy", case, inputs, [case.reals(shape, 0, 1)], layer="BCELoss", weight=weight)


def binary_of_logits(case):
    shape = case.shape()
    label = np.where(case.rng.random(shape) < 0.1, -100, case.reals(shape, 0, 1)).astype(case.dtype)
    weight, positive = (maybe(case, case.reals(shape[-1:], 0.5, 2.0)) for _ in range(2))
    settings = {"layer": "BCEWithLogitsLoss", "weight": weight, "pos_weight": positive}
    return of("binary_cross_entropy_with_logits", case, [case.reals(shape, -9, 9)], [label], **settings)


def focal(case):
    shape = [case.integer(1, 5), case.integer(1, 5)]
    label = case.among(case.integers(shape, 0, 2).astype(case.dtype), case.reals(shape, 0, 1))
    inputs = [case.reals(shape, -5, 5)]
    settings = {"alpha": case.number(0, 1), "gamma": case.among(0.0, 1.0, 2.0, 0.5)}
    # The gradients of labels are left out: Paddle knows only one part of them.
    return of("sigmoid_focal_loss", case, inputs, [label, maybe(case, case.reals([1], 1, 3))], **settings)


def focal_normalizer(case):
    shape = [case.integer(1, 5), case.integer(1, 5)]
    label = case.integers(shape, 0, 2).astype(case.dtype)
    reduction = case.among("mean", "sum", "none")

    def call(lib, logit, normalizer):
        return lib.nn.functional.sigmoid_focal_loss(logit, lib.to_tensor(label), normalizer, reduction=reduction)

    return [case.reals(shape), case.reals([1], 1, 3)], call


def divergence(case):
    shape = case.shape()
    log_target = case.among(True, False)
    label = chances(case, shape)
    label = np.log(label) if log_target else np.where(case.rng.random(shape) < 0.2, 0, label).astype(case.dtype)
    settings = {"reduction": case.among("mean", "sum", "none", "batchmean"), "log_target": log_target}
    return of("kl_div", case, [case.reals(shape)], [label], layer="KLDivLoss", **settings)


def log_loss(case):
    # Paddle knows only this shape, and only float32.
    shape = [case.integer(1, 9), 1]
    inputs = [case.reals(shape, 0.01, 0.99).astype("float32")]
    return of("log_loss", case, inputs, [case.reals(shape, 0, 1).astype("float32")], epsilon=case.number(1e-5, 0.1))


def poisson(case):
    shape = case.shape()
    log_input = case.among(True, False)
    settings = {"log_input": log_input, "full": case.among(True, False), "epsilon": case.number(1e-8, 0.1)}
    inputs = [case.reals(shape, -2 if log_input else 0.1, 2), case.reals(shape, 0.1, 6)]
    return of("poisson_nll_loss", case, inputs, layer="PoissonNLLLoss", **settings)


def gaussian(case):
    shape = case.shape()
    spread = case.among(shape, shape[:-1], [*shape[:-1], 1])
    # Paddle gives no gradient to the variance.
    settings = {"layer": "GaussianNLLLoss", "full": case.among(True, False), "epsilon": case.among(1e-6, 0.5)}
    return of("gaussian_nll_loss", case, [case.reals(shape), case.reals(shape)], [case.reals(spread, 0, 2)], **settings)


def nll(case):
    shape = case.shape((2, 5))
    label = case.integers([shape[0], *shape[2:]], 0, shape[1])
    # With ignored labels, without weights, or summed up, Paddle's kernel damages its memory.
    weight = case.reals(shape[1:2], 0.5, 2.0)
    settings = {"layer": "NLLLoss", "weight": weight, "reduction": case.among("mean", "none")}
    return of("nll_loss", case, [case.reals(shape)], [label], **settings)


def soft_margin(case):
    shape = case.shape()
    return of("soft_margin_loss", case, [case.reals(shape, -3, 3), case.signs(shape)], layer="SoftMarginLoss")


def multi_label_soft_margin(case):
    shape = case.shape()
    weight = maybe(case, case.reals(shape[-1:], 0.5, 2.0))
    inputs = [case.reals(shape, -8, 8), case.reals(shape, 0, 1)]
    return of("multi_label_soft_margin_loss", case, inputs, layer="MultiLabelSoftMarginLoss", weight=weight)


def weights_of(function):
    """The gradient of the weights."""

    def make(case):
        shape = [case.integer(2, 5), case.integer(2, 5)]
        label = case.integers(shape, 0, 2).astype(case.dtype)
        if function == "multi_margin_loss":
            label = case.integers(shape[:1], 0, shape[1])

        def call(lib, x, weight):
            return getattr(lib.nn.functional, function)(x, lib.to_tensor(label), weight=weight)

        return [case.reals(shape, 0.1, 0.9), case.reals(shape[1:], 0.5, 2)], call

    return make


def dice(case):
    shape = [case.integer(1, 4), *case.shape((0, 3)), case.integer(2, 5)]
    label = case.integers([*shape[:-1], 1], 0, shape[-1])
    return of("dice_loss", case, [chances(case, shape)], [label], epsilon=case.among(1e-5, 0.5))


def ranking(case):
    shape = case.shape()
    inputs = [case.reals(shape), case.reals(shape), case.signs(shape)]
    return of("margin_ranking_loss", case, inputs, layer="MarginRankingLoss", margin=case.among(0.0, 0.7))


def hinge(case):
    shape = case.shape()
    label = case.rng.choice([-1, 1, 0], shape, p=[0.45, 0.45, 0.1]).astype(case.dtype)
    settings = {"layer": "HingeEmbeddingLoss", "margin": case.among(1.0, 0.3)}
    return of("hinge_embedding_loss", case, [case.reals(shape)], [label], **settings)


def cosine(case):
    rows, size = case.integer(1, 5), case.integer(3, 6)
    shape = case.among([rows, size], [size])
    label = case.rng.choice([-1, 1], rows if len(shape) == 2 else 1).astype(case.among("int64", case.dtype))
    inputs = [case.reals(shape), case.reals(shape)]
    settings = {"layer": "CosineEmbeddingLoss", "margin": case.among(0, 0.3, -0.5)}
    return of("cosine_embedding_loss", case, inputs, [label], **settings)


def triplet(case):
    shape = [case.integer(1, 5), case.integer(2, 6)]
    settings = {"margin": case.among(1.0, 0.2), "p": case.among(2.0, 1.0, 3.0, 2.5, math.inf), "epsilon": 1e-6}
    settings |= {"swap": case.among(True, False), "layer": "TripletMarginLoss"}
    return of("triplet_margin_loss", case, [case.reals(shape) for _ in range(3)], **settings)


def triplet_with_distance(case):
    shape = [case.integer(1, 5), case.integer(2, 6)]
    distance = case.among(None, lambda x, y: (x - y).abs().sum(axis=-1))
    # Paddle's layer does not use the distance that it is given.
    settings = {"margin": case.among(1.0, 0.2), "swap": case.among(True, False)}
    settings |= {"layer": "TripletMarginWithDistanceLoss"} if distance is None else {"distance_function": distance}
    return of("triplet_margin_with_distance_loss", case, [case.reals(shape) for _ in range(3)], **settings)


def multi_margin(case):
    shape = [case.integer(1, 5), case.integer(2, 6)]
    settings = {"p": case.among(1, 2, 3), "margin": case.among(1.0, 0.4)}
    # Where one sample alone is weighed, Paddle's losses have one axis too few.
    weight = maybe(case, case.reals(shape[1:], 0.5, 2.0)) if shape[0] > 1 else None
    label = case.integers(shape[:1], 0, shape[1])
    return of(
        "multi_margin_loss", case, [case.reals(shape)], [label], layer="MultiMarginLoss", weight=weight, **settings
    )


def multi_label_margin(case):
    shape = [case.integer(1, 5), case.integer(2, 6)]
    label = case.integers(shape, -1, shape[1])
    label[0, 0] = 0  # without any target, Paddle stops
    return of("multi_label_margin_loss", case, [case.reals(shape)], [label], layer="MultiLabelMarginLoss")


def npair(case):
    # Paddle knows only float32.
    shape = [case.integer(1, 6), case.integer(1, 5)]
    vectors = [case.reals(shape).astype("float32") for _ in range(2)]
    label, factor = case.integers(shape[:1], 0, 3), case.number(0, 0.1)
    return vectors, lambda lib, x, y: lib.nn.functional.npair_loss(x, y, lib.to_tensor(label), factor)


def softmax_ce(case):
    shape = case.shape((2, 5))
    axis = case.integer(-len(shape), len(shape))
    soft = case.among(True, False)
    places = list(shape)
    places[axis] = 1
    label = chances(case, shape, axis) if soft else case.integers(places, 0, shape[axis])
    settings = {"soft_label": soft, "axis": axis, "ignore_index": -100 if soft else case.among(-100, 0)}

    def call(lib, x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Paddle calls it deprecated
            return lib.nn.functional.softmax_with_cross_entropy(x, lib.to_tensor(label), **settings)

    return [case.reals(shape)], call


def tree(case):
    rows, size, classes = case.integer(1, 5), case.integer(1, 5), case.integer(2, 12)
    label = case.integers(case.among([rows], [rows, 1]), 0, classes)
    arrays = [case.reals([rows, size]), case.reals([classes - 1, size])]
    if case.among(True, False):
        arrays.append(case.reals([classes - 1, 1]))

    def call(lib, x, weight, bias=None):
        return lib.nn.functional.hsigmoid_loss(x, lib.to_tensor(label), classes, weight, bias)

    return arrays, call


def own_tree(case):
    rows, size, nodes, steps = case.integer(1, 5), case.integer(1, 5), case.integer(2, 8), case.integer(1, 5)
    table, code = case.integers([rows, steps], 0, nodes), case.integers([rows, steps], 0, 2)
    ended = np.arange(steps) >= case.integers([rows, 1], 1, steps + 1)
    paths = [np.where(ended, -1, array) for array in (table, code)]
    label = case.integers([rows, 1], 0, nodes)

    def call(lib, x, weight, bias):
        given = [lib.to_tensor(array) for array in paths]
        return lib.nn.functional.hsigmoid_loss(x, lib.to_tensor(label), nodes, weight, bias, *given)

    return [case.reals([rows, size]), case.reals([nodes, size]), case.reals([nodes, 1])], call


def clusters(case, output=None):
    rows, size = case.integer(1, 7), case.integer(1, 6)
    cutoffs = np.cumsum(case.integers([case.integer(2, 4)], 1, 5)).tolist()
    inner = case.integers([len(cutoffs) - 1], 1, 4).tolist()
    tails = [
        array
        for width, low, high in zip(inner, cutoffs, cutoffs[1:], strict=False)
        for array in (case.reals([size, width]), case.reals([width, high - low]))
    ]
    head = case.reals([size, cutoffs[0] + len(inner)])
    # A sample alone makes Paddle's shapes wrong, and each cluster must get a gradient.
    label = np.concatenate([case.integers([rows], 0, cutoffs[-1]), [0], np.array(cutoffs) - 1])
    rows = len(label)
    inputs = [case.reals([rows, size]), head, case.reals(head.shape[1:]), *tails]
    which = case.integer(0, 2)

    def call(lib, x, head, bias, *tails):
        pairs = [list(two) for two in zip(tails[::2], tails[1::2], strict=True)]
        function = lib.nn.functional.adaptive_log_softmax_with_loss
        return function(x, lib.to_tensor(label), head, pairs, cutoffs, bias)[which]

    return inputs, call


def sequences(case):
    time, rows, symbols, longest = case.integer(1, 9), case.integer(1, 5), case.integer(2, 5), case.integer(1, 5)
    blank = case.integer(0, symbols)
    label = case.integers([rows, longest], 0, symbols, "int32")
    label = np.where(label == blank, (blank + 1) % symbols, label).astype("int32")
    steps, counts = case.integers([rows], 1, time + 1), case.integers([rows], 1, longest + 1)
    settings = {"blank": blank, "layer": "CTCLoss"}
    inputs, call = of("ctc_loss", case, [case.reals([time, rows, symbols], -3, 3)], [label, steps, counts], **settings)
    return inputs, call


def sequences_normed(case):
    time, rows, symbols, longest = case.integer(3, 9), case.integer(1, 5), case.integer(2, 5), case.integer(1, 3)
    label = case.integers([rows, longest], 1, symbols, "int32")
    counts = case.integers([rows], 0, longest + 1)
    counts[0] = longest  # without any label, Paddle divides by zero
    fixed = [label, case.integers([rows], 1, time + 1), counts]
    settings = {"norm_by_times": True, "reduction": case.among("sum", "none"), "zero_infinity": case.among(True, False)}
    return of("ctc_loss", case, [case.reals([time, rows, symbols])], fixed, **settings)


def transducers(case):
    rows, time, longest, symbols = case.integer(1, 4), case.integer(1, 6), case.integer(1, 5), case.integer(2, 5)
    x = case.reals([rows, time, longest + 1, symbols])
    x = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    blank = case.integer(0, symbols)
    label = case.integers([rows, longest], 0, symbols, "int32")
    label = np.where(label == blank, (blank + 1) % symbols, label).astype("int32")
    steps, counts = case.integers([rows], 1, time + 1, "int32"), case.integers([rows], 0, longest + 1, "int32")
    steps[0], counts[-1] = time, longest
    settings = {"blank": blank, "fastemit_lambda": case.among(0.0, 0.25, 0.5), "layer": "RNNTLoss"}
    return of("rnnt_loss", case, [x], [label, steps, counts], **settings)


LOSSES = {
    "l1_loss": broadcast("l1_loss", "L1Loss"),
    "mse_loss": broadcast("mse_loss", "MSELoss"),
    "square_error_cost": lambda case: of("square_error_cost", case, [case.reals([3, 2]), case.reals([3, 2])]),
    "smooth_l1_loss": pair(
        "smooth_l1_loss",
        "SmoothL1Loss",
        delta=lambda case: case.among(1.0, 0.3),
        is_huber=lambda case: case.among(True, False),
    ),
    "binary_cross_entropy": binary,
    "binary_cross_entropy_with_logits": binary_of_logits,
    "sigmoid_focal_loss": focal,
    "sigmoid_focal_loss of a normalizer": focal_normalizer,
    "kl_div": divergence,
    "log_loss": log_loss,
    "poisson_nll_loss": poisson,
    "gaussian_nll_loss": gaussian,
    "nll_loss": nll,
    "soft_margin_loss": soft_margin,
    "multi_label_soft_margin_loss": multi_label_soft_margin,
    **{
        f"{name} of weights": weights_of(name)
        for name in (
            *("binary_cross_entropy", "binary_cross_entropy_with_logits"),
            *("multi_label_soft_margin_loss", "multi_margin_loss"),
        )
    },
    "dice_loss": dice,
    "margin_ranking_loss": ranking,
    "hinge_embedding_loss": hinge,
    "cosine_embedding_loss": cosine,
    "triplet_margin_loss": triplet,
    "triplet_margin_with_distance_loss": triplet_with_distance,
    "multi_margin_loss": multi_margin,
    "multi_label_margin_loss": multi_label_margin,
    "npair_loss": npair,
    "softmax_with_cross_entropy": softmax_ce,
    "hsigmoid_loss": tree,
    "hsigmoid_loss with a tree": own_tree,
    "adaptive_log_softmax_with_loss": clusters,
    "ctc_loss": sequences,
    "ctc_loss by times": sequences_normed,
    "rnnt_loss": transducers,
}
# What Paddle computes in single precision, whatever the dtype.
SINGLE = {
    *("smooth_l1_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss", "multi_margin_loss"),
    *("multi_margin_loss of weights", "adaptive_log_softmax_with_loss"),
}


def outcome(lib, call, arrays, cotangent):
    """The value and the gradients in ``arrays``."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = call(lib, *inputs)
    if cotangent is None:
        cotangent = np.random.default_rng(1).standard_normal(value.shape).astype(arrays[0].dtype)
    value.backward(lib.to_tensor(cotangent))
    return [value.numpy(), *(np.zeros_like(x.numpy()) if x.grad is None else x.grad.numpy() for x in inputs)], cotangent


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_those_of_paddle(name, dtype):
    for seed in range(CONFIGURATIONS):
        case = Case(np.random.default_rng([seed, *name.encode()]), dtype)
        arrays, call = LOSSES[name](case)
        theirs, cotangent = outcome(paddle, call, arrays, None)
        ours, _ = outcome(pa, call, arrays, cotangent)
        tolerance, least = TOLERANCE[arrays[0].dtype.name], 1e-30
        if name in SINGLE:
            tolerance, least = max(tolerance, 1e-6), 1.0
        for place, one, other in zip(itertools.count(), ours, theirs, strict=False):
            what = str((name, seed, case.drawn, f"gradient {place - 1}" if place else "value"))
            assert one.shape == other.shape, what
            scale = max(float(np.abs(other).max(initial=0.0)), least)
            np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale, err_msg=what)
