"""Calls in the manner of PyTorch that Paddle takes too: second names of arguments, and sizes given one by one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def also(*, spread: str | None = None, defaults: Mapping[str, Any] | None = None, **names: str) -> Callable[[F], F]:
    """Return a decorator that lets arguments of a function be given under the second ``names``, too.

    Parameters
    ----------
    spread : str, optional
        An argument of several sizes that may be given one by one, in its place and those after it.
    defaults : dict, optional
        What other arguments are, if not given, in a call that uses one of the second names.
    **names : str
        The argument that each second name stands for.

    Examples
    --------
    >>> from paramattr.utils.alias import also
    >>> @also(spread="shape", dim="axis")
    ... def take(x, shape, axis=0):
    ...     return x, shape, axis
    >>> take(1, 2, 3)
    (1, (2, 3), 0)
    >>> take(1, [2], dim=2)
    (1, [2], 2)
    """

    def decorate(function: F) -> F:
        place = 0 if spread is None else function.__code__.co_varnames.index(spread)
        last = place + 1 if spread else 0

        # A call without second names pays for no look at them: Python itself finds that they are not the function's.
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if last and len(args) > last and all(map(_is_size, args[place:])):
                args = (*args[:place], args[place:])
            if not kwargs:
                return function(*args)
            try:
                return function(*args, **kwargs)
            except TypeError:
                if names.keys().isdisjoint(kwargs):
                    raise
            return function(*args, **_renamed(function.__name__, names, {**(defaults or {}), **kwargs}))

        return call  # type: ignore[return-value]

    return decorate


def _renamed(function: str, names: Mapping[str, str], given: dict[str, Any]) -> dict[str, Any]:
    for other, name in names.items():
        if other in given:
            if name in given:
                raise TypeError(f"{function} takes {name} or {other}, but received both")
            given[name] = given.pop(other)
    return given


def _is_size(value: object) -> bool:
    """Whether a value is an integer or may be a tensor that holds one, and not a dtype, as ``numpy.int64`` is."""
    return hasattr(value, "__index__") and not isinstance(value, type)


def by_dim(other: Callable[..., Any]) -> Callable[[F], F]:
    """Return a decorator that hands calls with an axis before the index, as in PyTorch, to another function.

    Examples
    --------
    >>> from paramattr.utils.alias import by_dim
    >>> @by_dim(lambda x, dim, index: ("PyTorch", dim, index))
    ... def gather(x, index, axis=0):
    ...     return "Paddle", axis, index
    >>> gather(None, 1, [0]), gather(None, dim=1, index=[0]), gather(None, [0], 1)
    (('PyTorch', 1, [0]), ('PyTorch', 1, [0]), ('Paddle', 1, [0]))
    """

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            taken = isinstance(args[1], int) if len(args) > 1 else "dim" in kwargs
            return (other if taken else function)(*args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate
