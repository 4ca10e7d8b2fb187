"""Arguments that Paddle takes under a second name, which PyTorch has for them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def also(name: str, other: str) -> Callable[[F], F]:
    """Return a decorator that lets the argument ``name`` of a function be given as ``other``, too.

    Examples
    --------
    >>> from paramattr.utils.alias import also
    >>> @also("axis", "dim")
    ... def flip(x, axis=0):
    ...     return x, axis
    >>> flip(1, dim=2)
    (1, 2)
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if other in kwargs:
                if name in kwargs:
                    raise TypeError(f"{function.__name__} takes {name} or {other}, but received both")
                kwargs[name] = kwargs.pop(other)
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate
