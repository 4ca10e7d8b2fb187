"""ModelAverage: the mean of a parameter's last values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer, Slot, collect
from paramattr.parameter import Parameter
from paramattr.utils import checks

# Paddle's: a sum in float32 is put aside after so many terms, before it gets too coarse for the next.
_LONGEST_SUM = 16384


class ModelAverage(Optimizer):
    """Averages parameters over a sliding window of training, for use in evaluation.

    Call `step` after the optimizer's; evaluate inside ``with model_average.apply():``. The window is the last
    ``average_window_rate`` times the number of updates, at least ``min_average_window`` and at most
    ``max_average_window``: as soon as it is full its sum is put aside and the next begins; the average is over the two.

    A step counts for the parameters that are ``trainable``, have ``do_model_average`` and have a gradient. Any other
    one keeps its own value inside `apply`.

    Parameters
    ----------
    average_window_rate : float
        Length of the window per update, >= 0.
    parameters : iterable of Parameter
        What to average.
    min_average_window : int, default 10000
        Shortest window in steps, >= 1.
    max_average_window : int, default 10000
        Longest window in steps, >= ``min_average_window``.
    name : str, optional
        Part of the keys of `state_dict`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.incubate.ModelAverage``, with these differences: ``do_model_average`` is honoured; the sums are in
    float64, so that nothing is lost over a long window; averages come in the parameter's dtype; a parameter that was
    never averaged keeps its value instead of becoming nan.
    Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([1], default_initializer="constant")
    >>> sgd = paramattr.optimizer.SGD(1.0, parameters=[p])
    >>> average = paramattr.incubate.ModelAverage(1.0, parameters=[p], min_average_window=3, max_average_window=10)
    >>> for _ in range(3):
    ...     p.grad = [-1.0]
    ...     sgd.step()
    ...     average.step()
    >>> with average.apply():
    ...     p.item()
    2.0
    >>> p.item()
    3.0
    """

    def __init__(
        self,
        average_window_rate: float,
        parameters: Iterable[Parameter] | None = None,
        min_average_window: int = 10000,
        max_average_window: int = 10000,
        name: str | None = None,
    ) -> None:
        rate = checks.real("average_window_rate", average_window_rate, low=0.0)
        self._rate = np.float32(min(rate, 1e30))
        self._shortest = checks.integer("min_average_window", min_average_window, low=1)
        self._longest = checks.integer("max_average_window", max_average_window, low=1)
        if self._shortest > self._longest:
            raise ValueError(
                f"min_average_window must be <= max_average_window,"
                f" but received {min_average_window!r} and {max_average_window!r}"
            )
        super().__init__(0.0, parameters, name=name)
        # Those whose values restore() can bring back, and whether training has gone on since.
        self._applied: list[Slot] | None = None
        self._stepped = False

    def new_state(self, value: Array, settings: Mapping[str, Any]) -> dict[str, Array]:
        """Return empty sums and counts."""
        return {
            "sum_1": np.zeros(value.shape, np.float64),
            "sum_2": np.zeros(value.shape, np.float64),
            "sum_3": np.zeros(value.shape, np.float64),
            "restore": np.zeros_like(value),
            "num_accumulates": np.zeros(1, np.int64),
            "old_num_accumulates": np.zeros(1, np.int64),
            "num_updates": np.zeros(1, np.int64),
        }

    def step(self) -> None:
        """Let the parameters' values enter the average."""
        for slot in collect(self._slots()):
            if slot.parameter.do_model_average:
                if not slot.state:
                    slot.state = self.new_state(slot.parameter.data, {})
                self._accumulate(slot.state, slot.parameter.data)
        self._stepped = True

    def _accumulate(self, state: dict[str, Array], value: Array) -> None:
        sum_1, sum_2, sum_3 = (state[name] for name in ("sum_1", "sum_2", "sum_3"))
        state["num_updates"] += 1
        state["num_accumulates"] += 1
        sum_1 += value
        updates, accumulated = int(state["num_updates"][0]), int(state["num_accumulates"][0])
        if updates % _LONGEST_SUM == 0:
            sum_2 += sum_1
            sum_1.fill(0.0)
        # A product in float32, cut to an integer, as in Paddle's kernel: it decides in which step a window ends.
        window = min(int(np.float32(updates) * self._rate), self._longest)
        if accumulated >= self._shortest and accumulated >= window:
            np.add(sum_1, sum_2, out=sum_3)
            sum_1.fill(0.0)
            sum_2.fill(0.0)
            state["old_num_accumulates"][0] = accumulated
            state["num_accumulates"][0] = 0

    @contextmanager
    def apply(self, executor: None = None, need_restore: bool = True) -> Iterator[None]:
        """Put the averages in the place of the parameters' values inside a ``with`` block.

        Blocks can be nested, and the values come back also when the body raises.

        Parameters
        ----------
        executor : None
            Paddle's, of static graphs.
        need_restore : bool, default True
            Whether the values come back at the end of the block; with False, by `restore`.

        Raises
        ------
        RuntimeError
            If there are parameters to average, but no step has counted for one of them yet.
        TypeError
            If an argument is of the wrong kind.
        """
        checks.instance("executor", executor, type(None), "None, as there are no static graphs")
        back = checks.boolean("need_restore", need_restore)
        slots = self._averaged()
        wanted = [slot for slot in self._slots() if slot.parameter.trainable and slot.parameter.do_model_average]
        if wanted and not slots:
            raise RuntimeError(
                "apply() needs an average, but no step has been counted: call step() after the optimizer's, while the"
                " parameters have gradients"
            )
        before = [slot.parameter.data.copy() for slot in slots]
        # A block inside another one finds averages; restore() shall go back to what was there before both. Once
        # training has gone on from averages, they are the values to go back to.
        outermost = self._applied is None or self._stepped
        if outermost:
            for slot, values in zip(slots, before, strict=True):
                slot.state["restore"][...] = values
            self._applied, self._stepped = slots, False
        for slot in slots:
            _write_average(slot)
        try:
            yield
        finally:
            if back:
                for slot, values in zip(slots, before, strict=True):
                    slot.parameter.data[...] = values
                if outermost:
                    self._applied = None

    def restore(self, executor: None = None) -> None:
        """Bring back the values from before ``apply(need_restore=False)``.

        Parameters
        ----------
        executor : None
            Paddle's, of static graphs.

        Raises
        ------
        RuntimeError
            If averages are not applied.
        TypeError
            If an argument is of the wrong kind.
        """
        checks.instance("executor", executor, type(None), "None, as there are no static graphs")
        if self._applied is None:
            raise RuntimeError("restore() needs an apply(need_restore=False) before it, which put averages in place")
        for slot in self._applied:
            slot.parameter.data[...] = slot.state["restore"]
        self._applied = None

    def _averaged(self) -> list[Slot]:
        return [slot for slot in self._slots() if slot.parameter.do_model_average and _count(slot) > 0]


def _count(slot: Slot) -> int:
    """Return how many values the sums of ``slot`` hold."""
    state = slot.state
    return int(state["num_accumulates"][0] + state["old_num_accumulates"][0]) if state else 0


def _write_average(slot: Slot) -> None:
    state = slot.state
    total = state["sum_1"] + state["sum_2"]
    total += state["sum_3"]
    total /= _count(slot)
    slot.parameter.data[...] = total
