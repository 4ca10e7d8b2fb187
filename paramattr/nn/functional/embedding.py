"""Looking up rows of a table."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, no_grad, rules
from paramattr.autograd.rules import Outcome, exact
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.distance import p_norm
from paramattr.tensor.arguments import index_of
from paramattr.utils import checks
from paramattr.utils.alias import also
from paramattr.utils.dtypes import compute_dtype


@also(input="x")
def embedding(
    x: Operand,
    weight: Operand,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    sparse: bool = False,
    scale_grad_by_freq: bool = False,
    name: str | None = None,
) -> Tensor:
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
    max_norm : float, optional
        Rows that ``x`` names, and whose norm is larger, are first scaled to this norm, in ``weight`` itself; > 0.
    norm_type : float, default 2.0
        The order of that norm, > 0; it may be infinite.
    sparse : bool, default False
        Has no effect: gradients are dense here.
    scale_grad_by_freq : bool, default False
        Whether the gradient of a row is divided by how often ``x`` names it.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or ``scale_grad_by_freq`` is asked for with ``sparse``.
    IndexError
        If ``x`` names a row that does not exist.

    Examples
    --------
    >>> import paramattr
    >>> table = paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paramattr.nn.functional.embedding(paramattr.to_tensor([1, 0]), table, padding_idx=0).tolist()
    [[3.0, 4.0], [0.0, 0.0]]
    """
    largest, order = check_norm(max_norm, norm_type)
    share = check_share(scale_grad_by_freq, sparse)
    table = as_tensor("weight", weight)
    if table.ndim != 2:
        raise ValueError(f"weight must have 2 axes, but received shape {table.shape!r}")
    rows = table.shape[0]
    padding = check_padding_idx(padding_idx, rows)
    index = index_of("x", x, rows, low=0)
    if largest is not None:
        # An array that is no tensor is the caller's, and stays as it is.
        table = weight if isinstance(weight, Tensor) else Tensor(table.numpy().copy())
        _shorten(table, np.unique(index), largest, order)
    return apply(_embedding, table, index=index, padding=padding, share=share)


def _shorten(table: Tensor, rows: Array, largest: float, order: float) -> None:
    """Scale the ``rows`` of ``table`` whose norm is above ``largest`` to that norm."""
    values = table.numpy()[rows].astype(compute_dtype(table.dtype), copy=False)
    norms = p_norm(values, order)
    long = norms[:, 0] > largest
    if long.any():
        with no_grad():
            # As in Paddle, a little shorter.
            table[rows[long]] = values[long] * (largest / (norms[long] + 1e-7))


@exact
def _embedding(table: Array, *, index: Array, padding: int | None, share: bool = False) -> Outcome:
    value, (to_rows,) = rules.getitem(table, index=index)
    if padding is not None:
        value[index == padding] = 0
    count = table.shape[0]

    def to_table(g: Array) -> Array:
        total = to_rows(g)
        if share:
            total /= np.maximum(np.bincount(index.ravel(), minlength=count), 1)[:, None].astype(total.dtype)
        if padding is not None:
            total[padding] = 0.0
        return total

    return value, (to_table,)


def check_norm(max_norm: object, norm_type: object) -> tuple[float | None, float]:
    """Return the settings of the norm that rows may have."""
    order = checks.real("norm_type", norm_type, low=0.0, open_low=True, finite=False)
    return None if max_norm is None else checks.real("max_norm", max_norm, low=0.0, open_low=True), order


def check_share(scale_grad_by_freq: object, sparse: object) -> bool:
    """Return ``scale_grad_by_freq``; as in Paddle, it does not go with ``sparse``."""
    share = checks.boolean("scale_grad_by_freq", scale_grad_by_freq)
    if checks.boolean("sparse", sparse) and share:
        raise ValueError("scale_grad_by_freq must be False with sparse=True, but received True")
    return share


def check_padding_idx(padding_idx: int | None, rows: int) -> int | None:
    """Return the row that ``padding_idx`` names, counted from the first."""
    if padding_idx is None:
        return None
    row = checks.integer("padding_idx", padding_idx)
    if not -rows <= row < rows:
        raise ValueError(f"padding_idx must be in [-{rows}, {rows}), but received {row}")
    return row % rows
