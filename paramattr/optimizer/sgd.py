"""Stochastic gradient descent."""

from __future__ import annotations

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import GradClip, LearningRate, Parameters, State, Step, WeightDecay


class SGD(Optimizer):
    """Stochastic gradient descent: p ← p - lr · g.

    The arguments are those of `Optimizer`, with its errors; the learning rate is 0.001 by default. Mirrors
    ``paddle.optimizer.SGD``.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1.0, -2.0]
    >>> paramattr.optimizer.SGD(0.5, parameters=[p]).step()
    >>> p.numpy()
    array([-0.5,  1. ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        multi_precision: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        super().__init__(*common, multi_precision=multi_precision, nonfinite=nonfinite)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Return ``gradient`` times the learning rate."""
        gradient *= gradient.dtype.type(step.lr)
        return gradient
