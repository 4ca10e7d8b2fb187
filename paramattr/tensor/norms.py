"""Norms of vectors and matrices, and distances."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.choice import maximum
from paramattr.tensor.factorization import svdvals
from paramattr.tensor.function import into
from paramattr.tensor.linalg import with_axes
from paramattr.tensor.solving import inverse, square
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["cdist", "cond", "dist", "matrix_norm", "norm", "pdist", "renorm", "vector_norm"]

Axes = int | Sequence[int] | None
Order = float | str | None
_OF_MATRICES = ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)
_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


@also(input="x", A="x", ord="p", dim="axis")
def norm(
    x: Operand,
    p: Order = None,
    axis: Axes = None,
    keepdim: bool = False,
    out: Tensor | None = None,
    dtype: DTypeLike | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the norms of the vectors or matrices in ``x``.

    Mirrors ``paddle.linalg.norm``: over two axes it is `matrix_norm`, over one, more, or all of them `vector_norm`.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    p : float or {"fro", "nuc"}, optional
        Which norm; None stands for 2, "fro" is the same as 2 but for matrices, "nuc" is for matrices alone.
    axis : int, sequence of int or None
        The axes that a vector or matrix lies along.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    out : Tensor, optional
        Takes over the value.
    dtype : dtype, optional
        Of the norms; ``x`` is cast to it first.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, an axis does not exist, or there is no such norm.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.norm(paramattr.to_tensor([3.0, 4.0])).item()
    5.0
    """
    x = as_tensor("x", x)
    axes = checks.axes("axis", axis, x.ndim)
    if (axes is not None and len(axes) == 2) or p == "nuc":
        both = tuple(range(x.ndim)) if axes is None else axes
        return into(out, matrix_norm(_converted(x, dtype), 2.0 if p is None else p, both, keepdim))
    order = 2.0 if p is None or (isinstance(p, str) and checks.choice("p", p, ["fro", "nuc"])) else p
    return into(out, vector_norm(x, order, axes, keepdim, dtype=dtype))  # type: ignore[arg-type]


