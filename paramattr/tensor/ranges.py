"""Numbers at equal distances."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.tensor import arguments
from paramattr.tensor.creation import made
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["arange", "linspace", "logspace", "range", "tril_indices", "triu_indices"]

Number = float | Tensor


def arange(
    start: Number = 0,
    end: Number | None = None,
    step: Number = 1,
    dtype: DTypeLike | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return numbers from ``start`` in steps until ``end``, which is not among them.

    Mirrors ``paddle.arange``.

    Parameters
    ----------
    start, end : number or Tensor
        The bounds; with ``end`` None, ``start`` is the end and 0 the start.
    step : number or Tensor, default 1
        The distance.
    dtype : dtype, optional
        By default int64 if all three are integers, else the default dtype.
    out, device, requires_grad, pin_memory
        As in `zeros`.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``step`` is 0, or an argument is of the wrong kind.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.arange(1, 7, 2).numpy()
    array([1, 3, 5])
    """
    if end is None:
        start, end = 0, start
    first, last, by = _number("start", start), _number("end", end), _number("step", step)
    whole = dtype is None and all(isinstance(number, int) for number in (first, last, by))
    form = np.dtype(np.int64) if whole else _default("dtype", dtype)
    return made(lambda: _steps(first, last, by, form, inclusive=False), out, device, requires_grad, pin_memory)


def range(
    start: Number = 0,
    end: Number | None = None,
    step: Number = 1,
    dtype: DTypeLike | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return numbers from ``start`` in steps to ``end``, which is among them.

    Mirrors ``paddle.range``. The arguments, and what is refused, are those of `arange`; the dtype is the default one.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.range(1, 3).numpy()
    array([1., 2., 3.], dtype=float32)
    """
    if end is None:
        start, end = 0, start
    first, last, by = _number("start", start), _number("end", end), _number("step", step)
    return made(lambda: _steps(first, last, by, _default("dtype", dtype), inclusive=True), out, device, requires_grad)


def _number(name: str, value: object) -> int | float:
    """Return a number, or a tensor with one element, as Python's."""
    given = value.item() if isinstance(value, Tensor) and value.size == 1 else value
    return int(given) if isinstance(given, (int, np.integer)) else checks.real(name, given)


def _steps(first: float, last: float, by: float, dtype: np.dtype[Any], *, inclusive: bool) -> Array:
    if dtype.kind in "iu":  # which cuts each of them, as in Paddle
        first, last, by = int(first), int(last), int(by)
    if by == 0:
        raise ValueError(f"step must not be 0 in {dtype}")
    if dtype.kind in "iu":
        count = (last - first) // by + 1 if inclusive else -((first - last) // by)
    else:
        # As in Paddle, the quotient is one of the dtype: in another, it would end on another side of a whole number.
        start, stop, width = np.array([first, last, by], dtypes.compute_dtype(dtype))
        count = math.floor((stop - start) / width) + 1 if inclusive else math.ceil((stop - start) / width)
    count = max(0, int(count))
    checks.fits_in_memory("shape", [count], 8)
    steps: Array = np.arange(count, dtype=np.int64) * by + first
    return steps.astype(dtype)


@also(end="stop", steps="num")
def linspace(
    start: Number,
    stop: Number,
    num: int | Tensor,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    *,
    out: Tensor | None = None,
    device: object = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return ``num`` numbers from ``start`` to ``stop``, both among them, at equal distances.

    Mirrors ``paddle.linspace``: in integers, the numbers are cut towards 0.

    Parameters
    ----------
    start, stop : number or Tensor
        The bounds.
    num : int or Tensor
        How many; one is ``start``.
    dtype : dtype, optional
        The default dtype if None.
    name : str, optional
        Accepted as in Paddle.
    out, device, requires_grad
        As in `zeros`.

    Raises
    ------
    TypeError, ValueError
        If ``num`` is negative, or an argument is of the wrong kind.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linspace(0, 1, 3).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    values = _spread(_number("start", start), _number("stop", stop), arguments.integer("num", num, low=0))
    return made(lambda: values.astype(_default("dtype", dtype)), out, device, requires_grad)


def logspace(
    start: Number,
    stop: Number,
    num: int | Tensor,
    base: Number = 10.0,
    dtype: DTypeLike | None = None,
    name: str | None = None,
) -> Tensor:
    """Return ``base`` to the power of each number that `linspace` returns for the same arguments.

    Mirrors ``paddle.logspace``. What is refused is as for `linspace`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.logspace(0, 2, 3).numpy()
    array([  1.,  10., 100.], dtype=float32)
    """
    exponents = _spread(_number("start", start), _number("stop", stop), arguments.integer("num", num, low=0))
    return Tensor(np.power(float(_number("base", base)), exponents).astype(_default("dtype", dtype)))


def _default(name: str, dtype: DTypeLike | None) -> np.dtype[Any]:
    return dtypes.floating(name, None) if dtype is None else dtypes.numeric(name, dtype, np.dtype(np.float64))


def _spread(first: float, last: float, count: int) -> Array:
    """Numbers counted from the nearer of both ends, so that the ends are exact."""
    checks.fits_in_memory("shape", [count], 8)
    index = np.arange(count)
    step = (last - first) / max(count - 1, 1)
    return np.where(2 * index < count, first + step * index, last - step * (count - 1 - index))


def tril_indices(row: int, col: int, offset: int = 0, dtype: DTypeLike = "int64") -> Tensor:
    """Return the rows and the columns of the elements of a matrix on and below a diagonal.

    Mirrors ``paddle.tril_indices``.

    Parameters
    ----------
    row, col : int
        The sizes of the matrix.
    offset : int, default 0
        Which diagonal: those above the main one are positive.
    dtype : dtype, default "int64"
        Of the tensor, of shape [2, the number of elements].

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or a size negative.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tril_indices(2, 2).numpy()
    array([[0, 1, 1],
           [0, 0, 1]])
    """
    sizes = checks.integer("row", row, low=0), checks.integer("col", col, low=0)
    return _indices(np.tri(*sizes, checks.integer("offset", offset), dtype=bool), dtype)


def triu_indices(row: int, col: int | None = None, offset: int = 0, dtype: DTypeLike = "int64") -> Tensor:
    """Return the rows and the columns of the elements of a matrix, square by default, on and above a diagonal.

    Mirrors ``paddle.triu_indices``. The arguments, and what is refused, are those of `tril_indices`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.triu_indices(2).numpy()
    array([[0, 0, 1],
           [0, 1, 1]])
    """
    sizes = checks.integer("row", row, low=0), checks.integer("col", row if col is None else col, low=0)
    return _indices(~np.tri(*sizes, checks.integer("offset", offset) - 1, dtype=bool), dtype)


def _indices(mask: Array, dtype: DTypeLike) -> Tensor:
    return Tensor(np.stack(np.nonzero(mask)).astype(dtypes.numeric("dtype", dtype, np.dtype(np.int64))))
