"""Products and decompositions of matrices."""

from __future__ import annotations

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.function import into
from paramattr.utils import checks

__all__ = ["matmul"]


def matmul(
    x: Operand,
    y: Operand,
    transpose_x: bool = False,
    transpose_y: bool = False,
    name: str | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the matrix product of ``x`` and ``y``, as ``x @ y``.

    Mirrors ``paddle.matmul``.

    Parameters
    ----------
    x, y : Tensor or array_like
        Vectors, matrices or stacks of matrices, whose leading axes broadcast.
    transpose_x, transpose_y : bool, default False
        Whether the last two axes are exchanged before.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.matmul(paramattr.to_tensor([[1.0, 2.0]]), paramattr.to_tensor([[3.0], [4.0]])).numpy()
    array([[11.]], dtype=float32)
    """
    x, y = as_tensor("x", x), as_tensor("y", y)
    left = _exchanged(x) if checks.boolean("transpose_x", transpose_x) else x
    right = _exchanged(y) if checks.boolean("transpose_y", transpose_y) else y
    return into(out, apply(rules.matmul, left, right))


def _exchanged(x: Tensor) -> Tensor:
    return x if x.ndim < 2 else apply(rules.transpose, x, perm=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))