@also(ord="p", dim="axis")
def vector_norm(
    x: Operand,
    p: float = 2.0,
    axis: Axes = None,
    keepdim: bool = False,
    name: str | None = None,
    *,
    dtype: DTypeLike | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return the p-norms of the vectors that ``x`` has along ``axis``, of all elements by default.

    Mirrors ``paddle.linalg.vector_norm``. It neither overflows nor underflows where the norm is representable. At 0 the
    gradient is 0.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    p : float, default 2.0
        The order; inf and -inf give the largest and the smallest absolute value, 0 the number of elements that are not 0.
    axis : int, sequence of int or None
        The axes that a vector lies along.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    name : str, optional
        Accepted as in Paddle.
    dtype : dtype, optional
        Of the norms; ``x`` is cast to it first.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or an axis does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.vector_norm(paramattr.to_tensor([[3.0, 4.0], [1.0, 0.0]]), axis=1).numpy()
    array([5., 1.], dtype=float32)
    """
    x = _converted(as_tensor("x", x), dtype)
    order = checks.real("p", p, finite=False)
    axes = checks.axes("axis", axis, x.ndim) or tuple(range(x.ndim))
    keep = checks.boolean("keepdim", keepdim)
    if not x.size and order == -math.inf and any(x.numpy().shape[a] == 0 for a in axes):
        raise ValueError(f"p must not be -inf for a tensor without elements, but received it for shape {x.shape!r}")
    return into(out, apply(_vector_norm, x, p=order, axes=axes, keepdim=keep))


def _converted(x: Tensor, dtype: DTypeLike | None) -> Tensor:
    return x if dtype is None else x.astype(dtypes.floating("dtype", dtype))


def _vector_norm(x: Array, *, p: float, axes: tuple[int, ...], keepdim: bool) -> Outcome:
    x = real(x)
    kept = _p_norm(np.abs(x), p, axes)

    def to_x(g: Array) -> Array:
        g, sign = g.reshape(kept.shape), np.sign(x)
        if p == 0 or p == 1:
            return np.asarray(g * sign * p)
        if math.isinf(p):
            return np.asarray(g * sign * (np.abs(x) == kept))
        # With the ratio in place of powers of both, neither can overflow.
        ratio = np.abs(x) / np.where(kept == 0, 1, kept)
        nonzero = ratio != 0
        return np.asarray(g * sign * np.where(nonzero, np.where(nonzero, ratio, 1) ** (p - 1), 0).astype(x.dtype))

    return kept if keepdim else kept.squeeze(axes), (to_x,)


def _p_norm(size: Array, p: float, axes: tuple[int, ...]) -> Array:
    """Return the norm of absolute values, with the axes kept."""
    if p == 0:
        return np.count_nonzero(size, axis=axes, keepdims=True).astype(size.dtype)
    if p == 1:
        return np.asarray(size.sum(axes, keepdims=True))
    if p == -math.inf:
        return np.asarray(size.min(axes, keepdims=True))
    largest = np.asarray(size.max(axes, keepdims=True, initial=0))
    if p == math.inf:
        return largest
    unit = largest if p > 0 else np.asarray(size.min(axes, keepdims=True, initial=np.inf))
    unit = np.where((unit == 0) | ~np.isfinite(unit), 1, unit).astype(size.dtype)
    with np.errstate(divide="ignore"):
        shares = (size / unit) ** size.dtype.type(p)
        total = np.asarray(shares.sum(axes, keepdims=True))
        return np.asarray(unit * (np.sqrt(total) if p == 2 else total ** size.dtype.type(1 / p)))


def matrix_norm(
    x: Operand,
    p: float | str = "fro",
    axis: Sequence[int] = [-2, -1],
    keepdim: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return the norms of the matrices that ``x`` has along two axes.

    Mirrors ``paddle.linalg.matrix_norm``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least two axes.
    p : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}, default "fro"
        The root of the sum of squares; the sum of the singular values; the largest (smallest, if negative) sum of
        absolute values in a column for 1, in a row for inf, singular value for 2.
    axis : sequence of int, default [-2, -1]
        The axes of rows and columns.
    keepdim : bool, default False
        Whether the axes stay, with size 1.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, ``axis`` does not name two axes, or there is no such norm.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.matrix_norm(paramattr.to_tensor([[1.0, -2.0], [3.0, 4.0]]), 1).item()
    6.0
    """
    x = with_axes("x", x, "at least 2", 2)
    axes = checks.axes("axis", axis, x.ndim)
    if axes is None or len(axes) != 2:
        raise ValueError(f"axis must name two axes of a matrix, but received {axis!r} for shape {x.shape!r}")
    if p not in _OF_MATRICES:
        raise ValueError(f"p must be one of {list(_OF_MATRICES)} for matrices, but received {p!r}")
    keep = checks.boolean("keepdim", keepdim)
    if p == "fro":
        return apply(_vector_norm, x, p=2.0, axes=axes, keepdim=keep)
    order = p if isinstance(p, str) else float(p)
    if order == "nuc" or abs(float(order)) == 2:
        rest = [a for a in range(x.ndim) if a not in axes]
        values = svdvals(apply(rules.transpose, x, perm=(*rest, *axes)))
        kept = values if order == "nuc" else _extreme(values, float(order), -1)
        total = apply(rules.sum, values, axis=-1) if order == "nuc" else kept
        shape = [1 if a in axes else size for a, size in enumerate(x.numpy().shape)]
        return apply(rules.reshape, total, shape=tuple(shape)) if keep else total
    column = abs(float(order)) == 1
    sums = apply(_vector_norm, x, p=1.0, axes=(axes[0] if column else axes[1],), keepdim=True)
    found = _extreme(sums, float(order), axes[1] if column else axes[0], keepdim=True)
    shape = [size for a, size in enumerate(found.numpy().shape) if a not in axes]
    return found if keep else apply(rules.reshape, found, shape=tuple(shape))


def _extreme(x: Tensor, sign: float, axis: int, keepdim: bool = False) -> Tensor:
    """Return the largest value along an axis, or for a negative ``sign`` the smallest."""
    return (
        apply(rules.max, x, axis=axis, keepdim=keepdim)
        if sign > 0
        else -apply(rules.max, -x, axis=axis, keepdim=keepdim)
    )


def cond(x: Operand, p: Order = None, name: str | None = None) -> Tensor:
    """Return the condition numbers of matrices: the norm times the norm of the inverse.

    Mirrors ``paddle.linalg.cond``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them; they are square unless ``p`` is None, 2 or -2.
    p : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}, optional
        The norm, as in `matrix_norm`; None stands for 2.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not such a stack or has a singular matrix, or there is no such norm.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.cond(paramattr.to_tensor([[4.0, 0.0], [0.0, 2.0]])).item()
    2.0
    """
    if p is not None and p not in _OF_MATRICES:
        raise ValueError(f"p must be one of {list(_OF_MATRICES)} or None, but received {p!r}")
    if p in (None, 2, -2):
        values = svdvals(with_axes("x", x, "at least 2", 2))
        large, small = _extreme(values, 1.0, -1), _extreme(values, -1.0, -1)
        return small / large if p == -2 else large / small
    x = square("x", x)
    return matrix_norm(x, p) * matrix_norm(inverse(x), p)


def dist(x: Operand, y: Operand, p: float = 2, name: str | None = None) -> Tensor:
    """Return the p-norm of all elements of ``x - y``, which broadcast.

    Mirrors ``paddle.dist``. For the order ``p`` see `vector_norm`.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or ``p`` is not a number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.dist(paramattr.to_tensor([3.0, 4.0]), paramattr.to_tensor([0.0, 0.0])).item()
    5.0
    """
    return vector_norm(as_tensor("x", x) - as_tensor("y", y), p)


def cdist(x: Operand, y: Operand, p: float = 2.0, compute_mode: str = _MODES[0], name: str | None = None) -> Tensor:
    """Return the distance of each vector in ``x`` from each in ``y``.

    Mirrors ``paddle.cdist``.

    Parameters
    ----------
    x, y : Tensor or array_like
        Of shapes ``(..., P, M)`` and ``(..., R, M)``; leading axes broadcast. The result has shape ``(..., P, R)``.
    p : float, default 2.0
        The order of the norm, at least 0; see `vector_norm`.
    compute_mode : str
        Whether Euclidean distances come from a matrix product, which takes less time and memory, and is less exact for
        neighbours: "use_mm_for_euclid_dist_if_necessary" (the default) for more than 25 vectors,
        "use_mm_for_euclid_dist" always, "donot_use_mm_for_euclid_dist" never.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit, or ``p`` or ``compute_mode`` is something else.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cdist(paramattr.to_tensor([[0.0, 0.0]]), paramattr.to_tensor([[3.0, 4.0], [0.0, 1.0]])).numpy()
    array([[5., 1.]], dtype=float32)
    """
    x, y = with_axes("x", x, "at least 2", 2), with_axes("y", y, "at least 2", 2)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"x and y must hold vectors of the same size, but received shapes {x.shape!r} and {y.shape!r}")
    order = checks.real("p", p, low=0.0, finite=False)
    mode = _MODES.index(checks.choice("compute_mode", compute_mode, _MODES))
    if order == 2 and mode < 2 and (mode == 1 or x.shape[-2] > 25 or y.shape[-2] > 25):
        return apply(_euclidean, x, y)
    rows = apply(rules.reshape, x, shape=(*x.numpy().shape[:-1], 1, x.numpy().shape[-1]))
    columns = apply(rules.reshape, y, shape=(*y.numpy().shape[:-2], 1, *y.numpy().shape[-2:]))
    return vector_norm(rows - columns, order, -1)


