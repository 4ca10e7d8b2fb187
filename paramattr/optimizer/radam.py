"""RAdam."""

from __future__ import annotations

import math

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting


class RAdam(Optimizer):
    """RAdam: Adam whose steps are shorter while little is known of the variance of gradients.

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g², corrected for their start at 0. With ρ∞ = 2 / (1 - β₂) - 1 and
    ρ = ρ∞ - 2tβ₂ᵗ / (1 - β₂ᵗ) in step t, p ← p - lr · r · m̂ √(1 - β₂ᵗ) / (√v + ε) if ρ > 5, where
    r² = (ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ), or else p ← p - lr · m̂. The other arguments are those of `Optimizer`,
    with its errors; the learning rate is 0.001 by default.

    Parameters
    ----------
    beta1, beta2 : float or Tensor, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1 - 2⁻²⁴], as nearer ones are 1 in float32.
    epsilon : float, default 1e-8
        Keeps the quotient finite, >= 0.

    References
    ----------
    Mirrors ``paddle.optimizer.RAdam``, but for the number of steps, which is kept beside Paddle's powers: ρ, the
    difference of near numbers, has few digits if it is made of them in float32. Liu et al., 2020, arXiv:1908.03265.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-3, -20.0]
    >>> paramattr.optimizer.RAdam(0.5, parameters=[p]).step()
    >>> p.numpy().round(4)
    array([-5.e-04,  1.e+01], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        beta1: float = setting(low=0.0, high=1 - 2**-24)
        beta2: float = setting(low=0.0, high=1 - 2**-24)
        epsilon: float = setting(low=0.0)

    accumulators, scratch = ("moment1", "moment2"), ("root",)
    spread = ("beta1_pow", "beta2_pow", "rho")
    optional = ("step",)
    scalars = spread + optional

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

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Step) -> dict[str, Array]:
        """Return empty means, powers of 1, and no steps."""
        return {**super().new_state(shape, dtype, step), "step": np.zeros(1, np.int64)}

    def inferred(self, name: str, state: State) -> Array:
        """Return the number of steps t by Paddle's rho, tβ₂ᵗ / (1 - β₂ᵗ); a power of 0 says only that it is large."""
        power, rho = state["beta2_pow"].item(), state["rho"].item()
        return np.array([round(rho * (1 - power) / power) if 0 < power < 1 else 10**9 * (1 - int(power))])

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter the running means, and return their quotient, or the first of them, times the rate."""
        mean, square, root, kind = state["moment1"], state["moment2"], state["root"], gradient.dtype.type
        beta1, beta2, count = float(kind(step.beta1)), float(kind(step.beta2)), state["step"].item() + 1
        square *= beta2
        square += np.multiply(np.square(gradient, out=root), 1 - beta2, out=root)
        gradient *= 1 - beta1
        mean *= beta1
        mean += gradient
        rate, power = step.lr / (1 - beta1**count), beta2**count
        limit = 2 / (1 - beta2) - 1
        rho = limit - 2 * count * power / (1 - power)
        if rho <= 5:
            gradient[...] = mean
            gradient *= kind(rate)
            return gradient
        rate *= math.sqrt((1 - power) * (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
        np.sqrt(square, out=root)
        root += kind(step.epsilon)
        np.divide(mean, root, out=gradient)
        gradient *= kind(rate)
        return gradient

    def end(self, state: State, step: Step) -> None:
        """Count a step, in Paddle's powers too."""
        state["step"][...] += 1
        count, kind = state["step"].astype(np.float64), state["rho"].dtype.type
        power = float(kind(step.beta2)) ** count
        state["beta1_pow"][...], state["beta2_pow"][...] = float(kind(step.beta1)) ** count, power
        state["rho"][...] = count * power / (1 - power)
