"""Statistics of the elements: spread and counts."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.arguments import integer_array
from paramattr.tensor.function import into
from paramattr.tensor.reduction import Axes, reduce, spread
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["bincount", "histogram", "histogram_bin_edges", "numel", "std", "var"]


@also(input="x", dim="axis")
def var(
    x: Operand,
    axis: Axes = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    correction: float = 1,
    out: Tensor | None = None,
) -> Tensor:
    """Return the variance over ``axis``, all axes by default.

    Mirrors ``paddle.var``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements; integers count as numbers of the default dtype.
    axis : int, sequence of int or None
        The axes of the elements that belong together.
    unbiased : bool, optional
        Whether the sum of squares is divided by one less than their number, or by their number.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    name : str, optional
        Accepted as in Paddle.
    correction : float, default 1
        How much less than their number the divisor is, where no ``unbiased`` says it; it is never below 0.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, an axis does not exist, or both ``unbiased`` and ``correction`` are given.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.var(paramattr.to_tensor([1.0, 2.0, 6.0])).item()
    7.0
    """
    less = checks.real("correction", correction)
    if unbiased is not None:
        if less != 1:
            raise ValueError(f"unbiased and correction must not both be given, but received correction={correction!r}")
        less = float(checks.boolean("unbiased", unbiased))
    return into(out, reduce(_var, x, axis, keepdim, less=less))


def std(
    x: Operand,
    axis: Axes = None,
    unbiased: bool = True,
    keepdim: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the standard deviation over ``axis``, all axes by default; its gradient is 0 where all elements are equal.

    Mirrors ``paddle.std``. The arguments, and what is refused, are those of `var`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.std(paramattr.to_tensor([1.0, 2.0, 3.0])).item()
    1.0
    """
    return into(out, reduce(_std, x, axis, keepdim, less=float(checks.boolean("unbiased", unbiased))))


def _var(x: Array, *, axis: rules.Axes, keepdim: bool, less: float) -> Outcome:
    value, away, divisor = _moments(real(x), axis, keepdim, less)
    return value, (lambda g: spread(2 * g, away.ndim, axis, keepdim) * away / divisor,)


def _std(x: Array, *, axis: rules.Axes, keepdim: bool, less: float) -> Outcome:
    square, away, divisor = _moments(real(x), axis, keepdim, less)
    value = np.sqrt(square)
    length = np.where(value == 0, 1, value)
    return value, (lambda g: spread(g / length, away.ndim, axis, keepdim) * away / divisor,)


