"""The gamma function and its kin, element by element, accurate to the last digits of the dtype."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import floating, into
from paramattr.tensor.special import in_double
from paramattr.utils import checks
from paramattr.utils.gamma import digamma as digamma_of
from paramattr.utils.gamma import gamma_tails, log_gamma
from paramattr.utils.gamma import polygamma as polygamma_of

__all__ = ["digamma", "gammainc", "gammaincc", "lgamma", "multigammaln", "polygamma"]


@floating
def lgamma(x: Array) -> Outcome:
    """Return the logarithm of the absolute value of the gamma function of each element.

    Mirrors ``paddle.lgamma``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.lgamma(paramattr.to_tensor([1.0, 4.0])).numpy()
    array([0.       , 1.7917595], dtype=float32)
    """
    return in_double(log_gamma, x), (lambda g: g * in_double(digamma_of, x),)


@floating
def digamma(x: Array) -> Outcome:
    """Return the derivative of `lgamma` at each element.

    Mirrors ``paddle.digamma``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.digamma(paramattr.to_tensor([1.0])).numpy()
    array([-0.5772157], dtype=float32)
    """
    return in_double(digamma_of, x), (lambda g: g * in_double(lambda x: polygamma_of(1, x), x),)


def polygamma(x: Operand, n: int, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the derivative of order ``n`` of `digamma` at each element.

    Mirrors ``paddle.polygamma``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements.
    n : int
        The order, from 0 (`digamma` itself) to 169.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is no such integer.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.polygamma(paramattr.to_tensor([1.0]), 1).numpy()
    array([1.644934], dtype=float32)
    """
    return into(out, apply(_polygamma, x, n=checks.integer("n", n, low=0, high=169)))


def _polygamma(x: Array, *, n: int) -> Outcome:
    x = real(x)
    value = in_double(lambda x: polygamma_of(n, x), x)
    return value, (lambda g: g * in_double(lambda x: polygamma_of(n + 1, x), x),)


def multigammaln(x: Operand, p: int, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the logarithm of the gamma function of dimension ``p`` of each element.

    Mirrors ``paddle.multigammaln``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements, larger than (p - 1) / 2.
    p : int
        The dimension, at least 1.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``p`` is no such integer.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.multigammaln(paramattr.to_tensor([1.5]), 2).numpy()
    array([0.4515827], dtype=float32)
    """
    return into(out, apply(_multigammaln, x, p=checks.integer("p", p, low=1)))


def _multigammaln(x: Array, *, p: int) -> Outcome:
    x = real(x)
    constant = p * (p - 1) / 4 * math.log(math.pi)
    steps = np.arange(p) / 2
    value = in_double(lambda x: log_gamma(x[..., None] - steps).sum(-1) + constant, x)
    return value, (lambda g: g * in_double(lambda x: digamma_of(x[..., None] - steps).sum(-1), x),)


def gammainc(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the share of the gamma function of ``x`` that its integral has up to ``y``, for each pair of elements.

    Mirrors ``paddle.gammainc``.

    Parameters
    ----------
    x : Tensor or array_like
        The argument of the gamma function, from 0 on; as in Paddle, it receives no gradient.
    y : Tensor or array_like
        The end of the integral, from 0 on.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an element is negative, or the shapes do not broadcast.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.gammainc(paramattr.to_tensor([1.0]), paramattr.to_tensor([2.0])).numpy()
    array([0.86466473], dtype=float32)
    """
    return into(out, _incomplete(x, y, upper=False))


def gammaincc(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the share of the gamma function of ``x`` that its integral has from ``y`` on, for each pair of elements.

    Mirrors ``paddle.gammaincc``. The arguments, and what is refused, are those of `gammainc`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.gammaincc(paramattr.to_tensor([1.0]), paramattr.to_tensor([2.0])).numpy()
    array([0.13533528], dtype=float32)
    """
    return into(out, _incomplete(x, y, upper=True))


def _incomplete(x: Operand, y: Operand, *, upper: bool) -> Tensor:
    x, y = as_tensor("x", x), as_tensor("y", y)
    for name, tensor in (("x", x), ("y", y)):
        if (tensor.numpy() < 0).any():
            raise ValueError(f"{name} must not be negative, but received {tensor.numpy().min()}")
    wide = np.result_type(x.dtype, y.dtype)
    return apply(_gamma_share, y.astype(wide), x=x.numpy().astype(np.float64), upper=upper)


def _gamma_share(y: Array, *, x: Array, upper: bool) -> Outcome:
    y = real(y)
    value = in_double(lambda y: gamma_tails(x, y)[int(upper)], y)

    def to_y(g: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):  # at 0 and beyond all numbers
            density = in_double(lambda y: np.exp((x - 1) * np.log(y) - y - log_gamma(x)), y)
        return -g * density if upper else g * density

    return value, (to_y,)
