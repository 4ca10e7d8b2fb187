"""Adam and AMSGrad."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.optimizer import Group, Optimizer, Parameters
from paramattr.parameter import Parameter
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks
from paramattr.utils.threads import scratch


class Adam(Optimizer):
    """Adam: steps of the size of the learning rate, along the mean gradient over its root mean square.

    With m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g², both corrected for their start at 0,
    p ← p - lr · m̂ / (√v̂ + ε).

    Parameters
    ----------
    learning_rate : float or LRScheduler, default 0.001
        The step size, >= 0.
    beta1, beta2 : float, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1).
    epsilon : float, default 1e-8
        Keeps the quotient finite, >= 0; added to the root of the corrected mean.
    parameters : iterable of Parameter, or of dict
        What to optimize; see `Optimizer` for groups, whose dicts may also hold ``beta1``, ``beta2`` and ``epsilon``.
    weight_decay : float, L1Decay or L2Decay, optional
        Penalty of the parameters that have no ``regularizer`` of their own; a float is the coefficient of an L2Decay.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    lazy_mode : bool, default False
        Has no effect: it concerns the sparse gradients that Paddle has.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates.
    use_multi_tensor : bool, default False
        Has no effect on values; Paddle chooses a kernel by it.
    amsgrad : bool, default False
        Whether to divide by the root of the largest v so far.
    name : str, optional
        Part of the keys of `state_dict`.
    nonfinite : {"keep", "skip", "raise"}, default "keep"
        What a step does at a gradient that is not finite; see `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.optimizer.Adam``; Kingma, Ba, "Adam: A method for stochastic optimization", 2015;
    Reddi, Kale, Kumar, "On the convergence of Adam and beyond", 2018.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-3, -20.0]
    >>> paramattr.optimizer.Adam(0.5, parameters=[p]).step()
    >>> p.numpy().round(3)
    array([-0.5,  0.5], dtype=float32)
    """

    setting_checks: ClassVar = {
        "beta1": lambda value: checks.real("beta1", value, low=0.0, high=1.0, open_high=True),
        "beta2": lambda value: checks.real("beta2", value, low=0.0, high=1.0, open_high=True),
        "epsilon": lambda value: checks.real("epsilon", value, low=0.0),
        "lazy_mode": lambda value: checks.boolean("lazy_mode", value),
    }

    def __init__(
        self,
        learning_rate: float | LRScheduler = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        parameters: Parameters | None = None,
        weight_decay: float | WeightDecayRegularizer | None = None,
        grad_clip: ClipGradBase | None = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        use_multi_tensor: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        checks.boolean("use_multi_tensor", use_multi_tensor)
        self._amsgrad = checks.boolean("amsgrad", amsgrad)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            multi_precision=multi_precision,
            nonfinite=nonfinite,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            lazy_mode=lazy_mode,
        )

    def new_state(self, value: Array, settings: Mapping[str, Any]) -> dict[str, Array]:
        """Return moments of 0 and the betas to the power of the step to come."""
        state = {"moment1": np.zeros(value.shape, value.dtype), "moment2": np.zeros(value.shape, value.dtype)}
        if self._amsgrad:
            state["moment2_max"] = np.zeros(value.shape, value.dtype)
        state["beta1_pow_acc"] = np.full(1, settings["beta1"], value.dtype)
        state["beta2_pow_acc"] = np.full(1, settings["beta2"], value.dtype)
        return state

    def begin(self, parameter: Parameter, state: Mapping[str, Array], lr: float, group: Group) -> dict[str, Any]:
        """Return the rates of this step."""
        return rates(state, lr, group.settings, 0.0)

    def end(self, state: Mapping[str, Array], step: Mapping[str, Any]) -> None:
        """Count the step."""
        state["beta1_pow_acc"][0] = step["next_power1"]
        state["beta2_pow_acc"][0] = step["next_power2"]

    def rule(self, gradient: Array, state: Mapping[str, Array], step: Mapping[str, Any]) -> Array:
        """Let ``gradient`` enter the running means, and return their quotient times the rate."""
        mean, square = state["moment1"], state["moment2"]
        root = np.square(gradient, out=scratch(1, gradient.size, gradient.dtype))
        root *= 1 - step["beta2"]
        square *= step["beta2"]
        square += root
        gradient *= 1 - step["beta1"]
        mean *= step["beta1"]
        mean += gradient
        if self._amsgrad:
            square = np.maximum(state["moment2_max"], square, out=state["moment2_max"])
        np.sqrt(square, out=root)
        root += step["epsilon"]
        np.divide(mean, root, out=gradient)
        gradient *= step["rate"]
        return gradient


def rates(state: Mapping[str, Array], lr: float, settings: Mapping[str, Any], decay: float) -> dict[str, Any]:
    """What a step takes from the learning rate, the betas and their powers so far; ``decay`` is a decoupled one."""
    power1, power2 = state["beta1_pow_acc"], state["beta2_pow_acc"]
    # Most parameters have taken part in the same steps, and so have the same rates.
    return _rates(
        power1.dtype, lr, settings["beta1"], settings["beta2"], settings["epsilon"], power1.item(), power2.item(), decay
    )


@functools.lru_cache(maxsize=64)
def _rates(
    dtype: np.dtype[Any],
    lr: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    power1: float,
    power2: float,
    decay: float,
) -> dict[str, Any]:
    kind = dtype.type
    # The betas enter rounded to the dtype, as in Paddle: in float32 that shows in 1 - β₂.
    b1, b2, p1, p2 = kind(beta1), kind(beta2), kind(power1), kind(power2)
    # Correcting lr and ε instead of the means saves two passes.
    correction = np.sqrt(1 - p2)
    return {
        "rate": kind(lr) * correction / (1 - p1),
        "epsilon": kind(epsilon) * correction,
        "beta1": b1,
        "beta2": b2,
        "keep": 1 - kind(lr) * kind(decay),
        "next_power1": p1 * b1,
        "next_power2": p2 * b2,
    }