def _euclidean(x: Array, y: Array) -> Outcome:
    # Measured from the middle of y, the squares that cancel are as small as they can be.
    middle = real(y).mean(tuple(range(y.ndim - 1)))
    x, y = real(x) - middle, real(y) - middle
    squares = (x * x).sum(-1)[..., np.newaxis] + (y * y).sum(-1)[..., np.newaxis, :]
    value = np.sqrt(np.maximum(squares - 2 * (x @ y.swapaxes(-1, -2)), 0))

    def slopes(g: Array) -> Array:
        return np.where(value == 0, 0, g / np.where(value == 0, 1, value)).astype(value.dtype)

    def to_x(g: Array) -> Array:
        slope = slopes(g)
        return np.asarray(x * slope.sum(-1)[..., np.newaxis] - slope @ y)

    def to_y(g: Array) -> Array:
        slope = slopes(g).swapaxes(-1, -2)
        return np.asarray(y * slope.sum(-1)[..., np.newaxis] - slope @ x)

    return value, (to_x, to_y)


def pdist(x: Operand, p: float = 2.0, name: str | None = None) -> Tensor:
    """Return the distances of all pairs of rows of ``x``: of the first from the later ones, then of the second, and so on.

    Mirrors ``paddle.pdist``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a matrix, or ``p`` not a number that is at least 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.pdist(paramattr.to_tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).tolist()
    [5.0, 1.0, 4.242640495300293]
    """
    x = with_axes("x", x, "2", 2, 2)
    first, second = np.triu_indices(x.shape[0], 1)
    return vector_norm(x[first] - x[second], checks.real("p", p, low=0.0, finite=False), -1)


def renorm(x: Operand, p: float, axis: int, max_norm: float) -> Tensor:
    """Return ``x`` with its slices along ``axis`` made shorter where their norm is more than ``max_norm``.

    Mirrors ``paddle.renorm``.

    Parameters
    ----------
    x : Tensor or array_like
        With at least two axes.
    p : float
        The order of the norm, above 0.
    axis : int
        The axis that counts the slices.
    max_norm : float
        The largest norm that a slice keeps.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.renorm(paramattr.to_tensor([[3.0, 4.0], [0.3, 0.4]]), 2.0, 0, 1.0).numpy()
    array([[0.6, 0.8],
           [0.3, 0.4]], dtype=float32)
    """
    x = with_axes("x", x, "at least 2", 2)
    number, order = checks.axis("axis", axis, x.ndim), checks.real("p", p, low=0.0, open_low=True, finite=False)
    most = checks.real("max_norm", max_norm, low=0.0, open_low=True)
    norms = vector_norm(x, order, [a for a in range(x.ndim) if a != number], True)
    # The quotient is exactly 1 where the norm is smaller, and there has no gradient.
    return x * (most / maximum(norms, most))
