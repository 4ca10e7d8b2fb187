"""Pooling as layers."""

from __future__ import annotations

from typing import Any, ClassVar

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.geometry import PaddingLike, SizeLike
from paramattr.nn.functional.pooling import check_window
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class _Pool(Layer):
    """What all poolings are: a checked window."""

    dims: ClassVar[int]

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None,
        padding: PaddingLike,
        ceil_mode: bool,
        data_format: str,
    ) -> None:
        super().__init__()
        check_window(self.dims, kernel_size, stride, padding, ceil_mode, data_format)
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.data_format = data_format

    def _check(self, x: Tensor) -> None:
        if x.ndim != self.dims + 2:
            layout = ", ".join(self.data_format)
            raise ValueError(f"{self!r} expected an input of shape [{layout}], but received {x.shape!r}")

    def extra_repr(self) -> str:
        """Return the window."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool1D(_Pool):
    """The largest value in each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Around the input, in the forms of `functional.conv1d`; never the largest.
    return_mask : bool, default False
        Whether to return also where each value stood in its flattened plane.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.MaxPool1D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.MaxPool1D(2)(paramattr.to_tensor(np.ones([1, 2, 4]))).shape
    [1, 2, 2]
    """

    dims = 1

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, "NCL")
        self.return_mask = checks.boolean("return_mask", return_mask)

    def forward(self, x: Tensor) -> Any:
        """Return the largest values, with ``return_mask`` a pair of them and their places."""
        self._check(x)
        return functional.max_pool1d(x, self.kernel_size, self.stride, self.padding, self.return_mask, self.ceil_mode)


class AvgPool1D(_Pool):
    """The mean of each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Zeros around the input, in the forms of `functional.conv1d`.
    exclusive : bool, default True
        Whether padding is left out of the mean.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.AvgPool1D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.AvgPool1D(2)(paramattr.to_tensor(np.ones([1, 2, 4]))).shape
    [1, 2, 2]
    """

    dims = 1

    def __init__(
        self,
        kernel_size: SizeLike,
        stride: SizeLike | None = None,
        padding: PaddingLike = 0,
        exclusive: bool = True,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, "NCL")
        self.exclusive = checks.boolean("exclusive", exclusive)

    def forward(self, x: Tensor) -> Tensor:
        """Return the means."""
        self._check(x)
        return functional.avg_pool1d(x, self.kernel_size, self.stride, self.padding, self.exclusive, self.ceil_mode)


class MaxPool2D(_Pool):
    """The largest value in each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Around the input, in the forms of `functional.conv2d`; never the largest.
    return_mask : bool, default False
        Whether to return also where each value stood in its flattened plane.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.MaxPool2D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.MaxPool2D(2)(paramattr.to_tensor(np.ones([1, 2, 4, 4]))).shape
    [1, 2, 2, 2]
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
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, data_format)
        self.return_mask = checks.boolean("return_mask", return_mask)

    def forward(self, x: Tensor) -> Any:
        """Return the largest values, with ``return_mask`` a pair of them and their places."""
        self._check(x)
        return functional.max_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.return_mask, self.ceil_mode, self.data_format
        )


class AvgPool2D(_Pool):
    """The mean of each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Zeros around the input, in the forms of `functional.conv2d`.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.
    exclusive : bool, default True
        Whether padding is left out of the mean.
    divisor_override : float, optional
        Divide by this instead of the number of elements; > 0.
    data_format : {"NCHW", "NHWC"}
        Order of the axes.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.AvgPool2D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.AvgPool2D(2)(paramattr.to_tensor(np.ones([1, 2, 4, 4]))).shape
    [1, 2, 2, 2]
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
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, data_format)
        self.exclusive = checks.boolean("exclusive", exclusive)
        if divisor_override is not None:
            checks.real("divisor_override", divisor_override, low=0.0, open_low=True)
        self.divisor_override = divisor_override

    def forward(self, x: Tensor) -> Tensor:
        """Return the means."""
        self._check(x)
        return functional.avg_pool2d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.exclusive,
            self.divisor_override,
            self.data_format,
        )


class MaxPool3D(_Pool):
    """The largest value in each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Around the input, in the forms of `functional.conv3d`; never the largest.
    return_mask : bool, default False
        Whether to return also where each value stood in its flattened plane.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.
    data_format : {"NCDHW", "NDHWC"}
        Order of the axes.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.MaxPool3D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.MaxPool3D(2)(paramattr.to_tensor(np.ones([1, 2, 4, 4, 4]))).shape
    [1, 2, 2, 2, 2]
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
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, data_format)
        self.return_mask = checks.boolean("return_mask", return_mask)

    def forward(self, x: Tensor) -> Any:
        """Return the largest values, with ``return_mask`` a pair of them and their places."""
        self._check(x)
        return functional.max_pool3d(
            x, self.kernel_size, self.stride, self.padding, self.return_mask, self.ceil_mode, self.data_format
        )


class AvgPool3D(_Pool):
    """The mean of each window.

    Parameters
    ----------
    kernel_size : int or sequence of int
        Size of the window, >= 1.
    stride : int or sequence of int, optional
        Step of the window; ``kernel_size`` if None.
    padding : int, str or sequence, default 0
        Zeros around the input, in the forms of `functional.conv3d`.
    ceil_mode : bool, default False
        Whether a last, incomplete window counts.
    exclusive : bool, default True
        Whether padding is left out of the mean.
    divisor_override : float, optional
        Divide by this instead of the number of elements; > 0.
    data_format : {"NCDHW", "NDHWC"}
        Order of the axes.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.nn.AvgPool3D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.AvgPool3D(2)(paramattr.to_tensor(np.ones([1, 2, 4, 4, 4]))).shape
    [1, 2, 2, 2, 2]
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
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, data_format)
        self.exclusive = checks.boolean("exclusive", exclusive)
        if divisor_override is not None:
            checks.real("divisor_override", divisor_override, low=0.0, open_low=True)
        self.divisor_override = divisor_override

    def forward(self, x: Tensor) -> Tensor:
        """Return the means."""
        self._check(x)
        return functional.avg_pool3d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.exclusive,
            self.divisor_override,
            self.data_format,
        )
