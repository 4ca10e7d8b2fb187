"""Batch normalization: one layer over the number of axes and its names, and Paddle's old one with an activation."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ClassVar

from numpy.typing import DTypeLike

from paramattr.attr import ParamAttr, ParamAttrLike, optional_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.initializer import Constant
from paramattr.nn import functional
from paramattr.nn.functional.norm import BATCH_FORMATS
from paramattr.nn.layer.function import check_name
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.norm import check_channels
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes


class _Statistics(Layer):
    """What all batch normalizations have: a weight, a bias and the running statistics, of one element per channel."""

    weight: Parameter | None
    bias: Parameter | None
    _mean: Parameter
    _variance: Parameter
    _momentum: float
    _epsilon: float

    def _create_parameters(
        self,
        channels: int,
        weight: tuple[str, ParamAttrLike],
        bias_attr: ParamAttrLike,
        names: tuple[str | None, str | None],
        averaged: bool = True,
    ) -> None:
        if self._dtype == "float16":
            self._dtype = dtypes.named("float32")  # as in Paddle: what is summed up needs the precision
        given, bias = optional_attr(*weight), optional_attr("bias_attr", bias_attr)
        self.weight = self.create_parameter([channels], given, default_initializer=Constant(1.0))
        self.bias = self.create_parameter([channels], bias, is_bias=True)
        self._mean, self._variance = (
            self.create_parameter(
                [channels],
                ParamAttr(name=name, initializer=Constant(start), trainable=False, do_model_average=averaged),
            )
            for name, start in zip(names, (0.0, 1.0), strict=True)
        )

    def _normalized(self, x: Tensor, data_format: str, use_global_stats: bool | None) -> Tensor:
        check_channels(self, x, self._mean.size, data_format)
        return functional.batch_norm(
            x,
            self._mean,
            self._variance,
            self.weight,
            self.bias,
            self.training,
            self._momentum,
            self._epsilon,
            data_format,
            use_global_stats,
        )


class _BatchNorm(_Statistics):
    """A batch normalization that knows its ``formats`` and how many axes its input may have."""

    formats: ClassVar[tuple[str, ...]]
    ranks: ClassVar[tuple[int, ...]]

    def __init__(
        self,
        num_features: int,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
        use_global_stats: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._num_features = checks.integer("num_features", num_features, low=1)
        self._momentum = checks.real("momentum", momentum, low=0.0, high=1.0)
        self._epsilon = checks.real("epsilon", epsilon, low=0.0)
        self._data_format = checks.choice("data_format", data_format, self.formats)
        if use_global_stats is not None:
            checks.boolean("use_global_stats", use_global_stats)
        self._use_global_stats = use_global_stats
        self._name = check_name(name)
        names = (None, None) if name is None else (f"{name}_mean", f"{name}_variance")
        self._create_parameters(self._num_features, ("weight_attr", weight_attr), bias_attr, names)

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input``; in training mode the running statistics change."""
        x = as_tensor("input", input)
        if x.ndim not in self.ranks:
            raise ValueError(
                f"{self!r} expected an input of {' or '.join(map(str, self.ranks))} axes, but received {x.shape!r}"
            )
        return self._normalized(x, self._data_format, self._use_global_stats)

    def extra_repr(self) -> str:
        parts = [f"num_features={self._num_features}, momentum={self._momentum}, epsilon={self._epsilon}"]
        parts += [f"data_format={self._data_format}"] if self._data_format != "NCHW" else []
        return ", ".join([*parts, *([f"name={self._name}"] if self._name is not None else [])])


