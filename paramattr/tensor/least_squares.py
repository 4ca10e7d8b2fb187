"""What holds for matrices that need not have an inverse: ranks, pseudo-inverses and least squares."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.factorization import CONVERGES, eigvalsh, finite, svdvals, turned
from paramattr.tensor.linalg import with_axes
from paramattr.tensor.solving import attempt, square
from paramattr.utils import checks

__all__ = ["lstsq", "matrix_rank", "pinv"]


def pinv(x: Operand, rcond: float | Tensor = 1e-15, hermitian: bool = False, name: str | None = None) -> Tensor:
    """Return the pseudo-inverse of each matrix.

    Mirrors ``paddle.linalg.pinv``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them.
    rcond : float or Tensor, default 1e-15
        Singular values below this fraction of the largest count as 0.
    hermitian : bool, default False
        Whether the matrices are symmetric; then the lower triangle is read.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.pinv(paramattr.to_tensor([[2.0, 0.0], [0.0, 0.0]])).numpy()
    array([[0.5, 0. ],
           [0. , 0. ]], dtype=float32)
    """
    symmetric = checks.boolean("hermitian", hermitian)
    x = square("x", x) if symmetric else with_axes("x", x, "at least 2", 2)
    return attempt(_pinv, CONVERGES, x, rcond=arguments.real("rcond", rcond, low=0.0), hermitian=symmetric)


def _pinv(x: Array, *, rcond: float, hermitian: bool) -> Outcome:
    x = real(x)
    value = np.linalg.pinv(x, rcond, hermitian)

    def to_x(g: Array) -> Array:
        flipped, back = turned(value), turned(g)
        inner = back @ value
        first = inner @ flipped
        slope = first - turned(value @ inner) - (x @ value) @ first + (flipped @ value) @ (back - inner @ x)
        return np.asarray(slope)

    return value, (to_x,)


def matrix_rank(
    x: Operand,
    tol: Operand | None = None,
    hermitian: bool = False,
    atol: Operand | None = None,
    rtol: Operand | None = None,
    name: str | None = None,
) -> Tensor:
    """Return the rank of each matrix: the number of its singular values above a tolerance.

    Mirrors ``paddle.linalg.matrix_rank``.

    Parameters
    ----------
    x : Tensor or array_like
        A matrix or a stack of them.
    tol : float or Tensor, optional
        The tolerance, one or one for each matrix; by default the largest singular value times the size of the matrix and
        the distance of 1 from the next number of its dtype.
    hermitian : bool, default False
        Whether the matrices are symmetric; then the lower triangle is read.
    atol, rtol : float or Tensor, optional
        In place of ``tol``: the tolerance is the larger of ``atol`` and ``rtol`` times the largest singular value.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or both ``tol`` and one of the others are given.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.linalg.matrix_rank(paramattr.to_tensor([[1.0, 2.0], [2.0, 4.0]])).item()
    1
    """
    if tol is not None and not (atol is None and rtol is None):
        raise ValueError(f"tol must be None where atol or rtol is given, but received {tol!r}")
    symmetric = checks.boolean("hermitian", hermitian)
    x = (square("x", x) if symmetric else with_axes("x", x, "at least 2", 2)).detach()
    values = abs(eigvalsh(x)).numpy() if symmetric else svdvals(x).numpy()
    largest = values.max(-1, initial=0)
    given = {"tol": tol, "atol": atol, "rtol": rtol}
    found = {key: as_tensor(key, one).numpy() for key, one in given.items() if one is not None}
    if "tol" in found:
        tolerance = found["tol"]
    else:
        small = max(x.shape[-2:]) * np.finfo(values.dtype).eps
        relative = found.get("rtol", 0.0 if found.get("atol", np.zeros(1)).any() else small)
        tolerance = np.maximum(found.get("atol", 0.0), largest * relative)
    return Tensor(np.asarray((values > np.asarray(tolerance)[..., np.newaxis]).sum(-1, dtype=np.int64)))


def lstsq(
    x: Operand, y: Operand, rcond: float | None = None, driver: str | None = None, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the solution of least squares of ``x @ z = y``, the smallest if there are several, and what is known of it.

    Mirrors ``paddle.linalg.lstsq``. The values have no gradient.

    Parameters
    ----------
    x, y : Tensor or array_like
        Matrices or stacks of them, of shapes ``(..., M, N)`` and ``(..., M, K)``.
    rcond : float, optional
        Singular values below this fraction of the largest count as 0; by default the distance of 1 from the next number
        of the dtype, times the larger of ``M`` and ``N``.
    driver : {"gels", "gelsy", "gelsd", "gelss"}, optional
        Paddle's choice of a method; here it decides only what is returned. None stands for "gelsy".
    name : str, optional
        Accepted as in Paddle.

    Returns
    -------
    solution, residuals, rank, singular_values : Tensor
        The residuals are sums of squares per column, and empty for "gelsy" and where a rank is not full or ``M`` is not
        above ``N``; "gels" gives no rank, and "gels" and "gelsy" no singular values.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0], [1.0]])
    >>> solution, residuals, rank, _ = paramattr.linalg.lstsq(x, paramattr.to_tensor([[1.0], [3.0]]), driver="gelsd")
    >>> round(solution.item(), 5), round(residuals.item(), 5), rank.item()
    (2.0, 2.0, 1)
    """
    x, y = with_axes("x", x, "at least 2", 2), with_axes("y", y, "at least 2", 2)
    if x.shape[:-1] != y.shape[:-1]:
        raise ValueError(
            f"x and y must have as many rows and matrices, but received shapes {x.shape!r} and {y.shape!r}"
        )
    method = "gelsy" if driver is None else checks.choice("driver", driver, ["gels", "gelsy", "gelsd", "gelss"])
    a, b = finite(x), finite(y)
    size = max(a.shape[-2:])
    cut = np.finfo(a.dtype).eps * size if rcond is None else checks.real("rcond", rcond, low=0.0)
    u, s, v = np.linalg.svd(a, full_matrices=False)
    used = s > cut * s.max(-1, initial=0)[..., np.newaxis]
    shares = np.where(used, 1 / np.where(used, s, 1), 0).astype(s.dtype)
    solution = turned(v) @ (shares[..., np.newaxis] * (turned(u) @ b))
    rank = used.sum(-1, dtype=np.int32)
    none = np.zeros(0, s.dtype)
    determined = a.shape[-2] > a.shape[-1] and bool((rank == a.shape[-1]).all())
    rest = a @ solution - b
    residuals = (rest * rest).sum(-2) if determined and method != "gelsy" else none
    ranks = np.zeros(0, np.int64) if method == "gels" else np.asarray(rank)
    values = s if method in ("gelsd", "gelss") else none
    return Tensor(solution), Tensor(residuals), Tensor(ranks), Tensor(values)
