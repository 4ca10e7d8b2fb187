import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

X = np.random.default_rng(0).standard_normal((4, 6, 3, 2)) * 2 + 1
LAST = np.ascontiguousarray(np.moveaxis(X, 1, -1))
WEIGHT, BIAS = np.arange(6.0) - 2, np.arange(6.0) / 3


def expected(x, axes, epsilon, weight=1.0, bias=0.0):
    mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * weight + bias


def statistics(count=6):
    return pa.to_tensor(np.linspace(-1, 1, count)), pa.to_tensor(np.linspace(0.5, 2, count))


CHANNELS = WEIGHT.reshape(6, 1, 1), BIAS.reshape(6, 1, 1)
CASES = {
    "batch": (lambda x, *a, **s: F.batch_norm(x, *statistics(), *a, training=True, epsilon=0.1, **s), (0, 2, 3)),
    "instance": (lambda x, *a, **s: F.instance_norm(x, None, None, *a, eps=0.1, **s), (2, 3)),
    "one group": (lambda x, *a, **s: F.group_norm(x, 1, 0.1, *a, **s), (1, 2, 3)),
    "six groups": (lambda x, *a, **s: F.group_norm(x, 6, 0.1, *a, **s), (2, 3)),
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_numpy(name):
    function, axes = CASES[name]
    np.testing.assert_allclose(function(X).numpy(), expected(X, axes, 0.1), atol=1e-12)
    np.testing.assert_allclose(function(X, WEIGHT, BIAS).numpy(), expected(X, axes, 0.1, *CHANNELS), atol=1e-12)
    np.testing.assert_allclose(function(X, WEIGHT).numpy(), expected(X, axes, 0.1, CHANNELS[0]), atol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if name != "instance"])
def test_channels_may_come_last(name):
    function, _ = CASES[name]
    found = function(LAST, WEIGHT, BIAS, data_format="NHWC").numpy()
    np.testing.assert_allclose(np.moveaxis(found, -1, 1), function(X, WEIGHT, BIAS).numpy(), atol=1e-12)


def test_groups_are_neighbouring_channels():
    halves = [F.group_norm(X[:, part], 1).numpy() for part in (slice(3), slice(3, 6))]
    np.testing.assert_allclose(F.group_norm(X, 2).numpy(), np.concatenate(halves, axis=1), atol=1e-12)


@pytest.mark.parametrize("sizes", [2, (2,), [3, 2], (6, 3, 2), (4, 6, 3, 2)])
def test_layer_norm_is_over_the_last_axes(sizes):
    axes = tuple(range(X.ndim - np.size(sizes), X.ndim))
    count = int(np.prod(sizes))
    weight, bias = np.arange(count) - 1.5, np.arange(count) / 7
    shape = np.atleast_1d(sizes)
    found = F.layer_norm(X, sizes, weight, bias, epsilon=0.1).numpy()
    np.testing.assert_allclose(found, expected(X, axes, 0.1, weight.reshape(shape), bias.reshape(shape)), atol=1e-12)


@pytest.mark.parametrize("sizes", [2, [3, 2]])
def test_rms_norm_leaves_the_mean(sizes):
    axes, weight = tuple(range(X.ndim - np.size(sizes), X.ndim)), np.arange(float(np.prod(sizes)))
    root = np.sqrt((X * X).mean(axis=axes, keepdims=True) + 0.1)
    for given_weight in (weight, weight.reshape(sizes)):
        value, scale = F.rms_norm(X, sizes, given_weight, 0.1)
        np.testing.assert_allclose(value.numpy(), X / root * weight.reshape(sizes), atol=1e-12)
        np.testing.assert_allclose(scale.numpy(), 1 / root.ravel(), rtol=1e-12)
    assert scale.stop_gradient


@given(st.floats(0, 1), st.integers(0, 99))
def test_running_statistics_move_by_the_momentum(momentum, seed):
    x = np.random.default_rng(seed).standard_normal((5, 3))
    mean, variance = statistics(3)
    before = mean.numpy().copy(), variance.numpy().copy()
    F.batch_norm(x, mean, variance, training=True, momentum=momentum)
    np.testing.assert_allclose(mean.numpy(), momentum * before[0] + (1 - momentum) * x.mean(0), atol=1e-12)
    np.testing.assert_allclose(variance.numpy(), momentum * before[1] + (1 - momentum) * x.var(0), atol=1e-12)


@pytest.mark.parametrize(("training", "known", "own"), [
    (False, None, False), (True, None, True), (True, True, False), (False, False, True), (True, False, True),
])  # fmt: skip
def test_which_statistics_are_used(training, known, own):
    mean, variance = statistics()
    found = F.batch_norm(X, mean, variance, training=training, use_global_stats=known).numpy()
    old = [moment.numpy().reshape(6, 1, 1) for moment in statistics()]
    wanted = expected(X, (0, 2, 3), 1e-5) if own else (X - old[0]) / np.sqrt(old[1] + 1e-5)
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert (mean.tolist() != statistics()[0].tolist()) == own
    assert (variance.tolist() != statistics()[1].tolist()) == own


def test_a_batch_that_has_no_deviation():
    for shape in ((1, 3), (1, 3, 1, 1), (0, 3), (0, 3, 2)):
        x = pa.to_tensor(np.random.default_rng(1).standard_normal(shape), stop_gradient=False)
        weight = pa.to_tensor(np.full(3, 2.0), stop_gradient=False)
        moments = statistics(3)
        value = F.batch_norm(x, *moments, weight, training=True)
        np.testing.assert_array_equal(value.numpy(), x.numpy())
        value.backward()
        np.testing.assert_array_equal(x.grad.numpy(), np.ones(shape))
        np.testing.assert_array_equal(weight.grad.numpy(), np.zeros(3))
        assert [moment.tolist() for moment in moments] == [moment.tolist() for moment in statistics(3)]


