"""Pixels and channels of images exchanged."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn import functional
from paramattr.nn.functional import geometry
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class PixelShuffle(Layer):
    """An image of ``upscale_factor`` times the height and width, out of the channels of a smaller one.

    The arguments, and what is refused, are those of `functional.pixel_shuffle`. Mirrors ``paddle.nn.PixelShuffle``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.PixelShuffle(2)([[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]]).tolist()
    [[[[1.0, 2.0], [3.0, 4.0]]]]
    """

    def __init__(self, upscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__()
        self.upscale_factor = checks.integer("upscale_factor", upscale_factor, low=1)
        geometry.channels_last(data_format, 2)
        self.data_format = data_format

    def forward(self, x: Operand) -> Tensor:
        return functional.pixel_shuffle(x, self.upscale_factor, self.data_format)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}{_layout(self.data_format)}"


class PixelUnshuffle(Layer):
    """An image of a fraction of the height and width, whose channels hold the pixels.

    The arguments, and what is refused, are those of `functional.pixel_unshuffle`. Mirrors ``paddle.nn.PixelUnshuffle``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.PixelUnshuffle(2)([[[[1.0, 2.0], [3.0, 4.0]]]]).shape
    [1, 4, 1, 1]
    """

    def __init__(self, downscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__()
        self.downscale_factor = checks.integer("downscale_factor", downscale_factor, low=1)
        geometry.channels_last(data_format, 2)
        self.data_format = data_format

    def forward(self, x: Operand) -> Tensor:
        return functional.pixel_unshuffle(x, self.downscale_factor, self.data_format)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}{_layout(self.data_format)}"


class ChannelShuffle(Layer):
    """An image whose channels come from each of ``groups`` in turn.

    The arguments, and what is refused, are those of `functional.channel_shuffle`. Mirrors ``paddle.nn.ChannelShuffle``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ChannelShuffle(2, "NHWC")([[[[1.0, 2.0, 3.0, 4.0]]]]).tolist()
    [[[[1.0, 3.0, 2.0, 4.0]]]]
    """

    def __init__(self, groups: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__()
        self.groups = checks.integer("groups", groups, low=1)
        geometry.channels_last(data_format, 2)
        self.data_format = data_format

    def forward(self, x: Operand) -> Tensor:
        return functional.channel_shuffle(x, self.groups, self.data_format)

    def extra_repr(self) -> str:
        return f"groups={self.groups}{_layout(self.data_format)}"


def _layout(data_format: str) -> str:
    return "" if data_format == "NCHW" else f", data_format={data_format}"
