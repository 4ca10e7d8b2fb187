"""Convolutions and transposed convolutions: one layer over the number of spatial axes, and its names."""

from __future__ import annotations

import math

from numpy.typing import DTypeLike

from paramattr.attr import ParamAttrLike, optional_attr, required_attr
from paramattr.autograd import Tensor, place
from paramattr.autograd.tensor import Operand
from paramattr.initializer import Initializer, Normal
from paramattr.nn import functional
from paramattr.nn.functional import geometry
from paramattr.nn.functional.conv import Moves, conv, conv_transpose
from paramattr.nn.functional.geometry import PaddingLike, SizeLike
from paramattr.nn.layer.function import SpatialLayer
from paramattr.parameter import Parameter
from paramattr.utils import checks
from paramattr.utils.alias import also


class _ConvNd(SpatialLayer):
    """What all convolutions are: checked geometry over ``dims`` spatial axes, a weight and a bias."""

    padding_mode: str = "zeros"
    output_padding: SizeLike = 0
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        moves: Moves,
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(dtype=dtype)
        n = self.dims
        stride, padding, dilation, groups, data_format = moves
        self.in_channels = checks.integer("in_channels", in_channels, low=1)
        self.out_channels = checks.integer("out_channels", out_channels, low=1)
        self.groups = checks.integer("groups", groups, low=1)
        for name, channels in (("in_channels", self.in_channels), ("out_channels", self.out_channels)):
            if channels % self.groups:
                raise ValueError(f"{name} must be divisible by groups={self.groups}, but received {channels}")
        self.kernel_size = geometry.sizes("kernel_size", kernel_size, n, low=1)
        self.stride = geometry.sizes("stride", stride, n, low=1)
        self.dilation = geometry.sizes("dilation", dilation, n, low=1)
        self._last = geometry.channels_last(data_format, n)
        self._pads = geometry.padding(padding, n, last=self._last)
        self.padding = padding
        self.data_format = data_format

    def _create_parameters(
        self, rows: int, columns: int, weight_attr: ParamAttrLike, bias_attr: ParamAttrLike, default: Initializer | None
    ) -> None:
        """Make the weight, of shape [rows, columns / groups, kernel…], and the bias."""
        weight, bias = required_attr("weight_attr", weight_attr, self), optional_attr("bias_attr", bias_attr)
        shape = [rows, columns // self.groups, *self.kernel_size]
        self.weight = self.create_parameter(shape, weight, default_initializer=default)
        self.bias = self.create_parameter([self.out_channels], bias, is_bias=True)

    def extra_repr(self) -> str:
        """Return the channels, the kernel and what differs from the defaults."""
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={list(self.kernel_size)}"]
        ones = (1,) * self.dims
        names = ("stride", "padding", "padding_mode", "output_padding", "dilation", "groups")
        for name, default in zip(names, (ones, 0, "zeros", 0, ones, 1), strict=True):
            value = getattr(self, name)
            if value != default:
                parts.append(f"{name}={list(value) if default is ones else value}")
        return ", ".join([*parts, f"data_format={self.data_format}"])


class _Conv(_ConvNd):
    def _set_up(self, padding_mode: str, weight_attr: ParamAttrLike, bias_attr: ParamAttrLike) -> None:
        self.padding_mode = checks.choice("padding_mode", padding_mode, ["zeros", "reflect", "replicate", "circular"])
        self._around: list[int] = []
        if padding_mode != "zeros":
            if isinstance(self._pads, str):
                raise ValueError(
                    f"padding must be numbers with padding_mode={padding_mode!r}, but received {self.padding!r}"
                )
            # In the order of functional.pad, which begins at the last axis.
            self._around = [number for pair in reversed(self._pads) for number in pair]
        # Paddle's default: in_channels are all counted here, whatever the groups.
        law = Normal(0.0, math.sqrt(2.0 / (self.in_channels * math.prod(self.kernel_size))))
        self._create_parameters(self.out_channels, self.in_channels, weight_attr, bias_attr, law)

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        x = self._checked(x, self.in_channels)
        pads: PaddingLike = self.padding
        if self.padding_mode != "zeros":
            x, pads = functional.pad(x, self._around, self.padding_mode, data_format=self.data_format), 0
        moves = (self.stride, pads, self.dilation, self.groups, self.data_format)
        return conv(self.dims, x, self.weight, self.bias, moves)


class _ConvTranspose(_ConvNd):
    def _set_up(self, output_padding: SizeLike, weight_attr: ParamAttrLike, bias_attr: ParamAttrLike) -> None:
        geometry.output_padding(output_padding, self.stride, self.dilation)
        self.output_padding = output_padding
        self._create_parameters(self.in_channels, self.out_channels, weight_attr, bias_attr, None)

    def forward(self, x: Operand, output_size: SizeLike | None = None) -> Tensor:
        """Return the transposed convolution of ``x``; ``output_size`` is used instead of ``output_padding``."""
        extra = self.output_padding if output_size is None else 0
        moves = (self.stride, self.padding, self.dilation, self.groups, self.data_format)
        x = self._checked(x, self.in_channels)
        return conv_transpose(self.dims, x, self.weight, self.bias, moves, extra, output_size)


class Conv2D(_Conv):
    """The 2-dimensional convolution (cross-correlation), of [N, in_channels, height, width].

    Mirrors ``paddle.nn.Conv2D``. Arguments that are not listed here are those of `functional.conv2d`.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of input and output, >= 1, both divisible by ``groups``.
    kernel_size : int or sequence of int
        Size of the kernel per axis, >= 1.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the padding is made of.
    bias : bool, default True
        False: no bias, whatever ``bias_attr``.
    device : {"cpu"}, optional
        Where the parameters are, which is the memory of the CPU.
    dtype : dtype, optional
        Of the parameters; the default dtype if None.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the weight, of shape ``[out_channels, in_channels / groups, kernel…]``; by default normal with std
        sqrt(2 / (in_channels · kernel sizes)).
    bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the bias, of shape ``[out_channels]``; 0 by default. False: no bias.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv2D(2, 4, 3, padding=1)(np.ones([1, 2, 5, 5])).shape
    [1, 4, 5, 5]
    """

    dims = 2

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        groups: int = 1,
        *,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
    ) -> None:
        moves = (stride, padding, dilation, groups, data_format)
        super().__init__(in_channels, out_channels, kernel_size, moves, dtype)
        place.check("device", device)
        self._set_up(padding_mode, weight_attr, bias_attr if checks.boolean("bias", bias) else False)


