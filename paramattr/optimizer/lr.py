"""Learning rate schedules: functions of the epoch, advanced by ``step()``."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from paramattr.utils import absent, checks

__all__ = ["CosineAnnealingDecay", "ExponentialDecay", "LRScheduler", "LinearWarmup", "MultiStepDecay", "StepDecay"]

absent.explain(__name__)


class LRScheduler(ABC):
    """Base class of schedules; a subclass defines `get_lr` from ``base_lr`` and ``last_epoch``.

    Give one to an optimizer as ``learning_rate`` and call its `step` once per epoch, or per batch; the first is 0.
    Mirrors ``paddle.optimizer.lr.LRScheduler``.

    Parameters
    ----------
    learning_rate : float, default 0.1
        The initial learning rate, >= 0.
    last_epoch : int, default -1
        The epoch before the first, >= -1; to resume a run.
    verbose : bool, default False
        Whether to print the learning rate at every step.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> import paramattr
    >>> class Halving(paramattr.optimizer.lr.LRScheduler):
    ...     def get_lr(self):
    ...         return self.base_lr * 0.5**self.last_epoch
    >>> scheduler = Halving(0.8)
    >>> scheduler.step()
    >>> scheduler()
    0.4
    """

    def __init__(self, learning_rate: float = 0.1, last_epoch: int = -1, verbose: bool = False) -> None:
        self.base_lr = checks.real("learning_rate", learning_rate, low=0.0)
        self.last_lr = self.base_lr
        self.last_epoch = checks.integer("last_epoch", last_epoch, low=-1)
        self.verbose = checks.boolean("verbose", verbose)
        self.step()

    def __call__(self) -> float:
        """Return the learning rate now."""
        return self.last_lr

    @abstractmethod
    def get_lr(self) -> float:
        """Return the learning rate at ``last_epoch``."""

    def step(self, epoch: int | None = None) -> None:
        """Go to the next epoch, or to ``epoch``, an integer >= 0."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else checks.integer("epoch", epoch, low=0)
        self.last_lr = float(self.get_lr())
        if self.verbose:
            print(f"{type(self).__name__}: learning rate {self.last_lr} from epoch {self.last_epoch} on")

    def state_dict(self) -> dict[str, Any]:
        """Return where the schedule is: ``last_epoch`` and ``last_lr``."""
        return {"last_epoch": self.last_epoch, "last_lr": self.last_lr}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned.

        A TypeError or ValueError if it lacks a key, or a value is out of range; nothing is changed then.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        for key in self.state_dict():
            if key not in state_dict:
                raise ValueError(f"state_dict of {type(self).__name__} lacks {key!r}; it has {list(state_dict)}")
        last_epoch = checks.integer("last_epoch", state_dict["last_epoch"], low=-1)
        self.last_lr = checks.real("last_lr", state_dict["last_lr"], low=0.0)
        self.last_epoch = last_epoch

    set_dict = set_state_dict


class StepDecay(LRScheduler):
    """The learning rate times ``gamma`` every ``step_size`` epochs.

    The arguments are those of `LRScheduler`, with its errors, and two more. Mirrors ``paddle.optimizer.lr.StepDecay``.

    Parameters
    ----------
    step_size : int
        Epochs from one drop to the next, >= 1.
    gamma : float, default 0.1
        The factor, between 0 and 1.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.StepDecay(1.0, step_size=2, gamma=0.5)
    >>> scheduler.step(4)
    >>> scheduler()
    0.25
    """

    def __init__(
        self, learning_rate: float, step_size: int, gamma: float = 0.1, last_epoch: int = -1, verbose: bool = False
    ) -> None:
        self.step_size = checks.integer("step_size", step_size, low=1)
        self.gamma = checks.probability("gamma", gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · gamma^⌊epoch / step_size⌋."""
        return float(self.base_lr * self.gamma ** (self.last_epoch // self.step_size))


class MultiStepDecay(LRScheduler):
    """The learning rate times ``gamma`` at each of ``milestones``, a rising list or tuple of epochs (int).

    ``gamma`` and the rest are as in `StepDecay`, with its errors. Mirrors ``paddle.optimizer.lr.MultiStepDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.MultiStepDecay(1.0, milestones=[1, 3], gamma=0.5)
    >>> scheduler.step(2)
    >>> scheduler()
    0.5
    """

    def __init__(
        self,
        learning_rate: float,
        milestones: Sequence[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        checks.instance("milestones", milestones, (list, tuple), "a list or a tuple of integers")
        epochs = [checks.integer(f"milestones[{place}]", epoch) for place, epoch in enumerate(milestones)]
        if sorted(set(epochs)) != epochs:
            raise ValueError(f"milestones must rise from one to the next, but received {milestones!r}")
        self.milestones = epochs
        self.gamma = checks.probability("gamma", gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · gamma^(milestones reached)."""
        return float(self.base_lr * self.gamma ** sum(self.last_epoch >= epoch for epoch in self.milestones))


class ExponentialDecay(StepDecay):
    """The learning rate times ``gamma`` every epoch: base_lr · gamma^epoch.

    The arguments are those of `StepDecay`, with its errors, but for ``step_size``, which is 1; ``gamma`` has no default.
    Mirrors ``paddle.optimizer.lr.ExponentialDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.ExponentialDecay(1.0, gamma=0.5)
    >>> scheduler.step(3)
    >>> scheduler()
    0.125
    """

    def __init__(self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False) -> None:
        super().__init__(learning_rate, 1, gamma, last_epoch, verbose)


class CosineAnnealingDecay(LRScheduler):
    """Half a cosine from the initial learning rate down to ``eta_min`` in ``T_max`` epochs, then up again, and so on.

    Parameters
    ----------
    T_max : int
        Epochs from the top to the bottom, >= 1.
    eta_min : float, default 0
        The learning rate at the bottom, >= 0.
    learning_rate, last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.CosineAnnealingDecay``, except that a schedule made with ``last_epoch`` continues the
    curve, where Paddle starts a lower one; Loshchilov, Hutter, "SGDR: Stochastic gradient descent with warm restarts",
    2017, equation 5.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.CosineAnnealingDecay(1.0, T_max=10)
    >>> scheduler.step(5)
    >>> scheduler()
    0.5
    """

    def __init__(
        self,
        learning_rate: float,
        T_max: int,  # noqa: N803  (Paddle's name)
        eta_min: float = 0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.T_max = checks.integer("T_max", T_max, low=1)
        self.eta_min = checks.real("eta_min", eta_min, low=0.0)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return eta_min + (base_lr - eta_min) · (1 + cos(π · epoch / T_max)) / 2."""
        wave = (1.0 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2.0
        return self.eta_min + (self.base_lr - self.eta_min) * wave


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
                self.learning_rate.set_state_dict(state_dict["LinearWarmup_LR"])
            except Exception:
                self.last_epoch, self.last_lr = before
                raise

    set_dict = set_state_dict
