"""Schedules that fall along a formula: exponentials and powers of the epoch."""

from __future__ import annotations

import math

from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["ExponentialDecay", "InverseTimeDecay", "NaturalExpDecay", "NoamDecay", "PolynomialDecay"]


class ExponentialDecay(LRScheduler):
    """The learning rate times ``gamma`` every epoch: base_lr · gamma^epoch.

    ``gamma`` is a number between 0 and 1. The other arguments are those of `LRScheduler`, with its errors. Mirrors
    ``paddle.optimizer.lr.ExponentialDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.ExponentialDecay(1.0, gamma=0.5)
    >>> scheduler.step(3)
    >>> scheduler()
    0.125
    """

    def __init__(self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False) -> None:
        self.gamma = checks.probability("gamma", gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · gamma^epoch."""
        return float(self.base_lr * self.gamma**self.last_epoch)


class NaturalExpDecay(LRScheduler):
    """The learning rate base_lr · e^(-gamma · epoch).

    ``gamma`` is a number above 0. The other arguments are those of `LRScheduler`, with its errors. Mirrors
    ``paddle.optimizer.lr.NaturalExpDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.NaturalExpDecay(1.0, gamma=0.5)
    >>> scheduler.step(2)
    >>> round(scheduler(), 6)
    0.367879
    """

    def __init__(self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False) -> None:
        self.gamma = checks.real("gamma", gamma, low=0.0, open_low=True)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · e^(-gamma · epoch)."""
        return self.base_lr * math.exp(-self.gamma * self.last_epoch)


class InverseTimeDecay(LRScheduler):
    """The learning rate base_lr / (1 + gamma · epoch).

    ``gamma`` is a number >= 0. The other arguments are those of `LRScheduler`, with its errors. Mirrors
    ``paddle.optimizer.lr.InverseTimeDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.InverseTimeDecay(1.0, gamma=0.5)
    >>> scheduler.step(2)
    >>> scheduler()
    0.5
    """

    def __init__(self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False) -> None:
        self.gamma = checks.real("gamma", gamma, low=0.0)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr / (1 + gamma · epoch)."""
        return self.base_lr / (1.0 + self.gamma * self.last_epoch)


class PolynomialDecay(LRScheduler):
    """A power of the line from the initial learning rate to ``end_lr`` in ``decay_steps`` epochs.

    Parameters
    ----------
    decay_steps : int
        Epochs from the top to the bottom, >= 1.
    end_lr : float, default 0.0001
        The learning rate at the bottom, >= 0.
    power : float, default 1.0
        The power, > 0; 1 is the line itself.
    cycle : bool, default False
        Whether each time it gets to the bottom the way there becomes longer by ``decay_steps``, so that it goes up again;
        otherwise it stays there.
    learning_rate, last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.PolynomialDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.PolynomialDecay(1.0, decay_steps=4, end_lr=0.0, power=2.0)
    >>> scheduler.step(2)
    >>> scheduler()
    0.25
    """

    def __init__(
        self,
        learning_rate: float,
        decay_steps: int,
        end_lr: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.decay_steps = checks.integer("decay_steps", decay_steps, low=1)
        self.end_lr = checks.real("end_lr", end_lr, low=0.0)
        self.power = checks.real("power", power, low=0.0, open_low=True)
        self.cycle = checks.boolean("cycle", cycle)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return end_lr + (base_lr - end_lr) · (1 - epoch / steps)^power."""
        epoch, steps = self.last_epoch, self.decay_steps
        if self.cycle:
            steps *= max(1, -(-epoch // steps))
        left: float = (1.0 - min(epoch, steps) / steps) ** self.power
        return self.end_lr + (self.base_lr - self.end_lr) * left


class NoamDecay(LRScheduler):
    """A line up for ``warmup_steps`` epochs, then down with the square root of the epoch; from the paper on Transformers.

    Parameters
    ----------
    d_model : int
        The size of the model's vectors, >= 1; the learning rate is divided by its square root.
    warmup_steps : int
        Epochs of the line, >= 1.
    learning_rate : float, default 1.0
        A factor, >= 0.
    last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.NoamDecay``; Vaswani et al., "Attention is all you need", 2017, section 5.3.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.NoamDecay(d_model=100, warmup_steps=25)
    >>> scheduler.step(100)
    >>> round(scheduler(), 6)
    0.01
    """

    def __init__(
        self, d_model: int, warmup_steps: int, learning_rate: float = 1.0, last_epoch: int = -1, verbose: bool = False
    ) -> None:
        self.d_model = checks.integer("d_model", d_model, low=1)
        self.warmup_steps = checks.integer("warmup_steps", warmup_steps, low=1)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · d_model^(-1/2) · min(epoch^(-1/2), epoch · warmup_steps^(-3/2))."""
        down = self.last_epoch**-0.5 if self.last_epoch else 1.0
        return float(self.base_lr * self.d_model**-0.5 * min(down, self.warmup_steps**-1.5 * self.last_epoch))
