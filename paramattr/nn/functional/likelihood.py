"""Losses that are minus the logarithm of a likelihood."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.loss import (
    REDUCTIONS,
    check_shape,
    class_weights,
    in_full_precision,
    loss,
    reduced,
    rounded,
    sample_classes,
)
from paramattr.utils import checks

KL_REDUCTIONS = ("mean", "batchmean", "sum", "none")


def kl_div(
    input: Operand, label: Operand, reduction: str = "mean", log_target: bool = False, name: str | None = None
) -> Tensor:
    """Return the terms of the Kullback-Leibler divergence, label · (log(label) - input).

    Mirrors ``paddle.nn.functional.kl_div``; as there, ``label`` gets no gradient.

    Parameters
    ----------
    input : Tensor or array_like
        Logarithms of probabilities.
    label : Tensor or array_like
        Probabilities, in the shape of ``input``; where one is not above 0, the term is 0.
    reduction : {"mean", "batchmean", "sum", "none"}, default "mean"
        What becomes of the terms; "batchmean" is the sum divided by the size of the first axis.
    log_target : bool, default False
        Whether ``label`` holds logarithms too.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, ``reduction`` is unknown, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> logs = paramattr.log(paramattr.to_tensor([[0.5, 0.5]]))
    >>> round(paramattr.nn.functional.kl_div(logs, [[1.0, 0.0]], "batchmean").item(), 4)
    0.6931
    """
    check_shape("label", label, "input", input)
    checks.choice("reduction", reduction, KL_REDUCTIONS)
    given = as_tensor("input", input)
    target = as_tensor("label", label).numpy()
    scores = given.astype(np.float64) if target.dtype == np.float64 and given.dtype == np.float32 else given
    settings = {"label": target, "log_target": checks.boolean("log_target", log_target)}
    if reduction != "batchmean":
        return loss(_divergence, {"input": scores}, reduction, **settings)
    total = loss(_divergence, {"input": in_full_precision(scores)}, "sum", **settings)
    return rounded(total / (given.shape[0] if given.ndim else 1), given)


@reduced
def _divergence(input: Array, *, label: Array, log_target: bool) -> Outcome:
    label = label.astype(input.dtype, copy=False)
    chance = np.exp(label) if log_target else np.maximum(label, 0)
    asked = chance > 0
    logs = np.where(asked, label, 0) if log_target else np.log(np.where(asked, label, 1))
    # Where nothing is asked for, 0 · log(0) is 0.
    return chance * (logs - np.where(asked, input, 0)), (lambda g: -g * chance,)


def poisson_nll_loss(
    input: Operand,
    label: Operand,
    log_input: bool = True,
    full: bool = False,
    epsilon: float = 1e-8,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return minus the logarithm of the probability of counts that have Poisson's law.

    Mirrors ``paddle.nn.functional.poisson_nll_loss``.

    Parameters
    ----------
    input : Tensor or array_like
        The expected counts, or their logarithms.
    label : Tensor or array_like
        The counts, in the shape of ``input``.
    log_input : bool, default True
        Whether ``input`` holds logarithms.
    full : bool, default False
        Whether to add Stirling's approximation of log(label!) where ``label`` is above 1.
    epsilon : float, default 1e-8
        Added to expected counts before their logarithm, > 0.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.poisson_nll_loss(paramattr.to_tensor([0.0]), paramattr.to_tensor([3.0])).item()
    1.0
    """
    check_shape("label", label, "input", input)
    settings = {
        "log_input": checks.boolean("log_input", log_input),
        "full": checks.boolean("full", full),
        "epsilon": checks.real("epsilon", epsilon, low=0.0, open_low=True),
    }
    return loss(_poisson, {"input": input, "label": label}, reduction, **settings)


@reduced
def _poisson(input: Array, label: Array, *, log_input: bool, full: bool, epsilon: float) -> Outcome:
    if log_input:
        expected, logs, slope = np.exp(input), input, np.ones((), input.dtype)
    else:
        expected, logs, slope = input, np.log(input + epsilon), input + epsilon
    value = expected - label * logs
    to_label = -logs
    if full:
        large = label > 1
        count = np.where(large, label, 1)
        value = value + np.where(large, count * np.log(count) - count + np.log(2 * math.pi * count) / 2, 0)
        to_label = to_label + np.where(large, np.log(count) + 1 / (2 * count), 0)
    to_input = (expected if log_input else 1) - label / slope
    return value, (lambda g: g * to_input, lambda g: g * to_label)


