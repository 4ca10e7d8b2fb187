import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

X = np.random.default_rng(0).standard_normal((4, 6, 2, 5)).astype("float32")


def deviation(x, axes):
    return np.abs(x.mean(axis=axes)).max(), np.abs(x.std(axis=axes) - 1).max()


MAKERS = {
    "LayerNorm": (lambda **k: nn.LayerNorm([2, 5], 1e-9, **k), "weight", (2, 3), X),
    "GroupNorm": (lambda **k: nn.GroupNorm(1, 6, 1e-9, **k), "weight", (1, 2, 3), X),
    "InstanceNorm1D": (lambda **k: nn.InstanceNorm1D(6, 1e-9, **k), "scale", (2,), X[..., 0, :]),
    "InstanceNorm2D": (lambda **k: nn.InstanceNorm2D(6, 1e-9, **k), "scale", (2, 3), X),
    "InstanceNorm3D": (lambda **k: nn.InstanceNorm3D(6, 1e-9, **k), "scale", (2, 3, 4), X[..., None]),
}


@pytest.mark.parametrize("name", MAKERS)
def test_values_have_mean_0_and_variance_1_in_either_mode(name):
    make, weight, axes, x = MAKERS[name]
    layer = make()
    found = layer(pa.to_tensor(x)).numpy()
    assert max(deviation(found, axes)) < 1e-5
    layer.eval()
    np.testing.assert_array_equal(layer(x).numpy(), found)
    getattr(layer, weight).set_value(np.full(getattr(layer, weight).shape, 2.0))
    layer.bias.set_value(np.full(layer.bias.shape, 3.0))
    np.testing.assert_allclose(layer(x).numpy(), 2 * found + 3, atol=1e-5)


@pytest.mark.parametrize("name", MAKERS)
def test_parameters_and_their_attributes(name, fresh_names):
    make, weight, _, x = MAKERS[name]
    layer = make()
    assert list(layer.state_dict()) == [weight, "bias"]
    scope = {"LayerNorm": "layer_norm", "GroupNorm": "group_norm"}.get(name, f"instance_norm{name[-2:].lower()}")
    assert [p.name for p in layer.parameters()] == [f"{scope}_0.w_0", f"{scope}_0.b_0"]
    assert (set(getattr(layer, weight).tolist()), set(layer.bias.tolist())) == ({1.0}, {0.0})
    attr = pa.ParamAttr(name="own", initializer="uniform", learning_rate=0.5, trainable=False, need_clip=False)
    layer = make(weight_attr=attr, bias_attr="b")
    parameter = getattr(layer, weight)
    assert (parameter.name, parameter.learning_rate, parameter.trainable, parameter.need_clip) == (
        "own",
        0.5,
        False,
        False,
    )
    assert len(set(parameter.tolist())) > 1
    assert layer.bias.name == "b"
    with pa.initializer.set_global_initializer(nn.initializer.Constant(3.0), nn.initializer.Constant(4.0)):
        layer = make()
    assert (set(getattr(layer, weight).tolist()), set(layer.bias.tolist())) == ({3.0}, {4.0})
    bare = make(weight_attr=False, bias_attr=False)
    assert (getattr(bare, weight), bare.bias, list(bare.state_dict())) == (None, None, [])
    assert bare(x).shape == x.shape


@pytest.mark.parametrize("name", MAKERS)
def test_gradients_arrive_at_the_parameters(name, check_grads):
    make, weight, _, x = MAKERS[name]
    layer = make()
    y = layer(pa.to_tensor(x))
    y.backward(x)
    np.testing.assert_allclose(layer.bias.grad.numpy().sum(), x.sum(), rtol=1e-4)
    np.testing.assert_allclose(getattr(layer, weight).grad.numpy().sum(), (x * y.numpy()).sum(), rtol=1e-4)


