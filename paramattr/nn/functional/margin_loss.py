"""Losses of scores that should differ by a margin."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.loss import class_numbers, class_weights, loss, one_per_row, reduced
from paramattr.utils import checks


def margin_ranking_loss(
    input: Operand,
    other: Operand,
    label: Operand,
    margin: float = 0.0,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return max(0, label · (other - input) + margin).

    Mirrors ``paddle.nn.functional.margin_ranking_loss``; the gradient at the kink is 0.

    Parameters
    ----------
    input, other, label : Tensor or array_like
        Two scores, and which should be larger: 1, the first, or -1, the second. Of shapes that broadcast.
    margin : float, default 0.0
        By how much it should be larger.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> one, two = paramattr.to_tensor([1.0]), paramattr.to_tensor([3.0])
    >>> paramattr.nn.functional.margin_ranking_loss(one, two, one).item()
    2.0
    """
    scores = {"input": input, "other": other, "label": label}
    return loss(_margin_ranking, scores, reduction, margin=checks.real("margin", margin))


@reduced
def _margin_ranking(input: Array, other: Array, label: Array, *, margin: float) -> Outcome:
    difference = other - input
    gap = label * difference + np.asarray(margin, difference.dtype)
    positive = gap > 0
    return np.maximum(gap, 0), (
        lambda g: -g * positive * label,
        lambda g: g * positive * label,
        lambda g: g * positive * difference,
    )


def hinge_embedding_loss(
    input: Operand, label: Operand, margin: float = 1.0, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """Return ``input`` where ``label`` is 1, and max(0, margin - input) where it is -1.

    Mirrors ``paddle.nn.functional.hinge_embedding_loss``; as there, any other label gives 0.

    Parameters
    ----------
    input, label : Tensor or array_like
        Distances; whether they should be small, 1, or large, -1. Of shapes that broadcast.
    margin : float, default 1.0
        The distance that is large enough.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> distances = paramattr.to_tensor([0.25, 0.25])
    >>> paramattr.nn.functional.hinge_embedding_loss(distances, [1, -1], reduction="none").tolist()
    [0.25, 0.75]
    """
    settings = {"label": as_tensor("label", label).numpy(), "margin": checks.real("margin", margin)}
    return loss(_hinge_embedding, {"input": input}, reduction, **settings)


@reduced
def _hinge_embedding(input: Array, *, label: Array, margin: float) -> Outcome:
    gap = np.asarray(margin, input.dtype) - input
    near, far = label == 1, (label == -1) & (gap > 0)
    return np.where(near, input, np.where(far, gap, 0)), (lambda g: g * near - g * far,)


def multi_margin_loss(
    input: Operand,
    label: Operand,
    p: int = 1,
    margin: float = 1.0,
    weight: Operand | None = None,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return the mean over the classes of max(0, margin - input[label] + input)^p, in which that of the label is 0.

    Mirrors ``paddle.nn.functional.multi_margin_loss``, except that the label's own class counts as 0 whatever the margin.

    Parameters
    ----------
    input : Tensor or array_like
        Scores, of shape ``[N, classes]``.
    label : Tensor or array_like
        Class numbers, of shape ``[N]`` or ``[N, 1]``.
    p : int, default 1
        The power, >= 1.
    margin : float, default 1.0
        By how much the label's score should be above each other.
    weight : Tensor or array_like, optional
        A weight per class, of shape ``[classes]``.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> scores = paramattr.to_tensor([[0.0, 0.5, 2.0]])
    >>> paramattr.nn.functional.multi_margin_loss(scores, paramattr.to_tensor([1])).item()
    1.0
    """
    given = as_tensor("input", input)
    if given.ndim != 2 or given.shape[1] == 0:
        raise ValueError(f"input must have shape [N, classes] with a class, but received {given.shape!r}")
    rows, classes = given.shape
    if weight is not None:
        class_weights(weight, classes)
    settings = {
        "label": class_numbers("label", one_per_row("label", label, rows), classes),
        "p": checks.integer("p", p, low=1),
        "margin": checks.real("margin", margin),
    }
    return loss(
        _multi_margin, {"input": input, **({} if weight is None else {"weight": weight})}, reduction, **settings
    )


@reduced
def _multi_margin(input: Array, *weight: Array, label: Array, p: int, margin: float) -> Outcome:
    rows, classes = np.arange(len(input)), input.shape[1]
    gap = np.asarray(margin, input.dtype) - input[rows, label][:, None] + input
    gap[rows, label] = 0
    gap = np.maximum(gap, 0)
    slope = (p * gap ** (p - 1) * (gap > 0)) / np.asarray(classes, input.dtype)
    slope[rows, label] = -slope.sum(axis=1)
    losses = (gap**p).mean(axis=1)
    if not weight:
        return losses, (lambda g: g[:, None] * slope,)
    shares = weight[0][label]

    def to_weight(g: Array) -> Array:
        gradient = np.zeros(classes, losses.dtype)
        np.add.at(gradient, label, g * losses)
        return gradient

    return losses * shares, (lambda g: (g * shares)[:, None] * slope, to_weight)


def multi_label_margin_loss(input: Operand, label: Operand, reduction: str = "mean", name: str | None = None) -> Tensor:
    """Return the sum of max(0, 1 - input[target] + input[rest]) over targets and other classes, divided by all classes.

    Mirrors ``paddle.nn.functional.multi_label_margin_loss``.

    Parameters
    ----------
    input : Tensor or array_like
        Scores, of shape ``[N, classes]``.
    label : Tensor or array_like
        The class numbers of the targets, of shape ``[N, count]``; from the first -1 on there are no more.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> scores = paramattr.to_tensor([[0.0, 2.0, 1.5, 0.0]])
    >>> paramattr.nn.functional.multi_label_margin_loss(scores, paramattr.to_tensor([[1, -1, 0, 0]])).item()
    0.125
    """
    given, targets = as_tensor("input", input), as_tensor("label", label)
    if given.ndim != 2 or targets.ndim != 2 or len(targets) != len(given):
        raise ValueError(
            f"input and label must have shapes [N, classes] and [N, count], but received {given.shape!r}"
            f" and {targets.shape!r}"
        )
    classes = given.shape[1]
    class_numbers("label", np.where(targets.numpy() == -1, 0, targets.numpy()), classes or 1)
    return loss(_multi_label_margin, {"input": input}, reduction, label=targets.numpy())


@reduced
def _multi_label_margin(input: Array, *, label: Array) -> Outcome:
    shape, dtype = input.shape, input.dtype
    rows, places = np.nonzero(np.logical_and.accumulate(label != -1, axis=1))
    targets = label[rows, places]
    rest = np.ones(shape, bool)
    rest[rows, targets] = False
    gap = (1 - input[rows, targets])[:, None] + input[rows]
    active = (gap > 0) & rest[rows]
    count = np.asarray(shape[1], dtype)
    losses = np.zeros(shape[0], dtype)
    np.add.at(losses, rows, np.where(active, gap, 0).sum(axis=1))

    def to_input(g: Array) -> Array:
        gradient = np.zeros(shape, dtype)
        np.add.at(gradient, rows, active.astype(dtype))
        np.add.at(gradient, (rows, targets), -active.sum(axis=1))
        gradient *= (g / count)[:, None]
        return gradient

    return losses / count, (to_input,)
