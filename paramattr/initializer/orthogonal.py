"""Orthogonal: rows or columns of a random rotation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from paramattr.initializer.base import Array, Initializer
from paramattr.random import Key
from paramattr.utils import checks


@dataclass(frozen=True, repr=False, eq=False)
class Orthogonal(Initializer):
    """A (semi-)orthogonal matrix, uniform over all of them (the Haar measure).

    The first axis is the rows, all others together are the columns. The shorter of the two is orthonormal.

    Parameters
    ----------
    gain : float, default 1.0
        Factor on the orthonormal rows or columns.

    Raises
    ------
    TypeError, ValueError
        If ``gain`` is not a finite real number. When used: if the parameter has fewer than two axes.

    References
    ----------
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014. Mezzadri, "How to generate random matrices from the classical compact groups", 2007.
    Mirrors ``paddle.nn.initializer.Orthogonal``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> w = paramattr.nn.Linear(3, 5, weight_attr=paramattr.initializer.Orthogonal()).weight.numpy()
    >>> bool(np.allclose(w @ w.T, np.eye(3), atol=1e-6))
    True
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        self._check(checks.real, "gain")

    def check_shape(self, shape: tuple[int, ...]) -> None:
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs 2 or more axes, but the parameter has shape {list(shape)}")

    def whole(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Return ``gain`` times a Haar-distributed matrix, in which every value depends on all columns."""
        # Imported here, as who makes no such matrix need not wait for its code.
        from paramattr.random.orthogonal import orthogonal

        return orthogonal(key, (shape[0], math.prod(shape[1:])), dtype, self.gain).reshape(shape)

    @property
    def haar_gain(self) -> float:
        return self.gain
