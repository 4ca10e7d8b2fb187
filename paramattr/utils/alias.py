"""Arguments that Paddle takes under a second name, or one by one, as PyTorch does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def also(name: str = "", other: str = "", *, spread: str | None = None) -> Callable[[F], F]:
    """Return a decorator that lets the argument ``name`` of a function be given as ``other``, too.

    The argument ``spread``, of several sizes, may be given as one positional argument for each.

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
        place = len(function.__code__.co_varnames) if spread is None else function.__code__.co_varnames.index(spread)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if len(args) > place + 1 and all(hasattr(arg, "__index__") for arg in args[place:]):
                args = (*args[:place], args[place:])
            if other in kwargs:
                if name in kwargs:
                    raise TypeError(f"{function.__name__} takes {name} or {other}, but received both")
                kwargs[name] = kwargs.pop(other)
            return function(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate
