"""Quantiles, the median among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.tensor.reduction import Axes, in_lines, reduce, reduced_shape
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = ["median", "nanmedian", "nanquantile", "quantile"]

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


@also(input="x", dim="axis")
def quantile(
    x: Operand,
    q: float | Sequence[float] | Tensor,
    axis: Axes = None,
    keepdim: bool = False,
    interpolation: str = "linear",
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return quantiles over ``axis``, all axes by default; nan where an element is.

    Mirrors ``paddle.quantile``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements; integers count as numbers of the default dtype.
    q : float, sequence of float or Tensor
        Which quantiles, from 0 to 1. Several stand along a new first axis.
    axis : int, sequence of int or None
        The axes of the elements that belong together.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    interpolation : {"linear", "lower", "higher", "midpoint", "nearest"}, default "linear"
        What is taken of the two elements that a quantile lies between.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, an axis does not exist, there is no element, or ``q`` is out of range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.quantile(paramattr.to_tensor([1.0, 2.0, 4.0]), [0.25, 0.5]).numpy()
    array([1.5, 2. ], dtype=float32)
    """
    return into(out, _quantiles(x, q, axis, keepdim, interpolation, skip_nan=False))


def nanquantile(
    x: Operand,
    q: float | Sequence[float] | Tensor,
    axis: Axes = None,
    keepdim: bool = False,
    interpolation: str = "linear",
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return quantiles over ``axis`` of what is not nan.

    Mirrors ``paddle.nanquantile``. The arguments, and what is refused, are those of `quantile`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nanquantile(paramattr.to_tensor([1.0, float("nan"), 3.0]), 0.5).item()
    2.0
    """
    return into(out, _quantiles(x, q, axis, keepdim, interpolation, skip_nan=True))


def _quantiles(
    x: Operand, q: float | Sequence[float] | Tensor, axis: Axes, keepdim: bool, interpolation: str, *, skip_nan: bool
) -> Tensor:
    if isinstance(q, (Tensor, np.ndarray)):
        q = q.tolist()
    several = isinstance(q, (list, tuple))
    wanted = tuple(
        checks.real(f"q[{place}]" if several else "q", number, low=0.0, high=1.0)
        for place, number in enumerate(q if several else [q])  # type: ignore[arg-type]
    )
    if not wanted:
        raise ValueError("q must hold a number, but received none")
    rule = checks.choice("interpolation", interpolation, _INTERPOLATIONS)
    x = _with_elements(x)
    value = reduce(_quantile, x, axis, keepdim, q=wanted, interpolation=rule, skip_nan=skip_nan)
    return value if len(wanted) > 1 else value[0]


def _with_elements(x: Operand) -> Tensor:
    x = as_tensor("x", x)
    if not x.size:
        raise ValueError(f"x must have elements, but received shape {x.shape!r}")
    return x


def _quantile(
    x: Array, *, axis: rules.Axes, keepdim: bool, q: tuple[float, ...], interpolation: str, skip_nan: bool
) -> Outcome:
    x = real(x)
    lines, back = in_lines(x, axis)
    size = lines.shape
    order, count = _sorted(lines, skip_nan)
    position = np.asarray(q).reshape(-1, *[1] * lines.ndim) * (count - 1)
    low = np.floor(position)
    part = {
        "linear": position - low,
        "lower": np.zeros_like(position),
        "higher": np.ceil(position) - low,
        "midpoint": (np.ceil(position) - low) / 2,
        "nearest": np.rint(position) - low,
    }[interpolation].astype(x.dtype)
    ends = [_element(order, place.astype(np.int64)) for place in (low, np.ceil(position))]
    first, last = (np.take_along_axis(lines[None], end, -1) for end in ends)
    shape = reduced_shape(x.shape, axis, keepdim)
    with np.errstate(invalid="ignore"):  # nothing lies between -inf and inf
        between = np.where(np.isinf(first), (1 - part) * first + part * last, first + part * (last - first))
    value = np.where(part == 0, first, np.where(part == 1, last, between))

    def to_x(g: Array) -> Array:
        g = g.reshape(part.shape)
        gradient = np.zeros(size, g.dtype)
        for number in range(len(q)):
            for end, share in zip(ends, (1 - part, part), strict=True):
                places = list(np.indices(end.shape[1:], sparse=True))
                places[-1] = end[number]
                np.add.at(gradient, tuple(places), g[number] * share[number])
        return back(gradient)

    return value.reshape(len(q), *shape), (to_x,)


def _sorted(lines: Array, skip_nan: bool) -> tuple[Array, Array]:
    """Return the order of each line, in which nan stands for all unless it is skipped, and how many elements count."""
    order = np.argsort(lines, -1, kind="stable")
    unknown = np.isnan(lines).sum(-1, keepdims=True) if lines.dtype.kind not in "biu" else np.zeros((1,) * lines.ndim)
    known = lines.shape[-1] - unknown
    if not skip_nan:
        # The first of nan, which is sorted last, stands for all elements of its line.
        first = np.take_along_axis(order, np.minimum(known, lines.shape[-1] - 1).astype(np.int64), -1)
        order = np.where(unknown > 0, first, order)
    return order, np.maximum(known, 1)


def _element(order: Array, place: Array) -> Array:
    """Return which element of a line is the one at a ``place`` of the order, for each leading entry of ``place``."""
    shape = np.broadcast_shapes(place.shape[:-1], (1, *order.shape[:-1]))
    whole = np.broadcast_to(order, (*shape, order.shape[-1]))
    return np.take_along_axis(whole, np.broadcast_to(place, (*shape, 1)), -1)


@also(defaults={"mode": "min"}, input="x", dim="axis")
def median(
    x: Operand,
    axis: int | None = None,
    keepdim: bool = False,
    mode: str = "avg",
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor | tuple[Tensor, Tensor]:
    """Return the middle of the elements over ``axis``, all axes by default; nan where an element is.

    Mirrors ``paddle.median``. Equal elements share the gradient.

    Parameters
    ----------
    x : Tensor or array_like
        The elements.
    axis : int, optional
        The axis of the elements that belong together.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    mode : {"avg", "min"}, default "avg"
        Of an even number of elements, whether the mean of the two in the middle is taken, or the smaller one. With
        "min" and an ``axis`` the indices are returned too.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, the axis does not exist, or there is no element.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.median(paramattr.to_tensor([1.0, 2.0, 4.0, 7.0])).item()
    3.0
    """
    if axis is not None:
        axis = checks.integer("axis", axis)
    return _medians(x, axis, keepdim, mode, out, skip_nan=False)


def nanmedian(
    x: Operand,
    axis: Axes = None,
    keepdim: bool = False,
    mode: str = "avg",
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor | tuple[Tensor, Tensor]:
    """Return the middle of what is not nan over ``axis``, an integer or several, all axes by default.

    Mirrors ``paddle.nanmedian``. The other arguments, and what is refused, are those of `median`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nanmedian(paramattr.to_tensor([1.0, float("nan"), 4.0])).item()
    2.5
    """
    return _medians(x, axis, keepdim, mode, out, skip_nan=True)


def _medians(
    x: Operand, axis: Axes, keepdim: bool, mode: str, out: Tensor | None, *, skip_nan: bool
) -> Tensor | tuple[Tensor, Tensor]:
    lower = checks.choice("mode", mode, ["avg", "min"]) == "min"
    x = _with_elements(x)
    value = into(out, reduce(_median, x, axis, keepdim, lower=lower, skip_nan=skip_nan))
    if not lower or not isinstance(axis, int):
        return value
    order, count = _sorted(in_lines(x.numpy(), checks.axis("axis", axis, x.ndim) if x.ndim else None)[0], skip_nan)
    place = ((np.broadcast_to(count, (*order.shape[:-1], 1)) - 1) // 2).astype(np.int64)
    return value, Tensor(np.take_along_axis(order, place, -1).reshape(value.shape))


def _median(x: Array, *, axis: rules.Axes, keepdim: bool, lower: bool, skip_nan: bool) -> Outcome:
    x = x if lower else real(x)
    lines, back = in_lines(x, axis)
    order, count = _sorted(lines, skip_nan)
    places = [(count - 1) // 2] if lower else [(count - 1) // 2, count // 2]
    middle = [np.take_along_axis(lines, _element(order, place.astype(np.int64)[None])[0], -1) for place in places]
    value = middle[0] / 2 + middle[1] / 2 if len(middle) > 1 else middle[0]

    def to_x(g: Array) -> Array:
        gradient = np.zeros(lines.shape, g.dtype)
        for end in middle:
            equal = (lines == end) | (np.isnan(lines) & np.isnan(end))
            gradient = gradient + equal / equal.sum(-1, keepdims=True)
        return back(gradient * g.reshape(middle[0].shape) / len(middle))

    return value.reshape(reduced_shape(x.shape, axis, keepdim)), (to_x,)
