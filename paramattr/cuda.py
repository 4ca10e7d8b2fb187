"""What a program asks about GPUs before it uses one: there is none."""

from __future__ import annotations

from paramattr.utils import absent

__all__ = ["device_count", "empty_cache", "is_available", "is_initialized"]

absent.explain(__name__)


def is_available() -> bool:
    """Return False: tensors are in the memory of the CPU."""
    return False


def is_initialized() -> bool:
    """Return False, as `is_available`."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def empty_cache() -> None:
    """Do nothing: there is no memory of a GPU."""
