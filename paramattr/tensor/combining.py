"""Rules for several values that come to one place: their sum, mean, product, largest and smallest.

Each takes the places as an ``index``, and with ``with_x`` counts what is there as one of the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array


def add(x: Array, y: Array, *, index: Any, with_x: bool = True) -> Outcome:
    """Add each element of ``y`` at its place, or put the sums there."""
    value = x.copy()
    if not with_x:
        value[index] = 0
    np.add.at(value, index, y)
    return value, (lambda g: g if with_x else _cleared(g, index), lambda g: g[index])


def _cleared(g: Array, index: Any) -> Array:
    rest = g.copy()
    rest[index] = 0
    return rest


def mean(x: Array, y: Array, *, index: Any, with_x: bool) -> Outcome:
    """Put the mean of the values at each place there; of integers, it is rounded down."""
    count = np.full(x.shape, int(with_x), np.int64)
    np.add.at(count, index, 1)
    touched = np.zeros(x.shape, bool)
    touched[index] = True
    # What nothing was added to stays as it is.
    count[~touched] = 1
    total, (to_x, to_y) = add(x, y, index=index, with_x=with_x)
    value = total // count if total.dtype.kind in "iu" else total / count.astype(x.dtype)
    return value, (lambda g: to_x(g / count), lambda g: to_y(g / count))


def multiply(x: Array, y: Array, *, index: Any, with_x: bool) -> Outcome:
    """Put the product of the values at each place there."""
    value = x.copy()
    if not with_x:
        value[index] = 1
    np.multiply.at(value, index, y)

    def of_others(g: Array) -> tuple[Array, Array]:
        # The product of all factors but one: a division, unless a factor is 0.
        zeros, product = np.zeros(x.shape, np.int64), np.where(x == 0, 1, x)
        if with_x:
            zeros += x == 0
        else:
            product[index] = 1
        np.add.at(zeros, index, y == 0)
        np.multiply.at(product, index, np.where(y == 0, 1, y))
        return g * product * (zeros == 0), g * product * (zeros == 1)

    def to_x(g: Array) -> Array:
        if not with_x:
            return _cleared(g, index)
        without, with_one = of_others(g)
        return np.where(x == 0, with_one, without / np.where(x == 0, 1, x))

    def to_y(g: Array) -> Array:
        without, with_one = of_others(g)
        gradient: Array = np.where(y == 0, with_one[index], without[index] / np.where(y == 0, 1, y))
        return gradient

    return value, (to_x, to_y)


def extreme(x: Array, y: Array, *, index: Any, with_x: bool, largest: bool) -> Outcome:
    """Put the largest, or the smallest, of the values at each place there."""
    value = x.copy()
    if not with_x:
        value[index] = y
    (np.maximum if largest else np.minimum).at(value, index, y)

    def shares(g: Array) -> tuple[Array, Array, Array]:
        """Return g over the number of equal values, which share it, and whether x and y are among them."""
        own, theirs = (x == value), y == value[index]
        if not with_x:
            own[index] = False
        count = own.astype(np.int64)
        np.add.at(count, index, theirs)
        return g / np.maximum(count, 1), own, theirs

    def to_x(g: Array) -> Array:
        share, own, _ = shares(g)
        gradient: Array = share * own
        return gradient

    def to_y(g: Array) -> Array:
        share, _, theirs = shares(g)
        gradient: Array = share[index] * theirs
        return gradient

    return value, (to_x, to_y)
