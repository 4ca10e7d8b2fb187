"""Integers and orders: unbiased, in range, a function of the key. The false-alarm rate is ALPHA per statistical test."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paramattr.random import Key, integers

ALPHA = 1e-5
KEY = Key(5, 8)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(1, 2**64), st.integers(0, 50))
def test_integers_lie_in_their_range(low, span, stream):
    high = min(low + span, 2**63)
    values = integers.integers(Key(1, stream), low, high, (20, 3))
    assert (values.shape, values.dtype) == ((20, 3), np.int64)
    assert int(values.min()) >= low
    assert int(values.max()) < high


@pytest.mark.parametrize(("low", "high"), [(0, 2), (-3, 4), (10, 110), (-(2**63), 2**63), (-(2**62), 2**63)])
def test_integers_are_uniform(low, high):
    """In a hundred bins at most; the last range rejects one word in four."""
    values = integers.integers(KEY, low, high, (200_000,))
    bins = min(high - low, 100)
    place = [(int(value) - low) * bins // (high - low) for value in values[:20_000]]
    assert stats.chisquare(np.bincount(place, minlength=bins)).pvalue > ALPHA
    assert np.array_equal(values, integers.integers(KEY, low, high, (200_000,)))


def test_a_range_that_rejects_half_of_the_words_is_uniform():
    span = 2**63 + 1
    values = integers.integers(KEY, -(2**63), -(2**63) + span, (100_000,))
    shares = (values.astype(np.float64) + 2.0**63) / span
    assert stats.kstest(shares, "uniform").pvalue > ALPHA


def test_another_word_is_taken_below_the_limit_and_no_other(monkeypatch):
    span, wrap = 2**63 + 1, 2**64
    few, inverse = wrap % span, pow(span, -1, wrap)
    rests = [few - 1, few, few + 1, 0, wrap - 1]
    words = [rest * inverse % wrap for rest in rests]
    monkeypatch.setattr(integers, "words_from", lambda key, position, n: np.array(words, np.uint64))
    found = integers.integers(KEY, -5, span - 5, (5,)).tolist()
    kept = [value + 5 == word * span // wrap for value, word in zip(found, words, strict=True)]
    assert kept == [rest >= few for rest in rests]


def test_all_orders_are_as_likely():
    counts = dict.fromkeys(permutations(range(4)), 0)
    for stream in range(12_000):
        counts[tuple(integers.permutation(Key(2, stream), 4).tolist())] += 1
    assert stats.chisquare(list(counts.values())).pvalue > ALPHA


@given(st.integers(0, 300))
def test_a_permutation_names_each_number_once(n):
    assert np.array_equal(np.sort(integers.permutation(KEY, n)), np.arange(n))


def test_equal_words_keep_their_order(monkeypatch):
    words = np.repeat(np.arange(50, dtype=np.uint64)[::-1], 40)
    monkeypatch.setattr(integers, "words_from", lambda key, position, n: words)
    assert np.array_equal(integers.permutation(KEY, words.size), np.argsort(words, kind="stable"))


def test_fractions_are_never_0_or_1():
    ends = integers.fractions(np.array([0, 2**64 - 1], np.uint64))
    assert 0 < ends[0] < 1e-15
    assert 0 < 1 - ends[1] < 1e-15
    assert math.isclose(integers.fractions(np.array([2**63], np.uint64))[0], 0.5, rel_tol=1e-12)
