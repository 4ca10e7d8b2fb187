"""Adadelta."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting


class Adadelta(Optimizer):
    """Adadelta: steps of the size of the root mean square of earlier ones, over that of the gradients.

    s ← ρs + (1 - ρ)g², u = √((d + ε) / (s + ε)) · g, d ← ρd + (1 - ρ)u², then p ← p - lr · u. The other arguments are
    those of `Optimizer`, with its errors; the learning rate is 0.001 by default, and 1.0 in the paper.

    Parameters
    ----------
    epsilon : float, default 1e-6
        Lets the first step begin, >= 0; with 0 there is none.
    rho : float, default 0.95
        How much of the running means s and d a step keeps, in [0, 1].

    References
    ----------
    Mirrors ``paddle.optimizer.Adadelta``; Zeiler, 2012, arXiv:1212.5701.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1.0, -20.0]
    >>> paramattr.optimizer.Adadelta(1.0, epsilon=0.01, rho=0.5, parameters=[p]).step()
    >>> p.numpy().round(3)
    array([-0.14 ,  0.141], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        epsilon: float = setting(low=0.0)
        rho: float = setting(low=0.0, high=1.0)

    accumulators, scratch = ("_avg_squared_grad", "_avg_squared_update"), ("ratio", "divisor")

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        epsilon: float = 1e-6,
        rho: float = 0.95,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"epsilon": epsilon, "rho": rho}
        super().__init__(*common, nonfinite=nonfinite, **settings)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` and then the update enter their running means, and return the update times the rate."""
        squares, updates, ratio, divisor = (state[name] for name in self.accumulators + self.scratch)
        kind = gradient.dtype.type
        rho, epsilon = kind(step.rho), kind(step.epsilon)
        np.square(gradient, out=ratio)
        ratio *= 1 - rho
        squares *= rho
        squares += ratio
        np.add(updates, epsilon, out=ratio)
        ratio /= np.add(squares, epsilon, out=divisor)
        np.sqrt(ratio, out=ratio)
        gradient *= ratio
        np.square(gradient, out=ratio)
        ratio *= 1 - rho
        updates *= rho
        updates += ratio
        gradient *= kind(step.lr)
        return gradient
