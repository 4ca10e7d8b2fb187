"""Pooling: one layer over the number of spatial axes, and its names."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn.functional.geometry import PaddingLike, SizeLike
from paramattr.nn.functional.pooling import (
    Window,
    avg_pool,
    check_norm,
    check_window,
    lp_pool,
    max_pool,
    window_in_our_order,
)
from paramattr.nn.layer.function import SpatialLayer
from paramattr.utils import checks
from paramattr.utils.alias import also


class _PoolNd(SpatialLayer):
    """What all poolings are: a checked window over ``dims`` spatial axes."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        check_window(self.dims, window)
        self.kernel_size, self.stride, self.padding, self.ceil_mode, self.data_format = window

    def _window(self) -> Window:
        return self.kernel_size, self.stride, self.padding, self.ceil_mode, self.data_format

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _MaxPool(_PoolNd):
    def __init__(self, window: Window, return_mask: bool) -> None:
        super().__init__(window)
        self.return_mask = checks.boolean("return_mask", return_mask)

    def forward(self, x: Operand) -> Tensor:
        """Return the largest values, with ``return_mask`` a pair of them and their positions."""
        return max_pool(self.dims, self._checked(x), self._window(), self.return_mask)


class _AvgPool(_PoolNd):
    def __init__(self, window: Window, exclusive: bool, divisor_override: float | None) -> None:
        super().__init__(window)
        self.exclusive = checks.boolean("exclusive", exclusive)
        if divisor_override is not None:
            checks.real("divisor_override", divisor_override, low=0.0, open_low=True)
        self.divisor_override = divisor_override

    def forward(self, x: Operand) -> Tensor:
        return avg_pool(self.dims, self._checked(x), self._window(), self.exclusive, self.divisor_override)


class _LPPool(_PoolNd):
    def __init__(self, norm_type: float, window: Window) -> None:
        super().__init__(window_in_our_order(window))
        self.norm_type = check_norm(norm_type)

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        return lp_pool(self.dims, self._checked(x), self.norm_type, self._window())

    def extra_repr(self) -> str:
        return f"norm_type={self.norm_type}, {super().extra_repr()}"


class MaxPool2D(_MaxPool):
    """The largest value in each window of [N, C, height, width].

    The arguments, and what is refused, are those of `functional.max_pool2d`. Mirrors ``paddle.nn.MaxPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxPool2D(2)([[[[1.0, 3.0], [5.0, 7.0]]]]).item()
    7.0
    """

    dims = 2

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, data_format), return_mask)


class MaxPool1D(_MaxPool):
    """The largest value in each window of [N, C, length].

    The arguments, and what is refused, are those of `functional.max_pool1d`. Mirrors ``paddle.nn.MaxPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxPool1D(2)([[[1.0, 3.0]]]).item()
    3.0
    """

    dims = 1

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, "NCL"), return_mask)


class MaxPool3D(_MaxPool):
    """The largest value in each window of [N, C, depth, height, width].

    The arguments, and what is refused, are those of `functional.max_pool3d`. Mirrors ``paddle.nn.MaxPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MaxPool3D(2)([[[[[1.0, 3.0], [5.0, 7.0]]] * 2]]).item()
    7.0
    """

    dims = 3

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
        data_format: str = "NCDHW",
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, data_format), return_mask)


class AvgPool2D(_AvgPool):
    """The mean of each window of [N, C, height, width].

    The arguments, and what is refused, are those of `functional.avg_pool2d`. Mirrors ``paddle.nn.AvgPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AvgPool2D(2)([[[[1.0, 3.0], [5.0, 7.0]]]]).item()
    4.0
    """

    dims = 2

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        exclusive: bool = True,
        divisor_override: float | None = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, data_format), exclusive, divisor_override)


class AvgPool1D(_AvgPool):
    """The mean of each window of [N, C, length].

    The arguments, and what is refused, are those of `functional.avg_pool1d`. Mirrors ``paddle.nn.AvgPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AvgPool1D(2)([[[1.0, 3.0]]]).item()
    2.0
    """

    dims = 1

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        exclusive: bool = True,
        ceil_mode: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, "NCL"), exclusive, None)


class AvgPool3D(_AvgPool):
    """The mean of each window of [N, C, depth, height, width].

    The arguments, and what is refused, are those of `functional.avg_pool3d`. Mirrors ``paddle.nn.AvgPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AvgPool3D(2)([[[[[1.0, 3.0], [5.0, 7.0]]] * 2]]).item()
    4.0
    """

    dims = 3

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        exclusive: bool = True,
        divisor_override: float | None = None,
        data_format: str = "NCDHW",
        name: str | None = None,
    ) -> None:
        super().__init__((kernel_size, stride, padding, ceil_mode, data_format), exclusive, divisor_override)


class LPPool2D(_LPPool):
    """The root of the sum of the powers in each window of [N, C, height, width].

    The arguments, and what is refused, are those of `functional.lp_pool2d`. Mirrors ``paddle.nn.LPPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LPPool2D(2, (1, 2))([[[[3.0, 4.0]]]]).item()
    5.0
    """

    dims = 2

    def __init__(
        self,
        norm_type: float,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(norm_type, (kernel_size, stride, padding, ceil_mode, data_format))


class LPPool1D(_LPPool):
    """The root of the sum of the powers in each window of [N, C, length].

    The arguments, and what is refused, are those of `functional.lp_pool1d`. Mirrors ``paddle.nn.LPPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LPPool1D(2, 2)([[[3.0, 4.0]]]).item()
    5.0
    """

    dims = 1

    def __init__(
        self,
        norm_type: float,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        ceil_mode: bool = False,
        data_format: str = "NCL",
        name: str | None = None,
    ) -> None:
        super().__init__(norm_type, (kernel_size, stride, padding, ceil_mode, data_format))


LPPool1d, LPPool2d = LPPool1D, LPPool2D
