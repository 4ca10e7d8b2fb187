"""Gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.optimizer import Optimizer, Parameters
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks
from paramattr.utils.threads import scratch


class Momentum(Optimizer):
    """Gradient descent with momentum: v ← μ · v + g, then p ← p - lr · v, or p - lr · (g + μ · v) after Nesterov.

    Parameters
    ----------
    learning_rate : float or LRScheduler, default 0.001
        The step size, >= 0.
    momentum : float, default 0.9
        The factor μ, in [0, 1].
    parameters : iterable of Parameter, or of dict
        What to optimize; see `Optimizer` for groups, whose dicts may also hold ``momentum``, ``use_nesterov`` and
        ``rescale_grad``.
    use_nesterov : bool, default False
        Whether to look ahead along the velocity.
    weight_decay : float, L1Decay or L2Decay, optional
        Penalty of the parameters that have no ``regularizer`` of their own; a float is the coefficient of an L2Decay.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates.
    rescale_grad : float, default 1.0
        Factor on the gradient, > 0, after the clip and before the penalty; for example 1 / batch size.
    use_multi_tensor : bool, default False
        Has no effect on values; Paddle chooses a kernel by it.
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
    Mirrors ``paddle.optimizer.Momentum``, except that ``rescale_grad`` counts on every device;
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> optimizer = paramattr.optimizer.Momentum(1.0, momentum=0.5, parameters=[p])
    >>> for _ in range(3):
    ...     p.grad = [1.0]
    ...     optimizer.step()
    ...     print(p.item())
    -1.0
    -2.5
    -4.25
    """

    setting_checks: ClassVar = {
        "momentum": lambda value: checks.real("momentum", value, low=0.0, high=1.0),
        "use_nesterov": lambda value: checks.boolean("use_nesterov", value),
        "rescale_grad": lambda value: checks.real("rescale_grad", value, low=0.0, open_low=True),
    }

    def __init__(
        self,
        learning_rate: float | LRScheduler = 0.001,
        momentum: float = 0.9,
        parameters: Parameters | None = None,
        use_nesterov: bool = False,
        weight_decay: float | WeightDecayRegularizer | None = None,
        grad_clip: ClipGradBase | None = None,
        multi_precision: bool = False,
        rescale_grad: float = 1.0,
        use_multi_tensor: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        checks.boolean("use_multi_tensor", use_multi_tensor)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            multi_precision=multi_precision,
            nonfinite=nonfinite,
            momentum=momentum,
            use_nesterov=use_nesterov,
            rescale_grad=rescale_grad,
        )

    def new_state(self, value: Array, settings: Mapping[str, Any]) -> dict[str, Array]:
        """Return a velocity of 0."""
        return {"velocity": np.zeros(value.shape, value.dtype)}

    def rule(self, gradient: Array, state: Mapping[str, Array], step: Mapping[str, Any]) -> Array:
        """Push the velocity by ``gradient``, and return it times the learning rate."""
        velocity, kind = state["velocity"], gradient.dtype.type
        momentum, lr = kind(step["momentum"]), kind(step["lr"])
        velocity *= momentum
        velocity += gradient
        if step["use_nesterov"]:
            gradient += np.multiply(velocity, momentum, out=scratch(1, gradient.size, gradient.dtype))
            gradient *= lr
        else:
            np.multiply(velocity, lr, out=gradient)
        return gradient
