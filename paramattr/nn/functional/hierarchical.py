"""Losses over many classes that look at few: trees and clusters of classes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.binary_loss import logistic, softplus
from paramattr.nn.functional.linear import linear
from paramattr.nn.functional.loss import class_numbers, in_full_precision, loss, one_per_row, reduced, rounded
from paramattr.nn.functional.softmax import log_softmax
from paramattr.tensor.arguments import integer_array
from paramattr.tensor.joining import concat
from paramattr.utils import checks


def hsigmoid_loss(
    input: Operand,
    label: Operand,
    num_classes: int,
    weight: Operand,
    bias: Operand | None = None,
    path_table: Operand | None = None,
    path_code: Operand | None = None,
    is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the sum of the binary cross entropies along the path to the label in a tree of classes, of shape ``[N, 1]``.

    Mirrors ``paddle.nn.functional.hsigmoid_loss``; as there, each step that a path is shorter than the longest adds
    log(2), which no gradient sees.

    Parameters
    ----------
    input : Tensor or array_like
        Of shape ``[N, size]``.
    label : Tensor or array_like
        Class numbers, of shape ``[N]`` or ``[N, 1]``.
    num_classes : int
        The number of classes, >= 2.
    weight : Tensor or array_like
        A vector per node, of shape ``[num_classes - 1, size]``; any number of nodes with a tree of your own.
    bias : Tensor or array_like, optional
        A number per node, of shape ``[nodes, 1]``.
    path_table, path_code : Tensor or array_like, optional
        For a tree of your own: the nodes from the root to the label of each sample and whether the path goes on at 1
        there or at 0, of shape ``[N, steps]``; negative where the path has ended. By default the tree is a complete
        binary one.
    is_sparse : bool, default False
        Has no effect: gradients are dense here.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> x, nodes = paramattr.to_tensor([[1.0, 1.0]]), paramattr.to_tensor([[0.0, 0.0]])
    >>> paramattr.nn.functional.hsigmoid_loss(x, paramattr.to_tensor([1]), 2, nodes).numpy().round(4)
    array([[0.6931]], dtype=float32)
    """
    given, nodes = as_tensor("input", input), as_tensor("weight", weight)
    classes = checks.integer("num_classes", num_classes, low=2)
    checks.boolean("is_sparse", is_sparse)
    _check_shapes(given, nodes, bias)
    numbers = one_per_row("label", label, len(given))
    if path_table is None and path_code is None:
        index, code, kept = _complete_tree(numbers, classes, nodes)
    else:
        index, code, kept = _paths(path_table, path_code, len(given), len(nodes))
    inputs = {"input": input, "weight": weight, **({} if bias is None else {"bias": bias})}
    return loss(_along_paths, inputs, "none", index=index, code=code, kept=kept)


def _check_shapes(input: Tensor, weight: Tensor, bias: Operand | None) -> None:
    if input.ndim != 2 or weight.ndim != 2 or input.shape[1] != weight.shape[1]:
        raise ValueError(
            f"input and weight must have shapes [N, size] and [nodes, size], but received {input.shape!r}"
            f" and {weight.shape!r}"
        )
    if bias is not None and as_tensor("bias", bias).shape not in ([len(weight), 1], [len(weight)]):
        raise ValueError(f"bias must have shape [{len(weight)}, 1], but received {as_tensor('bias', bias).shape!r}")


def _complete_tree(label: Array, classes: int, weight: Tensor) -> tuple[Array, Array, Array]:
    """Return the node, the turn, and whether there is one at all, at each step from the label to the root."""
    class_numbers("label", label, classes)
    if len(weight) < classes - 1:
        raise ValueError(f"weight must have shape [{classes - 1}, size], but received {weight.shape!r}")
    # Class c is the leaf with the number c + classes; the parent of a node is half its number, and the root is 1.
    steps = np.arange((classes - 1).bit_length())
    leaf = label.astype(np.int64)[:, None] + classes
    node = leaf >> (steps + 1)
    kept = node > 0
    return np.where(kept, node - 1, 0), (leaf >> steps & 1) * kept, kept


