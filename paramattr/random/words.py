"""The random words of a key: from a C generator in a run, or by a jump to any set of places. Same words both ways.

The sequence is PCG64-DXSM (O'Neill; a 128-bit congruential generator with a multiply-xorshift output), started from a
state and an increment that the key gives. NumPy promises never to change its raw output.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random.keys import Key, scramble

__all__ = ["words_from", "words_at", "Extra", "pairs_of_one"]

U64: TypeAlias = NDArray[np.uint64]
Pair: TypeAlias = tuple[U64, U64]  # 128-bit numbers: high and low halves

_MASK128 = (1 << 128) - 1
_MASK64 = (1 << 64) - 1
_SPREAD = 0x510E527FADE682D19B05688C2B3E6C1F  # sqrt(11), as the multipliers in keys
_MULTIPLIER = 0xDA942042E4DD58B5
_LOW32 = np.uint64(0xFFFFFFFF)
_29, _32 = np.uint64(29), np.uint64(32)
_FINISH = (np.uint64(0xD6E8FEB86659FD93), np.uint64(0xBF58476D1CE4E5B9))

_DIGIT_BITS = 12  # a jump of n words is taken digit by digit, each digit a look-up in a table of 4096 jumps
_JUMP_CHUNK = 1 << 14  # places jumped to at a time, so that the temporaries stay in the cache

_local = threading.local()


def _start(key: Key) -> tuple[int, int]:
    """The generator's state and (odd) increment."""
    bits = key.bits
    # The increment need only differ between keys and not be a plain function of the state's leading digits.
    return bits, ((bits ^ (bits >> 64)) * _SPREAD & _MASK128) | 1


def words_from(key: Key, place: int, n: int) -> U64:
    """The n words of a key from a place on, in order."""
    # Each thread has one generator: building one costs more than filling a small parameter.
    generator: np.random.PCG64DXSM | None = getattr(_local, "generator", None)
    if generator is None:
        generator = _local.generator = np.random.PCG64DXSM(0)
    state, increment = _start(key)
    generator.state = {
        "bit_generator": "PCG64DXSM",
        "state": {"state": state, "inc": increment},
        "has_uint32": 0,
        "uinteger": 0,
    }
    if place:
        generator.advance(place)
    return generator.random_raw(n)


def _product(a: U64, b: U64) -> Pair:
    """The full 128-bit product of 64-bit numbers."""
    a0, a1, b0, b1 = a & _LOW32, a >> _32, b & _LOW32, b >> _32
    low, mid, cross, high = a0 * b0, a1 * b0, a0 * b1, a1 * b1
    mid += low >> _32  # cannot overflow: (2**32 - 1)**2 + 2**32 - 1 < 2**64
    cross += mid & _LOW32
    high += mid >> _32
    high += cross >> _32
    return high, (cross << _32) | (low & _LOW32)


def _multiply(a: Pair, b: Pair) -> Pair:
    high, low = _product(a[1], b[1])
    high += a[0] * b[1]
    high += a[1] * b[0]
    return high, low


def _add(a: Pair, b: Pair) -> Pair:
    low = a[1] + b[1]
    return a[0] + b[0] + (low < a[1]), low


def _pair(x: int) -> Pair:
    return np.array([x >> 64], np.uint64), np.array([x & _MASK64], np.uint64)


@functools.cache
def _jumps(level: int) -> tuple[Pair, Pair]:
    """For d in 0..4095: (A**n, 1 + A + ... + A**(n-1)) mod 2**128, with n = d * 4096**level."""
    power, series = 1, 0  # of a single step at this level
    step, step_series = _MULTIPLIER, 1
    for _ in range(level * _DIGIT_BITS):
        step, step_series = step * step & _MASK128, (step_series * (step + 1)) & _MASK128
    powers, seriess = [], []
    for _ in range(1 << _DIGIT_BITS):
        powers.append(power)
        seriess.append(series)
        series = (series + power * step_series) & _MASK128
        power = power * step & _MASK128

    def split(values: list[int]) -> Pair:
        return np.array([v >> 64 for v in values], np.uint64), np.array([v & _MASK64 for v in values], np.uint64)

    return split(powers), split(seriess)


def words_at(key: Key, places: U64) -> U64:
    """The words of a key at any places, in any order."""
    state, increment = _start(key)
    digits = max(1, -(-int(places.max()).bit_length() // _DIGIT_BITS)) if places.size else 1
    powers = [_jumps(level)[0] for level in range(digits)]
    # A jump is s -> A**n s + inc (1 + A + ...): the second part is the same table for all places.
    offsets = [_multiply(_jumps(level)[1], _pair(increment)) for level in range(digits)]
    first = _add(_multiply(powers[0], _pair(state)), offsets[0])
    out = np.empty(places.shape, np.uint64)
    digit_mask = np.uint64((1 << _DIGIT_BITS) - 1)
    for begin in range(0, places.size, _JUMP_CHUNK):
        n = places[begin : begin + _JUMP_CHUNK]
        d = (n & digit_mask).astype(np.intp)
        s: Pair = (first[0][d], first[1][d])
        for level in range(1, digits):
            d = ((n >> np.uint64(level * _DIGIT_BITS)) & digit_mask).astype(np.intp)
            p, o = powers[level], offsets[level]
            s = _add(_multiply(s, (p[0][d], p[1][d])), (o[0][d], o[1][d]))
        high, low = s
        high ^= high >> _32
        high *= np.uint64(_MULTIPLIER)
        high ^= high >> np.uint64(48)
        high *= low | np.uint64(1)
        out[begin : begin + _JUMP_CHUNK] = high
    return out


# A place has a pair of extra words per turn, a hash of (key, place, turn).
_PLACE_STEP, _TURN_STEP = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95


class Extra:
    """Bits for the few draws that need more than their own word."""

    def __init__(self, key: Key, places: U64) -> None:
        self._secret, start = _secrets(key)
        self._places = _finish(places * np.uint64(_PLACE_STEP) + np.uint64(start))

    def pairs(self, turn: int, turns: int, which: slice | NDArray[np.intp] = slice(None)) -> tuple[U64, U64]:
        """Two words for each of some places (columns) at some turns (rows). Each turn gives new ones."""
        steps = [((turn + i) * _TURN_STEP + self._secret) & _MASK64 for i in range(turns)]
        first = _finish(self._places[which] + np.array(steps, np.uint64)[:, np.newaxis])
        first = _finish(first)
        return first, _finish(first + np.uint64(self._secret))


def pairs_of_one(key: Key, place: int) -> Iterator[tuple[int, int]]:
    """The pairs that `Extra` gives one place, turn after turn, in Python's integers."""
    secret, start = _secrets(key)
    origin = _finish_one((place * _PLACE_STEP + start) & _MASK64)
    for turn in itertools.count():
        first = _finish_one(_finish_one((origin + turn * _TURN_STEP + secret) & _MASK64))
        yield first, _finish_one((first + secret) & _MASK64)


def _secrets(key: Key) -> tuple[int, int]:
    secret = scramble(~key.bits & _MASK128)
    return secret >> 64, secret & _MASK64


def _finish(x: U64) -> U64:
    """A one-to-one scramble of 64 bits in multiplications and shifts; the argument is used up."""
    x ^= x >> _32
    x *= _FINISH[0]
    x ^= x >> _29
    x *= _FINISH[1]
    x ^= x >> _32
    return x


def _finish_one(x: int) -> int:
    x = (x ^ (x >> 32)) * int(_FINISH[0]) & _MASK64
    x = (x ^ (x >> 29)) * int(_FINISH[1]) & _MASK64
    return x ^ (x >> 32)
