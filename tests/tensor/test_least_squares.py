import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


def of_rank(rank, *shape):
    rng = np.random.default_rng([rank, *shape])
    return rng.standard_normal((*shape[:-1], rank)) @ rng.standard_normal((*shape[:-2], rank, shape[-1]))


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.sampled_from([(), (2,)]))
def test_a_pseudo_inverse_and_a_rank(m, n, rank, lead):
    rank = min(rank, m, n)
    x = of_rank(rank, *lead, m, n)
    inverted = pa.linalg.pinv(x, 1e-10).numpy()
    np.testing.assert_allclose(inverted, np.linalg.pinv(x, 1e-10), atol=1e-8)
    np.testing.assert_allclose(x @ inverted @ x, x, atol=1e-9)
    assert pa.linalg.matrix_rank(x).tolist() == np.full(lead, rank).tolist()
    symmetric = x @ x.swapaxes(-1, -2)
    assert pa.linalg.matrix_rank(symmetric, 1e-9, hermitian=True).tolist() == np.full(lead, rank).tolist()


def test_tolerances():
    x = np.diag([4.0, 2.0, 1.0])
    for settings, expected in [
        ({}, 3),
        ({"tol": 1.5}, 2),
        ({"tol": [0.5, 3.0, 5.0]}, [3, 1, 0]),
        ({"atol": 1.5}, 2),
        ({"rtol": 0.5}, 1),
        ({"atol": 0.5, "rtol": 0.5}, 1),
    ]:
        assert pa.linalg.matrix_rank(x, **settings).tolist() == expected
    with pytest.raises(ValueError, match="tol must be None where atol or rtol is given"):
        pa.linalg.matrix_rank(x, 1.0, atol=1.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(2, 2), (5, 2), (2, 7)])
def test_what_counts_as_0_by_default(dtype, shape):
    limit = float(np.finfo(dtype).eps * max(shape))
    for factor, rank in [(0.9, 1), (1.1, 2)]:
        x = np.zeros(shape, dtype)
        x[0, 0], x[1, 1] = 2.0, 2.0 * factor * limit
        assert pa.linalg.matrix_rank(x).item() == rank
        solution, _, found, _ = pa.linalg.lstsq(x, np.ones((shape[0], 1), dtype), driver="gelsd")
        assert found.item() == np.count_nonzero(solution.numpy()) == rank
        # A pseudo-inverse has a limit of its own.
        x[1, 1] = 2e-15 * factor
        assert np.count_nonzero(pa.linalg.pinv(x).numpy()) == rank


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 2))
def test_least_squares_are_those_of_numpy(m, n, rank, k):
    rank = min(rank, m, n)
    x, y = of_rank(rank, m, n), np.random.default_rng(k).standard_normal((m, k))
    solution, residuals, ranks, values = pa.linalg.lstsq(x, y, 1e-10, "gelsd")
    expected = np.linalg.lstsq(x, y, 1e-10)
    np.testing.assert_allclose(solution.numpy(), expected[0], atol=1e-7)
    np.testing.assert_allclose(residuals.numpy(), expected[1], atol=1e-8)
    assert (ranks.item(), ranks.dtype) == (expected[2], np.int32)
    np.testing.assert_allclose(values.numpy(), expected[3], atol=1e-10)


def test_drivers_decide_what_is_returned():
    x, y = of_rank(2, 2, 4, 2), np.ones((2, 4, 3))
    shapes = {
        driver: [list(t.shape) for t in pa.linalg.lstsq(x, y, driver=driver)]
        for driver in ("gels", "gelsy", "gelss", None)
    }
    assert shapes["gels"] == [[2, 2, 3], [2, 3], [0], [0]]
    assert shapes["gelsy"] == shapes[None] == [[2, 2, 3], [0], [2], [0]]
    assert shapes["gelss"] == [[2, 2, 3], [2, 3], [2], [2, 2]]


def test_what_is_refused():
    x = np.eye(2)
    for call, error, message in [
        (lambda: pa.linalg.pinv(x, -1.0), ValueError, "rcond must be"),
        (lambda: pa.linalg.pinv(np.ones((2, 3)), hermitian=True), ValueError, "x must hold square matrices"),
        (lambda: pa.linalg.pinv(x, hermitian=1), TypeError, "hermitian must be a bool"),
        (lambda: pa.linalg.lstsq(x, np.ones((3, 1))), ValueError, "x and y must have as many rows"),
        (lambda: pa.linalg.lstsq(x, np.ones(2)), ValueError, "y must have at least 2 axes"),
        (lambda: pa.linalg.lstsq(x, x, driver="qr"), ValueError, "driver must be one of"),
        (lambda: pa.linalg.lstsq(x * np.inf, x), ValueError, "x must hold finite numbers"),
    ]:
        with np.errstate(invalid="ignore"), pytest.raises(error, match=message):
            call()
