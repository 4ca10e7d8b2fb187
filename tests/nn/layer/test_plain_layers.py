"""Layers without parameters: each is its function with the settings of the constructor."""

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))
IMAGE = np.random.default_rng(1).standard_normal((2, 3, 6, 6))
VOLUME = np.random.default_rng(2).standard_normal((1, 2, 4, 4, 4))
LABEL = pa.to_tensor(np.array([0, 2]))
LOGITS = X[:, :, 0]

LAYERS = [
    (nn.ReLU(), "ReLU()", F.relu, X),
    (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)", lambda x: F.leaky_relu(x, 0.2), X),
    (nn.Tanh(), "Tanh()", F.tanh, X),
    (nn.Sigmoid(), "Sigmoid()", F.sigmoid, X),
    (nn.GELU(), "GELU(approximate=False)", F.gelu, X),
    (nn.GELU(True), "GELU(approximate=True)", lambda x: F.gelu(x, True), X),
    (nn.Softmax(1), "Softmax(axis=1)", lambda x: F.softmax(x, 1), X),
    (nn.Flatten(), "Flatten()", lambda x: F.flatten(x, 1), X),
    (nn.Flatten(0, 1), "Flatten()", lambda x: F.flatten(x, 0, 1), X),
    (nn.Dropout(0.0), "Dropout(p=0.0, axis=None, mode=upscale_in_train)", lambda x: x, X),
    (
        nn.MaxPool1D(3, 2, 1, ceil_mode=True),
        "MaxPool1D(kernel_size=3, stride=2, padding=1)",
        lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True),
        X,
    ),
    (
        nn.MaxPool2D([3, 2], 2, 1, data_format="NHWC"),
        "MaxPool2D(kernel_size=[3, 2], stride=2, padding=1)",
        lambda x: F.max_pool2d(x, [3, 2], 2, 1, data_format="NHWC"),
        IMAGE,
    ),
    (
        nn.MaxPool3D(2, None, "SAME"),
        "MaxPool3D(kernel_size=2, stride=None, padding=SAME)",
        lambda x: F.max_pool3d(x, 2, None, "SAME"),
        VOLUME,
    ),
    (
        nn.AvgPool1D(3, 1, 1, exclusive=False),
        "AvgPool1D(kernel_size=3, stride=1, padding=1)",
        lambda x: F.avg_pool1d(x, 3, 1, 1, exclusive=False),
        X,
    ),
    (
        nn.AvgPool2D(3, 2, 1, True, False, 2, "NHWC"),
        "AvgPool2D(kernel_size=3, stride=2, padding=1)",
        lambda x: F.avg_pool2d(x, 3, 2, 1, True, False, 2, "NHWC"),
        IMAGE,
    ),
    (
        nn.AvgPool3D(2, 1, divisor_override=3),
        "AvgPool3D(kernel_size=2, stride=1, padding=0)",
        lambda x: F.avg_pool3d(x, 2, 1, divisor_override=3),
        VOLUME,
    ),
    (
        nn.CrossEntropyLoss(ignore_index=2, label_smoothing=0.5),
        "CrossEntropyLoss()",
        lambda x: F.cross_entropy(x, LABEL, ignore_index=2, label_smoothing=0.5),
        LOGITS,
    ),
    (
        nn.CrossEntropyLoss(pa.to_tensor([1.0, 2.0, 3.0]), reduction="none", axis=1),
        "CrossEntropyLoss()",
        lambda x: F.cross_entropy(x, LABEL, pa.to_tensor([1.0, 2.0, 3.0]), reduction="none", axis=1),
        LOGITS,
    ),
    (nn.MSELoss("sum"), "MSELoss()", lambda x: F.mse_loss(x, LABEL, "sum"), np.ones(2)),
]


