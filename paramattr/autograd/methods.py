"""Methods of tensors that are looked up when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from paramattr.utils import absent

if TYPE_CHECKING:
    from paramattr.autograd.tensor import Tensor

_methods: Mapping[str, Callable[..., Any]] = {}


def methods_from(methods: Mapping[str, Callable[..., Any]]) -> None:
    """Give tensors ``methods`` by name."""
    global _methods
    _methods = methods


class _OnTheClass(type):
    """Finds the methods on the class too, as in ``Tensor.exp``."""

    def __getattr__(cls, name: str) -> Callable[..., Any]:
        if name not in _methods:
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        method = _methods[name]
        setattr(HasMethods, name, method)
        return method


class HasMethods(metaclass=_OnTheClass):
    """What inherits it has the methods that `methods_from` names, beside those it defines."""

    def __getattr__(self, name: str) -> Callable[..., Tensor]:
        if name not in _methods:
            raise absent.AbsentError("Tensor", name, lambda: dir(self))
        bound: Callable[..., Tensor] = getattr(HasMethods, name).__get__(self)
        return bound

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_methods]
