"""Gradients of several tensors at once: into ``grad`` of the leaves, or as a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from paramattr.autograd import tape
from paramattr.autograd.tensor import Tensor
from paramattr.utils import checks

__all__ = ["backward", "grad"]


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool = False,
    *,
    dump_backward_graph_path: str | None = None,
) -> None:
    """Add to the ``grad`` of every leaf that several tensors were made from.

    Mirrors ``paddle.autograd.backward``.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        Where the walk back begins; each is named once.
    grad_tensors : Tensor or sequence of Tensor or None, optional
        For each the gradient to start from, of its shape; 1 for each element where it is None.
    retain_graph : bool, default False
        Keep the recorded graph so that it can be walked again.
    dump_backward_graph_path : None
        Paddle's file of the graph, which is not written here.

    Raises
    ------
    TypeError, ValueError
        If what is given are no tensors, lengths or shapes do not match, or a tensor is named twice.
    RuntimeError
        As `Tensor.backward`; then no leaf has received anything.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> paramattr.autograd.backward([x * 2.0, x * x])
    >>> x.grad.numpy()
    array([4., 6.], dtype=float32)
    """
    roots = _tensors("tensors", tensors)
    for place, root in enumerate(roots):
        if root.stop_gradient:
            raise RuntimeError(f"tensors[{place}] must have stop_gradient=False, but {root._label()} has True")
    _check_no_dump(dump_backward_graph_path)
    retain = checks.boolean("retain_graph", retain_graph)
    tape.backward(_starts("grad_tensors", roots, grad_tensors), retain=retain)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool = False,
    no_grad_vars: Tensor | Iterable[Tensor] | None = None,
    *,
    dump_backward_graph_path: str | None = None,
) -> list[Tensor | None]:
    """Return the gradients of the sum of ``outputs`` in each of ``inputs``; no ``grad`` of any tensor changes.

    Mirrors ``paddle.grad``. The other arguments are those of `backward`, where ``grad_outputs`` are ``grad_tensors``.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
        The tensors to differentiate, and those to differentiate in.
    retain_graph : bool, optional
        Keep the recorded graph so that it can be walked again; None stands for ``create_graph``.
    create_graph : bool, default False
        Record the gradients too; only False is possible here.
    only_inputs : bool, default True
        Give nothing to other leaves; only True is possible, as in Paddle.
    allow_unused : bool, default False
        Return None for an input that no output was made from.
    no_grad_vars : Tensor or iterable of Tensor, optional
        Tensors that no gradient goes through.

    Raises
    ------
    TypeError, ValueError
        If what is given are no tensors, lengths or shapes do not match, an input is unused, or a setting is not possible.
    RuntimeError
        If the graph was let go by an earlier walk, or values that it needs have changed.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
    >>> (slope,) = paramattr.grad((x * x).sum(), x)
    >>> slope.numpy(), x.grad
    (array([2., 4.], dtype=float32), None)
    """
    _check_possible(create_graph, only_inputs, dump_backward_graph_path)
    unused = checks.boolean("allow_unused", allow_unused)
    retain = False if retain_graph is None else checks.boolean("retain_graph", retain_graph)
    roots, leaves = _tensors("outputs", outputs), _tensors("inputs", inputs)
    starts = _starts("grad_outputs", roots, grad_outputs)
    barred = [] if no_grad_vars is None else _tensors("no_grad_vars", no_grad_vars, least=0)
    stops = {tensor._tape_entry() for tensor in barred if not tensor.stop_gradient}
    nodes = [None if tensor.stop_gradient else tensor._tape_entry() for tensor in leaves]
    wanted = tape.reached([node for node, _ in starts], stops).intersection(nodes)
    if not unused:
        _check_used(leaves, [node in wanted for node in nodes])
    found = _gradients(starts, list(wanted), stops, retain)
    # A gradient may be a view of a part of another.
    return [Tensor(found[node].copy()) if node in found else None for node in nodes]


def _check_possible(create_graph: bool, only_inputs: bool, path: str | None) -> None:
    if checks.boolean("create_graph", create_graph):
        raise ValueError("create_graph must be False, but received True: derivatives are not recorded here")
    if not checks.boolean("only_inputs", only_inputs):
        raise ValueError("only_inputs must be True, but received False; backward() gives to all leaves")
    _check_no_dump(path)


def _gradients(
    starts: list[tuple[tape.Node, tape.Array]], wanted: list[tape.Node], stops: set[tape.Node], retain: bool
) -> dict[tape.Node | None, tape.Array]:
    """Return the gradient of each node ``wanted``; without any, the graph is not walked."""
    parts = tape.gradients(starts, wanted, stops=stops, retain=retain) if wanted else []
    return {node: part for node, part in zip(wanted, parts, strict=True) if part is not None}


def _check_used(inputs: list[Tensor], used: list[bool]) -> None:
    for place, (tensor, is_used) in enumerate(zip(inputs, used, strict=True)):
        if not is_used:
            raise ValueError(
                f"inputs[{place}] must be a tensor that outputs were made from, but received {tensor._label()} of"
                f" shape {tensor.shape!r}, which is not; with allow_unused=True its gradient is None"
            )


def _check_no_dump(path: str | None) -> None:
    if path is not None:
        raise ValueError(
            f"dump_backward_graph_path must be None, but received {path!r}: no file of the graph is written"
        )


def _tensors(name: str, value: Any, *, least: int = 1) -> list[Tensor]:
    """Return one tensor or several as a list in which each is once."""
    expected = "a Tensor or a sequence of them"
    tensors = [value] if isinstance(value, Tensor) else checks.several(name, value, expected)
    for place, tensor in enumerate(tensors):
        checks.instance(f"{name}[{place}]", tensor, Tensor, "a Tensor")
    if len(tensors) < least:
        raise ValueError(f"{name} must be {expected}, but received {value!r}")
    if len({id(tensor) for tensor in tensors}) < len(tensors):
        raise ValueError(f"{name} must name each tensor once, but received some twice among {len(tensors)}")
    return tensors


def _starts(name: str, roots: list[Tensor], gradients: Any) -> list[tuple[tape.Node, tape.Array]]:
    """Return where the walk back begins, and with which gradients; nothing for tensors where gradients stop."""
    if gradients is None:
        gradients = [None] * len(roots)
    elif isinstance(gradients, Tensor):
        gradients = [gradients]
    gradients = checks.several(name, gradients, "a Tensor, a sequence of them or None")
    if len(gradients) != len(roots):
        raise ValueError(f"{name} must hold a gradient per tensor, {len(roots)}, but received {len(gradients)}")
    for place, gradient in enumerate(gradients):
        checks.instance(f"{name}[{place}]", gradient, (Tensor, type(None)), "a Tensor or None")
    pairs = enumerate(zip(roots, gradients, strict=True))
    return [root._root(f"{name}[{place}]", start) for place, (root, start) in pairs if not root.stop_gradient]
