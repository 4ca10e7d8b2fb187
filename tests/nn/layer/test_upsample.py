import numpy as np
import pytest

from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 4, 5))

LAYERS = [
    (
        nn.Upsample([6, 7], mode="Bicubic", align_mode=1),
        "Upsample(size=[6, 7], mode=bicubic, align_corners=False, align_mode=1, data_format=None)",
        lambda x: F.interpolate(x, [6, 7], mode="bicubic"),
    ),
    (
        nn.Upsample(None, 1.3, "bilinear", True, 0, "NHWC", True),
        "Upsample(scale_factor=1.3, mode=bilinear, align_corners=True, align_mode=0, data_format=NHWC)",
        lambda x: F.interpolate(x, None, 1.3, "bilinear", True, 0, "NHWC", True),
    ),
    (
        nn.UpsamplingNearest2D(6),
        "UpsamplingNearest2D(size=6, data_format=NCHW)",
        lambda x: F.interpolate(x, [6, 6]),
    ),
    (
        nn.UpsamplingBilinear2D(None, 2, "NHWC"),
        "UpsamplingBilinear2D(scale_factor=2, data_format=NHWC)",
        lambda x: F.interpolate(x, None, 2, "bilinear", True, data_format="NHWC"),
    ),
]


@pytest.mark.parametrize(("layer", "text", "function"), LAYERS)
def test_a_layer_is_its_function(layer, text, function):
    np.testing.assert_array_equal(layer(X).numpy(), function(X).numpy())
    assert repr(layer) == text


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Upsample(), ValueError, "one of size and scale_factor must be given"),
        (lambda: nn.Upsample(2, mode="cubic"), ValueError, "mode must be one of"),
        (lambda: nn.Upsample(2, mode="nearest", align_corners=True), ValueError, "align_corners must be False"),
        (lambda: nn.Upsample(2, align_mode=2), ValueError, "align_mode"),
        (lambda: nn.Upsample(2, data_format=1), TypeError, "data_format"),
        (lambda: nn.Upsample(0), ValueError, "size must be >= 1"),
        (lambda: nn.Upsample(scale_factor=-1), ValueError, "scale_factor must be"),
        (lambda: nn.Upsample(scale_factor=2, recompute_scale_factor=1), TypeError, "recompute_scale_factor"),
        (lambda: nn.UpsamplingNearest2D(2, 2), ValueError, "one of size and scale_factor must be given"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
