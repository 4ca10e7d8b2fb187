"""Elements replaced, everywhere or where a mask holds."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.tensor import arguments
from paramattr.tensor.gathering import common_shape
from paramattr.tensor.manipulation import flatten
from paramattr.tensor.repetition import expand
from paramattr.utils import checks

__all__ = ["fill_", "masked_fill", "masked_scatter", "zero_"]


def masked_fill(x: Operand, mask: Operand, value: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` with ``value`` where ``mask`` holds; all three broadcast.

    Mirrors ``paddle.masked_fill``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    mask : Tensor or array_like
        Bools, or numbers, of which 0 does not hold.
    value : number, Tensor or array_like
        In the dtype of ``x``; a number is cast to it.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or the shapes do not broadcast.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0, 3.0])
    >>> paramattr.masked_fill(x, x > 1.0, 0.0).tolist()
    [1.0, 0.0, 0.0]
    """
    x, chosen = as_tensor("x", x), as_tensor("mask", mask).numpy().astype(bool)
    return apply(rules.where, arguments.same_dtype("value", value, x), x, condition=chosen)


def masked_scatter(x: Operand, mask: Operand, value: Operand, name: str | None = None) -> Tensor:
    """Return ``x`` with the elements of ``value``, one after the other, where ``mask`` holds.

    Mirrors ``paddle.masked_scatter``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    mask : Tensor or array_like
        Bools that broadcast with ``x``.
    value : Tensor or array_like
        Of the dtype of ``x``, with at least as many elements as are chosen.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, the shapes do not broadcast, or ``value`` has too few elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.masked_scatter(paramattr.zeros([3]), [True, False, True], paramattr.to_tensor([5.0, 6.0])).tolist()
    [5.0, 0.0, 6.0]
    """
    x, chosen = as_tensor("x", x), arguments.mask_of("mask", mask)
    shape = common_shape("mask", chosen, x)
    chosen, elements = np.broadcast_to(chosen, shape), flatten(arguments.same_dtype("value", value, x))
    count = int(chosen.sum())
    if elements.size < count:
        raise ValueError(f"value must have at least {count} elements, as many as mask holds, but has {elements.size}")
    return apply(rules.setitem, expand(x, shape), elements[:count], index=chosen)


def fill_(x: Tensor, value: float) -> Tensor:
    """Change all elements of ``x`` to a number, and return it.

    Mirrors ``paddle.Tensor.fill_``.

    Raises
    ------
    TypeError, ValueError
        If ``value`` is no number, or ``x`` a leaf that needs a gradient while steps are recorded.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2]).fill_(3).tolist()
    [3.0, 3.0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    checks.instance("value", value, (int, float, np.number), "a number")
    number = np.asarray(value).astype(x.dtype)
    return changed(x, lambda: apply(rules.where, number, x, condition=np.ones((), bool)))


def zero_(x: Tensor) -> Tensor:
    """Change all elements of ``x`` to 0, and return it.

    Mirrors ``paddle.Tensor.zero_``. What is refused is as for `fill_`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.ones([2]).zero_().tolist()
    [0.0, 0.0]
    """
    return fill_(x, 0)
