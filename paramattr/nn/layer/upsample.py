"""Resampling to another size."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn import functional
from paramattr.nn.functional.interpolate import NewSize, ScaleLike, check_mode, check_target
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


class Upsample(Layer):
    """Resampling to another size.

    The arguments, and what is refused, are those of `functional.interpolate`. Mirrors ``paddle.nn.Upsample``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Upsample(scale_factor=[1, 2])([[[[1.0, 3.0]]]]).tolist()
    [[[[1.0, 1.0, 3.0, 3.0]]]]
    """

    def __init__(
        self,
        size: NewSize | None = None,
        scale_factor: ScaleLike | None = None,
        mode: str = "nearest",
        align_corners: bool = False,
        align_mode: int = 0,
        data_format: str | None = None,
        recompute_scale_factor: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.mode = check_mode(mode, align_corners, align_mode, False)
        check_target(self.mode, size, scale_factor, recompute_scale_factor)
        checks.instance("data_format", data_format, (str, type(None)), "a string or None")
        self.size, self.scale_factor = size, scale_factor
        self.align_corners, self.align_mode, self.data_format = align_corners, align_mode, data_format
        self.recompute_scale_factor = recompute_scale_factor

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        settings = (self.mode, self.align_corners, self.align_mode, self.data_format, self.recompute_scale_factor)
        return functional.interpolate(x, self.size, self.scale_factor, *settings)

    def extra_repr(self) -> str:
        return (
            f"{_target(self)}, mode={self.mode}, align_corners={self.align_corners}, align_mode={self.align_mode},"
            f" data_format={self.data_format}"
        )


class UpsamplingNearest2D(Upsample):
    """The nearest elements of [N, C, height, width], at another size.

    The arguments, and what is refused, are those of `Upsample`. Mirrors ``paddle.nn.UpsamplingNearest2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.UpsamplingNearest2D([1, 4])([[[[1.0, 3.0]]]]).tolist()
    [[[[1.0, 1.0, 3.0, 3.0]]]]
    """

    def __init__(
        self,
        size: NewSize | None = None,
        scale_factor: ScaleLike | None = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "nearest", False, 0, data_format)

    def extra_repr(self) -> str:
        return f"{_target(self)}, data_format={self.data_format}"


class UpsamplingBilinear2D(Upsample):
    """Linear interpolation of [N, C, height, width] at another size, where the corners keep their places.

    The arguments, and what is refused, are those of `Upsample`. Mirrors ``paddle.nn.UpsamplingBilinear2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.UpsamplingBilinear2D([1, 3])([[[[1.0, 3.0]]]]).tolist()
    [[[[1.0, 2.0, 3.0]]]]
    """

    def __init__(
        self,
        size: NewSize | None = None,
        scale_factor: ScaleLike | None = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "bilinear", True, 0, data_format)

    def extra_repr(self) -> str:
        return f"{_target(self)}, data_format={self.data_format}"


def _target(layer: Upsample) -> str:
    return f"size={layer.size}" if layer.scale_factor is None else f"scale_factor={layer.scale_factor}"


UpsamplingNearest2d, UpsamplingBilinear2d = UpsamplingNearest2D, UpsamplingBilinear2D
