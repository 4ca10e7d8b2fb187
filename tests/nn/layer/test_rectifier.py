import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 4, 3, 6))

LAYERS = [
    (nn.ReLU(), "ReLU()", F.relu),
    (nn.ReLU6("six"), "ReLU6(name=six)", F.relu6),
    (nn.Hardtanh(), "Hardtanh(min=-1.0, max=1.0)", F.hardtanh),
    (nn.Hardsigmoid(), "Hardsigmoid()", F.hardsigmoid),
    (nn.Hardswish(), "Hardswish()", F.hardswish),
    (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)", lambda x: F.leaky_relu(x, 0.2)),
    (nn.ELU(0.5), "ELU(alpha=0.5)", lambda x: F.elu(x, 0.5)),
    (nn.CELU(0.5), "CELU(alpha=0.5)", lambda x: F.celu(x, 0.5)),
    (nn.SELU(1.25, 1.5), "SELU(scale=1.2500000000000000, alpha=1.5000000000000000)", lambda x: F.selu(x, 1.25, 1.5)),
    (nn.Maxout(2), "Maxout(groups=2, axis=1)", lambda x: F.maxout(x, 2)),
    (nn.Hardshrink(0.75), "Hardshrink(threshold=0.75)", lambda x: F.hardshrink(x, 0.75)),
    (nn.Softshrink(0.75), "Softshrink(threshold=0.75)", lambda x: F.softshrink(x, 0.75)),
    (
        nn.ThresholdedReLU(0.5, 2.0),
        "ThresholdedReLU(threshold=0.5, value=2.0)",
        lambda x: F.thresholded_relu(x, 0.5, 2.0),
    ),
]


@pytest.mark.parametrize(("layer", "text", "function"), LAYERS)
def test_a_layer_is_its_function(layer, text, function):
    x = pa.to_tensor(X)
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


def test_rrelu_is_random_in_training_only():
    layer = nn.RReLU(0.25, 0.5)
    x = pa.to_tensor(-np.ones(100))
    assert len(np.unique(layer(x).numpy())) == 100
    assert repr(layer) == "RReLU(lower=0.25, upper=0.5, training=True, dtype=float32)"
    layer.eval()
    np.testing.assert_array_equal(layer(x).numpy(), -0.375)
    assert "training=False" in repr(layer)


def test_the_slopes_of_prelu_are_learned():
    with pa.utils.unique_name.guard():
        layer = nn.PReLU(4, 0.5, pa.ParamAttr(learning_rate=0.5), "NCHW", name="slopes")
    assert repr(layer) == "PReLU(num_parameters=4, data_format=NCHW, init=0.5, dtype=float32, name=slopes)"
    ((name, weight),) = layer.named_parameters()
    assert (name, weight.name, weight.tolist()) == ("_weight", "p_re_lu_0.w_0", [0.5] * 4)
    assert weight.optimize_attr == {"learning_rate": 0.5}
    np.testing.assert_allclose(layer(X).numpy(), np.where(X > 0, X, 0.5 * X))
    layer(X).sum().backward()
    np.testing.assert_allclose(weight.grad.numpy(), np.minimum(X, 0).sum((0, 2, 3)), rtol=1e-5)
    assert nn.PReLU().parameters()[0].tolist() == [0.25]
    assert nn.PReLU(2, weight_attr=pa.initializer.Constant(3.0)).parameters()[0].tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.LeakyReLU("0.1"), TypeError, "negative_slope"),
        (lambda: nn.Hardtanh(2.0, 1.0), ValueError, "min"),
        (lambda: nn.ELU(None), TypeError, "alpha"),
        (lambda: nn.CELU(0), ValueError, "alpha"),
        (lambda: nn.SELU(0.5), ValueError, "scale"),
        (lambda: nn.Maxout(1), ValueError, "groups"),
        (lambda: nn.Maxout(2, 0), ValueError, "axis"),
        (lambda: nn.Hardshrink("0.5"), TypeError, "threshold"),
        (lambda: nn.Softshrink(-1.0), ValueError, "threshold"),
        (lambda: nn.ThresholdedReLU(1.0, "0"), TypeError, "value"),
        (lambda: nn.RReLU(0.5, 0.25), ValueError, "lower"),
        (lambda: nn.PReLU(0), ValueError, "num_parameters"),
        (lambda: nn.PReLU(init=-1e40), ValueError, "init must be within"),
        (lambda: nn.PReLU(1, "a"), TypeError, "init"),
        (lambda: nn.PReLU(data_format="CN"), ValueError, "data_format"),
        (lambda: nn.PReLU(name=1), TypeError, "name"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
