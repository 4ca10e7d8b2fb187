"""Schedules that go up and down: once, or in cycles."""

from __future__ import annotations

import math
from collections.abc import Callable

from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["CyclicLR", "OneCycleLR"]


class OneCycleLR(LRScheduler):
    """Up to ``max_learning_rate`` and down to ``end_learning_rate`` in ``total_steps`` epochs.

    The way up begins at max_learning_rate / divide_factor. A step beyond ``total_steps`` is a ValueError.

    Parameters
    ----------
    max_learning_rate : float
        The top, >= 0.
    total_steps : int
        Epochs in all, >= 1.
    divide_factor : float, default 25.0
        How many times lower the beginning is than the top, > 0.
    end_learning_rate : float, default 0.0001
        The bottom, >= 0.
    phase_pct : float, default 0.3
        The part of the epochs on the way up, from 0 to 1; below 0.5 if ``three_phase``.
    anneal_strategy : {"cos", "linear"}, default "cos"
        Whether the ways are half cosines or straight lines.
    three_phase : bool, default False
        Whether the way down goes to the initial learning rate first, in as many epochs as the way up, and then to the
        bottom.
    last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.OneCycleLR``, except that the learning rate stays at the bottom in the last epoch, which
    is number ``total_steps``, where Paddle goes on past it, with lines below 0. Smith, Topin, "Super-convergence: very fast
    training of neural networks using large learning rates", 2017.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.OneCycleLR(1.0, total_steps=10, divide_factor=4.0)
    >>> scheduler()
    0.25
    >>> scheduler.step(2)
    >>> scheduler()
    1.0
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        divide_factor: float = 25.0,
        end_learning_rate: float = 0.0001,
        phase_pct: float = 0.3,
        anneal_strategy: str = "cos",
        three_phase: bool = False,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        top = checks.real("max_learning_rate", max_learning_rate, low=0.0)
        bottom = checks.real("end_learning_rate", end_learning_rate, low=0.0)
        start = top / checks.real("divide_factor", divide_factor, low=0.0, open_low=True)
        self.total_steps = checks.integer("total_steps", total_steps, low=1)
        three = checks.boolean("three_phase", three_phase)
        part = checks.real("phase_pct", phase_pct, low=0.0, high=0.5 if three else 1.0, open_high=three)
        self._is_line = checks.choice("anneal_strategy", anneal_strategy, ["cos", "linear"]) == "linear"
        # Where each way ends, and the learning rates along the ways.
        self._ends = [0.0, part * self.total_steps - 1, self.total_steps - 1.0]
        self._rates = [start, top, bottom]
        if three:
            self._ends.insert(2, 2 * part * self.total_steps - 2)
            self._rates.insert(2, start)
        super().__init__(start, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return the point of the way that the epoch lies on."""
        if self.last_epoch > self.total_steps:
            raise ValueError(f"epoch must be at most total_steps, {self.total_steps}, but is {self.last_epoch}")
        last = len(self._ends) - 2
        way = next((way for way in range(last) if self.last_epoch <= self._ends[way + 1]), last)
        length = self._ends[way + 1] - self._ends[way]
        part = min((self.last_epoch - self._ends[way]) / length, 1.0) if length > 0 else 1.0
        start, end = self._rates[way : way + 2]
        if self._is_line:
            return start * (1.0 - part) + end * part
        return end + (start - end) * (1.0 + math.cos(math.pi * part)) / 2.0


class CyclicLR(LRScheduler):
    """From ``base_learning_rate`` up to ``max_learning_rate`` and down again along straight lines, cycle after cycle.

    Parameters
    ----------
    base_learning_rate, max_learning_rate : float
        The bottom and the top of the first cycle, >= 0.
    step_size_up : int
        Epochs on the way up, >= 1.
    step_size_down : int, optional
        Epochs on the way down, >= 1; by default as many as on the way up.
    mode : {"triangular", "triangular2", "exp_range"}, default "triangular"
        How high the tops are: all the same; each half as high above the bottom as the one before; or falling by the
        factor ``exp_gamma`` with each epoch.
    exp_gamma : float, default 1.0
        The factor of "exp_range", >= 0.
    scale_fn : callable, optional
        In the place of ``mode``: a function that returns the height as a part of the whole one.
    scale_mode : {"cycle", "iterations"}, default "cycle"
        Whether ``scale_fn`` is given the number of the cycle, which begins with 1, or the epoch.
    last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.CyclicLR``; Smith, "Cyclical learning rates for training neural networks", 2015.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.CyclicLR(0.5, 1.0, step_size_up=2)
    >>> scheduler.step(3)
    >>> scheduler()
    0.75
    """

    def __init__(
        self,
        base_learning_rate: float,
        max_learning_rate: float,
        step_size_up: int,
        step_size_down: int | None = None,
        mode: str = "triangular",
        exp_gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        base = checks.real("base_learning_rate", base_learning_rate, low=0.0)
        self.max_lr = checks.real("max_learning_rate", max_learning_rate, low=0.0)
        self.amplitude = self.max_lr - base
        self._up = checks.integer("step_size_up", step_size_up, low=1)
        self._down = self._up if step_size_down is None else checks.integer("step_size_down", step_size_down, low=1)
        self.gamma = checks.real("exp_gamma", exp_gamma, low=0.0)
        self.scale_mode = checks.choice("scale_mode", scale_mode, ["cycle", "iterations"])
        if scale_fn is None:
            self.mode = checks.choice("mode", mode, ["triangular", "triangular2", "exp_range"])
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        else:
            checks.instance("scale_fn", scale_fn, Callable, "a function or None")  # type: ignore[arg-type]
            self.mode = mode
        self.scale_fn = scale_fn
        super().__init__(base, last_epoch, verbose)

    def _scale(self, x: float) -> float:
        if self.scale_fn is not None:
            return self.scale_fn(x)
        if self.mode == "triangular":
            return 1.0
        scale: float = 0.5 ** (x - 1) if self.mode == "triangular2" else self.gamma**x
        return scale

    def get_lr(self) -> float:
        """Return base_lr + (max_learning_rate - base_lr) · (part of the way) · (height)."""
        cycle, epoch = divmod(self.last_epoch, self._up + self._down)
        part = epoch / self._up if epoch <= self._up else 1.0 - (epoch - self._up) / self._down
        scale = self._scale(float(cycle + 1) if self.scale_mode == "cycle" else self.last_epoch)
        return self.base_lr + self.amplitude * part * scale
