"""Axes in another order, and elements moved along them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.arguments import Integers
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["flip", "moveaxis", "permute", "roll", "rot90", "t", "transpose"]


@also(input="x", dim0="perm", axis0="perm", dim1="name", axis1="name")
def transpose(x: Operand, perm: int | Sequence[int], name: str | int | None = None) -> Tensor:
    """Return ``x`` with its axes in the order ``perm``.

    Mirrors ``paddle.transpose``, and as there, ``transpose(x, 0, 1)`` exchanges two axes.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    perm : sequence of int or int
        All axes in their new order, or the first of two.
    name : str or int, optional
        Accepted as in Paddle; an int is the second of two axes.

    Raises
    ------
    TypeError, ValueError
        If ``perm`` does not name each axis once, or one of two axes does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.transpose(paramattr.to_tensor([[1.0, 2.0]]), [1, 0]).shape
    [2, 1]
    """
    x = as_tensor("x", x)
    if isinstance(perm, int) and isinstance(name, int):
        return _exchanged(x, checks.axis("perm", perm, x.ndim), checks.axis("name", name, x.ndim))
    axes = checks.axes("perm", perm, x.ndim)
    if axes is None or len(axes) != x.ndim:
        raise ValueError(f"perm must name each of the {x.ndim} axes, but received {perm!r}")
    return apply(rules.transpose, x, perm=axes)


def _exchanged(x: Tensor, one: int, other: int) -> Tensor:
    order = list(range(x.ndim))
    if order:
        order[one], order[other] = other, one
    return apply(rules.transpose, x, perm=tuple(order))


@also(spread="dims")
def permute(input: Operand, dims: Sequence[int]) -> Tensor:
    """Return ``input`` with its axes in the order ``dims``, as `transpose`.

    Mirrors ``paddle.permute``. What is refused is as for `transpose`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.permute(paramattr.zeros([2, 3, 4]), [2, 0, 1]).shape
    [4, 2, 3]
    """
    return transpose(as_tensor("input", input), dims)


def t(input: Operand, name: str | None = None) -> Tensor:
    """Return a matrix with rows and columns exchanged; a number or vector stays as it is.

    Mirrors ``paddle.t``.

    Raises
    ------
    TypeError, ValueError
        If ``input`` is not numeric, or has more than two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.t(paramattr.zeros([2, 3])).shape
    [3, 2]
    """
    x = as_tensor("input", input)
    if x.ndim > 2:
        raise ValueError(f"input must have at most 2 axes, but received shape {x.shape!r}")
    return transpose(x, range(x.ndim)[::-1])


def moveaxis(
    x: Operand, source: int | Sequence[int], destination: int | Sequence[int], name: str | None = None
) -> Tensor:
    """Return ``x`` with the axes ``source`` at the places ``destination``, and the others in their order.

    Mirrors ``paddle.moveaxis``.

    Raises
    ------
    TypeError, ValueError
        If an axis does not exist or is named twice, or there are not as many places as axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.moveaxis(paramattr.zeros([2, 3, 4]), 0, -1).shape
    [3, 4, 2]
    """
    x = as_tensor("x", x)
    before = checks.axes("source", arguments.integers("source", source), x.ndim) or ()
    after = checks.axes("destination", arguments.integers("destination", destination), x.ndim) or ()
    if len(before) != len(after):
        raise ValueError(f"destination must have as many axes as source, but received {source!r} and {destination!r}")
    order = [axis for axis in range(x.ndim) if axis not in before]
    for place, axis in sorted(zip(after, before, strict=True)):
        order.insert(place, axis)
    return apply(rules.transpose, x, perm=tuple(order))


def flip(x: Operand, axis: Integers, name: str | None = None) -> Tensor:
    """Return ``x`` in reverse order along the axes ``axis``.

    Mirrors ``paddle.flip``.

    Raises
    ------
    TypeError, ValueError
        If an axis is not an integer, does not exist, or is named twice.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.flip(paramattr.to_tensor([1, 2, 3]), 0).numpy()
    array([3, 2, 1])
    """
    x = as_tensor("x", x)
    axes = checks.axes("axis", arguments.integers("axis", axis), x.ndim) or ()
    return apply(rules.getitem, x, index=tuple(slice(None, None, -1 if k in axes else 1) for k in range(x.ndim)))


@also(input="x", dims="axis")
def roll(x: Operand, shifts: Integers, axis: int | Sequence[int] | None = None, name: str | None = None) -> Tensor:
    """Return ``x`` with its elements moved on along axes; what leaves at the end comes in at the start.

    Mirrors ``paddle.roll``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    shifts : int, sequence of int or Tensor
        By how many places, for each axis.
    axis : int or sequence of int, optional
        The axes; if None, the elements are moved as if along one axis.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an axis does not exist, or there are not as many shifts as axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.roll(paramattr.to_tensor([1, 2, 3]), 1).numpy()
    array([3, 1, 2])
    """
    x = as_tensor("x", x)
    steps = arguments.integers("shifts", shifts)
    axes = None if axis is None else tuple(checks.axis("axis", k, x.ndim) for k in arguments.integers("axis", axis))
    if len(steps) != (1 if axes is None else len(axes)):
        raise ValueError(f"shifts must be one for each axis, but received {shifts!r} and axis={axis!r}")
    return apply(_roll, x, shifts=steps, axis=axes)


@exact
def _roll(x: Array, *, shifts: tuple[int, ...], axis: tuple[int, ...] | None) -> Outcome:
    # NumPy takes several shifts with as many axes only.
    by, back = (shifts, tuple(-k for k in shifts)) if axis is not None else (shifts[0], -shifts[0])
    return np.roll(x, by, axis), (lambda g: np.roll(g, back, axis),)


def rot90(x: Operand, k: int = 1, axes: Sequence[int] = [0, 1], name: str | None = None) -> Tensor:
    """Return ``x`` turned ``k`` times by 90 degrees, from the first of two axes towards the second.

    Mirrors ``paddle.rot90``.

    Raises
    ------
    TypeError, ValueError
        If ``k`` is not an integer, or ``axes`` are not two axes of ``x``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.rot90(paramattr.to_tensor([[1, 2], [3, 4]])).numpy()
    array([[2, 4],
           [1, 3]])
    """
    x = as_tensor("x", x)
    pair = checks.axes("axes", axes, x.ndim)
    if pair is None or len(pair) != 2:
        raise ValueError(f"axes must name two axes of a tensor of shape {x.shape!r}, but received {axes!r}")
    turns = checks.integer("k", k) % 4
    if turns in (0, 2):
        return flip(x, pair if turns else ())
    return flip(_exchanged(x, *pair), pair[turns // 2])
