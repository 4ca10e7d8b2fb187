"""Whether a tensor needs a gradient, under both of its names."""

from __future__ import annotations

from typing import TypeVar

from paramattr.utils import checks

Self = TypeVar("Self", bound="HasRequirement")


class HasRequirement:
    """What inherits it says whether gradients stop there."""

    _stop_gradient = True

    @property
    def stop_gradient(self) -> bool:
        """Whether gradients stop here."""
        return self._stop_gradient

    @stop_gradient.setter
    def stop_gradient(self, value: bool) -> None:
        self._stop_gradient = checks.boolean("stop_gradient", value)

    @property
    def requires_grad(self) -> bool:
        """Whether the tensor needs a gradient: the opposite of ``stop_gradient``."""
        return not self.stop_gradient

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.stop_gradient = not checks.boolean("requires_grad", value)

    def requires_grad_(self: Self, requires_grad: bool = True) -> Self:
        """Set ``requires_grad``, and return the tensor."""
        self.requires_grad = requires_grad
        return self
