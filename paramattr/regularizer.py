"""Penalties on a parameter that the optimizer adds to its gradient: L1Decay and L2Decay."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from paramattr.utils import absent, checks
from paramattr.utils.registry import Configurable, Registry

__all__ = ["L1Decay", "L2Decay", "WeightDecayRegularizer", "get"]

absent.explain(__name__)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, repr=False, eq=False)
class WeightDecayRegularizer(Configurable, ABC):
    """Base class of penalties: a coefficient, and the penalty's gradient, which a subclass defines.

    Parameters
    ----------
    coeff : float, default 0.0
        Strength of the penalty, >= 0.

    Raises
    ------
    TypeError, ValueError
        If ``coeff`` is not a finite real number >= 0.
    """

    coeff: float = 0.0

    def __post_init__(self) -> None:
        self._check(checks.real, "coeff", low=0.0)

    @abstractmethod
    def gradient(self, value: Array, out: Array | None = None) -> Array:
        """Return the gradient of the penalty at ``value``, in its shape and dtype, in ``out`` if that is given."""

    def __str__(self) -> str:
        return f"{type(self).__name__}, coeff={self.coeff:f}"


class L1Decay(WeightDecayRegularizer):
    """The penalty coeff · Σ|p|; it adds coeff · sign(p) to the gradient, and so drives values to exactly 0.

    Mirrors ``paddle.regularizer.L1Decay``. The argument and the errors are those of `WeightDecayRegularizer`.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.regularizer.L1Decay(0.1).gradient(np.array([-2.0, 0.0, 3.0]))
    array([-0.1,  0. ,  0.1])
    """

    def gradient(self, value: Array, out: Array | None = None) -> Array:
        """Return coeff · sign(value)."""
        gradient: Array = np.sign(value, out=out)
        gradient *= value.dtype.type(self.coeff)
        return gradient


class L2Decay(WeightDecayRegularizer):
    """The penalty coeff / 2 · Σp²; it adds coeff · p to the gradient.

    Mirrors ``paddle.regularizer.L2Decay``. The argument and the errors are those of `WeightDecayRegularizer`.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.regularizer.L2Decay(0.1).gradient(np.array([-2.0, 0.0, 3.0]))
    array([-0.2,  0. ,  0.3])
    """

    def gradient(self, value: Array, out: Array | None = None) -> Array:
        """Return coeff · value."""
        gradient: Array = np.multiply(value, value.dtype.type(self.coeff), out=out)
        return gradient


_registry = Registry("regularizer", WeightDecayRegularizer, {__name__: ["L1Decay", "L2Decay"]})  # type: ignore[type-abstract]


def get(identifier: object) -> WeightDecayRegularizer:
    """Return the regularizer for a config, a name, a class or an instance.

    Raises
    ------
    TypeError, ValueError
        If ``identifier`` is none of these, or the name is unknown.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.regularizer.get({"name": "L2Decay", "coeff": 0.5})
    L2Decay(coeff=0.5)
    """
    return _registry.get(identifier)
