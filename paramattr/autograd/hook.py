"""The handle of a hook."""

from __future__ import annotations

import itertools
from typing import Any

_numbers = itertools.count()


class Hook:
    """What `Tensor.register_hook` returns.

    Mirrors Paddle's ``TensorHookRemoveHelper``.
    """

    def __init__(self, hooks: dict[int, Any], hook: object) -> None:
        self._hooks, self._number = hooks, next(_numbers)
        hooks[self._number] = hook

    def remove(self) -> bool:
        """Take the hook away; returns whether it was still there."""
        return self._hooks.pop(self._number, None) is not None