class Conv1D(_Conv):
    """The 1-dimensional convolution, of [N, in_channels, length].

    The arguments are those of `Conv2D`, with one axis less. Mirrors ``paddle.nn.Conv1D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv1D(2, 4, 3, padding=1)(np.ones([1, 2, 5])).shape
    [1, 4, 5]
    """

    dims = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        groups: int = 1,
        *,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCL",
    ) -> None:
        moves = (stride, padding, dilation, groups, data_format)
        super().__init__(in_channels, out_channels, kernel_size, moves, dtype)
        place.check("device", device)
        self._set_up(padding_mode, weight_attr, bias_attr if checks.boolean("bias", bias) else False)


class Conv3D(_Conv):
    """The 3-dimensional convolution, of [N, in_channels, depth, height, width].

    The arguments are those of `Conv2D`, with one axis more. Mirrors ``paddle.nn.Conv3D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv3D(2, 4, 3, padding=1)(np.ones([1, 2, 5, 5, 5])).shape
    [1, 4, 5, 5, 5]
    """

    dims = 3

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        dilation: SizeLike = 1,
        groups: int = 1,
        *,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCDHW",
    ) -> None:
        moves = (stride, padding, dilation, groups, data_format)
        super().__init__(in_channels, out_channels, kernel_size, moves, dtype)
        place.check("device", device)
        self._set_up(padding_mode, weight_attr, bias_attr if checks.boolean("bias", bias) else False)


Conv1d, Conv2d, Conv3d = Conv1D, Conv2D, Conv3D


class Conv2DTranspose(_ConvTranspose):
    """The 2-dimensional transposed convolution: each input value adds a scaled kernel to the output.

    Mirrors ``paddle.nn.Conv2DTranspose``. ``stride``, ``padding``, ``output_padding`` and ``dilation`` are those of
    `functional.conv2d_transpose`; the other arguments are those of `Conv2D`, and:

    Parameters
    ----------
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the weight, of shape ``[in_channels, out_channels / groups, kernel…]``; XavierUniform by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv2DTranspose(2, 4, 2, stride=2)(np.ones([1, 2, 5, 5])).shape
    [1, 4, 10, 10]
    """

    dims = 2

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        output_padding: SizeLike = 0,
        dilation: SizeLike = 1,
        groups: int = 1,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, (stride, padding, dilation, groups, data_format))
        self._set_up(output_padding, weight_attr, bias_attr)


class Conv1DTranspose(_ConvTranspose):
    """The 1-dimensional transposed convolution, of [N, in_channels, length].

    The arguments are those of `Conv2DTranspose`, with one axis less and ``groups`` before ``dilation``. Mirrors
    ``paddle.nn.Conv1DTranspose``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv1DTranspose(2, 4, 2, stride=2)(np.ones([1, 2, 5])).shape
    [1, 4, 10]
    """

    dims = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        output_padding: SizeLike = 0,
        groups: int = 1,
        dilation: SizeLike = 1,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCL",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, (stride, padding, dilation, groups, data_format))
        self._set_up(output_padding, weight_attr, bias_attr)


class Conv3DTranspose(_ConvTranspose):
    """The 3-dimensional transposed convolution, of [N, in_channels, depth, height, width].

    The arguments are those of `Conv2DTranspose`, with one axis more. Mirrors ``paddle.nn.Conv3DTranspose``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Conv3DTranspose(2, 4, 2, stride=2)(np.ones([1, 2, 5, 5, 5])).shape
    [1, 4, 10, 10, 10]
    """

    dims = 3

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: SizeLike,
        stride: SizeLike = 1,
        padding: PaddingLike = 0,
        output_padding: SizeLike = 0,
        dilation: SizeLike = 1,
        groups: int = 1,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCDHW",
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, (stride, padding, dilation, groups, data_format))
        self._set_up(output_padding, weight_attr, bias_attr)
