"""Initializers whose values are given: one number everywhere, or an array."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from paramattr.initializer.base import Array, Initializer
from paramattr.random import PointMass
from paramattr.utils import checks, dtypes

_point_mass = functools.lru_cache(maxsize=256)(PointMass)


@dataclass(frozen=True, repr=False, eq=False)
class Constant(Initializer):
    """Every value the same.

    Parameters
    ----------
    value : float, default 0.0
        The value; finite.

    Raises
    ------
    TypeError, ValueError
        If ``value`` is not a finite real number.

    References
    ----------
    Mirrors ``paddle.nn.initializer.Constant``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.create_parameter([3], "float32", default_initializer=paramattr.initializer.Constant(2.0)).numpy()
    array([2., 2., 2.], dtype=float32)
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        self._check(checks.real, "value")

    def distribution(self, shape: tuple[int, ...]) -> PointMass:
        return _point_mass(self.value)


@dataclass(frozen=True, repr=False, eq=False)
class Assign(Initializer):
    """The values of a given array.

    Parameters
    ----------
    value : array_like or Tensor
        Numeric, of exactly the parameter's shape; it is copied.

    Raises
    ------
    TypeError
        If ``value`` is not numeric.
    ValueError
        When used: if the shapes differ.

    References
    ----------
    Mirrors ``paddle.nn.initializer.Assign``, which lets an array of another shape reshape the parameter.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Linear(2, 2, weight_attr=paramattr.initializer.Assign(np.eye(2))).weight.numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """

    value: ArrayLike

    def __post_init__(self) -> None:
        try:
            array = np.array(self.value)
        except ValueError:
            raise ValueError(f"value must be a regular array, but received {self.value!r}") from None
        if not dtypes.is_real(array.dtype):
            raise TypeError(f"value must be a numeric array, but received {self.value!r} of dtype {array.dtype}")
        array.setflags(write=False)
        object.__setattr__(self, "value", array)

    @property
    def _array(self) -> Array:
        return self.value  # type: ignore[return-value]  # the constructor has made it one

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Assign):
            return NotImplemented
        return np.array_equal(self._array, other._array, equal_nan=True)

    def __hash__(self) -> int:
        return hash((self._array.shape, (self._array.astype(np.float64) + 0.0).tobytes()))

    def get_config(self) -> dict[str, Any]:
        """Return the config with the values as nested lists."""
        return {"name": "Assign", "value": self._array.tolist()}

    def check_shape(self, shape: tuple[int, ...]) -> None:
        if self._array.shape != shape:
            own = list(self._array.shape)
            raise ValueError(f"Assign holds an array of shape {own}, but the parameter has shape {list(shape)}")

    def kernel(self, shape: tuple[int, ...], index: tuple[slice, ...]) -> Array:
        return self._array[index]
