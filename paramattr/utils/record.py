"""What a frozen dataclass of plain settings says of itself, written once.

``@dataclass`` would generate the same methods for every class anew, and that is what importing a library of many small
classes spends most of its time on. Use ``@dataclass(frozen=True, repr=False, eq=False)`` below this base.
"""

from __future__ import annotations

import dataclasses
from typing import Any


class Record:
    """Base class that prints, compares and hashes a dataclass by its fields, and keeps every attribute from change."""

    def _settings(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in getattr(self, "__dataclass_fields__", ()))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._settings() == other._settings()

    def __hash__(self) -> int:
        return hash((type(self), self._settings()))

    def __repr__(self) -> str:
        names = getattr(self, "__dataclass_fields__", ())
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
