import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))
LABEL = pa.to_tensor(np.array([0, 2]))
LOGITS = X[:, :, 0]

PAIR = pa.to_tensor([2.0, 3.0])

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
    (nn.L1Loss("sum"), "L1Loss()", lambda x: F.l1_loss(x, LABEL, "sum"), np.ones(2)),
    (
        nn.SmoothL1Loss("sum", 0.3, False),
        "SmoothL1Loss()",
        lambda x: F.smooth_l1_loss(x, LABEL, "sum", 0.3, False),
        np.ones(2),
    ),
    (
        nn.BCELoss(PAIR, "sum"),
        "BCELoss()",
        lambda x: F.binary_cross_entropy(x, LABEL, PAIR, "sum"),
        np.array([0.2, 0.3]),
    ),
    (
        nn.BCEWithLogitsLoss(PAIR, "sum", PAIR),
        "BCEWithLogitsLoss()",
        lambda x: F.binary_cross_entropy_with_logits(x, LABEL, PAIR, "sum", PAIR),
        np.ones(2),
    ),
    (
        nn.NLLLoss(pa.to_tensor([1.0, 2.0, 3.0]), 2, "sum"),
        "NLLLoss()",
        lambda x: F.nll_loss(x, LABEL, pa.to_tensor([1.0, 2.0, 3.0]), 2, "sum"),
        LOGITS,
    ),
    (
        nn.KLDivLoss("batchmean", True),
        "KLDivLoss()",
        lambda x: F.kl_div(x, LABEL, "batchmean", True),
        np.ones(2),
    ),
    (
        nn.PoissonNLLLoss(False, True, 0.1, "sum"),
        "PoissonNLLLoss()",
        lambda x: F.poisson_nll_loss(x, LABEL, False, True, 0.1, "sum"),
        np.ones(2),
    ),
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
        *(
            (lambda make=make: make(reduction="max"), ValueError, "reduction must be one of")
            for make in (
                *(nn.L1Loss, nn.SmoothL1Loss, nn.BCELoss, nn.BCEWithLogitsLoss),
                *(nn.NLLLoss, nn.KLDivLoss, nn.PoissonNLLLoss, nn.GaussianNLLLoss),
            )
        ),
        (lambda: nn.SmoothL1Loss(delta=0), ValueError, "delta"),
        (lambda: nn.SmoothL1Loss(is_huber=1), TypeError, "is_huber"),
        (lambda: nn.BCELoss("1"), TypeError, "weight must be a Tensor or None"),
        (lambda: nn.BCEWithLogitsLoss(pos_weight="1"), TypeError, "pos_weight must be a Tensor or None"),
        (lambda: nn.NLLLoss(ignore_index=0.5), TypeError, "ignore_index"),
        (lambda: nn.KLDivLoss(log_target=1), TypeError, "log_target"),
        (lambda: nn.PoissonNLLLoss(epsilon=0), ValueError, "epsilon"),
        (lambda: nn.GaussianNLLLoss(epsilon=0), ValueError, "epsilon"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_normal_density_takes_a_variance():
    x, variance = pa.to_tensor([1.0, 2.0]), pa.to_tensor([0.5, 2.0])
    found = nn.GaussianNLLLoss(True, 0.1, "none")(x, LABEL, variance)
    np.testing.assert_array_equal(found.numpy(), F.gaussian_nll_loss(x, LABEL, variance, True, 0.1, "none").numpy())
