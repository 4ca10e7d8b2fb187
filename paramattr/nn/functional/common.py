"""Dropout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.random import Uniform, next_key
from paramattr.utils import checks

MODES = ("upscale_in_train", "downscale_in_infer")


def dropout(
    x: Operand,
    p: float = 0.5,
    axis: int | Sequence[int] | None = None,
    training: bool = True,
    *,
    mode: str = "upscale_in_train",
) -> Tensor:
    """Return ``x`` with elements set to 0 at random.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    p : float, default 0.5
        Probability of each element to become 0, in [0, 1].
    axis : int or sequence of int, optional
        Axes along which elements are dropped independently; along the others all go together. All axes if None.
    training : bool, default True
        Whether to drop at all.
    mode : {"upscale_in_train", "downscale_in_infer"}
        Whether what is kept grows by 1 / (1 - p) in training, or everything shrinks by 1 - p outside of it.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Srivastava et al., "Dropout", 2014. Mirrors ``paddle.nn.functional.dropout``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.dropout(paramattr.to_tensor([1.0, 2.0]), 0.0).numpy()
    array([1., 2.], dtype=float32)
    """
    rate = checks.real("p", p, low=0.0, high=1.0)
    x = as_tensor("x", x)
    given = checks.axes("axis", axis, x.ndim)
    up = checks.choice("mode", mode, MODES) == "upscale_in_train"
    if not checks.boolean("training", training):
        return x if up else x * (1.0 - rate)
    if rate == 0.0:
        return x
    sizes = tuple(size if given is None or index in given else 1 for index, size in enumerate(x.shape))
    chances = Uniform(0.0, 1.0).values(next_key(), sizes, np.float32)
    dtype = np.dtype(np.float64) if x.dtype.kind in "biu" else x.dtype
    kept = (chances >= rate).astype(dtype)
    if up and rate < 1.0:
        kept /= np.asarray(1.0 - rate, dtype)
    return x * kept
