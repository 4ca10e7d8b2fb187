import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = pa.to_tensor(np.random.default_rng(0).standard_normal((6, 8)).astype(np.float32))
LABEL = pa.to_tensor([0, 3, 4, 9, 12, 19])


def test_a_tree_has_a_vector_and_a_number_per_node():
    layer = nn.HSigmoidLoss(8, 20)
    assert [(name, p.shape) for name, p in layer.named_parameters()] == [("weight", [19, 8]), ("bias", [19, 1])]
    found = layer(X, LABEL)
    np.testing.assert_array_equal(found.numpy(), F.hsigmoid_loss(X, LABEL, 20, layer.weight, layer.bias).numpy())
    assert nn.HSigmoidLoss(8, 20, bias_attr=False).bias is None
    own = nn.HSigmoidLoss(8, 20, is_custom=True)
    assert own.weight.shape == [20, 8]
    paths = pa.to_tensor([[0, 1]] * 6), pa.to_tensor([[1, 0]] * 6)
    expected = F.hsigmoid_loss(X, LABEL, 20, own.weight, own.bias, *paths)
    np.testing.assert_array_equal(own(X, LABEL, *paths).numpy(), expected.numpy())
    with pytest.raises(ValueError, match="path_table and path_code must be given"):
        own(X, LABEL)


def test_clusters_are_parameters_and_agree_with_all_classes():
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], head_bias=True, div_value=2.0)
    assert {name: list(p.shape) for name, p in layer.named_parameters()} == {
        "head_weight": [8, 6],
        "head_bias": [6],
        "tail_weight_0_0": [8, 4],
        "tail_weight_0_1": [4, 6],
        "tail_weight_1_0": [8, 2],
        "tail_weight_1_1": [2, 10],
    }
    output, loss = layer(X, LABEL)
    loss.backward()
    assert all(p.grad is not None for p in layer.parameters())
    logs = layer.log_prob(X).numpy()
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(output.numpy(), logs[np.arange(6), LABEL.numpy()], rtol=1e-5)
    np.testing.assert_array_equal(layer.predict(X).numpy(), logs.argmax(axis=1))
    assert nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4]).head_bias is None


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.HSigmoidLoss(0, 5), ValueError, "feature_size"),
        (lambda: nn.HSigmoidLoss(3, 1), ValueError, "num_classes"),
        (lambda: nn.HSigmoidLoss(3, 5, is_custom=1), TypeError, "is_custom"),
        (lambda: nn.HSigmoidLoss(3, 5, is_sparse=1), TypeError, "is_sparse"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [20]), ValueError, r"cutoffs\[0\] must be in \[1, 19\]"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 4]), ValueError, "cutoffs must be growing"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, []), ValueError, "cutoffs must be growing"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4.5]), TypeError, r"cutoffs\[0\] must be an integer"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4], div_value=0), ValueError, "div_value"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4], head_bias=1), TypeError, "head_bias"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [4]).log_prob(X.T), ValueError, r"shape \[N, 8\]"),
    ],
)
def test_bad_settings_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
