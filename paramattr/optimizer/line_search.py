"""A line search for the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from paramattr.autograd.tape import Array

#: What a step of length t must gain, c₁ · t · slope, and how flat the end must be, c₂ · slope.
_GAIN, _FLAT = 1e-4, 0.9
_TRIES = 25
#: The shortest bracket, times the largest element of the direction.
_SHORTEST = 1e-9


class Point(NamedTuple):
    """A point on the line: where it is, in units of the direction, the loss there, its gradient, and its slope."""

    at: float
    loss: float
    gradient: Array
    slope: float


def strong_wolfe(evaluate: Callable[[float], Point], start: Point, at: float, size: float) -> tuple[Point, int]:
    """Return a point of enough gain and a flat slope, as far as 25 tries find one, and the number of evaluations.

    The search begins with the point ``at``. It goes on until two points have one that meets the conditions between them,
    and then makes this bracket smaller, by cubic interpolation. ``size`` is the largest element of the direction.
    Nocedal and Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6.
    """

    def is_low(point: Point) -> bool:
        return point.loss <= start.loss + _GAIN * point.at * start.slope  # and not so where the loss is nan

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -_FLAT * start.slope

    before, point, tries = start, evaluate(at), 0
    while tries < _TRIES and is_low(point) and not (tries > 1 and point.loss >= before.loss):
        if is_flat(point):
            return point, tries + 1
        if point.slope >= 0:
            break
        bounds = point.at + 0.01 * (point.at - before.at), point.at * 10
        before, point, tries = point, evaluate(_lowest(before, point, bounds)), tries + 1
    low, high = sorted((before if tries < _TRIES else start, point), key=_height)
    is_stuck = False
    while tries < _TRIES and abs(high.at - low.at) * size >= _SHORTEST:
        ends = min(low.at, high.at), max(low.at, high.at)
        at, is_stuck = _inside(_lowest(low, high, ends), ends, is_stuck)
        point, tries = evaluate(at), tries + 1
        if not is_low(point) or point.loss >= low.loss:
            low, high = sorted((low, point), key=_height)
        elif is_flat(point):
            return point, tries + 1
        else:
            low, high = point, low if point.slope * (high.at - low.at) >= 0 else high
    return low, tries + 1


def _height(point: Point) -> float:
    return math.inf if math.isnan(point.loss) else point.loss


def _inside(at: float, ends: tuple[float, float], is_stuck: bool) -> tuple[float, bool]:
    """Return ``at``, or a tenth of the bracket away from the end that it is near to twice, and whether it is near."""
    left, right = ends
    margin = 0.1 * (right - left)
    if min(right - at, at - left) >= margin:
        return at, False
    if not (is_stuck or at >= right or at <= left):
        return at, True
    return (right - margin if abs(at - right) < abs(at - left) else left + margin), False


def _lowest(one: Point, other: Point, bounds: tuple[float, float]) -> float:
    """Return where the cubic through two points is lowest within the bounds, or their middle where it is nowhere."""
    left, right = sorted((one, other), key=lambda point: point.at)
    low, high = bounds
    bend = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.at - right.at)
    square = bend**2 - left.slope * right.slope
    if not 0 <= square < math.inf:
        return (low + high) / 2
    root = math.sqrt(square)
    divisor = right.slope - left.slope + 2 * root
    if divisor == 0:
        return (low + high) / 2
    return min(max(right.at - (right.at - left.at) * (right.slope + root - bend) / divisor, low), high)
