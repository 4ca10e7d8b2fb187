"""Pooling to a size of the output: one layer over the number of spatial axes, and its names."""

from __future__ import annotations

from collections.abc import Sequence

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn.functional import geometry
from paramattr.nn.functional.adaptive import (
    OutputLike,
    adaptive_avg_pool,
    adaptive_max_pool,
    check_fraction,
    check_output_size,
    fractional_max_pool,
)
from paramattr.nn.functional.geometry import SizeLike
from paramattr.nn.layer.function import SpatialLayer
from paramattr.utils import checks
from paramattr.utils.alias import also


class _ToSize(SpatialLayer):
    """What these poolings are: a checked size of the output over ``dims`` spatial axes."""

    def __init__(self, output_size: OutputLike, data_format: str | None = None) -> None:
        super().__init__()
        check_output_size(output_size, self.dims)
        self.output_size = output_size
        self.data_format = geometry.FORMATS[self.dims][0] if data_format is None else data_format
        geometry.channels_last(self.data_format, self.dims)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveAvgPool(_ToSize):
    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        return adaptive_avg_pool(self.dims, self._checked(x), self.output_size, self.data_format)


class _MaxToSize(_ToSize):
    def __init__(self, output_size: OutputLike, return_mask: bool) -> None:
        super().__init__(output_size)
        self.return_mask = checks.boolean("return_mask", return_mask)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, return_mask={self.return_mask}"


class _AdaptiveMaxPool(_MaxToSize):
    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        """Return the largest values, with ``return_mask`` a pair of them and their positions."""
        return adaptive_max_pool(self.dims, self._checked(x), self.output_size, self.return_mask)


class _FractionalMaxPool(_MaxToSize):
    def __init__(
        self, output_size: OutputLike, kernel_size: SizeLike | None, random_u: float | None, return_mask: bool
    ) -> None:
        super().__init__(output_size, return_mask)
        check_fraction(kernel_size, random_u, self.dims)
        self.kernel_size, self.random_u = kernel_size, random_u

    def forward(self, x: Operand) -> Tensor:
        """Return the largest values, with ``return_mask`` a pair of them and their positions."""
        x = self._checked(x)
        return fractional_max_pool(self.dims, x, self.output_size, self.kernel_size, self.random_u, self.return_mask)


class AdaptiveAvgPool1D(_AdaptiveAvgPool):
    """The means of windows of [N, C, length], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_avg_pool1d`. Mirrors
    ``paddle.nn.AdaptiveAvgPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveAvgPool1D(1)([[[1.0, 2.0, 6.0]]]).item()
    3.0
    """

    dims = 1

    def __init__(
        self,
        output_size: int | Sequence[int],
        name: str | None = None,
    ) -> None:
        super().__init__(output_size)


class AdaptiveAvgPool2D(_AdaptiveAvgPool):
    """The means of windows of [N, C, height, width], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_avg_pool2d`. Mirrors
    ``paddle.nn.AdaptiveAvgPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveAvgPool2D(1)([[[[1.0, 2.0, 6.0]]]]).item()
    3.0
    """

    dims = 2

    def __init__(
        self,
        output_size: OutputLike,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, data_format)


class AdaptiveAvgPool3D(_AdaptiveAvgPool):
    """The means of windows of [N, C, depth, height, width], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_avg_pool3d`. Mirrors
    ``paddle.nn.AdaptiveAvgPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveAvgPool3D(1)([[[[[1.0, 2.0, 6.0]]]]]).item()
    3.0
    """

    dims = 3

    def __init__(
        self,
        output_size: OutputLike,
        data_format: str = "NCDHW",
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, data_format)


class AdaptiveMaxPool1D(_AdaptiveMaxPool):
    """The largest values of windows of [N, C, length], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_max_pool1d`. Mirrors
    ``paddle.nn.AdaptiveMaxPool1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveMaxPool1D(1)([[[1.0, 2.0, 6.0]]]).item()
    6.0
    """

    dims = 1

    @also(return_indices="return_mask")
    def __init__(
        self,
        output_size: int | Sequence[int],
        return_mask: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, return_mask)


class AdaptiveMaxPool2D(_AdaptiveMaxPool):
    """The largest values of windows of [N, C, height, width], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_max_pool2d`. Mirrors
    ``paddle.nn.AdaptiveMaxPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveMaxPool2D(1)([[[[1.0, 2.0, 6.0]]]]).item()
    6.0
    """

    dims = 2

    @also(return_indices="return_mask")
    def __init__(
        self,
        output_size: OutputLike,
        return_mask: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, return_mask)


class AdaptiveMaxPool3D(_AdaptiveMaxPool):
    """The largest values of windows of [N, C, depth, height, width], as many as the output has elements.

    The arguments, and what is refused, are those of `functional.adaptive_max_pool3d`. Mirrors
    ``paddle.nn.AdaptiveMaxPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.AdaptiveMaxPool3D(1)([[[[[1.0, 2.0, 6.0]]]]]).item()
    6.0
    """

    dims = 3

    @also(return_indices="return_mask")
    def __init__(
        self,
        output_size: OutputLike,
        return_mask: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, return_mask)


class FractionalMaxPool2D(_FractionalMaxPool):
    """The largest values of windows of random sizes of [N, C, height, width].

    The arguments, and what is refused, are those of `functional.fractional_max_pool2d`. Mirrors
    ``paddle.nn.FractionalMaxPool2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.FractionalMaxPool2D(1, random_u=0.3)([[[[1.0, 2.0, 6.0]]]]).item()
    6.0
    """

    dims = 2

    def __init__(
        self,
        output_size: OutputLike,
        kernel_size: SizeLike | None = None,
        random_u: float | None = None,
        return_mask: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, kernel_size, random_u, return_mask)


class FractionalMaxPool3D(_FractionalMaxPool):
    """The largest values of windows of random sizes of [N, C, depth, height, width].

    The arguments, and what is refused, are those of `functional.fractional_max_pool3d`. Mirrors
    ``paddle.nn.FractionalMaxPool3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.FractionalMaxPool3D(1, random_u=0.3)([[[[[1.0, 2.0, 6.0]]]]]).item()
    6.0
    """

    dims = 3

    def __init__(
        self,
        output_size: OutputLike,
        kernel_size: SizeLike | None = None,
        random_u: float | None = None,
        return_mask: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(output_size, kernel_size, random_u, return_mask)


AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = AdaptiveAvgPool1D, AdaptiveAvgPool2D, AdaptiveAvgPool3D
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = AdaptiveMaxPool1D, AdaptiveMaxPool2D, AdaptiveMaxPool3D
