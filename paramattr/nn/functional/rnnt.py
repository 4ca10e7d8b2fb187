"""The loss of a recurrent transducer."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.ctc import lengths, within
from paramattr.nn.functional.loss import loss, reduced
from paramattr.utils import checks


def rnnt_loss(
    input: Operand,
    label: Operand,
    input_lengths: Operand,
    label_lengths: Operand,
    blank: int = 0,
    fastemit_lambda: float = 0.001,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return minus the logarithm of the probability of the labels, summed over all ways to place blanks between them.

    Mirrors ``paddle.nn.functional.rnnt_loss``.

    Parameters
    ----------
    input : Tensor or array_like
        Logarithms of the probabilities of the symbols after each step and each number of labels, of shape
        ``[N, time, 1 + longest, symbols]``. As in Paddle on a CPU no softmax is taken here.
    label : Tensor or array_like
        Symbols, of shape ``[N, longest]``; what lies beyond the length of a row is not looked at.
    input_lengths, label_lengths : Tensor or array_like
        How many steps, at least one, and how many labels each sample has, of shape ``[N]``.
    blank : int, default 0
        The symbol that goes on to the next step.
    fastemit_lambda : float, default 0.001
        How much larger the gradients of labels are made, which does not change the loss.
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per sample.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Graves, "Sequence Transduction with Recurrent Neural Networks", 2012; Yu et al., "FastEmit: Low-latency Streaming
    ASR with Sequence-level Emission Regularization", 2020.

    Examples
    --------
    >>> import paramattr
    >>> logs = paramattr.log(paramattr.to_tensor([[[[0.5, 0.5], [0.5, 0.5]]]]))
    >>> round(paramattr.nn.functional.rnnt_loss(logs, [[1]], [1], [1]).item(), 4)
    1.3863
    """
    given, symbols = as_tensor("input", input), as_tensor("label", label)
    sizes = given.shape
    if len(sizes) != 4 or symbols.shape != [sizes[0], sizes[2] - 1] or 0 in sizes[1:]:
        raise ValueError(
            "input and label must have shapes [N, time, 1 + longest, symbols] and [N, longest], but received"
            f" {sizes!r} and {symbols.shape!r}"
        )
    steps = lengths("input_lengths", input_lengths, sizes[0], sizes[1])
    if (steps == 0).any():
        raise ValueError("input_lengths must be at least 1, but holds 0")
    counts = lengths("label_lengths", label_lengths, sizes[0], sizes[2] - 1)
    silent = checks.integer("blank", blank, low=0, high=sizes[3] - 1)
    settings = {
        "label": within("label", symbols.numpy(), counts, sizes[3], silent),
        "steps": steps,
        "counts": counts,
        "blank": silent,
        "boost": 1 + checks.real("fastemit_lambda", fastemit_lambda),
    }
    return loss(_rnnt, {"input": input}, reduction, **settings)


@reduced
def _rnnt(input: Array, *, label: Array, steps: Array, counts: Array, blank: int, boost: float) -> Outcome:
    dtype, shape = input.dtype, input.shape
    rows, time, width = shape[:3]
    # Row d of a slanted table holds the cells with t + u = d, which depend on row d - 1 alone. The way out, a blank after
    # the last label of the last step, leads to a cell of its own.
    waits, speaks, out = _slanted(input, label, steps, counts, blank)
    before = np.full((time + width, rows, width), -np.inf)
    before[0, :, 0] = 0
    for d in range(1, time + width):
        before[d] = before[d - 1] + waits[d - 1]
        before[d, :, 1:] = np.logaddexp(before[d, :, 1:], (before[d - 1] + speaks[d - 1])[:, :-1])
    total = before[steps + counts, np.arange(rows), counts]

    def to_input(g: Array) -> Array:
        after = np.full((rows, width), -np.inf)
        waited, spoken = np.empty_like(waits), np.empty_like(speaks)
        scale = np.where(np.isfinite(total), total, 0)[:, None]
        for d in reversed(range(time + width)):
            coming = np.full_like(after, -np.inf)
            coming[:, :-1] = after[:, 1:]
            waited[d], spoken[d] = waits[d] + after, speaks[d] + coming
            after = np.where(out[d], 0, np.logaddexp(waited[d], spoken[d]))
            waited[d], spoken[d] = (np.exp(before[d] + way - scale) for way in (waited[d], spoken[d]))
        t, u = np.arange(time)[:, None], np.arange(width)
        gradient, factor = np.zeros(shape), -g[:, None, None]
        gradient[..., blank] = np.moveaxis(waited[t + u, :, u], 2, 0) * factor
        samples = np.arange(rows)[:, None, None]
        emitted = np.moveaxis(spoken[t + u, :, u], 2, 0)[:, :, :-1] * factor * boost
        gradient[samples, t, u[:-1], label[:, None]] += emitted
        return gradient.astype(dtype)

    return (-total).astype(dtype), (to_input,)


def _slanted(input: Array, label: Array, steps: Array, counts: Array, blank: int) -> tuple[Array, Array, Array]:
    """Return, by t + u, sample and u, the logarithms of a blank and of a label, and which cell is the way out."""
    rows, time, width, _ = input.shape
    u = np.arange(width)
    t = np.arange(time + width)[:, None, None] - u
    samples, clipped = np.arange(rows)[:, None], np.clip(t, 0, time - 1)
    last = counts[:, None]
    inside = (t >= 0) & (t < steps[:, None]) & (u <= last)
    # After the last step a blank leads out of the table, and only behind the last label.
    waiting = inside & ((t < steps[:, None] - 1) | (u == last))
    spoken = np.concatenate([label, np.full((rows, 1), blank)], axis=1)
    waits = np.where(waiting, input[samples, clipped, u, blank], -np.inf).astype(np.float64)
    speaks = np.where(inside & (u < last), input[samples, clipped, u, spoken], -np.inf).astype(np.float64)
    return waits, speaks, (t == steps[:, None]) & (u == last)
