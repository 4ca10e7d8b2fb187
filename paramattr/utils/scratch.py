"""Scratch: arrays to compute in, that stay with their thread."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np


class Scratch(threading.local):
    """Arrays under names that their owner uses again and again: making large ones costs more than computing in them."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}

    def take(self, name: str, size: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """Return this thread's array ``name``, cut to ``size``; what is in it lasts until the next call for it."""
        array = self._arrays.get(name)
        if array is None or array.dtype != dtype or array.size < size:
            array = self._arrays[name] = np.empty(size, dtype)
        return array[:size]
