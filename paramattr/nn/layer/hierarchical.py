"""Losses over many classes as layers: trees and clusters of classes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from paramattr.attr import ParamAttrLike, optional_attr, required_attr
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import as_tensor
from paramattr.nn import functional
from paramattr.nn.functional.hierarchical import check_edges, cluster_logs
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.tensor.joining import concat
from paramattr.tensor.search import argmax
from paramattr.utils import checks


class HSigmoidLoss(Layer):
    """The sum of the binary cross entropies along the path to the label in a tree of classes.

    Mirrors ``paddle.nn.HSigmoidLoss``.

    Parameters
    ----------
    feature_size : int
        Size of the last axis of the input, >= 1.
    num_classes : int
        The number of classes, >= 2; with ``is_custom`` the number of nodes.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of the weight, of shape ``[num_classes - 1, feature_size]``, or a row more with ``is_custom``;
        XavierUniform by default.
    bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the bias, of shape ``[num_classes - 1, 1]``, or a row more; 0 by default. False: no bias.
    is_custom : bool, default False
        Whether paths through a tree of your own are given in use.
    is_sparse : bool, default False
        Has no effect: gradients are dense here.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: as `functional.hsigmoid_loss`.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.HSigmoidLoss(3, 5)
    >>> layer(paramattr.to_tensor([[1.0, 2.0, 3.0]]), paramattr.to_tensor([4])).shape
    [1, 1]
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        feature_size: int,
        num_classes: int,
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        is_custom: bool = False,
        is_sparse: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.feature_size = checks.integer("feature_size", feature_size, low=1)
        self.num_classes = checks.integer("num_classes", num_classes, low=2)
        self.is_custom = checks.boolean("is_custom", is_custom)
        self.is_sparse = checks.boolean("is_sparse", is_sparse)
        nodes = self.num_classes if self.is_custom else self.num_classes - 1
        weight, bias = required_attr("weight_attr", weight_attr, self), optional_attr("bias_attr", bias_attr)
        self.weight = self.create_parameter([nodes, self.feature_size], weight)
        self.bias = self.create_parameter([nodes, 1], bias, is_bias=True)

    def forward(
        self, input: Tensor, label: Tensor, path_table: Tensor | None = None, path_code: Tensor | None = None
    ) -> Tensor:
        """Map ``input`` of shape ``[N, feature_size]`` and its labels to losses of shape ``[N, 1]``."""
        if self.is_custom and path_table is None:
            raise ValueError(f"path_table and path_code must be given to {self!r} with is_custom=True")
        paths = (path_table, path_code, self.is_sparse)
        return functional.hsigmoid_loss(input, label, self.num_classes, self.weight, self.bias, *paths)


class AdaptiveLogSoftmaxWithLoss(Layer):
    """The logarithms of the labels' probabilities, and minus their mean, where rare classes stand in clusters.

    Mirrors ``paddle.nn.AdaptiveLogSoftmaxWithLoss``, except that the weights of the clusters are parameters of the layer
    too, and that `predict` always returns integers.

    Parameters
    ----------
    in_features : int
        Size of the last axis of the input, >= 1.
    n_classes : int
        The number of classes.
    cutoffs : sequence of int
        Where the clusters begin: growing numbers in [1, n_classes - 1]. The classes below the first are in none.
    weight_attr : ParamAttr, str, Initializer, regularizer or None
        Settings of all weights; XavierUniform by default.
    bias_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the bias of the head; 0 by default.
    div_value : float, default 4.0
        How much smaller the inner size of each cluster is than that of the one before, > 0.
    head_bias : bool, default False
        Whether the head has a bias.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: as `functional.adaptive_log_softmax_with_loss`.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10])
    >>> layer.log_prob(paramattr.to_tensor([[0.0] * 8])).shape
    [1, 20]
    """

    head_weight: Parameter
    head_bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        weight_attr: ParamAttrLike = None,
        bias_attr: ParamAttrLike = None,
        div_value: float = 4.0,
        head_bias: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.in_features = checks.integer("in_features", in_features, low=1)
        self.n_classes = checks.integer("n_classes", n_classes, low=2)
        first = check_edges(cutoffs, self.n_classes - 1)
        self.cutoffs = [*first, self.n_classes]
        self.div_value = checks.real("div_value", div_value, low=0.0, open_low=True)
        weight = required_attr("weight_attr", weight_attr, self)
        bias = optional_attr("bias_attr", bias_attr)
        if not checks.boolean("head_bias", head_bias):
            bias = False
        head = self.cutoffs[0] + len(first)
        self.head_weight = self.create_parameter([self.in_features, head], weight)
        self.head_bias = self.create_parameter([head], bias, is_bias=True)
        for number, (low, high) in enumerate(pairwise(self.cutoffs), start=1):
            inner = int(self.in_features // self.div_value**number)
            for place, size in enumerate(([self.in_features, inner], [inner, high - low])):
                self.add_parameter(f"tail_weight_{number - 1}_{place}", self.create_parameter(size, weight))

    @property
    def tail_weights(self) -> list[list[Parameter]]:
        """The two weights of each cluster."""
        clusters = range(len(self.cutoffs) - 1)
        return [[getattr(self, f"tail_weight_{number}_{place}") for place in (0, 1)] for number in clusters]

    def forward(self, input: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        weights = (self.head_weight, self.tail_weights, self.cutoffs, self.head_bias)
        return functional.adaptive_log_softmax_with_loss(input, label, *weights)

    def log_prob(self, input: Tensor) -> Tensor:
        """Return the logarithms of the probabilities of all classes: ``[N, in_features]`` to ``[N, n_classes]``."""
        rows = as_tensor("input", input)
        if rows.ndim != 2 or rows.shape[1] != self.in_features:
            raise ValueError(
                f"{self!r} expected an input of shape [N, {self.in_features}], but received {rows.shape!r}"
            )
        head = functional.log_softmax(functional.linear(rows, self.head_weight, self.head_bias), 1)
        parts = [head[:, : self.cutoffs[0]]]
        for number, pair in enumerate(self.tail_weights, start=1):
            column = self.cutoffs[0] + number - 1
            parts.append(cluster_logs(rows, number, pair, self.cutoffs) + head[:, column : column + 1])
        return concat(parts, axis=1)

    def predict(self, input: Tensor) -> Tensor:
        """Return the likeliest class of each sample: ``[N, in_features]`` to ``[N]``."""
        return argmax(self.log_prob(input), axis=1)
