"""Linear algebra: Paddle's ``paddle.linalg``."""

from paramattr.tensor.covariance import corrcoef, cov
from paramattr.tensor.diagonals import diagonal
from paramattr.tensor.factorization import cholesky, eig, eigh, eigvals, eigvalsh, qr, svd, svdvals
from paramattr.tensor.least_squares import lstsq, matrix_rank, pinv
from paramattr.tensor.linalg import matmul, matrix_transpose, multi_dot, vecdot
from paramattr.tensor.norms import cond, matrix_norm, norm, vector_norm
from paramattr.tensor.products import cross
from paramattr.tensor.solving import (
    cholesky_inverse,
    cholesky_solve,
    det,
    matrix_power,
    slogdet,
    solve,
    triangular_solve,
)
from paramattr.tensor.solving import inverse as inv
from paramattr.utils import absent

__all__ = [
    "cholesky", "cholesky_inverse", "cholesky_solve", "cond", "corrcoef", "cov", "cross", "det", "diagonal", "eig", "eigh",
    "eigvals", "eigvalsh", "inv", "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "triangular_solve", "vecdot", "vector_norm",
]  # fmt: skip

absent.explain(__name__)
