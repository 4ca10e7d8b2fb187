"""The tape: which arrays a value was made from, and the walk back through them. It knows no mathematics."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from paramattr.autograd import writes
from paramattr.utils import dtypes

P = ParamSpec("P")
R = TypeVar("R")
Array = np.ndarray[Any, Any]
Pullback = Callable[[Array], Array]


class Node:
    """One entry of the tape: per input its node, None if it needs no gradient, and the pullback of a gradient to it.

    Gradients arrive in the ``shape`` and ``dtype`` of the value; a ``hook`` may change what goes on, and the ``sink``
    that every leaf has takes what has arrived.
    """

    __slots__ = ("__weakref__", "dtype", "freed", "hook", "parents", "pullbacks", "recorded", "shape", "sink")
    hook: Callable[[Array], Array] | None

    def __init__(
        self,
        parents: tuple[Node | None, ...],
        pullbacks: tuple[Pullback, ...],
        value: Array,
        sink: Callable[[Array], None] | None = None,
    ) -> None:
        self.parents = parents
        self.pullbacks = pullbacks
        self.shape, self.dtype = value.shape, value.dtype
        self.sink = sink
        self.hook = None
        self.freed = False
        self.recorded = writes.count


# How many enclosing no_grad blocks there are; each thread and each asynchronous task has a count of its own.
no_grad_depth: ContextVar[int] = ContextVar("no_grad_depth", default=0)


class no_grad:  # noqa: N801  (Paddle's name)
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

    def __enter__(self) -> None:
        no_grad_depth.set(no_grad_depth.get() + 1)

    def __exit__(self, *exc_info: object) -> None:
        no_grad_depth.set(no_grad_depth.get() - 1)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return ``function`` made to compute without recording."""
        if not callable(function):
            raise TypeError(f"function must be callable, but received {function!r} ({type(function).__name__})")

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            with self:
                return function(*args, **kwargs)

        @functools.wraps(function)
        def generate(*args: P.args, **kwargs: P.kwargs) -> Any:
            return _unrecorded(cast("Generator[Any, Any, Any]", function(*args, **kwargs)))

        @functools.wraps(function)
        async def wait(*args: P.args, **kwargs: P.kwargs) -> Any:
            with self:
                return await cast("Any", function(*args, **kwargs))

        if inspect.isgeneratorfunction(function):
            return generate
        return cast("Callable[P, R]", wait) if inspect.iscoroutinefunction(function) else call


def _unrecorded(steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Run a generator without recording, but only while it runs."""
    resume, given = steps.send, None
    while True:
        try:
            with no_grad():
                value = resume(given)
        except StopIteration as stop:
            return stop.value
        try:
            resume, given = steps.send, (yield value)
        except BaseException as error:
            resume, given = steps.throw, error


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum ``gradient`` over the axes along which an input of ``shape`` was repeated."""
    padded = (1,) * (gradient.ndim - len(shape)) + shape
    repeated = tuple(axis for axis, size in enumerate(gradient.shape) if size != 1 and padded[axis] == 1)
    summed: Array = gradient.sum(axis=repeated, keepdims=True)
    return summed.reshape(shape)


def backward(roots: Sequence[tuple[Node, Array]], *, retain: bool) -> None:
    """Carry each root's gradient to every leaf that the roots were made from.

    With ``retain`` the tape can be walked again; otherwise what it holds is let go on the way.

    Raises
    ------
    RuntimeError
        If a part of the tape was let go by an earlier walk, or values that it needs have changed; then no leaf has
        received anything.
    """
    for node, total in _walk(roots, retain=retain):
        if node.sink is not None:
            node.sink(total)


def gradients(
    roots: Sequence[tuple[Node, Array]], wanted: Sequence[Node], *, stops: Iterable[Node] = (), retain: bool
) -> list[Array | None]:
    """Return the gradients that arrive at the nodes ``wanted``, None where none does; no leaf receives anything.

    No gradient goes on from the nodes ``stops``. Errors and ``retain`` are those of `backward`.
    """
    found = {node: total for node, total in _walk(roots, stops=set(stops), retain=retain) if node in set(wanted)}
    return [found.get(node) for node in wanted]


def _walk(
    roots: Sequence[tuple[Node, Array]], *, stops: Container[Node] = (), retain: bool
) -> Iterator[tuple[Node, Array]]:
    """Yield each node below ``roots`` with its gradient, before the gradient goes on to its parents."""
    nodes, starts = zip(*roots, strict=True)
    above = Node(nodes, tuple(_constant(start) for start in starts), np.ones(()))
    order = list(_topological(above, stops))
    for node in order:
        if node.freed:
            raise RuntimeError(
                "backward() walked a graph that an earlier backward() released;"
                " pass retain_graph=True to the earlier call"
            )
        if node.recorded < writes.count:
            used = [back for parent, back in zip(node.parents, node.pullbacks, strict=True) if parent is not None]
            writes.check_none_since(node.recorded, used)
    arrived: dict[int, Array] = {id(above): np.ones(())}
    for node in order:
        # Every node here lies on a path from the roots, so a gradient has arrived by now.
        total = arrived.pop(id(node)).astype(node.dtype, copy=False)
        if node.hook is not None:
            total = node.hook(total)
        if node is not above:
            yield node, total
        if node in stops:
            continue
        for parent, pullback in zip(node.parents, node.pullbacks, strict=True):
            if parent is None:
                continue
            part = np.asarray(pullback(total))
            if part.shape != parent.shape:
                part = unbroadcast(part, parent.shape)
            if part.dtype is not parent.dtype or dtypes.is_narrow(parent.dtype):
                # Narrow gradients are added up in float32 and rounded once, when all have arrived.
                part = part.astype(dtypes.compute_dtype(parent.dtype), copy=False)
            known = arrived.get(id(parent))
            arrived[id(parent)] = part if known is None else known + part
        if not retain and node.parents:
            node.parents, node.pullbacks, node.freed = (), (), True


def _constant(start: Array) -> Pullback:
    return lambda _: start


def _topological(root: Node, stops: Container[Node]) -> Iterator[Node]:
    """Every node below ``root``, each before its parents. Iterative: a long chain must not exhaust the stack."""
    finished: list[Node] = []
    seen: set[Node] = set()
    stack = [(root, False)]
    while stack:
        node, all_below_done = stack.pop()
        if all_below_done:
            finished.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            for parent in () if node in stops else reversed(node.parents):
                if parent is not None and parent not in seen:
                    stack.append((parent, False))
    return reversed(finished)
