"""Initializers by name, alias and config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from paramattr.initializer.base import Initializer
from paramattr.utils.registry import Registry

C = TypeVar("C", bound=type)

# The library's own, by the modules of this package that define them.
OWN = {
    "constant": ["Assign", "Constant"],
    "kernel": ["Bilinear", "Dirac"],
    "normal": ["Normal", "TruncatedNormal"],
    "orthogonal": ["Orthogonal"],
    "uniform": ["Uniform"],
    "variance_scaling": ["KaimingNormal", "KaimingUniform", "XavierNormal", "XavierUniform"],
    "zero_row": ["ZeroRow"],
}

_registry: Registry[Initializer] = Registry(
    "initializer", Initializer, {f"paramattr.initializer.{module}": names for module, names in OWN.items()}
)


def register(cls: C) -> C:
    """Make an `Initializer` subclass available under its name, and that name in snake_case; return it, as a decorator.

    Raises
    ------
    TypeError
        If ``cls`` is not such a class.
    ValueError
        If another class has the name.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import paramattr
    >>> @paramattr.initializer.register
    ... @dataclass(frozen=True)
    ... class TinyNormal(paramattr.initializer.Initializer):
    ...     def distribution(self, shape):
    ...         return paramattr.random.Normal(0.0, 1e-3)
    >>> paramattr.nn.Linear(2, 2, weight_attr=paramattr.ParamAttr(initializer="tiny_normal")).weight.shape
    [2, 2]
    """
    return _registry.register(cls)


def get(identifier: object) -> Initializer:
    """Return the initializer that ``identifier`` stands for.

    Parameters
    ----------
    identifier : str, dict, type or Initializer
        A registered name or its snake_case alias, a config with ``"name"`` and the settings, a class, or an
        instance (returned as it is).

    Raises
    ------
    ValueError
        If the name is unknown (the message suggests the nearest) or a setting is out of range.
    TypeError
        If ``identifier`` or a setting is of the wrong kind, or the class defines no way to values.

    Examples
    --------
    >>> from paramattr import initializer
    >>> initializer.get({"name": "uniform", "low": 0.0})
    Uniform(low=0.0, high=1.0)
    """
    recipe = _registry.get(identifier)
    _ = recipe.made_by  # raises where the class defines no way to values
    return recipe


def from_config(config: Mapping[str, Any]) -> Initializer:
    """Return the initializer that a config, the outcome of ``get_config``, describes."""
    return get(dict(config))


def optional(name: str, value: object) -> Initializer | None:
    """Return ``get(value)``, None for None, with the argument's name in front of the error."""
    try:
        return None if value is None else get(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def registered() -> list[type[Initializer]]:
    """Return all registered classes, in the order of their registration."""
    return list(_registry)
