"""Padding: one layer over the number of spatial axes, and its names."""

from __future__ import annotations

from collections.abc import Sequence

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn import functional
from paramattr.nn.functional import geometry
from paramattr.nn.functional.padding import SELECTIONS
from paramattr.nn.layer.function import SpatialLayer
from paramattr.utils import checks
from paramattr.utils.alias import also

# One number for all sides, or two per spatial axis, beginning at the last one.
Around = int | Sequence[int] | Tensor


class _PadNd(SpatialLayer):
    """What all paddings are: checked numbers around ``dims`` spatial axes, and what they are filled with."""

    def __init__(self, padding: Around, mode: str, value: float, data_format: str) -> None:
        super().__init__()
        given = padding.tolist() if isinstance(padding, Tensor) else padding
        numbers = [given] * 2 * self.dims if isinstance(given, int) else checks.several("padding", given, "integers")
        if len(numbers) != 2 * self.dims:
            raise ValueError(f"padding must be an integer or {2 * self.dims} of them, but received {padding!r}")
        self.padding = [checks.integer(f"padding[{index}]", number) for index, number in enumerate(numbers)]
        self.mode = checks.choice("mode", mode, ["constant", *SELECTIONS])
        self.value = checks.real("value", value, finite=False)
        geometry.channels_last(data_format, self.dims)
        self.data_format = data_format

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        return functional.pad(self._checked(x), self.padding, self.mode, self.value, self.data_format)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, mode={self.mode}, value={self.value}, data_format={self.data_format}"


