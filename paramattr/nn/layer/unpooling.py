"""Maximum unpooling: one layer over the number of spatial axes, and its names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn.functional.geometry import PaddingLike, SizeLike
from paramattr.nn.functional.unpooling import Window, check_output_size, check_window, max_unpool
from paramattr.nn.layer.layer import Layer
from paramattr.utils.alias import also


class _MaxUnPool(Layer):
    dims: ClassVar[int]

    def __init__(self, window: Window, output_size: Sequence[int] | None) -> None:
        super().__init__()
        check_window(self.dims, window)
        check_output_size(output_size, self.dims)
        self.kernel_size, self.stride, self.padding, self.data_format = window
        self.output_size = output_size

    @also(input="x")
    def forward(self, x: Operand, indices: Operand, output_size: Sequence[int] | None = None) -> Tensor:
        """Return ``x`` at the places ``indices``; ``output_size`` is used instead of the layer's own."""
        window = (self.kernel_size, self.stride, self.padding, self.data_format)
        return max_unpool(self.dims, x, indices, window, self.output_size if output_size is None else output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class MaxUnPool1D(_MaxUnPool):
    """The values of a maximum pooling of [N, C, length] at the places they had, and 0 elsewhere.

    The arguments, and what is refused, are those of `functional.max_unpool1d`. Mirrors ``paddle.nn.MaxUnPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxUnPool1D(2)([[[3.0]]], [[[1]]]).tolist()
    [[[0.0, 3.0]]]
    """

    dims = 1

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        data_format: str = "NCL",
        output_size: Sequence[int] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, data_format), output_size)


class MaxUnPool2D(_MaxUnPool):
    """The values of a maximum pooling of [N, C, height, width] at the places they had, and 0 elsewhere.

    The arguments, and what is refused, are those of `functional.max_unpool2d`. Mirrors ``paddle.nn.MaxUnPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxUnPool2D([1, 2])([[[[3.0]]]], [[[[1]]]]).tolist()
    [[[[0.0, 3.0]]]]
    """

    dims = 2

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        data_format: str = "NCHW",
        output_size: Sequence[int] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, data_format), output_size)


class MaxUnPool3D(_MaxUnPool):
    """The values of a maximum pooling of [N, C, depth, height, width] at the places they had, and 0 elsewhere.

    The arguments, and what is refused, are those of `functional.max_unpool3d`. Mirrors ``paddle.nn.MaxUnPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxUnPool3D([1, 1, 2])([[[[[3.0]]]]], [[[[[1]]]]]).tolist()
    [[[[[0.0, 3.0]]]]]
    """

    dims = 3

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        data_format: str = "NCDHW",
        output_size: Sequence[int] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, data_format), output_size)


MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = MaxUnPool1D, MaxUnPool2D, MaxUnPool3D
