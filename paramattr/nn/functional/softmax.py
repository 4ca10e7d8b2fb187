"""Probabilities: softmax, its logarithm, and a random choice with a gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.random import Uniform, next_key
from paramattr.tensor.activation import converted, shifted, softmax_rule
from paramattr.tensor.function import in_place, into
from paramattr.utils import checks
from paramattr.utils.alias import also


@also(input="x", dim="axis")
def softmax(
    x: Operand,
    axis: int = -1,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return exp(x) divided by its sum over ``axis``, without overflow.

    Mirrors ``paddle.nn.functional.softmax``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    axis : int, default -1
        The axis of the sum.
    dtype : dtype, optional
        A floating dtype that ``x`` is converted to before.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``axis`` is not an axis of ``x``, or ``dtype`` not floating.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.softmax(paramattr.to_tensor([1000.0, 1000.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    x = as_tensor("x", x)
    return into(out, apply(softmax_rule, converted(x, dtype), axis=checks.axis("axis", axis, x.ndim)))


softmax_ = in_place(softmax)


def log_softmax(x: Operand, axis: int = -1, dtype: DTypeLike | None = None, name: str | None = None) -> Tensor:
    """Return the logarithm of `softmax`, without overflow or underflow.

    Mirrors ``paddle.nn.functional.log_softmax``. The arguments, and what is refused, are those of `softmax`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.log_softmax(paramattr.to_tensor([0.0, -1000.0])).numpy()
    array([    0., -1000.], dtype=float32)
    """
    x = as_tensor("x", x)
    return apply(_log_softmax, converted(x, dtype), axis=checks.axis("axis", axis, x.ndim))


def _log_softmax(x: Array, *, axis: int) -> Outcome:
    below = shifted(x, axis)
    value = below - np.log(np.exp(below).sum(axis=axis, keepdims=True)) if below.size else below
    return value, (lambda g: g - np.exp(value) * g.sum(axis=axis, keepdims=True),)


def gumbel_softmax(
    x: Operand, temperature: float = 1.0, hard: bool = False, axis: int = -1, name: str | None = None
) -> Tensor:
    """Return `softmax` of x with random noise added, so that the largest value is a draw from the law `softmax` of x.

    Parameters
    ----------
    x : Tensor or array_like
        Logarithms of probabilities, up to a constant; of any shape.
    temperature : float, default 1.0
        What the sum is divided by, above 0: the smaller, the closer the value is to a choice of one.
    hard : bool, default False
        Whether the value is 1 at the largest and 0 elsewhere; its gradient is that of the soft value.
    axis : int, default -1
        The axis of what is chosen from.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2016. Mirrors ``paddle.nn.functional.gumbel_softmax``,
    whose gradient lacks the temperature, and is 0 if ``hard``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.gumbel_softmax(paramattr.to_tensor([100.0, 0.0]), hard=True).numpy()
    array([1., 0.], dtype=float32)
    """
    x = as_tensor("x", x)
    settings = {
        "temperature": checks.real("temperature", temperature, low=0.0, open_low=True),
        "hard": checks.boolean("hard", hard),
        "axis": checks.axis("axis", axis, x.ndim),
    }
    chances = Uniform(0.0, 1.0).values(next_key(), x.numpy().shape, np.float64)
    noise = -np.log(-np.log(np.maximum(chances, np.finfo(np.float64).tiny)))
    return apply(_gumbel_softmax, x, noise=noise, **settings)


def _gumbel_softmax(x: Array, *, noise: Array, temperature: float, hard: bool, axis: int) -> Outcome:
    x = real(x)
    value, (to_x,) = softmax_rule((x + noise.astype(x.dtype)) / temperature, axis=axis)
    if hard and value.ndim and value.size:
        largest = np.expand_dims(value.argmax(axis), axis)
        value = np.zeros_like(value)
        np.put_along_axis(value, largest, 1, axis)
    return value, (lambda g: to_x(g) / temperature,)
