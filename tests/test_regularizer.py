import json
import math

import numpy as np
import pytest

from paramattr import regularizer
from paramattr.regularizer import L1Decay, L2Decay


@pytest.mark.parametrize("cls", [L1Decay, L2Decay])
@pytest.mark.parametrize(
    ("coeff", "error"),
    [("a", TypeError), (-5, ValueError), (math.nan, ValueError), (math.inf, ValueError), (True, TypeError)],
)
def test_a_bad_coefficient_is_refused(cls, coeff, error):
    with pytest.raises(error, match="coeff"):
        cls(coeff)


@pytest.mark.parametrize(
    ("decay", "penalty"),
    [(L1Decay(0.3), lambda p: 0.3 * np.abs(p).sum()), (L2Decay(0.3), lambda p: 0.15 * (p * p).sum())],
)
def test_the_gradient_is_that_of_the_penalty(decay, penalty):
    at = np.random.default_rng(0).normal(size=7)
    step = 1e-6 * np.eye(7)
    numeric = [(penalty(at + d) - penalty(at - d)) / 2e-6 for d in step]
    assert np.allclose(decay.gradient(at), numeric, atol=1e-7)


def test_plain_data():
    for decay in (L1Decay(0.1), L2Decay(0.1)):
        assert regularizer.get(json.loads(json.dumps(decay.get_config()))) == decay
        assert decay.gradient(np.ones(2, np.float32)).dtype == np.float32
    assert L1Decay(0.1) != L2Decay(0.1)
    assert repr(L2Decay(0.1)) == "L2Decay(coeff=0.1)"
    assert str(L2Decay(0.1)) == "L2Decay, coeff=0.100000"
    with pytest.raises(ValueError, match="did you mean 'L2Decay'"):
        regularizer.get("L2Decy")


@pytest.mark.parametrize("cls", [L1Decay, L2Decay])
def test_without_a_coefficient_there_is_no_penalty(cls):
    assert cls().coeff == 0.0
    np.testing.assert_array_equal(cls().gradient(np.array([1.0, -2.0])), np.zeros(2))
