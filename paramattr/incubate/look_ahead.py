"""LookAhead: values that follow those of another optimizer at a distance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, writes
from paramattr.optimizer import Optimizer
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.state import Slot, collect, fitting
from paramattr.parameter import Parameter
from paramattr.utils import checks

_COUNT = "lookahead_step"


class LookAhead(Optimizer):
    """Lets an optimizer run ahead, and goes a part of its way every ``k`` steps, from where it begins anew.

    Each `step` is one of ``inner_optimizer``. The slow values s of a parameter are those after its first step; every k
    steps s ← α · p + (1 - α) · s and p ← s. What `state_dict` holds are slow values and the number of steps: save that of
    ``inner_optimizer`` as well. The learning rate is that of ``inner_optimizer``.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the steps.
    alpha : float, default 0.5
        The part α of the way, in [0, 1].
    k : int, default 5
        How many steps it runs ahead, >= 1.
    name : str, optional
        Part of the keys of `state_dict`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.incubate.LookAhead``, with these differences: a parameter whose first gradient comes late begins
    with its own values, not 0; the float32 copies of ``multi_precision`` follow; the number of steps is saved.
    Zhang et al., 2019, arXiv:1907.08610.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> sgd = paramattr.optimizer.SGD(1.0, parameters=[p])
    >>> look_ahead = paramattr.incubate.LookAhead(sgd, alpha=0.5, k=3)
    >>> for _ in range(3):
    ...     p.grad = [1.0]
    ...     look_ahead.step()
    >>> p.item()
    -2.0
    """

    accumulators = ("slow",)

    def __init__(self, inner_optimizer: Optimizer, alpha: float = 0.5, k: int = 5, name: str | None = None) -> None:
        checks.instance("inner_optimizer", inner_optimizer, Optimizer, "an Optimizer")
        self.inner_optimizer = inner_optimizer
        self.alpha = checks.real("alpha", alpha, low=0.0, high=1.0)
        self.k = checks.integer("k", k, low=1)
        self._steps = 0
        super().__init__(self.alpha, [slot.parameter for slot in inner_optimizer._slots], name=name)

    def step(self) -> None:
        """Take a step of ``inner_optimizer``, with its errors; and every k steps a part of the way since the last."""
        slots, skipped = collect(self._slots), self.inner_optimizer.skipped_steps
        self.inner_optimizer.step()
        if self.inner_optimizer.skipped_steps == skipped:
            self._follow(slots)

    def minimize(
        self,
        loss: Tensor,
        startup_program: None = None,
        parameters: Iterable[Parameter | str] | None = None,
        no_grad_set: Iterable[Parameter | str] | None = None,
    ) -> tuple[list[Any], list[tuple[Parameter, Tensor]]]:
        """Do what `step` does with ``inner_optimizer.minimize``, and return what that returns."""
        skipped = self.inner_optimizer.skipped_steps
        operators, pairs = self.inner_optimizer.minimize(loss, startup_program, parameters, no_grad_set)
        if self.inner_optimizer.skipped_steps == skipped:
            self._follow(self._own("parameters", [parameter for parameter, _ in pairs]))
        return operators, pairs

    def _follow(self, slots: list[Slot]) -> None:
        self._steps += 1
        masters = {id(slot.parameter): slot.master for slot in self.inner_optimizer._slots}
        if self._steps % self.k == 0:
            writes.record([slot.parameter for slot in slots])
        for slot in slots:
            values, master = slot.parameter.numpy(), masters[id(slot.parameter)]
            fast = (values if master is None else master).astype(slot.dtype, copy=False)
            if not slot.state:
                slot.state = {"slow": fast.copy()}
            if self._steps % self.k == 0:
                slow = slot.state["slow"] = self.alpha * fast + (1.0 - self.alpha) * slot.state["slow"]
                values[...] = slow
                if master is not None:
                    master[...] = slow

    def get_lr(self) -> float:
        """Return the learning rate of ``inner_optimizer`` now."""
        return self.inner_optimizer.get_lr()

    def set_lr(self, value: float) -> None:
        """Set the learning rate of ``inner_optimizer``, with the errors of its method."""
        self.inner_optimizer.set_lr(value)

    def set_lr_scheduler(self, scheduler: LRScheduler) -> None:
        """Let ``scheduler`` set the learning rate of ``inner_optimizer``, with the errors of its method."""
        self.inner_optimizer.set_lr_scheduler(scheduler)

    def state_dict(self) -> dict[str, Any]:
        """Return the slow values, as `Optimizer.state_dict` does, and the number of steps under ``lookahead_step``."""
        return {**super().state_dict(), _COUNT: Tensor(np.array([self._steps]))}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned, with the errors of `Optimizer.set_state_dict`.

        Paddle's lacks the number of steps, which then stays as it is.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        steps = fitting(_COUNT, state_dict.get(_COUNT, [self._steps]), (1,)).item()
        checks.integer(_COUNT, steps, low=0)
        super().set_state_dict({key: value for key, value in state_dict.items() if key != _COUNT})
        self._steps = steps

    load_state_dict = set_state_dict
