"""LAMB."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import (
    GradClip,
    Group,
    LearningRate,
    Parameters,
    Settings,
    State,
    Terms,
    callable_or_none,
    setting,
)
from paramattr.parameter import Parameter
from paramattr.utils.norm import l2_norm


class Lamb(Optimizer):
    """LAMB: Adam's step with a decay, as long as the parameter's norm says, for training on large batches.

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g² are corrected for their start at 0; u = m̂ / (√v̂ + ε) + λp, then
    p ← p - lr · ‖p‖ / ‖u‖ · u. The factor is 1 where a norm is 0. The other arguments are those of `Optimizer`, with its
    errors; the learning rate is 0.001 by default.

    Parameters
    ----------
    lamb_weight_decay : float, default 0.01
        The coefficient λ, >= 0. Where it is 0 the factor is 1, too, without ``always_adapt``.
    beta1, beta2 : float or Tensor, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1 - 2⁻²⁴], as nearer ones are 1 in float32.
    epsilon : float, default 1e-6
        Keeps the quotient finite, >= 0.
    exclude_from_weight_decay_fn : callable, optional
        Given the parameter, returns whether λ is 0 for it.
    always_adapt : bool, default False
        Whether the norms count without a decay as well.

    References
    ----------
    Mirrors ``paddle.optimizer.Lamb``; You et al., "Large batch optimization for deep learning: training BERT in 76
    minutes", 2020, arXiv:1904.00962.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer=paramattr.initializer.Constant(3.0))
    >>> p.grad = [1e-2, -20.0]
    >>> paramattr.optimizer.Lamb(0.5, lamb_weight_decay=0.0, parameters=[p], always_adapt=True).step()
    >>> p.numpy().round(3)
    array([1.5, 4.5], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        lamb_weight_decay: float = setting(low=0.0)
        beta1: float = setting(low=0.0, high=1 - 2**-24)
        beta2: float = setting(low=0.0, high=1 - 2**-24)
        epsilon: float = setting(low=0.0)
        exclude_from_weight_decay_fn: Callable[[Parameter], bool] | None = setting(check=callable_or_none)
        always_adapt: bool

    accumulators = ("moment1", "moment2")
    powers = (("beta1_pow_acc", "beta1"), ("beta2_pow_acc", "beta2"))
    scalars = tuple(dict(powers))

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        lamb_weight_decay: float = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        parameters: Parameters = None,
        grad_clip: GradClip = None,
        exclude_from_weight_decay_fn: Callable[[Parameter], bool] | None = None,
        multi_precision: bool = False,
        always_adapt: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        settings: Settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "always_adapt": always_adapt}
        settings |= {"lamb_weight_decay": lamb_weight_decay, "multi_precision": multi_precision, "nonfinite": nonfinite}
        settings["exclude_from_weight_decay_fn"] = exclude_from_weight_decay_fn
        super().__init__(learning_rate, parameters, None, grad_clip, name, **settings)

    def terms(self, parameter: Parameter, group: Group, lr: float) -> Terms:
        """Return the settings, without the decay of a parameter that is excluded."""
        excludes = group.step.exclude_from_weight_decay_fn  # type: ignore[attr-defined]
        excluded = excludes is not None and excludes(parameter)
        return super().terms(parameter, group, lr)._replace(settings=(("lamb_weight_decay", 0.0),) if excluded else ())

    def whole_rule(self, gradient: Array, value: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter the running means, and return their quotient and the decay in the length of ``value``."""
        mean, square, kind = state["moment1"], state["moment2"], gradient.dtype.type
        beta1, beta2 = kind(step.beta1), kind(step.beta2)
        power1, power2 = (state[name].item() for name in self.scalars)
        update = np.square(gradient)
        update *= 1 - beta2
        square *= beta2
        square += update
        gradient *= 1 - beta1
        mean *= beta1
        mean += gradient
        root = np.sqrt(np.divide(square, kind(1 - power2), out=update), out=update)
        root += kind(step.epsilon)
        np.divide(mean, root, out=gradient)
        gradient /= kind(1 - power1)
        decay, factor = step.lamb_weight_decay, 1.0
        if decay > 0:
            gradient += np.multiply(value, kind(decay), out=root)
        if decay > 0 or step.always_adapt:
            norms = l2_norm([value]), l2_norm([gradient])
            factor = norms[0] / norms[1] if min(norms) > 0 else 1.0
        gradient *= kind(step.lr * factor)
        return gradient
