"""The table of a window, and the part of the law that no strip covers."""

import numpy as np
import pytest
from scipy import special, stats

from paramattr.random.keys import Key
from paramattr.random.strips import _FEW, INDEX_BITS, strips

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


WINDOWS = [
    (0.0, -INF, INF), (0.0, -2.0, 2.0), (3.0, 0.0, 1.0), (30.0, 0.0, INF), (0.0, -8.0, 0.3), (1.0, 0.0, INF),
    (-5.0, -2.0, 0.0), (0.0, -INF, 1.0), (0.0, -0.5, INF), (2.0, 0.0, 1e-2), (0.0, -40.0, 40.0), (9.0, 0.0, 2.0),
]  # fmt: skip


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_strips_cover_nearly_all_of_the_law_and_nothing_else(window):
    table = strips(*window)
    share = table.used / 2**INDEX_BITS
    assert share + table.shares[-1] == pytest.approx(1.0, abs=1e-12)
    assert table.shares[-1] < 1.1e-3  # the rest is slow
    assert (np.diff(table.shares, prepend=0.0) >= 0.0).all()
    # Each is below the density, which falls towards both of its ends or one.
    density = table.density(table.edges)
    assert (table.heights <= np.minimum(density[1:], density[:-1])).all()
    assert (table.heights * np.diff(table.edges)).sum() == pytest.approx(share, rel=1e-12)
    reach = np.abs(table.centre) + table.half
    assert (table.centre - table.half >= max(table.low, -INF)).all() and (table.centre + table.half <= table.high).all()
    assert reach.max() <= max(-table.edges[0], table.edges[-1]) * (1 + 1e-12)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_cdf_density_and_moments_are_those_of_the_cut_law(window):
    mode, low, high = window
    table, sign = strips(*window), -1.0 if mode > 0 else 1.0  # in the lower tail, where digits are
    t = np.unique(np.concatenate([np.linspace(max(low, -9.0), min(high, 9.0), 301), table.edges[[0, -1]]]))
    ends = special.ndtr(sign * (mode + np.array([low, high])))
    mass = ends[1] - ends[0]
    np.testing.assert_allclose(table.cdf(t), (special.ndtr(sign * (mode + t)) - ends[0]) / mass, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(table.density(t), stats.norm.pdf(mode + t) / abs(mass), rtol=1e-9, atol=1e-30)
    assert table.cdf(np.array([low, high])).tolist() == pytest.approx([0.0, 1.0], abs=1e-12)
    law = stats.truncnorm(mode + low, mode + high)
    if abs(mode) < 9 and high - low > 1e-3:
        assert table.mean == pytest.approx(law.mean() - mode, rel=1e-7, abs=1e-12)
        assert table.std == pytest.approx(law.std(), rel=1e-6)
        assert table.moment(3) == pytest.approx(law.stats("s"), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_nowhere_is_more_uncovered_than_the_bound_of_its_piece(window):
    """Else the rest would be drawn with too little of it there, if only by a last digit."""
    table = strips(*window)
    top = np.maximum(*(table.density(ends) for ends in (table.edges[:-1], table.edges[1:])))
    top = np.where((table.edges[:-1] < 0.0) & (table.edges[1:] > 0.0), table.peak, top)
    piece = np.searchsorted(table.pieces, table.edges[:-1], side="right") - 1
    assert (table.bounds[piece] >= top - table.heights).all()
    assert (table.bounds >= 0.0).all()


def test_the_cdf_keeps_its_digits_next_to_the_lower_end():
    for window in [window for window in WINDOWS if strips(*window).edges[0] == window[1]]:
        table, low = strips(*window), window[1]
        t = low + 1e-13 * (table.edges[-1] - low) * np.arange(1.0, 5.0)
        np.testing.assert_allclose(table.cdf(t), (t - low) * table.density(np.array(low)), rtol=1e-8)
        assert table.cdf(np.array(low)) == 0.0


def test_the_rest_of_few_has_the_bits_of_many():
    """One by one and in a batch are two ways to the same value, whatever piece or tail it comes from."""
    positions = np.arange(3_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for window in ((0.0, -INF, INF), (0.0, -2.0, 2.0), (3.0, 0.0, 1.0), (30.0, 0.0, INF), (0.0, -8.0, 0.3)):
        table = strips(*window)
        many = table.rest(KEY, positions)
        few = [table.rest(KEY, positions[i : i + _FEW]) for i in range(0, positions.size, _FEW)]
        np.testing.assert_array_equal(np.concatenate(few), many)
