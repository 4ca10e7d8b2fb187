"""Attention with parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from paramattr.attr import ParamAttrLike
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.functional.attention import attend
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Linear
from paramattr.tensor.axes import transpose
from paramattr.tensor.joining import concat
from paramattr.tensor.linalg import matmul
from paramattr.utils import checks, dtypes


def _added(name: str, mask: Operand | None, like: Tensor) -> Tensor | None:
    """Return a mask as what is added to the scores: -1e9 where bools or integers are 0."""
    if mask is None:
        return None
    given = as_tensor(name, mask)
    if given.dtype.kind not in "biu":
        return given if given.dtype == like.dtype else given.astype(like.dtype)
    least = min(1e9, dtypes.largest(like.dtype))
    return Tensor(((given.numpy().astype(np.float64) - 1.0) * least).astype(like.dtype))


class MultiHeadAttention(Layer):
    """Attention of several heads, each on its own projection of query, key and value.

    Mirrors ``paddle.nn.MultiHeadAttention``.

    Parameters
    ----------
    embed_dim : int
        Size of the query and of the output.
    num_heads : int
        Number of heads; divides ``embed_dim``.
    dropout : float, default 0.0
        Probability of each weight to become 0, in training mode.
    kdim, vdim : int, optional
        Sizes of key and value; ``embed_dim`` if None.
    need_weights : bool, default False
        Whether the weights are returned too, of shape ``[batch, num_heads, length of query, length of key]``.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of weight and bias of each of the four projections. False: no bias.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.MultiHeadAttention(4, 2)
    >>> layer(paramattr.to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])).shape
    [1, 2, 4]
    """

    class Cache(NamedTuple):
        """Keys and values of earlier steps, of shape ``[batch, heads, length, size]``, to which new ones are added."""

        k: Tensor
        v: Tensor

    class StaticCache(NamedTuple):
        """Keys and values that stay the same over all steps."""

        k: Tensor
        v: Tensor

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        kdim: int | None = None,
        vdim: int | None = None,
        need_weights: bool = False,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim = checks.integer("embed_dim", embed_dim, low=1)
        self.num_heads = num_heads = checks.integer("num_heads", num_heads, low=1)
        if embed_dim % num_heads:
            raise ValueError(f"num_heads must divide embed_dim={embed_dim}, but received {num_heads}")
        self.head_dim = embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else checks.integer("kdim", kdim, low=1)
        self.vdim = embed_dim if vdim is None else checks.integer("vdim", vdim, low=1)
        self.dropout = checks.real("dropout", dropout, low=0.0, high=1.0)
        self.need_weights = checks.boolean("need_weights", need_weights)
        self.q_proj = Linear(embed_dim, embed_dim, weight_attr, bias_attr=bias_attr)
        self.k_proj = Linear(self.kdim, embed_dim, weight_attr, bias_attr=bias_attr)
        self.v_proj = Linear(self.vdim, embed_dim, weight_attr, bias_attr=bias_attr)
        self.out_proj = Linear(embed_dim, embed_dim, weight_attr, bias_attr=bias_attr)

    def _heads(self, name: str, x: Operand, projection: Layer) -> Tensor:
        """Return the projection of ``x`` of shape ``[batch, length, size]`` as ``[batch, heads, length, size]``."""
        given = as_tensor(name, x)
        if given.ndim != 3:
            raise ValueError(f"{name} must have shape [batch, length, size], but received {given.shape!r}")
        projected = projection(given).reshape([*given.shape[:2], self.num_heads, self.head_dim])
        return transpose(projected, [0, 2, 1, 3])

    def compute_kv(self, key: Operand, value: Operand) -> tuple[Tensor, Tensor]:
        """Return the projections of ``key`` and ``value``, of shape ``[batch, heads, length, size]``."""
        return self._heads("key", key, self.k_proj), self._heads("value", value, self.v_proj)

    def gen_cache(
        self, key: Operand, value: Operand | None = None, type: type[Cache] | type[StaticCache] = Cache
    ) -> Cache | StaticCache:
        """Return a cache for `forward`.

        Parameters
        ----------
        key, value : Tensor or array_like
            For a StaticCache, what is to be projected. For a Cache, its keys and values; an empty one for the batch of
            ``key`` if ``value`` is None.
        type : {MultiHeadAttention.Cache, MultiHeadAttention.StaticCache}
            Which one.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        if type not in (self.Cache, self.StaticCache):
            raise TypeError(f"type must be MultiHeadAttention.Cache or .StaticCache, but received {type!r}")
        first = as_tensor("key", key)
        if type is self.StaticCache:
            # As in forward, the key stands for a value that is not given.
            return self.StaticCache(*self.compute_kv(first, first if value is None else value))
        if value is not None:
            return self.Cache(first, as_tensor("value", value))
        empty = np.zeros((first.shape[0], self.num_heads, 0, self.head_dim), first.dtype)
        return self.Cache(Tensor(empty), Tensor(empty.copy()))

    def forward(
        self,
        query: Operand,
        key: Operand | None = None,
        value: Operand | None = None,
        attn_mask: Operand | None = None,
        cache: Cache | StaticCache | None = None,
    ) -> Any:
        """Return the output, and after it the weights and the new cache, where asked for.

        Parameters
        ----------
        query, key, value : Tensor or array_like
            Of shape ``[batch, length, size]``; key and value are the query if None.
        attn_mask : Tensor or array_like, optional
            Broadcasts to ``[batch, num_heads, length of query, length of key]``: True or 1 where a key is seen, or real
            numbers to add.
        cache : MultiHeadAttention.Cache or MultiHeadAttention.StaticCache, optional
            Keys and values that come before these, or stand for them.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        query = as_tensor("query", query)
        q = self._heads("query", query, self.q_proj)
        if isinstance(cache, self.StaticCache):
            k, v = cache
        else:
            k, v = self.compute_kv(query if key is None else key, query if value is None else value)
        if isinstance(cache, self.Cache):
            k, v = concat([cache.k, k], axis=2), concat([cache.v, v], axis=2)
            cache = self.Cache(k, v)
        elif cache is not None and not isinstance(cache, self.StaticCache):
            raise TypeError(f"cache must be a Cache, a StaticCache or None, but received {cache!r}")
        mask, scale, weights = _added("attn_mask", attn_mask, q), self.head_dim**-0.5, None
        if self.need_weights:
            scores = matmul(q * scale, k, transpose_y=True)
            weights = functional.softmax(scores if mask is None else scores + mask)
            weights = functional.dropout(weights, self.dropout, training=self.training)
            out = matmul(weights, v)
        else:
            out = attend(q, k, v, mask, scale, self.dropout, self.training)
        out = transpose(out, [0, 2, 1, 3]).reshape([*query.shape[:2], self.embed_dim])
        outs = [part for part in (self.out_proj(out), weights, cache) if part is not None]
        return outs[0] if len(outs) == 1 else tuple(outs)
