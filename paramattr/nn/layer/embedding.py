"""The table of vectors."""

from __future__ import annotations

from numpy.typing import ArrayLike, DTypeLike

from paramattr.attr import ParamAttr, ParamAttrLike, required_attr
from paramattr.autograd import Tensor, no_grad, place
from paramattr.initializer import ZeroRow
from paramattr.initializer.defaults import choose
from paramattr.nn import functional
from paramattr.nn.functional.embedding import check_norm, check_padding_idx, check_share
from paramattr.nn.layer.function import check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


class Embedding(Layer):
    """A learnable vector for each of a number of symbols.

    Mirrors ``paddle.nn.Embedding``.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
        Number of symbols, and size of the vectors; >= 1.
    padding_idx : int, optional
        A symbol that stands for no value, in [-num_embeddings, num_embeddings): its vector starts as zeros, reads as
        zeros and gets no gradient.
    max_norm : float, optional
        Vectors that are looked up, and whose norm is larger, are first scaled to this norm for good; > 0.
    norm_type : float, default 2.0
        The order of that norm, > 0; it may be infinite.
    scale_grad_by_freq : bool, default False
        Whether the gradient of a vector is divided by how often it is looked up in a call.
    sparse : bool, default False
        Has no effect: gradients are dense here.
    _weight : Tensor, optional
        The vectors, of shape ``[num_embeddings, embedding_dim]``, in place of new ones.
    _freeze : bool, default False
        Whether the vectors are not to be trained.
    device : {"cpu"}, optional
        Where the vectors are.
    dtype : dtype, optional
        Of the vectors; the default dtype if None.
    weight_attr : ParamAttr, str, Initializer, regularizer or bool, optional
        Settings of ``weight``, of shape ``[num_embeddings, embedding_dim]``; by default XavierUniform.
    name : str, optional
        Shown in the layer's text.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Embedding(10, 4, padding_idx=0)
    >>> layer(paramattr.to_tensor([[1, 2, 0]])).shape
    [1, 3, 4]
    >>> layer.weight.numpy()[0]
    array([0., 0., 0., 0.], dtype=float32)
    """

    weight: Tensor

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        *,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: object = None,
        dtype: DTypeLike | None = None,
        weight_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype)
        self.name = check_name(name)
        self.num_embeddings = checks.integer("num_embeddings", num_embeddings, low=1)
        self.embedding_dim = checks.integer("embedding_dim", embedding_dim, low=1)
        padding = check_padding_idx(padding_idx, self.num_embeddings)
        self.padding_idx = padding_idx
        self.max_norm, self.norm_type = check_norm(max_norm, norm_type)
        self.scale_grad_by_freq, self.sparse = check_share(scale_grad_by_freq, sparse), sparse
        freeze = checks.boolean("_freeze", _freeze)
        place.check("device", device)
        sizes = [self.num_embeddings, self.embedding_dim]
        if _weight is None:
            self.weight = self.create_parameter(sizes, self._attr(weight_attr, padding))
            if freeze:
                self.weight.stop_gradient = True
        else:
            self.weight = _given(_weight, sizes, padding)
            self.weight.stop_gradient = freeze

    def _attr(self, weight_attr: ParamAttrLike, padding: int | None) -> ParamAttr | None:
        """Return the settings of the weight, in which the row of the padding starts as zeros."""
        weight = required_attr("weight_attr", weight_attr, self)
        if padding is None:
            return weight
        weight = weight or ParamAttr()
        return weight.replace(initializer=ZeroRow(choose(weight.initializer, is_bias=False), padding))

    @also(input="x")
    def forward(self, x: Tensor | ArrayLike) -> Tensor:
        """Map integers of any shape to vectors: ``[*]`` to ``[*, embedding_dim]``."""
        norm = (self.max_norm, self.norm_type)
        return functional.embedding(x, self.weight, self.padding_idx, *norm, self.sparse, self.scale_grad_by_freq)

    def extra_repr(self) -> str:
        sizes = [str(self.num_embeddings), str(self.embedding_dim)]
        padding = {} if self.padding_idx is None else {"padding_idx": self.padding_idx}
        how = {"sparse": self.sparse, "scale_grad_by_freq": self.scale_grad_by_freq}
        return described(self.name, *sizes, **padding, **how)


def _given(weight: Tensor, sizes: list[int], padding: int | None) -> Tensor:
    """Return a ``weight`` that is not new, once the row of the padding is zeros."""
    checks.instance("_weight", weight, Tensor, "a Tensor or None")
    if weight.shape != sizes:
        raise ValueError(f"_weight must have shape {sizes}, but received {weight.shape!r}")
    if padding is not None:
        with no_grad():
            weight[padding] = 0.0
    return weight
