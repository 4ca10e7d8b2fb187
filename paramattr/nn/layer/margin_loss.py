"""Losses of margins as layers."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.distance_loss import Distance, check_distance
from paramattr.nn.functional.loss import REDUCTIONS
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.loss import check_weight
from paramattr.utils import checks


class MarginRankingLoss(Layer):
    """How far two scores are from differing by a margin.

    The settings, and what is refused, are those of `functional.margin_ranking_loss`.
    Mirrors ``paddle.nn.MarginRankingLoss``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0])
    >>> paramattr.nn.MarginRankingLoss()(x, x * 3.0, x).item()
    2.0
    """

    def __init__(self, margin: float = 0.0, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.margin = checks.real("margin", margin)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, other: Tensor, label: Tensor) -> Tensor:
        return functional.margin_ranking_loss(input, other, label, self.margin, self.reduction)


class HingeEmbeddingLoss(Layer):
    """How far distances are from small or from large ones.

    The settings, and what is refused, are those of `functional.hinge_embedding_loss`.
    Mirrors ``paddle.nn.HingeEmbeddingLoss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.HingeEmbeddingLoss()(paramattr.to_tensor([0.25]), paramattr.to_tensor([-1])).item()
    0.75
    """

    def __init__(self, margin: float = 1.0, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.margin = checks.real("margin", margin)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.hinge_embedding_loss(input, label, self.margin, self.reduction)


class CosineEmbeddingLoss(Layer):
    """How far vectors are from the same direction, or from different ones.

    The settings, and what is refused, are those of `functional.cosine_embedding_loss`.
    Mirrors ``paddle.nn.CosineEmbeddingLoss``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[3.0, 4.0]])
    >>> round(paramattr.nn.CosineEmbeddingLoss()(x, -x, paramattr.to_tensor([1])).item(), 4)
    2.0
    """

    def __init__(self, margin: float = 0, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.margin = checks.real("margin", margin, low=-1.0, high=1.0)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input1: Tensor, input2: Tensor, label: Tensor) -> Tensor:
        return functional.cosine_embedding_loss(input1, input2, label, self.margin, self.reduction)


class MultiMarginLoss(Layer):
    """How far the label's score is from standing above all others by a margin.

    The settings, and what is refused, are those of `functional.multi_margin_loss`.
    Mirrors ``paddle.nn.MultiMarginLoss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MultiMarginLoss()(paramattr.to_tensor([[0.0, 0.5, 2.0]]), paramattr.to_tensor([1])).item()
    1.0
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        reduction: str = "mean",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.p = checks.integer("p", p, low=1)
        self.margin = checks.real("margin", margin)
        self.weight = check_weight("weight", weight)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.multi_margin_loss(input, label, self.p, self.margin, self.weight, self.reduction)


class MultiLabelMarginLoss(Layer):
    """How far the scores of several targets are from standing above all others by 1.

    The settings, and what is refused, are those of `functional.multi_label_margin_loss`.
    Mirrors ``paddle.nn.MultiLabelMarginLoss``.

    Examples
    --------
    >>> import paramattr
    >>> label = paramattr.to_tensor([[1, -1, 0, 0]])
    >>> paramattr.nn.MultiLabelMarginLoss()(paramattr.to_tensor([[0.0, 2.0, 1.5, 0.0]]), label).item()
    0.125
    """

    def __init__(self, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.multi_label_margin_loss(input, label, self.reduction)


class SoftMarginLoss(Layer):
    """The logarithm of 1 + exp(-label · input).

    The settings, and what is refused, are those of `functional.soft_margin_loss`. Mirrors ``paddle.nn.SoftMarginLoss``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.SoftMarginLoss()(paramattr.to_tensor([0.0]), paramattr.to_tensor([1.0])).item(), 4)
    0.6931
    """

    def __init__(self, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.soft_margin_loss(input, label, self.reduction)


class MultiLabelSoftMarginLoss(Layer):
    """The mean over the classes of what logits say to yes or no.

    The settings, and what is refused, are those of `functional.multi_label_soft_margin_loss`.
    Mirrors ``paddle.nn.MultiLabelSoftMarginLoss``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.MultiLabelSoftMarginLoss()(paramattr.to_tensor([[0.0]]), paramattr.to_tensor([[1.0]])).item(), 4)
    0.6931
    """

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.weight = check_weight("weight", weight)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.multi_label_soft_margin_loss(input, label, self.weight, self.reduction)


class TripletMarginLoss(Layer):
    """How far negative vectors are from being farther away than positive ones by a margin.

    The settings, and what is refused, are those of `functional.triplet_margin_loss`.
    Mirrors ``paddle.nn.TripletMarginLoss``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[3.0, 4.0]])
    >>> round(paramattr.nn.TripletMarginLoss()(x, x * 3.0, x * 3.0).item(), 4)
    1.0
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        epsilon: float = 1e-6,
        swap: bool = False,
        reduction: str = "mean",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.margin = checks.real("margin", margin, low=0.0)
        self.p = checks.real("p", p, low=0.0, finite=False)
        self.epsilon = checks.real("epsilon", epsilon)
        self.swap = checks.boolean("swap", swap)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return functional.triplet_margin_loss(
            input, positive, negative, self.margin, self.p, self.epsilon, self.swap, self.reduction
        )


class TripletMarginWithDistanceLoss(Layer):
    """`TripletMarginLoss` for any distance.

    The settings, and what is refused, are those of `functional.triplet_margin_with_distance_loss`.
    Mirrors ``paddle.nn.TripletMarginWithDistanceLoss``, except that ``distance_function`` is really used.

    Examples
    --------
    >>> import paramattr
    >>> distance = lambda x, y: (x - y).abs().max(axis=-1)
    >>> x = paramattr.to_tensor([[1.0, 1.0]])
    >>> paramattr.nn.TripletMarginWithDistanceLoss(distance)(x, x * 3.0, x).item()
    3.0
    """

    def __init__(
        self,
        distance_function: Distance | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
        name: str | None = None,
    ) -> None:
        super().__init__()
        check_distance(distance_function)
        self.distance_function = distance_function
        self.margin = checks.real("margin", margin, low=0.0)
        self.swap = checks.boolean("swap", swap)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return functional.triplet_margin_with_distance_loss(
            input, positive, negative, self.distance_function, self.margin, self.swap, self.reduction
        )
