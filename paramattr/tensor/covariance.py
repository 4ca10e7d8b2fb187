"""Covariances and correlations."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.exponential import sqrt
from paramattr.tensor.linalg import with_axes
from paramattr.utils import checks, dtypes

__all__ = ["corrcoef", "cov"]


def cov(
    x: Operand,
    rowvar: bool = True,
    ddof: bool = True,
    fweights: Operand | None = None,
    aweights: Operand | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the covariances of variables, of which ``x`` holds observations.

    Mirrors ``paddle.linalg.cov``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix, or a vector of observations of one variable.
    rowvar : bool, default True
        Whether a row is a variable, not a column.
    ddof : bool, default True
        Whether the sum of products is divided by one less than the number of observations.
    fweights : Tensor or array_like of int, optional
        How often each observation counts.
    aweights : Tensor or array_like, optional
        The weight of each observation.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` has more than two axes or none, or the weights are negative or do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.cov(paramattr.to_tensor([[1.0, 3.0], [2.0, 6.0]])).numpy()
    array([[2., 4.],
           [4., 8.]], dtype=float32)
    """
    x = with_axes("x", x, "1 or 2", 1, 2)
    if not dtypes.is_floating(x.dtype):
        x = x.astype(dtypes.floating("dtype", None))
    single = x.ndim == 1
    rows = apply(rules.reshape, x, shape=(1, x.size)) if single else x if checks.boolean("rowvar", rowvar) else x.T
    count = rows.shape[1]
    often, weight = _weights("fweights", fweights, count), _weights("aweights", aweights, count)
    if often is not None and often.dtype.kind not in "biu":
        raise TypeError(f"fweights must be integers, but received dtype {often.dtype}")
    given = [one.numpy().astype(x.dtype) for one in (often, weight) if one is not None]
    weights = np.prod(given, axis=0) if given else np.ones(count, x.dtype)
    total = weights.sum()
    lost = 0.0
    if checks.boolean("ddof", ddof):
        lost = 1.0 if weight is None else (weights * weight.numpy().astype(x.dtype)).sum() / total
    centred = rows - apply(rules.matmul, rows, weights[:, np.newaxis]) / total
    products = apply(rules.matmul, centred * weights, centred.T) / np.asarray(total - lost, x.dtype)
    return apply(rules.reshape, products, shape=()) if len(rows) == 1 else products


def _weights(name: str, value: Operand | None, count: int) -> Tensor | None:
    if value is None:
        return None
    weights = as_tensor(name, value)
    if weights.shape != (count,) or (weights.numpy() < 0).any():
        raise ValueError(f"{name} must be {count} numbers that are not negative, but received {weights!r}")
    return weights.detach()


def corrcoef(x: Operand, rowvar: bool = True, name: str | None = None) -> Tensor:
    """Return the correlation coefficients of variables, of which ``x`` holds observations.

    Mirrors ``paddle.linalg.corrcoef``. The arguments, and what is refused, are those of `cov`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.corrcoef(paramattr.to_tensor([[1.0, 3.0], [2.0, 6.0]])).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    covariances = cov(x, rowvar)
    if covariances.ndim == 0:
        return covariances / covariances
    each = range(len(covariances))
    deviations = sqrt(covariances[each, each])
    return apply(_within_one, covariances / deviations[:, None] / deviations)


def _within_one(x: Array) -> Outcome:
    # Rounding may lead outside.
    return np.clip(x, -1, 1), (lambda g: g * (np.abs(x) <= 1),)
