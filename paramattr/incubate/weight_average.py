"""WeightAverage: what averages of parameters have in common, how they are put in place and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer, Slot, collect
from paramattr.parameter import Parameter
from paramattr.utils import checks
from paramattr.utils.threads import each_block


class WeightAverage(Optimizer):
    """Base class of averages over a parameter's values in the course of training.

    A subclass says what it remembers (`new_state`, with a ``restore`` of the parameter's shape), how a value enters
    (`_enter`) and what the average is (`_average`).
    """

    def __init__(self, parameters: Iterable[Parameter] | None, name: str | None) -> None:
        super().__init__(0.0, parameters, name=name)
        # Those whose values restore() can bring back, and whether training has gone on since.
        self._applied: list[Slot] | None = None
        self._stepped = False

    def step(self) -> None:
        """Let the values of the parameters that take part enter the average."""
        slots = [slot for slot in collect(self._slots()) if slot.parameter.do_model_average]
        for slot in slots:
            if not slot.state:
                slot.state = self.new_state(slot.stand_in(), {})
        self._enter(slots)
        self._stepped = True

    def _enter(self, slots: list[Slot]) -> None:
        """Let the values of ``slots`` enter their averages."""
        raise TypeError(f"{type(self).__name__} does not define _enter, and {len(slots)} values wait")

    def _has_average(self, state: Mapping[str, Array]) -> bool:
        """Whether a value has entered."""
        raise TypeError(f"{type(self).__name__} does not define _has_average for {list(state)}")

    def _average(self, state: Mapping[str, Array], part: slice) -> Array:
        """Return a stretch of the average."""
        raise TypeError(f"{type(self).__name__} does not define _average for {list(state)} at {part}")

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
        self._put_in_place(slots)
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
        return [
            slot
            for slot in self._slots()
            if slot.parameter.do_model_average and slot.state and self._has_average(slot.state)
        ]

    def _put_in_place(self, slots: list[Slot]) -> None:
        values = [slot.parameter.data.reshape(-1) for slot in slots]

        def work(i: int, begin: int, end: int) -> None:
            values[i][begin:end] = self._average(slots[i].state, slice(begin, end))

        each_block([value.size for value in values], work)
