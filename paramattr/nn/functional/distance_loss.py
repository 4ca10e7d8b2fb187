"""Losses of vectors that should be near to or far from each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.distance import p_norm, slopes
from paramattr.nn.functional.loss import (
    REDUCTIONS,
    check_shape,
    cross_entropy,
    in_full_precision,
    loss,
    reduced,
    rounded,
)
from paramattr.tensor.choice import minimum
from paramattr.tensor.linalg import matmul
from paramattr.utils import checks

Distance = Callable[[Tensor, Tensor], Tensor]

# What Paddle adds to the square of each length.
_SMALL = 1e-11


def cosine_embedding_loss(
    input1: Operand,
    input2: Operand,
    label: Operand,
    margin: float = 0,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return 1 - cos where ``label`` is 1 and max(0, cos - margin) where it is -1, cos being that of the angle.

    Mirrors ``paddle.nn.functional.cosine_embedding_loss``; as there, any other label gives 0.

    Parameters
    ----------
    input1, input2 : Tensor or array_like
        Vectors, of the same shape ``[N, size]`` or ``[size]``.
    label : Tensor or array_like
        Whether they should point the same way, 1, or not, -1; of shape ``[N]``.
    margin : float, default 0
        The cosine that is small enough, in [-1, 1].
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per pair.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> one, two = paramattr.to_tensor([[3.0, 4.0]]), paramattr.to_tensor([[4.0, 3.0]])
    >>> round(paramattr.nn.functional.cosine_embedding_loss(one, two, paramattr.to_tensor([1])).item(), 4)
    0.04
    """
    check_shape("input2", input2, "input1", input1)
    labels, shape = as_tensor("label", label), as_tensor("input1", input1).shape
    if len(shape) not in (1, 2) or labels.ndim != 1:
        raise ValueError(
            f"input1 and label must have shapes [N, size] or [size] and [N], but received {shape!r}"
            f" and {labels.shape!r}"
        )
    settings = {"label": labels.numpy(), "margin": checks.real("margin", margin, low=-1.0, high=1.0)}
    return loss(_cosine_embedding, {"input1": input1, "input2": input2}, reduction, **settings)


@reduced
def _cosine_embedding(input1: Array, input2: Array, *, label: Array, margin: float) -> Outcome:
    (unit1, length1), (unit2, length2) = _direction(input1), _direction(input2)
    cosine = (unit1 * unit2).sum(axis=-1)
    excess = cosine - np.asarray(margin, cosine.dtype)
    same, apart = label == 1, (label == -1) & (excess > 0)
    losses = np.where(same, 1 - cosine, np.where(apart, excess, 0))

    def share(g: Array) -> Array:
        part = g * apart - g * same
        if cosine.ndim == 0:
            part = part.sum()
        return np.expand_dims(part, -1)

    rest = np.expand_dims(cosine, -1)
    return losses, (
        lambda g: share(g) * ((unit2 - unit1 * rest) / length1),
        lambda g: share(g) * ((unit1 - unit2 * rest) / length2),
    )


def _direction(x: Array) -> tuple[Array, Array]:
    """Return vectors divided by their lengths, and the lengths."""
    # A square may overflow or underflow where the length does not.
    scale = np.maximum(np.abs(x).max(axis=-1, keepdims=True, initial=0), np.asarray(1e-3, x.dtype))
    scaled = x / scale
    length = np.sqrt((scaled * scaled).sum(axis=-1, keepdims=True) + np.asarray(_SMALL, x.dtype) / scale / scale)
    return scaled / length, length * scale


