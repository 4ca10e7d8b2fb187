"""Initializers that keep the variance of signals: Xavier (Glorot) and Kaiming (He).

All four are one recipe, a uniform or normal law whose standard deviation is gain / sqrt(fan). The four inherit their
fields, and need no ``@dataclass`` of their own, which would only cost import time.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from paramattr import random
from paramattr.initializer.base import Initializer
from paramattr.initializer.fans import calculate_gain, fans_of
from paramattr.utils import checks


def _std(gain: float, fan: float) -> float:
    """Return the standard deviation for ``fan``; 0 for a parameter without elements, whose fan can be 0."""
    return gain / math.sqrt(fan) if fan > 0 else 0.0


# Layers of one kind have the same few standard deviations; a law is a value, so they can share it.
@functools.lru_cache(maxsize=256)
def _uniform(std: float) -> random.Distribution:
    limit = math.sqrt(3.0) * std
    return random.Uniform(-limit, limit) if limit > 0 else random.PointMass(0.0)


@functools.lru_cache(maxsize=256)
def _normal(std: float) -> random.Distribution:
    return random.Normal(0.0, std) if std > 0 else random.PointMass(0.0)


def _given_fan(name: str, fan: float | None) -> float | None:
    return None if fan is None else checks.real(name, fan, low=0.0, open_low=True)


@dataclass(frozen=True, repr=False, eq=False)
class _Xavier(Initializer):
    """What both recipes of Glorot and Bengio have."""  # without which dataclass would take its time to make one

    fan_in: float | None = None
    fan_out: float | None = None
    gain: float = 1.0

    def __post_init__(self) -> None:
        self._check(_given_fan, "fan_in", "fan_out")
        self._check(checks.real, "gain", low=0.0)

    def _std(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans_of(shape)
        total = (fan_in if self.fan_in is None else self.fan_in) + (fan_out if self.fan_out is None else self.fan_out)
        return _std(self.gain, total / 2)


class XavierUniform(_Xavier):
    """Uniform on ±gain · sqrt(6 / (fan_in + fan_out)): the default of ``Linear`` weights.

    Parameters
    ----------
    fan_in, fan_out : float, optional
        Instead of the fans of the parameter's shape; > 0.
    gain : float, default 1.0
        Factor, >= 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a finite real number in its range.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, eq. 16.
    Mirrors ``paddle.nn.initializer.XavierUniform``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.initializer.XavierUniform().distribution((2, 4)).high
    1.0
    """

    def distribution(self, shape: tuple[int, ...]) -> random.Distribution:
        return _uniform(self._std(shape))


class XavierNormal(_Xavier):
    """Normal with std gain · sqrt(2 / (fan_in + fan_out)).

    The arguments and errors are those of `XavierUniform`.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, eq. 12.
    Mirrors ``paddle.nn.initializer.XavierNormal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.initializer.XavierNormal().distribution((4, 4)).std
    0.5
    """

    def distribution(self, shape: tuple[int, ...]) -> random.Distribution:
        return _normal(self._std(shape))


@dataclass(frozen=True, repr=False, eq=False)
class _Kaiming(Initializer):
    """What both recipes of He et al. have."""

    fan_in: float | None = None
    negative_slope: float = 0.0
    nonlinearity: str = "relu"
    mode: str = "fan_in"

    def __post_init__(self) -> None:
        self._check(_given_fan, "fan_in")
        self._check(checks.real, "negative_slope")
        calculate_gain(self.nonlinearity)
        checks.choice("mode", self.mode, ["fan_in", "fan_out"])
        if self.mode == "fan_out" and self.fan_in is not None:
            raise ValueError(f"fan_in must be None with mode='fan_out', but received {self.fan_in!r}")

    def _std(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans_of(shape)
        fan = fan_out if self.mode == "fan_out" else fan_in if self.fan_in is None else self.fan_in
        return _std(calculate_gain(self.nonlinearity, self.negative_slope), fan)


class KaimingUniform(_Kaiming):
    """Uniform on ±gain · sqrt(3 / fan).

    Parameters
    ----------
    fan_in : float, optional
        Instead of the fan_in of the parameter's shape; > 0. Not with ``mode="fan_out"``.
    negative_slope : float, default 0.0
        Of ``leaky_relu``.
    nonlinearity : str, default "relu"
        What follows the layer; see `calculate_gain`.
    mode : {"fan_in", "fan_out"}, default "fan_in"
        Keep the variance of the signal (fan_in) or of the gradient (fan_out).

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, out of range or unknown.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015, eqs. 10 and 14.
    Mirrors ``paddle.nn.initializer.KaimingUniform``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.initializer.KaimingUniform().distribution((6, 4)).high, 12)
    1.0
    """

    def distribution(self, shape: tuple[int, ...]) -> random.Distribution:
        return _uniform(self._std(shape))


class KaimingNormal(_Kaiming):
    """Normal with std gain / sqrt(fan).

    The arguments and errors are those of `KaimingUniform`.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015, eqs. 10 and 14.
    Mirrors ``paddle.nn.initializer.KaimingNormal``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.initializer.KaimingNormal().distribution((8, 4)).std, 12)
    0.5
    """

    def distribution(self, shape: tuple[int, ...]) -> random.Distribution:
        return _normal(self._std(shape))
