"""Initializer: what every recipe is, and the one way from a recipe to values."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.random import Distribution, Key, next_key
from paramattr.random.index import Index, positions, sizes
from paramattr.utils import checks, dtypes
from paramattr.utils.registry import Configurable

Array = np.ndarray[Any, Any]


class Fillable(Protocol):
    """What ``Initializer.__call__`` can fill: a Parameter, or any tensor that takes values."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def set_value(self, value: Any) -> None: ...


class Initializer(Configurable):
    """Base class of all recipes for first values.

    A subclass is a frozen dataclass of the recipe's settings. It defines exactly one of these methods, and with it gets all
    the rest, slices and lazy parameters included:

    - ``distribution(shape)``: the law that each value is drawn from;
    - ``kernel(shape, index)``: values that are the same for every key;
    - ``whole(key, shape, dtype)``: a whole array, where values depend on each other. A slice then costs the whole.

    Raises
    ------
    TypeError
        If a class body defines two of them; when used: if it has none.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import paramattr
    >>> @dataclass(frozen=True)
    ... class HalfNormalized(paramattr.initializer.Initializer):
    ...     scale: float = 1.0
    ...
    ...     def distribution(self, shape):
    ...         fan_in, _ = paramattr.initializer.compute_fans(shape)
    ...         return paramattr.random.Normal(0.0, self.scale / fan_in)
    >>> HalfNormalized().values(paramattr.random.Key(0, 0), (4, 3), index=(0, slice(2))).shape
    (2,)
    """

    _defined: ClassVar[str | None] = None

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        defined = [name for name in ("distribution", "kernel", "whole") if name in cls.__dict__]
        if len(defined) > 1:
            raise TypeError(f"{cls.__name__} must define one of distribution, kernel and whole, but defines {defined}")
        if defined:
            cls._defined = defined[0]

    def distribution(self, shape: tuple[int, ...]) -> Distribution:
        """Return the law of each value of a parameter of ``shape``; a TypeError if there is none."""
        raise self._not_made_by("distribution")

    def kernel(self, shape: tuple[int, ...], index: tuple[slice, ...]) -> Array:
        """Return the values at ``index``, one slice for each axis, in a shape that broadcasts to theirs.

        Where the whole is small, ``whole[index]`` will do.
        """
        raise self._not_made_by("kernel")

    def whole(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Return all values that belong to ``key``, as a new array of this shape and floating dtype."""
        raise self._not_made_by("whole")

    def _not_made_by(self, method: str) -> TypeError:
        return TypeError(f"{type(self).__name__} has no {method}: its values are made by its {self.made_by}")

    @property
    def made_by(self) -> str:
        """What makes the values: ``"distribution"``, ``"kernel"`` or ``"whole"``."""
        if self._defined is None:
            raise TypeError(f"{type(self).__name__} must define distribution, kernel or whole")
        return self._defined

    @property
    def haar_gain(self) -> float | None:
        """The length of the rows or columns, for a recipe of Haar-distributed matrices; None for any other."""
        return None

    @property
    def zero_row(self) -> int | None:
        """The row of the first axis that is zero whatever the others are, if there is one."""
        return None

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Raise a ValueError if the recipe can't fill a parameter of ``shape``."""

    def values(self, key: Key, shape: ArrayLike, dtype: DTypeLike | None = "float32", index: Index = ...) -> Array:
        """Return the first values of a parameter, or a slice of them, as a new array: a pure function of the arguments.

        The arguments and errors are those of `Distribution.values`, and a slice costs as little. It is a ValueError, too,
        if the recipe does not fit the shape, or the values would be larger than the machine's memory.

        Examples
        --------
        >>> import paramattr
        >>> key = paramattr.random.Key(seed=0, stream=0)
        >>> recipe = paramattr.initializer.KaimingNormal()
        >>> whole = recipe.values(key, (4, 3))
        >>> bool((recipe.values(key, (4, 3), index=(slice(2), -1)) == whole[:2, -1]).all())
        True
        """
        shape = checks.shape("shape", shape)
        dtype = dtypes.floating("dtype", dtype)
        self.check_shape(shape)
        checks.fits_in_memory("values of shape", sizes(shape, index), dtype.itemsize)
        return self.draw(key, shape, dtype, index)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        """Return what `values` does, for a shape and a dtype that have been checked."""
        made_by = self._defined or self.made_by
        if made_by == "distribution":
            return self.distribution(shape).draw(key, shape, dtype, index)
        if made_by == "whole":
            sizes(shape, index)  # refuses what is no basic index, before anything is computed
            whole = np.asarray(self.whole(key, shape, dtype), dtype)
            if whole.shape != shape:
                raise ValueError(f"{self!r} must make an array of shape {list(shape)}, but made {list(whole.shape)}")
            return whole if index is ... else np.array(whole[index])
        if index is ...:
            values = np.empty(shape, dtype)
            values[...] = self.kernel(shape, (slice(None),) * len(shape))
            return values
        axes = positions(shape, index)
        values = np.empty([len(r) for r, _ in axes], dtype)
        values[...] = self.kernel(shape, tuple(_as_slice(r) for r, _ in axes))
        return values.reshape([len(r) for r, kept in axes if kept])

    def __call__(self, param: Fillable, block: None = None) -> None:
        """Draw new values for ``param`` in place, as Paddle's initializers do when called.

        ``param`` is any object with ``shape``, ``dtype`` and ``set_value``; the errors are those of `values`. ``block``
        is Paddle's.
        """
        shape = tuple(param.shape)
        self.check_shape(shape)
        dtype = dtypes.floating("dtype", param.dtype)  # all that can be wrong, before a key is taken
        param.set_value(self.values(next_key(), shape, dtype))


def _as_slice(r: range) -> slice:
    """The slice that takes the positions of ``r`` from an axis; -1 as its end would count from behind."""
    return slice(r.start, r.stop if r.stop >= 0 else None, r.step) if len(r) else slice(0)
