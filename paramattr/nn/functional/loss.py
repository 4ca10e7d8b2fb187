"""What losses share, losses of distances, and cross entropy."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.softmax import log_softmax
from paramattr.tensor.arguments import integer_array
from paramattr.tensor.exponential import log
from paramattr.tensor.search import where
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

REDUCTIONS = ("mean", "sum", "none")

_REDUCE: dict[str, rules.Rule] = {"mean": rules.mean, "sum": rules.sum, "none": lambda x: (x, (lambda g: g,))}


def reduced(rule: rules.Rule) -> rules.Rule:
    """Return a ``rule`` of single losses with the setting ``reduction``, which says what becomes of them.

    Integers and bools count as numbers of the default dtype.
    """

    @functools.wraps(rule)
    def with_reduction(*arrays: Array, reduction: str, **settings: Any) -> Outcome:
        losses, pullbacks = rule(*map(real, arrays), **settings)
        value, (spread,) = _REDUCE[reduction](losses)
        return value, tuple(_after(spread, pullback) for pullback in pullbacks)

    return with_reduction


def _after(first: Pullback, second: Pullback) -> Pullback:
    return lambda g: second(first(g))


def loss(rule: rules.Rule, inputs: Mapping[str, Operand], reduction: str, **settings: Any) -> Tensor:
    """Run a `reduced` ``rule`` on the ``inputs``, which are known to the caller by their names."""
    for name, value in inputs.items():
        as_tensor(name, value)
    return apply(rule, *inputs.values(), reduction=checks.choice("reduction", reduction, REDUCTIONS), **settings)


def check_shape(name: str, value: Operand, other: str, like: Operand) -> None:
    """Raise a ValueError unless ``value`` has the shape of ``like``, which is the argument ``other``."""
    found, expected = as_tensor(name, value).shape, as_tensor(other, like).shape
    if found != expected:
        raise ValueError(f"{name} must have the shape {expected!r} of {other}, but received {found!r}")


def class_numbers(name: str, value: Operand, classes: int) -> Array:
    """Return ``value``, numbers of ``classes``, as an array."""
    numbers = integer_array(name, value)
    wrong = numbers[(numbers < 0) | (numbers >= classes)]
    if wrong.size:
        raise ValueError(f"{name} must be in [0, {classes - 1}], but holds {wrong[0]}")
    return numbers


def one_per_row(name: str, value: Operand, rows: int) -> Array:
    """Return ``value``, of shape ``[rows]`` or ``[rows, 1]``, as a vector."""
    array = as_tensor(name, value).numpy()
    if array.shape not in ((rows,), (rows, 1)):
        raise ValueError(f"{name} must have shape [{rows}], but received {list(array.shape)}")
    return array.reshape(rows)


def in_full_precision(x: Tensor) -> Tensor:
    """Return float16 and bfloat16 as float32, and integers as float64."""
    dtype = np.dtype(np.float64) if x.dtype.kind in "biu" else dtypes.compute_dtype(x.dtype)
    return x if x.dtype == dtype else x.astype(dtype)


def rounded(value: Tensor, given: Tensor) -> Tensor:
    """Return ``value``, computed in full precision, in the dtype of what was ``given`` if that is narrow."""
    return value.astype(given.dtype) if dtypes.is_narrow(given.dtype) else value


def mse_loss(input: Operand, label: Operand, reduction: str = "mean", name: str | None = None) -> Tensor:
    """Return the squared difference.

    Mirrors ``paddle.nn.functional.mse_loss``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Of shapes that broadcast.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

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
    return loss(_squared_difference, {"input": input, "label": label}, reduction)


@reduced
def _squared_difference(input: Array, label: Array) -> Outcome:
    difference = input - label

    def to_input(g: Array) -> Array:
        share: Array = g * difference
        return share + share

    return difference * difference, (to_input, lambda g: -to_input(g))


def square_error_cost(input: Operand, label: Operand) -> Tensor:
    """Return the squared difference, element by element: `mse_loss` with the reduction "none".

    Mirrors ``paddle.nn.functional.square_error_cost``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.square_error_cost([1.0, 3.0], [0.0, 0.0]).tolist()
    [1.0, 9.0]
    """
    return mse_loss(input, label, "none")


def l1_loss(input: Operand, label: Operand, reduction: str = "mean", name: str | None = None) -> Tensor:
    """Return the absolute value of the difference.

    Mirrors ``paddle.nn.functional.l1_loss``. The arguments, and what is refused, are those of `mse_loss`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.l1_loss(paramattr.to_tensor([1.0, -3.0]), paramattr.to_tensor([0.0, 0.0])).item()
    2.0
    """
    return loss(_absolute_difference, {"input": input, "label": label}, reduction)


@reduced
def _absolute_difference(input: Array, label: Array) -> Outcome:
    difference = input - label
    return np.abs(difference), (lambda g: g * np.sign(difference), lambda g: -g * np.sign(difference))


def smooth_l1_loss(
    input: Operand,
    label: Operand,
    reduction: str = "mean",
    delta: float = 1.0,
    is_huber: bool = True,
    name: str | None = None,
) -> Tensor:
    """Return half the squared difference, continued as a straight line where the difference is above ``delta``.

    Mirrors ``paddle.nn.functional.smooth_l1_loss``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Of the same shape.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    delta : float, default 1.0
        Where the straight line begins, > 0.
    is_huber : bool, default True
        False divides the loss by ``delta``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="none").tolist()
    [0.125, 2.5]
    """
    check_shape("label", label, "input", input)
    bound = checks.real("delta", delta, low=0.0, open_low=True)
    divisor = 1.0 if checks.boolean("is_huber", is_huber) else bound
    return loss(_huber, {"input": input, "label": label}, reduction, delta=bound, divisor=divisor)


