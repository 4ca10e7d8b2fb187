"""Guesses at what went wrong, from what a sample looks like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paramattr.initializer import compute_fans
from paramattr.testing.expected import Law

Array = NDArray[Any]


def std(x: Array, law: Law) -> str:
    """Why the standard deviation is what it is."""
    seen, expected = float(x.std()), law.std
    if seen == 0.0:
        return "all values are equal"
    if not (expected > 0.0 and math.isfinite(expected)):
        return ""
    ratio = seen / expected
    slack = 4.0 / math.sqrt(2.0 * x.size) + 2e-3
    for factor, text in _factors(x.shape, expected):
        if abs(ratio / factor - 1.0) < slack < abs(factor - 1.0):
            return f"std is {seen:.4g} = expected × {text}"
    return f"std is {seen:.6g} = expected × {ratio:.6g}"


def _factors(shape: tuple[int, ...], expected: float) -> list[tuple[float, str]]:
    found = []
    fan_in, fan_out = compute_fans(shape)
    if fan_in != fan_out:
        mean = (fan_in + fan_out) / 2
        found = [
            (math.sqrt(fan_in / fan_out), "√(fan_in / fan_out): fan_out used for fan_in?"),
            (math.sqrt(fan_out / fan_in), "√(fan_out / fan_in): fan_in used for fan_out?"),
            (math.sqrt(mean / fan_in), "√((fan_in + fan_out) / 2 fan_in): fan_in used for the mean of the fans?"),
            (math.sqrt(mean / fan_out), "√((fan_in + fan_out) / 2 fan_out): fan_out used for the mean of the fans?"),
            (math.sqrt(fan_in / mean), "√(2 fan_in / (fan_in + fan_out)): the mean of the fans used for fan_in?"),
            (math.sqrt(fan_out / mean), "√(2 fan_out / (fan_in + fan_out)): the mean of the fans used for fan_out?"),
        ]
    return [
        *found,
        (math.sqrt(2.0), "√2: a gain for ReLU too many?"),
        (math.sqrt(0.5), "1/√2: is the gain for ReLU missing?"),
        (math.sqrt(3.0), "√3: the bound of a uniform law computed from its std twice?"),
        (math.sqrt(1 / 3), "1/√3: a std used as the bound of a uniform law?"),
        (expected, f"{expected:.4g}, the std itself: a variance used for the std?"),
        (1.0 / math.sqrt(expected), "1/√std: a std used for the variance?"),
        (0.8796256610342398, "0.8796: a normal law cut at ±2 std without making up for it?"),
        (1 / 0.8796256610342398, "1/0.8796: a correction for a cut at ±2 std, but no cut?"),
        (5 / 3, "5/3: a gain for tanh too many?"),
        (3 / 5, "3/5: is the gain for tanh missing?"),
    ]


def mean(seen: float, law: Law) -> str:
    """Why the mean is where it is."""
    return f"the mean is {(seen - law.mean) / law.std:+.4g} std off" if math.isfinite(law.std) else ""


def outside(x: Array, law: Law) -> str:
    """Why values lie outside the support."""
    seen, width = np.ptp(x), law.high - law.low
    text = f"values spread over {seen:.4g}, which is {seen / width:.4g} times the width of the support"
    return text if math.isfinite(width) else ""


def end(x: Array, law: Law) -> str:
    """Why the outermost values are where they are."""
    width = law.high - law.low
    text = f"the sample spreads over {np.ptp(x) / width:.5g} of the support: are the bounds off?"
    return text if math.isfinite(width) else ""


def repeated(value: float, x: Array) -> str:
    """Why one value comes so often."""
    if value in (float(x.max()), float(x.min())):
        which = "upper" if value == float(x.max()) else "lower"
        return f"mass at the {which} bound {value:.6g}: values were clipped"
    if value == 0.0:
        return "zeros: are some values never drawn, or lost to underflow?"
    return "an atom in a law that has none"


def coarse(different: int, n: int) -> str:
    """Why there are few different values."""
    bits = math.log2(different)
    near = round(bits)
    if different < 0.98 * n and abs(bits - near) < 0.02:
        return f"about 2**{near} different values: made from {near}-bit integers?"
    return "values repeat: too few random bits, or a stream used more than once"


def slices(x: Array) -> str:
    """Why slices differ."""
    for axis in range(x.ndim):
        ranges = np.ptp(x, axis=tuple(i for i in range(x.ndim) if i != axis))
        if ranges.size > 1 and np.min(ranges) == 0.0:
            return f"a slice of axis {axis} is constant: is a part never drawn?"
    return "slices differ by more than chance: is a fan taken per slice, or a part scaled by itself?"
