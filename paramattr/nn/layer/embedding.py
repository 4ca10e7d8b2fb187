"""The table of vectors."""

from __future__ import annotations

from numpy.typing import ArrayLike

from paramattr.attr import ParamAttr, ParamAttrLike, required_attr
from paramattr.autograd import Tensor
from paramattr.initializer import ZeroRow
from paramattr.initializer.defaults import choose
from paramattr.nn import functional
from paramattr.nn.functional.embedding import check_padding_idx
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks


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
    sparse : bool, default False
        Has no effect: gradients are dense here.
    weight_attr : ParamAttr, str, Initializer, regularizer or bool, optional
        Settings of ``weight``, of shape ``[num_embeddings, embedding_dim]``; by default XavierUniform.
    name : str, optional
        Prefix of the parameter's automatic name.

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

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        sparse: bool = False,
        weight_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.num_embeddings = checks.integer("num_embeddings", num_embeddings, low=1)
        self.embedding_dim = checks.integer("embedding_dim", embedding_dim, low=1)
        self.padding_idx = check_padding_idx(padding_idx, self.num_embeddings)
        self.sparse = checks.boolean("sparse", sparse)
        weight = required_attr("weight_attr", weight_attr, self)
        if self.padding_idx is not None:
            weight = weight or ParamAttr()
            recipe = choose(weight.initializer, is_bias=False)
            weight = weight.replace(initializer=ZeroRow(recipe, self.padding_idx))
        self.weight = self.create_parameter([self.num_embeddings, self.embedding_dim], weight)

    def forward(self, x: Tensor | ArrayLike) -> Tensor:
        """Map integers of any shape to vectors: ``[*]`` to ``[*, embedding_dim]``."""
        return functional.embedding(x, self.weight, self.padding_idx, self.sparse)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}, sparse={self.sparse}"