class Pad1D(_PadNd):
    """Padding around the spatial axes of [N, C, length].

    The arguments, and what is refused, are those of `functional.pad`, but ``padding`` is one number for all sides or
    ``[left, right]``. Mirrors ``paddle.nn.Pad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Pad1D([1, 0], "replicate")([[[1.0, 2.0]]]).tolist()
    [[[1.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(
        self,
        padding: Around,
        mode: str = "constant",
        value: float = 0.0,
        data_format: str = "NCL",
        name: str | None = None,
    ) -> None:
        super().__init__(padding, mode, value, data_format)


class Pad2D(_PadNd):
    """Padding around the spatial axes of [N, C, height, width].

    The arguments, and what is refused, are those of `functional.pad`, but ``padding`` is one number for all sides or
    ``[left, right, top, bottom]``. Mirrors ``paddle.nn.Pad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Pad2D([1, 0, 0, 0], "replicate")([[[[1.0, 2.0]]]]).tolist()
    [[[[1.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(
        self,
        padding: Around,
        mode: str = "constant",
        value: float = 0.0,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(padding, mode, value, data_format)


class Pad3D(_PadNd):
    """Padding around the spatial axes of [N, C, depth, height, width].

    The arguments, and what is refused, are those of `functional.pad`, but ``padding`` is one number for all sides or
    ``[left, right, top, bottom, front, back]``. Mirrors ``paddle.nn.Pad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Pad3D([1, 0, 0, 0, 0, 0], "replicate")([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[1.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(
        self,
        padding: Around,
        mode: str = "constant",
        value: float = 0.0,
        data_format: str = "NCDHW",
        name: str | None = None,
    ) -> None:
        super().__init__(padding, mode, value, data_format)


class ConstantPad1D(_PadNd):
    """Padding with a ``value`` around the spatial axes of [N, C, length].

    The other arguments, and what is refused, are those of `Pad1D`. Mirrors ``paddle.nn.ConstantPad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ConstantPad1D([1, 0], 5.0)([[[1.0, 2.0]]]).tolist()
    [[[5.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(self, padding: Around, value: float, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "constant", value, data_format)


class ConstantPad2D(_PadNd):
    """Padding with a ``value`` around the spatial axes of [N, C, height, width].

    The other arguments, and what is refused, are those of `Pad2D`. Mirrors ``paddle.nn.ConstantPad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ConstantPad2D([1, 0, 0, 0], 5.0)([[[[1.0, 2.0]]]]).tolist()
    [[[[5.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(self, padding: Around, value: float, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", value, data_format)


class ConstantPad3D(_PadNd):
    """Padding with a ``value`` around the spatial axes of [N, C, depth, height, width].

    The other arguments, and what is refused, are those of `Pad3D`. Mirrors ``paddle.nn.ConstantPad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ConstantPad3D([1, 0, 0, 0, 0, 0], 5.0)([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[5.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(self, padding: Around, value: float, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", value, data_format)


class ZeroPad1D(_PadNd):
    """Zeros around the spatial axes of [N, C, length].

    The other arguments, and what is refused, are those of `Pad1D`. Mirrors ``paddle.nn.ZeroPad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ZeroPad1D([1, 0])([[[1.0, 2.0]]]).tolist()
    [[[0.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(self, padding: Around, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format)


class ZeroPad2D(_PadNd):
    """Zeros around the spatial axes of [N, C, height, width].

    The other arguments, and what is refused, are those of `Pad2D`. Mirrors ``paddle.nn.ZeroPad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ZeroPad2D([1, 0, 0, 0])([[[[1.0, 2.0]]]]).tolist()
    [[[[0.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(self, padding: Around, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format)


class ZeroPad3D(_PadNd):
    """Zeros around the spatial axes of [N, C, depth, height, width].

    The other arguments, and what is refused, are those of `Pad3D`. Mirrors ``paddle.nn.ZeroPad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ZeroPad3D([1, 0, 0, 0, 0, 0])([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[0.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(self, padding: Around, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format)


class ReflectionPad1D(_PadNd):
    """The reflection of the values at the outermost ones around the spatial axes of [N, C, length].

    The other arguments, and what is refused, are those of `Pad1D`. Mirrors ``paddle.nn.ReflectionPad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReflectionPad1D([1, 0])([[[1.0, 2.0]]]).tolist()
    [[[2.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(self, padding: Around, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "reflect", 0.0, data_format)


class ReflectionPad2D(_PadNd):
    """The reflection of the values at the outermost ones around the spatial axes of [N, C, height, width].

    The other arguments, and what is refused, are those of `Pad2D`. Mirrors ``paddle.nn.ReflectionPad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReflectionPad2D([1, 0, 0, 0])([[[[1.0, 2.0]]]]).tolist()
    [[[[2.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(self, padding: Around, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "reflect", 0.0, data_format)


class ReflectionPad3D(_PadNd):
    """The reflection of the values at the outermost ones around the spatial axes of [N, C, depth, height, width].

    The other arguments, and what is refused, are those of `Pad3D`. Mirrors ``paddle.nn.ReflectionPad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReflectionPad3D([1, 0, 0, 0, 0, 0])([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[2.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(self, padding: Around, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "reflect", 0.0, data_format)


class ReplicationPad1D(_PadNd):
    """The outermost values repeated around the spatial axes of [N, C, length].

    The other arguments, and what is refused, are those of `Pad1D`. Mirrors ``paddle.nn.ReplicationPad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReplicationPad1D([1, 0])([[[1.0, 2.0]]]).tolist()
    [[[1.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(self, padding: Around, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "replicate", 0.0, data_format)


class ReplicationPad2D(_PadNd):
    """The outermost values repeated around the spatial axes of [N, C, height, width].

    The other arguments, and what is refused, are those of `Pad2D`. Mirrors ``paddle.nn.ReplicationPad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReplicationPad2D([1, 0, 0, 0])([[[[1.0, 2.0]]]]).tolist()
    [[[[1.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(self, padding: Around, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "replicate", 0.0, data_format)


class ReplicationPad3D(_PadNd):
    """The outermost values repeated around the spatial axes of [N, C, depth, height, width].

    The other arguments, and what is refused, are those of `Pad3D`. Mirrors ``paddle.nn.ReplicationPad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReplicationPad3D([1, 0, 0, 0, 0, 0])([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[1.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(self, padding: Around, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "replicate", 0.0, data_format)


class CircularPad1D(_PadNd):
    """The values from the other side around the spatial axes of [N, C, length].

    The other arguments, and what is refused, are those of `Pad1D`. Mirrors ``paddle.nn.CircularPad1D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.CircularPad1D([1, 0])([[[1.0, 2.0]]]).tolist()
    [[[2.0, 1.0, 2.0]]]
    """

    dims = 1

    def __init__(self, padding: Around, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "circular", 0.0, data_format)


class CircularPad2D(_PadNd):
    """The values from the other side around the spatial axes of [N, C, height, width].

    The other arguments, and what is refused, are those of `Pad2D`. Mirrors ``paddle.nn.CircularPad2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.CircularPad2D([1, 0, 0, 0])([[[[1.0, 2.0]]]]).tolist()
    [[[[2.0, 1.0, 2.0]]]]
    """

    dims = 2

    def __init__(self, padding: Around, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "circular", 0.0, data_format)


class CircularPad3D(_PadNd):
    """The values from the other side around the spatial axes of [N, C, depth, height, width].

    The other arguments, and what is refused, are those of `Pad3D`. Mirrors ``paddle.nn.CircularPad3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.CircularPad3D([1, 0, 0, 0, 0, 0])([[[[[1.0, 2.0]]]]]).tolist()
    [[[[[2.0, 1.0, 2.0]]]]]
    """

    dims = 3

    def __init__(self, padding: Around, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "circular", 0.0, data_format)


ConstantPad1d, ConstantPad2d, ConstantPad3d = ConstantPad1D, ConstantPad2D, ConstantPad3D
ZeroPad1d, ZeroPad2d, ZeroPad3d = ZeroPad1D, ZeroPad2D, ZeroPad3D
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = ReflectionPad1D, ReflectionPad2D, ReflectionPad3D
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = ReplicationPad1D, ReplicationPad2D, ReplicationPad3D
CircularPad1d, CircularPad2d, CircularPad3d = CircularPad1D, CircularPad2D, CircularPad3D