def _paths(path_table: Operand | None, path_code: Operand | None, rows: int, nodes: int) -> tuple[Array, Array, Array]:
    """Return the node, the turn, and whether there is one at all, at each step of paths that are given."""
    if path_table is None or path_code is None:
        raise ValueError("path_table and path_code must be given together")
    table, code = integer_array("path_table", path_table), integer_array("path_code", path_code)
    for name, array in (("path_table", table), ("path_code", code)):
        if array.ndim != 2 or array.shape != (rows, table.shape[1]):
            raise ValueError(f"{name} must have shape [{rows}, steps], but received {list(array.shape)}")
    kept = np.logical_and.accumulate(table >= 0, axis=1)
    class_numbers("path_table", np.where(kept, table, 0), nodes)
    return np.where(kept, table, 0), class_numbers("path_code", np.where(kept, code, 0), 2), kept


@reduced
def _along_paths(input: Array, weight: Array, *bias: Array, index: Array, code: Array, kept: Array) -> Outcome:
    rows = weight[index]
    scores = (rows @ input[:, :, None])[..., 0]
    nodes, bias_shape = len(weight), [values.shape for values in bias]
    for values in bias:
        scores = scores + values.reshape(-1)[index]
    scores = np.where(kept, scores, 0)
    losses = softplus(scores) - code * scores
    slope = ((logistic(scores) - code) * kept).astype(scores.dtype)

    def to_nodes(values: Array, shape: tuple[int, ...]) -> Array:
        gradient = np.zeros(shape, scores.dtype)
        np.add.at(gradient, index, values)
        return gradient

    pullbacks = (
        lambda g: ((g * slope)[:, None, :] @ rows)[:, 0],
        lambda g: to_nodes((g * slope)[..., None] * input[:, None, :], (nodes, input.shape[1])),
        lambda g: to_nodes(g * slope, (nodes,)).reshape(bias_shape[0]),
    )
    return losses.sum(axis=1, keepdims=True).astype(scores.dtype), pullbacks[: 2 + len(bias)]


