"""One thing has one default: in a function, in its layer, and over the numbers of axes."""

import inspect

import pytest

from paramattr import nn

FUNCTIONS = {
    **{f"Conv{n}D": f"conv{n}d" for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": f"conv{n}d_transpose" for n in (1, 2, 3)},
    **{f"{kind}Pool{n}D": f"{kind.lower()}_pool{n}d" for n in (1, 2, 3) for kind in ("Max", "Avg")},
    **{f"Adaptive{kind}Pool{n}D": f"adaptive_{kind.lower()}_pool{n}d" for n in (1, 2, 3) for kind in ("Max", "Avg")},
    **{f"MaxUnPool{n}D": f"max_unpool{n}d" for n in (1, 2, 3)},
    **{f"LPPool{n}D": f"lp_pool{n}d" for n in (1, 2)},
    **{f"FractionalMaxPool{n}D": f"fractional_max_pool{n}d" for n in (2, 3)},
    "Fold": "fold",
    "Unfold": "unfold",
    "Upsample": "interpolate",
    "PixelShuffle": "pixel_shuffle",
    "PixelUnshuffle": "pixel_unshuffle",
    "ChannelShuffle": "channel_shuffle",
    "CrossEntropyLoss": "cross_entropy",
    "MSELoss": "mse_loss",
    "Embedding": "embedding",
    "Linear": "linear",
    "BatchNorm2D": "batch_norm",
    "GroupNorm": "group_norm",
    "InstanceNorm2D": "instance_norm",
    "LocalResponseNorm": "local_response_norm",
    "PReLU": "prelu",
    "PairwiseDistance": "pairwise_distance",
    "CosineSimilarity": "cosine_similarity",
    **{
        name: getattr(nn, name).function.__name__ for name in nn.layer.__all__ if hasattr(getattr(nn, name), "function")
    },
}
FORMATS = {1: "NCL", 2: "NCHW", 3: "NCDHW"}


def defaults(function):
    found = {name: value.default for name, value in inspect.signature(function).parameters.items()}
    return {name: value for name, value in found.items() if value is not inspect.Parameter.empty}


@pytest.mark.parametrize("layer", FUNCTIONS)
def test_a_layer_has_the_defaults_of_its_function(layer):
    ours, theirs = defaults(getattr(nn, layer)), defaults(getattr(nn.functional, FUNCTIONS[layer]))
    for name in (set(ours) & set(theirs)) - {"bias"}:  # a bool in a layer, a tensor in a function
        assert ours[name] == theirs[name], name
        assert type(ours[name]) is type(theirs[name]), name


@pytest.mark.parametrize("home", [nn, nn.functional])
@pytest.mark.parametrize("family", ["Conv{}D", "Conv{}DTranspose", "MaxPool{}D", "AvgPool{}D"])
def test_a_family_has_the_same_defaults(home, family):
    if home is nn.functional:
        family = FUNCTIONS[family.format(1)].replace("1", "{}")
    found = {n: defaults(getattr(home, family.format(n))) for n in (1, 2, 3)}
    for n, values in found.items():
        assert values.get("data_format", FORMATS[n]) == FORMATS[n]
        for name in (set(values) & set(found[2])) - {"data_format"}:
            assert values[name] == found[2][name], name


def test_defaults_that_no_function_shares():
    assert defaults(nn.Flatten) == {"start_axis": 1, "stop_axis": -1}
    assert defaults(nn.functional.flatten) == {"start_axis": 0, "stop_axis": -1, "name": None}
    assert defaults(nn.Conv2D)["padding_mode"] == "zeros"
    assert defaults(nn.functional.conv2d) == {
        "bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "data_format": "NCHW",
        "name": None,
    }  # fmt: skip
    assert defaults(nn.functional.conv2d_transpose)["output_padding"] == 0
    assert defaults(nn.functional.avg_pool2d) == {
        "stride": None, "padding": 0, "ceil_mode": False, "exclusive": True, "divisor_override": None, "data_format": "NCHW",
        "name": None,
    }  # fmt: skip
    assert defaults(nn.functional.max_pool2d)["return_mask"] is False
    assert defaults(nn.functional.cross_entropy) == {
        "weight": None, "ignore_index": -100, "reduction": "mean", "soft_label": False, "axis": -1, "use_softmax": True,
        "label_smoothing": 0.0, "name": None,
    }  # fmt: skip
    assert defaults(nn.functional.dropout) == {
        "p": 0.5, "axis": None, "training": True, "inplace": False, "mode": "upscale_in_train", "name": None
    }  # fmt: skip
    assert defaults(nn.functional.leaky_relu) == {"negative_slope": 0.01, "name": None}
    assert defaults(nn.functional.gelu) == {"approximate": False, "name": None}
    assert defaults(nn.functional.log_softmax) == {"axis": -1, "dtype": None, "name": None}
    assert defaults(nn.functional.softmax) == {"axis": -1, "dtype": None, "name": None, "out": None}
    assert defaults(nn.functional.embedding) == {
        "padding_idx": None, "max_norm": None, "norm_type": 2.0, "sparse": False, "scale_grad_by_freq": False, "name": None
    }  # fmt: skip
    assert defaults(nn.functional.pad) == {
        "mode": "constant", "value": 0.0, "data_format": None, "pad_from_left_axis": True, "name": None,
    }  # fmt: skip
    assert defaults(nn.utils.clip_grad_norm_) == {"norm_type": 2.0, "error_if_nonfinite": False}
