"""Orthogonal matrices are Haar-distributed, not merely orthogonal.

False alarms: every p-value bound is 1e-5 in 10 tests with fixed seeds.
"""

import numpy as np
import pytest
from scipy import stats

from paramattr.random import Key
from paramattr.random import orthogonal as haar

ALPHA = 1e-5


def orthogonal(shape, stream=0, dtype=np.float64, gain=1.0):
    return haar.orthogonal(Key(5, stream), shape, np.dtype(dtype), gain)


@pytest.mark.parametrize(
    "shape", [(1, 1), (2, 2), (5, 3), (3, 5), (127, 128), (129, 130), (300, 257), (257, 300), (600, 130), (1, 40)]
)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-6), (np.float64, 2e-14)])
def test_orthonormal(shape, dtype, tolerance):
    q = orthogonal(shape, dtype=dtype, gain=3.0).astype(np.float64) / 3.0
    gram = q.T @ q if shape[0] >= shape[1] else q @ q.T
    assert np.abs(gram - np.eye(min(shape))).max() < tolerance


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_a_matrix_without_elements(shape):
    assert orthogonal(shape).shape == shape


def test_half_precision_is_float32_rounded_once():
    assert np.array_equal(
        orthogonal((30, 20), dtype=np.float16), orthogonal((30, 20), dtype=np.float32).astype(np.float16)
    )


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6)])
def test_entries_follow_their_law(shape):
    """A squared entry of a Haar matrix of size n is Beta(1/2, (n - 1)/2), and its sign is fair."""
    n = max(shape)
    entries = np.array([orthogonal(shape, i)[i % shape[0], i % shape[1]] for i in range(6000)])
    assert stats.kstest(entries**2, stats.beta(0.5, (n - 1) / 2).cdf).pvalue > ALPHA
    assert stats.binomtest(int((entries > 0).sum()), entries.size).pvalue > ALPHA


def test_traces_and_determinants():
    """The trace of a Haar matrix of O(n) has the moments of a standard normal number up to the order n."""
    n = 8
    matrices = [orthogonal((n, n), i) for i in range(6000)]
    traces = np.array([np.trace(q) for q in matrices])
    for power, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs(np.mean(traces**power) - expected) < 4.5 * np.sqrt(variance / traces.size)
    turned = sum(np.linalg.det(q) > 0 for q in matrices)
    assert stats.binomtest(int(turned), len(matrices)).pvalue > ALPHA


def test_eigenvalue_angles_repel_and_are_spread_evenly():
    """Householder QR without its signs fixed fails here: its eigenvalues crowd around one side of the circle."""
    n = 30
    angles = np.concatenate([np.angle(np.linalg.eigvals(orthogonal((n, n), i))) for i in range(300)])
    upper = angles[(angles > 0.15) & (angles < np.pi - 0.15)]
    assert abs(np.mean(np.cos(angles))) < 5 * np.sqrt(1 / n / angles.size)
    # Repelling angles are spread more evenly than independent ones, so this bound is generous.
    assert stats.kstest(upper, stats.uniform(0.15, np.pi - 0.3).cdf).pvalue > ALPHA
    spacings = np.concatenate(
        [np.diff(np.sort(a[a > 0])) for a in (np.angle(np.linalg.eigvals(orthogonal((n, n), i))) for i in range(100))]
    )
    assert (spacings < 0.1 * spacings.mean()).mean() < 0.02


def test_invariant_under_a_fixed_rotation():
    """Turning a Haar matrix gives a Haar matrix: an entry of the turned one has the same law."""
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(5, 5)))[0]
    turned = np.array([(turn @ orthogonal((5, 5), i))[2, 3] for i in range(5000)])
    assert stats.kstest(turned**2, stats.beta(0.5, 2.0).cdf).pvalue > ALPHA
    both = np.array([(orthogonal((5, 5), i) @ turn)[4, 0] for i in range(5000)])
    assert stats.kstest(both**2, stats.beta(0.5, 2.0).cdf).pvalue > ALPHA


def test_our_threads_do_not_change_bits(threads):
    threads(1)
    one = orthogonal((700, 650), dtype=np.float32)
    threads(4)
    assert np.array_equal(orthogonal((700, 650), dtype=np.float32), one)


@pytest.mark.parametrize("shape", [(3, 4), (64, 64), (128, 20)])
def test_small_matrices_in_float32_are_orthogonal_to_its_last_digit(shape):
    for stream in range(20):
        q = haar.orthogonal(Key(1, stream), shape, np.dtype(np.float32)).astype(np.float64)
        q = q if shape[0] <= shape[1] else q.T
        assert np.abs(q @ q.T - np.eye(len(q))).max() < 2.0**-23
