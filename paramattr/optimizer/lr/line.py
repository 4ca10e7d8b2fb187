"""Schedules that go along a straight line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["LinearLR", "LinearWarmup"]


class LinearLR(LRScheduler):
    """A straight line of factors on the initial learning rate in ``total_steps`` epochs; then the last one.

    Parameters
    ----------
    total_steps : int
        Epochs from the first factor to the last, >= 1.
    start_factor : float, default 1/3
        The first, above 0 and up to 1.
    end_factor : float, default 1.0
        The last, from 0 to 1.
    learning_rate, last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.LinearLR``, except that the learning rate is that of the epoch, also after a step to a
    given one and with ``last_epoch``, where Paddle goes on from the one that it has.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.LinearLR(1.0, total_steps=4, start_factor=0.5)
    >>> scheduler.step(2)
    >>> scheduler()
    0.75
    """

    def __init__(
        self,
        learning_rate: float,
        total_steps: int,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.start_factor = checks.real("start_factor", start_factor, low=0.0, high=1.0, open_low=True)
        self.end_factor = checks.real("end_factor", end_factor, low=0.0, high=1.0)
        self.total_steps = checks.integer("total_steps", total_steps, low=1)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · (start_factor + (end_factor - start_factor) · epoch / total_steps)."""
        part = min(self.last_epoch, self.total_steps) / self.total_steps
        return self.base_lr * (self.start_factor * (1.0 - part) + self.end_factor * part)


class LinearWarmup(LRScheduler):
    """A straight line from ``start_lr`` to ``end_lr`` in ``warmup_steps`` epochs, then ``learning_rate``.

    ``last_epoch`` and ``verbose`` are as in `LRScheduler`, with its errors. Mirrors ``paddle.optimizer.lr.LinearWarmup``.

    Parameters
    ----------
    learning_rate : float or LRScheduler
        After the warm-up; a schedule begins then.
    warmup_steps : int
        Epochs of the warm-up, >= 1.
    start_lr, end_lr : float
        The ends of the line, >= 0, rising.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.LinearWarmup(0.5, warmup_steps=2, start_lr=0.0, end_lr=0.5)
    >>> scheduler.step()
    >>> scheduler()
    0.25
    """

    def __init__(
        self,
        learning_rate: float | LRScheduler,
        warmup_steps: int,
        start_lr: float,
        end_lr: float,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if not isinstance(learning_rate, LRScheduler):
            learning_rate = checks.real("learning_rate", learning_rate, low=0.0)
        self.learning_rate = learning_rate
        self.warmup_steps = checks.integer("warmup_steps", warmup_steps, low=1)
        self.start_lr = checks.real("start_lr", start_lr, low=0.0)
        self.end_lr = checks.real("end_lr", end_lr, low=0.0)
        if self.end_lr <= self.start_lr:
            raise ValueError(f"end_lr must be above start_lr, but received {end_lr!r} and {start_lr!r}")
        super().__init__(self.start_lr, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return the point of the line, or what ``learning_rate`` says; a schedule is taken to its own epoch."""
        if self.last_epoch < self.warmup_steps:
            return self.start_lr + (self.end_lr - self.start_lr) * self.last_epoch / self.warmup_steps
        if isinstance(self.learning_rate, LRScheduler):
            self.learning_rate.step(self.last_epoch - self.warmup_steps)
            return self.learning_rate()
        return self.learning_rate

    def state_dict(self) -> dict[str, Any]:
        """Return where the schedule is, with that of an inner one under ``LinearWarmup_LR``."""
        state = super().state_dict()
        if isinstance(self.learning_rate, LRScheduler):
            state["LinearWarmup_LR"] = self.learning_rate.state_dict()
        return state

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned, as `LRScheduler` does."""
        before = self.last_epoch, self.last_lr
        super().set_state_dict(state_dict)
        if isinstance(self.learning_rate, LRScheduler):
            try:
                self._need(state_dict, "LinearWarmup_LR")
                self.learning_rate.set_state_dict(state_dict["LinearWarmup_LR"])
            except Exception:
                self.last_epoch, self.last_lr = before
                raise

    set_dict = set_state_dict
