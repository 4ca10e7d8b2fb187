"""ExponentialMovingAverage: a mean of a parameter's values that forgets old ones by and by."""

from __future__ import annotations

from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.incubate.weight_average import WeightAverage, flat
from paramattr.optimizer.rule import Parameters, State
from paramattr.optimizer.state import Slot
from paramattr.utils import checks
from paramattr.utils.threads import each_block


class ExponentialMovingAverage(WeightAverage):
    """Averages parameters with weights that fall by the factor ``decay`` with each step, for use in evaluation.

    Call `update` after the optimizer's step: e ← d · e + (1 - d) · p. Evaluate inside ``with ema.apply():``, which
    puts e, divided by the sum of its weights, in the place of the values; so the start at 0 leaves no trace. An update
    counts for the same parameters as a step of `ModelAverage`; ``parameters`` and ``name`` are as there, with its errors.

    Parameters
    ----------
    decay : float, default 0.999
        The factor d, in [0, 1).
    thres_steps : Tensor, optional
        A tensor with one element n, read at each update, which then takes min(decay, (1 + n) / (10 + n)) for d: a
        shorter memory in the beginning.

    References
    ----------
    Mirrors ``paddle.static.ExponentialMovingAverage``, which exists for static graphs only; here the sums are in
    float64, and with ``thres_steps`` the average is divided by the weights it really has.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> sgd = paramattr.optimizer.SGD(1.0, parameters=[p])
    >>> ema = paramattr.incubate.ExponentialMovingAverage(0.5, parameters=[p])
    >>> for _ in range(2):
    ...     p.grad = [-1.0]
    ...     sgd.step()
    ...     ema.update()
    >>> with ema.apply():
    ...     round(p.item(), 6)
    1.666667
    """

    def __init__(
        self,
        decay: float = 0.999,
        thres_steps: Tensor | None = None,
        parameters: Parameters = None,
        name: str | None = None,
    ) -> None:
        self._decay = checks.real("decay", decay, low=0.0, high=1.0, open_high=True)
        if thres_steps is not None:
            checks.instance("thres_steps", thres_steps, Tensor, "a Tensor with one element, or None")
            if thres_steps.size != 1:
                raise ValueError(f"thres_steps must have one element, but received shape {thres_steps.shape!r}")
        self._thres_steps = thres_steps
        super().__init__(parameters, name)

    def new_state(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, Array]:
        """Return an empty average."""
        return {"ema": np.zeros(shape), "weight": np.zeros(1), "restore": np.zeros(shape, dtype)}

    update = WeightAverage.step

    def _enter(self, slots: list[Slot]) -> None:
        decay = self._decay
        if self._thres_steps is not None:
            steps = checks.real("thres_steps", self._thres_steps.item(), low=0.0)
            decay = min(decay, (1.0 + steps) / (10.0 + steps))
        for slot in slots:
            slot.state["weight"][0] = decay * slot.state["weight"][0] + (1.0 - decay)
        values, averages = flat(slot.parameter.numpy() for slot in slots), flat(slot.state["ema"] for slot in slots)

        def work(i: int, begin: int, end: int) -> None:
            part = averages[i][begin:end]
            part *= decay
            part += np.multiply(values[i][begin:end], 1.0 - decay, dtype=np.float64)

        each_block([value.size for value in values], work)

    def _weight(self, state: State) -> float:
        return float(state["weight"][0])

    def _sum(self, state: State, part: slice) -> Array:
        return state["ema"].reshape(-1)[part]
