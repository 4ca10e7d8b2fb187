"""Flatten and Dropout."""

from __future__ import annotations

from collections.abc import Sequence

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.common import MODES
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


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


class Dropout(Layer):
    """Set elements to 0 at random, in training mode.

    The settings, and what is refused, are those of `functional.dropout`. Mirrors ``paddle.nn.Dropout``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Dropout(0.5)
    >>> layer = layer.eval()
    >>> layer(paramattr.to_tensor([1.0, 2.0])).numpy()
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self, p: float = 0.5, *, axis: int | Sequence[int] | None = None, mode: str = "upscale_in_train"
    ) -> None:
        super().__init__()
        self.p = checks.real("p", p, low=0.0, high=1.0)
        checks.axes("axis", axis)
        self.axis = axis
        self.mode = checks.choice("mode", mode, MODES)

    def forward(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.p, self.axis, self.training, mode=self.mode)

    def extra_repr(self) -> str:
        return f"p={self.p}, axis={self.axis}, mode={self.mode}"
