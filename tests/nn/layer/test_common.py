import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))

LAYERS = [
    (nn.Flatten(), "Flatten()", lambda x: F.flatten(x, 1), X),
    (nn.Flatten(0, 1), "Flatten()", lambda x: F.flatten(x, 0, 1), X),
    (nn.Dropout(0.0), "Dropout(p=0.0, axis=None, mode=upscale_in_train)", lambda x: x, X),
]


@pytest.mark.parametrize(("layer", "text", "function", "values"), LAYERS)
def test_a_layer_is_its_function(layer, text, function, values):
    x = pa.to_tensor(values)
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


def test_dropout_drops_in_training_only():
    layer = nn.Dropout(0.5)
    x = pa.to_tensor(np.ones(1000))
    assert (layer(x).numpy() == 0).any()
    layer.eval()
    np.testing.assert_array_equal(layer(x).numpy(), x.numpy())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Flatten("1"), TypeError, "start_axis"),
        (lambda: nn.Flatten(1, None), TypeError, "stop_axis"),
        (lambda: nn.Dropout(1.1), ValueError, "p must be"),
        (lambda: nn.Dropout(True), TypeError, "p must be"),
        (lambda: nn.Dropout(0.5, axis=[0, 0.5]), TypeError, r"axis\[1\]"),
        (lambda: nn.Dropout(0.5, mode="train"), ValueError, "mode must be one of"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
