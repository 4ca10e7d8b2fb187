"""Paddle's functions of tensors, in modules of Paddle's names; each is loaded when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from paramattr.autograd.tensor import methods_from

# Where each name is defined; one that ends in _ and is not defined itself is the in-place form of the one without.
_NAMES = {
    "activation": "sigmoid sigmoid_ softmax",
    "creation": "to_tensor",
    "linalg": "matmul",
    "manipulation": "cast concat flatten flatten_ reshape reshape_ stack transpose",
    "math": "abs add add_ exp exp_ floor_divide log max maximum mean minimum sqrt sum tanh tanh_",
    "search": "argmax where",
}
HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

# Functions that have no tensor to be a method of.
_FUNCTIONS_ONLY = {"creation", "random"}

__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'paramattr.tensor' has no attribute {name!r}")
    module = import_module(f"paramattr.tensor.{HOMES[name]}")
    if name in module.__dict__:
        return module.__dict__[name]
    from paramattr.tensor.function import in_place

    function = in_place(getattr(module, name[:-1]))
    setattr(module, name, function)
    return function


class _Methods(Mapping[str, Callable[..., Any]]):
    """The functions that have a tensor to be a method of, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self:
            raise KeyError(name)
        function: Callable[..., Any] = __getattr__(name)
        return function

    def __contains__(self, name: object) -> bool:
        return HOMES.get(name, "creation") not in _FUNCTIONS_ONLY  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[str]:
        return (name for name in HOMES if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


methods_from(_Methods())
