"""Forms of the cross entropy of a softmax."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.loss import (
    REDUCTIONS,
    class_numbers,
    cross_entropy,
    in_full_precision,
    one_per_row,
    rounded,
)
from paramattr.nn.functional.softmax import softmax
from paramattr.utils import checks


def softmax_with_cross_entropy(
    logits: Operand,
    label: Operand,
    soft_label: bool = False,
    ignore_index: int = -100,
    numeric_stable_mode: bool = True,
    return_softmax: bool = False,
    axis: int = -1,
) -> Tensor | tuple[Tensor, Tensor]:
    """Return `cross_entropy` per sample, with the axis of the classes, which has size 1.

    Mirrors ``paddle.nn.functional.softmax_with_cross_entropy``.

    Parameters
    ----------
    logits, label, soft_label, ignore_index, axis
        As for `cross_entropy`, where ``logits`` is ``input``.
    numeric_stable_mode : bool, default True
        Has no effect: no logits overflow here.
    return_softmax : bool, default False
        Whether to return the probabilities too, after the losses.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([[0.0, 0.0]])
    >>> paramattr.nn.functional.softmax_with_cross_entropy(logits, paramattr.to_tensor([[1]])).numpy().round(4)
    array([[0.6931]], dtype=float32)
    """
    given = as_tensor("logits", logits)
    axis = checks.axis("axis", axis, given.ndim)
    checks.boolean("numeric_stable_mode", numeric_stable_mode)
    settings = {"ignore_index": ignore_index, "soft_label": soft_label, "axis": axis}
    losses = cross_entropy(given, label, reduction="none", **settings)  # type: ignore[arg-type]
    losses = losses.reshape([*given.shape[:axis], 1, *given.shape[axis + 1 :]])
    return (losses, softmax(given, axis)) if checks.boolean("return_softmax", return_softmax) else losses


def margin_cross_entropy(
    logits: Operand,
    label: Operand,
    margin1: float = 1.0,
    margin2: float = 0.5,
    margin3: float = 0.0,
    scale: float = 64.0,
    group: object = None,
    return_softmax: bool = False,
    reduction: str | None = "mean",
) -> Tensor | tuple[Tensor, Tensor]:
    """Return the cross entropy of scaled cosines, of which the label's is cos(margin1 · θ + margin2) - margin3.

    Parameters
    ----------
    logits : Tensor or array_like
        Cosines of the angles θ between a sample and each class, of shape ``[N, classes]``.
    label : Tensor or array_like
        Class numbers, of shape ``[N]`` or ``[N, 1]``.
    margin1, margin2, margin3 : float, default 1.0, 0.5, 0.0
        The factor of the angle, what is added to it, and what is taken off its cosine.
    scale : float, default 64.0
        The factor of all cosines.
    group : None or False
        There is one process.
    return_softmax : bool, default False
        Whether to return the probabilities too, after the loss.
    reduction : {"mean", "sum", "none"} or None, default "mean"
        What becomes of the losses, which have the shape ``[N, 1]``; None stands for "none".

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2018. Mirrors
    ``paddle.nn.functional.margin_cross_entropy`` in one process.

    Examples
    --------
    >>> import paramattr
    >>> cosines = paramattr.to_tensor([[0.9, 0.1]])
    >>> round(paramattr.nn.functional.margin_cross_entropy(cosines, [0], scale=1.0).item(), 4)
    0.4814
    """
    given = as_tensor("logits", logits)
    if given.ndim != 2 or given.shape[1] == 0:
        raise ValueError(f"logits must have shape [N, classes] with a class, but received {given.shape!r}")
    if group is not None and group is not False:
        raise ValueError(f"group must be None or False, as there is one process, but received {group!r}")
    places = class_numbers("label", one_per_row("label", label, len(given)), given.shape[1])
    _check_cosines(given.numpy()[np.arange(len(given)), places])
    margins = {"margin1": margin1, "margin2": margin2, "margin3": margin3}
    settings = {name: checks.real(name, margin) for name, margin in margins.items()}
    how = checks.choice("reduction", "none" if reduction is None else reduction, REDUCTIONS)
    scores = apply(_with_margin, in_full_precision(given), label=places, **settings) * checks.real("scale", scale)
    value = rounded(cross_entropy(scores, places[:, None], reduction=how), given)
    return (value, rounded(softmax(scores), given)) if checks.boolean("return_softmax", return_softmax) else value


def _check_cosines(logits: Array) -> None:
    outside = logits[~(np.abs(logits) <= 1.01)]  # a cosine that was rounded may be a little above 1
    if outside.size:
        raise ValueError(f"logits must hold cosines, in [-1, 1], but holds {outside[0]}")


def _with_margin(cosines: Array, *, label: Array, margin1: float, margin2: float, margin3: float) -> Outcome:
    places = (np.arange(len(cosines)), label)
    one = np.ones((), cosines.dtype)
    cosine = np.clip(cosines[places], -one, one)
    angle = np.arccos(cosine)
    value, slope = cosines.copy(), one
    if margin1 != 1 or margin2 != 0:
        turned = margin1 * angle + margin2
        # At angles 0 and π the derivative is infinite.
        sine = np.sqrt(np.maximum((1 - cosine) * (1 + cosine), np.finfo(cosines.dtype).eps))
        value[places], slope = np.cos(turned), margin1 * np.sin(turned) / sine
    value[places] -= margin3

    def to_cosines(g: Array) -> Array:
        gradient = g.copy()
        gradient[places] *= slope
        return gradient

    return value, (to_cosines,)
