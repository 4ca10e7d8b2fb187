import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))
IMAGE = np.random.default_rng(1).standard_normal((2, 3, 6, 6))
VOLUME = np.random.default_rng(2).standard_normal((1, 2, 4, 4, 4))

LAYERS = [
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
        nn.LPPool1D(2, 3, 1, 1, data_format="NLC"),
        "LPPool1D(norm_type=2.0, kernel_size=3, stride=1, padding=1)",
        lambda x: F.lp_pool1d(x, 2, 3, 1, 1, data_format="NLC"),
        X,
    ),
    (
        nn.LPPool2D(4.0, 2, 1, 0, True),
        "LPPool2D(norm_type=4.0, kernel_size=2, stride=1, padding=0)",
        lambda x: F.lp_pool2d(x, 4.0, 2, 1, 0, True),
        IMAGE,
    ),
]


@pytest.mark.parametrize(("layer", "text", "function", "values"), LAYERS)
def test_a_layer_is_its_function(layer, text, function, values):
    x = pa.to_tensor(values)
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


def test_a_mask_comes_with_the_values():
    value, mask = nn.MaxPool2D(2, return_mask=True)(pa.to_tensor(IMAGE))
    found = np.take_along_axis(IMAGE.reshape(2, 3, 36), mask.numpy().reshape(2, 3, 9), axis=2)
    np.testing.assert_array_equal(found.reshape(value.shape), value.numpy())


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
        (lambda: nn.MaxPool1D(0), ValueError, "kernel_size must be >= 1"),
        (lambda: nn.MaxPool2D([2, 2, 2]), ValueError, "kernel_size must be an integer or a sequence of 2"),
        (lambda: nn.MaxPool2D(2, 0), ValueError, "stride must be >= 1"),
        (lambda: nn.MaxPool3D(2, padding=[1, 1]), ValueError, "padding must have 3 or 6"),
        (lambda: nn.AvgPool2D(2, padding="VALID", ceil_mode=True), ValueError, "ceil_mode must be False"),
        (lambda: nn.AvgPool1D(2, exclusive=1), TypeError, "exclusive"),
        (lambda: nn.AvgPool2D(2, divisor_override=-1), ValueError, "divisor_override"),
        (lambda: nn.MaxPool2D(2, data_format="NCL"), ValueError, "data_format"),
        (lambda: nn.MaxPool2D(2, return_mask=None), TypeError, "return_mask"),
        (lambda: nn.LPPool1D(0, 2), ValueError, "norm_type must not be 0"),
        (lambda: nn.LPPool2D("2", 2), TypeError, "norm_type must be a real number"),
        (lambda: nn.MaxPool2D(2, padding=2), ValueError, "padding must be below kernel_size"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
