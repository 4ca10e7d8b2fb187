"""Smooth activations as layers."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.functional.activation import check_approximate
from paramattr.nn.functional.rectifier import not_zero
from paramattr.nn.layer.function import FunctionLayer, check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


class Sigmoid(FunctionLayer):
    """Return 1 / (1 + exp(-x)).

    Mirrors ``paddle.nn.Sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Sigmoid()(paramattr.to_tensor([0.0])).numpy()
    array([0.5], dtype=float32)
    """

    function = functional.sigmoid


class LogSigmoid(FunctionLayer):
    """Return log(1 / (1 + exp(-x))).

    Mirrors ``paddle.nn.LogSigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LogSigmoid()(paramattr.to_tensor([-1000.0])).numpy()
    array([-1000.], dtype=float32)
    """

    function = functional.log_sigmoid


class Tanh(FunctionLayer):
    """Return the hyperbolic tangent.

    Mirrors ``paddle.nn.Tanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Tanh()(paramattr.to_tensor([0.0])).numpy()
    array([0.], dtype=float32)
    """

    function = functional.tanh


class Tanhshrink(FunctionLayer):
    """Return x - tanh(x).

    Mirrors ``paddle.nn.Tanhshrink``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Tanhshrink()(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([ 0., 99.], dtype=float32)
    """

    function = functional.tanhshrink


class GELU(FunctionLayer):
    """Return x · Φ(x), with the normal cdf Φ.

    The settings, and what is refused, are those of `functional.gelu`. Mirrors ``paddle.nn.GELU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.GELU()(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """

    function = functional.gelu

    def __init__(self, approximate: bool | str = False, name: str | None = None) -> None:
        super().__init__(name)
        check_approximate(approximate)
        self.approximate = approximate


class Silu(FunctionLayer):
    """Return x / (1 + exp(-x)).

    The settings, and what is refused, are those of `functional.silu`. Mirrors ``paddle.nn.Silu``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Silu()(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """

    function = functional.silu

    def __init__(self, inplace: bool = False, name: str | None = None) -> None:
        super().__init__(name)
        self.inplace = checks.boolean("inplace", inplace)


SiLU = Silu


class Swish(FunctionLayer):
    """Return x / (1 + exp(-x)), as `Silu`.

    Mirrors ``paddle.nn.Swish``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Swish()(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """

    function = functional.swish


class Mish(FunctionLayer):
    """Return x · tanh(log(1 + exp(x))).

    Mirrors ``paddle.nn.Mish``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Mish()(paramattr.to_tensor([0.0, 100.0])).numpy()
    array([  0., 100.], dtype=float32)
    """

    function = functional.mish


class Softplus(FunctionLayer):
    """Return log(1 + exp(beta · x)) / beta, and x itself where beta · x is above ``threshold``.

    The settings, and what is refused, are those of `functional.softplus`. Mirrors ``paddle.nn.Softplus``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Softplus()(paramattr.to_tensor([-1000.0, 1000.0])).numpy()
    array([   0., 1000.], dtype=float32)
    """

    function = functional.softplus

    def __init__(self, beta: float = 1, threshold: float = 20, name: str | None = None) -> None:
        super().__init__(name)
        not_zero("beta", beta)
        checks.real("threshold", threshold)
        self.beta = beta
        self.threshold = threshold


class Softsign(FunctionLayer):
    """Return x / (1 + abs(x)).

    Mirrors ``paddle.nn.Softsign``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Softsign()(paramattr.to_tensor([-1.0, 3.0])).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """

    function = functional.softsign


class GLU(FunctionLayer):
    """Return the first half of x along ``axis`` times the sigmoid of the second.

    The settings, and what is refused, are those of `functional.glu`. Mirrors ``paddle.nn.GLU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.GLU()(paramattr.to_tensor([4.0, 0.0])).numpy()
    array([2.], dtype=float32)
    """

    function = functional.glu

    @also(dim="axis")
    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__(name)
        self.axis = checks.integer("axis", axis)


class Softmax(FunctionLayer):
    """Return exp(x) divided by its sum over ``axis``.

    The settings, and what is refused, are those of `functional.softmax`. Mirrors ``paddle.nn.Softmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Softmax()(paramattr.to_tensor([1.0, 1.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    function = functional.softmax

    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__(name)
        self.axis = checks.integer("axis", axis)


class LogSoftmax(FunctionLayer):
    """Return the logarithm of `Softmax`.

    The settings, and what is refused, are those of `functional.log_softmax`. Mirrors ``paddle.nn.LogSoftmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LogSoftmax()(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([    0., -1000.], dtype=float32)
    """

    function = functional.log_softmax

    def __init__(self, axis: int = -1, name: str | None = None) -> None:
        super().__init__(name)
        self.axis = checks.integer("axis", axis)


class Softmax2D(Layer):
    """Return `Softmax` over the channels of images.

    Mirrors ``paddle.nn.Softmax2D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.Softmax2D()(np.zeros([1, 2, 1, 1])).tolist()
    [[[[0.5]], [[0.5]]]]
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = check_name(name)

    def forward(self, x: Operand) -> Tensor:
        """Map ``x`` of shape ``[N, channels, height, width]`` or without N to the same shape."""
        x = as_tensor("x", x)
        if x.ndim not in (3, 4):
            raise ValueError(f"{self!r} expected an input of 3 or 4 axes, but received shape {x.shape!r}")
        return functional.softmax(x, -3)

    def extra_repr(self) -> str:
        return described(self.name)
