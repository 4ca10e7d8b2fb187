"""The table of a window, and the part of the law that no strip covers."""

import numpy as np
from scipy import special, stats

from paramattr.random.keys import Key
from paramattr.random.strips import _FEW, strips

INF = np.inf
ALPHA = 1e-5
KEY = Key(2024, 5)


def test_rest_is_exact_by_chi_square():
    """The residual part alone against (density - strips), which no test on whole samples would see."""
    for window in (
        (0.0, -INF, INF),
        (0.0, -2.0, 2.0),
        (3.0, 0.0, 1.0),
        (30.0, 0.0, INF),
        (0.5, 0.0, 1e-13),
        (0.0, -8.0, 0.3),
    ):
        table = strips(*window)
        n = 400_000
        t = table.rest(Key(1, 1), np.arange(n, dtype=np.uint64))
        assert t.min() >= table.low and t.max() <= table.high
        inside = (t > table.edges[0]) & (t < table.edges[-1])
        probs = np.diff(table.shares, prepend=0.0) / table.shares[-1]
        got = np.histogram(t[inside], table.pieces)[0]
        got = np.append(got, [np.count_nonzero(t <= table.edges[0]), np.count_nonzero(t >= table.edges[-1])])
        keep = probs * n > 20
        stat = np.sum((got[keep] - n * probs[keep]) ** 2 / (n * probs[keep]))
        assert stats.chi2.sf(stat, keep.sum() - 1) > ALPHA
        tail = t[t > table.edges[-1]] - table.edges[-1]
        if tail.size > 1000 and table.high == INF:
            z = table.mode + table.edges[-1]
            u = 1 - np.exp(special.log_ndtr(-(z + tail)) - special.log_ndtr(-z))
            assert stats.kstest(u, "uniform").pvalue > ALPHA


def test_the_rest_of_few_has_the_bits_of_many():
    """One by one and in a batch are two ways to the same value, whatever piece or tail it comes from."""
    positions = np.arange(3_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for window in ((0.0, -INF, INF), (0.0, -2.0, 2.0), (3.0, 0.0, 1.0), (30.0, 0.0, INF), (0.0, -8.0, 0.3)):
        table = strips(*window)
        many = table.rest(KEY, positions)
        few = [table.rest(KEY, positions[i : i + _FEW]) for i in range(0, positions.size, _FEW)]
        np.testing.assert_array_equal(np.concatenate(few), many)
