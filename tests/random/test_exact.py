"""The exact functions against SciPy and mpmath-grade identities."""

import math

import numpy as np
import pytest
import scipy.special as sp
from scipy import stats

from paramattr.random import exact


def close(a, b, rel):
    a, b = np.asarray(a), np.asarray(b)
    ok = (a == b) | (np.abs(a - b) <= rel * np.abs(b))
    assert ok.all(), (a[~ok][:5], b[~ok][:5], np.max(np.abs(a - b) / np.abs(b)))


X = np.concatenate([np.linspace(-37, 37, 100001), np.random.default_rng(0).normal(size=100000)])


def test_exp_log():
    x = np.concatenate([np.linspace(-708, 709, 100001), np.linspace(-1, 1, 10001)])
    close(exact.exp(x), [math.exp(v) for v in x], 3e-16)  # NumPy's own is off by more on some CPUs
    y = np.exp(np.linspace(-700, 700, 200001))
    close(exact.log(y), np.log(y), 1e-15)
    y = 1 + np.linspace(-0.3, 0.5, 100001)
    close(exact.log(y), np.log(y), 1e-15)
    assert exact.exp(-np.inf) == 0 and exact.exp(np.inf) == np.inf and np.isnan(exact.exp(np.nan))
    assert exact.log(0.0) == -np.inf and np.isnan(exact.log(-1.0)) and exact.log(np.inf) == np.inf
    close(exact.exp(-740.0), np.exp(-740.0), 1e-2)


def test_normal_functions():
    close(exact.normal_pdf(X), stats.norm.pdf(X), 3e-13)  # SciPy's own error at 37 std
    inner = X[np.abs(X) < 5]
    close(exact.normal_pdf(inner), stats.norm.pdf(inner), 1e-14)
    close(exact.normal_cdf(inner), sp.ndtr(inner), 1e-14)
    close(exact.normal_cdf(X), sp.ndtr(X), 3e-13)
    close(exact.mills(np.array([0.0, 1e3, 1e20])), [np.sqrt(np.pi / 2), 1e-3 * (1 - 1e-6 + 3e-12), 1e-20], 1e-14)


def test_normal_cdf_far_tail_by_mpmath():
    mp = pytest.importorskip("mpmath")
    mp.mp.dps = 40
    x = -np.linspace(0, 37.5, 151)
    close(exact.normal_cdf(x), [float(mp.erfc(-mp.mpf(v) / mp.sqrt(2)) / 2) for v in x], 2e-15)


def test_quantile():
    p = np.concatenate([np.linspace(0.0005, 0.9995, 50001), 10.0 ** -np.linspace(1, 300, 3001)])
    np.testing.assert_allclose(exact.normal_quantile(p), sp.ndtri(p), rtol=1e-14, atol=3e-15)
    tail = p[p < 0.3]
    close(exact.normal_quantile(tail), sp.ndtri(tail), 2e-14)
    assert abs(exact.normal_quantile(0.5)) < 1e-15
    assert exact.normal_quantile(0) == -np.inf and exact.normal_quantile(1) == np.inf
    assert np.isnan(exact.normal_quantile([-0.1, 1.1, np.nan])).all()
