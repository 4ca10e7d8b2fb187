"""Losses."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.softmax import log_softmax
from paramattr.tensor.exponential import log
from paramattr.tensor.search import where
from paramattr.utils import checks, dtypes

REDUCTIONS = ("mean", "sum", "none")

_REDUCE: dict[str, rules.Rule] = {"mean": rules.mean, "sum": rules.sum, "none": lambda x: (x, (lambda g: g,))}


def mse_loss(input: Operand, label: Operand, reduction: str = "mean") -> Tensor:
    """Return the squared difference.

    Mirrors ``paddle.nn.functional.mse_loss``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Of shapes that broadcast.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, the shapes do not fit, or ``reduction`` is unknown.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.mse_loss(paramattr.to_tensor([1.0, 3.0]), paramattr.to_tensor([0.0, 0.0])).item()
    5.0
    """
    for name, value in (("input", input), ("label", label)):
        as_tensor(name, value)
    return apply(_squared_difference, input, label, reduction=checks.choice("reduction", reduction, REDUCTIONS))


def _squared_difference(input: Array, label: Array, *, reduction: str) -> Outcome:
    difference = input - label
    value, (spread,) = _REDUCE[reduction](difference * difference)

    def to_input(g: Array) -> Array:
        share: Array = spread(g) * difference
        return share + share

    return value, (to_input, lambda g: -to_input(g))


def check_ignore_index(ignore_index: int, soft_label: bool) -> int:
    """Return ``ignore_index``; a class number to ignore makes no sense where labels are probabilities."""
    number = checks.integer("ignore_index", ignore_index)
    if soft_label and number >= 0:
        raise ValueError(f"ignore_index must be negative with soft_label=True, but received {number}")
    return number


def cross_entropy(
    input: Operand,
    label: Operand,
    weight: Operand | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    soft_label: bool = False,
    axis: int = -1,
    use_softmax: bool = True,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return minus the logarithm of the probability that ``input`` gives to ``label``.

    Mirrors ``paddle.nn.functional.cross_entropy``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Logits, or with ``use_softmax=False`` probabilities, of the classes along ``axis``; class numbers, in the shape
        of ``input`` without ``axis`` or with size 1 there, or probabilities in its shape.
    weight : Tensor or array_like, optional
        A weight per class, of shape [classes]; the mean is weighted too.
    ignore_index : int, default -100
        The loss of samples of this class number is 0. The mean is over the others; over all if the number is
        negative and there is no ``weight``.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample; ``axis`` stays, of size 1, if labels are soft, smoothed or had it.
    soft_label, use_softmax : bool, default False and True
        Whether labels are probabilities, and whether ``input`` holds logits.
    axis : int, default -1
        The axis of the classes.
    label_smoothing : float, default 0.0
        Share of each label that is spread evenly over all classes, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([[0.0, 0.0], [100.0, 0.0]])
    >>> paramattr.nn.functional.cross_entropy(logits, paramattr.to_tensor([0, 0]), reduction="none").numpy().round(4)
    array([0.6931, 0.    ], dtype=float32)
    """
    checks.choice("reduction", reduction, REDUCTIONS)
    given, labels, axis = _classes(input, label, axis)
    scores = _in_full_precision(given)
    targets, counted, keep = _targets(scores, labels, ignore_index, soft_label, axis, label_smoothing)
    shares = counted if weight is None else counted * _class_weights(weight, targets, axis)
    factors = (targets * shares).astype(scores.dtype)
    logs = _logs(scores, factors != 0, axis, checks.boolean("use_softmax", use_softmax))
    losses = (logs * -factors).sum(axis=axis, keepdim=keep)
    # As in Paddle, the mean counts the samples of a negative ignore_index.
    shares = np.ones(()) if weight is None and ignore_index < 0 else shares
    loss = _reduced(losses, reduction, shares, _without(scores, axis))
    return loss.astype(given.dtype) if dtypes.is_narrow(given.dtype) else loss


def _classes(input: Operand, label: Operand, axis: int) -> tuple[Tensor, Tensor, int]:
    given, labels = as_tensor("input", input), as_tensor("label", label)
    axis = checks.axis("axis", axis, given.ndim)
    if given.ndim == 0 or given.shape[axis] == 0:
        raise ValueError(f"input must have at least one class along axis {axis}, but received shape {given.shape!r}")
    return given, labels, axis


