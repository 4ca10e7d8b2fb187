"""Automatic names, and the names that are taken while their parameters live.

Mirrors ``paddle.utils.unique_name``, except that a name is free again once its owner is gone.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from paramattr.utils import threads

__all__ = ["claim", "generate", "guard"]


class _Scope:
    """Counters per prefix, and the owner of each taken name."""

    def __init__(self) -> None:
        self.counters: dict[str, Iterator[int]] = {}
        # Plain references, looked at when a name is asked for: a WeakValueDictionary takes longer than all else here.
        self.owners: dict[str, weakref.ref[object]] = {}
        self.limit = 1024

    def owner(self, name: str) -> object | None:
        reference = self.owners.get(name)
        return None if reference is None else reference()

    def forget_the_dead(self) -> None:
        # From a copy, because a collection of garbage in between may take names.
        for name, reference in self.owners.copy().items():
            if reference() is None and self.owners.get(name) is reference:
                del self.owners[name]
        self.limit = 1024 + 2 * len(self.owners)


_scope = _Scope()


def generate(key: str) -> str:
    """Return the prefix ``key`` with the next number of its own counter, skipping names in use.

    Examples
    --------
    >>> from paramattr.utils import unique_name
    >>> with unique_name.guard():
    ...     unique_name.generate("linear"), unique_name.generate("linear")
    ('linear_0', 'linear_1')
    """
    scope = _scope
    # The counter is found, made and moved on in one step each: another thread may ask for names as well.
    counter = scope.counters.get(key) or scope.counters.setdefault(key, itertools.count())
    while True:
        name = f"{key}_{next(counter)}"
        if name not in scope.owners or scope.owner(name) is None:
            return name


def is_taken(name: str) -> bool:
    """Whether a living owner holds ``name``."""
    return _scope.owner(name) is not None


def taken(name: str) -> ValueError:
    """Return the error for a name that has another owner."""
    return ValueError(f"name {name!r} is in use by another parameter; choose another name or delete that parameter")


def claim(name: str, owner: object) -> None:
    """Give ``name`` to ``owner`` for as long as ``owner`` lives.

    Raises
    ------
    ValueError
        If another living owner has the name.
    """
    scope, reference = _scope, weakref.ref(owner)
    # A free name is taken in one step, without the lock, which costs as much as all the rest here.
    if scope.owners.setdefault(name, reference) is not reference:
        with threads.lock:
            holder = scope.owner(name)
            if holder is not None and holder is not owner:
                raise taken(name)
            scope.owners[name] = reference
    if len(scope.owners) > scope.limit:
        with threads.lock:
            scope.forget_the_dead()


def release(name: str, owner: object) -> None:
    """Make ``name`` free again, if it is ``owner`` that holds it."""
    with threads.lock:
        if _scope.owner(name) is owner:
            del _scope.owners[name]


@contextmanager
def guard() -> Iterator[None]:
    """Start all counters and taken names afresh inside a ``with`` block, and restore them after it.

    Mirrors ``paddle.utils.unique_name.guard``: two models built each in its own guard get the same names.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.utils.unique_name.guard():
    ...     paramattr.nn.Linear(2, 3).weight.name
    'linear_0.w_0'
    """
    global _scope
    outer, _scope = _scope, _Scope()
    try:
        yield
    finally:
        _scope = outer
