"""WeightAverage: what averages of parameters have in common, how they are put in place and taken back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, writes
from paramattr.autograd.tape import Array
from paramattr.optimizer.rule import Parameters, State
from paramattr.optimizer.state import NO_GRAPHS, Slot, Stateful, collect, groups_of
from paramattr.parameter import Parameter
from paramattr.utils import checks
from paramattr.utils.threads import each_block


class WeightAverage(Stateful):
    """Base class of averages over a parameter's values in the course of training.

    It has the state of an optimizer, but takes no steps: a subclass says what it remembers (`new_state`, with a
    ``restore`` of the parameter's shape), how values enter, and of what sum and what weight the average is the quotient.
    """

    def __init__(self, parameters: Parameters, name: str | None) -> None:
        super().__init__(name)
        self._slots = [slot for _, _, slots in groups_of(parameters, []) for slot in slots]
        # Those whose values restore() can bring back, and whether training has gone on since.
        self._applied: list[Slot] | None = None
        self._stepped = False

    @abstractmethod
    def new_state(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, Array]:
        """Return what is remembered of a parameter at first."""

    @abstractmethod
    def _enter(self, slots: list[Slot]) -> None:
        """Let the values of ``slots`` enter their averages."""

    @abstractmethod
    def _weight(self, state: State) -> float:
        """Return the weight of the values that have entered."""

    @abstractmethod
    def _sum(self, state: State, part: slice) -> Array:
        """Return a stretch of their weighted sum."""

    def _blank(self) -> Iterator[tuple[Slot, dict[str, Array]]]:
        for slot in self._slots:
            yield slot, self.new_state(slot.parameter.numpy().shape, slot.dtype)

    def step(self) -> None:
        """Let the values of the parameters that take part enter the average."""
        self._average(collect(self._slots))

    def _average(self, slots: list[Slot]) -> None:
        slots = [slot for slot in slots if slot.parameter.do_model_average]
        for slot in slots:
            if not slot.state:
                slot.state = self.new_state(slot.parameter.numpy().shape, slot.dtype)
        self._enter(slots)
        self._stepped = True

    def minimize(
        self,
        loss: Tensor,
        startup_program: None = None,
        parameters: Iterable[Parameter | str] | None = None,
        no_grad_set: Iterable[Parameter | str] | None = None,
    ) -> None:
        """Do what `step` does; the arguments, and what is refused, are those of `paramattr.optimizer.Optimizer.backward`."""
        self._average(self._chosen(loss, startup_program, parameters, no_grad_set))

    @contextmanager
    def apply(self, executor: None = None, need_restore: bool = True) -> Iterator[None]:
        """Put the averages in the place of the parameters' values inside a ``with`` block.

        Blocks can be nested, and the values come back also when the body raises; with ``need_restore=False`` only by
        `restore`. ``executor`` is Paddle's, of static graphs.

        Raises
        ------
        RuntimeError
            If there are parameters to average, but no step has counted for one of them yet.
        TypeError
            If an argument is of the wrong kind.
        """
        checks.instance("executor", executor, type(None), NO_GRAPHS)
        back = checks.boolean("need_restore", need_restore)
        wanted = [slot for slot in self._slots if slot.parameter.do_model_average]
        slots = [slot for slot in wanted if slot.state and self._weight(slot.state) > 0]
        if not slots and any(slot.parameter.trainable for slot in wanted):
            hint = "call step() after the optimizer's, while the parameters have gradients"
            raise RuntimeError(f"apply() needs an average, but no step has been counted: {hint}")
        before = [slot.parameter.numpy().copy() for slot in slots]
        # A block inside another one finds averages; restore() shall go back to what was there before both. Once
        # training has gone on from averages, they are the values to go back to.
        outermost = self._applied is None or self._stepped
        if outermost:
            for slot, values in zip(slots, before, strict=True):
                slot.state["restore"][...] = values
            self._applied, self._stepped = slots, False
        self._put_in_place(slots)
        try:
            yield
        finally:
            if back:
                _write(slots, before)
                if outermost:
                    self._applied = None

    def restore(self, executor: None = None) -> None:
        """Bring back the values from before ``apply(need_restore=False)``; a RuntimeError if there was none."""
        checks.instance("executor", executor, type(None), NO_GRAPHS)
        if self._applied is None:
            raise RuntimeError("restore() needs an apply(need_restore=False) before it, which put averages in place")
        _write(self._applied, [slot.state["restore"] for slot in self._applied])
        self._applied = None

    def _put_in_place(self, slots: list[Slot]) -> None:
        writes.record(slot.parameter for slot in slots)
        values = flat(slot.parameter.numpy() for slot in slots)

        def work(i: int, begin: int, end: int) -> None:
            state = slots[i].state
            values[i][begin:end] = self._sum(state, slice(begin, end)) / self._weight(state)

        each_block([value.size for value in values], work)


def _write(slots: list[Slot], values: list[Array]) -> None:
    writes.record(slot.parameter for slot in slots)
    for slot, each in zip(slots, values, strict=True):
        slot.parameter.numpy()[...] = each


def flat(arrays: Iterable[Array]) -> list[Array]:
    """Return views of ``arrays`` with one axis."""
    return [array.reshape(-1) for array in arrays]
