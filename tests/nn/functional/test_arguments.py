"""What all functions share: any array of numbers is taken, everything else is an error that names the argument."""

import inspect
import math
import re

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812
from paramattr.utils import checks

IMAGE = np.random.default_rng(0).standard_normal((2, 2, 3, 3))
KERNEL = np.random.default_rng(1).standard_normal((2, 2, 2, 2))
ROWS = np.random.default_rng(2).standard_normal((3, 4))
CHANCES = np.random.default_rng(3).uniform(0.1, 0.9, (3, 4))
SIGNS = np.sign(np.random.default_rng(4).standard_normal((3, 4)))
CLASSES = np.array([0, 1, 3])


def of_rank(array, n):
    """An image or a kernel with ``n`` spatial axes."""
    return array[..., 0] if n == 1 else np.stack([array] * 2, axis=-1) if n == 3 else array


EVEN = np.random.default_rng(3).standard_normal((2, 4, 4, 4))
PLACES_OF = {n: np.arange(of_rank(IMAGE, n).size).reshape(of_rank(IMAGE, n).shape) % 3**n for n in (1, 2, 3)}

# For each function its arguments that are tensors.
TENSORS = {
    **{
        name: {"x": ROWS}
        for name in (
            *("alpha_dropout", "celu", "dropout", "elu", "feature_alpha_dropout", "flatten", "gelu", "glu"),
            *("gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log_sigmoid"),
            *("log_softmax", "logsigmoid", "mish", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "softmax"),
            *("softplus", "softshrink", "softsign", "swish", "tanh", "tanhshrink", "thresholded_relu"),
        )
    },
    "prelu": {"x": ROWS, "weight": ROWS[0]},
    "swiglu": {"x": ROWS, "y": ROWS + 1},
    "maxout": {"x": IMAGE},
    "dropout1d": {"input": ROWS},
    "dropout2d": {"x": IMAGE},
    "dropout3d": {"x": of_rank(IMAGE, 3)},
    "linear": {"x": ROWS, "weight": ROWS.T, "bias": ROWS[:, 0]},
    "bilinear": {"x1": ROWS, "x2": ROWS[:, :2], "weight": np.ones((5, 4, 2)), "bias": np.ones((1, 5))},
    "cosine_similarity": {"x1": ROWS, "x2": ROWS + 1},
    "pairwise_distance": {"x": ROWS, "y": ROWS + 1},
    "label_smooth": {"label": ROWS, "prior_dist": ROWS[0]},
    "one_hot": {"x": np.array([0, 2])},
    "embedding": {"x": np.array([0, 2]), "weight": ROWS},
    "mse_loss": {"input": ROWS, "label": ROWS + 1},
    **{name: {"input": ROWS, "label": ROWS + 1} for name in ("l1_loss", "smooth_l1_loss", "square_error_cost")},
    "binary_cross_entropy": {"input": CHANCES, "label": CHANCES[::-1], "weight": ROWS[0]},
    "binary_cross_entropy_with_logits": {"logit": ROWS, "label": CHANCES, "weight": ROWS[0], "pos_weight": CHANCES[0]},
    "sigmoid_focal_loss": {"logit": ROWS, "label": CHANCES, "normalizer": np.array([2.0])},
    "soft_margin_loss": {"input": ROWS, "label": SIGNS},
    "multi_label_soft_margin_loss": {"input": ROWS, "label": CHANCES, "weight": ROWS[0]},
    "dice_loss": {"input": CHANCES, "label": CLASSES[:, None]},
    "kl_div": {"input": ROWS, "label": CHANCES},
    "poisson_nll_loss": {"input": ROWS, "label": CHANCES},
    "gaussian_nll_loss": {"input": ROWS, "label": CHANCES, "variance": CHANCES[::-1]},
    "log_loss": {"input": CHANCES, "label": CHANCES[::-1]},
    "nll_loss": {"input": ROWS, "label": CLASSES, "weight": CHANCES[0]},
    "margin_ranking_loss": {"input": ROWS, "other": CHANCES, "label": SIGNS},
    "hinge_embedding_loss": {"input": ROWS, "label": SIGNS},
    "multi_margin_loss": {"input": ROWS, "label": CLASSES, "weight": CHANCES[0]},
    "multi_label_margin_loss": {"input": ROWS, "label": np.array([[0, 1], [3, -1], [-1, 2]])},
    "cosine_embedding_loss": {"input1": ROWS, "input2": CHANCES, "label": SIGNS[:, 0]},
    **{
        name: {"input": ROWS, "positive": CHANCES, "negative": SIGNS}
        for name in ("triplet_margin_loss", "triplet_margin_with_distance_loss")
    },
    "npair_loss": {"anchor": ROWS, "positive": CHANCES, "labels": CLASSES},
    "softmax_with_cross_entropy": {"logits": ROWS, "label": CLASSES},
    "margin_cross_entropy": {"logits": CHANCES, "label": CLASSES},
    "hsigmoid_loss": {"input": ROWS, "label": CLASSES, "weight": CHANCES, "bias": ROWS[:, :1]},
    "adaptive_log_softmax_with_loss": {
        "input": ROWS,
        "label": CLASSES,
        "head_weight": ROWS.T,
        "head_bias": ROWS[0, :3],
    },
    "ctc_loss": {
        "log_probs": np.stack([ROWS] * 5, 0),
        "labels": np.array([[1, 2], [1, 1], [3, 0]]),
        "input_lengths": np.array([5, 4, 3]),
        "label_lengths": np.array([2, 2, 1]),
    },
    "rnnt_loss": {
        "input": np.stack([np.stack([ROWS] * 2)] * 2, 0),
        "label": np.array([[1, 2], [3, 3]]),
        "input_lengths": np.array([2, 1]),
        "label_lengths": np.array([2, 1]),
    },
    "cross_entropy": {"input": ROWS, "label": np.array([0, 1, 3]), "weight": np.array([1.0, 2.0, 3.0, 4.0])},
    "pad": {"x": of_rank(IMAGE, 1)},
    "scaled_dot_product_attention": {
        "query": IMAGE,
        "key": IMAGE + 1,
        "value": IMAGE - 1,
        "attn_mask": np.array([[0.0, 1.0], [2.0, 3.0]]),
    },
    "sequence_mask": {"x": np.array([0, 2])},
    **{f"{kind}_pool{n}d": {"x": of_rank(IMAGE, n)} for kind in ("max", "avg") for n in (1, 2, 3)},
    **{
        f"conv{n}d{suffix}": {"x": of_rank(IMAGE, n), "weight": of_rank(KERNEL, n), "bias": np.ones(2)}
        for n in (1, 2, 3)
        for suffix in ("", "_transpose")
    },
    **{name: {"x": IMAGE, "weight": np.ones(2), "bias": np.ones(2)} for name in ("group_norm", "instance_norm")},
    "batch_norm": {"x": IMAGE, **dict.fromkeys(("running_mean", "running_var", "weight", "bias"), np.ones(2))},
    "layer_norm": {"x": IMAGE, "weight": np.ones(3), "bias": np.ones(3)},
    "rms_norm": {"input": IMAGE, "weight": np.ones(3)},
    "local_response_norm": {"x": IMAGE},
    "normalize": {"x": ROWS},
    **{
        name: {"x": of_rank(IMAGE, int(name[-2]))}
        for kind in ("adaptive_avg", "adaptive_max", "fractional_max", "lp")
        for n in (1, 2, 3)
        if hasattr(F, name := f"{kind}_pool{n}d")
    },
    **{f"max_unpool{n}d": {"x": of_rank(IMAGE, n), "indices": PLACES_OF[n]} for n in (1, 2, 3)},
    **{name: {"x": IMAGE} for name in ("channel_shuffle", "temporal_shift", "unfold", "zeropad2d")},
    **{name: {"x": EVEN} for name in ("interpolate", "upsample", "pixel_shuffle", "pixel_unshuffle")},
    "fold": {"x": EVEN.reshape(16, 2, 4)},
    "affine_grid": {"theta": IMAGE[:, 0, :2]},
    "grid_sample": {"x": IMAGE, "grid": IMAGE[..., :2] / 3},
}
RANDOM = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout", "rrelu"]
SETTINGS = {"maxout": {"groups": 2}, "pad": {"pad": [1, 1]}} | {name: {"training": False} for name in RANDOM}
SETTINGS |= {
    "hsigmoid_loss": {"num_classes": 4},
    "adaptive_log_softmax_with_loss": {"tail_weights": [[ROWS.T, ROWS[:, :2]]], "cutoffs": [2, 4]},
}
SETTINGS |= {f"{kind}_pool{n}d": {"kernel_size": 2} for kind in ("max", "avg") for n in (1, 2, 3)}
SETTINGS |= {
    "group_norm": {"num_groups": 2},
    "layer_norm": {"normalized_shape": 3},
    "rms_norm": {"normalized_shape": 3},
}
SETTINGS |= {"local_response_norm": {"size": 3}}
SETTINGS |= {name: {"output_size": 2} for name in TENSORS if re.match("adaptive_.*pool", name)}
SETTINGS |= {f"fractional_max_pool{n}d": {"output_size": 2, "random_u": 0.4} for n in (2, 3)}
SETTINGS |= {f"lp_pool{n}d": {"norm_type": 2.0, "kernel_size": 2} for n in (1, 2)}
SETTINGS |= {f"max_unpool{n}d": {"kernel_size": 2} for n in (1, 2, 3)}
SETTINGS |= {name: {"scale_factor": 1.5} for name in ("interpolate", "upsample")}
SETTINGS |= {
    "channel_shuffle": {"groups": 2},
    "temporal_shift": {"seg_num": 2},
    "unfold": {"kernel_sizes": 2},
    "zeropad2d": {"padding": [1, 0, 2, 0]},
    "pixel_shuffle": {"upscale_factor": 2},
    "pixel_unshuffle": {"downscale_factor": 2},
    "fold": {"output_sizes": [2, 4], "kernel_sizes": [2, 1]},
    "affine_grid": {"out_shape": [2, 1, 2, 3]},
}


