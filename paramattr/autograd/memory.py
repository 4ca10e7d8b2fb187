"""What a tensor says about its array: the sizes, and where it lies in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.autograd.place import Device, Place
from paramattr.autograd.size import Size
from paramattr.autograd.tape import Array
from paramattr.utils import checks, unique_name


class InMemory:
    """An array with a name, and the facts about it that Paddle's tensors tell."""

    _data: Array
    _name: str | None = None
    persistable = False
    # What Paddle's tensors print for theirs.
    type = "VarType.DENSE_TENSOR"
    is_cuda = False

    def _label(self) -> str:
        kind, name = type(self).__name__.lower(), self._given_name()
        return f"{kind} {name!r}" if name else f"a {kind}"

    def _given_name(self) -> str | None:
        """Return the name, None if there is none and nobody has asked for it."""
        return self._name

    @property
    def name(self) -> str:
        """The name; one that was given none has one such as ``generated_tensor_0`` from when it is first asked for it."""
        if self._name is None:
            self._name = unique_name.generate("generated_tensor")
        return self._name

    @name.setter
    def name(self, value: str | None) -> None:
        checks.instance("name", value, (str, type(None)), "a string or None")
        self._name = value

    def numpy(self) -> Array:
        """Return the values as an array that shares memory with the tensor."""
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
    def device(self) -> Device:
        """Where the tensor is, as text: "cpu"."""
        return Device("cpu")

    @property
    def itemsize(self) -> int:
        """The number of bytes of an element."""
        return self.numpy().itemsize

    @property
    def nbytes(self) -> int:
        """The number of bytes of all elements."""
        return self.numpy().nbytes

    @property
    def strides(self) -> list[int]:
        """For each axis, how many elements lie between two places along it."""
        return [step // self.itemsize for step in self.numpy().strides]

    def stride(self, dim: int | None = None) -> list[int] | int:
        """Return ``strides``, or that of an axis; a ValueError if there is no such axis."""
        return self.strides if dim is None else self.strides[checks.axis("dim", dim, self.dim())]

    def get_strides(self) -> list[int]:
        """Return ``strides``."""
        return self.strides

    def data_ptr(self) -> int:
        """Return the address in memory of the first element."""
        address: int = self.numpy().ctypes.data
        return address

    def is_same_shape(self, y: InMemory) -> bool:
        """Return whether another tensor has the shape of this one; a TypeError if it is none."""
        checks.instance("y", y, InMemory, "a Tensor")
        return self.shape == y.shape

    def is_dense(self) -> bool:
        """Return True: all elements are in memory."""
        return True

    def is_sparse(self) -> bool:
        """Return False."""
        return False

    is_sparse_coo = is_sparse_csr = is_dist = is_sparse

    def element_size(self) -> int:
        """Return the number of bytes of an element."""
        return self.itemsize

    def dim(self) -> int:
        """Return the number of axes."""
        return self.numpy().ndim

    def ndimension(self) -> int:
        """Return the number of axes."""
        return self.numpy().ndim

    def is_contiguous(self) -> bool:
        """Return whether the elements lie in memory one after the other, row by row."""
        return self.numpy().flags.c_contiguous
