"""The tape: which arrays a value was made from, and the walk back through them. It knows no mathematics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ContextDecorator
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Pullback = Callable[[Array], Array]


class Node:
    """One entry of the tape.

    Parameters
    ----------
    parents : sequence of Node or None
        The nodes of the inputs; None where an input needs no gradient.
    pullbacks : sequence of callable
        For each input, the function from the gradient of the value to the gradient of that input.
    shape, dtype
        Of the value itself: gradients arrive in them.
    sink : callable, optional
        Of a leaf: takes the gradient that has arrived.
    """

    __slots__ = ("__weakref__", "dtype", "freed", "parents", "pullbacks", "shape", "sink")

    def __init__(
        self,
        parents: Sequence[Node | None],
        pullbacks: Sequence[Pullback],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        sink: Callable[[Array], None] | None = None,
    ) -> None:
        self.parents = tuple(parents)
        self.pullbacks = tuple(pullbacks)
        self.shape = shape
        self.dtype = dtype
        self.sink = sink
        self.freed = False


class _Mode(threading.local):
    recording = True


_mode = _Mode()


def is_recording() -> bool:
    """Whether operations of this thread are recorded."""
    return _mode.recording


class no_grad(ContextDecorator):  # noqa: N801  (Paddle's name)
    """Compute without recording: a context manager and a decorator.

    Mirrors ``paddle.no_grad``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> with paramattr.no_grad():
    ...     y = x * 2.0
    >>> y.stop_gradient
    True
    """

    def __init__(self) -> None:
        self._outer: list[bool] = []

    def __enter__(self) -> None:
        self._outer.append(_mode.recording)
        _mode.recording = False

    def __exit__(self, *exc_info: object) -> None:
        _mode.recording = self._outer.pop()


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum ``gradient`` over the axes along which an input of ``shape`` was repeated."""
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    repeated = tuple(range(extra)) + tuple(
        axis + extra for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis + extra] != 1
    )
    summed: Array = gradient.sum(axis=repeated, keepdims=True)
    return summed.reshape(shape)


def backward(root: Node, gradient: Array, *, retain: bool) -> None:
    """Carry ``gradient`` from ``root`` to every leaf that it was made from.

    With ``retain`` the tape can be walked again; otherwise what it holds is let go on the way.

    Raises
    ------
    RuntimeError
        If a part of the tape was let go by an earlier walk.
    """
    order = list(_topological(root))
    if any(node.freed for node in order):
        raise RuntimeError(
            "backward() walked a graph that an earlier backward() released; pass retain_graph=True to the earlier call"
        )
    arrived: dict[int, Array] = {id(root): gradient}
    for node in order:
        # Every node here lies on a path from the root, so a gradient has arrived by now.
        total = arrived.pop(id(node))
        if node.sink is not None:
            node.sink(total)
        for parent, pullback in zip(node.parents, node.pullbacks, strict=True):
            if parent is None:
                continue
            part = unbroadcast(np.asarray(pullback(total)), parent.shape).astype(parent.dtype, copy=False)
            known = arrived.get(id(parent))
            arrived[id(parent)] = part if known is None else known + part
        if not retain and node.parents:
            node.parents, node.pullbacks, node.freed = (), (), True


def _topological(root: Node) -> Iterator[Node]:
    """Every node below ``root``, each before its parents. Iterative: a long chain must not exhaust the stack."""
    finished: list[Node] = []
    seen = {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if parent is not None and id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            finished.append(node)
            stack.pop()
    return reversed(finished)