def _moments(x: Array, axis: rules.Axes, keepdim: bool, less: float) -> tuple[Array, Array, Array]:
    """Return the variance, the differences from the mean, and what the sum of their squares was divided by."""
    with np.errstate(divide="ignore", invalid="ignore"):  # nan of nothing, and of one element
        away = x - x.mean(axis=axis, keepdims=True)
        total = np.asarray((away * away).sum(axis=axis, keepdims=keepdim))
        divisor = np.asarray(max(x.size // max(total.size, 1) - less, 0), x.dtype)
        return total / divisor, away, divisor


def numel(x: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the number of elements, as a tensor of int64 without axes.

    Mirrors ``paddle.numel``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.numel(paramattr.to_tensor([[1.0, 2.0]])).item()
    2
    """
    return into(out, Tensor(np.asarray(as_tensor("x", x).size, np.int64)))


def histogram(
    input: Operand,
    bins: int = 100,
    min: float = 0.0,
    max: float = 0.0,
    weight: Operand | None = None,
    density: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return how many elements lie in each of ``bins`` intervals of equal width.

    Mirrors ``paddle.histogram``.

    Parameters
    ----------
    input : Tensor or array_like
        The elements; those outside of the range do not count.
    bins : int, default 100
        The number of intervals; the last one includes its end.
    min, max : float, default 0.0
        The range; where both are equal, that of the elements.
    weight : Tensor or array_like, optional
        What each element counts, of the same shape; the result is then float32.
    density : bool, default False
        Whether the result, in float32, is divided so that its integral is 1.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, the range is not finite or backwards, or the shape of ``weight`` differs.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.histogram(paramattr.to_tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3).numpy()
    array([0, 2, 1, 0])
    """
    data, count, low, high = _range(input, bins, min, max, 1.0)
    weights = None if weight is None else as_tensor("weight", weight).numpy().astype(np.float64)
    if weights is not None and weights.shape != data.shape:
        raise ValueError(f"weight must have shape {list(data.shape)}, but received {list(weights.shape)}")
    inside = (data >= low) & (data <= high)
    place = ((data[inside] - low) * count / (high - low)).astype(np.int64)
    found = np.bincount(np.minimum(place, count - 1), None if weights is None else weights[inside], count)
    share = checks.boolean("density", density)
    if share and found.any():
        found = found / (found.sum() * ((high - low) / count))
    return into(out, Tensor(found.astype(np.float32 if share or weights is not None else np.int64)))


def histogram_bin_edges(
    input: Operand,
    bins: int = 100,
    min: float = 0.0,
    max: float = 0.0,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the edges of the intervals that `histogram` counts in, in float32.

    Mirrors ``paddle.histogram_bin_edges``. The arguments, and what is refused, are those of `histogram`; a range without
    width, unless it is 0 to 0, is widened by 1/2 on each side.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.histogram_bin_edges(paramattr.to_tensor([1.0, 2.0]), bins=4, min=0, max=4).numpy()
    array([0., 1., 2., 3., 4.], dtype=float32)
    """
    if min == max != 0:
        min, max = min - 0.5, max + 0.5
    _, count, low, high = _range(input, bins, min, max, 0.5)
    return into(out, Tensor(np.linspace(low, high, count + 1).astype(np.float32)))


def _range(input: Operand, bins: int, min: float, max: float, margin: float) -> tuple[Array, int, float, float]:
    """Return the elements in double precision, the number of bins, and the range, with a ``margin`` if it has no width."""
    data = as_tensor("input", input).numpy().astype(np.float64)
    count = checks.integer("bins", bins, low=1)
    low, high = checks.real("min", min), checks.real("max", max)
    if low > high:
        raise ValueError(f"min must not be larger than max, but received min={min} and max={max}")
    if low == high and data.size:
        low, high = float(data.min()), float(data.max())
        if not np.isfinite([low, high]).all():
            raise ValueError(f"input must be finite where no range is given, but lies between {low} and {high}")
    return (data, count, low, high) if low < high else (data, count, low - margin, high + margin)


def bincount(
    x: Operand,
    weights: Operand | None = None,
    minlength: int = 0,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return how often each number from 0 on occurs.

    Mirrors ``paddle.bincount``.

    Parameters
    ----------
    x : Tensor or array_like
        Integers from 0 on, a vector.
    weights : Tensor or array_like, optional
        What each counts, of the same shape; the result is float32 for float32, else float64.
    minlength : int, default 0
        The size of the result is at least this.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If ``x`` holds anything else, or an argument is of the wrong type or shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.bincount(paramattr.to_tensor([1, 2, 1])).numpy()
    array([0, 2, 1])
    """
    data = integer_array("x", x)
    if data.ndim != 1 or (data < 0).any():
        raise ValueError(f"x must be a vector of numbers from 0 on, but received {data!r}")
    length = checks.integer("minlength", minlength, low=0)
    if weights is None:
        return into(out, Tensor(np.bincount(data, minlength=length)))
    factors = as_tensor("weights", weights).numpy()
    if factors.shape != data.shape:
        raise ValueError(f"weights must have shape {list(data.shape)}, but received {list(factors.shape)}")
    found = np.bincount(data, factors.astype(np.float64), length)
    return into(out, Tensor(found.astype(np.float32 if factors.dtype == np.float32 else np.float64)))
