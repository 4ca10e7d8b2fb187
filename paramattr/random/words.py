"""The random words of a key: from a C generator in a run, or by a jump to any set of positions. Same words both ways.

The sequence is PCG64-DXSM (O'Neill; a 128-bit congruential generator with a multiply-xorshift output), started from a
state and an increment that the key gives. NumPy promises never to change its raw output.
"""

from __future__ import annotations

import _thread
import functools
import itertools
import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paramattr.random.keys import MASK128, Key, scramble

__all__ = ["U64", "bits_from", "bits_at", "words_from", "words_at", "Extra", "pairs_of_one", "product"]

U64: TypeAlias = NDArray[np.uint64]
Pair: TypeAlias = tuple[U64, U64]  # 128-bit numbers: high and low halves

_MASK64 = (1 << 64) - 1
_SPREAD = 0x510E527FADE682D19B05688C2B3E6C1F  # sqrt(11), as the multipliers in keys
_MULTIPLIER = 0xDA942042E4DD58B5
_LOW32 = np.uint64(0xFFFFFFFF)
_BIG_ENDIAN = sys.byteorder == "big"
_WORD = np.dtype(np.int64)
_29, _32 = np.uint64(29), np.uint64(32)
_FINISH = (np.uint64(0xD6E8FEB86659FD93), np.uint64(0xBF58476D1CE4E5B9))

_DIGIT_BITS = 12  # a jump of n words is taken digit by digit, each digit a look-up in a table of 4096 jumps

_local = _thread._local()  # what threading calls local; who draws nothing need not wait for its import


def _start(key: Key) -> tuple[int, int]:
    """The generator's state and (odd) increment."""
    bits = key.bits
    # The increment need only differ between keys and not be a plain function of the state's leading digits.
    return bits, ((bits ^ (bits >> 64)) * _SPREAD & MASK128) | 1


def bits_from(key: Key, position: int, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The n integers of random bits from a position on: words for int64, half words, the low one first, for int32."""
    if dtype == _WORD:
        return words_from(key, position, n).view(dtype)
    skip = position & 1
    words = words_from(key, position >> 1, (skip + n + 1) >> 1)
    if _BIG_ENDIAN:
        words = (words << _32) | (words >> _32)
    bits = words.view(dtype)
    return bits if bits.size == n else bits[skip : skip + n]


def bits_at(key: Key, positions: U64, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The integers that `bits_from` has at any positions, in any order."""
    if dtype == _WORD:
        return words_at(key, positions).view(dtype)
    words = words_at(key, positions >> np.uint64(1))
    return (words >> ((positions & np.uint64(1)) << np.uint64(5))).astype(dtype)


def words_from(key: Key, position: int, n: int) -> U64:
    """The n words of a key from a position on, in order."""
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
    if position:
        generator.advance(position)
    return generator.random_raw(n)


def product(a: U64, b: U64) -> Pair:
    """The full 128-bit product of 64-bit numbers."""
    a0, a1, b0, b1 = a & _LOW32, a >> _32, b & _LOW32, b >> _32
    low, mid, cross, high = a0 * b0, a1 * b0, a0 * b1, a1 * b1
    mid += low >> _32  # cannot overflow: (2**32 - 1)**2 + 2**32 - 1 < 2**64
    cross += mid & _LOW32
    high += mid >> _32
    high += cross >> _32
    return high, (cross << _32) | (low & _LOW32)


def _multiply(a: Pair, b: Pair) -> Pair:
    high, low = product(a[1], b[1])
    high += a[0] * b[1]
    high += a[1] * b[0]
    return high, low


def _add(a: Pair, b: Pair) -> Pair:
    low = a[1] + b[1]
    return a[0] + b[0] + (low < a[1]), low


def _pair(*numbers: int) -> Pair:
    return np.array([x >> 64 for x in numbers], np.uint64), np.array([x & _MASK64 for x in numbers], np.uint64)


@functools.cache
def _jumps(level: int) -> tuple[Pair, Pair]:
    """For d in 0..4095: (A**n, 1 + A + ... + A**(n-1)) mod 2**128, with n = d * 4096**level."""
    step, step_series = _MULTIPLIER, 1
    for _ in range(level * _DIGIT_BITS):
        step, step_series = step * step & MASK128, (step_series * (step + 1)) & MASK128
    powers, seriess = [1], [0]
    for _ in range(1, 1 << _DIGIT_BITS):
        seriess.append((seriess[-1] + powers[-1] * step_series) & MASK128)
        powers.append(powers[-1] * step & MASK128)
    return _pair(*powers), _pair(*seriess)


@functools.lru_cache(maxsize=16)
def _offsets(level: int, state: int, increment: int) -> Pair:
    """What the jumps of one level add to a state; on the first level where they lead to."""
    offsets = _multiply(_jumps(level)[1], _pair(increment))
    return offsets if level else _add(_multiply(_jumps(0)[0], _pair(state)), offsets)


def words_at(key: Key, positions: U64) -> U64:
    """The words of a key at any positions, in any order."""
    state, increment = _start(key)
    mask = np.uint64((1 << _DIGIT_BITS) - 1)
    digit = (positions & mask).astype(np.intp)
    high, low = (half[digit] for half in _offsets(0, state, increment))
    # A jump is s -> A**n s + inc (1 + A + ...): the second part is the same table for all positions.
    for level in range(1, -(-int(positions.max(initial=0)).bit_length() // _DIGIT_BITS)):
        digit = ((positions >> np.uint64(level * _DIGIT_BITS)) & mask).astype(np.intp)
        power, offset = _jumps(level)[0], _offsets(level, state, increment)
        high, low = _multiply((high, low), (power[0][digit], power[1][digit]))
        high, low = _add((high, low), (offset[0][digit], offset[1][digit]))
    high ^= high >> _32
    high *= np.uint64(_MULTIPLIER)
    high ^= high >> np.uint64(48)
    high *= low | np.uint64(1)
    return high


# A position has a pair of extra words per turn, a hash of (key, position, turn).
_POSITION_STEP, _TURN_STEP = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95


class Extra:
    """Bits for the few draws that need more than their own word."""

    def __init__(self, key: Key, positions: U64) -> None:
        self._secret, start = _secrets(key)
        self._positions = _finish(positions * np.uint64(_POSITION_STEP) + np.uint64(start))

    def pairs(self, turn: int, turns: int, which: slice | NDArray[np.intp] = slice(None)) -> tuple[U64, U64]:
        """Two words for each of some positions (columns) at some turns (rows). Each turn gives new ones."""
        steps = [((turn + i) * _TURN_STEP + self._secret) & _MASK64 for i in range(turns)]
        first = _finish(_finish(self._positions[which] + np.array(steps, np.uint64)[:, np.newaxis]))
        return first, _finish(first + np.uint64(self._secret))


def pairs_of_one(key: Key, position: int) -> Iterator[tuple[int, int]]:
    """The pairs that `Extra` gives one position, turn after turn, in Python's integers."""
    secret, start = _secrets(key)
    origin = _finish_one((position * _POSITION_STEP + start) & _MASK64)
    for turn in itertools.count():
        first = _finish_one(_finish_one((origin + turn * _TURN_STEP + secret) & _MASK64))
        yield first, _finish_one((first + secret) & _MASK64)


def _secrets(key: Key) -> tuple[int, int]:
    secret = scramble(~key.bits & MASK128)
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
