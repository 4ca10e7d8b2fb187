"""Whole numbers by address: integers of a range, and orders of things."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from paramattr.random.exact import F64
from paramattr.random.keys import Key
from paramattr.random.words import U64, Extra, product, words_from

__all__ = ["fractions", "integers", "permutation"]

_BLOCK = 1 << 14  # words at a time, so that the parts of their products stay in the cache


def integers(key: Key, low: int, high: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return integers from ``low`` to ``high - 1``, each as likely as any other, for int64 bounds with low < high.

    A word times the number of values is that number times 2**64 at most: its high half is the value. Where the low half
    is among the first few, which some values have one more of than others, another word is taken (Lemire 2019).
    """
    words, span = words_from(key, 0, math.prod(shape)), high - low
    if span == 1 << 64:
        return words.view(np.int64).reshape(shape)
    few, factor = np.uint64((-span) % (1 << 64) % span), np.full(1, span, np.uint64)
    value, rejected = np.empty_like(words), [np.zeros(0, np.intp)]
    for begin in range(0, words.size, _BLOCK):
        value[begin : begin + _BLOCK], rest = product(words[begin : begin + _BLOCK], factor)
        rejected.append(np.flatnonzero(rest < few) + begin)
    left = np.concatenate(rejected)
    extra, turn = Extra(key, left.astype(np.uint64)), 0
    again = np.arange(left.size)
    while again.size:
        new, rest = product(extra.pairs(turn, 1, again)[0][0], factor)
        good = rest >= few
        value[left[again[good]]] = new[good]
        again, turn = again[~good], turn + 1
    value += np.uint64(low % (1 << 64))
    return value.view(np.int64).reshape(shape)


def permutation(key: Key, n: int) -> NDArray[np.int64]:
    """Return the integers below ``n`` in an order that is as likely as any other: that of ``n`` words."""
    words = words_from(key, 0, n)
    order = np.argsort(words)
    ordered = words[order]
    if (ordered[1:] == ordered[:-1]).any():
        # Which of two equal words comes first is up to the CPU otherwise.
        order = np.argsort(words, kind="stable")
    return order.astype(np.int64, copy=False)


def fractions(words: U64) -> F64:
    """Return words as numbers between 0 and 1, neither of which occurs."""
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
