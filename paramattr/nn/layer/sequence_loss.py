"""Losses of sequences as layers."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.nn import functional
from paramattr.nn.functional.loss import REDUCTIONS
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class CTCLoss(Layer):
    """Connectionist temporal classification.

    The settings, and what is refused, are those of `functional.ctc_loss`. Mirrors ``paddle.nn.CTCLoss``.

    Examples
    --------
    >>> import paramattr
    >>> logits = paramattr.to_tensor([[[0.0, 0.0]]])
    >>> round(paramattr.nn.CTCLoss()(logits, *(paramattr.to_tensor(x) for x in ([[1]], [1], [1]))).item(), 4)
    0.6931
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.blank = checks.integer("blank", blank, low=0)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)
        self.zero_infinity = checks.boolean("zero_infinity", zero_infinity)

    def forward(
        self,
        log_probs: Tensor,
        labels: Tensor,
        input_lengths: Tensor,
        label_lengths: Tensor,
        norm_by_times: bool = False,
    ) -> Tensor:
        return functional.ctc_loss(
            log_probs,
            labels,
            input_lengths,
            label_lengths,
            self.blank,
            self.reduction,
            norm_by_times,
            self.zero_infinity,
        )


class RNNTLoss(Layer):
    """Minus the logarithm of the probability that a recurrent transducer gives to labels.

    The settings, and what is refused, are those of `functional.rnnt_loss`. Mirrors ``paddle.nn.RNNTLoss``.

    Examples
    --------
    >>> import paramattr
    >>> logs = paramattr.log(paramattr.to_tensor([[[[0.5, 0.5], [0.5, 0.5]]]]))
    >>> round(paramattr.nn.RNNTLoss()(logs, *(paramattr.to_tensor(x) for x in ([[1]], [1], [1]))).item(), 4)
    1.3863
    """

    def __init__(
        self, blank: int = 0, fastemit_lambda: float = 0.001, reduction: str = "mean", name: str | None = None
    ) -> None:
        super().__init__()
        self.blank = checks.integer("blank", blank, low=0)
        self.fastemit_lambda = checks.real("fastemit_lambda", fastemit_lambda)
        self.reduction = checks.choice("reduction", reduction, REDUCTIONS)

    def forward(self, input: Tensor, label: Tensor, input_lengths: Tensor, label_lengths: Tensor) -> Tensor:
        return functional.rnnt_loss(
            input, label, input_lengths, label_lengths, self.blank, self.fastemit_lambda, self.reduction
        )
