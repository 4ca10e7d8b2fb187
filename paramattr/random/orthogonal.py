"""Haar-distributed orthogonal matrices.

The Q of a Gaussian matrix, with the signs that make R's diagonal positive, is Haar-distributed. Its Householder vectors
are then independent Gaussian vectors of falling length (Stewart 1980), so Q can be had without any factorization: draw the
vectors, and multiply their reflections together. A panel of reflections at a time is I - V T V', so nearly all the work is
matrix products; panels go from last to first, each touching only the corner that is not yet zero or one.

The reflections are a function of the address alone; the products are the BLAS library's, so between CPUs, BLAS builds or
BLAS thread counts the last digits may differ (by less than 1e-6 in float32 and 1e-14 in float64, times the gain).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.random.blocks import drawn
from paramattr.random.draws import FEW, Array, strip_draw
from paramattr.random.index import stretch
from paramattr.random.keys import Key
from paramattr.utils import dtypes

__all__ = ["orthogonal"]

_PANEL = 128
_STRIPE = 512  # rows updated at a time, to bound the temporary product


def orthogonal(key: Key, shape: tuple[int, int], dtype: np.dtype[Any], gain: float = 1.0) -> Array:
    """Return a Haar-distributed (semi-)orthogonal matrix times ``gain``; the shorter axis numbers the orthogonal vectors."""
    compute = dtypes.compute_dtype(dtype)
    # Rounding shows most where columns are short; there float64 costs next to nothing.
    out = np.empty(shape, compute if max(shape) > _PANEL else np.float64)
    # `q` has its orthonormal vectors in columns. Where `out` has them in rows it is the transposed view: BLAS takes either.
    q = out if shape[0] >= shape[1] else out.T
    rows, cols = q.shape
    for begin in range((cols - 1) // _PANEL * _PANEL, -1, -_PANEL):
        end = min(begin + _PANEL, cols)
        vectors, signs = _panel(key, begin, end, rows, compute, out.dtype)
        _reflect(q[begin:, begin:], vectors, signs * out.dtype.type(gain), out is q)
    with np.errstate(over="ignore", under="ignore"):
        return out.astype(dtype, copy=False)


def _panel(
    key: Key, begin: int, end: int, rows: int, drawn_in: np.dtype[Any], dtype: np.dtype[Any]
) -> tuple[Array, Array]:
    """The reflections' vectors, one per row, zero before their first entry and of squared length 2; and the signs of R."""
    count, length = end - begin, rows - begin
    # Each panel has numbers of its own: they start where `begin` vectors of full length would have ended.
    draw = strip_draw(0.0, 1.0, -np.inf, np.inf, drawn_in, count * length > FEW)
    x = drawn(draw, key, stretch((count, length), begin * rows))
    x = x.astype(dtype, copy=False)
    square = x[:, :count]
    square[np.tril_indices(count, -1)] = 0.0
    norm = np.sqrt(np.einsum("ij,ij->i", x, x))
    first = square.diagonal().copy()
    sign = np.where(first < 0.0, -1.0, 1.0).astype(dtype)
    # v = x + sign |x| e has v.v = 2 |x| (|x| + |first|).
    np.fill_diagonal(square, first + sign * norm)
    x *= (1.0 / np.sqrt(norm * (norm + np.abs(first))))[:, np.newaxis]
    return x, -sign


def _reflect(q: Array, v: Array, diagonal: Array, tall: bool) -> None:
    """Multiply from the left by the panel's reflections, where q so far is diag(diagonal) + an orthogonal block.

    Only that block is filled in: the first `count` rows and columns of q are written here for the first time.
    """
    count = v.shape[0]
    t = _inverse_unit_upper(v @ v.T)
    top, below = v[:, :count], v[:, count:]
    new = t @ (top * diagonal)
    inner = q[count:, count:]
    old = t @ (below @ inner)
    q[:count, :count] = -(top.T @ new)
    q[range(count), range(count)] += diagonal
    q[:count, count:] = -(top.T @ old)
    if tall:
        np.negative(below.T @ new, out=q[count:, :count])
        left, right, target = below.T, old, inner
    else:
        np.negative(new.T @ below, out=q.T[:count, count:])
        left, right, target = old.T, below, inner.T
    for i in range(0, target.shape[0], _STRIPE):
        target[i : i + _STRIPE] -= left[i : i + _STRIPE] @ right


def _inverse_unit_upper(a: Array) -> Array:
    """The inverse of the unit upper triangular matrix with a's entries above the diagonal, by halves."""
    n = a.shape[0]
    if n <= 16:
        return np.asarray(np.linalg.inv(np.triu(a, 1) + np.eye(n, dtype=a.dtype)))
    h = n // 2
    result = np.zeros_like(a)
    result[:h, :h] = _inverse_unit_upper(a[:h, :h])
    result[h:, h:] = _inverse_unit_upper(a[h:, h:])
    result[:h, h:] = -(result[:h, :h] @ a[:h, h:] @ result[h:, h:])
    return result
