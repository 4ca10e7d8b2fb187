"""Dropout and its kind as layers."""

from __future__ import annotations

from collections.abc import Sequence

from paramattr.nn import functional
from paramattr.nn.functional.dropout import MODES
from paramattr.nn.functional.geometry import channels_last
from paramattr.nn.layer.function import FunctionInTraining, described
from paramattr.utils import checks


class Dropout(FunctionInTraining):
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

    function = functional.dropout

    def __init__(
        self,
        p: float = 0.5,
        inplace: bool = False,
        axis: int | Sequence[int] | None = None,
        mode: str = "upscale_in_train",
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        checks.axes("axis", axis)
        self.p = checks.real("p", p, low=0.0, high=1.0)
        self.inplace = checks.boolean("inplace", inplace)
        self.axis = axis
        self.mode = checks.choice("mode", mode, MODES)

    def extra_repr(self) -> str:
        return f"{described(self.name, p=self.p, axis=self.axis, mode=self.mode)}, inplace={self.inplace}"


class Dropout2D(FunctionInTraining):
    """Set whole channels of images to 0 at random, in training mode.

    The settings, and what is refused, are those of `functional.dropout2d`. Mirrors ``paddle.nn.Dropout2D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> layer = paramattr.nn.Dropout2D(0.5)
    >>> layer = layer.eval()
    >>> layer(np.ones([1, 2, 3, 3])).shape
    [1, 2, 3, 3]
    """

    function = functional.dropout2d

    def __init__(self, p: float = 0.5, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(name)
        channels_last(data_format, 2)
        self.p = checks.real("p", p, low=0.0, high=1.0)
        self.data_format = data_format


class Dropout3D(FunctionInTraining):
    """Set whole channels of volumes to 0 at random, in training mode.

    The settings, and what is refused, are those of `functional.dropout3d`. Mirrors ``paddle.nn.Dropout3D``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> layer = paramattr.nn.Dropout3D(0.5)
    >>> layer = layer.eval()
    >>> layer(np.ones([1, 2, 3, 3, 3])).shape
    [1, 2, 3, 3, 3]
    """

    function = functional.dropout3d

    def __init__(self, p: float = 0.5, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(name)
        channels_last(data_format, 3)
        self.p = checks.real("p", p, low=0.0, high=1.0)
        self.data_format = data_format


class AlphaDropout(FunctionInTraining):
    """Set elements at random to the value that `SELU` has far below 0, scaled and moved, in training mode.

    The settings, and what is refused, are those of `functional.alpha_dropout`. Mirrors ``paddle.nn.AlphaDropout``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> layer = paramattr.nn.AlphaDropout(0.5)
    >>> layer = layer.eval()
    >>> layer(np.ones([1, 2, 3])).shape
    [1, 2, 3]
    """

    function = functional.alpha_dropout

    def __init__(self, p: float = 0.5, name: str | None = None) -> None:
        super().__init__(name)
        self.p = checks.real("p", p, low=0.0, high=1.0)


class FeatureAlphaDropout(FunctionInTraining):
    """Do to whole channels at random what `AlphaDropout` does to elements, in training mode.

    The settings, and what is refused, are those of `functional.feature_alpha_dropout`. Mirrors
    ``paddle.nn.FeatureAlphaDropout``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> layer = paramattr.nn.FeatureAlphaDropout(0.5)
    >>> layer = layer.eval()
    >>> layer(np.ones([1, 2, 3])).shape
    [1, 2, 3]
    """

    function = functional.feature_alpha_dropout

    def __init__(self, p: float = 0.5, name: str | None = None) -> None:
        super().__init__(name)
        self.p = checks.real("p", p, low=0.0, high=1.0)
