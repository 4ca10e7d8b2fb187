"""Schedules that change the learning rate by factors or values told for some epochs, or by a function for each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import checks

__all__ = ["LambdaDecay", "MultiStepDecay", "MultiplicativeDecay", "PiecewiseDecay", "StepDecay"]


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
        self.milestones = _rising("milestones", milestones)
        self.gamma = checks.probability("gamma", gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · gamma^(milestones reached)."""
        return float(self.base_lr * self.gamma ** bisect_right(self.milestones, self.last_epoch))


class PiecewiseDecay(LRScheduler):
    """The learning rate ``values[i]`` until the epoch ``boundaries[i]``, and the last of ``values`` from then on.

    Mirrors ``paddle.optimizer.lr.PiecewiseDecay``.

    Parameters
    ----------
    boundaries : list or tuple of int
        Epochs that rise, at least one.
    values : list or tuple of float
        Learning rates >= 0, one more than there are boundaries.
    last_epoch, verbose
        As in `LRScheduler`, with its errors.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.PiecewiseDecay([2, 5], [0.1, 0.05, 0.01])
    >>> scheduler.step(4)
    >>> scheduler()
    0.05
    """

    def __init__(
        self, boundaries: Sequence[int], values: Sequence[float], last_epoch: int = -1, verbose: bool = False
    ) -> None:
        self.boundaries = _rising("boundaries", boundaries)
        checks.instance("values", values, (list, tuple), "a list or a tuple of numbers")
        self.values = [checks.real(f"values[{place}]", value, low=0.0) for place, value in enumerate(values)]
        if not self.boundaries or len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                "values must be one more than boundaries, of which there must be one, but received"
                f" {len(self.values)} and {len(self.boundaries)}"
            )
        super().__init__(last_epoch=last_epoch, verbose=verbose)

    def get_lr(self) -> float:
        """Return the value of the stretch that the epoch lies in."""
        return self.values[bisect_right(self.boundaries, self.last_epoch)]


def _rising(name: str, value: object) -> list[int]:
    checks.instance(name, value, (list, tuple), "a list or a tuple of integers")
    epochs = [checks.integer(f"{name}[{place}]", epoch) for place, epoch in enumerate(value)]  # type: ignore[var-annotated,arg-type]
    if sorted(set(epochs)) != epochs:
        raise ValueError(f"{name} must rise from one to the next, but received {value!r}")
    return epochs


class LambdaDecay(LRScheduler):
    """The initial learning rate times a function of the epoch.

    ``lr_lambda`` is a callable that is given the epoch and returns the factor. The other arguments are those of
    `LRScheduler`, with its errors. Mirrors ``paddle.optimizer.lr.LambdaDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.LambdaDecay(0.5, lr_lambda=lambda epoch: 0.5**epoch)
    >>> scheduler.step(2)
    >>> scheduler()
    0.125
    """

    def __init__(
        self, learning_rate: float, lr_lambda: Callable[[int], float], last_epoch: int = -1, verbose: bool = False
    ) -> None:
        checks.instance("lr_lambda", lr_lambda, Callable, "a function of the epoch")  # type: ignore[arg-type]
        self.lr_lambda = lr_lambda
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        """Return base_lr · lr_lambda(epoch)."""
        return self.base_lr * self.lr_lambda(self.last_epoch)


class MultiplicativeDecay(LambdaDecay):
    """The learning rate times a function of the epoch at each epoch: base_lr · lr_lambda(1) · … · lr_lambda(epoch).

    The arguments are those of `LambdaDecay`, with its errors. Mirrors ``paddle.optimizer.lr.MultiplicativeDecay``.

    Examples
    --------
    >>> import paramattr
    >>> scheduler = paramattr.optimizer.lr.MultiplicativeDecay(1.0, lr_lambda=lambda epoch: 0.5)
    >>> scheduler.step(3)
    >>> scheduler()
    0.125
    """

    # The product up to an epoch, from which the next ones go on: otherwise a run's time is the square of its steps.
    _reached: tuple[int, float] | None = None

    def get_lr(self) -> float:
        """Return the product up to the epoch."""
        epoch, product = self._reached or (0, self.base_lr)
        if epoch > self.last_epoch:
            epoch, product = 0, self.base_lr
        for each in range(epoch + 1, self.last_epoch + 1):
            product *= self.lr_lambda(each)
        self._reached = self.last_epoch, product
        return product
