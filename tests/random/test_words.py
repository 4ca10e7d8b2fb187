"""The words of a key, in a run and by jumps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.random import words
from paramattr.random.keys import Key
from paramattr.random.words import Extra, bits_at, bits_from, pairs_of_one, words_at, words_from

KEY = Key(7, 11)


def test_words_both_ways():
    for position in (0, 1, 4095, 4096, 2**24 - 3, 2**40 + 12345, 2**62 + 99):
        run = words_from(KEY, position, 100)
        positions = np.uint64(position) + np.arange(100, dtype=np.uint64)
        assert np.array_equal(run, words_at(KEY, positions))
        assert np.array_equal(run[::-1], words_at(KEY, positions[::-1]))


@pytest.mark.parametrize("dtype", ["i4", "i8"])
@given(st.integers(0, 2**59), st.integers(1, 40))
def test_bits_both_ways(dtype, position, n):
    run = bits_from(KEY, position, n, np.dtype(dtype))
    positions = np.uint64(position) + np.arange(n, dtype=np.uint64)
    assert run.dtype == dtype
    np.testing.assert_array_equal(bits_at(KEY, positions, np.dtype(dtype)), run)


def test_half_words_are_the_low_and_the_high_half_in_turn():
    whole = words_from(KEY, 5, 8)
    halves = bits_from(KEY, 10, 16, np.dtype("i4")).view(np.uint32)
    np.testing.assert_array_equal(halves[0::2], whole & np.uint64(0xFFFFFFFF))
    np.testing.assert_array_equal(halves[1::2], whole >> np.uint64(32))


def test_the_low_half_comes_first_whatever_the_order_of_bytes(monkeypatch):
    """A machine of the other order has the halves of a word in memory the other way round, so they are swapped before."""
    halves = bits_from(KEY, 10, 16, np.dtype("i4"))
    monkeypatch.setattr(words, "_BIG_ENDIAN", not words._BIG_ENDIAN)
    np.testing.assert_array_equal(bits_from(KEY, 10, 16, np.dtype("i4")), halves.reshape(-1, 2)[:, ::-1].reshape(-1))


def test_extra_words_of_one_are_those_of_many():
    positions = np.array([0, 1, 77, 2**40 + 3], np.uint64)
    first, second = Extra(KEY, positions).pairs(0, 9)
    for column, position in enumerate(positions.tolist()):
        for turn, pair in zip(range(9), pairs_of_one(KEY, position), strict=False):
            assert pair == (first[turn, column], second[turn, column])
