"""Classes under names: look-up by name, alias, config, class or instance, and configs back."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Generic, TypeVar

from paramattr.utils.record import Record

T = TypeVar("T")
C = TypeVar("C", bound=type)


@functools.cache
def snake_case(name: str) -> str:
    """``KaimingNormal`` to ``kaiming_normal``; ``Conv2D`` to ``conv2d``: a digit and what follows stay together."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Configurable(Record):
    """A frozen dataclass that is plain data: to a JSON-ready dict and back."""

    def _check(self, check: Callable[..., Any], *names: str, **bounds: Any) -> None:
        """Replace fields by what ``check`` returns for them; for ``__post_init__``."""
        for name in names:
            object.__setattr__(self, name, check(name, getattr(self, name), **bounds))

    def get_config(self) -> dict[str, Any]:
        """Return ``{"name": class name, field: value, …}``, ready for JSON.

        Examples
        --------
        >>> import paramattr
        >>> paramattr.initializer.Uniform(-0.5, 0.5).get_config()
        {'name': 'Uniform', 'low': -0.5, 'high': 0.5}
        """
        if not dataclasses.is_dataclass(self):
            raise TypeError(f"{type(self).__name__} must be a dataclass, or define get_config itself, to have a config")
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.init}
        return {"name": type(self).__name__, **fields}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Make an instance from the fields of ``config``, with the constructor's errors; its ``name`` is left out."""
        return cls(**{key: value for key, value in config.items() if key != "name"})


class Registry(Generic[T]):
    """Subclasses of ``base``, which has ``from_config``, under their names; messages call them ``label``.

    Those that ``own`` names, by their modules, are loaded and entered when the registry is first used.
    """

    def __init__(self, label: str, base: type[T], own: Mapping[str, Sequence[str]] | None = None) -> None:
        self._label = label
        self._base = base
        self._own = own or {}
        self._classes: dict[str, type[T]] = {}  # each under both of its names

    def __iter__(self) -> Iterator[type[T]]:
        return iter(dict.fromkeys(self._known().values()))

    def _known(self) -> dict[str, type[T]]:
        for module, names in self._own.items():
            for name in names:
                cls = getattr(import_module(module), name)
                self._classes.update({name: cls, snake_case(name): cls})
        self._own = {}
        return self._classes

    def register(self, cls: C) -> C:
        """Enter ``cls`` under its own name and that name in snake_case; return it, so it can be a decorator."""
        if not issubclass(cls, self._base):
            raise TypeError(f"only subclasses of {self._base.__name__} can be registered, but received {cls!r}")
        names = cls.__name__, snake_case(cls.__name__)
        classes = self._known()
        for key in names:
            taken = classes.get(key)
            # The same definition run again, as in a notebook cell, replaces itself.
            if taken is not None and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
                raise ValueError(f"the {self._label} name {key!r} is taken by {taken.__module__}.{taken.__qualname__}")
        classes.update(dict.fromkeys(names, cls))
        return cls  # type: ignore[return-value]  # narrowed by issubclass

    def lookup(self, name: str) -> type[T]:
        """Return the class registered under ``name`` or its snake_case alias."""
        classes = self._known()
        if name in classes:
            return classes[name]
        import difflib  # here, because a look-up that succeeds never needs it

        folded = {key.lower(): key for key in classes}
        near = difflib.get_close_matches(name.lower(), folded, n=1)
        hint = f"did you mean {folded[near[0]]!r}?" if near else f"known are {sorted(cls.__name__ for cls in self)}"
        raise ValueError(f"unknown {self._label} {name!r}; {hint}")

    def get(self, identifier: object) -> T:
        """Return an instance for a name, a config, a registered class or an instance."""
        if isinstance(identifier, self._base):
            return identifier
        if isinstance(identifier, str):
            return self.lookup(identifier)()
        if isinstance(identifier, type) and issubclass(identifier, self._base):
            return identifier()
        if isinstance(identifier, Mapping):
            name = identifier.get("name")
            if not isinstance(name, str):
                expected = "a string under 'name'"
                raise ValueError(f"{self._label} config must have {expected}, but received {dict(identifier)!r}")
            instance: T = self.lookup(name).from_config(identifier)  # type: ignore[attr-defined]
            return instance
        expected = f"a name, a config, a {self._base.__name__} class or an instance of one"
        raise TypeError(f"{self._label} must be {expected}, but received {identifier!r} ({type(identifier).__name__})")
