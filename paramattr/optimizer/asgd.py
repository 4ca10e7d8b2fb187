"""Averaged stochastic gradient descent."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, LearningRate, Parameters, State, WeightDecay, setting


class ASGD(Optimizer):
    """Stochastic average gradient: steps along the mean of the newest gradients, one of each batch.

    In step t, counted from 0, yₜ is what is remembered of batch t mod n, at first 0: d ← d - yₜ + g and yₜ ← g, then
    p ← p - lr / min(t + 1, n) · d. The other arguments are those of `Optimizer`, with its errors; the learning rate is
    0.001 by default.

    Parameters
    ----------
    batch_num : int, default 1
        The number n of batches, >= 1, each of whose gradients is kept; with 1 it is `SGD`.

    References
    ----------
    Mirrors ``paddle.optimizer.ASGD``; Schmidt, Le Roux, Bach, "Minimizing finite sums with the stochastic average
    gradient", 2017, arXiv:1309.2388.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> optimizer = paramattr.optimizer.ASGD(1.0, batch_num=2, parameters=[p])
    >>> for gradient in ([1.0], [3.0], [5.0]):
    ...     p.grad = gradient
    ...     optimizer.step()
    >>> p.item()
    -7.0
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        batch_num: int = setting(low=1)

    scalars = ("m",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        batch_num: int = 1,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        multi_precision: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        common = learning_rate, parameters, weight_decay, grad_clip, name
        super().__init__(*common, multi_precision=multi_precision, nonfinite=nonfinite, batch_num=batch_num)

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Step) -> dict[str, Array]:
        """Return an empty sum, no gradients, and no steps."""
        return {"d": np.zeros(shape, dtype), "y": np.zeros((step.batch_num, *shape), dtype), "m": np.zeros(1, np.int64)}

    def whole_rule(self, gradient: Array, value: Array, state: State, step: Step) -> Array:
        """Put ``gradient`` in the place of the oldest, and return the mean times the rate."""
        total, steps = state["d"], int(state["m"][0])
        oldest = state["y"][steps % step.batch_num, ...]
        total -= oldest
        total += gradient
        oldest[...] = gradient
        update: Array = np.multiply(total, step.lr / min(steps + 1, step.batch_num), out=gradient)
        return update

    def end(self, state: State, step: Step) -> None:
        """Count a step."""
        state["m"][...] += 1
