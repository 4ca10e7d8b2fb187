import math

import pytest
from scipy import stats

import paramattr as pa
from paramattr import initializer as init


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Uniform(1.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(2.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(0.0, math.inf), ValueError, "high"),
        (lambda: init.Uniform(None, 1.0), TypeError, "low"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


# False-alarm rate per test: 1e-6, and the seed is fixed.
@pytest.mark.parametrize(
    ("initializer", "shape", "law"),
    [
        (init.Uniform(-2.0, 3.0), [300, 200], stats.uniform(-2, 5)),
    ],
)
def test_values_follow_the_law(initializer, shape, law):
    pa.seed(11)
    sample = pa.create_parameter(shape, "float64", attr=initializer).numpy().ravel()
    assert stats.kstest(sample, law.cdf).pvalue > 1e-6
    low, high = law.support()
    assert low <= sample.min()
    assert sample.max() <= high
    stated = initializer.distribution(tuple(shape))
    assert stated.mean == pytest.approx(law.mean(), rel=1e-9, abs=1e-12)
    assert stated.std == pytest.approx(law.std(), rel=1e-6)