@reduced
def _huber(input: Array, label: Array, *, delta: float, divisor: float) -> Outcome:
    difference = input - label
    slope = np.clip(difference, -delta, delta) / divisor
    value = slope * (difference - np.clip(difference, -delta, delta) / 2)
    return value, (lambda g: g * slope, lambda g: -g * slope)


def check_ignore_index(ignore_index: int, soft_label: bool) -> int:
    """Return ``ignore_index``; a class number to ignore makes no sense where labels are probabilities."""
    number = checks.integer("ignore_index", ignore_index)
    if soft_label and number >= 0:
        raise ValueError(f"ignore_index must be negative with soft_label=True, but received {number}")
    return number


@also(target="label")
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
    name: str | None = None,
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
        Samples of this class number have the loss 0; in the mean they count if it is negative and ``weight`` is None.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample; ``axis`` stays, of size 1, if labels are soft, smoothed or had it.
    soft_label, use_softmax : bool, default False and True
        Whether labels are probabilities, and whether ``input`` holds logits. With ``label_smoothing``, floats in the
        shape of ``input`` are probabilities in any case.
    axis : int, default -1
        The axis of the classes.
    label_smoothing : float, default 0.0
        Share of each label that is spread evenly over all classes, in [0, 1].
    name : str, optional
        Accepted as in Paddle.

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
    scores = in_full_precision(given)
    targets, counted, keep = _targets(scores, labels, ignore_index, soft_label, axis, label_smoothing)
    shares = counted if weight is None else counted * _sample_weights(weight, targets, axis)
    factors = (targets * shares).astype(scores.dtype)
    logs = _logs(scores, factors != 0, axis, checks.boolean("use_softmax", use_softmax))
    losses = (logs * -factors).sum(axis=axis, keepdim=keep)
    # As in Paddle, the mean counts the samples of a negative ignore_index.
    shares = np.ones(()) if weight is None and ignore_index < 0 else shares
    return rounded(_reduced(losses, reduction, shares, _without(scores, axis)), given)


def _classes(input: Operand, label: Operand, axis: int) -> tuple[Tensor, Tensor, int]:
    given, labels = as_tensor("input", input), as_tensor("label", label)
    axis = checks.axis("axis", axis, given.ndim)
    if given.ndim == 0 or given.shape[axis] == 0:
        raise ValueError(f"input must have at least one class along axis {axis}, but received shape {given.shape!r}")
    return given, labels, axis


def _targets(
    input: Tensor, label: Tensor, ignore_index: int, soft_label: bool, axis: int, label_smoothing: float
) -> tuple[Array, Array, bool]:
    """Return labels as probabilities, which samples count, and whether the losses keep the axis of the classes."""
    smoothing = checks.real("label_smoothing", label_smoothing, low=0.0, high=1.0)
    soft = checks.boolean("soft_label", soft_label)
    if smoothing and label.shape == input.shape and dtypes.is_floating(label.dtype):
        soft = True
    check_ignore_index(ignore_index, soft)
    if not soft:
        targets, counted, keep = _one_hot(input, label, ignore_index, axis)
    elif label.shape == input.shape:
        targets, counted, keep = label.numpy().astype(input.dtype), np.ones(()), True
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
    return logs if np.isfinite(logs.numpy()).all() else where(asked, logs, 0.0)


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
    numbers, counted = sample_classes(input, label, ignore_index, axis)
    targets = np.zeros(tuple(input.shape), input.dtype)
    np.put_along_axis(targets, numbers, 1, axis)
    return targets, counted.astype(input.dtype), label.shape == numbers.shape


def sample_classes(input: Tensor, label: Tensor, ignore_index: int, axis: int) -> tuple[Array, Array]:
    """Return the class number of each sample, with an axis for the classes, and which samples count."""
    numbers, shape = label.numpy(), _without(input, axis)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"label must hold integers without soft_label, but received dtype {numbers.dtype}")
    expected = (*shape[:axis], *shape[axis + 1 :])
    if numbers.shape not in (shape, expected):
        raise ValueError(
            f"label must have shape {list(expected)} for an input of shape {input.shape!r} with classes at axis"
            f" {axis}, but received {label.shape!r}"
        )
    numbers = numbers.reshape(shape)
    counted = numbers != ignore_index
    classes = input.shape[axis]
    wrong = numbers[counted & ((numbers < 0) | (numbers >= classes))]
    if wrong.size:
        raise ValueError(f"label must be in [0, {classes - 1}] or ignore_index={ignore_index}, but holds {wrong[0]}")
    return np.where(counted, numbers, 0), counted


def class_weights(weight: Operand, classes: int) -> Array:
    """Return ``weight``, one of each class, as an array."""
    weights = as_tensor("weight", weight).numpy()
    if weights.shape != (classes,):
        raise ValueError(f"weight must have shape [{classes}], but received {list(weights.shape)}")
    return weights


def _sample_weights(weight: Operand, targets: Array, axis: int) -> Array:
    """Return the weight of each sample: its class's, or the mean over its soft label."""
    weights = class_weights(weight, targets.shape[axis])
    ones = (1,) * (targets.ndim - 1 - axis)
    shares: Array = (targets * weights.reshape(len(weights), *ones)).sum(axis=axis, keepdims=True)
    return shares
