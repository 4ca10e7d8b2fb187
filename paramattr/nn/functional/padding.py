"""Padding by a constant or by the input's own values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import Pairs
from paramattr.tensor import arguments
from paramattr.utils import checks
from paramattr.utils.alias import also

# Which element of an axis of ``size`` stands at each of the positions ``at``, where those before it are negative.
SELECTIONS: dict[str, Callable[[Array, int], Array]] = {
    "reflect": lambda at, size: size - 1 - np.abs(size - 1 - np.abs(at)),
    "replicate": lambda at, size: np.clip(at, 0, size - 1),
    "circular": lambda at, size: at % size,
}


@also(input="x")
def pad(
    x: Operand,
    pad: Sequence[int] | Tensor,
    mode: str = "constant",
    value: float = 0.0,
    data_format: str | None = None,
    pad_from_left_axis: bool = True,
    name: str | None = None,
) -> Tensor:
    """Return ``x`` with its axes padded.

    Mirrors ``paddle.nn.functional.pad``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape in mode ``"constant"``; else with 3, 4 or 5 axes: batch, channels and the spatial ones.
    pad : sequence of int or Tensor
        How much to add before and after each axis. Two numbers per spatial axis begin at the *last* one:
        ``[left, right, top, bottom, front, back]``; negative ones cut off. In mode ``"constant"`` any other even number
        of them, all >= 0, is taken too: two per axis of ``x`` begin at its first axis, fewer at its last.
    mode : {"constant", "reflect", "replicate", "circular"}
        With ``value``, mirrored at the outermost elements, with the outermost elements, or from the other side.
    value : float, default 0.0
        What mode ``"constant"`` adds.
    data_format : str, optional
        Order of the axes where ``pad`` is about the spatial ones; channels first if None.
    pad_from_left_axis : bool, default True
        Whether two numbers per axis of ``x`` begin at its first axis.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or ``x`` is too small to reflect.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.pad([[[1.0, 2.0, 3.0]]], [2, 1], "reflect").tolist()
    [[[3.0, 2.0, 1.0, 2.0, 3.0, 2.0]]]
    """
    x = as_tensor("x", x)
    checks.choice("mode", mode, ["constant", *SELECTIONS])
    filler = checks.real("value", value, finite=False)
    checks.boolean("pad_from_left_axis", pad_from_left_axis)
    given = checks.several("pad", arguments.plain(pad), "a sequence of integers")
    spatial = len(given) == 2 * (x.ndim - 2) and x.ndim in (3, 4, 5)
    numbers = [checks.integer(f"pad[{i}]", number, low=None if spatial else 0) for i, number in enumerate(given)]
    pairs = _per_axis(x, list(zip(numbers[::2], numbers[1::2], strict=False)), data_format, pad_from_left_axis)
    if len(numbers) % 2 or len(numbers) > 2 * x.ndim or not (spatial or mode == "constant"):
        raise ValueError(f"pad in mode {mode!r} can't add {numbers} to an input of shape {x.shape!r}")
    _check_sizes(x, pairs, numbers, mode)
    if mode == "constant":
        return apply(_pad_constant, x, pairs=pairs, value=filler)
    return apply(_pad_selected, x, pairs=pairs, mode=mode)


def _per_axis(x: Tensor, given: list[tuple[int, int]], data_format: str | None, from_left: bool) -> Pairs:
    """Return a pair for each axis of ``x``."""
    n = x.ndim - 2
    spatial = len(given) == n and n in geometry.FORMATS
    if spatial and data_format is not None and geometry.channels_last(data_format, n):
        return ((0, 0), *given[::-1], (0, 0))
    if len(given) == x.ndim and from_left:
        return tuple(given)
    return tuple([(0, 0)] * (x.ndim - len(given)) + given[::-1])


def _check_sizes(x: Tensor, pairs: Pairs, numbers: list[int], mode: str) -> None:
    """Raise a ValueError where an axis is cut to nothing, or has too few elements to be padded with."""
    axes = list(zip(x.shape, pairs, strict=True))
    if any(sum(min(number, 0) for number in pair) < min(0, 1 - size) for size, pair in axes):
        raise ValueError(f"pad must leave an element of each axis it cuts, but received {numbers} for {x.shape!r}")
    for size, pair in axes:
        if mode != "constant" and any(pair) and (size == 0 or (mode == "reflect" and max(pair) >= size)):
            raise ValueError(f"pad in mode {mode!r} can't add {list(pair)} to an axis of {size} of {x.shape!r}")
    checks.fits_in_memory("pad: the padded x, of shape", [size + sum(p) for size, p in axes], x.dtype.itemsize)


def _pad_constant(x: Array, *, pairs: Pairs, value: float) -> Outcome:
    shape, axes = x.shape, list(zip(x.shape, pairs, strict=True))
    inner = tuple(slice(max(before, 0), size + before + min(after, 0)) for size, (before, after) in axes)
    kept = tuple(slice(max(-before, 0), size + min(after, 0)) for size, (before, after) in axes)
    padded = np.full([size + sum(pair) for size, pair in axes], value, x.dtype)
    padded[inner] = x[kept]

    def to_x(g: Array) -> Array:
        given = np.zeros(shape, g.dtype)
        given[kept] = g[inner]
        return given

    return padded, (to_x,)


def _pad_selected(x: Array, *, pairs: Pairs, mode: str) -> Outcome:
    # Each axis of the result is a selection of the elements of that axis.
    sources = [
        SELECTIONS[mode](np.arange(-before, size + after), size) if size else np.arange(0)
        for size, (before, after) in zip(x.shape, pairs, strict=True)
    ]
    shape = x.shape

    def to_x(g: Array) -> Array:
        # What was selected more than once is added to where it came from.
        for axis, (source, (before, after)) in enumerate(zip(sources, pairs, strict=True)):
            if before or after:
                moved = np.moveaxis(g, axis, 0)
                start, end = max(before, 0), len(source) - max(after, 0)
                total = np.zeros((shape[axis], *moved.shape[1:]), g.dtype)
                total[source[start:end]] = moved[start:end]
                for index in (*range(start), *range(end, len(source))):
                    total[source[index]] += moved[index]
                g = np.moveaxis(total, 0, axis)
        return g

    return x[np.ix_(*sources)], (to_x,)


def zeropad2d(
    x: Operand, padding: Sequence[int] | Tensor, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """Return an image with zeros around it, ``padding`` as ``[left, right, top, bottom]``.

    Mirrors ``paddle.nn.functional.zeropad2d``. The arguments, and what is refused, are those of `pad`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.zeropad2d([[[[1.0]]]], [1, 2, 0, 0]).tolist()
    [[[[0.0, 1.0, 0.0, 0.0]]]]
    """
    x = as_tensor("x", x)
    last = geometry.channels_last(data_format, 2)
    numbers = checks.several("padding", arguments.plain(padding), "4 integers")
    if x.ndim != 4 or len(numbers) != 4:
        raise ValueError(f"zeropad2d needs 4 axes of x and 4 numbers, but received {x.shape!r} and {padding!r}")
    return pad(x, numbers, data_format="NHWC" if last else "NCHW")
