"""Attention, and the mask of sequences of several lengths."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.dropout import dropout
from paramattr.nn.functional.once import once
from paramattr.tensor.axes import transpose
from paramattr.utils import checks, dtypes


def scaled_dot_product_attention(
    query: Operand,
    key: Operand,
    value: Operand,
    attn_mask: Operand | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    training: bool = True,
    backend: str | None = None,
    scale: float | None = None,
    enable_gqa: bool = True,
    name: str | None = None,
) -> Tensor:
    """Return softmax(scale · query keyᵀ + mask) value for each head.

    Parameters
    ----------
    query, key, value : Tensor or array_like
        Of shape ``[batch, length, heads, size]``, or without the batch; that of key and value may have another length,
        and that of value another size.
    attn_mask : Tensor or array_like, optional
        Broadcasts to ``[batch, heads, length of query, length of key]``: True where a key is seen, or numbers to add.
        A query that sees no key becomes NaN.
    dropout_p, training : float and bool, default 0.0 and True
        Probability of each weight to become 0, and whether any may.
    is_causal : bool, default False
        Whether a query sees the keys up to its own position alone; of those that ``attn_mask`` shows, if given.
    scale : float, optional
        1/√size if None.
    enable_gqa : bool, default True
        Whether heads of query may share those of key and value, as many each.
    backend, name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or shapes do not fit.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017. Mirrors ``paddle.nn.functional.scaled_dot_product_attention``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[[[1.0]], [[3.0]]]])
    >>> paramattr.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True, scale=0.0).flatten().tolist()
    [1.0, 2.0]
    """
    checks.instance("backend", backend, (str, type(None)), "a string or None")
    q, k, v = _batches({"query": query, "key": key, "value": value})
    groups = _groups(q.shape[1], k.shape[1], v.shape[1], checks.boolean("enable_gqa", enable_gqa))
    mask = _mask(attn_mask, checks.boolean("is_causal", is_causal), q, k)
    factor = max(q.shape[3], 1) ** -0.5 if scale is None else checks.real("scale", scale)
    shape = [*q.shape[:3], v.shape[3]]
    if groups > 1:
        q, k, v, mask = _grouped(q, k, v, mask, groups)
    out = transpose(attend(q, k, v, mask, factor, dropout_p, training).reshape(shape), [0, 2, 1, 3])
    return out if as_tensor("query", query).ndim == 4 else out[0]


def _batches(given: dict[str, Operand]) -> Iterator[Tensor]:
    """Return query, key and value in the shape ``[batch, heads, length, size]``."""
    tensors = [as_tensor(name, value) for name, value in given.items()]
    axes = {x.ndim for x in tensors}
    if axes not in ({3}, {4}):
        raise ValueError(
            f"query, key and value must all have 3 or all 4 axes, but have shapes {[x.shape for x in tensors]}"
        )
    batches = tensors if axes == {4} else [x.reshape([1, *x.shape]) for x in tensors]
    return (transpose(x, [0, 2, 1, 3]) for x in batches)


def _grouped(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, groups: int
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """Return all with an axis more, so that a head of key and value meets its group of queries by broadcasting."""
    q = q.reshape([q.shape[0], q.shape[1] // groups, groups, *q.shape[2:]])
    k, v = (x.reshape([*x.shape[:2], 1, *x.shape[2:]]) for x in (k, v))
    if mask is not None and mask.ndim > 2:
        split = (mask.shape[-3] // groups, groups) if mask.shape[-3] > 1 else (1, 1)
        mask = mask.reshape([*mask.shape[:-3], *split, *mask.shape[-2:]])
    return q, k, v, mask


def _groups(query: int, key: int, value: int, shared: bool) -> int:
    """Return how many heads of the query share one of key and value."""
    if key != value or (query != key and not (shared and query and key and query % key == 0)):
        expected = "a divisor of those of query" if shared else "those of query"
        raise ValueError(
            f"the heads of key and value must be as many, and {expected}, but there are {query}, {key}, {value}"
        )
    return query // key if key else 1


def _mask(attn_mask: Operand | None, is_causal: bool, query: Tensor, key: Tensor) -> Tensor | None:
    """Return what is added to the scores."""
    mask = None
    if attn_mask is not None:
        mask = as_tensor("attn_mask", attn_mask)
        if mask.dtype.kind in "iu":
            raise TypeError(f"attn_mask must hold bools or real numbers, but received dtype {mask.dtype}")
        if mask.dtype.kind == "b":
            mask = Tensor(np.where(mask.numpy(), 0.0, -np.inf).astype(query.dtype))
        if mask.dtype != query.dtype:
            mask = mask.astype(query.dtype)
        scores = (*query.shape[:3], key.shape[2])
        if mask.ndim < 2 or mask.ndim > 4 or any(m not in (1, s) for m, s in zip(mask.shape[::-1], scores[::-1])):  # noqa: B905
            raise ValueError(f"attn_mask must broadcast to {list(scores)}, but received shape {mask.shape!r}")
    if is_causal:
        above = np.triu(np.full((query.shape[2], key.shape[2]), -np.inf, query.dtype), 1)
        mask = Tensor(above) if mask is None else mask + above
    return mask


def attend(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float, dropout_p: float, training: bool
) -> Tensor:
    """Return softmax(scale · query keyᵀ + mask) value over the last two axes; the others broadcast."""
    kept = None
    if not query.shape[0] == key.shape[0] == value.shape[0]:
        sizes = [x.shape[0] for x in (query, key, value)]
        raise ValueError(f"query, key and value must be of the same batch, but have {sizes}")
    if checks.real("dropout_p", dropout_p, low=0.0, high=1.0) and checks.boolean("training", training):
        leading = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], () if mask is None else mask.shape[:-2])
        kept = dropout(np.ones((*leading, query.shape[-2], key.shape[-2]), query.dtype), dropout_p).numpy()
    return apply(_attention, query, key, value, *(() if mask is None else (mask,)), scale=scale, kept=kept)


def _attention(query: Array, key: Array, value: Array, *mask: Array, scale: float, kept: Array | None) -> Outcome:
    weights = (query * np.asarray(scale, query.dtype)) @ key.swapaxes(-1, -2)
    for added in mask:
        weights = weights + added
    # Where all that is added is -inf, no weights are right: NaN, without a warning.
    with np.errstate(invalid="ignore"):
        weights -= weights.max(axis=-1, keepdims=True, initial=-np.inf)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)

    def dropped(x: Array) -> Array:
        return x if kept is None else x * kept

    def walk(g: Array) -> tuple[Array, ...]:
        to_weights = dropped(g @ value.swapaxes(-1, -2))
        return (weights * (to_weights - (to_weights * weights).sum(axis=-1, keepdims=True)),)

    shared = once(walk)
    return dropped(weights) @ value, (
        lambda g: shared(g)[0] @ key * np.asarray(scale, key.dtype),
        lambda g: shared(g)[0].swapaxes(-1, -2) @ query * np.asarray(scale, query.dtype),
        lambda g: dropped(weights).swapaxes(-1, -2) @ g,
        *(lambda g: shared(g)[0] for _ in mask),
    )


def sequence_mask(
    x: Operand, maxlen: Operand | None = None, dtype: DTypeLike = "int64", name: str | None = None
) -> Tensor:
    """Return at which positions each sequence still goes on: 1 before its length, 0 from there on.

    Mirrors ``paddle.nn.functional.sequence_mask``.

    Parameters
    ----------
    x : Tensor or array_like
        The lengths, of any shape; the result has one axis more.
    maxlen : int or Tensor of one, optional
        Size of that axis; the largest length if None.
    dtype : dtype, default "int64"
        Of the result.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, ``maxlen`` is negative, or None without a largest length.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.sequence_mask(paramattr.to_tensor([3, 1])).tolist()
    [[1, 1, 1], [1, 0, 0]]
    """
    lengths = as_tensor("x", x).numpy()
    if maxlen is None:
        if not lengths.size or not np.isfinite(lengths.max()):
            raise ValueError(
                f"maxlen can't be None for x of shape {list(lengths.shape)}, which holds no largest length"
            )
        maxlen = int(max(lengths.max(), 0))
    elif isinstance(maxlen, Tensor):
        maxlen = maxlen.item()
    shape = checks.shape("maxlen", [checks.integer("maxlen", maxlen, low=0), *lengths.shape])
    checks.fits_in_memory("a mask of shape", shape, 8)
    mask = np.arange(shape[0]) < lengths[..., None]
    return Tensor(mask.astype(dtypes.numeric("dtype", dtype, array_of("x", lengths).dtype)))
