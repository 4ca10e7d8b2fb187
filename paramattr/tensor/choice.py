"""One of two elements, a bound, a row of several tensors; and the shapes that broadcast."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.arguments import integer_array, several
from paramattr.tensor.function import elementwise, into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "broadcast_shape", "broadcast_shapes", "clip", "fmax", "fmin", "maximum", "minimum", "multiplex",
]  # fmt: skip


@elementwise
def maximum(x: Array, y: Array) -> Outcome:
    """Return the larger of each pair of elements, nan if one is; at a tie both share the gradient, as in Paddle.

    Mirrors ``paddle.maximum``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.maximum(paramattr.to_tensor([1.0, 4.0]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([2., 4.], dtype=float32)
    """
    return np.maximum(x, y), (lambda g: _chosen(g, x > y, x == y), lambda g: _chosen(g, y > x, x == y))


@elementwise
def minimum(x: Array, y: Array) -> Outcome:
    """Return the smaller of each pair of elements, nan if one is; at a tie both share the gradient, as in Paddle.

    Mirrors ``paddle.minimum``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.minimum(paramattr.to_tensor([1.0, 4.0]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([1., 3.], dtype=float32)
    """
    return np.minimum(x, y), (lambda g: _chosen(g, x < y, x == y), lambda g: _chosen(g, y < x, x == y))


def _chosen(g: Array, alone: Array, tie: Array) -> Array:
    share: Array = np.where(tie, g / 2, g * alone)
    return share


@elementwise
def fmax(x: Array, y: Array) -> Outcome:
    """Return the larger of each pair of elements, the other if one is nan; at a tie the gradient goes to ``x``.

    Mirrors ``paddle.fmax``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.fmax(paramattr.to_tensor([1.0, float("nan")]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([2., 3.], dtype=float32)
    """
    first = (x >= y) | np.isnan(y)
    return np.fmax(x, y), (lambda g: g * first, lambda g: g * ~first)


@elementwise
def fmin(x: Array, y: Array) -> Outcome:
    """Return the smaller of each pair of elements, the other if one is nan; at a tie the gradient goes to ``x``.

    Mirrors ``paddle.fmin``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.fmin(paramattr.to_tensor([1.0, float("nan")]), paramattr.to_tensor([2.0, 3.0])).numpy()
    array([1., 3.], dtype=float32)
    """
    first = (x <= y) | np.isnan(y)
    return np.fmin(x, y), (lambda g: g * first, lambda g: g * ~first)


@also(input="x")
def clip(
    x: Operand,
    min: Operand | None = None,
    max: Operand | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return each element moved to the nearest number from ``min`` to ``max``.

    Mirrors ``paddle.clip``; elements beyond a bound receive no gradient.

    Parameters
    ----------
    x : Tensor or array_like
        The elements. Integers with a bound that is not whole become numbers of the default dtype.
    min, max : float or Tensor, optional
        The bounds, numbers or tensors of one element; there is none where it is None.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If a bound is not such a number, or ``min`` is larger than ``max``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.clip(paramattr.to_tensor([-2.0, 0.5, 3.0]), 0.0, 1.0).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    low, high = _bound("min", min), _bound("max", max)
    if low is not None and high is not None and low > high:
        raise ValueError(f"min must not be larger than max, but received min={low} and max={high}")
    x = as_tensor("x", x)
    if x.dtype.kind in "biu" and (isinstance(low, float) or isinstance(high, float)):
        x = x.astype(dtypes.floating("dtype", None))
    return into(out, apply(_clip, x, low=low, high=high))


def _bound(name: str, value: Operand | None) -> float | None:
    if isinstance(value, (Tensor, np.ndarray)):
        if value.size != 1:
            raise ValueError(f"{name} must be one number, but received shape {list(value.shape)}")
        value = value.item()
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return checks.real(name, value, finite=False)


def _clip(x: Array, *, low: float | None, high: float | None) -> Outcome:
    value, inside = x.copy(), np.ones(x.shape, bool)
    if low is not None:
        bound = np.asarray(low, x.dtype)
        value, inside = np.maximum(value, bound), x >= bound
    if high is not None:
        bound = np.asarray(high, x.dtype)
        value, inside = np.minimum(value, bound), inside & (x <= bound)
    return value, (lambda g: g * inside,)


def multiplex(inputs: Sequence[Operand], index: Operand, name: str | None = None) -> Tensor:
    """Return rows of several tensors: row ``i`` is that of the tensor which ``index[i]`` names.

    Mirrors ``paddle.multiplex``.

    Parameters
    ----------
    inputs : sequence of Tensor
        Two or more, of one shape with two axes or more.
    index : Tensor
        Integers of shape [rows, 1] or [rows], at most as many as the tensors have rows.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an argument is of the wrong type or shape, or there is no such tensor.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([[1.0], [2.0]]), paramattr.to_tensor([[3.0], [4.0]])
    >>> paramattr.multiplex([x, y], paramattr.to_tensor([[1], [0]])).tolist()
    [[3.0], [2.0]]
    """
    tensors = several("inputs", inputs)
    shapes = [t.shape for t in tensors]
    if len(shapes) < 2 or any(shape != shapes[0] or len(shape) < 2 for shape in shapes):
        raise ValueError(f"inputs must be two tensors or more of one shape with two axes, but received {shapes}")
    rows = integer_array("index", index)
    if rows.ndim not in (1, 2) or rows.size != len(rows) or len(rows) > shapes[0][0]:
        raise ValueError(f"index must have shape [rows, 1], rows <= {shapes[0][0]}, not {list(rows.shape)}")
    if rows.size and not 0 <= rows.min() <= rows.max() < len(tensors):
        raise IndexError(f"index must be in [0, {len(tensors) - 1}], but received {reprlib.repr(rows.tolist())}")
    return apply(_multiplex, *tensors, index=rows.reshape(-1))


@exact
def _multiplex(*inputs: Array, index: Array) -> Outcome:
    value = inputs[0][: len(index)].copy()
    for place, array in enumerate(inputs[1:], 1):
        chosen = np.flatnonzero(index == place)
        value[chosen] = array[chosen]
    return value, tuple(_rows_of(inputs[0].shape, np.flatnonzero(index == place)) for place in range(len(inputs)))


def _rows_of(shape: tuple[int, ...], chosen: Array) -> Pullback:
    def to_input(g: Array) -> Array:
        gradient = np.zeros(shape, g.dtype)
        gradient[chosen] = g[chosen]
        return gradient

    return to_input


def broadcast_shape(x_shape: Sequence[int], y_shape: Sequence[int]) -> list[int]:
    """Return the shape that two shapes broadcast to.

    Mirrors ``paddle.broadcast_shape``.

    Raises
    ------
    TypeError, ValueError
        If an argument is no shape, or they do not broadcast.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.broadcast_shape([2, 1, 3], [4, 1])
    [2, 4, 3]
    """
    return broadcast_shapes(x_shape, y_shape)


def broadcast_shapes(*shapes: Sequence[int]) -> list[int]:
    """Return the shape that any number of shapes broadcast to.

    Mirrors ``paddle.broadcast_shapes``. What is refused is that of `broadcast_shape`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.broadcast_shapes([2, 1], [1, 3], [3])
    [2, 3]
    """
    sizes = [checks.shape(f"shapes[{place}]", shape) for place, shape in enumerate(shapes)]
    try:
        return list(np.broadcast_shapes(*sizes))
    except ValueError:
        raise ValueError(f"shapes must broadcast, but received {[list(shape) for shape in sizes]}") from None
