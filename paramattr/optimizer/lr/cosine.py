"""Schedules that fall along half a cosine."""

from __future__ import annotations

import math

from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["CosineAnnealingDecay", "CosineAnnealingWarmRestarts"]


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


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from the initial learning rate down to ``eta_min``, again and again, each one from the top.

    Parameters
    ----------
    T_0 : int
        Epochs of the first cosine, >= 1.
    T_mult : int, default 1
        How much longer each is than the one before, >= 1.
    eta_min : float, default 0
        The learning rate at the bottom, >= 0.
    learning_rate, last_epoch, verbose
        As in `LRScheduler`, with its errors.

    References
    ----------
    Mirrors ``paddle.optimizer.lr.CosineAnnealingWarmRestarts``, except that the place in the curve follows from the epoch
    alone: a schedule that is made with ``last_epoch`` or takes up a state continues the curve, where Paddle's starts
    another. Loshchilov, Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.CosineAnnealingWarmRestarts(1.0, T_0=2, T_mult=2)
    >>> scheduler.step(4)
    >>> scheduler()
    0.5
    """

    def __init__(
        self,
        learning_rate: float,
        T_0: int,  # noqa: N803  (Paddle's name)
        T_mult: int = 1,  # noqa: N803
        eta_min: float = 0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.T_0 = checks.integer("T_0", T_0, low=1)
        self.T_mult = checks.integer("T_mult", T_mult, low=1)
        self.eta_min = checks.real("eta_min", eta_min, low=0.0)
        super().__init__(learning_rate, last_epoch, verbose)

    def _place(self) -> tuple[int, int]:
        """Return how many epochs have gone by in the cosine of ``last_epoch``, and how many it has."""
        epoch, length = max(self.last_epoch, 0), self.T_0
        if self.T_mult == 1:
            return epoch % length, length
        while epoch >= length:
            epoch, length = epoch - length, length * self.T_mult
        return epoch, length

    @property
    def T_cur(self) -> int:  # noqa: N802  (Paddle's name)
        """Epochs since the last restart."""
        return self._place()[0]

    @property
    def T_i(self) -> int:  # noqa: N802
        """Epochs from the last restart to the next."""
        return self._place()[1]

    def get_lr(self) -> float:
        """Return eta_min + (base_lr - eta_min) · (1 + cos(π · T_cur / T_i)) / 2."""
        gone, length = self._place()
        return self.eta_min + (self.base_lr - self.eta_min) * (1.0 + math.cos(math.pi * gone / length)) / 2.0
