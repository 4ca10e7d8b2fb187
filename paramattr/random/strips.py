"""A normal law, whole or cut to a window, as equally likely strips plus a small exact rest.

After Ahrens ("A one-table method for sampling from continuous and discrete distributions"): of 2**14 indexes, each
equally likely, almost all stand for a rectangle under the density: choose one by 14 bits, and a point across it by the
others. The remaining indexes stand for what the rectangles leave uncovered, about one value in two thousand, and that is
drawn by rejection in float64. The law is exact whatever the rectangles are, as long as each lies below the density; one
that does not is left out.

Everything is measured from the mode of the window, in units of the scale: t = z - m, where z is standard normal and m is the
point of the window nearest to 0. So a window 1e8 std out, or 1e-12 std wide, loses no digits.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paramattr.random import exact
from paramattr.random.exact import F64, SQRT_2PI
from paramattr.random.keys import Key
from paramattr.random.words import U64, Extra, pairs_of_one

__all__ = ["INDEX_BITS", "Strips", "strips"]

INDEX_BITS = 14
_COUNT = 1 << INDEX_BITS
_CELLS = 256
_WIDTH = 1.0  # of the rectangles of the whole law, a power of two: 0.5 leaves half as much again uncovered, 2 far more
_UNIT = 2.0**-53
_TURNS, _TRIES = 16, 2048  # of the rest: at most so many turns of a value, and draws altogether, at a time
_FEW = 6  # fewer values of the rest are quicker one by one

# Gauss-Legendre nodes and weights, eight points on [-1, 1].
_NODES = (
    (0.1834346424956498, 0.362683783378362),
    (0.525532409916329, 0.31370664587788727),
    (0.7966664774136267, 0.22238103445337448),
    (0.9602898564975363, 0.10122853629037626),
)


@dataclass(repr=False, eq=False)
class Strips:
    """The table of one window."""

    index_bits = INDEX_BITS

    mode: float
    low: float
    high: float
    peak: float  # the density at t = 0
    centre: F64  # of strip k: x = centre + half * v with v uniform on [-1, 1)
    half: F64  # one for all in the whole law
    edges: F64  # where strips begin and end
    heights: F64  # of the rectangle between edges k and k + 1; 0 where none is used
    pieces: F64  # edges of the pieces that the rest is drawn from
    bounds: F64  # per piece: no more of the density is uncovered than this
    shares: F64  # cumulative mass of the rest: pieces, left tail, right tail

    @property
    def used(self) -> int:
        """Indexes below this are strips, the others stand for the rest."""
        return self.centre.size

    def density(self, t: F64) -> F64:
        """The density at points of the window."""
        return np.asarray(self.peak * exact.exp(-t * (self.mode + 0.5 * t)))

    @functools.cached_property
    def mean(self) -> float:
        """The expectation of t."""
        return self._expectation(lambda t: t)

    @functools.cached_property
    def std(self) -> float:
        """The standard deviation of t."""
        mean = self.mean
        return math.sqrt(self._expectation(lambda t: (t - mean) * (t - mean)))

    def moment(self, k: int) -> float:
        """The k-th central moment of t in units of std."""
        mean, std = self.mean, self.std
        return self._expectation(lambda t: functools.reduce(np.multiply, [(t - mean) / std] * k))

    def _expectation(self, f: Callable[[F64], F64]) -> float:
        # 45 e-folds past the strips nothing is left that float64 could see.
        left = -min(-self.low, _reach(-self.mode, 55.0)) if self.low < 0.0 else 0.0
        right = min(self.high, _reach(self.mode, 55.0)) if self.high > 0.0 else 0.0
        first, last = self.edges[[0, -1]]
        tail = np.arange(_CELLS) / _CELLS
        edges = np.concatenate([left + (first - left) * tail, self.pieces, right + (last - right) * tail[::-1]])
        return float(np.add.accumulate(_integrate(edges, lambda t: f(t) * self.density(t)))[-1])

    def cdf(self, t: F64) -> F64:
        """The probability of a value up to t, for t in the window."""
        first, last = self.edges[0], self.edges[-1]
        inner = np.clip(t, first, last)
        mass = np.concatenate([[0.0], np.add.accumulate(_integrate(self.pieces, self.density))])
        piece = np.clip(np.searchsorted(self.pieces, inner, side="right") - 1, 0, self.pieces.size - 2)
        begin = self.pieces[piece]
        body = mass[piece] + _quadrature(begin, inner, self.density)
        before = np.asarray(self.peak * _tail(-self.mode, np.maximum(-t, -first), -self.low))
        after = np.asarray(self.peak * _tail(self.mode, np.maximum(t, last), self.high))
        return np.asarray(np.where(t < first, before, np.where(t > last, 1.0 - after, before + body)))

    def rest(self, key: Key, positions: U64) -> F64:
        """Draw from the uncovered part of the density, one value for each position."""
        if positions.size <= _FEW:
            return np.array([self._rest_of_one(key, position) for position in positions.tolist()])
        extra = Extra(key, positions)
        share = _uniform(extra.pairs(0, 1)[0][0]) * self.shares[-1]
        piece = np.minimum(np.searchsorted(self.shares, share, side="right"), self.shares.size - 1)
        out = np.empty(positions.shape)
        waiting, turn = np.arange(positions.size), 1
        while waiting.size:
            # Several turns at once when few values wait: NumPy's calls cost more than what they compute.
            turns = max(1, min(_TURNS, _TRIES // waiting.size))
            u, v = map(_uniform, extra.pairs(turn, turns, waiting))
            t, accept = self._try(np.tile(piece[waiting], (turns, 1)), u, v)
            first, column = accept.argmax(axis=0), np.arange(waiting.size)
            out[waiting] = t[first, column]  # one that was not accepted is written over later
            waiting = waiting[~accept[first, column]]
            turn += turns
        return out

    def _rest_of_one(self, key: Key, position: int) -> float:
        """The same bits as `rest` in Python's floats: a small parameter has one such value or two, if any."""
        words = pairs_of_one(key, position)
        share = (next(words)[0] >> 11) * _UNIT * float(self.shares[-1])
        piece = min(int(np.searchsorted(self.shares, share, side="right")), self.shares.size - 1)
        inner = self.pieces.size - 1
        if piece < inner:
            begin, end, bound = float(self.pieces[piece]), float(self.pieces[piece + 1]), float(self.bounds[piece])
        while True:
            first, second = next(words)
            u, v = (first >> 11) * _UNIT, (second >> 11) * _UNIT
            if piece >= inner:
                tail = self._try_tail(-1 if piece == inner else 1, np.array([u]), np.array([v]))
                if tail[1][0]:
                    return float(tail[0][0])
                continue
            t = begin + (end - begin) * u
            strip = min(int(np.searchsorted(self.edges, t, side="right")) - 1, self.heights.size - 1)
            density = self.peak * exact.exp_of_one(-t * (self.mode + 0.5 * t))
            if v * bound < density - float(self.heights[strip]):
                return t

    def _try(self, piece: NDArray[np.intp], u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
        inner = self.pieces.size - 1
        body = np.minimum(piece, inner - 1)
        begin, end = self.pieces[body], self.pieces[body + 1]
        t = begin + (end - begin) * u
        strip = np.minimum(np.searchsorted(self.edges, t, side="right") - 1, self.heights.size - 1)
        accept = v * self.bounds[body] < self.peak * _drop(self.mode, t) - self.heights[strip]
        for side, which in ((-1, inner), (1, inner + 1)):
            mine = np.nonzero(piece == which)
            if mine[0].size:
                t[mine], accept[mine] = self._try_tail(side, u[mine], v[mine])
        return t, accept

    def _try_tail(self, side: int, u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
        """Beyond the last strip: an exponential law through its edge, or a uniform one where the tail is short."""
        start, stop = (self.edges[-1], self.high) if side > 0 else (-self.edges[0], -self.low)
        rate = side * self.mode + start
        length = stop - start
        if rate * length < 1.0:
            d: F64 = length * u
            return side * (start + d), v < _drop(rate, d)
        d = np.asarray(-exact.log(1.0 - u) / rate)
        return side * (start + d), (v < _drop(0.0, d)) & (d <= length)


def _uniform(words: U64) -> F64:
    """53 bits as a number in [0, 1)."""
    return np.asarray((words >> np.uint64(11)).astype(np.float64) * _UNIT)


def _drop(mode: float, t: F64) -> F64:
    """Density relative to the mode, where that is no less than e**-700."""
    return exact.exp_moderate(-t * (mode + 0.5 * t))


def _reach(mode: float, c: float) -> float:
    """T > 0 where the density is e**-c of the mode's."""
    if mode > 1e8:
        return c / mode
    return 2.0 * c / (mode + math.sqrt(mode * mode + 2.0 * c))


def _side(mode: float, end: float) -> float:
    """The area, relative to the peak, of one side of the mode (t in [0, end])."""
    whole = float(exact.mills(mode))
    return min(end, max(float(_tail(mode, 0.0, end)), 0.5 * min(end, whole)))


def _cut(mode: float, end: float, area: float) -> float:
    """Where one strip would span a whole e-fold of the density; beyond it the tail begins."""
    t = _reach(mode, 9.0)
    for _ in range(6):
        c = float(exact.log(_COUNT / (area * (mode + t))))
        t = _reach(mode, max(c, 1.0))
    return min(t, end)


def _tail(mode: float, start: ArrayLike, end: float) -> F64:
    """Area, relative to the peak, of t in [start, end], for starts past the mode."""
    start = np.asarray(start, np.float64)
    past = np.maximum(mode + start, 0.0)
    area = exact.exp(-start * (mode + 0.5 * start)) * exact.mills(past)
    if end < np.inf:
        area = area - float(exact.exp(-end * (mode + 0.5 * end)) * exact.mills(max(mode + end, 0.0)))
    return np.where(start < end, np.maximum(area, 0.0), 0.0)


def _integrate(edges: F64, f: Callable[[F64], F64]) -> F64:
    """The integral of f over each interval between edges."""
    return _quadrature(edges[:-1], edges[1:], f)


def _quadrature(begin: F64, end: F64, f: Callable[[F64], F64]) -> F64:
    half = 0.5 * (end - begin)
    middle = begin + half
    total = np.zeros_like(half)
    for node, weight in _NODES:
        total += weight * (f(middle - half * node) + f(middle + half * node))
    return total * half


@functools.lru_cache(maxsize=32)
def strips(mode: float, low: float, high: float) -> Strips:
    """The table of the standard normal law cut to [mode + low, mode + high], mode the point of it nearest to 0."""
    if low == -np.inf and high == np.inf:
        return _whole()
    # Rectangles side by side.
    guess = (_side(-mode, -low) if low < 0 else 0.0) + (_side(mode, high) if high > 0 else 0.0)
    first = -_cut(-mode, -low, guess) if low < 0 else 0.0
    last = _cut(mode, high, guess) if high > 0 else 0.0

    grid = first + (last - first) * (np.arange(_CELLS + 1) / _CELLS)
    grid[-1] = last
    drop = functools.partial(_drop, mode)
    tails = (float(_tail(-mode, -first, -low)), float(_tail(mode, last, high)))
    peak = 1.0 / (float(np.add.accumulate(_integrate(grid, drop))[-1]) + tails[0] + tails[1])

    # How many strips should there be to the left of t? Of area 1/n below a density that falls by e**-d within the strip:
    # n * density * d / (e**d - 1) per unit of t at the strip's high side.
    def rate(t: F64) -> F64:
        level = _COUNT * peak * drop(t)
        d = np.abs(mode + t) / level
        return np.asarray(level * (1.0 - 1e-5) / (1.0 + d * (0.501 + 0.8 * d)))

    number = np.concatenate([[0.0], np.add.accumulate(_integrate(grid, rate))])
    wanted = np.arange(math.floor(float(number[-1])) + 1, dtype=np.float64)
    edges = _invert(number, grid, 1.0 / rate(grid), wanted)
    edges = np.append(edges[edges < last], last)

    # A rectangle is used if it is below the density everywhere, which falls away from t = 0 on both sides.
    width = edges[1:] - edges[:-1]
    density = peak * drop(edges)
    with np.errstate(divide="ignore"):
        heights = 1.0 / (_COUNT * width)
    good = heights <= np.minimum(density[1:], density[:-1]) * (1.0 - 1e-12)
    good[_COUNT - 1 :] = False
    heights = np.where(good, heights, 0.0)
    centre, half = (edges[:-1] + 0.5 * width)[good], (0.5 * width)[good]
    return _with_rest(mode, low, high, peak, centre, half, edges, heights)


def _whole() -> Strips:
    """The whole law: rectangles of one and the same width, stacked, so that drawing looks up their centres only.

    Each rectangle adds one step to a staircase under the density, which climbs one step where the density crosses each
    level and comes down again at the mirrored point. Rectangles of width w laid end to end lead from a step up to a
    step down when these are a multiple of w apart. So steps up and steps down are paired by their remainders modulo w:
    sorted, the two sets of remainders all but agree, and moving each step up a little to the right and its partner as little
    to the left costs only as much area as a few rectangles.
    """
    w = _WIDTH
    peak = 1.0 / SQRT_2PI
    step = 1.0 / (_COUNT * w)
    levels = step * (1.0 + 1e-9) * np.arange(1, math.floor(peak / step), dtype=np.float64)
    crossing = np.sqrt(-2.0 * np.asarray(exact.log(levels * SQRT_2PI)))
    up_turn, up = _remainder(-crossing, w)
    down_turn, down = _remainder(crossing, w)
    # `down` is shifted against `up`, both sorted and periodic, to be nowhere below it: by the number of downs below an up,
    # less the up's own rank, at the most.
    shift = int(np.max(np.searchsorted(down, up, side="left") - np.arange(up.size)))
    lap, partner = np.divmod(np.arange(shift, shift + up.size), up.size)
    # A step up at w (turn + remainder), its partner at w (turn' + lap + the same remainder), both moved to their middle.
    remainder = 0.5 * (up + (down[partner] + lap * w))
    first = up_turn * w + remainder
    count = (down_turn[partner] - lap - up_turn).astype(np.int64)
    first, count = first[count > 0], count[count > 0]
    begin = np.add.accumulate(count) - count
    order = np.arange(int(begin[-1] + count[-1])) - np.repeat(begin, count)
    centre = np.repeat(first, count) + w * (order + 0.5)

    ends = np.concatenate([first, first + w * count])
    rank = np.argsort(ends, kind="stable")
    edges = ends[rank]
    heights = step * np.add.accumulate(np.where(rank < first.size, 1, -1))[:-1]
    return _with_rest(0.0, -np.inf, np.inf, peak, centre, np.array([0.5 * w]), edges, heights)


def _remainder(x: F64, w: float) -> tuple[F64, F64]:
    """X = turn * w + remainder with 0 <= remainder < w (w a power of two), sorted by remainder."""
    turn = np.floor(x / w)
    remainder = x - turn * w
    order = np.argsort(remainder, kind="stable")
    return turn[order], remainder[order]


def _with_rest(
    mode: float, low: float, high: float, peak: float, centre: F64, half: F64, edges: F64, heights: F64
) -> Strips:
    """Complete a table by what the rectangles, `heights` high between `edges`, leave uncovered."""
    drop = functools.partial(_drop, mode)
    first, last = float(edges[0]), float(edges[-1])
    density = peak * drop(edges)
    top = np.maximum(density[1:], density[:-1])
    top = np.where((edges[:-1] < 0.0) & (edges[1:] > 0.0), peak, top) - heights

    # In pieces of whole intervals, about one per cell of an even grid; an interval without a rectangle is its own piece.
    grid = first + (last - first) * (np.arange(_CELLS) / _CELLS)
    unused = np.flatnonzero(heights == 0.0)
    begin = np.searchsorted(edges, grid, side="right") - 1
    begin = np.unique(np.concatenate([begin, unused, unused + 1]))
    begin = begin[begin < heights.size]
    pieces = np.append(edges[begin], last)
    covered = np.append(0.0, np.add.accumulate(heights * (edges[1:] - edges[:-1])))
    rest = np.maximum(peak * _integrate(pieces, drop) - np.diff(covered[np.append(begin, heights.size)]), 0.0)
    tails = (float(_tail(-mode, -first, -low)), float(_tail(mode, last, high)))
    shares = np.add.accumulate(np.concatenate([rest, [peak * tails[0], peak * tails[1]]]))
    return Strips(
        mode=mode, low=low, high=high, peak=peak, centre=centre, half=half, edges=edges, heights=heights,
        pieces=pieces, bounds=np.maximum.reduceat(top, begin) * (1.0 + 1e-12), shares=shares,
    )  # fmt: skip


def _invert(y: F64, x: F64, slope: F64, wanted: F64) -> F64:
    """Cubic Hermite interpolation of x as a function of the increasing y, given dx/dy."""
    cell = np.clip(np.searchsorted(y, wanted, side="right") - 1, 0, y.size - 2)
    h = (y[1:] - y[:-1])[cell]
    s = (wanted - y[cell]) / h
    rise = (x[1:] - x[:-1])[cell]
    a = h * slope[:-1][cell] - rise
    b = rise - h * slope[1:][cell]
    return np.asarray(x[cell] + s * (rise + (1.0 - s) * (a * (1.0 - s) + b * s)))