PLACES = [(name, argument) for name, tensors in TENSORS.items() for argument in tensors]


def test_every_function_is_here():
    # What changes a tensor in place takes nothing else.
    assert set(TENSORS) == {name for name in F.__all__ if not name.endswith("_")}


@pytest.fixture(autouse=True)
def seeded():
    pa.seed(3)


def value(name, tensors):
    """The value of a function; the first one of several."""
    found = getattr(F, name)(**tensors, **SETTINGS.get(name, {}))
    return found[0] if isinstance(found, tuple) else found


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_arrays_and_lists_are_alike(name):
    expected = value(name, {key: pa.Tensor(array) for key, array in TENSORS[name].items()})
    for form in (lambda array: array, lambda array: array.tolist()):
        pa.seed(3)
        found = value(name, {key: form(array) for key, array in TENSORS[name].items()})
        assert isinstance(found, pa.Tensor)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize("bad", [None, "x", [None], {}, np.array(["x"]), np.array("2020", "M8[Y]"), object(), [[1], 1]])
@pytest.mark.parametrize(("name", "argument"), PLACES)
def test_all_else_is_an_error_that_names_the_argument(name, argument, bad):
    function = getattr(F, name)
    if bad is None and inspect.signature(function).parameters[argument].default is None:
        return
    with pytest.raises(TypeError, match=f"^{argument} must be numeric, but received "):
        function(**{**TENSORS[name], argument: bad}, **SETTINGS.get(name, {}))


