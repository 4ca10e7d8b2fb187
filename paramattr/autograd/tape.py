"""The tape: which arrays a value was made from, and the walk back through them. It knows no mathematics."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from paramattr.autograd import writes
from paramattr.utils import dtypes

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


# How many no_grad blocks there are within the innermost enable_grad; each thread and each asynchronous task counts apart.
no_grad_depth: ContextVar[int] = ContextVar("no_grad_depth", default=0)


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum ``gradient`` over the axes along which an input of ``shape`` was repeated, and round once."""
    padded = (1,) * (gradient.ndim - len(shape)) + shape
    repeated = tuple(axis for axis, size in enumerate(gradient.shape) if size != 1 and padded[axis] == 1)
    summed: Array = gradient.sum(axis=repeated, keepdims=True, dtype=dtypes.compute_dtype(gradient.dtype))
    return summed.astype(gradient.dtype, copy=False).reshape(shape)


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


def reached(roots: Sequence[Node], stops: set[Node]) -> set[Node]:
    """Return the nodes that `gradients` gives something: those that lie on a path from ``roots`` without a stop.

    As `backward`, it raises a RuntimeError where a part of the tape was let go.
    """
    found = set(_topological(Node(tuple(roots), (), np.ones(())), stops))
    for node in found:
        _check_not_freed(node)
    return found.difference(stops)


def _walk(
    roots: Sequence[tuple[Node, Array]], *, stops: Container[Node] = (), retain: bool
) -> Iterator[tuple[Node, Array]]:
    """Yield each node below ``roots`` with its gradient, before the gradient goes on to its parents."""
    nodes, starts = zip(*roots, strict=True)
    above = Node(nodes, tuple(_constant(start) for start in starts), np.ones(()))
    order = list(_topological(above, stops))
    for node in order:
        _check_not_freed(node)
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


def _check_not_freed(node: Node) -> None:
    if node.freed:
        raise RuntimeError(
            "backward() walked a graph that an earlier backward() released; pass retain_graph=True to the earlier call"
        )


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
