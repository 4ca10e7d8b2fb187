import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X, Y, Z = (pa.to_tensor(a) for a in np.random.default_rng(0).standard_normal((3, 4, 5)))
SIGNS, CLASSES, TARGETS = pa.to_tensor([1, -1, 1, -1]), pa.to_tensor([0, 4, 2, 1]), pa.to_tensor([[0, 2]] * 4)
YES, WEIGHT = pa.to_tensor((Y.numpy() > 0) * 1.0), pa.to_tensor([1.0, 2.0, 3.0, 4.0, 5.0])


def manhattan(x, y):
    return (x - y).abs().sum(axis=-1)


LAYERS = [
    (nn.MarginRankingLoss(0.3, "sum"), (X, Y, YES), lambda: F.margin_ranking_loss(X, Y, YES, 0.3, "sum")),
    (nn.HingeEmbeddingLoss(0.3, "sum"), (X.T, SIGNS), lambda: F.hinge_embedding_loss(X.T, SIGNS, 0.3, "sum")),
    (nn.CosineEmbeddingLoss(0.3, "none"), (X, Y, SIGNS), lambda: F.cosine_embedding_loss(X, Y, SIGNS, 0.3, "none")),
    (
        nn.MultiMarginLoss(2, 0.3, WEIGHT, "none"),
        (X, CLASSES),
        lambda: F.multi_margin_loss(X, CLASSES, 2, 0.3, WEIGHT, "none"),
    ),
    (nn.MultiLabelMarginLoss("sum"), (X, TARGETS), lambda: F.multi_label_margin_loss(X, TARGETS, "sum")),
    (nn.SoftMarginLoss("none"), (X, YES), lambda: F.soft_margin_loss(X, YES, "none")),
    (
        nn.MultiLabelSoftMarginLoss(WEIGHT, "sum"),
        (X, YES),
        lambda: F.multi_label_soft_margin_loss(X, YES, WEIGHT, "sum"),
    ),
    (
        nn.TripletMarginLoss(0.3, 1.0, 0.1, True, "none"),
        (X, Y, Z),
        lambda: F.triplet_margin_loss(X, Y, Z, 0.3, 1.0, 0.1, True, "none"),
    ),
    (
        nn.TripletMarginWithDistanceLoss(manhattan, 0.3, True, "none"),
        (X, Y, Z),
        lambda: F.triplet_margin_loss(X, Y, Z, 0.3, 1.0, 0.0, True, "none"),
    ),
]


@pytest.mark.parametrize(("layer", "inputs", "function"), LAYERS)
def test_a_layer_is_its_function(layer, inputs, function):
    np.testing.assert_allclose(layer(*inputs).numpy(), function().numpy(), rtol=1e-14)
    assert repr(layer) == f"{type(layer).__name__}()"
    assert layer.parameters() == []


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        *((lambda layer=layer: type(layer)(reduction="max"), ValueError, "reduction") for layer, _, _ in LAYERS),
        (lambda: nn.CosineEmbeddingLoss(1.5), ValueError, "margin"),
        (lambda: nn.MultiMarginLoss(0), ValueError, "p must be >= 1"),
        (lambda: nn.MultiMarginLoss(weight=2), TypeError, "weight must be a Tensor or None"),
        (lambda: nn.MarginRankingLoss("1"), TypeError, "margin"),
        (lambda: nn.HingeEmbeddingLoss(None), TypeError, "margin"),
        (lambda: nn.TripletMarginLoss(-1.0), ValueError, "margin"),
        (lambda: nn.TripletMarginLoss(p=-1.0), ValueError, "p must be >= 0"),
        (lambda: nn.TripletMarginLoss(swap=1), TypeError, "swap"),
        (lambda: nn.TripletMarginWithDistanceLoss(1), TypeError, "distance_function must be callable"),
        (lambda: nn.TripletMarginWithDistanceLoss(margin=-1), ValueError, "margin"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
