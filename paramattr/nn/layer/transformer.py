"""The Transformer: layers of encoder and decoder, stacks of them, and both together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from paramattr.attr import ParamAttr, ParamAttrLike, optional_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.layer.attention import MultiHeadAttention
from paramattr.nn.layer.container import LayerList
from paramattr.nn.layer.dropout import Dropout
from paramattr.nn.layer.layer import Layer, check_many_fit
from paramattr.nn.layer.linear import Linear
from paramattr.nn.layer.norm import LayerNorm
from paramattr.utils import checks, dtypes

Attrs = ParamAttrLike | Sequence[ParamAttrLike]


def _each(name: str, attr: Attrs, count: int) -> list[ParamAttrLike]:
    """Return ``attr`` for each of ``count`` parts of a layer."""
    if isinstance(attr, (list, tuple)):
        if len(attr) != count:
            raise ValueError(f"{name} must hold {count} if it is a list, but received {len(attr)}")
        return list(attr)
    one = optional_attr(name, attr)  # type: ignore[arg-type]
    if isinstance(one, ParamAttr) and one.name is not None:
        return [one.replace(name=f"{one.name}_{number}") for number in range(count)]
    return [one] * count


class _Block(Layer):
    """What the layers of encoder and decoder share: attentions and a perceptron, each added to its input."""

    self_attn: MultiHeadAttention
    _attentions: tuple[str, ...]
    _config: dict[str, Any]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float = 0.1,
        activation: str = "relu",
        attn_dropout: float | None = None,
        act_dropout: float | None = None,
        normalize_before: bool = False,
        weight_attr: Attrs = None,
        bias_attr: Attrs = None,
        layer_norm_eps: float = 1e-5,
    ) -> None:
        # Of which an encoder or a decoder makes more layers like this one.
        self._config = {key: value for key, value in locals().items() if key not in ("self", "__class__")}
        super().__init__()
        sizes = ("d_model", d_model), ("nhead", nhead), ("dim_feedforward", dim_feedforward)
        d_model, nhead, dim_feedforward = (checks.integer(name, size, low=1) for name, size in sizes)
        if d_model % nhead:
            raise ValueError(f"nhead must divide d_model={d_model}, but received {nhead}")
        attn_dropout, act_dropout = (dropout if rate is None else rate for rate in (attn_dropout, act_dropout))
        for name, rate in (("dropout", dropout), ("attn_dropout", attn_dropout), ("act_dropout", act_dropout)):
            checks.real(name, rate, low=0.0, high=1.0)
        checks.real("layer_norm_eps", layer_norm_eps, low=0.0)
        self.normalize_before = checks.boolean("normalize_before", normalize_before)
        self.activation = getattr(functional, checks.choice("activation", activation, functional.__all__))
        parts = len(self._attentions) + 1
        weights, biases = _each("weight_attr", weight_attr, parts), _each("bias_attr", bias_attr, parts)
        for name, weight, bias in zip(self._attentions, weights, biases, strict=False):
            attention = MultiHeadAttention(d_model, nhead, attn_dropout, weight_attr=weight, bias_attr=bias)
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, weights[-1], biases[-1])
        self.dropout = Dropout(act_dropout)
        self.linear2 = Linear(dim_feedforward, d_model, weights[-1], biases[-1])
        for number in range(1, parts + 1):
            setattr(self, f"norm{number}", LayerNorm(d_model, layer_norm_eps))
        for number in range(1, parts + 1):
            setattr(self, f"dropout{number}", Dropout(dropout))

    def _plus(self, number: int, x: Tensor, change: Callable[[Tensor], Any]) -> tuple[Tensor, Any]:
        """Return ``x`` and what ``change`` makes of it added up, normalized before or after, and a new cache."""
        norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        made = change(norm(x) if self.normalize_before else x)
        made, cache = made if isinstance(made, tuple) else (made, None)
        total = x + dropout(made)
        return (total if self.normalize_before else norm(total)), cache

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Block):
    """A layer of a Transformer's encoder: attention to itself and a perceptron, each added to its input.

    Mirrors ``paddle.nn.TransformerEncoderLayer``.

    Parameters
    ----------
    d_model, nhead : int
        Size of inputs and outputs, and number of heads.
    dim_feedforward : int
        Size of the perceptron's hidden layer.
    dropout : float, default 0.1
        Probability of each element of what is added to become 0, in training mode.
    activation : str, default "relu"
        Name of a function of `paramattr.nn.functional`, for the hidden layer.
    attn_dropout, act_dropout : float, optional
        The same for the weights of attention and after the activation; as ``dropout`` if None.
    normalize_before : bool, default False
        Whether the inputs of attention and perceptron are normalized, instead of the sums.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool, None, or sequence of them
        Settings of the projections; a sequence holds one for each attention, and one for the perceptron.
    layer_norm_eps : float, default 1e-5
        That of the normalizations.

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
    >>> layer = paramattr.nn.TransformerEncoderLayer(4, 2, 8)
    >>> layer(paramattr.to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])).shape
    [1, 2, 4]
    """

    _attentions = ("self_attn",)

    def forward(self, src: Operand, src_mask: Operand | None = None, cache: Any = None) -> Any:
        """Return the output for ``src`` of shape ``[batch, length, d_model]``; with a ``cache``, also the new one.

        Mask and cache are those of `MultiHeadAttention.forward`.
        """
        x, new = self._plus(1, as_tensor("src", src), lambda x: self.self_attn(x, x, x, src_mask, cache))
        x, _ = self._plus(2, x, self._feed_forward)
        return x if cache is None else (x, new)

    def gen_cache(self, src: Operand) -> Any:
        """Return an empty cache for the batch of ``src``."""
        return self.self_attn.gen_cache(src)


class TransformerDecoderLayer(_Block):
    """A layer of a Transformer's decoder: attention to itself, to the encoder's output, and a perceptron.

    The arguments, and what is refused, are those of `TransformerEncoderLayer`. Mirrors
    ``paddle.nn.TransformerDecoderLayer``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.TransformerDecoderLayer(4, 2, 8)
    >>> x = paramattr.to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
    >>> layer(x, memory=x).shape
    [1, 2, 4]
    """

    cross_attn: MultiHeadAttention
    _attentions = ("self_attn", "cross_attn")

    def forward(
        self,
        tgt: Operand,
        memory: Operand,
        tgt_mask: Operand | None = None,
        memory_mask: Operand | None = None,
        cache: Any = None,
    ) -> Any:
        """Return the output for ``tgt`` of shape ``[batch, length, d_model]``; with a ``cache``, also the new one.

        ``memory`` is what the second attention has as key and value; the masks are those of
        `MultiHeadAttention.forward`, and ``cache`` is a pair of theirs.
        """
        pair = (None, None) if cache is None else tuple(checks.several("cache", cache, "a pair of caches"))
        if len(pair) != 2:
            raise ValueError(f"cache must be a pair of caches, but received {len(pair)}")
        own, other = pair
        x, new = self._plus(1, as_tensor("tgt", tgt), lambda x: self.self_attn(x, x, x, tgt_mask, own))
        x, static = self._plus(2, x, lambda x: self.cross_attn(x, memory, memory, memory_mask, other))
        x, _ = self._plus(3, x, self._feed_forward)
        return x if cache is None else (x, (new, static))

    def gen_cache(self, memory: Operand) -> Any:
        """Return an empty cache for the batch of ``memory``, and a static one of ``memory``."""
        static = self.cross_attn.gen_cache(memory, memory, MultiHeadAttention.StaticCache)
        return self.self_attn.gen_cache(memory), static


class _Stack(Layer):
    """Layers of an encoder or a decoder, each on the output of the one before."""

    norm: Layer | None

    def _stack(self, layer: Layer, num_layers: int, norm: Layer | None) -> None:
        """Hold ``layer`` and others that are made as it was, and what normalizes the output of the last."""
        count = checks.integer("num_layers", num_layers, low=0)
        checks.instance("norm", norm, (Layer, type(None)), "a layer or None")
        check_many_fit(count, layer)
        more = [type(layer)(**layer._config) for _ in range(count - 1)]
        self.layers = LayerList([layer, *more][:count])
        self.num_layers = count
        self.norm = norm

    def _through(self, x: Any, cache: Sequence[Any] | None, call: Callable[[Layer, Any, Any], Any]) -> Any:
        """Return ``x`` after each layer, as ``call`` calls it, and the new caches if there are any."""
        if cache is not None and len(checks.several("cache", cache, "a list of caches")) != self.num_layers:
            raise ValueError(f"cache must hold one for each of {self.num_layers} layers, but received {len(cache)}")
        caches: list[Any] = []
        for number, layer in enumerate(self.layers):
            x = call(layer, x, None if cache is None else cache[number])
            if cache is not None:
                x, new = x
                caches.append(new)
        if self.norm is not None:
            x = self.norm(x)
        return x if cache is None else (x, caches)


class TransformerEncoder(_Stack):
    """Layers of an encoder, each on the output of the one before.

    Mirrors ``paddle.nn.TransformerEncoder``.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
        The first; the others are made with the same settings.
    num_layers : int
        How many there are.
    norm : LayerNorm, optional
        What normalizes the output of the last.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> from paramattr import nn, to_tensor
    >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2)
    >>> encoder(to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])).shape
    [1, 2, 4]
    """

    def __init__(self, encoder_layer: TransformerEncoderLayer, num_layers: int, norm: LayerNorm | None = None) -> None:
        super().__init__()
        checks.instance("encoder_layer", encoder_layer, TransformerEncoderLayer, "a TransformerEncoderLayer")
        self._stack(encoder_layer, num_layers, norm)

    def forward(self, src: Operand, src_mask: Operand | None = None, cache: Sequence[Any] | None = None) -> Any:
        """Return the output for ``src`` of shape ``[batch, length, d_model]``; with a ``cache``, also the new one.

        Mask and cache are those of `TransformerEncoderLayer.forward`, of the latter one for each layer.
        """
        return self._through(src, cache, lambda layer, x, one: layer(x, src_mask=src_mask, cache=one))

    def gen_cache(self, src: Operand) -> list[Any]:
        """Return an empty cache for each layer."""
        return [layer.gen_cache(src) for layer in self.layers]


class TransformerDecoder(_Stack):
    """Layers of a decoder, each on the output of the one before.

    The arguments, and what is refused, are those of `TransformerEncoder`. Mirrors ``paddle.nn.TransformerDecoder``.

    Examples
    --------
    >>> from paramattr import nn, to_tensor
    >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8), 2)
    >>> x = to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
    >>> decoder(x, memory=x).shape
    [1, 2, 4]
    """

    def __init__(self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: LayerNorm | None = None) -> None:
        super().__init__()
        checks.instance("decoder_layer", decoder_layer, TransformerDecoderLayer, "a TransformerDecoderLayer")
        self._stack(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Operand,
        memory: Operand,
        tgt_mask: Operand | None = None,
        memory_mask: Operand | None = None,
        cache: Sequence[Any] | None = None,
    ) -> Any:
        """Return the output for ``tgt`` of shape ``[batch, length, d_model]``; with a ``cache``, also the new one.

        The arguments are those of `TransformerDecoderLayer.forward`, and of the cache one for each layer.
        """

        def call(layer: Layer, x: Any, one: Any) -> Any:
            return layer(x, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, cache=one)

        return self._through(tgt, cache, call)

    def gen_cache(self, memory: Operand, do_zip: bool = False) -> list[Any]:
        """Return a cache for each layer; with ``do_zip`` those of one kind together."""
        caches = [layer.gen_cache(memory) for layer in self.layers]
        return list(zip(*caches, strict=True)) if checks.boolean("do_zip", do_zip) else caches


def _for_both(name: str, attr: Attrs) -> tuple[Attrs, Attrs]:
    """Return ``attr`` for the layers of encoder and decoder: the first of a sequence, the middle one and the last."""
    if not isinstance(attr, (list, tuple)):
        return attr, attr
    if not 1 <= len(attr) <= 3:
        raise ValueError(f"{name} must hold 1 to 3 if it is a list, but received {len(attr)}")
    return [attr[0], attr[-1]], [attr[0], attr[1] if len(attr) == 3 else attr[0], attr[-1]]


class Transformer(Layer):
    """An encoder, and a decoder that attends to its output.

    The arguments that are not named here, and what is refused, are those of `TransformerEncoderLayer`.

    Parameters
    ----------
    num_encoder_layers, num_decoder_layers : int, default 6
        How many layers they have.
    weight_attr, bias_attr : ParamAttr, str, Initializer, regularizer, bool, None, or sequence of them
        Settings of the projections. Of three in a sequence, one is for attention to itself, one for the decoder's to the
        encoder, and one for the perceptron; of two, the first is for all attention.
    custom_encoder, custom_decoder : Layer, optional
        What stands for the encoder and the decoder.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017. Mirrors ``paddle.nn.Transformer``.

    Examples
    --------
    >>> import paramattr
    >>> net = paramattr.nn.Transformer(4, 2, 1, 1, 8)
    >>> x = paramattr.to_tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
    >>> net(x, x, tgt_mask=net.generate_square_subsequent_mask(2)).shape
    [1, 2, 4]
    """

    encoder: Layer
    decoder: Layer

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        attn_dropout: float | None = None,
        act_dropout: float | None = None,
        normalize_before: bool = False,
        weight_attr: Attrs = None,
        bias_attr: Attrs = None,
        custom_encoder: Layer | None = None,
        custom_decoder: Layer | None = None,
    ) -> None:
        super().__init__()
        self.d_model = checks.integer("d_model", d_model, low=1)
        self.nhead = checks.integer("nhead", nhead, low=1)
        weights, biases = _for_both("weight_attr", weight_attr), _for_both("bias_attr", bias_attr)
        shared = (d_model, nhead, dim_feedforward, dropout, activation, attn_dropout, act_dropout, normalize_before)
        if custom_encoder is None:
            layer = TransformerEncoderLayer(*shared, weights[0], biases[0])
            custom_encoder = TransformerEncoder(layer, num_encoder_layers, LayerNorm(d_model))
        if custom_decoder is None:
            above = TransformerDecoderLayer(*shared, weights[1], biases[1])
            custom_decoder = TransformerDecoder(above, num_decoder_layers, LayerNorm(d_model))
        checks.instance("custom_encoder", custom_encoder, Layer, "a layer or None")
        checks.instance("custom_decoder", custom_decoder, Layer, "a layer or None")
        self.encoder, self.decoder = custom_encoder, custom_decoder

    def forward(
        self,
        src: Operand,
        tgt: Operand,
        src_mask: Operand | None = None,
        tgt_mask: Operand | None = None,
        memory_mask: Operand | None = None,
    ) -> Tensor:
        """Return the decoder's output for ``tgt`` and the encoder's output for ``src``.

        Both have shape ``[batch, length, d_model]``; the masks are those of `MultiHeadAttention.forward`.
        """
        memory = self.encoder(src, src_mask=src_mask)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask)

    def generate_square_subsequent_mask(self, length: int | Tensor) -> Tensor:
        """Return a mask that hides later positions: of shape ``[length, length]``, 0 up to its own and -inf after it."""
        size = checks.integer("length", length.item() if isinstance(length, Tensor) else length, low=0)
        return Tensor(np.triu(np.full((size, size), -np.inf, dtypes.floating("dtype", None)), 1))
