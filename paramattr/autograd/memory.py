"""What a tensor says about its memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paramattr.autograd.place import Place

if TYPE_CHECKING:
    from paramattr.autograd.tape import Array


class InMemory:
    """The facts about the memory of an array that Paddle's tensors tell; what inherits them has the array as ``data``."""

    persistable = False
    # What Paddle's tensors print for theirs.
    type = "VarType.DENSE_TENSOR"
    is_cuda = False

    if TYPE_CHECKING:

        @property
        def data(self) -> Array:
            """The array itself, not a copy."""

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
