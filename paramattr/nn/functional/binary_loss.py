"""Losses of yes-or-no questions, each with an answer of its own."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.loss import check_shape, class_numbers, loss, reduced
from paramattr.utils import checks


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)) without overflow."""
    value: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return value


def logistic(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    value: Array = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return value


def _times(losses: Array, to_input: Pullback, weight: tuple[Array, ...]) -> tuple[Array, tuple[Pullback, ...]]:
    """Return ``losses`` times the ``weight``, if there is one."""
    if not weight:
        return losses, (to_input,)
    (shares,) = weight
    return losses * shares, (lambda g: to_input(g * shares), lambda g: g * losses)


def binary_cross_entropy(
    input: Operand, label: Operand, weight: Operand | None = None, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """Return minus the logarithm of the probability that ``input`` gives to ``label``.

    Mirrors ``paddle.nn.functional.binary_cross_entropy``; as there, a logarithm is at least -100, and ``label`` gets no
    gradient.

    Parameters
    ----------
    input : Tensor or array_like
        Probabilities of yes.
    label : Tensor or array_like
        What is the case, from 0, no, to 1, yes, in the shape of ``input``.
    weight : Tensor or array_like, optional
        Factors of the losses, of a shape that broadcasts.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, ``input`` is not within [0, 1], or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> chances = paramattr.to_tensor([0.5, 1.0])
    >>> paramattr.nn.functional.binary_cross_entropy(chances, [1.0, 1.0], reduction="none").numpy().round(4)
    array([0.6931, 0.    ], dtype=float32)
    """
    check_shape("label", label, "input", input)
    chances = as_tensor("input", input).numpy()
    outside = chances[~((chances >= 0) & (chances <= 1))]
    if outside.size:
        raise ValueError(f"input must be in [0, 1], but holds {outside[0]}")
    weights = {} if weight is None else {"weight": weight}
    return loss(_cross_entropy, {"input": input, **weights}, reduction, label=as_tensor("label", label).numpy())


@reduced
def _cross_entropy(input: Array, *weight: Array, label: Array) -> Outcome:
    label = label.astype(input.dtype, copy=False)
    with np.errstate(divide="ignore"):
        yes, no = np.maximum(np.log(input), -100), np.maximum(np.log1p(-input), -100)
    # Paddle's gradient where the logarithms are cut off, too.
    slope = (input - label) / np.maximum((1 - input) * input, np.asarray(1e-12, input.dtype))
    return _times(-label * yes - (1 - label) * no, lambda g: g * slope, weight)


def binary_cross_entropy_with_logits(
    logit: Operand,
    label: Operand,
    weight: Operand | None = None,
    reduction: str = "mean",
    pos_weight: Operand | None = None,
    name: str | None = None,
) -> Tensor:
    """Return `binary_cross_entropy` of the sigmoid of ``logit``, without its cut-off.

    Mirrors ``paddle.nn.functional.binary_cross_entropy_with_logits``; as there, ``label`` and ``pos_weight`` get no
    gradient, and where ``label`` is -100, the loss is 0.

    Parameters
    ----------
    logit : Tensor or array_like
        Logits of yes.
    label : Tensor or array_like
        What is the case, from 0, no, to 1, yes, in the shape of ``logit``.
    weight : Tensor or array_like, optional
        Factors of the losses, of a shape that broadcasts.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    pos_weight : Tensor or array_like, optional
        Factors of the losses of yes, of a shape that broadcasts to that of ``label``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([0.0, 1000.0])
    >>> paramattr.nn.functional.binary_cross_entropy_with_logits(logits, [1.0, 0.0], reduction="none").numpy().round(4)
    array([6.931e-01, 1.000e+03], dtype=float32)
    """
    check_shape("label", label, "logit", logit)
    labels = as_tensor("label", label).numpy()
    factors = np.ones((), labels.dtype) if pos_weight is None else as_tensor("pos_weight", pos_weight).numpy()
    weights = {} if weight is None else {"weight": weight}
    settings = {"label": labels, "pos_weight": factors}
    return loss(_cross_entropy_of_logits, {"logit": logit, **weights}, reduction, **settings)


@reduced
def _cross_entropy_of_logits(logit: Array, *weight: Array, label: Array, pos_weight: Array) -> Outcome:
    label = label.astype(logit.dtype, copy=False)
    counted = label != -100
    factors = np.broadcast_to(pos_weight, label.shape).astype(logit.dtype, copy=False)
    yes, no = counted * label * factors, counted * (1 - label)
    slope = no * logistic(logit) - yes * logistic(-logit)
    return _times(no * softplus(logit) + yes * softplus(-logit), lambda g: g * slope, weight)


def sigmoid_focal_loss(
    logit: Operand,
    label: Operand,
    normalizer: Operand | None = None,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "sum",
    name: str | None = None,
) -> Tensor:
    """Return the cross entropy of the sigmoid of ``logit``, made small where the answer is already right.

    Mirrors ``paddle.nn.functional.sigmoid_focal_loss``, except that ``label`` gets no gradient at all.

    Parameters
    ----------
    logit : Tensor or array_like
        Logits of yes.
    label : Tensor or array_like
        What is the case, from 0, no, to 1, yes, in the shape of ``logit``.
    normalizer : Tensor or array_like, optional
        A number, of shape ``[]`` or ``[1]``, that the losses are divided by.
    alpha : float, default 0.25
        Factor of yes, in [0, 1]; no has 1 - ``alpha``.
    gamma : float, default 2.0
        How much less right answers count: the power of the probability of the wrong one, >= 0.
    reduction : {"mean", "sum", "none"}, default "sum"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Lin et al., "Focal Loss for Dense Object Detection", 2017.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([[0.0, 4.0]])
    >>> paramattr.nn.functional.sigmoid_focal_loss(logits, [[1.0, 1.0]], reduction="none").numpy().round(4)
    array([[0.0433, 0.    ]], dtype=float32)
    """
    check_shape("label", label, "logit", logit)
    divisor = {} if normalizer is None else {"normalizer": normalizer}
    if normalizer is not None and as_tensor("normalizer", normalizer).numpy().shape not in ((), (1,)):
        found = as_tensor("normalizer", normalizer).shape
        raise ValueError(f"normalizer must have shape [] or [1], but received {found!r}")
    settings = {
        "label": as_tensor("label", label).numpy(),
        "alpha": checks.real("alpha", alpha, low=0.0, high=1.0),
        "gamma": checks.real("gamma", gamma, low=0.0),
    }
    return loss(_focal, {"logit": logit, **divisor}, reduction, **settings)


@reduced
def _focal(logit: Array, *normalizer: Array, label: Array, alpha: float, gamma: float) -> Outcome:
    label = label.astype(logit.dtype, copy=False)
    chance, rest = logistic(logit), logistic(-logit)
    wrong = chance * (1 - label) + rest * label
    entropy = (1 - label) * softplus(logit) + label * softplus(-logit)
    factor = (alpha * label + (1 - alpha) * (1 - label)) * wrong**gamma
    # The derivative of log(wrong); where wrong has underflowed, so has the factor.
    steepness = chance * rest * (1 - 2 * label) / np.where(wrong > 0, wrong, 1)
    slope = factor * (gamma * steepness * entropy + chance - label)
    losses = factor * entropy
    if not normalizer:
        return losses, (lambda g: g * slope,)
    (divisor,) = normalizer
    return losses / divisor, (lambda g: g / divisor * slope, lambda g: -g * (losses / divisor) / divisor)


def soft_margin_loss(input: Operand, label: Operand, reduction: str = "mean", name: str | None = None) -> Tensor:
    """Return log(1 + exp(-label · input)), without overflow.

    Mirrors ``paddle.nn.functional.soft_margin_loss``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Scores; what is the case, -1 or 1, in the shape of ``input``.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.functional.soft_margin_loss(paramattr.to_tensor([0.0]), paramattr.to_tensor([1])).item(), 4)
    0.6931
    """
    check_shape("label", label, "input", input)
    return loss(_soft_margin, {"input": input, "label": label}, reduction)


@reduced
def _soft_margin(input: Array, label: Array) -> Outcome:
    product = label * input
    share = -logistic(-product)
    return softplus(-product), (lambda g: g * share * label, lambda g: g * share * input)


def multi_label_soft_margin_loss(
    input: Operand, label: Operand, weight: Operand | None = None, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """Return the mean over the classes of `binary_cross_entropy_with_logits`.

    Mirrors ``paddle.nn.functional.multi_label_soft_margin_loss``.

    Parameters
    ----------
    input, label : Tensor or array_like
        Logits of the classes along the last axis; which of them are the case, 0 or 1, in the shape of ``input``.
    weight : Tensor or array_like, optional
        Factors of the classes, of a shape that broadcasts.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> scores = paramattr.to_tensor([[0.0, 1000.0]])
    >>> paramattr.nn.functional.multi_label_soft_margin_loss(scores, paramattr.to_tensor([[1, 1]])).item() < 0.35
    True
    """
    check_shape("label", label, "input", input)
    if as_tensor("input", input).ndim == 0:
        raise ValueError("input must have an axis of classes, but received shape []")
    weights = {} if weight is None else {"weight": weight}
    return loss(_multi_label_soft_margin, {"input": input, "label": label, **weights}, reduction)


@reduced
def _multi_label_soft_margin(input: Array, label: Array, *weight: Array) -> Outcome:
    losses = (1 - label) * softplus(input) + label * softplus(-input)
    slope = logistic(input) - label
    shares = weight[0] if weight else np.ones((), input.dtype)
    value = losses * shares
    classes, shape = value.shape[-1], value.shape

    def spread(g: Array) -> Array:
        return np.broadcast_to(np.expand_dims(g, -1) / classes, shape)

    pullbacks = (
        lambda g: spread(g) * shares * slope,
        lambda g: spread(g) * shares * -input,
        lambda g: spread(g) * losses,
    )
    return value.mean(axis=-1), pullbacks[: 2 + len(weight)]


def dice_loss(input: Operand, label: Operand, epsilon: float = 1e-5, name: str | None = None) -> Tensor:
    """Return 1 less the share that prediction and label have in common, a mean over the samples.

    Mirrors ``paddle.nn.functional.dice_loss``.

    Parameters
    ----------
    input : Tensor or array_like
        Probabilities, of shape ``[N, *, classes]``.
    label : Tensor or array_like
        Class numbers, of shape ``[N, *, 1]``.
    epsilon : float, default 1e-5
        Added to the divisor, >= 0.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> chances = paramattr.to_tensor([[[0.0, 1.0], [1.0, 0.0]]])
    >>> round(paramattr.nn.functional.dice_loss(chances, [[[1], [1]]]).item(), 4)
    0.5
    """
    given, numbers = as_tensor("input", input), as_tensor("label", label)
    if given.ndim < 2 or numbers.shape != [*given.shape[:-1], 1]:
        raise ValueError(
            f"input and label must have shapes [N, *, classes] and [N, *, 1], but received {given.shape!r}"
            f" and {numbers.shape!r}"
        )
    classes = class_numbers("label", label, given.shape[-1])
    return loss(_dice, {"input": input}, "mean", label=classes, epsilon=checks.real("epsilon", epsilon, low=0.0))


@reduced
def _dice(input: Array, *, label: Array, epsilon: float) -> Outcome:
    axes = tuple(range(1, input.ndim))
    common = np.take_along_axis(input, label, -1).sum(axis=axes, keepdims=True)
    count = label.size // len(label) if len(label) else 0
    total = input.sum(axis=axes, keepdims=True) + np.asarray(count + epsilon, input.dtype)
    share, shape = 2 * common / total, input.shape

    def to_input(g: Array) -> Array:
        g = g.reshape(total.shape) / total
        gradient = np.broadcast_to(g * share, shape).copy()
        np.put_along_axis(gradient, label, np.take_along_axis(gradient, label, -1) - 2 * g, -1)
        return gradient

    return (1 - share).reshape(len(label)), (to_input,)
