"""Comparisons, logic and bits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, without_history
from paramattr.tensor.function import discrete, into
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "allclose", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "equal", "equal_all", "greater_equal", "greater_than", "isclose", "isin", "less_equal", "less_than", "logical_and",
    "logical_not", "logical_or", "logical_xor", "not_equal",
]  # fmt: skip


@discrete
def equal(x: Array, y: Array) -> Array:
    """Return whether each pair of elements is equal.

    Mirrors ``paddle.equal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.equal(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [True, False]
    """
    return np.asarray(np.equal(x, y))


@discrete
def not_equal(x: Array, y: Array) -> Array:
    """Return whether each pair of elements differs.

    Mirrors ``paddle.not_equal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.not_equal(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [False, True]
    """
    return np.asarray(np.not_equal(x, y))


@discrete
def greater_than(x: Array, y: Array) -> Array:
    """Return whether each element of ``x`` is greater than its counterpart in ``y``.

    Mirrors ``paddle.greater_than``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.greater_than(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [False, False]
    """
    return np.asarray(np.greater(x, y))


@discrete
def greater_equal(x: Array, y: Array) -> Array:
    """Return whether each element of ``x`` is greater than its counterpart in ``y``, or equal to it.

    Mirrors ``paddle.greater_equal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.greater_equal(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [True, False]
    """
    return np.asarray(np.greater_equal(x, y))


@discrete
def less_than(x: Array, y: Array) -> Array:
    """Return whether each element of ``x`` is less than its counterpart in ``y``.

    Mirrors ``paddle.less_than``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.less_than(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [False, True]
    """
    return np.asarray(np.less(x, y))


@discrete
def less_equal(x: Array, y: Array) -> Array:
    """Return whether each element of ``x`` is less than its counterpart in ``y``, or equal to it.

    Mirrors ``paddle.less_equal``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.less_equal(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 3.0])).tolist()
    [True, True]
    """
    return np.asarray(np.less_equal(x, y))


@discrete
def logical_and(x: Array, y: Array) -> Array:
    """Return whether both elements of each pair are True; numbers other than 0 count as True.

    Mirrors ``paddle.logical_and``.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([True, True, False]), paramattr.to_tensor([True, False, False])
    >>> paramattr.logical_and(x, y).tolist()
    [True, False, False]
    """
    return np.asarray(np.logical_and(x, y))


@discrete
def logical_or(x: Array, y: Array) -> Array:
    """Return whether an element of each pair is True; numbers other than 0 count as True.

    Mirrors ``paddle.logical_or``.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([True, True, False]), paramattr.to_tensor([True, False, False])
    >>> paramattr.logical_or(x, y).tolist()
    [True, True, False]
    """
    return np.asarray(np.logical_or(x, y))


@discrete
def logical_xor(x: Array, y: Array) -> Array:
    """Return whether just one element of each pair is True; numbers other than 0 count as True.

    Mirrors ``paddle.logical_xor``.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([True, True, False]), paramattr.to_tensor([True, False, False])
    >>> paramattr.logical_xor(x, y).tolist()
    [False, True, False]
    """
    return np.asarray(np.logical_xor(x, y))


@discrete
def logical_not(x: Array) -> Array:
    """Return whether each element is False; numbers other than 0 count as True.

    Mirrors ``paddle.logical_not``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logical_not(paramattr.to_tensor([True, False])).tolist()
    [False, True]
    """
    return np.asarray(np.logical_not(x))


def bitwise_and(x: Operand, y: Operand, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """Return the bits of each pair of integers or bools joined by and.

    Mirrors ``paddle.bitwise_and``.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold integers or bools, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_and(paramattr.to_tensor([5]), paramattr.to_tensor([3])).tolist()
    [1]
    """
    return into(out, _on_bits(np.bitwise_and, x=x, y=y))


@also(input="x", other="y")
def bitwise_or(x: Operand, y: Operand, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """Return the bits of each pair of integers or bools joined by or.

    Mirrors ``paddle.bitwise_or``. What is refused is as for `bitwise_and`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_or(paramattr.to_tensor([5]), paramattr.to_tensor([3])).tolist()
    [7]
    """
    return into(out, _on_bits(np.bitwise_or, x=x, y=y))


def bitwise_xor(x: Operand, y: Operand, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """Return the bits of each pair of integers or bools joined by xor.

    Mirrors ``paddle.bitwise_xor``.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold integers or bools, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_xor(paramattr.to_tensor([5]), paramattr.to_tensor([3])).tolist()
    [6]
    """
    return into(out, _on_bits(np.bitwise_xor, x=x, y=y))


def bitwise_not(x: Operand, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """Return the bits of each integer or bool turned round.

    Mirrors ``paddle.bitwise_not``.

    Raises
    ------
    TypeError
        If ``x`` does not hold integers or bools.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_not(paramattr.to_tensor([5, -1])).tolist()
    [-6, 0]
    """
    return into(out, _on_bits(np.bitwise_not, x=x))


def _on_bits(function: Callable[..., Array], kinds: str = "biu", **operands: Operand) -> Tensor:
    """Return ``function`` of operands whose dtypes are of the ``kinds`` given."""
    tensors = [as_tensor(name, value) for name, value in operands.items()]
    for name, tensor in zip(operands, tensors, strict=True):
        if tensor.dtype.kind not in kinds:
            expected = "integers or bools" if "b" in kinds else "integers"
            raise TypeError(f"{name} must hold {expected}, but received dtype {tensor.dtype}")

    def rule(*arrays: Array) -> Outcome:
        return np.asarray(function(*arrays)), ()

    rule.__name__ = function.__name__
    # A Python number takes the dtype of the tensor beside it.
    return without_history(rule, *(v if isinstance(v, (Tensor, int)) else np.asarray(v) for v in operands.values()))


def bitwise_left_shift(
    x: Operand, y: Operand, is_arithmetic: bool = True, out: Tensor | None = None, name: str | None = None
) -> Tensor:
    """Return the bits of each integer of ``x`` moved up by as many places as ``y`` says.

    Mirrors ``paddle.bitwise_left_shift``. Moved further than there are bits, or by a negative number, nothing is left.

    Parameters
    ----------
    x, y : Tensor or array_like of int
        They broadcast.
    is_arithmetic : bool, default True
        Whether a move down repeats the sign; a move up is the same in either case.
    out : Tensor, optional
        Takes over the value.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_left_shift(paramattr.to_tensor([3]), paramattr.to_tensor([2])).tolist()
    [12]
    """
    checks.boolean("is_arithmetic", is_arithmetic)
    return into(out, _on_bits(np.left_shift, "iu", x=x, y=y))


def bitwise_right_shift(
    x: Operand, y: Operand, is_arithmetic: bool = True, out: Tensor | None = None, name: str | None = None
) -> Tensor:
    """Return the bits of each integer of ``x`` moved down by as many places as ``y`` says.

    Mirrors ``paddle.bitwise_right_shift``. Moved further than there are bits, or by a negative number, only the sign is
    left. The arguments, and what is refused, are those of `bitwise_left_shift`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bitwise_right_shift(paramattr.to_tensor([-8]), paramattr.to_tensor([1])).tolist()
    [-4]
    """
    arithmetic = checks.boolean("is_arithmetic", is_arithmetic)
    return into(out, _on_bits(np.right_shift if arithmetic else _logical_right_shift, "iu", x=x, y=y))


def _logical_right_shift(x: Array, y: Array) -> Array:
    bits = x.view(f"u{x.itemsize}")
    inside = (y >= 0) & (y < 8 * x.itemsize)
    kept = np.right_shift(bits, np.where(inside, y, 0).astype(bits.dtype))
    return np.where(inside, kept, 0).astype(bits.dtype).view(x.dtype)


def equal_all(x: Operand, y: Operand, name: str | None = None) -> Tensor:
    """Return whether ``x`` and ``y`` have the same shape and equal elements.

    Mirrors ``paddle.equal_all``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.equal_all(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.0, 2.0])).item()
    True
    """
    return Tensor(np.asarray(np.array_equal(as_tensor("x", x).numpy(), as_tensor("y", y).numpy())))


@also(input="x", other="y")
def isclose(
    x: Operand,
    y: Operand,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return where ``x`` and ``y`` differ by no more than ``atol + rtol * |y|``.

    Mirrors ``paddle.isclose``.

    Parameters
    ----------
    x, y : Tensor or array_like
        They broadcast.
    rtol, atol : float, default 1e-05 and 1e-08
        How far apart elements may be: in proportion to ``y``, and in any case. Not negative.
    equal_nan : bool, default False
        Whether nan is close to nan.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or negative, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isclose(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.000001, 2.1])).tolist()
    [True, False]
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    settings = {"rtol": checks.real("rtol", rtol, low=0.0), "atol": checks.real("atol", atol, low=0.0)}
    return apply(_isclose, x.detach(), y.detach(), **settings, equal_nan=checks.boolean("equal_nan", equal_nan))


def _isclose(x: Array, y: Array, *, rtol: float, atol: float, equal_nan: bool) -> Outcome:
    return np.asarray(np.isclose(x, y, rtol, atol, equal_nan)), ()


def allclose(
    x: Operand,
    y: Operand,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return whether all elements of ``x`` and ``y`` are close.

    Mirrors ``paddle.allclose``. The arguments, and what is refused, are those of `isclose`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.allclose(paramattr.to_tensor([1.0, 2.0]), paramattr.to_tensor([1.000001, 2.1])).item()
    False
    """
    return Tensor(np.asarray(isclose(x, y, rtol, atol, equal_nan).numpy().all()))


@also(elements="x", test_elements="test_x")
def isin(
    x: Operand, test_x: Operand, assume_unique: bool = False, invert: bool = False, name: str | None = None
) -> Tensor:
    """Return whether each element of ``x`` is among those of ``test_x``.

    Mirrors ``paddle.isin``.

    Parameters
    ----------
    x, test_x : Tensor or array_like
        Of any shape.
    assume_unique : bool, default False
        Whether no element occurs twice in either, which may save time.
    invert : bool, default False
        Whether to return the opposite.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError
        If an argument is of the wrong type.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.isin(paramattr.to_tensor([1, 2, 3]), paramattr.to_tensor([3, 1])).tolist()
    [True, False, True]
    """
    arrays = as_tensor("x", x).numpy(), as_tensor("test_x", test_x).numpy()
    unique, inverted = checks.boolean("assume_unique", assume_unique), checks.boolean("invert", invert)
    return Tensor(np.asarray(np.isin(*arrays, unique, inverted)))
