"""Linear."""

from __future__ import annotations

from paramattr.attr import ParamAttrLike, optional_attr, required_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
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
        First part of the layer's name.

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
        super().__init__(name)
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
        return f"in_features={self.in_features}, out_features={self.out_features}, dtype={self._dtype.name}"
