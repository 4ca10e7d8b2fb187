"""ReduceOnPlateau: the schedule that follows a metric."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["ReduceOnPlateau"]


class ReduceOnPlateau(LRScheduler):
    """The learning rate times ``factor`` whenever a metric has not become better for more than ``patience`` epochs.

    Its `step` takes the metric, such as the loss of the epoch. Mirrors ``paddle.optimizer.lr.ReduceOnPlateau``.

    Parameters
    ----------
    learning_rate : float
        The initial learning rate, >= 0.
    mode : {"min", "max"}, default "min"
        Whether smaller or larger is better.
    factor : float, default 0.1
        At least 0 and below 1.
    patience : int, default 10
        Epochs without improvement that are borne, >= 0.
    threshold : float, default 1e-4
        By how much a metric must be better than the best to count, >= 0.
    threshold_mode : {"rel", "abs"}, default "rel"
        Whether ``threshold`` is a part of the best or a difference.
    cooldown : int, default 0
        Epochs after a reduction that do not count, >= 0.
    min_lr : float, default 0
        What the learning rate is not reduced below, >= 0.
    epsilon : float, default 1e-8
        The least difference that a reduction must make to take place, >= 0.
    verbose : bool, default False
        Whether to print reductions.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.ReduceOnPlateau(1.0, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     scheduler.step(loss)
    >>> scheduler()
    0.5
    """

    def __init__(
        self,
        learning_rate: float,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0,
        epsilon: float = 1e-8,
        verbose: bool = False,
    ) -> None:
        self.mode = checks.choice("mode", _lower(mode), ["min", "max"])
        self.threshold_mode = checks.choice("threshold_mode", _lower(threshold_mode), ["rel", "abs"])
        self.factor = checks.real("factor", factor, low=0.0, high=1.0, open_high=True)
        self.patience = checks.integer("patience", patience, low=0)
        self.threshold = checks.real("threshold", threshold, low=0.0)
        self.cooldown = checks.integer("cooldown", cooldown, low=0)
        self.min_lr = checks.real("min_lr", min_lr, low=0.0)
        self.epsilon = checks.real("epsilon", epsilon, low=0.0)
        self.cooldown_counter = 0
        self.best: float | None = None
        self.num_bad_epochs = 0
        # Not the base class's constructor: that takes a step, for which there is no metric yet.
        self.base_lr = self.last_lr = checks.real("learning_rate", learning_rate, low=0.0)
        self.last_epoch = 0
        self.verbose = checks.boolean("verbose", verbose)

    def state_keys(self) -> None:
        """Set ``keys`` to the names of the counters, of the best metric, and of what all schedules remember."""
        self.keys = ["cooldown_counter", "best", "num_bad_epochs", "last_epoch", "last_lr"]

    def get_lr(self) -> float:
        """Return the learning rate now; `step` alone changes it."""
        return self.last_lr

    def step(self, metrics: Tensor | np.ndarray[Any, Any] | float, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take note of a metric at the next epoch, or at ``epoch``, an integer >= 0, and reduce the learning rate if due.

        ``metrics`` is a number, or a tensor or array of one element. One that is nan is never better.
        """
        value = _number("metrics", metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else checks.integer("epoch", epoch, low=0)
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            return
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            reduced = max(self.last_lr * self.factor, self.min_lr)
            if self.last_lr - reduced > self.epsilon:
                self.last_lr = reduced
                self._tell()

    def _is_better(self, value: float) -> bool:
        if self.best is None:
            return not math.isnan(value)
        margin = self.threshold * (self.best if self.threshold_mode == "rel" else 1.0)
        return value < self.best - margin if self.mode == "min" else value > self.best + margin

    def _restored(self, key: str, value: Any) -> Any:
        if key == "best":
            return None if value is None else _number(key, value)
        if key in ("cooldown_counter", "num_bad_epochs"):
            return checks.integer(key, value, low=0)
        return super()._restored(key, value)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _number(name: str, value: object) -> float:
    """Return a number, or the one that a tensor or an array holds, which may be nan or infinite."""
    if isinstance(value, (Tensor, np.ndarray)):
        if value.size != 1:
            raise ValueError(f"{name} must be one number, but received shape {list(value.shape)}")
        value = value.item()
    if isinstance(value, (float, np.floating)) and math.isnan(value):
        return math.nan
    return checks.real(name, value, finite=False)
