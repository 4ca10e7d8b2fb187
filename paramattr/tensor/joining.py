"""Tensors joined to one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor import arguments
from paramattr.tensor.function import into
from paramattr.tensor.manipulation import atleast_1d, atleast_2d, atleast_3d, flatten, unsqueeze
from paramattr.tensor.repetition import meshgrid
from paramattr.utils import checks
from paramattr.utils.alias import also

__all__ = [
    "block_diag", "cartesian_prod", "column_stack", "combinations", "concat", "dstack", "hstack", "stack", "vander",
    "vstack",
]  # fmt: skip


@also(tensors="x", dim="axis")
def concat(
    x: Sequence[Operand], axis: int | Tensor = 0, name: str | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return the tensors ``x`` joined along ``axis``.

    Mirrors ``paddle.concat``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of tensors, their shapes differ in another axis, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0])
    >>> paramattr.concat([one, one]).numpy()
    array([1., 1.], dtype=float32)
    """
    tensors = arguments.several("x", x)
    if len({t.ndim for t in tensors}) > 1:
        raise ValueError(f"x must hold tensors with as many axes, but received shapes {[t.shape for t in tensors]}")
    return into(out, apply(rules.concat, *tensors, axis=arguments.axis("axis", axis, tensors[0].ndim)))


@also(tensors="x", dim="axis")
def stack(x: Sequence[Operand], axis: int = 0, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the tensors ``x``, all of one shape, side by side along a new ``axis``.

    Mirrors ``paddle.stack``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of tensors of one shape, or ``axis`` does not exist.

    Examples
    --------
    >>> import paramattr
    >>> one = paramattr.to_tensor([1.0, 2.0])
    >>> paramattr.stack([one, one], axis=1).shape
    [2, 2]
    """
    tensors = arguments.several("x", x)
    position = arguments.axis("axis", axis, tensors[0].ndim + 1)
    if len({t.shape for t in tensors}) > 1:
        raise ValueError(f"x must hold tensors of one shape, but received shapes {[t.shape for t in tensors]}")
    return concat([unsqueeze(t, position) for t in tensors], position, out=out)


def hstack(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the tensors ``x`` joined side by side: along the second axis, vectors along their only one.

    Mirrors ``paddle.hstack``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of tensors, or their shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.hstack([paramattr.to_tensor([1]), paramattr.to_tensor([2, 3])]).numpy()
    array([1, 2, 3])
    """
    tensors = [atleast_1d(tensor) for tensor in arguments.several("x", x)]
    return concat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the tensors ``x`` joined one below the other: along the first axis, vectors as rows.

    Mirrors ``paddle.vstack``. What is refused is as for `hstack`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.vstack([paramattr.to_tensor([1, 2]), paramattr.to_tensor([3, 4])]).shape
    [2, 2]
    """
    return concat([atleast_2d(tensor) for tensor in arguments.several("x", x)], 0)


def dstack(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the tensors ``x`` joined along the third axis.

    Mirrors ``paddle.dstack``. What is refused is as for `hstack`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.dstack([paramattr.to_tensor([1, 2]), paramattr.to_tensor([3, 4])]).shape
    [1, 2, 2]
    """
    return concat([atleast_3d(tensor) for tensor in arguments.several("x", x)], 2)


def column_stack(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the tensors ``x`` joined side by side, vectors as columns.

    Mirrors ``paddle.column_stack``. What is refused is as for `hstack`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.column_stack([paramattr.to_tensor([1, 2]), paramattr.to_tensor([3, 4])]).numpy()
    array([[1, 3],
           [2, 4]])
    """
    tensors = arguments.several("x", x)
    return concat([t if t.ndim > 1 else apply(rules.reshape, t, shape=(t.size, 1)) for t in tensors], 1)


def block_diag(inputs: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return a matrix with the tensors ``inputs`` along its diagonal and zeros elsewhere.

    Mirrors ``paddle.block_diag``.

    Parameters
    ----------
    inputs : sequence of Tensor or array_like
        Numbers, vectors (which are rows) and matrices.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``inputs`` is no list of tensors, or one of them has more than two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.block_diag([paramattr.to_tensor([[1, 2]]), paramattr.to_tensor(3)]).numpy()
    array([[1, 2, 0],
           [0, 0, 3]])
    """
    blocks = [atleast_2d(tensor) for tensor in arguments.several("inputs", inputs)]
    if any(block.ndim > 2 for block in blocks):
        raise ValueError(f"inputs must have at most 2 axes, but received shapes {[block.shape for block in blocks]}")
    width, left, rows = sum(block.shape[1] for block in blocks), 0, []
    for block in blocks:
        rows.append(_between(block, left, width - left - block.shape[1]))
        left += block.shape[1]
    return concat(rows, 0)


def _between(block: Tensor, left: int, right: int) -> Tensor:
    """Return a matrix between columns of zeros."""
    sides = [Tensor(np.zeros((block.shape[0], count), block.dtype)) for count in (left, right)]
    return concat([sides[0], block, sides[1]], 1)


def cartesian_prod(x: Sequence[Operand], name: str | None = None) -> Tensor:
    """Return all ways to take one element of each vector, as rows; of a single vector, itself.

    Mirrors ``paddle.cartesian_prod``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no list of vectors.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.cartesian_prod([paramattr.to_tensor([1, 2]), paramattr.to_tensor([3, 4])]).tolist()
    [[1, 3], [1, 4], [2, 3], [2, 4]]
    """
    vectors = arguments.several("x", x)
    if any(vector.ndim != 1 for vector in vectors):
        raise ValueError(f"x must hold tensors with 1 axis, but received shapes {[v.shape for v in vectors]}")
    return vectors[0] if len(vectors) == 1 else stack([flatten(grid) for grid in meshgrid(*vectors)], 1)


def combinations(x: Operand, r: int = 2, with_replacement: bool = False, name: str | None = None) -> Tensor:
    """Return all ways to choose ``r`` elements of a vector, as rows.

    Mirrors ``paddle.combinations``.

    Parameters
    ----------
    x : Tensor or array_like
        Of one axis.
    r : int, default 2
        How many to choose; none give an empty vector.
    with_replacement : bool, default False
        Whether an element may be chosen again.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, ``x`` no vector, or ``r`` negative.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.combinations(paramattr.to_tensor([1, 2, 3])).tolist()
    [[1, 2], [1, 3], [2, 3]]
    """
    x, count = as_tensor("x", x), checks.integer("r", r, low=0)
    again = checks.boolean("with_replacement", with_replacement)
    if x.ndim != 1:
        raise ValueError(f"x must have 1 axis, but received shape {x.shape!r}")
    if not count:
        return Tensor(np.empty(0, x.dtype))
    choose = itertools.combinations_with_replacement if again else itertools.combinations
    chosen = list(choose(range(x.size), count))
    return apply(rules.getitem, x, index=np.array(chosen, np.intp).reshape(-1, count))


def vander(x: Operand, n: int | None = None, increasing: bool = False, name: str | None = None) -> Tensor:
    """Return the powers of each element as a row: a Vandermonde matrix.

    Mirrors ``paddle.vander``.

    Parameters
    ----------
    x : Tensor or array_like
        Of one axis.
    n : int, optional
        The number of powers, from 0 on; by default the number of elements.
    increasing : bool, default False
        Whether the powers grow from left to right.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, ``x`` no vector, or ``n`` negative.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.vander(paramattr.to_tensor([2, 3]), 3).tolist()
    [[4, 2, 1], [9, 3, 1]]
    """
    x = as_tensor("x", x)
    if x.ndim != 1:
        raise ValueError(f"x must have 1 axis, but received shape {x.shape!r}")
    count = x.size if n is None else checks.integer("n", n, low=0)
    powers = np.arange(count, dtype=x.dtype)
    powers = powers if checks.boolean("increasing", increasing) else powers[::-1]
    return apply(rules.power, apply(rules.reshape, x, shape=(x.size, 1)), powers)
