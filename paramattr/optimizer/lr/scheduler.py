"""LRScheduler: what all schedules have in common."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from paramattr.autograd import Tensor
from paramattr.utils import checks

__all__ = ["LRScheduler"]


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

    keys: list[str]

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
        before = self.last_epoch
        self.last_epoch = before + 1 if epoch is None else checks.integer("epoch", epoch, low=0)
        try:
            self.last_lr = float(self.get_lr())
        except Exception:
            self.last_epoch = before
            raise
        self._tell()

    def _tell(self) -> None:
        if self.verbose:
            print(f"Epoch {self.last_epoch}: {type(self).__name__} set learning rate to {self.last_lr}.")

    def state_keys(self) -> None:
        """Set ``keys``, the names of the attributes that make the state; a subclass with others names them all."""
        self.keys = ["last_epoch", "last_lr"]

    def state_dict(self) -> dict[str, Any]:
        """Return where the schedule is: ``last_epoch`` and ``last_lr``, or what `state_keys` names."""
        self.state_keys()
        present = {key: getattr(self, key) for key in self.keys if key in vars(self)}
        return {key: float(value) if isinstance(value, Tensor) else value for key, value in present.items()}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned.

        A TypeError or ValueError if it lacks a key, or a value is out of range; nothing is changed then. A warning if it
        holds more than this schedule has: it may be that of another one.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        known = self.state_dict()
        for key in self.keys:
            self._need(state_dict, key)
        values = {key: self._restored(key, state_dict[key]) for key in self.keys}
        unused = [key for key in state_dict if key not in known and key not in values]
        if unused:
            warnings.warn(f"state_dict holds {unused}, which {type(self).__name__} does not have", stacklevel=2)
        vars(self).update(values)

    set_dict = set_state_dict

    def _need(self, state_dict: Mapping[str, Any], key: str) -> None:
        if key not in state_dict:
            raise ValueError(f"state_dict of {type(self).__name__} lacks {key!r}; it has {list(state_dict)}")

    def _restored(self, key: str, value: Any) -> Any:
        """Return ``value`` as the attribute ``key`` holds it, checked."""
        if key == "last_epoch":
            return checks.integer(key, value, low=-1)
        return checks.real(key, value, low=0.0) if key == "last_lr" else value
