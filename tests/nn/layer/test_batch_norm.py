import copy
import pickle

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

X = np.random.default_rng(0).standard_normal((4, 3, 2, 5)).astype("float32")
SHAPES = {
    "BatchNorm1D": (4, 3, 5),
    "BatchNorm2D": (4, 3, 2, 5),
    "BatchNorm3D": (4, 3, 2, 2, 5),
    "BatchNorm": (4, 3, 2, 5),
}
SHAPES["SyncBatchNorm"] = (4, 3, 2, 5)


@pytest.mark.parametrize("name", SHAPES)
def test_training_and_evaluation(name):
    rng = np.random.default_rng(1)
    layer = getattr(nn, name)(3)
    values = rng.standard_normal((10, *SHAPES[name])).astype("float32")
    axes = (0, *range(2, len(SHAPES[name])))
    mean, variance = np.zeros(3), np.ones(3)
    for x in values:
        found = layer(pa.to_tensor(x)).numpy()
        np.testing.assert_allclose(found.mean(axis=axes), 0, atol=1e-5)
        mean, variance = 0.9 * mean + 0.1 * x.mean(axis=axes), 0.9 * variance + 0.1 * x.var(axis=axes)
    np.testing.assert_allclose(layer._mean.numpy(), mean, atol=1e-5)
    np.testing.assert_allclose(layer._variance.numpy(), variance, rtol=1e-5)
    layer.eval()
    per = (3, *[1] * (x.ndim - 2))
    expected = (x - mean.reshape(per)) / np.sqrt(variance.reshape(per) + 1e-5)
    np.testing.assert_allclose(layer(pa.to_tensor(x)).numpy(), expected, atol=1e-5)
    np.testing.assert_allclose(layer._mean.numpy(), mean, atol=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_statistics_are_parameters_that_no_optimizer_changes(name):
    layer = getattr(nn, name)(3)
    assert list(layer.state_dict()) == ["weight", "bias", "_mean", "_variance"]
    assert [p.trainable for p in layer.parameters()] == [True, True, False, False]
    optimizer = pa.optimizer.SGD(1.0, parameters=layer.parameters())
    layer(pa.to_tensor(np.ones(SHAPES[name], "float32") * X.mean())).sum().backward()
    before = layer._mean.numpy().copy()
    optimizer.step()
    np.testing.assert_array_equal(layer._mean.numpy(), before)
    assert layer.bias.tolist() != [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("attr", [None, True, False, "own", nn.initializer.Constant(0.5), pa.regularizer.L2Decay(0.1)])
def test_attributes_of_the_parameters(name, attr):
    first = "param_attr" if name == "BatchNorm" else "weight_attr"
    layer = getattr(nn, name)(3, **{first: attr})
    if attr is False and name != "SyncBatchNorm":
        assert layer.weight is None
        return
    start = 0.5 if isinstance(attr, nn.initializer.Constant) else 1.0
    assert layer.weight.tolist() == [start] * 3
    assert layer.weight.trainable == (attr is not False)
    assert (layer.weight.name == "own") == (attr == "own")
    assert (layer.weight.regularizer is attr) == (isinstance(attr, pa.regularizer.L2Decay) or attr is None)
    assert layer.bias.tolist() == [0.0] * 3
    assert layer(pa.to_tensor(X if len(SHAPES[name]) == 4 else np.ones(SHAPES[name], "float32"))).shape == SHAPES[name]


def test_a_global_initializer_leaves_the_statistics():
    with pa.initializer.set_global_initializer(nn.initializer.Constant(3.0), nn.initializer.Constant(4.0)):
        layer = nn.BatchNorm2D(1)
    assert [p.item() for p in layer.parameters()] == [3.0, 4.0, 0.0, 1.0]


def test_what_no_attribute_is_for_has_its_usual_value_and_stays():
    layer = nn.SyncBatchNorm(3, weight_attr=False, bias_attr=False)
    assert (layer.weight.tolist(), layer.bias.tolist()) == ([1.0] * 3, [0.0] * 3)
    assert layer.weight.stop_gradient
    assert layer.bias.stop_gradient


def test_names_of_the_statistics(fresh_names):
    layer = nn.BatchNorm1D(2, name="norm")
    assert [p.name for p in layer.parameters()] == [
        "batch_norm1d_0.w_0",
        "batch_norm1d_0.b_0",
        "norm_mean",
        "norm_variance",
    ]
    layer = nn.BatchNorm(2, moving_mean_name="m", moving_variance_name="v", do_model_average_for_mean_and_var=False)
    assert (layer._mean.name, layer._variance.name) == ("m", "v")
    assert [p.do_model_average for p in layer.parameters()] == [True, True, False, False]


@pytest.mark.parametrize("default", ["float16", "bfloat16", "float64"])
def test_dtypes_of_the_parameters(default):
    pa.set_default_dtype(default)
    try:
        layers = [nn.BatchNorm2D(2), nn.SyncBatchNorm(2, weight_attr=False), nn.BatchNorm(2, dtype=default)]
        old = nn.BatchNorm(2)
    finally:
        pa.set_default_dtype("float32")
    expected = "float32" if default == "float16" else default
    assert {p.dtype.name for layer in layers for p in layer.parameters()} == {expected}
    assert old.weight.dtype == np.float32
    assert layers[0](pa.to_tensor(X[:, :2], "float16")).dtype == np.float16


def test_the_activation_comes_last():
    plain, bent = nn.BatchNorm(3), nn.BatchNorm(3, act="relu")
    np.testing.assert_array_equal(bent(pa.to_tensor(X)).numpy(), np.maximum(plain(pa.to_tensor(X)).numpy(), 0))


@pytest.mark.parametrize("is_test", [True, False])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("tracked", [True, False])
def test_which_statistics_the_old_layer_uses(is_test, known, tracked):
    layer = nn.BatchNorm(3, is_test=is_test, use_global_stats=known, trainable_statistics=tracked)
    assert layer.training is not is_test
    found = layer(pa.to_tensor(X)).numpy()
    own = not known and (tracked or not is_test)
    assert (np.abs(found.mean(axis=(0, 2, 3))).max() < 1e-6) == own
    assert any(layer._mean.tolist()) == own


def test_channels_last():
    x = pa.to_tensor(np.ascontiguousarray(np.moveaxis(X, 1, -1)))
    expected = np.moveaxis(nn.BatchNorm2D(3)(pa.to_tensor(X)).numpy(), 1, -1)
    for layer in (
        nn.BatchNorm2D(3, data_format="NHWC"),
        nn.BatchNorm(3, data_layout="NHWC"),
        nn.SyncBatchNorm(3, data_format="NHWC"),
    ):
        np.testing.assert_allclose(layer(x).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_copies_compute_the_same(duplicate):
    layer = nn.BatchNorm(3, act="tanh")
    layer(pa.to_tensor(X))
    other = duplicate(layer)
    for one in (layer, other):
        one.eval()
    np.testing.assert_array_equal(layer(pa.to_tensor(X)).numpy(), other(pa.to_tensor(X)).numpy())


def test_conversion_keeps_parameters_and_modes():
    net = nn.Sequential(
        nn.BatchNorm2D(3, bias_attr=False, name="kept"), nn.BatchNorm(3), nn.Sequential(nn.BatchNorm1D(2))
    )
    net[2].eval()
    held = dict(net.named_parameters())
    modes = [layer.training for layer in net.sublayers()]
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert converted is net
    assert [type(layer).__name__ for layer in net.sublayers()] == [
        "SyncBatchNorm",
        "BatchNorm",
        "Sequential",
        "SyncBatchNorm",
    ]
    found = dict(net.named_parameters())
    assert all(found[path] is parameter for path, parameter in held.items())
    assert set(found) - set(held) == {"0.bias"}
    assert not found["0.bias"].trainable
    assert [layer.training for layer in net.sublayers()] == modes
    assert "name=kept" in repr(net[0])
    single = nn.BatchNorm2D(3)
    assert nn.SyncBatchNorm.convert_sync_batchnorm(single).weight is single.weight
    linear = nn.Linear(2, 2)
    assert nn.SyncBatchNorm.convert_sync_batchnorm(linear) is linear
    with pytest.raises(TypeError, match="layer must be a Layer"):
        nn.SyncBatchNorm.convert_sync_batchnorm([single])


REFUSED = [
    (lambda: nn.BatchNorm2D(0), ValueError, "num_features must be"),
    (lambda: nn.BatchNorm2D(2.0), TypeError, "num_features must be an integer"),
    (lambda: nn.BatchNorm2D(2, 2.0), ValueError, "momentum must be"),
    (lambda: nn.BatchNorm2D(2, epsilon=-1), ValueError, "epsilon must be"),
    (lambda: nn.BatchNorm2D(2, data_format="NCL"), ValueError, "data_format must be one of"),
    (lambda: nn.BatchNorm1D(2, data_format="NDHWC"), ValueError, "data_format must be one of"),
    (lambda: nn.BatchNorm3D(2, use_global_stats=1), TypeError, "use_global_stats must be a bool"),
    (lambda: nn.BatchNorm2D(2, name=3), TypeError, "name must be a string or None"),
    (lambda: nn.BatchNorm2D(2, weight_attr=3), TypeError, "weight_attr must be"),
    (lambda: nn.BatchNorm2D(2, bias_attr=3), TypeError, "bias_attr must be"),
    (lambda: nn.BatchNorm(2, param_attr=3), TypeError, "param_attr must be"),
    (lambda: nn.BatchNorm(0), ValueError, "num_channels must be"),
    (lambda: nn.BatchNorm(2, act="conv2d"), ValueError, "act must be one of"),
    (lambda: nn.BatchNorm(2, act=nn.ReLU()), TypeError, "act must be one of"),
    (lambda: nn.BatchNorm(2, is_test="no"), TypeError, "is_test must be a bool"),
    (lambda: nn.BatchNorm(2, in_place=1), TypeError, "in_place must be a bool"),
    (lambda: nn.BatchNorm(2, data_layout="NCL"), ValueError, "data_layout must be one of"),
    (lambda: nn.BatchNorm(2, moving_mean_name=1), TypeError, "name"),
    (lambda: nn.BatchNorm(2, dtype="int32"), ValueError, "dtype must be one of"),
    (lambda: nn.BatchNorm(2, momentum=None), TypeError, "momentum must be"),
    (lambda: nn.BatchNorm2D(3)(X[0]), ValueError, r"expected an input of 4 axes, but received \[3, 2, 5\]"),
    (lambda: nn.BatchNorm1D(3)(X), ValueError, "expected an input of 2 or 3 axes"),
    (lambda: nn.BatchNorm2D(2)(X), ValueError, "expected 2 channels at axis 1"),
    (lambda: nn.BatchNorm(2)(X), ValueError, "expected 2 channels at axis 1"),
    (lambda: nn.BatchNorm(2)("x"), TypeError, "input must be numeric"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