@pytest.mark.parametrize(("layer", "text", "function", "values"), LAYERS)
def test_a_layer_is_its_function(layer, text, function, values):
    inputs = [pa.to_tensor(values)] + [LABEL] * isinstance(layer, (nn.CrossEntropyLoss, nn.MSELoss))
    np.testing.assert_array_equal(layer(*inputs).numpy(), function(inputs[0]).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


def test_a_mask_comes_with_the_values():
    value, mask = nn.MaxPool2D(2, return_mask=True)(pa.to_tensor(IMAGE))
    found = np.take_along_axis(IMAGE.reshape(2, 3, 36), mask.numpy().reshape(2, 3, 9), axis=2)
    np.testing.assert_array_equal(found.reshape(value.shape), value.numpy())


def test_dropout_drops_in_training_only():
    layer = nn.Dropout(0.5)
    x = pa.to_tensor(np.ones(1000))
    assert (layer(x).numpy() == 0).any()
    layer.eval()
    np.testing.assert_array_equal(layer(x).numpy(), x.numpy())


@pytest.mark.parametrize("kind", [nn.MaxPool1D, nn.MaxPool2D, nn.MaxPool3D, nn.AvgPool1D, nn.AvgPool2D, nn.AvgPool3D])
def test_an_input_of_another_rank_is_named_with_the_layer(kind):
    layer = kind(2)
    with pytest.raises(ValueError, match="expected an input of shape") as info:
        layer(pa.to_tensor(np.ones((2, 2))))
    assert str(info.value).startswith(repr(layer))
    assert str(info.value).endswith("but received [2, 2]")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.LeakyReLU("0.1"), TypeError, "negative_slope"),
        (lambda: nn.GELU("erf"), ValueError, "approximate"),
        (lambda: nn.GELU(None), TypeError, "approximate"),
        (lambda: nn.Softmax(0.5), TypeError, "axis"),
        (lambda: nn.Flatten("1"), TypeError, "start_axis"),
        (lambda: nn.Flatten(1, None), TypeError, "stop_axis"),
        (lambda: nn.Dropout(1.1), ValueError, "p must be"),
        (lambda: nn.Dropout(True), TypeError, "p must be"),
        (lambda: nn.Dropout(0.5, axis=[0, 0.5]), TypeError, r"axis\[1\]"),
        (lambda: nn.Dropout(0.5, mode="train"), ValueError, "mode must be one of"),
        (lambda: nn.MaxPool1D(0), ValueError, "kernel_size must be >= 1"),
        (lambda: nn.MaxPool2D([2, 2, 2]), ValueError, "kernel_size must be an integer or a sequence of 2"),
        (lambda: nn.MaxPool2D(2, 0), ValueError, "stride must be >= 1"),
        (lambda: nn.MaxPool3D(2, padding=[1, 1]), ValueError, "padding must have 3 or 6"),
        (lambda: nn.AvgPool2D(2, padding="VALID", ceil_mode=True), ValueError, "ceil_mode must be False"),
        (lambda: nn.AvgPool1D(2, exclusive=1), TypeError, "exclusive"),
        (lambda: nn.AvgPool2D(2, divisor_override=-1), ValueError, "divisor_override"),
        (lambda: nn.MaxPool2D(2, data_format="NCL"), ValueError, "data_format"),
        (lambda: nn.MaxPool2D(2, return_mask=None), TypeError, "return_mask"),
        (lambda: nn.MaxPool2D(2, padding=2), ValueError, "padding must be below kernel_size"),
        (lambda: nn.CrossEntropyLoss(reduction="max"), ValueError, "reduction must be one of"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=-0.1), ValueError, "label_smoothing"),
        (lambda: nn.CrossEntropyLoss(soft_label=True, ignore_index=0), ValueError, "ignore_index must be negative"),
        (lambda: nn.CrossEntropyLoss(axis=None), TypeError, "axis"),
        (lambda: nn.CrossEntropyLoss(weight="balanced"), TypeError, "weight"),
        (lambda: nn.MSELoss("max"), ValueError, "reduction must be one of"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
