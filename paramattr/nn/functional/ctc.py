"""The loss of connectionist temporal classification."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.loss import REDUCTIONS, class_numbers, loss, reduced
from paramattr.utils import checks


def ctc_loss(
    log_probs: Operand,
    labels: Operand,
    input_lengths: Operand,
    label_lengths: Operand,
    blank: int = 0,
    reduction: str = "mean",
    norm_by_times: bool = False,
    zero_infinity: bool = False,
) -> Tensor:
    """Return minus the logarithm of the probability that the symbols, without repeats and blanks, are the labels.

    Mirrors ``paddle.nn.functional.ctc_loss``; as there, the loss is 0 where a sequence is too short for its labels.

    Parameters
    ----------
    log_probs : Tensor or array_like
        Logits of the symbols, of shape ``[time, N, symbols]``; the softmax is taken here.
    labels : Tensor or array_like
        Symbols, of shape ``[N, longest]``; what lies beyond the length of a row is not looked at.
    input_lengths, label_lengths : Tensor or array_like
        How many steps and how many labels each sample has, of shape ``[N]``.
    blank : int, default 0
        The symbol that stands for none.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses; "mean" first divides each by its number of labels, if there are any.
    norm_by_times : bool, default False
        Whether each gradient, but not the loss, is divided by the number of steps.
    zero_infinity : bool, default False
        Whether an infinite loss counts as 0. Its gradient is 0 anyway.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Graves et al., "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent Neural
    Networks", 2006.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.nn.functional.pad(paramattr.to_tensor([[[0.0, 0.0]]]), [0, 0])
    >>> round(paramattr.nn.functional.ctc_loss(logits, [[1]], [1], [1]).item(), 4)
    0.6931
    """
    given, symbols = as_tensor("log_probs", log_probs), as_tensor("labels", labels)
    if given.ndim != 3 or given.shape[2] == 0 or symbols.ndim != 2 or len(symbols) != given.shape[1]:
        raise ValueError(
            f"log_probs and labels must have shapes [time, N, symbols] and [N, longest], but received {given.shape!r}"
            f" and {symbols.shape!r}"
        )
    steps = lengths("input_lengths", input_lengths, len(symbols), given.shape[0])
    counts = lengths("label_lengths", label_lengths, len(symbols), symbols.shape[1])
    silent = checks.integer("blank", blank, low=0, high=given.shape[2] - 1)
    settings = {
        "labels": within("labels", symbols.numpy(), counts, given.shape[2], silent),
        "steps": steps,
        "counts": counts,
        "blank": silent,
        "by_times": checks.boolean("norm_by_times", norm_by_times),
        "zero_infinity": checks.boolean("zero_infinity", zero_infinity),
        "shares": 1 / np.maximum(counts, 1) if reduction == "mean" else np.ones(len(counts)),
    }
    return loss(_ctc, {"log_probs": log_probs}, checks.choice("reduction", reduction, REDUCTIONS), **settings)


def lengths(name: str, value: Operand, rows: int, most: int) -> Array:
    """Return ``value``, a length for each of ``rows``, as an array."""
    numbers = class_numbers(name, value, most + 1)
    if numbers.shape not in ((rows,), (rows, 1)):
        raise ValueError(f"{name} must have shape [{rows}], but received {list(numbers.shape)}")
    return numbers.reshape(rows).astype(np.int64)


def within(name: str, labels: Array, counts: Array, classes: int, rest: int) -> Array:
    """Return ``labels``, of which each row counts as far as ``counts`` says; what lies beyond becomes ``rest``."""
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, but received dtype {labels.dtype}")
    return class_numbers(name, np.where(np.arange(labels.shape[1]) < counts[:, None], labels, rest), classes)


def _moved(x: Array, by: int) -> Array:
    """Return rows moved ``by`` places, to the right where it is positive, with -inf for what comes in."""
    moved = np.full_like(x, -np.inf)
    if by > 0:
        moved[:, by:] = x[:, :-by]
    else:
        moved[:, :by] = x[:, -by:]
    return moved


@reduced
def _ctc(
    log_probs: Array,
    *,
    labels: Array,
    steps: Array,
    counts: Array,
    blank: int,
    by_times: bool,
    zero_infinity: bool,
    shares: Array,
) -> Outcome:
    dtype, (time, rows, symbols) = log_probs.dtype, log_probs.shape
    # States are the labels with blanks between and around; a path may pass over a blank between different labels.
    states = np.full((rows, 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = labels
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    logs = log_probs - log_probs.max(axis=2, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=2, keepdims=True))
    # Sums over long paths lose digits; double precision costs little here.
    emitted = np.take_along_axis(logs, states[None], 2).astype(np.float64)
    before = np.full((time, *states.shape), -np.inf)
    for t in range(time):
        if t == 0:
            before[0, :, :2] = emitted[0, :, :2]
            continue
        last = before[t - 1]
        ways = np.logaddexp(np.logaddexp(last, _moved(last, 1)), np.where(skips, _moved(last, 2), -np.inf))
        before[t] = ways + emitted[t]
    ends = np.arange(states.shape[1]) - 2 * counts[:, None]
    ends = (ends == 0) | ((ends == -1) & (counts[:, None] > 0))
    repeats = ((labels[:, 1:] == labels[:, :-1]) & (np.arange(1, labels.shape[1]) < counts[:, None])).sum(axis=1)
    fits = counts + repeats <= steps
    found = before[np.maximum(steps, 1) - 1, np.arange(rows)] if time else np.zeros(states.shape)
    total = np.where(fits & (steps > 0), np.logaddexp.reduce(np.where(ends, found, -np.inf), axis=1), 0)
    finite = np.isfinite(total)
    losses = np.where(finite | (not zero_infinity), -total, 0) * shares

    def to_log_probs(g: Array) -> Array:
        after, visits = np.full(states.shape, -np.inf), np.empty_like(before)
        for t in reversed(range(time)):
            if t + 1 < time:
                coming = after + np.take_along_axis(logs[t + 1], states, 1)
                skipped = _moved(np.where(skips, coming, -np.inf), -2)
                after = np.logaddexp(np.logaddexp(coming, _moved(coming, -1)), skipped)
            after = np.where((steps == t + 1)[:, None], np.where(ends, 0.0, -np.inf), after)
            visits[t] = before[t] + after
        factor = np.where(fits & finite, g * shares, 0) / (np.maximum(steps, 1) if by_times else 1)
        visits = np.exp(visits - np.where(finite, total, 0)[:, None])
        cells = (np.arange(time)[:, None, None] * rows + np.arange(rows)[:, None]) * symbols + states
        taken = np.bincount(cells.ravel(), visits.ravel(), time * rows * symbols).reshape(logs.shape)
        gradient = (np.exp(logs) - taken) * factor[:, None]
        return np.where((np.arange(time)[:, None] < steps)[..., None], gradient, 0).astype(dtype)

    return losses.astype(dtype), (to_log_probs,)
