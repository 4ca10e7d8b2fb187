"""Adagrad."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting


class Adagrad(Optimizer):
    """Adagrad: each element has a rate that falls with the root of the sum of its squared gradients.

    s ← s + g², then p ← p - lr · g / (√s + ε). The other arguments are those of `Optimizer`, with its errors.

    Parameters
    ----------
    epsilon : float, default 1e-6
        Keeps the quotient finite, >= 0.
    initial_accumulator_value : float, default 0.0
        What s is before the first step, >= 0.

    References
    ----------
    Mirrors ``paddle.optimizer.Adagrad``; Duchi, Hazan, Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization", 2011.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-2, -20.0]
    >>> optimizer = paramattr.optimizer.Adagrad(0.5, parameters=[p])
    >>> optimizer.step(), optimizer.step(), p.numpy().round(3)
    (None, None, array([-0.853,  0.854], dtype=float32))
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        epsilon: float = setting(low=0.0)
        initial_accumulator_value: float = setting(low=0.0)

    accumulators, scratch = ("moment",), ("root",)

    def __init__(
        self,
        learning_rate: LearningRate,
        epsilon: float = 1e-6,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        initial_accumulator_value: float = 0.0,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"epsilon": epsilon, "initial_accumulator_value": initial_accumulator_value}
        super().__init__(*common, nonfinite=nonfinite, **settings)

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Step) -> dict[str, Array]:
        """Return the sum of squares to begin with."""
        return {"moment": np.full(shape, step.initial_accumulator_value, dtype)}

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Add the square of ``gradient``, and return it over the root of the sum, times the rate."""
        moment, root, kind = state["moment"], state["root"], gradient.dtype.type
        moment += np.square(gradient, out=root)
        np.sqrt(moment, out=root)
        root += kind(step.epsilon)
        gradient *= kind(step.lr)
        gradient /= root
        return gradient
