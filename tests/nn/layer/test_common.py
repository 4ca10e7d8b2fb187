import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))

LAYERS = [
    (nn.Flatten(), "Flatten()", lambda x: F.flatten(x, 1), X),
    (nn.Flatten(0, 1), "Flatten()", lambda x: F.flatten(x, 0, 1), X),
    (nn.Unflatten(-1, (2, -1)), "Unflatten(axis=-1, shape=(2, -1))", lambda x: x.reshape([2, 3, 2, 3]), X),
    (nn.Unflatten(1, [3], "apart"), "Unflatten(axis=1, shape=[3], name=apart)", lambda x: x, X),
    (nn.Identity(3, unused=4), "Identity()", lambda x: x, X),
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
        (lambda: nn.Flatten("1"), TypeError, "start_axis"),
        (lambda: nn.Flatten(1, None), TypeError, "stop_axis"),
        (lambda: nn.Unflatten(0.0, [1]), TypeError, "axis"),
        (lambda: nn.Unflatten(0, 4), TypeError, "shape"),
        (lambda: nn.Unflatten(0, [2.0]), TypeError, r"shape\[0\]"),
        (lambda: nn.Unflatten(0, [-2]), ValueError, r"shape\[0\]"),
        (lambda: nn.Unflatten(0, [-1, -1]), ValueError, "shape"),
        (lambda: nn.Unflatten(0, []), ValueError, "shape"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_unflatten_needs_the_axis_and_its_size():
    with pytest.raises(ValueError, match="axis must be in"):
        nn.Unflatten(3, [1])(pa.to_tensor(X))
    with pytest.raises(ValueError, match="shape must hold 6 elements"):
        nn.Unflatten(2, [4, -1])(pa.to_tensor(X))


def test_identity_is_the_same_tensor():
    x = pa.to_tensor(X)
    assert nn.Identity()(x) is x
