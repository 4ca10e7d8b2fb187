"""Losses."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from paramattr.autograd import Tensor, log, where
from paramattr.autograd.tape import Array
from paramattr.nn.functional.activation import log_softmax
from paramattr.utils import checks

REDUCTIONS = ("mean", "sum", "none")


def reduce(loss: Tensor, reduction: str) -> Tensor:
    """Return the mean or sum of ``loss``, or ``loss`` itself."""
    if checks.choice("reduction", reduction, REDUCTIONS) == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def mse_loss(input: Tensor, label: Tensor, reduction: str = "mean") -> Tensor:
    """Return the squared difference.

    Parameters
    ----------
    input, label : Tensor
        Of shapes that broadcast.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.

    Raises
    ------
    ValueError
        If ``reduction`` is unknown.

    References
    ----------
    Mirrors ``paddle.nn.functional.mse_loss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.mse_loss(paramattr.to_tensor([1.0, 3.0]), paramattr.to_tensor([0.0, 0.0])).item()
    5.0
    """
    difference = input - label
    return reduce(difference * difference, reduction)


def check_ignore_index(ignore_index: int, soft_label: bool) -> int:
    """Return ``ignore_index``; a class number to ignore makes no sense where labels are probabilities."""
    number = checks.integer("ignore_index", ignore_index)
    if soft_label and number >= 0:
        raise ValueError(f"ignore_index must be negative with soft_label=True, but received {number}")
    return number


def cross_entropy(
    input: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    soft_label: bool = False,
    axis: int = -1,
    use_softmax: bool = True,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return minus the logarithm of the probability that ``input`` gives to ``label``.

    Parameters
    ----------
    input : Tensor
        Logits, or with ``use_softmax=False`` probabilities, of the classes along ``axis``.
    label : Tensor
        Class numbers, in the shape of ``input`` without ``axis`` or with size 1 there; with ``soft_label``
        probabilities in the shape of ``input``.
    weight : Tensor, optional
        A weight per class, of shape [classes]; the mean is weighted too.
    ignore_index : int, default -100
        The loss of samples of this class number is 0. The mean is over the others; over all if the number is
        negative and there is no ``weight``.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses of the samples: they have the shape of ``label``, with size 1 at ``axis`` if the
        labels are soft or smoothed.
    soft_label : bool, default False
        Whether labels are probabilities.
    axis : int, default -1
        The axis of the classes.
    use_softmax : bool, default True
        Whether ``input`` holds logits.
    label_smoothing : float, default 0.0
        Share of each label that is spread evenly over all classes, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the shapes do not fit.

    References
    ----------
    Mirrors ``paddle.nn.functional.cross_entropy``.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([[0.0, 0.0], [100.0, 0.0]])
    >>> paramattr.nn.functional.cross_entropy(logits, paramattr.to_tensor([0, 0]), reduction="none").numpy().round(4)
    array([0.6931, 0.    ], dtype=float32)
    """
    checks.choice("reduction", reduction, REDUCTIONS)
    check_ignore_index(ignore_index, checks.boolean("soft_label", soft_label))
    smoothing = checks.real("label_smoothing", label_smoothing, low=0.0, high=1.0)
    place = checks.integer("axis", axis, low=-input.ndim, high=input.ndim - 1) % input.ndim
    classes = input.shape[place]
    keep = True
    if soft_label:
        if label.shape != input.shape:
            raise ValueError(f"label must have the shape {input.shape!r} of input, but received {label.shape!r}")
        targets, counted = label.data.astype(input.dtype), np.ones(())
    else:
        targets, counted, keep = _one_hot(input, label, ignore_index, place)
    if smoothing:
        targets = (targets * (1 - smoothing) + smoothing / classes).astype(input.dtype)
        keep = True  # as in Paddle, which makes the labels soft ones here
    shares = counted if weight is None else counted * _class_weights(weight, classes, targets, place)

    factors = (targets * shares).astype(input.dtype)
    # 0 · log(0) is 0: what no label asks for is left out.
    if checks.boolean("use_softmax", use_softmax):
        logs = log_softmax(input, place)
        if not np.isfinite(logs.data).all():
            logs = where(factors != 0, logs, 0.0)
    else:
        logs = log(where(factors != 0, input, 1.0))
    losses = (logs * -factors).sum(axis=place, keepdim=keep)
    if reduction != "mean":
        return reduce(losses, reduction)
    if weight is None and ignore_index < 0:
        shares = np.ones(())  # as in Paddle, whose mean counts the samples of a negative ignore_index
    total = float(np.broadcast_to(shares, _without(input, place)).sum())
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


def _class_weights(weight: Tensor | ArrayLike, classes: int, targets: Array, axis: int) -> Array:
    """Return the weight of each sample: its class's, or the mean over its soft label."""
    weights = weight.data if isinstance(weight, Tensor) else np.asarray(weight)
    if weights.shape != (classes,):
        raise ValueError(f"weight must have shape [{classes}], but received {list(weights.shape)}")
    ones = (1,) * (targets.ndim - 1 - axis)
    shares: Array = (targets * weights.reshape(classes, *ones)).sum(axis=axis, keepdims=True)
    return shares
