"""What the tests of recipes that state a law share."""

import pytest
from scipy import stats

from paramattr.random import Key


@pytest.fixture
def check_law():
    """Values follow SciPy's law and stay inside its support, and the recipe states its moments.

    A right recipe fails with a probability of 1e-6, and the seed is fixed.
    """

    def check(recipe, shape, law):
        sample = recipe.values(Key(11, 0), shape, "float64").ravel()
        assert stats.kstest(sample, law.cdf).pvalue > 1e-6
        low, high = law.support()
        assert low <= sample.min()
        assert sample.max() <= high
        stated = recipe.distribution(tuple(shape))
        assert stated.mean == pytest.approx(law.mean(), rel=1e-9, abs=1e-12)
        assert stated.std == pytest.approx(law.std(), rel=1e-6)

    return check
