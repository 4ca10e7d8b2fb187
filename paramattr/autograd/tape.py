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
    """One entry of the tape.

    Parameters
    ----------
    parents : tuple of Node or None
        The nodes of the inputs; None where an input needs no gradient.
    pullbacks : tuple of callable
        For each input, the function from the gradient of the value to the gradient of that input.
    shape, dtype
        Of the value itself: gradients arrive in them.
    sink : callable, optional
        Takes the gradient that has arrived: a leaf has one.

    Attributes
    ----------
    hook : callable or None
        From the gradient that has arrived to the one that goes on.
    """

    __slots__ = ("__weakref__", "dtype", "freed", "hook", "parents", "pullbacks", "recorded", "shape", "sink")
    hook: Callable[[Array], Array] | None

    def __init__(
        self,
        parents: tuple[Node | None, ...],
        pullbacks: tuple[Pullback, ...],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        sink: Callable[[Array], None] | None = None,
    ) -> None:
        self.parents = parents
        self.pullbacks = pullbacks
        self.shape = shape
        self.dtype = dtype
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
    extra = gradient.ndim - len(shape)
    repeated = tuple(range(extra)) + tuple(
        axis + extra for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis + extra] != 1
    )
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
    above = Node(nodes, tuple(_constant(start) for start in starts), (), np.dtype(np.float64))
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
    seen = {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if parent is not None and id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(() if parent in stops else parent.parents)))
                break
        else:
            finished.append(node)
            stack.pop()
    return reversed(finished)
