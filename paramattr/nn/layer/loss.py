"""Losses as layers."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.likelihood import KL_REDUCTIONS
from paramattr.nn.functional.loss import REDUCTIONS, check_ignore_index
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


def check_weight(name: str, weight: Tensor | None) -> Tensor | None:
    """Return a tensor of weights, or None."""
    if weight is not None:
        checks.instance(name, weight, (Tensor, np.ndarray), "a Tensor or None")
    return weight


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
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.weight = check_weight("weight", weight)
        self.soft_label = checks.boolean("soft_label", soft_label)
        self.ignore_index = check_ignore_index(ignore_index, self.soft_label)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)
        self.axis = checks.integer("axis", axis)
        self.use_softmax = checks.boolean("use_softmax", use_softmax)
        self.label_smoothing = checks.real("label_smoothing", label_smoothing, low=0.0, high=1.0)

    @also(target="label")
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


class L1Loss(Layer):
    """The absolute value of the difference.

    The settings, and what is refused, are those of `functional.l1_loss`. Mirrors ``paddle.nn.L1Loss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.L1Loss()(paramattr.to_tensor([1.0, -3.0]), paramattr.to_tensor([0.0, 0.0])).item()
    2.0
    """

    def __init__(self, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.l1_loss(input, label, self.reduction)


class SmoothL1Loss(Layer):
    """Half the squared difference, continued as a straight line.

    The settings, and what is refused, are those of `functional.smooth_l1_loss`. Mirrors ``paddle.nn.SmoothL1Loss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.SmoothL1Loss()(paramattr.to_tensor([3.0]), paramattr.to_tensor([0.0])).item()
    2.5
    """

    def __init__(
        self, reduction: str = "mean", delta: float = 1.0, is_huber: bool = True, name: str | None = None
    ) -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)
        self.delta = checks.real("delta", delta, low=0.0, open_low=True)
        self.is_huber = checks.boolean("is_huber", is_huber)

    @also(target="label")
    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.smooth_l1_loss(input, label, self.reduction, self.delta, self.is_huber)


class BCELoss(Layer):
    """Minus the logarithm of the probability given to yes or no.

    The settings, and what is refused, are those of `functional.binary_cross_entropy`. Mirrors ``paddle.nn.BCELoss``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.BCELoss()(paramattr.to_tensor([0.5]), paramattr.to_tensor([1.0])).item(), 4)
    0.6931
    """

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean", name: str | None = None) -> None:
        super().__init__()
        self.weight = check_weight("weight", weight)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.binary_cross_entropy(input, label, self.weight, self.reduction)


class BCEWithLogitsLoss(Layer):
    """Minus the logarithm of the probability that logits give to yes or no.

    The settings, and what is refused, are those of `functional.binary_cross_entropy_with_logits`.
    Mirrors ``paddle.nn.BCEWithLogitsLoss``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.BCEWithLogitsLoss()(paramattr.to_tensor([0.0]), paramattr.to_tensor([1.0])).item(), 4)
    0.6931
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.weight = check_weight("weight", weight)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)
        self.pos_weight = check_weight("pos_weight", pos_weight)

    def forward(self, logit: Tensor, label: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(logit, label, self.weight, self.reduction, self.pos_weight)


class NLLLoss(Layer):
    """Minus the logarithm of a probability that the input holds for the label.

    The settings, and what is refused, are those of `functional.nll_loss`. Mirrors ``paddle.nn.NLLLoss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.NLLLoss()(paramattr.to_tensor([[-0.5, -2.0]]), paramattr.to_tensor([0])).item()
    0.5
    """

    def __init__(
        self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean", name: str | None = None
    ) -> None:
        super().__init__()
        self.weight = check_weight("weight", weight)
        self.ignore_index = checks.integer("ignore_index", ignore_index)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.nll_loss(input, label, self.weight, self.ignore_index, self.reduction)


class KLDivLoss(Layer):
    """The Kullback-Leibler divergence.

    The settings, and what is refused, are those of `functional.kl_div`. Mirrors ``paddle.nn.KLDivLoss``.

    Examples
    --------
    >>> import paramattr
    >>> round(paramattr.nn.KLDivLoss("sum")(paramattr.to_tensor([-0.5]), paramattr.to_tensor([1.0])).item(), 4)
    0.5
    """

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__()
        self.reduction = checks.choice("reduction", reduction, KL_REDUCTIONS)
        self.log_target = checks.boolean("log_target", log_target)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.kl_div(input, label, self.reduction, self.log_target)


class PoissonNLLLoss(Layer):
    """Minus the logarithm of the probability of counts that have Poisson's law.

    The settings, and what is refused, are those of `functional.poisson_nll_loss`. Mirrors ``paddle.nn.PoissonNLLLoss``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.PoissonNLLLoss()(paramattr.to_tensor([0.0]), paramattr.to_tensor([3.0])).item()
    1.0
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        epsilon: float = 1e-8,
        reduction: str = "mean",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.log_input = checks.boolean("log_input", log_input)
        self.full = checks.boolean("full", full)
        self.epsilon = checks.real("epsilon", epsilon, low=0.0, open_low=True)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor) -> Tensor:
        return functional.poisson_nll_loss(input, label, self.log_input, self.full, self.epsilon, self.reduction)


class GaussianNLLLoss(Layer):
    """Minus the logarithm of a normal density.

    The settings, and what is refused, are those of `functional.gaussian_nll_loss`.
    Mirrors ``paddle.nn.GaussianNLLLoss``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0])
    >>> paramattr.nn.GaussianNLLLoss()(x, x * 3.0, x).item()
    2.0
    """

    def __init__(
        self, full: bool = False, epsilon: float = 1e-6, reduction: str = "mean", name: str | None = None
    ) -> None:
        super().__init__()
        self.full = checks.boolean("full", full)
        self.epsilon = checks.real("epsilon", epsilon, low=0.0, open_low=True)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor, variance: Tensor) -> Tensor:
        return functional.gaussian_nll_loss(input, label, variance, self.full, self.epsilon, self.reduction)
