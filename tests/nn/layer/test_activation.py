import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6))

LAYERS = [
    (nn.Sigmoid(), "Sigmoid()", F.sigmoid),
    (nn.LogSigmoid(), "LogSigmoid()", F.log_sigmoid),
    (nn.Tanh(), "Tanh()", F.tanh),
    (nn.Tanhshrink("t"), "Tanhshrink(name=t)", F.tanhshrink),
    (nn.GELU(), "GELU(approximate=False)", F.gelu),
    (nn.GELU(True), "GELU(approximate=True)", lambda x: F.gelu(x, True)),
    (nn.GELU("tanh"), "GELU(approximate=tanh)", lambda x: F.gelu(x, True)),
    (nn.Silu(), "Silu(inplace=False)", F.silu),
    (nn.SiLU(name="s"), "Silu(inplace=False, name=s)", F.silu),
    (nn.Swish(), "Swish()", F.swish),
    (nn.Mish(), "Mish()", F.mish),
    (nn.Softplus(), "Softplus(beta=1, threshold=20)", F.softplus),
    (nn.Softplus(2.0, 0.5), "Softplus(beta=2.0, threshold=0.5)", lambda x: F.softplus(x, 2.0, 0.5)),
    (nn.Softsign(), "Softsign()", F.softsign),
    (nn.GLU(2), "GLU(axis=2)", lambda x: F.glu(x, 2)),
    (nn.Softmax(1), "Softmax(axis=1)", lambda x: F.softmax(x, 1)),
    (nn.LogSoftmax(0), "LogSoftmax(axis=0)", lambda x: F.log_softmax(x, 0)),
    (nn.Softmax2D(), "Softmax2D()", lambda x: F.softmax(x, 0)),
]


@pytest.mark.parametrize(("layer", "text", "function"), LAYERS)
def test_a_layer_is_its_function(layer, text, function):
    x = pa.to_tensor(X)
    np.testing.assert_array_equal(layer(x).numpy(), function(x).numpy())
    assert repr(layer) == text
    assert layer.parameters() == []


def test_silu_in_place():
    x = pa.to_tensor([1.0])
    assert nn.Silu(True)(x) is x


def test_the_channels_of_images_have_a_law_each():
    assert repr(nn.Softmax2D("s")) == "Softmax2D(name=s)"
    np.testing.assert_allclose(nn.Softmax2D()(np.zeros((2, 4, 3, 3))).numpy(), 0.25)
    with pytest.raises(ValueError, match="3 or 4 axes, but received shape"):
        nn.Softmax2D()(np.zeros((2, 4)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.GELU("erf"), ValueError, "approximate"),
        (lambda: nn.GELU(None), TypeError, "approximate"),
        (lambda: nn.Silu(1), TypeError, "inplace"),
        (lambda: nn.Softplus(0), ValueError, "beta"),
        (lambda: nn.Softplus(1, "20"), TypeError, "threshold"),
        (lambda: nn.GLU(0.5), TypeError, "axis"),
        (lambda: nn.Softmax(0.5), TypeError, "axis"),
        (lambda: nn.LogSoftmax(None), TypeError, "axis"),
        (lambda: nn.Softmax2D(1), TypeError, "name"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
