"""What Python and NumPy see of a tensor: numbers, lists and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd.memory import InMemory
from paramattr.autograd.tape import Array
from paramattr.utils import checks

# What NumPy calls the operators of which the right side may be a tensor, and the method of the right side.
_REFLECTED = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "true_divide": "__rtruediv__",
    "power": "__rpow__",
    "matmul": "__rmatmul__",
    "remainder": "__rmod__",
    "floor_divide": "__rfloordiv__",
    "equal": "__eq__",
    "not_equal": "__ne__",
    "less": "__gt__",
    "less_equal": "__ge__",
    "greater": "__lt__",
    "greater_equal": "__le__",
}


class Convertible(InMemory):
    """An array that becomes a number, a list or an array of NumPy's."""

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy:
            return np.array(self.numpy(), dtype)
        array = self.numpy() if dtype is None else self.numpy().astype(dtype, copy=False)
        if copy is False and array is not self.numpy():
            raise ValueError(f"a tensor of dtype {self.dtype} can't be seen as {np.dtype(dtype)} without a copy")
        return array

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        # `array + tensor` is a tensor, as `tensor + array` is; every other call of NumPy's sees the values alone.
        reflected = _REFLECTED.get(ufunc.__name__)
        if method == "__call__" and reflected and not kwargs and not isinstance(inputs[0], Convertible):
            value = getattr(inputs[1], reflected)(inputs[0])
            if value is not NotImplemented:
                return value
        return getattr(ufunc, method)(*(x.numpy() if isinstance(x, Convertible) else x for x in inputs), **kwargs)

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.numpy().__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.numpy().__dlpack_device__()

    def item(self, *args: int) -> Any:
        """Return an element as a Python number: that at an index, or the only one.

        Raises
        ------
        ValueError, IndexError
            If there is no index and not just one element, or no such element.
        """
        if not args:
            if self.size != 1:
                raise ValueError(
                    f"item() needs a tensor with one element, but {self._label()} has shape {self.shape!r}"
                )
            return self.numpy().item()
        if len(args) == 1:
            return self.numpy().item(checks.integer("args[0]", args[0], low=0, high=self.size - 1))
        index = tuple(checks.integer(f"args[{place}]", arg) for place, arg in enumerate(args))
        if len(index) != self.ndim:
            raise ValueError(f"args must be an index per axis of the shape {self.shape!r}, but received {index!r}")
        try:
            return self.numpy().item(*index)
        except IndexError:
            raise IndexError(f"args must lie in the shape {self.shape!r}, but received {index!r}") from None

    def _real_item(self) -> Any:
        if self.dtype.kind == "c":
            raise TypeError(f"{self._label()} must hold a real number, but has dtype {self.dtype}")
        return self.item()

    def tolist(self) -> Any:
        """Return the values as nested lists."""
        return self.numpy().tolist()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a tensor without axes has no len()")
        return self.shape[0]

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self._real_item())

    def __int__(self) -> int:
        return int(self._real_item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "biu" or self.ndim:
            raise TypeError(f"an index must be an integer without axes, but {self._label()} is {self!r}")
        return int(self.item())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if not self.ndim else super().__format__(spec)
