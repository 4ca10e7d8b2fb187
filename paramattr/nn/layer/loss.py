"""Losses as layers."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.loss import REDUCTIONS, check_ignore_index
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class CrossEntropyLoss(Layer):
    """Minus the logarithm of the probability given to the label.

    The settings, and what is refused, are those of `functional.cross_entropy`. Mirrors ``paddle.nn.CrossEntropyLoss``.

    Examples
    --------
    >>> import paramattr
    >>> loss = paramattr.nn.CrossEntropyLoss()
    >>> round(loss(paramattr.to_tensor([[0.0, 0.0]]), paramattr.to_tensor([1])).item(), 4)
    0.6931
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        soft_label: bool = False,
        axis: int = -1,
        use_softmax: bool = True,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        if weight is not None:
            checks.instance("weight", weight, (Tensor, np.ndarray), "a Tensor or None")
        self.weight = weight
        self.soft_label = checks.boolean("soft_label", soft_label)
        self.ignore_index = check_ignore_index(ignore_index, self.soft_label)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)
        self.axis = checks.integer("axis", axis)
        self.use_softmax = checks.boolean("use_softmax", use_softmax)
        self.label_smoothing = checks.real("label_smoothing", label_smoothing, low=0.0, high=1.0)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        how = (self.soft_label, self.axis, self.use_softmax, self.label_smoothing)
        return functional.cross_entropy(input, label, self.weight, self.ignore_index, self.reduction, *how)


class MSELoss(Layer):
    """The squared difference.

    The settings, and what is refused, are those of `functional.mse_loss`. Mirrors ``paddle.nn.MSELoss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.MSELoss()(paramattr.to_tensor([1.0, 3.0]), paramattr.to_tensor([0.0, 0.0])).item()
    5.0
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.mse_loss(input, label, self.reduction)