def test_the_running_statistics_may_change_before_the_walk_back():
    x = pa.to_tensor(X, stop_gradient=False)
    mean, variance = statistics()
    value = F.batch_norm(x, mean, variance)
    F.batch_norm(X, mean, variance, training=True)
    value.sum().backward()
    scale = 1 / np.sqrt(statistics()[1].numpy() + 1e-5).reshape(6, 1, 1)
    np.testing.assert_allclose(x.grad.numpy(), np.broadcast_to(scale, X.shape), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_values_beside_wide_parameters_are_computed_in_float32(dtype):
    x = pa.to_tensor(X, dtype)
    weight = pa.to_tensor(WEIGHT, "float32")
    for function in (F.layer_norm, F.group_norm):
        arguments = ([6, 3, 2], np.arange(36, dtype="float32")) if function is F.layer_norm else (2, 1e-5, weight)
        found = function(x, *arguments)
        assert found.dtype == x.dtype
        wide = function(x.astype("float32"), *arguments).astype(dtype)
        np.testing.assert_array_equal(found.numpy().astype(float), wide.numpy().astype(float))
    mean, variance = pa.to_tensor(np.zeros(6), "float32"), pa.to_tensor(np.ones(6), "float32")
    assert F.batch_norm(x, mean, variance, training=True).dtype == x.dtype
    assert mean.dtype == np.float32
    assert np.abs(mean.numpy() - 0.1 * x.numpy().astype(float).mean((0, 2, 3))).max() < 1e-6


def test_integers_count_as_the_default_dtype():
    x = np.arange(12).reshape(2, 6)
    assert F.layer_norm(x, 6).dtype == np.float32
    np.testing.assert_array_equal(F.layer_norm(x, 6).numpy(), F.layer_norm(x.astype("float32"), 6).numpy())


def test_inputs_without_elements():
    empty = np.zeros((0, 6, 3))
    for value in (F.layer_norm(empty, 3), F.group_norm(empty, 2), F.instance_norm(empty), F.rms_norm(empty, 3)[0]):
        assert value.shape == [0, 6, 3]
    assert F.layer_norm(np.zeros((2, 0)), 0).shape == [2, 0]


MEAN, VARIANCE = statistics()
REFUSED = [
    (lambda: F.batch_norm(X[:, 0, 0, 0], MEAN, VARIANCE), ValueError, "x must have at least 2 axes"),
    (lambda: F.batch_norm(X, MEAN, statistics(5)[1]), ValueError, r"running_var must have shape \[6\], but received \[5\]"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, np.ones(5)), ValueError, r"weight must have shape \[6\]"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, bias=np.ones((6, 1))), ValueError, r"bias must have shape \[6\]"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, training=1), TypeError, "training must be a bool"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, use_global_stats="no"), TypeError, "use_global_stats must be a bool"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, momentum=1.5), ValueError, "momentum must be"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, epsilon=-1e-5), ValueError, "epsilon must be"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE, data_format="NCWH"), ValueError, "data_format must be one of"),
    (lambda: F.batch_norm(X, MEAN, VARIANCE.astype("int64"), training=True), TypeError, "running_var must be floating"),
    (lambda: F.layer_norm(X, 3), ValueError, r"x must have shape \[\*, 3\], but received \[4, 6, 3, 2\]"),
    (lambda: F.layer_norm(X, []), ValueError, "normalized_shape must have at least one axis"),
    (lambda: F.layer_norm(X, 2.0), TypeError, "normalized_shape must be"),
    (lambda: F.layer_norm(X, [1, 4, 6, 3, 2]), ValueError, "x must have shape"),
    (lambda: F.layer_norm(X, [3, 2], np.ones((3, 2))), ValueError, r"weight must have shape \[6\]"),
    (lambda: F.layer_norm(X, 2, epsilon="0"), TypeError, "epsilon must be a real number"),
    (lambda: F.rms_norm(X, 3), ValueError, r"input must have shape \[\*, 3\]"),
    (lambda: F.rms_norm(X, 2, np.ones(3)), ValueError, r"weight must have shape \[2\]"),
    (lambda: F.rms_norm(X, 2, eps=-1.0), ValueError, "eps must be"),
    (lambda: F.group_norm(X, 4), ValueError, "num_groups must divide the 6 channels, but received 4"),
    (lambda: F.group_norm(X, 12), ValueError, "num_groups must divide"),
    (lambda: F.group_norm(X, 0), ValueError, "num_groups must be"),
    (lambda: F.group_norm(X, 2.0), TypeError, "num_groups must be an integer"),
    (lambda: F.group_norm(X, 2, data_format="NC"), ValueError, "data_format must be one of"),
    (lambda: F.group_norm(X, 2, pa.Tensor(WEIGHT)), TypeError, "epsilon must be a real number"),
    (lambda: F.instance_norm(X, data_format="NHWC"), ValueError, "data_format must be one of"),
    (lambda: F.instance_norm(X, eps=np.nan), ValueError, "eps must be"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
    assert (MEAN.tolist(), VARIANCE.tolist()) == tuple(moment.tolist() for moment in statistics())
