"""RMSProp."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting


class RMSProp(Optimizer):
    """RMSProp: the gradient over its root mean square, with momentum.

    s ← ρs + (1 - ρ)g², v ← μv + lr · g / √(s + ε), then p ← p - v. When centered, the variance s - m² is in the place of
    s, where m ← ρm + (1 - ρ)g. The other arguments are those of `Optimizer`, with its errors.

    Parameters
    ----------
    rho : float, default 0.95
        How much of the running means s and m a step keeps, in [0, 1].
    epsilon : float, default 1e-6
        Keeps the quotient finite, >= 0; added below the root.
    momentum : float, default 0.0
        The factor μ, >= 0.
    centered : bool, default False
        Whether to divide by the root of the variance.

    References
    ----------
    Mirrors ``paddle.optimizer.RMSProp``; Hinton, "Neural networks for machine learning", lecture 6, 2012; Graves, 2013,
    arXiv:1308.0850.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1.0, -20.0]
    >>> paramattr.optimizer.RMSProp(0.5, rho=0.75, parameters=[p]).step()
    >>> p.numpy().round(3)
    array([-1.,  1.], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        rho: float = setting(low=0.0, high=1.0)
        epsilon: float = setting(low=0.0)
        momentum: float = setting(low=0.0)
        centered: bool

    accumulators, scratch = ("momentum", "mean_square", "mean_grad"), ("root", "new")

    def __init__(
        self,
        learning_rate: LearningRate,
        rho: float = 0.95,
        epsilon: float = 1e-6,
        momentum: float = 0.0,
        centered: bool = False,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"rho": rho, "epsilon": epsilon, "momentum": momentum, "centered": centered}
        super().__init__(*common, nonfinite=nonfinite, **settings)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter the running means, push the velocity by their quotient, and return it."""
        velocity, square, mean, root, new = (state[name] for name in self.accumulators + self.scratch)
        kind = gradient.dtype.type
        rho = kind(step.rho)
        square *= rho
        square += np.multiply(np.square(gradient, out=root), 1 - rho, out=root)
        root[...] = square
        if step.centered:
            mean *= rho
            mean += np.multiply(gradient, 1 - rho, out=new)
            root -= np.square(mean, out=new)
            # A variance is not negative, but a difference of rounded numbers may be.
            np.maximum(root, 0, out=root)
        root += kind(step.epsilon)
        np.sqrt(root, out=root)
        gradient *= kind(step.lr)
        gradient /= root
        velocity *= kind(step.momentum)
        velocity += gradient
        return velocity