def adaptive_log_softmax_with_loss(
    input: Operand,
    label: Operand,
    head_weight: Operand,
    tail_weights: Sequence[Sequence[Operand]],
    cutoffs: Sequence[int],
    head_bias: Operand | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Return the logarithms of the labels' probabilities, and minus their mean, where rare classes stand in clusters.

    Mirrors ``paddle.nn.functional.adaptive_log_softmax_with_loss``. The logarithms have the shape of ``label``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Of shape ``[N, size]``, and class numbers, of shape ``[N]``; ``[size]`` and ``[]`` for one sample.
    head_weight : Tensor or array_like
        Of shape ``[size, head]``: a column for each class below ``cutoffs[0]``, and one for each cluster.
    tail_weights : sequence of pairs of Tensor or array_like
        For each cluster two matrices that lead from ``size`` to its classes.
    cutoffs : sequence of int
        Where the first cluster begins, where each other does, and the number of classes, which may be left out.
    head_bias : Tensor or array_like, optional
        Of shape ``[head]``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Grave et al., "Efficient softmax approximation for GPUs", 2017.

    Examples
    --------
    >>> import paramattr
    >>> x, head = paramattr.to_tensor([[1.0]]), paramattr.to_tensor([[0.0, 0.0]])
    >>> tail = [[paramattr.to_tensor([[1.0]]), paramattr.to_tensor([[0.0, 0.0]])]]
    >>> round(paramattr.nn.functional.adaptive_log_softmax_with_loss(x, [2], head, tail, [1, 3])[1].item(), 4)
    1.3863
    """
    given, numbers = as_tensor("input", input), as_tensor("label", label)
    if (given.ndim, numbers.ndim) not in ((2, 1), (1, 0)) or given.shape[:-1] != numbers.shape:
        raise ValueError(
            f"input and label must have shapes [N, size] and [N], or [size] and [], but received {given.shape!r}"
            f" and {numbers.shape!r}"
        )
    edges, pairs = _clusters(cutoffs, tail_weights)
    rows = in_full_precision(given).reshape([-1, given.shape[-1]])
    places = class_numbers("label", numbers, edges[-1]).reshape(-1)
    cluster = np.searchsorted(edges[:-1], places, side="right")
    head = log_softmax(_projected(rows, "head_weight", head_weight, edges[0] + len(edges) - 1, head_bias), 1)
    found = head[np.arange(len(places)), np.where(cluster == 0, places, edges[0] + cluster - 1)]
    found = found + _within_clusters(rows, places, cluster, pairs, edges)
    return rounded(found if numbers.ndim else found.reshape([]), given), rounded(-found.mean(), given)


def _clusters(
    cutoffs: Sequence[int], tail_weights: Sequence[Sequence[Operand]]
) -> tuple[list[int], list[Sequence[Operand]]]:
    """Return where each cluster begins and the last one ends, and the matrices of each."""
    edges, pairs = check_edges(cutoffs), checks.several("tail_weights", tail_weights, "a sequence of pairs of tensors")
    if len(pairs) == len(edges):
        edges.append(edges[-1] + _matrices(len(pairs), pairs[-1])[1].shape[1])
    if len(pairs) != len(edges) - 1:
        raise ValueError(f"tail_weights must hold {len(edges) - 1} pairs of tensors, but received {len(pairs)}")
    return edges, pairs


def _within_clusters(
    rows: Tensor, places: Array, cluster: Array, pairs: Sequence[Sequence[Operand]], edges: Sequence[int]
) -> Tensor:
    """Return the logarithm of each label's probability within its cluster; 0 in none, where ``cluster`` is 0."""
    alone = np.flatnonzero(cluster == 0)
    order, parts = [alone], [Tensor(np.zeros(len(alone), rows.dtype))]
    for number, pair in enumerate(pairs, start=1):
        chosen = np.flatnonzero(cluster == number)
        if chosen.size:
            logs = cluster_logs(rows[chosen], number, pair, edges)
            order.append(chosen)
            parts.append(logs[np.arange(chosen.size), places[chosen] - edges[number - 1]])
    return concat(parts)[np.argsort(np.concatenate(order))]


def cluster_logs(rows: Tensor, number: int, pair: Sequence[Operand], edges: Sequence[int]) -> Tensor:
    """Return the logarithms of the probabilities of the classes within a cluster, counted from 1."""
    name, (first, second) = f"tail_weights[{number - 1}]", _matrices(number, pair)
    inner = _projected(rows, f"{name}[0]", first, first.shape[1])
    return log_softmax(_projected(inner, f"{name}[1]", second, edges[number] - edges[number - 1]), 1)


def _matrices(number: int, pair: Sequence[Operand]) -> tuple[Tensor, Tensor]:
    """Return the two matrices of a cluster."""
    name = f"tail_weights[{number - 1}]"
    both = [
        as_tensor(f"{name}[{place}]", part)
        for place, part in enumerate(checks.several(name, pair, "a pair of tensors"))
    ]
    if [part.ndim for part in both] != [2, 2]:
        raise ValueError(f"{name} must be two matrices, but received {pair!r}")
    return both[0], both[1]


def _projected(rows: Tensor, name: str, weight: Operand, columns: int, bias: Operand | None = None) -> Tensor:
    weights = as_tensor(name, weight)
    if weights.shape != [rows.shape[1], columns]:
        raise ValueError(f"{name} must have shape {[rows.shape[1], columns]}, but received {weights.shape!r}")
    offset = None if bias is None else in_full_precision(as_tensor("head_bias", bias))
    return linear(rows, in_full_precision(weights), offset)


def check_edges(cutoffs: Sequence[int], most: int | None = None) -> list[int]:
    """Return ``cutoffs``, checked to be growing integers >= 1 and at most ``most``."""
    given = checks.several("cutoffs", cutoffs, "a sequence of integers")
    edges = [checks.integer(f"cutoffs[{place}]", edge, low=1, high=most) for place, edge in enumerate(given)]
    if not edges or any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"cutoffs must be growing integers, at least one, but received {cutoffs!r}")
    return edges
