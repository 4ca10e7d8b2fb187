"""What layers share: those that are a function of one tensor and its settings, and those over spatial axes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


class FunctionLayer(Layer):
    """A function of one tensor, called with the settings that the layer has as attributes.

    A subclass names the ``function``. The settings are what its constructor takes, which checks and assigns them.
    """

    function: ClassVar[Callable[..., Tensor]]
    _settings: ClassVar[tuple[str, ...]] = ()
    name: str | None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "function" in vars(cls):
            cls._settings = tuple(key for key in inspect.signature(cls).parameters if key != "name")

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = check_name(name)

    def settings(self) -> dict[str, Any]:
        """Return the settings as they are now."""
        return {key: getattr(self, key) for key in self._settings}

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        return type(self).function(x, **self.settings())

    def extra_repr(self) -> str:
        return described(self.name, **self.settings())


class FunctionInTraining(FunctionLayer):
    """A function that does something else in training mode."""

    @also(input="x")
    def forward(self, x: Operand) -> Tensor:
        return type(self).function(x, **self.settings(), training=self.training)


class SpatialLayer(Layer):
    """A layer whose input has ``dims`` spatial axes beside those of batch and channels, in the order ``data_format``."""

    dims: ClassVar[int]
    data_format: str

    def _checked(self, x: Operand, channels: int | None = None) -> Tensor:
        """Return ``x``, which must have these axes, and as many ``channels`` if they are known."""
        x = as_tensor("x", x)
        if x.ndim != self.dims + 2 or channels not in (None, x.shape[self.data_format.index("C")]):
            layout = ", ".join(str(channels) if axis == "C" and channels else axis for axis in self.data_format)
            raise ValueError(f"{self!r} expected an input of shape [{layout}], but received {x.shape!r}")
        return x


def check_name(name: object) -> str | None:
    """Return the name that Paddle shows in the text of a layer."""
    if name is not None:
        checks.instance("name", name, str, "a string or None")
    return name  # type: ignore[return-value]  # which it is now


def described(name: str | None, *texts: str, **settings: object) -> str:
    """Return the text of settings, and of the ``name`` if there is one."""
    parts = [*texts, *(f"{key}={value}" for key, value in settings.items())]
    return ", ".join([*parts, f"name={name}"] if name else parts)