def test_switches_of_the_parameters():
    assert list(nn.LayerNorm(3, bias=False).state_dict()) == ["weight"]
    assert list(nn.LayerNorm(3, elementwise_affine=False, weight_attr="w").state_dict()) == []
    assert list(nn.LayerNorm(3, weight_attr=False).state_dict()) == ["bias"]
    assert list(nn.GroupNorm(1, 3, affine=False, bias_attr="b").state_dict()) == []
    assert nn.LayerNorm([3, 2], dtype="float64").weight.dtype == np.float64
    assert nn.LayerNorm((3, 2)).weight.shape == [6]
    assert nn.GroupNorm(1, 3, dtype="float16", device="cpu").bias.dtype == np.float16


def test_a_learning_rate_of_0_stops_gradients_in_group_norm():
    layer = nn.GroupNorm(1, 3, weight_attr=pa.ParamAttr(learning_rate=0.0), bias_attr=pa.ParamAttr(learning_rate=0.1))
    assert [p.stop_gradient for p in layer.parameters()] == [True, False]


def test_group_norm_with_the_channels_last():
    x = np.ascontiguousarray(np.moveaxis(X, 1, -1))
    found = nn.GroupNorm(3, 6, data_format="NHWC")(x).numpy()
    np.testing.assert_allclose(np.moveaxis(found, -1, 1), nn.GroupNorm(3, 6)(X).numpy(), atol=1e-6)


def test_reprs():
    assert repr(nn.LayerNorm((2, 3))) == "LayerNorm(normalized_shape=[2, 3], epsilon=1e-05)"
    assert repr(nn.GroupNorm(2, 4)) == "GroupNorm(num_groups=2, num_channels=4, epsilon=1e-05)"
    assert repr(nn.InstanceNorm3D(4, 0.1)) == "InstanceNorm3D(num_features=4, epsilon=0.1)"


REFUSED = [
    (lambda: nn.LayerNorm([]), ValueError, "normalized_shape must have at least one axis"),
    (lambda: nn.LayerNorm("3"), TypeError, "normalized_shape must be"),
    (lambda: nn.LayerNorm(3, -1.0), ValueError, "epsilon must be"),
    (lambda: nn.LayerNorm(3, elementwise_affine=1), TypeError, "elementwise_affine must be a bool"),
    (lambda: nn.LayerNorm(3, bias="b"), TypeError, "bias must be a bool"),
    (lambda: nn.LayerNorm(3, device="gpu"), ValueError, "device must be 'cpu'"),
    (lambda: nn.LayerNorm(3, dtype="int8"), ValueError, "dtype must be one of"),
    (lambda: nn.LayerNorm(3, name=1), TypeError, "name must be a string or None"),
    (lambda: nn.LayerNorm(3, weight_attr=1), TypeError, "weight_attr must be"),
    (lambda: nn.GroupNorm(4, 6), ValueError, "num_groups must divide the 6 channels"),
    (lambda: nn.GroupNorm(1, 0), ValueError, "num_channels must be"),
    (lambda: nn.GroupNorm(1, 2, affine=None), TypeError, "affine must be a bool"),
    (lambda: nn.GroupNorm(1, 2, data_format="NC"), ValueError, "data_format must be one of"),
    (lambda: nn.GroupNorm(1, 2, device="cuda"), ValueError, "device must be 'cpu'"),
    (lambda: nn.InstanceNorm2D(0), ValueError, "num_features must be"),
    (lambda: nn.InstanceNorm2D(2, momentum=2.0), ValueError, "momentum must be"),
    (lambda: nn.InstanceNorm2D(2, data_format="NHWC"), ValueError, "data_format must be one of"),
    (lambda: nn.InstanceNorm2D(2, bias_attr=False), ValueError, "weight_attr and bias_attr must be False together"),
    (lambda: nn.LayerNorm(3)(X), ValueError, r"x must have shape \[\*, 3\]"),
    (lambda: nn.GroupNorm(1, 3)(X), ValueError, "expected 3 channels at axis 1"),
    (lambda: nn.GroupNorm(1, 3)(X[0, 0, 0]), ValueError, "expected 3 channels at axis 1"),
    (lambda: nn.InstanceNorm2D(3)(X), ValueError, "expected an input of 4 axes with 3 channels at the second"),
    (lambda: nn.InstanceNorm1D(6)(X), ValueError, "expected an input of 2 or 3 axes"),
    (lambda: nn.LayerNorm(3)("x"), TypeError, "input must be numeric"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
