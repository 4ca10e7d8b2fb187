import math

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812


def ones(*shape, **settings):
    return pa.to_tensor(np.ones(shape, np.float32), **settings)


@pytest.fixture(autouse=True)
def seeded():
    pa.seed(11)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("mode", ["upscale_in_train", "downscale_in_infer"])
def test_each_element_is_dropped_with_probability_p(p, mode):
    n = 100_000
    y = F.dropout(ones(n), p, mode=mode).numpy()
    kept = np.float32(1 / (1 - p)) if mode == "upscale_in_train" else 1.0
    assert set(np.unique(y)) <= {np.float32(0), np.float32(kept)}
    dropped = (y == 0).sum()
    assert abs(dropped - n * p) < 6 * math.sqrt(n * p * (1 - p))


def test_the_mean_is_kept_in_training_or_in_use():
    x = ones(100_000)
    assert abs(F.dropout(x, 0.3).numpy().mean() - 1) < 0.02
    np.testing.assert_array_equal(F.dropout(x, 0.3, training=False).numpy(), x.numpy())
    used = F.dropout(x, 0.3, training=False, mode="downscale_in_infer").numpy()
    np.testing.assert_allclose(used, 0.7, rtol=1e-6)


def test_all_or_nothing():
    assert (F.dropout(ones(9), 1.0).numpy() == 0).all()
    assert (F.dropout(ones(9), 0.0).numpy() == 1).all()
    assert (F.dropout(ones(9), 1.0, mode="downscale_in_infer").numpy() == 0).all()


@pytest.mark.parametrize(("axis", "shared"), [(0, (1, 2)), ([0, -1], (1,)), ((2,), (0, 1))])
def test_along_the_other_axes_all_go_together(axis, shared):
    y = F.dropout(ones(20, 20, 20), 0.5, axis=axis).numpy()
    assert (y == y.max(axis=shared, keepdims=True)).all()
    assert 0 < (y == 0).mean() < 1


def test_the_gradient_is_dropped_as_the_value():
    x = ones(1000, stop_gradient=False)
    y = F.dropout(x, 0.4)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.numpy())


def test_a_seed_repeats_and_calls_differ():
    first, second = F.dropout(ones(1000)).numpy(), F.dropout(ones(1000)).numpy()
    assert (first != second).any()
    pa.seed(11)
    np.testing.assert_array_equal(F.dropout(ones(1000)).numpy(), first)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"p": 1.5}, ValueError),
        ({"p": -0.1}, ValueError),
        ({"p": "0.5"}, TypeError),
        ({"mode": "scale"}, ValueError),
        ({"axis": 2}, ValueError),
        ({"axis": 0.5}, TypeError),
        ({"training": 1}, TypeError),
    ],
)
def test_bad_settings_take_no_random_numbers(settings, error):
    before = F.dropout(ones(100)).numpy()
    pa.seed(11)
    with pytest.raises(error, match=next(iter(settings))):
        F.dropout(ones(2, 3), **settings)
    np.testing.assert_array_equal(F.dropout(ones(100)).numpy(), before)


def test_flatten(check_grads):
    x = ones(2, 3, 4, 5)
    assert F.flatten(x).shape == [120]
    assert F.flatten(x, 1).shape == [2, 60]
    assert F.flatten(x, 1, -2).shape == [2, 12, 5]
    assert F.flatten(x, -3, 2).shape == [2, 12, 5]
    check_grads(lambda x: F.flatten(x, 1, 2), np.arange(24.0).reshape(2, 3, 2, 2))
    for axes in [(2, 1), (0, 4), (-5, 1)]:
        with pytest.raises(ValueError, match="flatten needs axes"):
            F.flatten(x, *axes)


def test_integers_are_dropped_in_double_precision():
    y = F.dropout(np.ones(1000, np.int64), 0.5)
    assert y.dtype == np.float64
    assert set(y.tolist()) == {0.0, 2.0}


def test_defaults():
    y = F.dropout(ones(1000)).numpy()
    assert set(y.tolist()) == {0.0, 2.0}
    assert 400 < (y == 0).sum() < 600
    np.testing.assert_array_equal(F.dropout(ones(4), training=False).numpy(), np.ones(4))
    x = ones(3)
    assert F.dropout(x, 0.0) is x
    assert F.flatten(2.0).tolist() == [2.0]
    for arguments, message in [(("0",), "start_axis must be an integer"), ((0, None), "stop_axis must be an integer")]:
        with pytest.raises(TypeError, match=message):
            F.flatten(ones(2, 3), *arguments)