def _in_full_precision(x: Tensor) -> Tensor:
    """Return float16 and bfloat16 as float32, and integers as float64."""
    dtype = np.dtype(np.float64) if x.dtype.kind in "biu" else dtypes.compute_dtype(x.dtype)
    return x if x.dtype == dtype else x.astype(dtype)


def _targets(
    input: Tensor, label: Tensor, ignore_index: int, soft_label: bool, axis: int, label_smoothing: float
) -> tuple[Array, Array, bool]:
    """Return labels as probabilities, which samples count, and whether the losses keep the axis of the classes."""
    check_ignore_index(ignore_index, checks.boolean("soft_label", soft_label))
    smoothing = checks.real("label_smoothing", label_smoothing, low=0.0, high=1.0)
    if not soft_label:
        targets, counted, keep = _one_hot(input, label, ignore_index, axis)
    elif label.shape == input.shape:
        targets, counted, keep = label.data.astype(input.dtype), np.ones(()), True
    else:
        raise ValueError(f"label must have the shape {input.shape!r} of input, but received {label.shape!r}")
    if not smoothing:
        return targets, counted, keep
    smoothed = targets * (1 - smoothing) + smoothing / input.shape[axis]
    return smoothed.astype(input.dtype), counted, True  # as in Paddle, which makes the labels soft ones here


def _logs(input: Tensor, asked: Array, axis: int, use_softmax: bool) -> Tensor:
    """Return the logarithms of the probabilities; finite ones where no label has ``asked``, as 0 · log(0) is 0."""
    if not use_softmax:
        return log(where(asked, input, 1.0))
    logs = log_softmax(input, axis)
    return logs if np.isfinite(logs.data).all() else where(asked, logs, 0.0)


def _reduced(losses: Tensor, reduction: str, shares: Array, shape: tuple[int, ...]) -> Tensor:
    """Return the losses, their sum, or their mean over ``shares`` of samples of ``shape``."""
    if reduction != "mean":
        return losses.sum() if reduction == "sum" else losses
    total = float(np.broadcast_to(shares, shape).sum())
    return losses.sum() / (total if total else 1.0)


def _without(input: Tensor, axis: int) -> tuple[int, ...]:
    return (*input.shape[:axis], 1, *input.shape[axis + 1 :])


def _one_hot(input: Tensor, label: Tensor, ignore_index: int, axis: int) -> tuple[Array, Array, bool]:
    """Return labels as probabilities, which samples count, and whether the labels had the axis of the classes."""
    numbers = label.data
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"label must hold integers without soft_label, but received dtype {numbers.dtype}")
    keep = numbers.shape == _without(input, axis)
    if not keep:
        expected = (*input.shape[:axis], *input.shape[axis + 1 :])
        if numbers.shape != expected:
            raise ValueError(
                f"label must have shape {list(expected)} for an input of shape {input.shape!r} with classes at axis"
                f" {axis}, but received {label.shape!r}"
            )
        numbers = np.expand_dims(numbers, axis)
    counted = numbers != ignore_index
    classes = input.shape[axis]
    wrong = numbers[counted & ((numbers < 0) | (numbers >= classes))]
    if wrong.size:
        raise ValueError(f"label must be in [0, {classes - 1}] or ignore_index={ignore_index}, but holds {wrong[0]}")
    numbers = np.where(counted, numbers, 0)
    targets = np.zeros(tuple(input.shape), input.dtype)
    np.put_along_axis(targets, numbers, 1, axis)
    return targets, counted.astype(input.dtype), keep


def _class_weights(weight: Operand, targets: Array, axis: int) -> Array:
    """Return the weight of each sample: its class's, or the mean over its soft label."""
    classes = targets.shape[axis]
    weights = as_tensor("weight", weight).data
    if weights.shape != (classes,):
        raise ValueError(f"weight must have shape [{classes}], but received {list(weights.shape)}")
    ones = (1,) * (targets.ndim - 1 - axis)
    shares: Array = (targets * weights.reshape(classes, *ones)).sum(axis=axis, keepdims=True)
    return shares
