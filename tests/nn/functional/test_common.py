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
