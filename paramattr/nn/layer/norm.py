"""Normalizations over a layer, over groups of channels and over single maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from numpy.typing import DTypeLike

from paramattr.attr import ParamAttrLike, optional_attr
from paramattr.autograd import Tensor, place
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.initializer import Constant
from paramattr.nn import functional
from paramattr.nn.functional.norm import FORMATS, check_groups, normalized_sizes
from paramattr.nn.layer.function import check_name
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks
from paramattr.utils.alias import also


class _Affine(Layer):
    """A normalization with a weight and a bias, of which each may be absent."""

    bias: Parameter | None

    def _create_parameters(
        self, size: int, weight_attr: ParamAttrLike, bias_attr: ParamAttrLike, weight_name: str = "weight"
    ) -> None:
        weight, bias = optional_attr("weight_attr", weight_attr), optional_attr("bias_attr", bias_attr)
        setattr(self, weight_name, self.create_parameter([size], weight, default_initializer=Constant(1.0)))
        self.bias = self.create_parameter([size], bias, is_bias=True, default_initializer=Constant(0.0))


def check_channels(layer: Layer, x: Tensor, channels: int, data_format: str) -> None:
    """Raise a ValueError unless ``x`` has the ``channels`` of ``layer`` where ``data_format`` has them."""
    axis = 1 if data_format[1] == "C" else -1
    if x.ndim < 2 or x.shape[axis] != channels:
        raise ValueError(f"{layer!r} expected {channels} channels at axis {axis}, but received {x.shape!r}")


class LayerNorm(_Affine):
    """Make the elements of each sample mean 0 and variance 1.

    Mirrors ``paddle.nn.LayerNorm``.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Sizes of the last axes of the input, over which it is normalized.
    epsilon : float, default 1e-5
        Added to the variance, >= 0.
    elementwise_affine, bias : bool, default True
        Whether there are a weight and a bias at all, and whether there is a bias.
    device : "cpu" or a place, optional
        There is only the CPU.
    dtype : dtype, optional
        Of the parameters; the default dtype if None.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of weight and bias, with one axis of as many elements as are normalized; 1 and 0 by default. False: none.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.LayerNorm(2)
    >>> layer(paramattr.to_tensor([[1.0, 3.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """

    weight: Parameter | None

    @also(eps="epsilon")
    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        epsilon: float = 1e-5,
        *,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype)
        self._normalized_shape = list(normalized_sizes(normalized_shape))
        self._epsilon = checks.real("epsilon", epsilon, low=0.0)
        place.check("device", device)
        check_name(name)
        weighted = checks.boolean("elementwise_affine", elementwise_affine)
        weight_attr = weight_attr if weighted else False
        bias_attr = bias_attr if checks.boolean("bias", bias) and weighted else False
        self._create_parameters(math.prod(self._normalized_shape), weight_attr, bias_attr)

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input`` of shape ``[*, *normalized_shape]``."""
        return functional.layer_norm(
            as_tensor("input", input), self._normalized_shape, self.weight, self.bias, self._epsilon
        )

    def extra_repr(self) -> str:
        return f"normalized_shape={self._normalized_shape}, epsilon={self._epsilon}"


class GroupNorm(_Affine):
    """Make each group of channels of each sample mean 0 and variance 1.

    Mirrors ``paddle.nn.GroupNorm``. Arguments that are not listed here are those of `LayerNorm`.

    Parameters
    ----------
    num_groups, num_channels : int
        Number of groups, and of channels, which it divides; >= 1.
    affine : bool, default True
        Whether there are a weight and a bias at all.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of weight and bias, of shape ``[num_channels]``; 1 and 0 by default. False: none. With a learning rate of
        0, gradients stop at the parameter.
    data_format : {"NCHW", "NCL", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis of the input, or the last.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.GroupNorm(2, 4)
    >>> layer(paramattr.to_tensor([[1.0, 3.0, 5.0, 5.0]])).numpy().round(3)
    array([[-1.,  1.,  0.,  0.]], dtype=float32)
    """

    weight: Parameter | None

    @also(eps="epsilon")
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        epsilon: float = 1e-5,
        *,
        affine: bool = True,
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype)
        self._num_channels = checks.integer("num_channels", num_channels, low=1)
        self._num_groups = check_groups(num_groups, self._num_channels)
        self._epsilon = checks.real("epsilon", epsilon, low=0.0)
        self._data_format = checks.choice("data_format", data_format, FORMATS)
        place.check("device", device)
        check_name(name)
        if not checks.boolean("affine", affine):
            weight_attr = bias_attr = False
        self._create_parameters(self._num_channels, weight_attr, bias_attr)
        for parameter in (self.weight, self.bias):
            if parameter is not None and parameter.learning_rate == 0.0:
                parameter.stop_gradient = True

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input``, of at least two axes."""
        x = as_tensor("input", input)
        check_channels(self, x, self._num_channels, self._data_format)
        return functional.group_norm(x, self._num_groups, self._epsilon, self.weight, self.bias, self._data_format)

    def extra_repr(self) -> str:
        return f"num_groups={self._num_groups}, num_channels={self._num_channels}, epsilon={self._epsilon}"


class _InstanceNorm(_Affine):
    """An instance normalization that knows its ``formats`` and how many axes its input may have."""

    formats: ClassVar[tuple[str, ...]]
    ranks: ClassVar[tuple[int, ...]]
    scale: Parameter | None

    def _set_up(
        self,
        num_features: int,
        epsilon: float,
        momentum: float,
        weight_attr: ParamAttrLike,
        bias_attr: ParamAttrLike,
        data_format: str,
        name: str | None,
    ) -> None:
        self._num_features = checks.integer("num_features", num_features, low=1)
        self._epsilon = checks.real("epsilon", epsilon, low=0.0)
        self._momentum = checks.real("momentum", momentum, low=0.0, high=1.0)
        self._data_format = checks.choice("data_format", data_format, self.formats)
        check_name(name)
        if (weight_attr is False) != (bias_attr is False):
            raise ValueError(
                f"weight_attr and bias_attr must be False together, but received {weight_attr!r} and {bias_attr!r}"
            )
        self._create_parameters(self._num_features, weight_attr, bias_attr, "scale")

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input``, with the channels at the second axis."""
        x = as_tensor("input", input)
        if x.ndim not in self.ranks or x.shape[1] != self._num_features:
            raise ValueError(
                f"{self!r} expected an input of {' or '.join(map(str, self.ranks))} axes with {self._num_features}"
                f" channels at the second, but received {x.shape!r}"
            )
        return functional.instance_norm(
            x, weight=self.scale, bias=self.bias, eps=self._epsilon, data_format=self._data_format
        )

    def extra_repr(self) -> str:
        return f"num_features={self._num_features}, epsilon={self._epsilon}"


class InstanceNorm1D(_InstanceNorm):
    """Make each channel of each sample mean 0 and variance 1, for inputs of 2 or 3 axes.

    Mirrors ``paddle.nn.InstanceNorm1D``.

    Parameters
    ----------
    num_features : int
        Number of channels, >= 1.
    epsilon : float, default 1e-5
        Added to the variance, >= 0.
    momentum : float, default 0.9
        Accepted as in Paddle; there are no running statistics.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of ``scale`` and ``bias``, of shape ``[num_features]``; 1 and 0 by default. False for both: none.
    data_format : {"NCL", "NC"}
        Order of the axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.InstanceNorm1D(1)
    >>> layer(paramattr.to_tensor([[[1.0, 3.0]]])).numpy().round(3)
    array([[[-1.,  1.]]], dtype=float32)
    """

    formats = ("NCL", "NC")
    ranks = (2, 3)

    def __init__(
        self,
        num_features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.9,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCL",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._set_up(num_features, epsilon, momentum, weight_attr, bias_attr, data_format, name)


class InstanceNorm2D(_InstanceNorm):
    """`InstanceNorm1D` for inputs of 4 axes; ``data_format`` is "NCHW".

    Mirrors ``paddle.nn.InstanceNorm2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.InstanceNorm2D(1)(paramattr.to_tensor([[[[1.0, 3.0]]]])).numpy().round(3)
    array([[[[-1.,  1.]]]], dtype=float32)
    """

    formats = ("NCHW",)
    ranks = (4,)

    def __init__(
        self,
        num_features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.9,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._set_up(num_features, epsilon, momentum, weight_attr, bias_attr, data_format, name)


class InstanceNorm3D(_InstanceNorm):
    """`InstanceNorm1D` for inputs of 5 axes; ``data_format`` is "NCDHW".

    Mirrors ``paddle.nn.InstanceNorm3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.InstanceNorm3D(1)(paramattr.to_tensor([[[[[1.0, 3.0]]]]])).shape
    [1, 1, 1, 1, 2]
    """

    formats = ("NCDHW",)
    ranks = (5,)

    def __init__(
        self,
        num_features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.9,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCDHW",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._set_up(num_features, epsilon, momentum, weight_attr, bias_attr, data_format, name)
