"""Windows of an image as columns, and their sum back into an image."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.functional import geometry
from paramattr.nn.functional.fold import Windows, check_windows
from paramattr.nn.functional.geometry import SizeLike
from paramattr.nn.layer.layer import Layer
from paramattr.utils.alias import also


class _Windows(Layer):
    """What both have: checked windows."""

    def __init__(self, windows: Windows) -> None:
        super().__init__()
        check_windows(windows)
        self.kernel_sizes, self.strides, self.paddings, self.dilations = windows

    def _windows(self) -> Windows:
        return self.kernel_sizes, self.strides, self.paddings, self.dilations

    def extra_repr(self) -> str:
        parts = (self.kernel_sizes, self.dilations, self.paddings, self.strides)
        names = ("kernel_size", "dilation", "padding", "stride")
        return ", ".join(f"{name}={part}" for name, part in zip(names, parts, strict=True))


class Unfold(_Windows):
    """The windows of an image as columns.

    The arguments, and what is refused, are those of `functional.unfold`, in another order. Mirrors ``paddle.nn.Unfold``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Unfold([1, 2])([[[[1.0, 2.0, 3.0]]]]).tolist()
    [[[1.0, 2.0], [2.0, 3.0]]]
    """

    def __init__(
        self,
        kernel_sizes: SizeLike,
        dilations: SizeLike = 1,
        paddings: SizeLike = 0,
        strides: SizeLike = 1,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_sizes, strides, paddings, dilations))

    def forward(self, input: Operand) -> Tensor:
        return functional.unfold(as_tensor("input", input), *self._windows())


class Fold(_Windows):
    """An image to which each column adds its window.

    The arguments, and what is refused, are those of `functional.fold`, in another order. Mirrors ``paddle.nn.Fold``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Fold([1, 3], [1, 2])([[[1.0, 2.0], [2.0, 3.0]]]).tolist()
    [[[[1.0, 4.0, 3.0]]]]
    """

    @also(
        output_size="output_sizes",
        kernel_size="kernel_sizes",
        stride="strides",
        padding="paddings",
        dilation="dilations",
    )
    def __init__(
        self,
        output_sizes: SizeLike,
        kernel_sizes: SizeLike,
        dilations: SizeLike = 1,
        paddings: SizeLike = 0,
        strides: SizeLike = 1,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_sizes, strides, paddings, dilations))
        geometry.sizes("output_sizes", output_sizes, 2, low=1)
        self.output_sizes = output_sizes

    def forward(self, input: Operand) -> Tensor:
        return functional.fold(as_tensor("input", input), self.output_sizes, *self._windows())
