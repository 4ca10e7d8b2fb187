"""A progress bar for checks that take long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def progress(steps: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Iterate over ``steps``; after two seconds, with tqdm installed, a terminal shows how many are done."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield from steps
        return
    yield from tqdm(steps, desc=what, total=total, delay=2.0, disable=None, leave=False)
