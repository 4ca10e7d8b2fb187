import numpy as np
import pytest

from paramattr import nn

X = np.random.default_rng(0).standard_normal((2, 4, 4, 4))
LAYERS = [
    (nn.PixelShuffle, "upscale_factor", nn.functional.pixel_shuffle),
    (nn.PixelUnshuffle, "downscale_factor", nn.functional.pixel_unshuffle),
    (nn.ChannelShuffle, "groups", nn.functional.channel_shuffle),
]


@pytest.mark.parametrize(("kind", "argument", "function"), LAYERS)
def test_a_layer_is_its_function(kind, argument, function):
    for data_format, text in (("NCHW", ""), ("NHWC", ", data_format=NHWC")):
        layer = kind(2, data_format)
        np.testing.assert_array_equal(layer(X).numpy(), function(X, 2, data_format).numpy())
        assert repr(layer) == f"{kind.__name__}({argument}=2{text})"


@pytest.mark.parametrize(("kind", "argument", "function"), LAYERS)
def test_bad_settings_are_refused_by_the_constructor(kind, argument, function):
    with pytest.raises(ValueError, match=f"{argument} must be >= 1"):
        kind(0)
    with pytest.raises(TypeError, match=f"{argument} must be an integer"):
        kind(2.0)
    with pytest.raises(ValueError, match="data_format must be one of"):
        kind(2, "NCL")
