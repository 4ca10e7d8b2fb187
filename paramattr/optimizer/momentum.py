"""Gradient descent with momentum."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting
from paramattr.utils import checks


class Momentum(Optimizer):
    """Gradient descent with momentum: v ← μ · v + g, then p ← p - lr · v, or p - lr · (g + μ · v) after Nesterov.

    Parameters
    ----------
    learning_rate, parameters, weight_decay, grad_clip, multi_precision, name, nonfinite
        As in `Optimizer`, with its errors; the learning rate is 0.001 by default.
    momentum : float, default 0.9
        The factor μ, in [0, 1].
    use_nesterov : bool, default False
        Whether to look ahead along the velocity.
    rescale_grad : float, default 1.0
        Factor on the gradient, > 0, after the clip and before the penalty; for example 1 / batch size.
    use_multi_tensor : bool, default False
        Has no effect on values; Paddle chooses a kernel by it.

    References
    ----------
    Mirrors ``paddle.optimizer.Momentum``, except that ``rescale_grad`` counts on every device;
    Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> optimizer, p.grad = paramattr.optimizer.Momentum(1.0, momentum=0.5, parameters=[p]), [1.0]
    >>> optimizer.step(), optimizer.step(), p.item()
    (None, None, -2.5)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        momentum: float = setting(low=0.0, high=1.0)
        use_nesterov: bool
        rescale_grad: float = setting(low=0.0, open_low=True)

    accumulators, scratch = ("velocity",), ("ahead",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        momentum: float = 0.9,
        parameters: Parameters = None,
        use_nesterov: bool = False,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        multi_precision: bool = False,
        rescale_grad: float = 1.0,
        use_multi_tensor: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        checks.boolean("use_multi_tensor", use_multi_tensor)
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"momentum": momentum, "use_nesterov": use_nesterov, "rescale_grad": rescale_grad}
        super().__init__(*common, multi_precision=multi_precision, nonfinite=nonfinite, **settings)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Push the velocity by ``gradient``, and return it times the learning rate."""
        velocity, momentum = state["velocity"], gradient.dtype.type(step.momentum)
        velocity *= momentum
        velocity += gradient
        if step.use_nesterov:
            gradient += np.multiply(velocity, momentum, out=state["ahead"])
        np.multiply(gradient if step.use_nesterov else velocity, gradient.dtype.type(step.lr), out=gradient)
        return gradient
