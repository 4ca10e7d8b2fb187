"""Random numbers of laws whose parameters a tensor holds."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.random import integers, next_key, rejection
from paramattr.random.exact import log
from paramattr.random.words import words_from
from paramattr.tensor.function import into
from paramattr.tensor.search import places
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["bernoulli", "binomial", "multinomial", "poisson", "standard_gamma"]


def floating_tensor(name: str, value: Operand) -> Tensor:
    """Return array_like of a floating dtype as a tensor; TypeError that names the argument for all else."""
    tensor = as_tensor(name, value)
    if not dtypes.is_floating(tensor.dtype):
        raise TypeError(f"{name} must hold floating-point numbers, but received dtype {tensor.dtype}")
    return tensor


def _bounded(name: str, value: Operand, high: float = np.inf, *, whole: bool = False) -> Tensor:
    """Return array_like as a tensor of finite numbers from 0 to ``high``; nan is refused too."""
    tensor = as_tensor(name, value)
    array = tensor.numpy().astype(np.float64)
    if not ((array >= 0) & (array <= high) & np.isfinite(array)).all() or (whole and (array != np.floor(array)).any()):
        kind = "whole numbers that are" if whole else "numbers that are"
        expected = f"{kind} not negative" if np.isinf(high) else f"numbers from 0 to {high:g}"
        raise ValueError(f"{name} must hold {expected}, but received {value!r}")
    return tensor


def bernoulli_values(prob: Array) -> Array:
    """Draw 1 with the probability given for each element, and 0 otherwise, in float64."""
    return (fractions(prob.shape) < prob).astype(np.float64)


def fractions(shape: tuple[int, ...]) -> Array:
    """Draw numbers between 0 and 1, neither of which occurs, in float64."""
    return integers.fractions(words_from(next_key(), 0, math.prod(shape))).reshape(shape)


def bernoulli(x: Operand, p: float | None = None, name: str | None = None) -> Tensor:
    """Return 1 with the probability that ``x`` holds for each element, and 0 otherwise.

    Mirrors ``paddle.bernoulli``.

    Parameters
    ----------
    x : Tensor or array_like
        Probabilities, of a floating dtype, which the result has too.
    p : float, optional
        One probability for all elements, in place of the values of ``x``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not of a floating dtype, or a probability does not lie between 0 and 1.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bernoulli(paramattr.to_tensor([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    x = floating_tensor("x", x)
    if p is None:
        prob = _bounded("x", x, 1.0).numpy().astype(np.float64)
    else:
        prob = np.full(x.numpy().shape, checks.real("p", p, low=0.0, high=1.0))
    return Tensor(bernoulli_values(prob).astype(x.dtype))


def with_values(x: Tensor, values: Array) -> Tensor:
    """Return ``values`` as a tensor made from ``x``, to which it gives the gradient 0."""
    return apply(_drawn, x, values=values)


@exact
def _drawn(x: Array, *, values: Array) -> Outcome:
    return values, (np.zeros_like,)


def poisson(x: Operand, name: str | None = None) -> Tensor:
    """Return random numbers of the Poisson laws with the expectations ``x``; the gradient is 0.

    Mirrors ``paddle.poisson``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not of a floating dtype, or has an element that is negative or not finite.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.poisson(paramattr.to_tensor([0.0, 0.0])).tolist()
    [0.0, 0.0]
    """
    x = _bounded("x", floating_tensor("x", x))
    values = rejection.poisson(next_key(), x.numpy().astype(np.float64).reshape(-1))
    return with_values(x, values.reshape(x.numpy().shape).astype(x.dtype))


def binomial(count: Operand, prob: Operand, name: str | None = None) -> Tensor:
    """Return random numbers of successes in ``count`` trials that succeed with the probability ``prob`` each, as int64.

    Mirrors ``paddle.binomial``.

    Parameters
    ----------
    count : Tensor or array_like
        Whole numbers that are not negative.
    prob : Tensor or array_like
        Probabilities; they broadcast with ``count``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the values are others, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.binomial(paramattr.to_tensor([5, 5]), paramattr.to_tensor([0.0, 1.0])).tolist()
    [0, 5]
    """
    trials, chance = _bounded("count", count, whole=True), _bounded("prob", prob, 1.0)
    try:
        n, p = np.broadcast_arrays(trials.numpy().astype(np.float64), chance.numpy().astype(np.float64))
    except ValueError:
        raise ValueError(
            f"count and prob must broadcast, but received shapes {trials.shape!r} and {chance.shape!r}"
        ) from None
    values = rejection.binomial(next_key(), n.reshape(-1), p.reshape(-1))
    return Tensor(values.reshape(n.shape).astype(np.int64))


def standard_gamma(x: Operand, name: str | None = None) -> Tensor:
    """Return random numbers of the gamma laws with the parameters ``x`` and scale 1.

    Mirrors ``paddle.standard_gamma``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not of a floating dtype, or has an element that is negative or not finite.

    Examples
    --------
    >>> import paramattr
    >>> bool((paramattr.standard_gamma(paramattr.to_tensor([0.5, 10.0])) > 0).numpy().all())
    True
    """
    x = _bounded("x", floating_tensor("x", x))
    values = rejection.gamma(next_key(), x.numpy().astype(np.float64).reshape(-1))
    return Tensor(values.reshape(x.numpy().shape).astype(x.dtype))


def exponentials(shape: tuple[int, ...]) -> Array:
    """Draw numbers of the exponential law with rate 1, in float64."""
    return -np.asarray(log(fractions(shape)))


@also(input="x")
def multinomial(
    x: Operand, num_samples: int = 1, replacement: bool = False, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return random indices, with probabilities in proportion to the elements of each row of ``x``.

    Mirrors ``paddle.multinomial``.

    Parameters
    ----------
    x : Tensor or array_like
        A vector or a matrix of a floating dtype; no element is negative, and in each row one is above 0.
    num_samples : int, default 1
        How many indices for each row.
    replacement : bool, default False
        Whether an index may be drawn again.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the indices.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range, or a row without replacement has fewer elements above 0
        than ``num_samples``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.multinomial(paramattr.to_tensor([[0.0, 1.0], [1.0, 0.0]]), 2, replacement=True).tolist()
    [[1, 1], [0, 0]]
    """
    tensor = floating_tensor("x", x)
    weights = tensor.numpy().astype(np.float64)
    if (
        not 1 <= tensor.ndim <= 2
        or not (np.isfinite(weights) & (weights >= 0)).all()
        or not (weights > 0).any(-1).all()
    ):
        expected = "a vector or matrix of finite numbers that are not negative, with one above 0 in each row"
        raise ValueError(f"x must be {expected}, but received {x!r}")
    count = checks.integer("num_samples", num_samples, low=1)
    if not checks.boolean("replacement", replacement):
        most = int((weights > 0).sum(-1).min(initial=weights.size))
        if count > most:
            raise ValueError(f"num_samples must be at most {most} without replacement, but received {count}")
        with np.errstate(divide="ignore"):
            # Who waits least comes first, and the waits are exponential, with the weights as rates.
            waits = exponentials(weights.shape) / weights
        return into(out, Tensor(np.argsort(waits, -1, kind="stable")[..., :count].astype(np.int64)))
    ends = np.cumsum(weights / weights.max(-1, keepdims=True), -1)
    shots = fractions((*weights.shape[:-1], count)) * ends[..., -1:]
    # Rounding may lead to the very end, behind which elements of weight 0 may stand.
    last = weights.shape[-1] - 1 - np.argmax(weights[..., ::-1] > 0, -1)
    return into(out, Tensor(np.minimum(places(ends, shots, right=True), last[..., np.newaxis])))
