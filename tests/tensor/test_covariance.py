import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


@given(st.integers(1, 4), st.integers(2, 5), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_covariances_are_those_of_numpy(rows, columns, rowvar, ddof, often, weighted):
    rng = np.random.default_rng([rows, columns])
    x = rng.standard_normal((rows, columns) if rowvar else (columns, rows))
    frequencies = rng.integers(1, 4, columns) if often else None
    weights = rng.uniform(0.5, 2.0, columns) if weighted else None
    found = pa.linalg.cov(x, rowvar, ddof, frequencies, weights)
    expected = np.cov(x, rowvar=rowvar, ddof=int(ddof), fweights=frequencies, aweights=weights)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)
    if rows > 1:
        np.testing.assert_allclose(pa.linalg.corrcoef(x, rowvar).numpy(), np.corrcoef(x, rowvar=rowvar), atol=1e-12)


def test_gradients(check_grads):
    x = np.random.default_rng(3).standard_normal((3, 5))
    check_grads(lambda t: pa.linalg.cov(t, fweights=[1, 2, 1, 3, 1], aweights=[0.5, 1.0, 1.0, 2.0, 0.3]), x)
    check_grads(lambda t: pa.linalg.corrcoef(t)[0, 1], x)


def test_one_variable_and_integers():
    assert pa.linalg.cov([1, 2, 3]).item() == 1.0
    assert pa.linalg.cov([1, 2, 3]).dtype == np.float32
    assert pa.linalg.corrcoef([1.0, 2.0, 4.0]).item() == 1.0


def test_what_is_refused():
    x = np.ones((2, 3))
    for arguments, error, message in [
        ((np.ones((2, 2, 2)),), ValueError, r"x must have 1 or 2 axes, but received shape \[2, 2, 2\]"),
        ((x, 1), TypeError, "rowvar must be a bool"),
        ((x, True, 0), TypeError, "ddof must be a bool"),
        ((x, True, True, [1.0, 2.0, 3.0]), TypeError, "fweights must be integers"),
        ((x, True, True, [1, 2]), ValueError, "fweights must be 3 numbers"),
        ((x, True, True, None, [1.0, -2.0, 3.0]), ValueError, "aweights must be 3 numbers that are not negative"),
    ]:
        with pytest.raises(error, match=message):
            pa.linalg.cov(*arguments)
