import numpy as np
import pytest

from paramattr.random import Normal, Uniform
from paramattr.testing import check_sample, required_size


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"mean": 0.1}, lambda z, rng: z + 0.1),
        ({"std": 1.1}, lambda z, rng: 1.1 * z),
        ({"std": 0.9}, lambda z, rng: 0.9 * z),
        ({"clipped": 0.001}, lambda z, rng: np.where(rng.random(z.shape) < 0.001, np.float32(0.25), z)),
    ],
)
def test_the_required_size_is_enough_and_not_too_much(effect, error):
    n = required_size(effect, alpha=1e-3, power=0.8)
    caught = 0
    for seed in range(100):
        rng = np.random.default_rng([3, seed])
        sample = error(rng.standard_normal(n).astype(np.float32), rng).astype(np.float32)
        caught += not check_sample(sample, Normal(), alpha=1e-3).passed
    # 80 are expected, or more where other properties see it too.
    assert caught >= 65
    if "clipped" not in effect:
        assert caught <= 97


def test_the_required_size_of_a_narrow_support():
    n = required_size({"bound": 0.01}, alpha=1e-3)
    rng = np.random.default_rng(0)
    assert not check_sample(rng.uniform(0.0, 0.99, n), Uniform(0, 1), alpha=1e-3).passed
    assert check_sample(rng.uniform(0.0, 0.99, n // 4), Uniform(0, 1), alpha=1e-3).passed


def test_required_size_grows_as_it_should():
    assert required_size({"mean": 0.01}) == pytest.approx(4 * required_size({"mean": 0.02}), rel=1e-3)
    assert required_size({"std": 1.01}, power=0.5) < required_size({"std": 1.01}, power=0.9)
    assert required_size({"std": 1.01}, alpha=1e-2) < required_size({"std": 1.01}, alpha=1e-6)


@pytest.mark.parametrize(("quantity", "power"), [("mean", -2), ("bound", -1), ("clipped", -1)])
def test_required_size_grows_evenly(quantity, power):
    """By a power of the effect; the least size that will do has no steps."""
    effects = 0.002 * 1.1 ** np.arange(12)
    sizes = np.array([required_size({quantity: float(effect)}) for effect in effects])
    # How many are clipped is a whole number.
    np.testing.assert_allclose(sizes[1:] / sizes[:-1], 1.1**power, rtol=0.15 if quantity == "clipped" else 0.03)


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({}, ValueError),
        ({"mean": 0.1, "std": 1.1}, ValueError),
        ({"median": 0.1}, ValueError),
        ({"mean": 0.0}, ValueError),
        ({"std": 1.0}, ValueError),
        ({"std": -1.0}, ValueError),
        ({"bound": 0.0}, ValueError),
        ({"clipped": 1e-9}, ValueError),
        (0.1, TypeError),
        ({"mean": "0.1"}, TypeError),
    ],
    ids=str,
)
def test_bad_effects(effect, error):
    with pytest.raises(error, match="effect"):
        required_size(effect)
    with pytest.raises(ValueError, match="power"):
        required_size({"mean": 0.1}, power=1.0)