class BatchNorm1D(_BatchNorm):
    """Make each channel mean 0 and variance 1 over the batch, for inputs of 2 or 3 axes.

    In evaluation mode the running statistics take the place of the batch's. They are parameters that are not trained, as
    in Paddle, under the names ``_mean`` and ``_variance``. Mirrors ``paddle.nn.BatchNorm1D``, without its warning in each
    step. Arguments that are not listed here are those of `functional.batch_norm`.

    Parameters
    ----------
    num_features : int
        Number of channels, >= 1.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of weight and bias, of shape ``[num_features]``, 1 and 0 by default. False: none.
    data_format : {"NCL", "NC", "NLC", "NCHW", "NHWC"}
        Whether the channels are the second axis, or the last.
    name : str, optional
        First part of the names of the running statistics, ``"…_mean"`` and ``"…_variance"``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.BatchNorm1D(1)
    >>> layer(paramattr.to_tensor([[1.0], [3.0]])).numpy().round(3)
    array([[-1.],
           [ 1.]], dtype=float32)
    """

    formats = ("NCL", "NC", "NLC", "NCHW", "NHWC")
    ranks = (2, 3)

    def __init__(
        self,
        num_features: int,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCL",
        use_global_stats: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(num_features, momentum, epsilon, weight_attr, bias_attr, data_format, use_global_stats, name)


class BatchNorm2D(_BatchNorm):
    """`BatchNorm1D` for inputs of 4 axes; ``data_format`` is "NCHW" or "NHWC".

    Mirrors ``paddle.nn.BatchNorm2D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.BatchNorm2D(3)(paramattr.to_tensor([[[[1.0]], [[2.0]], [[3.0]]]])).shape
    [1, 3, 1, 1]
    """

    formats = ("NCHW", "NHWC")
    ranks = (4,)


class BatchNorm3D(_BatchNorm):
    """`BatchNorm1D` for inputs of 5 axes; ``data_format`` is "NCDHW", "NDHWC", "NCHW" or "NHWC".

    Mirrors ``paddle.nn.BatchNorm3D``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.BatchNorm3D(1)(paramattr.to_tensor([[[[[1.0, 2.0]]]]])).shape
    [1, 1, 1, 1, 2]
    """

    formats = ("NCDHW", "NDHWC", "NCHW", "NHWC")
    ranks = (5,)

    def __init__(
        self,
        num_features: int,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCDHW",
        use_global_stats: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(num_features, momentum, epsilon, weight_attr, bias_attr, data_format, use_global_stats, name)


class SyncBatchNorm(_BatchNorm):
    """`BatchNorm1D` over the batches of all processes, of which there is one here; for inputs of 2 to 5 axes.

    With ``weight_attr=False`` or ``bias_attr=False`` the weight is 1 or the bias 0, and is not trained. Mirrors
    ``paddle.nn.SyncBatchNorm``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.SyncBatchNorm(1)(paramattr.to_tensor([[1.0], [3.0]])).numpy().round(3)
    array([[-1.],
           [ 1.]], dtype=float32)
    """

    formats = BATCH_FORMATS
    ranks = (2, 3, 4, 5)

    def __init__(
        self,
        num_features: int,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(num_features, momentum, epsilon, weight_attr, bias_attr, data_format, None, name)
        if self.weight is None:
            self.weight = self.create_parameter([num_features], default_initializer=Constant(1.0))
            self.weight.stop_gradient = True
        if self.bias is None:
            self.bias = self.create_parameter([num_features], is_bias=True)
            self.bias.stop_gradient = True

    @classmethod
    def convert_sync_batchnorm(cls, layer: Layer) -> Layer:
        """Return ``layer`` with a `SyncBatchNorm` in place of each `BatchNorm1D`, `BatchNorm2D` and `BatchNorm3D`.

        The new layers hold the parameters and the mode of the old ones; ``use_global_stats`` is lost, as in Paddle.

        Raises
        ------
        TypeError
            If ``layer`` is not a Layer.

        Examples
        --------
        >>> import paramattr
        >>> net = paramattr.nn.Sequential(paramattr.nn.BatchNorm2D(5))
        >>> paramattr.nn.SyncBatchNorm.convert_sync_batchnorm(net)
        Sequential(
          (0): SyncBatchNorm(num_features=5, momentum=0.9, epsilon=1e-05)
        )
        """
        checks.instance("layer", layer, Layer, "a Layer")
        converted = layer
        if isinstance(layer, _BatchNorm):
            kept = {name: getattr(layer, name) for name in ("weight", "bias", "_mean", "_variance")}
            weight, bias = (None if kept[name] is not None else False for name in ("weight", "bias"))
            converted = cls(layer._num_features, layer._momentum, layer._epsilon, weight, bias, layer._data_format)
            for name, value in kept.items():
                if value is not None:
                    setattr(converted, name, value)
            converted._name, converted.training = layer._name, layer.training
        for name, sublayer in list(layer.named_children()):
            converted.add_sublayer(name, cls.convert_sync_batchnorm(sublayer))
        return converted


# Names of operators, which the old layer takes, and the functions that are now called otherwise.
_RENAMED = {
    "hard_sigmoid": "hardsigmoid",
    "hard_swish": "hardswish",
    "hard_shrink": "hardshrink",
    "logsigmoid": "log_sigmoid",
}
_ACTIVATIONS = (
    *("relu", "sigmoid", "tanh", "gelu", "softmax", "log_softmax", "relu6", "elu", "selu", "mish", "silu", "swish"),
    *("softsign", "stanh", "thresholded_relu", *_RENAMED),
)


def _activation(act: str | None) -> Callable[..., Tensor] | None:
    """Return the function that ``act`` names, which has no settings but its defaults."""
    if act is None:
        return None
    known = [name for name in _ACTIVATIONS if hasattr(functional, _RENAMED.get(name, name))]
    name = checks.choice("act", act, known)
    function: Callable[..., Tensor] = getattr(functional, _RENAMED.get(name, name))
    # The operator is less steep than the function that followed it.
    return functools.partial(function, slope=0.2) if name == "hard_sigmoid" else function


class BatchNorm(_Statistics):
    """Make each channel mean 0 and variance 1 over the batch, and apply an activation.

    Mirrors ``paddle.nn.BatchNorm``, which is older than `BatchNorm1D`, `BatchNorm2D` and `BatchNorm3D`. The running
    statistics are those of `BatchNorm1D`.

    Parameters
    ----------
    num_channels : int
        Number of channels, >= 1.
    act : str, optional
        The activation, as ``"relu"``; none if None.
    is_test : bool, default False
        Whether the layer begins in evaluation mode.
    momentum, epsilon : float, default 0.9 and 1e-5
        As of `functional.batch_norm`.
    param_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of weight and bias, of shape ``[num_channels]``, 1 and 0 by default. False: none.
    dtype : dtype, default "float32"
        Of the parameters; float32 instead of float16.
    data_layout : {"NCHW", "NHWC"}
        Whether the channels are the second axis, or the last.
    in_place : bool, default False
        Accepted as in Paddle; changes nothing.
    moving_mean_name, moving_variance_name : str, optional
        Names of the running statistics.
    do_model_average_for_mean_and_var : bool, default True
        Whether `paramattr.incubate.ModelAverage` averages them.
    use_global_stats : bool, default False
        Whether the running statistics take the place of the batch's also in training mode.
    trainable_statistics : bool, default False
        Whether those of the batch are used, and tracked, also in evaluation mode.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not fit.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.BatchNorm(1, act="relu")
    >>> layer(paramattr.to_tensor([[1.0], [3.0]])).numpy().round(3)
    array([[0.],
           [1.]], dtype=float32)
    """

    def __init__(
        self,
        num_channels: int,
        act: str | None = None,
        is_test: bool = False,
        momentum: float = 0.9,
        epsilon: float = 1e-05,
        param_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        dtype: DTypeLike = "float32",
        data_layout: str = "NCHW",
        in_place: bool = False,
        moving_mean_name: str | None = None,
        moving_variance_name: str | None = None,
        do_model_average_for_mean_and_var: bool = True,
        use_global_stats: bool = False,
        trainable_statistics: bool = False,
    ) -> None:
        super().__init__(dtype=dtype)
        channels = checks.integer("num_channels", num_channels, low=1)
        self._act = act
        self._activation = _activation(act)
        self.training = not checks.boolean("is_test", is_test)
        self._momentum = checks.real("momentum", momentum, low=0.0, high=1.0)
        self._epsilon = checks.real("epsilon", epsilon, low=0.0)
        self._data_layout = checks.choice("data_layout", data_layout, ["NCHW", "NHWC"])
        checks.boolean("in_place", in_place)
        averaged = checks.boolean("do_model_average_for_mean_and_var", do_model_average_for_mean_and_var)
        self._use_global_stats = checks.boolean("use_global_stats", use_global_stats)
        self._trainable_statistics = checks.boolean("trainable_statistics", trainable_statistics)
        names = (moving_mean_name, moving_variance_name)
        self._create_parameters(channels, ("param_attr", param_attr), bias_attr, names, averaged)

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input`` and apply the activation; where the batch's statistics are used, the running ones change."""
        known = self._use_global_stats or not (self.training or self._trainable_statistics)
        value = self._normalized(as_tensor("input", input), self._data_layout, known)
        return value if self._activation is None else self._activation(value)
