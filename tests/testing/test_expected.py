import numpy as np
import pytest
from scipy import stats

from paramattr.random import Normal, TruncatedNormal, Uniform
from paramattr.testing import assert_sample, check_sample
from paramattr.testing.expected import as_law


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Normal(1.0, 2.0), stats.norm(1.0, 2.0)),
        (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
        (TruncatedNormal(0.0, 1.0, -2.0, 2.0), stats.truncnorm(-2.0, 2.0)),
    ],
    ids=["normal", "uniform", "truncated"],
)
def test_scipys_laws_are_as_good_as_ours(ours, theirs):
    sample = theirs.rvs((60, 50), random_state=3)
    a, b = check_sample(sample, ours), check_sample(sample, theirs)
    assert a.passed
    assert b.passed
    ps = {finding.name: finding.p for finding in a.findings}
    for finding in b.findings:
        assert finding.p == pytest.approx(ps[finding.name], rel=1e-4, abs=1e-6)


def test_a_law_that_only_scipy_has():
    law = stats.gamma(3.0, scale=2.0)
    sample = law.rvs(20_000, random_state=1)
    assert_sample(sample, law)
    assert not check_sample(sample * 1.05, law).passed
    assert check_sample(stats.cauchy.rvs(size=5000, random_state=1), stats.cauchy()).passed


def test_a_law_tells_its_name_and_moments():
    for given, name in [
        (stats.norm(1.0, scale=2.0), "norm(1.0, scale=2.0)"),
        (stats.gamma(3.0), "gamma(3.0)"),
        (stats.uniform(), "uniform()"),
        (Normal(1.0, 2.0), "Normal(loc=1.0, scale=2.0)"),
    ]:
        law = as_law(given)
        assert repr(law) == law.name == name
        assert as_law(law) is law
    gamma = as_law(stats.gamma(4.0, scale=0.5))
    assert [gamma.mean, gamma.std, gamma.skewness, gamma.kurtosis] == pytest.approx([2.0, 1.0, 1.0, 1.5])
    assert (gamma.low, gamma.high, gamma.open_high) == (0.0, np.inf, False)
    assert as_law(Uniform(0, 1)).open_high


@pytest.mark.parametrize("expected", [0.5, None, "normal", stats.poisson(3.0), stats.norm, stats.gamma])
def test_what_is_no_law_is_a_type_error(expected):
    with pytest.raises(TypeError, match="expected must be"):
        check_sample(np.zeros(3), expected)
