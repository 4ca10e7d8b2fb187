"""NAdam."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting

_BASE = 0.96  # of the warm-up of μ, in the paper


class NAdam(Optimizer):
    """NAdam: Adam that looks ahead along the mean gradient, as Nesterov's momentum does.

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g². With μₜ = β₁(1 - 0.96^(tψ) / 2) and πₜ = μ₁ … μₜ in step t,
    p ← p - lr · (μₜ₊₁m / (1 - πₜ₊₁) + (1 - μₜ)g / (1 - πₜ)) / (√(v / (1 - β₂ᵗ)) + ε). The other arguments are those of
    `Optimizer`, with its errors; the learning rate is 0.002 by default.

    Parameters
    ----------
    beta1, beta2 : float or Tensor, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1 - 2⁻²⁴], as nearer ones are 1 in float32.
    epsilon : float, default 1e-8
        Keeps the quotient finite, >= 0.
    momentum_decay : float, default 0.004
        The exponent ψ, >= 0: how fast μ grows from β₁ / 2 to β₁.

    References
    ----------
    Mirrors ``paddle.optimizer.NAdam``, but for the number of steps, which is kept beside Paddle's powers: in float32
    these are 0 after 2500 steps, and μ would jump to β₁. Dozat, "Incorporating Nesterov momentum into Adam", 2016.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-3, -20.0]
    >>> paramattr.optimizer.NAdam(0.5, parameters=[p]).step()
    >>> p.numpy().round(2)
    array([-0.53,  0.53], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        beta1: float = setting(low=0.0, high=1 - 2**-24)
        beta2: float = setting(low=0.0, high=1 - 2**-24)
        epsilon: float = setting(low=0.0)
        momentum_decay: float = setting(low=0.0)

    accumulators, scratch = ("moment1", "moment2"), ("root",)
    spread = ("momentum_decay_pow", "beta2_pow", "mu_product")
    optional = ("step",)
    scalars = spread + optional

    def __init__(
        self,
        learning_rate: LearningRate = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "momentum_decay": momentum_decay}
        super().__init__(*common, nonfinite=nonfinite, **settings)

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Step) -> dict[str, Array]:
        """Return empty means, powers of 1, and no steps."""
        return {**super().new_state(shape, dtype, step), "step": np.zeros(1, np.int64)}

    def inferred(self, name: str, state: State) -> Array:
        """Return the number of steps by the power of 0.96; one that is 0 says no more than that they are many."""
        power = state["momentum_decay_pow"].item()
        return np.array([round(math.log(power, _BASE)) if power > 0 else 10**6])

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter the running means, and return what lies ahead of their quotient, times the rate."""
        mean, square, root, kind = state["moment1"], state["moment2"], state["root"], gradient.dtype.type
        beta1, beta2, count = kind(step.beta1), float(kind(step.beta2)), state["step"].item() + 1
        mu, ahead = (_mu(number, step) for number in (count, count + 1))
        product = state["mu_product"].item() * mu
        square *= beta2
        square += np.multiply(np.square(gradient, out=root), 1 - beta2, out=root)
        mean *= beta1
        mean += np.multiply(gradient, 1 - beta1, out=root)
        gradient *= kind((1 - mu) / (1 - product))
        gradient += np.multiply(mean, kind(ahead / (1 - product * ahead)), out=root)
        np.sqrt(np.divide(square, kind(1 - beta2**count), out=root), out=root)
        root += kind(step.epsilon)
        gradient /= root
        gradient *= kind(step.lr)
        return gradient

    def end(self, state: State, step: Step) -> None:
        """Count a step, in Paddle's powers too."""
        state["step"][...] += 1
        count, kind = state["step"].astype(np.float64), state["beta2_pow"].dtype.type
        state["momentum_decay_pow"][...] = _BASE**count
        state["beta2_pow"][...] = float(kind(step.beta2)) ** count
        state["mu_product"][...] *= _mu(count, step)


def _mu(count: Array | int, step: NAdam.Step) -> Array | float:
    """Return μ in the step of the number ``count``."""
    mu: Array | float = step.beta1 * (1 - 0.5 * _BASE ** (count * step.momentum_decay))
    return mu