@pytest.mark.parametrize("name", sorted(set(TENSORS) - {"tanh"}))
def test_complex_numbers_are_refused(name):
    first = next(iter(TENSORS[name]))
    arrays = {**TENSORS[name], first: TENSORS[name][first].astype(complex)}
    with pytest.raises(TypeError, match=f"{first} must hold real numbers, but received dtype complex128"):
        getattr(F, name)(**{key: pa.Tensor(array) for key, array in arrays.items()}, **SETTINGS.get(name, {}))


@pytest.mark.parametrize("name", TENSORS)
def test_what_is_said_to_need_memory_is_what_there_will_be(name, monkeypatch):
    asked = []
    monkeypatch.setattr(checks, "fits_in_memory", lambda *arguments: asked.append(arguments))
    found = value(name, TENSORS[name])
    for what, sizes, itemsize in asked:
        if "the padded input" in what:  # which is not what comes out
            assert math.prod(sizes) * itemsize >= TENSORS[name]["x"].nbytes
        else:  # of a point on a grid in two dimensions, four neighbours are held
            held = 4 if name == "grid_sample" else 1
            assert math.prod(sizes) * itemsize == found.numpy().nbytes * held


# What draws values, or returns whole numbers.
OTHERS = {*RANDOM, "gumbel_softmax", "one_hot", "sequence_mask"}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", [name for name in TENSORS if name not in OTHERS])
def test_narrow_values_are_those_of_float32_rounded_once(name, dtype):
    def arrays(wanted):
        narrow = {k: pa.to_tensor(v, dtype if v.dtype.kind == "f" else None) for k, v in TENSORS[name].items()}
        return {k: v.astype(wanted) if v.dtype.kind != "i" else v for k, v in narrow.items()}

    found, wide = value(name, arrays(dtype)), value(name, arrays("float32"))
    assert found.dtype.name == dtype
    np.testing.assert_array_equal(found.numpy().astype(float), wide.astype(dtype).numpy().astype(float))
