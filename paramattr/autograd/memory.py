"""What a tensor says about its array: the sizes, and where it lies in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.autograd.place import Place
from paramattr.autograd.size import Size
from paramattr.autograd.tape import Array


class InMemory:
    """An array with a name, and the facts about it that Paddle's tensors tell."""

    name: str | None = None
    _data: Array
    persistable = False
    # What Paddle's tensors print for theirs.
    type = "VarType.DENSE_TENSOR"
    is_cuda = False

    def _label(self) -> str:
        return f"{type(self).__name__.lower()} {self.name!r}" if self.name else f"a {type(self).__name__.lower()}"

    @property
    def data(self) -> Array:
        """The array itself, not a copy."""
        return self._data

    @property
    def shape(self) -> Size:
        """The sizes of the axes; equal to a list or a tuple of them."""
        return Size(self._data.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        dtype: np.dtype[Any] = self._data.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size

    @property
    def place(self) -> Place:
        """Where the tensor is: on the CPU."""
        return Place()

    @property
    def itemsize(self) -> int:
        """The number of bytes of an element."""
        return self.data.itemsize

    @property
    def nbytes(self) -> int:
        """The number of bytes of all elements."""
        return self.data.nbytes

    @property
    def strides(self) -> list[int]:
        """For each axis, how many elements lie between two places along it."""
        return [step // self.itemsize for step in self.data.strides]

    def element_size(self) -> int:
        """Return the number of bytes of an element."""
        return self.itemsize

    def dim(self) -> int:
        """Return the number of axes."""
        return self.data.ndim

    def ndimension(self) -> int:
        """Return the number of axes."""
        return self.data.ndim

    def is_contiguous(self) -> bool:
        """Return whether the elements lie in memory one after the other, row by row."""
        return self.data.flags.c_contiguous
