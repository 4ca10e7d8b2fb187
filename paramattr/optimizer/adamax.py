"""Adamax."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting


class Adamax(Optimizer):
    """Adamax: Adam with the largest gradient, which is forgotten by and by, in the place of the root mean square.

    m ← β₁m + (1 - β₁)g and u ← max(β₂u + ε, |g|), then p ← p - lr / (1 - β₁ᵗ) · m / u in step t. The other arguments
    are those of `Optimizer`, with its errors; the learning rate is 0.001 by default.

    Parameters
    ----------
    beta1, beta2 : float or Tensor, defaults 0.9 and 0.999
        How much of m and u a step keeps, in [0, 1 - 2⁻²⁴], as nearer ones are 1 in float32.
    epsilon : float, default 1e-8
        Keeps the quotient finite, >= 0; added to the u of before, as in Paddle.

    References
    ----------
    Mirrors ``paddle.optimizer.Adamax``; Kingma and Ba, 2015, arXiv:1412.6980.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-3, -20.0]
    >>> paramattr.optimizer.Adamax(0.5, parameters=[p]).step()
    >>> p.numpy().round(3)
    array([-0.5,  0.5], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        beta1: float = setting(low=0.0, high=1 - 2**-24)
        beta2: float = setting(low=0.0, high=1 - 2**-24)
        epsilon: float = setting(low=0.0)

    accumulators, scratch = ("moment", "inf_norm"), ("size",)
    powers = (("beta1_pow_acc", "beta1"),)
    scalars = tuple(dict(powers))

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        super().__init__(*common, nonfinite=nonfinite, **settings)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter mean and largest value, and return their quotient times the rate."""
        mean, largest, kind = state["moment"], state["inf_norm"], gradient.dtype.type
        beta1 = kind(step.beta1)
        largest *= kind(step.beta2)
        largest += kind(step.epsilon)
        np.maximum(largest, np.abs(gradient, out=state["size"]), out=largest)
        gradient *= 1 - beta1
        mean *= beta1
        mean += gradient
        np.divide(mean, largest, out=gradient)
        gradient *= kind(step.lr) / (1 - state["beta1_pow_acc"].item())
        return gradient
