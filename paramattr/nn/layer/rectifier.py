"""Activations made of pieces, and shrinkage, as layers."""

from __future__ import annotations

from paramattr.attr import ParamAttrLike, required_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.initializer import Constant
from paramattr.nn import functional
from paramattr.nn.functional.rectifier import (
    CHANNELS_FIRST,
    CHANNELS_LAST,
    check_bounds,
    check_groups,
    check_scales,
    check_slopes,
    not_zero,
)
from paramattr.nn.layer.function import FunctionInTraining, FunctionLayer, check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also


class ReLU(FunctionLayer):
    """Return max(x, 0).

    Mirrors ``paddle.nn.ReLU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReLU()(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    function = functional.relu


class ReLU6(FunctionLayer):
    """Return x where it is in [0, 6], and the nearer bound elsewhere.

    Mirrors ``paddle.nn.ReLU6``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReLU6()(paramattr.to_tensor([-1.0, 8.0])).numpy()
    array([0., 6.], dtype=float32)
    """

    function = functional.relu6


class Hardtanh(FunctionLayer):
    """Return x where it is in [min, max], and the nearer bound elsewhere.

    The settings, and what is refused, are those of `functional.hardtanh`. Mirrors ``paddle.nn.Hardtanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Hardtanh()(paramattr.to_tensor([-2.0, 2.0])).numpy()
    array([-1.,  1.], dtype=float32)
    """

    function = functional.hardtanh

    def __init__(self, min: float = -1.0, max: float = 1.0, name: str | None = None) -> None:
        super().__init__(name)
        self.min, self.max = check_bounds(min, max)


class Hardsigmoid(FunctionLayer):
    """Return x / 6 + 1/2 where it is in [0, 1], and the nearer bound elsewhere.

    Mirrors ``paddle.nn.Hardsigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Hardsigmoid()(paramattr.to_tensor([0.0, 4.0])).numpy()
    array([0.5, 1. ], dtype=float32)
    """

    function = functional.hardsigmoid


class Hardswish(FunctionLayer):
    """Return x · min(max(x + 3, 0), 6) / 6.

    Mirrors ``paddle.nn.Hardswish``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Hardswish()(paramattr.to_tensor([1.5, 4.0])).numpy()
    array([1.125, 4.   ], dtype=float32)
    """

    function = functional.hardswish


class LeakyReLU(FunctionLayer):
    """Return x where it is positive, and ``negative_slope * x`` elsewhere.

    The settings, and what is refused, are those of `functional.leaky_relu`. Mirrors ``paddle.nn.LeakyReLU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LeakyReLU(0.5)(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([-0.5,  2. ], dtype=float32)
    """

    function = functional.leaky_relu

    def __init__(self, negative_slope: float = 0.01, name: str | None = None) -> None:
        super().__init__(name)
        self.negative_slope = checks.real("negative_slope", negative_slope)


class ELU(FunctionLayer):
    """Return x where it is positive, and ``alpha`` · (exp(x) - 1) elsewhere.

    The settings, and what is refused, are those of `functional.elu`. Mirrors ``paddle.nn.ELU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ELU()(paramattr.to_tensor([-100.0, 2.0])).numpy()
    array([-1.,  2.], dtype=float32)
    """

    function = functional.elu

    def __init__(self, alpha: float = 1.0, name: str | None = None) -> None:
        super().__init__(name)
        self.alpha = checks.real("alpha", alpha)


class CELU(FunctionLayer):
    """Return x where it is positive, and ``alpha`` · (exp(x / alpha) - 1) elsewhere.

    The settings, and what is refused, are those of `functional.celu`. Mirrors ``paddle.nn.CELU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.CELU()(paramattr.to_tensor([-100.0, 2.0])).numpy()
    array([-1.,  2.], dtype=float32)
    """

    function = functional.celu

    def __init__(self, alpha: float = 1.0, name: str | None = None) -> None:
        super().__init__(name)
        self.alpha = not_zero("alpha", alpha)


class SELU(FunctionLayer):
    """Return ``scale`` times x where it is positive, and times ``alpha`` · (exp(x) - 1) elsewhere.

    The settings, and what is refused, are those of `functional.selu`. Mirrors ``paddle.nn.SELU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.SELU(1.5, 2.0)(paramattr.to_tensor([-100.0, 2.0])).numpy()
    array([-3.,  3.], dtype=float32)
    """

    function = functional.selu

    def __init__(
        self, scale: float = 1.0507009873554805, alpha: float = 1.6732632423543772, name: str | None = None
    ) -> None:
        super().__init__(name)
        self.scale, self.alpha = check_scales(scale, alpha)

    def extra_repr(self) -> str:
        return described(self.name, **{key: f"{value:.16f}" for key, value in self.settings().items()})


class Maxout(FunctionLayer):
    """Return the largest value of each run of ``groups`` channels.

    The settings, and what is refused, are those of `functional.maxout`. Mirrors ``paddle.nn.Maxout``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Maxout(2)(paramattr.to_tensor([1.0, 2.0]).reshape([1, 2, 1, 1])).tolist()
    [[[[2.0]]]]
    """

    function = functional.maxout

    def __init__(self, groups: int, axis: int = 1, name: str | None = None) -> None:
        super().__init__(name)
        self.groups, self.axis = check_groups(groups, axis)


class Hardshrink(FunctionLayer):
    """Return x where its absolute value is at least ``threshold``, and 0 elsewhere.

    The settings, and what is refused, are those of `functional.hardshrink`. Mirrors ``paddle.nn.Hardshrink``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Hardshrink()(paramattr.to_tensor([0.25, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    function = functional.hardshrink

    @also(lambd="threshold")
    def __init__(self, threshold: float = 0.5, name: str | None = None) -> None:
        super().__init__(name)
        self.threshold = checks.real("threshold", threshold)


class Softshrink(FunctionLayer):
    """Return x moved towards 0 by ``threshold``, and 0 where it would pass 0.

    The settings, and what is refused, are those of `functional.softshrink`. Mirrors ``paddle.nn.Softshrink``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Softshrink()(paramattr.to_tensor([0.25, 2.0])).numpy()
    array([0. , 1.5], dtype=float32)
    """

    function = functional.softshrink

    @also(lambd="threshold")
    def __init__(self, threshold: float = 0.5, name: str | None = None) -> None:
        super().__init__(name)
        self.threshold = checks.real("threshold", threshold, low=0.0)


class ThresholdedReLU(FunctionLayer):
    """Return x where it is above ``threshold``, and ``value`` elsewhere.

    The settings, and what is refused, are those of `functional.thresholded_relu`. Mirrors ``paddle.nn.ThresholdedReLU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ThresholdedReLU()(paramattr.to_tensor([1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    function = functional.thresholded_relu

    def __init__(self, threshold: float = 1.0, value: float = 0.0, name: str | None = None) -> None:
        super().__init__(name)
        self.threshold = checks.real("threshold", threshold)
        self.value = checks.real("value", value)


class RReLU(FunctionInTraining):
    """Return x where it is positive, and x times a slope elsewhere: in training a random one for each element.

    The settings, and what is refused, are those of `functional.rrelu`. Mirrors ``paddle.nn.RReLU``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.RReLU(0.125, 0.375)
    >>> layer = layer.eval()
    >>> layer(paramattr.to_tensor([-8.0, 2.0])).numpy()
    array([-2.,  2.], dtype=float32)
    """

    function = functional.rrelu

    def __init__(self, lower: float = 1.0 / 8.0, upper: float = 1.0 / 3.0, name: str | None = None) -> None:
        super().__init__(name)
        self.lower, self.upper = check_slopes(lower, upper)

    def extra_repr(self) -> str:
        return described(self.name, **self.settings(), training=self.training, dtype=self._dtype.name)


class PReLU(Layer):
    """Return x where it is positive, and x times a slope that is learned elsewhere.

    Mirrors ``paddle.nn.PReLU``.

    Parameters
    ----------
    num_parameters : int, default 1
        How many slopes there are: one, or one for each channel.
    init : float, default 0.25
        Their first value.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the slopes.
    data_format : {"NC", "NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis or the last.
    name : str, optional
        Shown in the layer's text.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not have the channels.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.PReLU()(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([-0.25,  2.  ], dtype=float32)
    """

    _weight: Parameter

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        weight_attr: ParamAttrLike = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.num_parameters = checks.integer("num_parameters", num_parameters, low=1)
        self.init = checks.real("init", init)
        dtypes.check_range(self._dtype, init=self.init)
        self.data_format = checks.choice("data_format", data_format, CHANNELS_FIRST + CHANNELS_LAST)
        self.name = check_name(name)
        weight = required_attr("weight_attr", weight_attr, self)
        self._weight = self.create_parameter([self.num_parameters], weight, default_initializer=Constant(self.init))

    def forward(self, x: Operand) -> Tensor:
        return functional.prelu(x, self._weight, self.data_format)

    def extra_repr(self) -> str:
        settings = {"num_parameters": self.num_parameters, "data_format": self.data_format, "init": self.init}
        return described(self.name, **settings, dtype=self._dtype.name)
