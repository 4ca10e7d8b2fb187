import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))

LAYERS = [
    (nn.ReLU(), "ReLU()", F.relu, X),
    (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)", lambda x: F.leaky_relu(x, 0.2), X),
    (nn.Tanh(), "Tanh()", F.tanh, X),
    (nn.Sigmoid(), "Sigmoid()", F.sigmoid, X),
    (nn.GELU(), "GELU(approximate=False)", F.gelu, X),
    (nn.GELU(True), "GELU(approximate=True)", lambda x: F.gelu(x, True), X),
    (nn.Softmax(1), "Softmax(axis=1)", lambda x: F.softmax(x, 1), X),
]


@pytest.mark.parametrize(("layer", "text", "function", "values"), LAYERS)
def test_a_layer_is_its_function(layer, text, function, values):
    x = pa.to_tensor(values)
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.LeakyReLU("0.1"), TypeError, "negative_slope"),
        (lambda: nn.GELU("erf"), ValueError, "approximate"),
        (lambda: nn.GELU(None), TypeError, "approximate"),
        (lambda: nn.Softmax(0.5), TypeError, "axis"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