def triplet_margin_loss(
    input: Operand,
    positive: Operand,
    negative: Operand,
    margin: float = 1.0,
    p: float = 2,
    epsilon: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return max(0, d(input, positive) - d(input, negative) + margin), d being the distance in a p-norm.

    Mirrors ``paddle.nn.functional.triplet_margin_loss``.

    Parameters
    ----------
    input, positive, negative : Tensor or array_like
        Vectors along the last axis: those that are compared, near ones and far ones. Of the same shape.
    margin : float, default 1.0
        By how much the far ones should be farther, >= 0.
    p : float, default 2
        The power in the norm, >= 0 or inf; 0 counts the coordinates that differ.
    epsilon : float, default 1e-6
        Added to each coordinate of a difference.
    swap : bool, default False
        Whether the distance of ``positive`` and ``negative`` takes the place of a larger d(input, negative).
    reduction : {"mean", "sum", "none"}, default "mean"
        What becomes of the losses, one per triplet.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes differ.

    Examples
    --------
    >>> import paramattr
    >>> zero, one = paramattr.to_tensor([[0.0, 0.0]]), paramattr.to_tensor([[3.0, 4.0]])
    >>> round(paramattr.nn.functional.triplet_margin_loss(zero, one, one).item(), 4)
    1.0
    """
    settings = {
        "p": checks.real("p", p, low=0.0, finite=False),
        "epsilon": checks.real("epsilon", epsilon),
    }
    return _triplet(input, positive, negative, lambda x, y: apply(_distance, x, y, **settings), margin, swap, reduction)


def triplet_margin_with_distance_loss(
    input: Operand,
    positive: Operand,
    negative: Operand,
    distance_function: Distance | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Return `triplet_margin_loss` for any distance.

    Mirrors ``paddle.nn.functional.triplet_margin_with_distance_loss``. The other arguments, and what is refused, are
    those of `triplet_margin_loss`.

    Parameters
    ----------
    input, positive, negative : Tensor or array_like
        Of the same shape. Float16 and bfloat16 are compared in float32.
    distance_function : callable, optional
        Takes two tensors and returns their distances, >= 0. By default that of `triplet_margin_loss`.
    margin, swap, reduction, name
        As there.

    Raises
    ------
    TypeError, ValueError
        Also if ``distance_function`` is not callable, or returns anything but a Tensor of numbers >= 0.

    Examples
    --------
    >>> import paramattr
    >>> zero, one = paramattr.to_tensor([[0.0, 0.0]]), paramattr.to_tensor([[3.0, 4.0]])
    >>> manhattan = lambda x, y: (x - y).abs().sum(axis=-1)
    >>> paramattr.nn.functional.triplet_margin_with_distance_loss(zero, one, one / 7.0, manhattan).item()
    7.0
    """
    measure = check_distance(distance_function)

    def checked(x: Tensor, y: Tensor) -> Tensor:
        distance = measure(x, y)
        checks.instance("what distance_function returns", distance, Tensor, "a Tensor")
        if not (distance.numpy() >= 0).all():
            raise ValueError(f"distance_function must return numbers >= 0, but returned {distance.numpy().min()}")
        return distance

    return _triplet(input, positive, negative, checked, margin, swap, reduction)


def check_distance(distance_function: Distance | None) -> Distance:
    """Return ``distance_function``, or the Euclidean distance for None."""
    if distance_function is None:
        return lambda x, y: apply(_distance, x, y, p=2.0, epsilon=1e-6)
    if not callable(distance_function):
        raise TypeError(
            f"distance_function must be callable or None, but received {distance_function!r}"
            f" ({type(distance_function).__name__})"
        )
    return distance_function


def _triplet(
    input: Operand,
    positive: Operand,
    negative: Operand,
    measure: Distance,
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    check_shape("positive", positive, "input", input)
    check_shape("negative", negative, "input", input)
    checks.choice("reduction", reduction, REDUCTIONS)
    number, swapped = checks.real("margin", margin, low=0.0), checks.boolean("swap", swap)
    given = as_tensor("input", input)
    near, far = as_tensor("positive", positive), as_tensor("negative", negative)
    x, near, far = (in_full_precision(tensor) for tensor in (given, near, far))
    distance = measure(x, far)
    if swapped:
        distance = minimum(distance, measure(near, far))
    distances = {"positive": measure(x, near), "negative": distance}
    return rounded(loss(_gap, distances, reduction, margin=number), given)


@reduced
def _gap(positive: Array, negative: Array, *, margin: float) -> Outcome:
    gap = positive - negative + np.asarray(margin, positive.dtype)
    above = gap > 0
    return np.maximum(gap, 0), (lambda g: g * above, lambda g: -g * above)


def _distance(x: Array, y: Array, *, p: float, epsilon: float) -> Outcome:
    difference = real(x) - real(y)
    difference = difference + np.asarray(epsilon, difference.dtype)
    size = p_norm(difference, p)
    slope = slopes(difference, size, p)
    if p == np.inf:  # equal largest differences share the gradient
        slope /= np.maximum(np.count_nonzero(slope, axis=-1, keepdims=True), 1)
    return size[..., 0], (lambda g: g[..., None] * slope, lambda g: -g[..., None] * slope)


def npair_loss(anchor: Operand, positive: Operand, labels: Operand, l2_reg: float = 0.002) -> Tensor:
    """Return the cross entropy of which products of anchors and positives belong to the same label, and a penalty.

    Mirrors ``paddle.nn.functional.npair_loss``.

    Parameters
    ----------
    anchor, positive : Tensor or array_like
        Vectors, of the same shape ``[N, size]``.
    labels : Tensor or array_like
        What each pair shows, of shape ``[N]``.
    l2_reg : float, default 0.002
        Four times the factor of the mean squared lengths that are added.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    References
    ----------
    Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", 2016.

    Examples
    --------
    >>> import paramattr
    >>> vectors = paramattr.to_tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> round(paramattr.nn.functional.npair_loss(vectors, vectors, [0, 1], 0.0).item(), 4)
    0.3133
    """
    check_shape("positive", positive, "anchor", anchor)
    given, numbers = as_tensor("anchor", anchor), as_tensor("labels", labels).numpy()
    if given.ndim != 2 or given.size == 0:
        raise ValueError(f"anchor must have shape [N, size] and elements, but received {given.shape!r}")
    if numbers.size != len(given):
        raise ValueError(f"labels must have shape [{len(given)}], but received {list(numbers.shape)}")
    factor = checks.real("l2_reg", l2_reg) / 4 / len(given)
    same = numbers.reshape(-1, 1) == numbers.reshape(1, -1)
    x, y = in_full_precision(given), in_full_precision(as_tensor("positive", positive))
    penalty = ((x * x).sum() + (y * y).sum()) * factor
    chances = cross_entropy(matmul(x, y, transpose_y=True), same / same.sum(axis=1, keepdims=True), soft_label=True)
    return rounded(penalty + chances, given)