@pytest.mark.parametrize(
    ("function", "shape", "settings", "apart"),
    [
        (F.dropout1d, (200, 8), {}, 1),
        (F.dropout1d, (20, 10, 8), {}, 2),
        (F.dropout2d, (20, 10, 4, 5), {}, 2),
        (F.dropout3d, (20, 10, 4, 5, 3), {}, 2),
        (F.feature_alpha_dropout, (20, 10, 4, 5), {}, 2),
        (F.feature_alpha_dropout, (20, 10), {}, 2),
    ],
)
def test_channels_go_together(function, shape, settings, apart):
    y = function(ones(*shape), 0.5, **settings).numpy()
    together = tuple(range(apart, len(shape)))
    assert (y == y.max(axis=together, keepdims=True)).all()
    # 200 channels, 7 standard deviations.
    assert 50 < (y.reshape(200, -1)[:, 0] == y.min()).sum() < 150


@pytest.mark.parametrize(("function", "shape"), [(F.dropout2d, (20, 4, 5, 10)), (F.dropout3d, (20, 4, 5, 3, 10))])
def test_channels_may_come_last(function, shape):
    y = function(ones(*shape), 0.5, data_format="NHWC" if len(shape) == 4 else "NDHWC").numpy()
    assert (y == y.max(axis=tuple(range(1, len(shape) - 1)), keepdims=True)).all()
    assert set(np.unique(y)) == {0.0, 2.0}


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("function", [F.alpha_dropout, F.feature_alpha_dropout])
def test_alpha_dropout_keeps_mean_and_variance(function, p):
    n = 200_000
    x = pa.to_tensor(np.random.default_rng(0).standard_normal((n, 1)), stop_gradient=False)
    y = function(x, p)
    # The values have a fourth moment below 12, so this is more than six standard errors.
    assert abs(y.numpy().mean()) < 6 / math.sqrt(n)
    assert abs(y.numpy().var() - 1) < 6 * math.sqrt(12 / n)
    y.sum().backward()
    assert len(np.unique(x.grad.numpy())) == 2
    assert abs((x.grad.numpy() == 0).mean() - p) < 6 * math.sqrt(p * (1 - p) / n)


def test_alpha_dropout_of_all_or_nothing():
    for function in (F.alpha_dropout, F.feature_alpha_dropout):
        assert (function(ones(3, 4), 1.0).numpy() == 0).all()
        for x in (ones(3, 4),):
            assert function(x, 0.0) is function(x, 0.5, training=False) is x


def test_in_place():
    inner = ones(1000, stop_gradient=False) * 1.0
    assert F.dropout(inner, 0.5, inplace=True) is inner
    assert set(inner.tolist()) == {0.0, 2.0}
    x = ones(4, 10)
    assert F.dropout1d(x, 0.5, inplace=True) is x
    with pytest.raises(TypeError, match="x must be a Tensor"):
        F.dropout(np.ones(3), inplace=True)
    with pytest.raises(TypeError, match="input must be a Tensor"):
        F.dropout1d(np.ones((3, 3)), inplace=True)


def test_what_cannot_be_changed_takes_no_random_numbers():
    before = F.dropout(ones(100)).numpy()
    pa.seed(11)
    with pytest.raises(ValueError, match="leaf"):
        F.dropout(ones(3, stop_gradient=False), inplace=True)
    np.testing.assert_array_equal(F.dropout(ones(100)).numpy(), before)


def test_out_of_training_nothing_is_written():
    x = ones(3, stop_gradient=False)
    y = x * 2.0
    z = y * y
    assert F.dropout(y, training=False, inplace=True) is y
    z.sum().backward()
    assert x.grad.tolist() == [8.0] * 3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.dropout1d(ones(3)), ValueError, "input must have 2 or 3 axes"),
        (lambda: F.dropout1d(ones(3, 3), 2.0), ValueError, "p must be"),
        (lambda: F.dropout2d(ones(3, 3, 3)), ValueError, "x must have 4 axes, NCHW or NHWC"),
        (lambda: F.dropout2d(ones(3, 3, 3, 3), data_format="NCL"), ValueError, "data_format must be"),
        (lambda: F.dropout3d(ones(3, 3, 3, 3)), ValueError, "x must have 5 axes"),
        (lambda: F.alpha_dropout(ones(3), 1.5), ValueError, "p must be"),
        (lambda: F.alpha_dropout(ones(3), 0.5, 1), TypeError, "training must be"),
        (lambda: F.feature_alpha_dropout(ones(3)), ValueError, "x must have 2 axes or more"),
        (lambda: F.dropout(ones(3), inplace=1), TypeError, "inplace must be"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
