"""ModelAverage: the mean of a parameter's last values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.incubate.weight_average import WeightAverage, flat
from paramattr.optimizer.rule import Parameters, State
from paramattr.optimizer.state import Slot
from paramattr.utils import checks
from paramattr.utils.threads import each_block

# The newest values are added up in the parameter's own precision, which is quick, and put into the float64 sums before
# that is a matter of more than 1e-6.
_SHORT_SUM = 16
# The sums in float64 are saved in two parts: one in the parameter's precision, which is all that Paddle has, and the rest.
_LONG_SUMS = {"sum_2": "sum_2_rest", "sum_3": "sum_3_rest"}


class ModelAverage(WeightAverage):
    """Averages parameters over a sliding window of training, for use in evaluation.

    Call `step` after the optimizer's; evaluate inside ``with model_average.apply():``. The window is the last
    ``average_window_rate`` times the number of updates, at least ``min_average_window`` and at most
    ``max_average_window``: as soon as it is full its sum is put aside and the next begins; the average is over the two.

    A step counts for the parameters that are ``trainable``, have ``do_model_average`` and have a gradient; any other
    one keeps its own value inside `apply`.

    Parameters
    ----------
    average_window_rate : float
        Length of the window per update, >= 0.
    parameters : iterable of Parameter, or of dict
        What to average; a dict has the key ``params`` alone.
    min_average_window, max_average_window : int, default 10000
        Shortest and longest window in steps, both >= 1, the first not above the second.
    name : str, optional
        Part of the keys of `state_dict`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.incubate.ModelAverage``, with these differences: ``do_model_average`` is honoured; the sums are kept
    in float64, but for the newest 16 values, so that nothing is lost over a long window, and are saved as Paddle's, with
    what is left of them under keys of their own; averages come in the parameter's dtype; a parameter that was never
    averaged keeps its value instead of becoming nan.
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

    optional = (*_LONG_SUMS.values(),)

    def __init__(
        self,
        average_window_rate: float,
        parameters: Parameters = None,
        min_average_window: int = 10000,
        max_average_window: int = 10000,
        name: str | None = None,
    ) -> None:
        rate = checks.real("average_window_rate", average_window_rate, low=0.0)
        self._rate = np.float32(min(rate, 1e30))
        self._shortest = checks.integer("min_average_window", min_average_window, low=1)
        self._longest = checks.integer("max_average_window", max_average_window, low=1)
        if self._shortest > self._longest:
            windows = f"{min_average_window!r} and {max_average_window!r}"
            raise ValueError(f"min_average_window must be <= max_average_window, but received {windows}")
        super().__init__(parameters, name)

    def new_state(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, Array]:
        """Return empty sums and counts."""
        sums = {"sum_1": dtype, "sum_2": np.float64, "sum_3": np.float64, "restore": dtype}
        counts = "num_accumulates", "old_num_accumulates", "num_updates"
        state: dict[str, Array] = {name: np.zeros(shape, kind) for name, kind in sums.items()}
        return state | {name: np.zeros(1, np.int64) for name in counts}

    def _blank(self) -> Iterator[tuple[Slot, dict[str, Array]]]:
        for slot, blank in super()._blank():
            yield slot, blank | {rest: np.zeros_like(blank[name]) for name, rest in _LONG_SUMS.items()}

    def _shown(self, slot: Slot) -> dict[str, Array]:
        shown = super()._shown(slot)
        for name, rest in _LONG_SUMS.items() if shown else ():
            if shown[name].dtype != slot.dtype:
                most = np.finfo(slot.dtype).max
                whole, shown[name] = shown[name], shown[name].clip(-most, most).astype(slot.dtype)
                shown[rest] = whole - shown[name]
        return shown

    def inferred(self, name: str, state: Mapping[str, Array]) -> Array:
        """Return the rest of a sum that was saved without one: nothing."""
        return np.zeros_like(state[name.removesuffix("_rest")])

    def _loaded(self, state_dict: Mapping[str, Any]) -> list[tuple[Slot, dict[str, Array], Array | None]]:
        loaded = super()._loaded(state_dict)
        for _, state, _ in loaded:
            for name, rest in _LONG_SUMS.items() if state else ():
                state[name] += state.pop(rest)
        return loaded

    def _enter(self, slots: list[Slot]) -> None:
        ends = [self._count(slot.state) for slot in slots]
        values = flat(slot.parameter.numpy() for slot in slots)
        sums = flat(slot.state["sum_1"] for slot in slots)

        def work(i: int, begin: int, end: int) -> None:
            part = sums[i][begin:end]
            part += values[i][begin:end]
            short_ends, window_ends = ends[i]
            if short_ends or window_ends:
                sum_2, sum_3 = (slots[i].state[name].reshape(-1)[begin:end] for name in ("sum_2", "sum_3"))
                sum_2 += part
                part.fill(0.0)
                if window_ends:
                    sum_3[...] = sum_2
                    sum_2.fill(0.0)

        each_block([value.size for value in values], work)

    def _count(self, state: State) -> tuple[bool, bool]:
        """Count one more value; return whether the short sum and the window end with it."""
        updates, accumulated = int(state["num_updates"][0]) + 1, int(state["num_accumulates"][0]) + 1
        # A product in float32, cut to an integer, as in Paddle's kernel: it decides in which step a window ends.
        window = min(int(np.float32(updates) * self._rate), self._longest)
        window_ends = accumulated >= self._shortest and accumulated >= window
        if window_ends:
            state["old_num_accumulates"][0] = accumulated
            accumulated = 0
        state["num_updates"][0], state["num_accumulates"][0] = updates, accumulated
        return updates % _SHORT_SUM == 0, window_ends

    def _weight(self, state: State) -> float:
        return float(state["num_accumulates"][0] + state["old_num_accumulates"][0])

    def _sum(self, state: State, part: slice) -> Array:
        total: Array = state["sum_1"].reshape(-1)[part] + state["sum_2"].reshape(-1)[part]
        total += state["sum_3"].reshape(-1)[part]
        return total
