"""Padding of the spatial axes by zeros or by the input's own values."""

from __future__ import annotations

from typing import cast

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.nn.functional import geometry
from paramattr.nn.functional.geometry import Pairs
from paramattr.utils import checks

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(x: Tensor, pairs: Pairs, mode: str = "zeros", data_format: str | None = None) -> Tensor:
    """Return ``x`` with its spatial axes padded.

    Parameters
    ----------
    x : Tensor
        With 3, 4 or 5 axes: batch, channels and the spatial ones.
    pairs : sequence of (int, int)
        How much to add before and after each spatial axis.
    mode : {"zeros", "reflect", "replicate", "circular"}
        With zeros, mirrored at the outermost elements, with the outermost elements, or from the other side.
    data_format : str, optional
        Order of the axes; channels first if None.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or ``x`` is too small to reflect or to go around.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[[1.0, 2.0, 3.0]]])
    >>> paramattr.nn.functional.pad(x, [(2, 1)], "reflect").numpy()
    array([[[3., 2., 1., 2., 3., 2.]]], dtype=float32)
    """
    checks.choice("mode", mode, ["zeros", *MODES])
    n = x.ndim - 2
    if n not in geometry.FORMATS:
        raise ValueError(f"pad expected an input with 3, 4 or 5 axes, but received {x.shape!r}")
    last = data_format is not None and geometry.channels_last(data_format, n)
    checked = cast(Pairs, geometry.padding(list(pairs), n, last=last))
    space = x.shape[1 : n + 1] if last else x.shape[2:]
    for size, pair in zip(space, checked, strict=True):
        most = size - 1 if mode == "reflect" else size
        if (mode in ("reflect", "circular") and max(pair) > most) or (mode == "replicate" and any(pair) and size == 0):
            raise ValueError(f"pad in mode {mode!r} can't add {list(checked)} to an input of shape {x.shape!r}")
    return apply(_pad, x, pairs=checked, mode=mode, last=last)


def _pad(x: Array, *, pairs: Pairs, mode: str, last: bool) -> Outcome:
    data = geometry.inward(x, last)
    if mode == "zeros":
        inner = geometry.crop(data.shape[1:-1], pairs)
        return geometry.outward(geometry.pad(data, pairs), last), (
            lambda g: geometry.outward(geometry.inward(g, last)[inner], last),
        )
    # Each axis is a selection of its own elements, so its pullback adds up what was selected.
    sources = [
        np.pad(np.arange(size), pair, mode=MODES[mode])  # type: ignore[call-overload]
        for size, pair in zip(data.shape[1:-1], pairs, strict=True)
    ]
    value = data
    for axis, source in enumerate(sources, start=1):
        value = np.take(value, source, axis)

    def to_x(g: Array) -> Array:
        total = geometry.inward(g, last)
        for axis, source in enumerate(sources, start=1):
            moved = np.moveaxis(total, axis, 0)
            gathered = np.zeros((data.shape[axis], *moved.shape[1:]), g.dtype)
            np.add.at(gathered, source, moved)
            total = np.moveaxis(gathered, 0, axis)
        return geometry.outward(total, last)

    return geometry.outward(value, last), (to_x,)
