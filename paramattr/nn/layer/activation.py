"""Activations as layers."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class ReLU(Layer):
    """Return max(x, 0).

    Mirrors ``paddle.nn.ReLU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.ReLU()(paramattr.to_tensor([0.0])).shape
    [1]
    """

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x)


class Tanh(Layer):
    """Return the hyperbolic tangent.

    Mirrors ``paddle.nn.Tanh``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Tanh()(paramattr.to_tensor([0.0])).shape
    [1]
    """

    def forward(self, x: Tensor) -> Tensor:
        return functional.tanh(x)


class Sigmoid(Layer):
    """Return 1 / (1 + exp(-x)).

    Mirrors ``paddle.nn.Sigmoid``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Sigmoid()(paramattr.to_tensor([0.0])).shape
    [1]
    """

    def forward(self, x: Tensor) -> Tensor:
        return functional.sigmoid(x)


class LeakyReLU(Layer):
    """Return x where it is positive, and ``negative_slope * x`` elsewhere.

    Mirrors ``paddle.nn.LeakyReLU``.

    Parameters
    ----------
    negative_slope : float, default 0.01
        Slope below 0.

    Raises
    ------
    TypeError, ValueError
        If ``negative_slope`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.LeakyReLU(0.5)(paramattr.to_tensor([-1.0])).item()
    -0.5
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        self.negative_slope = checks.real("negative_slope", negative_slope)

    def forward(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(x, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class GELU(Layer):
    """Return x · Φ(x), with the normal cdf Φ.

    The settings, and what is refused, are those of `functional.gelu`. Mirrors ``paddle.nn.GELU``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.GELU()(paramattr.to_tensor([0.0])).item()
    0.0
    """

    def __init__(self, approximate: bool | str = False) -> None:
        super().__init__()
        if isinstance(approximate, str):
            checks.choice("approximate", approximate, ["none", "tanh"])
        else:
            checks.boolean("approximate", approximate)
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        return functional.gelu(x, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate}"


class Softmax(Layer):
    """Return exp(x) divided by its sum over an axis.

    Mirrors ``paddle.nn.Softmax``.

    Parameters
    ----------
    axis : int, default -1
        The axis of the sum.

    Raises
    ------
    TypeError
        If ``axis`` is not an integer.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Softmax()(paramattr.to_tensor([1.0, 1.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = checks.integer("axis", axis)

    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(x, self.axis)

    def extra_repr(self) -> str:
        return f"axis={self.axis}"