def gaussian_nll_loss(
    input: Operand,
    label: Operand,
    variance: Operand,
    full: bool = False,
    epsilon: float = 1e-6,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return minus the logarithm of a normal density.

    Mirrors ``paddle.nn.functional.gaussian_nll_loss``, except that ``variance`` gets a gradient.

    Parameters
    ----------
    input, label : Tensor or array_like
        The means, and the values, of shapes that broadcast.
    variance : Tensor or array_like
        Not negative, in the shape of ``input``, or with size 1 or nothing in place of its last axis.
    full : bool, default False
        Whether to add log(2π) / 2.
    epsilon : float, default 1e-6
        The least variance, > 0. The gradient of a smaller one is that at ``epsilon``.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the elements.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0])
    >>> paramattr.nn.functional.gaussian_nll_loss(one, one * 3.0, one).item()
    2.0
    """
    means, spread = as_tensor("input", input), as_tensor("variance", variance)
    if spread.shape != means.shape:
        if means.ndim and spread.shape == means.shape[:-1]:
            spread = spread.reshape([*spread.shape, 1])
        elif not means.ndim or spread.shape != (*means.shape[:-1], 1):
            raise ValueError(
                f"variance must have the shape {means.shape!r} of input, or size 1 or nothing in place of its last"
                f" axis, but received {spread.shape!r}"
            )
    if (spread.numpy() < 0).any():
        raise ValueError(f"variance must hold no negative number, but holds {spread.numpy().min()}")
    settings = {
        "full": checks.boolean("full", full),
        "epsilon": checks.real("epsilon", epsilon, low=0.0, open_low=True),
    }
    return loss(_gaussian, {"input": input, "label": label, "variance": spread}, reduction, **settings)


@reduced
def _gaussian(input: Array, label: Array, variance: Array, *, full: bool, epsilon: float) -> Outcome:
    spread = np.maximum(variance, np.asarray(epsilon, variance.dtype))
    difference = input - label
    slope = difference / spread
    value = (np.log(spread) + slope * difference) / 2 + (math.log(2 * math.pi) / 2 if full else 0)

    def to_variance(g: Array) -> Array:
        part: Array = g * (1 / spread - slope * slope) / 2
        return part

    return value, (lambda g: g * slope, lambda g: -g * slope, to_variance)


def log_loss(input: Operand, label: Operand, epsilon: float = 1e-4, name: str | None = None) -> Tensor:
    """Return minus the logarithm of the probability that ``input`` gives to ``label``, with a little added to it.

    Mirrors ``paddle.nn.functional.log_loss``; as there, ``label`` gets no gradient.

    Parameters
    ----------
    input, label : Tensor or array_like
        Probabilities of yes; what is the case, from 0, no, to 1, yes. Of the same shape, ``[N, 1]`` in Paddle.
    epsilon : float, default 1e-4
        What is added to each probability, >= 0.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.log_loss([[0.5]], [[1.0]]).numpy().round(4)
    array([[0.6929]])
    """
    check_shape("label", label, "input", input)
    small = checks.real("epsilon", epsilon, low=0.0)
    return loss(_log_loss, {"input": input}, "none", label=as_tensor("label", label).numpy(), epsilon=small)


@reduced
def _log_loss(input: Array, *, label: Array, epsilon: float) -> Outcome:
    label = label.astype(input.dtype, copy=False)
    yes, no = input + epsilon, 1 - input + epsilon
    slope = (1 - label) / no - label / yes
    return -label * np.log(yes) - (1 - label) * np.log(no), (lambda g: g * slope,)


def nll_loss(
    input: Operand,
    label: Operand,
    weight: Operand | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return minus the logarithm of a probability that ``input`` holds for ``label``.

    Mirrors ``paddle.nn.functional.nll_loss``; as there, ``weight`` gets no gradient.

    Parameters
    ----------
    input : Tensor or array_like
        Logarithms of probabilities, of shape ``[N, classes, *]``.
    label : Tensor or array_like
        Class numbers, of shape ``[N, *]`` or ``[N, 1, *]``.
    weight : Tensor or array_like, optional
        A weight per class, of shape ``[classes]``; the mean is weighted too.
    ignore_index : int, default -100
        The loss of samples of this class number is 0, and the mean is over the others.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, which have the shape ``[N, *]``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> logs = paramattr.log(paramattr.to_tensor([[0.5, 0.5], [0.25, 0.75]]))
    >>> paramattr.nn.functional.nll_loss(logs, paramattr.to_tensor([0, 0]), reduction="none").numpy().round(4)
    array([0.6931, 1.3863], dtype=float32)
    """
    checks.choice("reduction", reduction, REDUCTIONS)
    given = as_tensor("input", input)
    if given.ndim < 2 or given.shape[1] == 0:
        raise ValueError(f"input must have shape [N, classes, *] with a class, but received {given.shape!r}")
    ignored = checks.integer("ignore_index", ignore_index)
    numbers, counted = sample_classes(given, as_tensor("label", label), ignored, 1)
    shares = counted.astype(np.float64)
    if weight is not None:
        shares *= class_weights(weight, given.shape[1])[numbers]
    if reduction == "mean":
        shares = shares / (float(shares.sum()) or 1.0)
    return loss(_nll, {"input": input}, "none" if reduction == "none" else "sum", label=numbers, shares=shares)


@reduced
def _nll(input: Array, *, label: Array, shares: Array) -> Outcome:
    shape, shares = input.shape, shares.astype(input.dtype, copy=False)
    picked = np.take_along_axis(input, label, 1)
    # An ignored sample has no loss even where its logarithm is infinite.
    losses = np.where(shares == 0, 0, -picked) * shares

    def to_input(g: Array) -> Array:
        gradient = np.zeros(shape, g.dtype)
        np.put_along_axis(gradient, label, -np.expand_dims(g, 1) * shares, 1)
        return gradient

    return losses[:, 0], (to_input,)
