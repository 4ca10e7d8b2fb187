import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))
LABEL = pa.to_tensor(np.array([0, 2]))
LOGITS = X[:, :, 0]

LAYERS = [
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
    x = pa.to_tensor(values)
    np.testing.assert_array_equal(layer(x, LABEL).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.CrossEntropyLoss(reduction="max"), ValueError, "reduction must be one of"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=-0.1), ValueError, "label_smoothing"),
        (lambda: nn.CrossEntropyLoss(label_smoothing=1.1), ValueError, "label_smoothing"),
        (lambda: nn.CrossEntropyLoss(soft_label=True, ignore_index=0), ValueError, "ignore_index must be negative"),
        (lambda: nn.CrossEntropyLoss(axis=None), TypeError, "axis"),
        (lambda: nn.CrossEntropyLoss(weight="balanced"), TypeError, "weight"),
        (lambda: nn.MSELoss("max"), ValueError, "reduction must be one of"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
