"""The affine map, and the bilinear one."""

from __future__ import annotations

from paramattr.attr import ParamAttrLike, optional_attr, required_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.layer.function import check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks


class Linear(Layer):
    """The affine map ``x @ weight + bias``.

    Mirrors ``paddle.nn.Linear``.

    Parameters
    ----------
    in_features, out_features : int
        Sizes of the last axis of input and output, >= 0.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the weight, of shape ``[in_features, out_features]``; XavierUniform by default.
    bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the bias, of shape ``[out_features]``; 0 by default. False: no bias.
    name : str, optional
        Shown in the layer's text.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input's last axis is not ``in_features``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Linear(3, 2)
    >>> layer(paramattr.to_tensor([[1.0, 2.0, 3.0]])).shape
    [1, 2]
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.name = check_name(name)
        self.in_features = checks.integer("in_features", in_features, low=0)
        self.out_features = checks.integer("out_features", out_features, low=0)
        weight, bias = required_attr("weight_attr", weight_attr, self), optional_attr("bias_attr", bias_attr)
        self.weight = self.create_parameter([self.in_features, self.out_features], weight)
        self.bias = self.create_parameter([self.out_features], bias, is_bias=True)

    def forward(self, x: Operand) -> Tensor:
        """Map ``x`` of shape ``[*, in_features]`` to ``[*, out_features]``."""
        x = as_tensor("x", x)
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(f"{self!r} expected an input of shape [*, {self.in_features}], but received {x.shape!r}")
        return functional.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        sizes = {"in_features": self.in_features, "out_features": self.out_features}
        return described(self.name, **sizes, dtype=self._dtype.name)


class Bilinear(Layer):
    """The map of two inputs that for each output k is the sum of ``x1[i] * weight[k, i, j] * x2[j]``, plus a bias.

    Mirrors ``paddle.nn.Bilinear``.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
        Sizes of the last axis of the inputs and of the output, >= 1.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the weight, of shape ``[out_features, in1_features, in2_features]``; XavierUniform by default.
    bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the bias, of shape ``[1, out_features]``; 0 by default. False: no bias.
    name : str, optional
        Shown in the layer's text.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the inputs do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Bilinear(2, 3, 4)(np.ones([5, 2]), np.ones([5, 3])).shape
    [5, 4]
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.name = check_name(name)
        self.in1_features = checks.integer("in1_features", in1_features, low=1)
        self.in2_features = checks.integer("in2_features", in2_features, low=1)
        self.out_features = checks.integer("out_features", out_features, low=1)
        weight, bias = required_attr("weight_attr", weight_attr, self), optional_attr("bias_attr", bias_attr)
        self.weight = self.create_parameter([self.out_features, self.in1_features, self.in2_features], weight)
        self.bias = self.create_parameter([1, self.out_features], bias, is_bias=True)

    def forward(self, x1: Operand, x2: Operand) -> Tensor:
        """Map ``x1`` of shape ``[N, in1_features]`` and ``x2`` of ``[N, in2_features]`` to ``[N, out_features]``."""
        return functional.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self) -> str:
        sizes = {key: getattr(self, key) for key in ("in1_features", "in2_features", "out_features")}
        return described(self.name, **sizes, dtype=self._dtype.name)
