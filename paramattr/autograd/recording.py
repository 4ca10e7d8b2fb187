"""Whether steps are recorded: for a block, for a function, or from now on."""

from __future__ import annotations

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

from paramattr.autograd.tape import no_grad_depth
from paramattr.utils import checks

P = ParamSpec("P")
R = TypeVar("R")

# The depths outside of the blocks that are open, the innermost first; threads and asynchronous tasks have their own.
_outside: ContextVar[tuple[int, Any] | None] = ContextVar("outside", default=None)


class Mode(ABC):
    """A context manager and a decorator of functions, generators and coroutines."""

    @abstractmethod
    def _depth(self) -> int:
        """Return the depth inside of the block."""

    def _again(self) -> Mode:
        """Return what a decorated function enters at each call."""
        return self

    def __enter__(self) -> None:
        before = no_grad_depth.get()
        _outside.set((before, _outside.get()))
        no_grad_depth.set(self._depth())

    def __exit__(self, *exc_info: object) -> None:
        before, further = cast("tuple[int, Any]", _outside.get())
        _outside.set(further)
        no_grad_depth.set(before)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return ``function`` made to run in this mode."""
        if not callable(function):
            raise TypeError(f"function must be callable, but received {function!r} ({type(function).__name__})")

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            with self._again():
                return function(*args, **kwargs)

        @functools.wraps(function)
        def generate(*args: P.args, **kwargs: P.kwargs) -> Any:
            return self._stepwise(cast("Generator[Any, Any, Any]", function(*args, **kwargs)))

        @functools.wraps(function)
        async def wait(*args: P.args, **kwargs: P.kwargs) -> Any:
            with self._again():
                return await cast("Any", function(*args, **kwargs))

        if inspect.isgeneratorfunction(function):
            return generate
        return cast("Callable[P, R]", wait) if inspect.iscoroutinefunction(function) else call

    def _stepwise(self, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Run a generator in this mode, but only while it runs."""
        resume, given = steps.send, None
        while True:
            try:
                with self._again():
                    value = resume(given)
            except StopIteration as stop:
                return stop.value
            try:
                resume, given = steps.send, (yield value)
            except BaseException as error:
                resume, given = steps.throw, error


class no_grad(Mode):  # noqa: N801  (Paddle's name)
    """Compute without recording: a context manager and a decorator of functions, generators and coroutines.

    Mirrors ``paddle.no_grad``. What runs between two steps of a decorated generator is recorded as usual.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> with paramattr.no_grad():
    ...     y = x * 2.0
    >>> y.stop_gradient
    True
    """

    def _depth(self) -> int:
        return no_grad_depth.get() + 1


class enable_grad(Mode):  # noqa: N801  (Paddle's name)
    """Record again within `no_grad`: a context manager and a decorator, as that.

    Mirrors ``paddle.enable_grad``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> with paramattr.no_grad(), paramattr.enable_grad():
    ...     y = x * 2.0
    >>> y.stop_gradient
    False
    """

    def _depth(self) -> int:
        return 0


class set_grad_enabled(Mode):  # noqa: N801  (Paddle's name)
    """Record from now on, or no longer; in a ``with`` statement, and as a decorator, until its end.

    Mirrors ``paddle.set_grad_enabled``.

    Parameters
    ----------
    mode : bool
        Whether to record.

    Raises
    ------
    TypeError
        If ``mode`` is no bool.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> with paramattr.set_grad_enabled(False):
    ...     y = x * 2.0
    >>> y.stop_gradient, paramattr.is_grad_enabled()
    (True, True)
    """

    def __init__(self, mode: bool) -> None:
        self._mode = checks.boolean("mode", mode)
        self._before = no_grad_depth.get()
        no_grad_depth.set(self._depth())

    def _depth(self) -> int:
        return 0 if self._mode else 1

    def _again(self) -> Mode:
        return set_grad_enabled(self._mode)

    def __enter__(self) -> None:
        no_grad_depth.set(self._depth())

    def __exit__(self, *exc_info: object) -> None:
        no_grad_depth.set(self._before)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return ``function`` made to run in this mode, which what comes after the decoration does not."""
        self.__exit__()
        return super().__call__(function)


def is_grad_enabled() -> bool:
    """Return whether steps are recorded here.

    Mirrors ``paddle.is_grad_enabled``.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.no_grad():
    ...     print(paramattr.is_grad_enabled())
    False
    """
    return not no_grad_depth.get()
