import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.ones((20, 10, 3, 3), np.float32)
LAYERS = {
    "Dropout": (nn.Dropout(0.5, axis=[0, 1]), "p=0.5, axis=[0, 1], mode=upscale_in_train, inplace=False"),
    "Dropout2D": (nn.Dropout2D(0.5, "NHWC"), "p=0.5, data_format=NHWC"),
    "Dropout3D": (nn.Dropout3D(0.5, name="drop"), "p=0.5, data_format=NCDHW, name=drop"),
    "AlphaDropout": (nn.AlphaDropout(0.5), "p=0.5"),
    "FeatureAlphaDropout": (nn.FeatureAlphaDropout(0.5), "p=0.5"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_its_function_in_training_only(name):
    layer, text = LAYERS[name]
    x = pa.to_tensor(X[..., None] if name == "Dropout3D" else X)
    layer.train()
    with pa.seed(4):
        found = layer(x).numpy()
    with pa.seed(4):
        expected = type(layer).function(x, **layer.settings()).numpy()
    np.testing.assert_array_equal(found, expected)
    assert (found != x.numpy()).any()
    layer.eval()
    np.testing.assert_array_equal(layer(x).numpy(), x.numpy())
    assert repr(layer) == f"{name}({text})"
    assert layer.parameters() == []


def test_in_place():
    layer = nn.Dropout(0.5, True)
    x = pa.to_tensor(X)
    assert layer(x) is x
    assert (x.numpy() == 0).any()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dropout(1.1), ValueError, "p must be"),
        (lambda: nn.Dropout(True), TypeError, "p must be"),
        (lambda: nn.Dropout(0.5, 0), TypeError, "inplace must be"),
        (lambda: nn.Dropout(0.5, axis=[0, 0.5]), TypeError, r"axis\[1\]"),
        (lambda: nn.Dropout(0.5, mode="train"), ValueError, "mode must be one of"),
        (lambda: nn.Dropout(0.5, name=1), TypeError, "name must be"),
        (lambda: nn.Dropout2D(2), ValueError, "p must be"),
        (lambda: nn.Dropout2D(0.5, "NCDHW"), ValueError, "data_format must be"),
        (lambda: nn.Dropout3D(0.5, "NCHW"), ValueError, "data_format must be"),
        (lambda: nn.Dropout3D(-1), ValueError, "p must be"),
        (lambda: nn.AlphaDropout("0.5"), TypeError, "p must be"),
        (lambda: nn.FeatureAlphaDropout(-0.5), ValueError, "p must be"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
