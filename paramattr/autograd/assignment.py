"""New values for the array of a tensor, which keeps its shape and dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paramattr.autograd import writes
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.memory import InMemory
from paramattr.autograd.tape import Array
from paramattr.utils import dtypes

if TYPE_CHECKING:
    from paramattr.autograd.tensor import Operand


class Assignable(InMemory):
    """An array that takes new values, if they fit."""

    def _fitting(self, name: str, value: object) -> Array:
        """Return ``value`` as an array of real numbers in the shape of this tensor."""
        array = array_of(name, value)
        if not dtypes.is_real(array.dtype):
            raise TypeError(f"{name} must be numeric and real, but received dtype {array.dtype}")
        if not (dtypes.is_floating(self.dtype) or np.can_cast(array.dtype, self.dtype, "same_kind")):
            raise TypeError(f"{name} must fit the dtype {self.dtype}, but received dtype {array.dtype}")
        if array.shape != tuple(self.shape):
            raise ValueError(f"{name} must have shape {self.shape!r}, not {list(array.shape)}")
        return array

    def set_value(self, value: Operand) -> None:
        """Copy ``value``, array_like of exactly the shape of this tensor, into it, cast to its dtype.

        Raises
        ------
        TypeError, ValueError
            If ``value`` is not numeric, or of another shape; the tensor keeps its values.
        """
        array = self._fitting(f"value of {self._label()}", value)
        writes.record([self])
        self._data[...] = array

    def _write(self, index: Any, array: Array) -> None:
        """Write ``array`` at an index; everything is checked before the first value changes."""
        if array.dtype.kind == "c" and self.dtype.kind != "c":
            raise TypeError(
                f"value must be real for {self._label()} of dtype {self.dtype}, but has dtype {array.dtype}"
            )
        try:
            np.broadcast_to(array, self.numpy()[index].shape)
        except (IndexError, ValueError, TypeError) as error:
            raise type(error)(
                f"index and value must fit {self._label()} of shape {self.shape!r}, but received {index!r}"
                f" and a value of shape {list(array.shape)}"
            ) from None
        writes.record([self])
        self.numpy()[index] = array


def plain_index(index: Any) -> Any:
    """Return ``index`` with the arrays of the tensors in it."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    return index.numpy() if isinstance(index, InMemory) else index
