"""Looking up rows of a table."""

from __future__ import annotations

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.utils import checks


def embedding(x: Operand, weight: Operand, padding_idx: int | None = None, sparse: bool = False) -> Tensor:
    """Return the rows of ``weight`` that ``x`` names, in shape ``[*x.shape, size]``.

    Mirrors ``paddle.nn.functional.embedding``, except that an index out of range is an error with ``padding_idx`` too.

    Parameters
    ----------
    x : Tensor or array_like
        Of integers in [0, rows), of any shape.
    weight : Tensor or array_like
        Of shape ``[rows, size]``.
    padding_idx : int, optional
        A row that stands for no value, in [-rows, rows): it reads as zeros and gets no gradient.
    sparse : bool, default False
        Has no effect: gradients are dense here.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not of integers, ``weight`` not two-dimensional, or ``padding_idx`` out of range.
    IndexError
        If ``x`` names a row that does not exist.

    Examples
    --------
    >>> import paramattr
    >>> table = paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paramattr.nn.functional.embedding(paramattr.to_tensor([1, 0]), table, padding_idx=0).tolist()
    [[3.0, 4.0], [0.0, 0.0]]
    """
    checks.boolean("sparse", sparse)
    index, weight = as_tensor("x", x).data, as_tensor("weight", weight)
    if index.dtype.kind not in "iu":
        raise TypeError(f"x must hold integers, but received dtype {index.dtype}")
    if weight.ndim != 2:
        raise ValueError(f"weight must have 2 axes, but received shape {weight.shape!r}")
    rows = weight.shape[0]
    padding = check_padding_idx(padding_idx, rows)
    if index.size and not 0 <= int(index.min()) <= int(index.max()) < rows:
        raise IndexError(f"x must hold integers in [0, {rows}), but received {int(index.min())} to {int(index.max())}")
    return apply(_embedding, weight, index=index, padding=padding)


@exact
def _embedding(table: Array, *, index: Array, padding: int | None) -> Outcome:
    value, (to_rows,) = rules.getitem(table, index=index)
    if padding is not None:
        value[index == padding] = 0

    def to_table(g: Array) -> Array:
        total = to_rows(g)
        if padding is not None:
            total[padding] = 0.0
        return total

    return value, (to_table,)


def check_padding_idx(padding_idx: int | None, rows: int) -> int | None:
    """Return the row that ``padding_idx`` names, counted from the first."""
    if padding_idx is None:
        return None
    row = checks.integer("padding_idx", padding_idx)
    if not -rows <= row < rows:
        raise ValueError(f"padding_idx must be in [-{rows}, {rows}), but received {row}")
    return row % rows
