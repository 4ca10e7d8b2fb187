"""Labels as vectors: one-hot, and smoothed."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.arguments import integer_array
from paramattr.utils import checks
from paramattr.utils.alias import also


@also(input="x")
def one_hot(x: Operand, num_classes: int | Tensor = -1, name: str | None = None) -> Tensor:
    """Return a float32 vector for each integer of ``x``: 1 at its position, and 0 elsewhere.

    Mirrors ``paddle.nn.functional.one_hot``.

    Parameters
    ----------
    x : Tensor or array_like
        Of integers in [0, num_classes), of any shape.
    num_classes : int or Tensor of one element, default -1
        Size of the vectors, >= 1; -1 stands for one more than the largest of ``x``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not of integers, or ``num_classes`` out of range, or a value of ``x`` is.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.one_hot(paramattr.to_tensor([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    places = integer_array("x", x)
    given = num_classes.item() if isinstance(num_classes, Tensor) and num_classes.size == 1 else num_classes
    count = checks.integer("num_classes", given, low=-1)
    if count == -1 and places.size:
        count = int(places.max()) + 1
    if count < 1:
        raise ValueError(f"num_classes must be >= 1, or -1 with an x that is not empty, but received {given}")
    if places.size and not 0 <= int(places.min()) <= int(places.max()) < count:
        raise ValueError(
            f"x must hold integers in [0, {count}), but received {int(places.min())} to {int(places.max())}"
        )
    checks.fits_in_memory("one_hot: the value, of shape", [*places.shape, count], 4)
    value = np.zeros((*places.shape, count), np.float32)
    np.put_along_axis(value, places[..., None].astype(np.int64), 1, -1)
    return Tensor(value)


def label_smooth(
    label: Operand, prior_dist: Operand | None = None, epsilon: float = 0.1, name: str | None = None
) -> Tensor:
    """Return ``(1 - epsilon) * label + epsilon * prior_dist``.

    Parameters
    ----------
    label : Tensor or array_like
        Probabilities, or one-hot vectors, of shape ``[..., classes]``.
    prior_dist : Tensor or array_like, optional
        Of shape ``[classes]`` or ``[1, classes]``; by default all classes are alike.
    epsilon : float, default 0.1
        Weight of the prior, in [0, 1].
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Szegedy et al., "Rethinking the Inception Architecture", 2015. Mirrors ``paddle.nn.functional.label_smooth``, which
    rounds ``epsilon`` to single precision.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.label_smooth(paramattr.to_tensor([[0.0, 1.0]]), epsilon=0.5).numpy()
    array([[0.25, 0.75]], dtype=float32)
    """
    label = as_tensor("label", label)
    weight = checks.real("epsilon", epsilon, low=0.0, high=1.0)
    if label.ndim == 0:
        raise ValueError(f"label must have an axis of classes, but received shape {label.shape!r}")
    classes = label.shape[-1]
    if prior_dist is None:
        return apply(_smoothed, label, weight=weight)
    prior = as_tensor("prior_dist", prior_dist)
    if prior.shape not in ([classes], [1, classes]):
        raise ValueError(f"prior_dist must have shape [{classes}] or [1, {classes}], but received {prior.shape!r}")
    return apply(_smoothed, label, prior.reshape([classes]), weight=weight)


def _smoothed(label: Array, *priors: Array, weight: float) -> Outcome:
    label = real(label)
    prior = priors[0] if priors else 1 / max(label.shape[-1], 1)
    return (1 - weight) * label + weight * prior, (
        lambda g: (1 - weight) * g,
        *[lambda g: weight * g] * len(priors),
    )
