import math

import numpy as np
import pytest

from paramattr.optimizer.line_search import Point, strong_wolfe

LINES = {
    "parabola": (lambda t: (t - 3.0) ** 2, lambda t: 2 * (t - 3.0)),
    "quartic": (lambda t: (t - 0.5) ** 4 - t, lambda t: 4 * (t - 0.5) ** 3 - 1),
    "waves": (lambda t: 0.1 * t * t + math.sin(3 * t + 2), lambda t: 0.2 * t + 3 * math.cos(3 * t + 2)),
    "wall": (lambda t: math.inf if t > 2 else -t + t * t / 3, lambda t: -1 + 2 * t / 3),
    "gap": (lambda t: math.nan if t > 2 else -t + t * t / 3, lambda t: -1 + 2 * t / 3),
}


def point(line, t):
    loss, slope = LINES[line]
    return Point(t, loss(t), np.array([slope(t)]), slope(t))


@pytest.mark.parametrize("at", [1e-3, 0.3, 1.0, 8.0])
@pytest.mark.parametrize("line", LINES)
def test_the_conditions_hold_at_the_end(line, at):
    seen = []
    start = point(line, 0.0)

    def evaluate(t):
        seen.append(t)
        return point(line, t)

    end, count = strong_wolfe(evaluate, start, at, 1.0)
    assert count == len(seen) <= 26
    assert end.loss <= start.loss + 1e-4 * end.at * start.slope
    assert abs(end.slope) <= 0.9 * abs(start.slope)


@pytest.mark.parametrize("bend", [0.0, 1e-3, 1.0])
def test_a_line_without_end_is_given_up(bend):
    seen = []

    def at(t):
        return Point(t, -t - bend * t**3, np.array([-1 - 3 * bend * t**2]), -1 - 3 * bend * t**2)

    def evaluate(t):
        seen.append(t)
        return at(t)

    end, count = strong_wolfe(evaluate, at(0.0), 1.0, 1.0)
    assert count == len(seen) == 26
    assert end.loss < 0.0
    # It looks between a little and ten times further on; in the middle, where a cubic has no lowest point. Later, rounding
    # gives it one.
    steps = list(zip([0.0, *seen], seen, seen[1:], strict=False))[:8]
    assert [c for *_, c in steps] == pytest.approx([(b + 0.01 * (b - a) + 10 * b) / 2 for a, b, _ in steps])
