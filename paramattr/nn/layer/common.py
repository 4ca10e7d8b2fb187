"""Layers that change nothing but the shape, if anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.layer.function import check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class Identity(Layer):
    """Return the input itself; the constructor takes any arguments, and ignores them.

    Mirrors ``paddle.nn.Identity``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Identity(54, unused=0.1)(paramattr.to_tensor([1.0])).item()
    1.0
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Flatten(Layer):
    """Make several axes one.

    Mirrors ``paddle.nn.Flatten``.

    Parameters
    ----------
    start_axis, stop_axis : int, default 1, -1
        The first and the last of them.

    Raises
    ------
    TypeError, ValueError
        If an axis is not an integer; in use: if the input does not have it.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Flatten()(paramattr.to_tensor([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    def __init__(self, start_axis: int = 1, stop_axis: int = -1) -> None:
        super().__init__()
        self.start_axis = checks.integer("start_axis", start_axis)
        self.stop_axis = checks.integer("stop_axis", stop_axis)

    def forward(self, x: Tensor) -> Tensor:
        return functional.flatten(x, self.start_axis, self.stop_axis)


class Unflatten(Layer):
    """Make one axis several.

    Mirrors ``paddle.nn.Unflatten``.

    Parameters
    ----------
    axis : int
        The axis.
    shape : sequence of int
        The sizes that it becomes; one may be -1, which stands for the rest, and 0 as the first is the whole size.
    name : str, optional
        Shown in the layer's text.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the input does not have the axis, or its size is
        another.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Unflatten(1, [2, -1])(paramattr.to_tensor([[1.0, 2.0, 3.0, 4.0]])).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    def __init__(self, axis: int, shape: Sequence[int], name: str | None = None) -> None:
        super().__init__()
        self.axis = checks.integer("axis", axis)
        sizes = [
            checks.integer(f"shape[{i}]", n, low=-1) for i, n in enumerate(checks.several("shape", shape, "sizes"))
        ]
        if not sizes or sizes.count(-1) > 1:
            raise ValueError(f"shape must hold sizes, at most one of them -1, but received {shape!r}")
        self.shape = shape
        self.name = check_name(name)

    def forward(self, x: Operand) -> Tensor:
        x = as_tensor("x", x)
        place = checks.axis("axis", self.axis, x.ndim)
        before, size, after = x.numpy().shape[:place], x.numpy().shape[place : place + 1], x.numpy().shape[place + 1 :]
        return apply(rules.reshape, x, shape=(*before, *checks.new_shape("shape", self.shape, size), *after))

    def extra_repr(self) -> str:
        return described(self.name, axis=self.axis, shape=self.shape)
