"""How often a correct sample fails, and how often an error of the stated size is missed.

By default a part of the checks; PARAMATTR_CHECKS=20000 runs all, as the continuous integration does.
"""

import math
import os
from concurrent.futures import ProcessPoolExecutor

import ml_dtypes
import numpy as np
import pytest

from paramattr.random import Key, Normal, TruncatedNormal, Uniform
from paramattr.testing import check_sample, required_size, special

CHECKS = int(os.environ.get("PARAMATTR_CHECKS", "1000"))
LAWS = [
    Normal(0.1, 2.0),
    Normal(0.0, 1e-3),
    Uniform(-1.0, 1.0),
    Uniform(0.0, 3.0),
    TruncatedNormal(0.0, 1.0, -2.0, 2.0),
    TruncatedNormal(0.0, 1.0, 3.0, 4.0),
    TruncatedNormal(0.0, 0.02, -0.04, 0.04),
]
DTYPES = ["float32", "float16", "float64", ml_dtypes.bfloat16]


def shape_for(rng, n):
    """A shape of about n elements: flat, a matrix, or a convolution's."""
    kind = rng.integers(4)
    if kind == 0 or n < 9:
        return (n,)
    if kind == 1:
        rows = int(rng.integers(2, max(3, n // 2)))
        return (rows, n // rows)
    if kind == 2:
        return (math.isqrt(n), math.isqrt(n))
    return (max(2, n // 18), 2, 3, 3)


def alarms(part):
    """The p-values of a check, as the smallest alpha at which it fails, for a share of the checks."""
    first, last = part
    found = []
    for i in range(first, last):
        rng = np.random.default_rng([11, i])
        law, dtype = LAWS[rng.integers(len(LAWS))], DTYPES[rng.integers(len(DTYPES))]
        # Most are small, some large, a few of ten million.
        exponent = 7.0 if i % 4000 == 3999 else rng.uniform(0.6, 3.0 if i % 100 else 6.0)
        out = law.values(Key(2026, i), shape_for(rng, max(4, int(10**exponent))), dtype)
        report = check_sample(out, law)
        found.append(min(f.p * (len(report.findings)) for f in report.findings))
    return found


def test_false_alarms_stay_below_alpha():
    """Within the 99.9 % bound of a binomial law, at two levels."""
    step = 100
    parts = [(first, min(first + step, CHECKS)) for first in range(0, CHECKS, step)]
    with ProcessPoolExecutor(2) as pool:
        found = np.concatenate(list(pool.map(alarms, parts)))
    assert found.size == CHECKS
    for alpha in (1e-2, 1e-3):
        count = int(np.count_nonzero(found <= alpha))
        # As many or more in less than one of a thousand runs, were the rate exactly alpha.
        assert special.binomial_sf(count - 1, CHECKS, alpha) > 1e-3 if count else True, (alpha, count)
        print(f"alpha {alpha:g}: {count} of {CHECKS}")


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
