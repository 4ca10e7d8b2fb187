"""How a step is carried out: long parameters in blocks shared among threads, short neighbours joined to one stretch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.nn.clip import Clipping
from paramattr.optimizer.rule import Rule, State, Step, Terms
from paramattr.optimizer.state import Home, Slot
from paramattr.utils.scratch import Scratch
from paramattr.utils.threads import each_block, runs

_Target: TypeAlias = tuple[Array, Array | None]

_own = Scratch()
_lent = Scratch()  # to the rule, under the names it has for them


class Part(NamedTuple):
    """A parameter's part in a step."""

    slot: Slot
    gradient: Array
    clipping: Clipping
    terms: Terms
    step: Step

    def traits(self) -> tuple[object, ...]:
        """What parts must have in common to be updated as one, beside scalars."""
        slot, gradient, clipping, terms, step = self
        return terms, step, clipping, gradient.dtype, slot.settled, slot.master is None

    def target(self) -> _Target:
        """What to subtract the update from, and where to round the result to if that is a float32 copy."""
        data, master = self.slot.parameter.numpy(), self.slot.master
        return (data, None) if master is None else (master, data)


class Stretch(NamedTuple):
    """What is computed in one go: a block of a parameter, several short parameters side by side, or a whole one."""

    part: Part  # whose settings count; those of joined ones are equal
    source: Array  # the gradient as it was given
    gradient: Array  # an array for what becomes of it, in the dtype of the step; may be the source itself
    spare: Array | None  # another one, for a penalty
    targets: list[_Target]
    state: State

    def values(self) -> Array:
        """The values in the dtype of the step."""
        if len(self.targets) == 1:
            return self.targets[0][0].astype(self.gradient.dtype, copy=False)
        out = _own.take("values", self.gradient.size, self.gradient.dtype)
        return np.concatenate([target for target, _ in self.targets], axis=None, out=out)


def execute(rule: Rule, parts: Sequence[Part], update: Callable[[Stretch], None]) -> None:
    """Call ``update`` for stretches that together are ``parts``, and then let the rule end the step."""
    with np.errstate(all="ignore"):
        if rule.is_whole:
            each_block(_sizes(parts), lambda i, *_: update(_whole(parts[i])), cut=False)
        else:
            parts = _execute_joined(rule, parts, update)
            blocks = [_blocks(rule, part) for part in parts]
            each_block(_sizes(parts), lambda i, begin, end: update(blocks[i](slice(begin, end))))
        for part in parts:
            rule.end(part.slot.state, part.step)


def _execute_joined(rule: Rule, parts: Sequence[Part], update: Callable[[Stretch], None]) -> list[Part]:
    """Do all of `execute` for parts that have neighbours to be joined with; return the others."""
    scalars = [[part.slot.state[name].item() for part in parts] for name in rule.scalars]
    traits = list(zip([part.traits() for part in parts], *scalars, strict=True))
    others = []
    for run in runs(_sizes(parts), traits):
        if len(run) == 1:
            others.append(parts[run[0]])
            continue
        neighbours = parts[run.start : run.stop]
        state = _joined_state(rule, [part.slot for part in neighbours])
        update(_joined(rule, neighbours, dict(state)))
        rule.end(state, neighbours[0].step)
    return others


def _sizes(parts: Sequence[Part]) -> list[int]:
    return [part.gradient.size for part in parts]


def _whole(part: Part) -> Stretch:
    source, state = part.gradient, part.slot.state
    return Stretch(part, source, np.empty(source.shape, part.slot.dtype), None, [part.target()], state)


def _blocks(rule: Rule, part: Part) -> Callable[[slice], Stretch]:
    """Return what cuts a block from a parameter."""
    source, (target, rounded), dtype = part.gradient, part.target(), part.slot.dtype
    gradients: Any = source.reshape(-1) if source.flags.c_contiguous else source.flat
    values, copies = target.reshape(-1), None if rounded is None else rounded.reshape(-1)
    arrays = [(name, array.reshape(-1)) for name, array in part.slot.state.items() if name not in rule.scalars]

    def block(ends: slice) -> Stretch:
        gradient = _own.take("gradient", ends.stop - ends.start, dtype)
        targets = [(values[ends], None if copies is None else copies[ends])]
        state = {name: array[ends] for name, array in arrays}
        return _stretch(rule, part, gradients[ends], gradient, targets, state)

    return block


def _joined(rule: Rule, parts: Sequence[Part], state: dict[str, Array]) -> Stretch:
    """Several short parameters as if they were one: NumPy's calls cost more than what they compute."""
    gradients = [part.gradient for part in parts]
    size, own, dtype = sum(_sizes(parts)), gradients[0].dtype, parts[0].slot.dtype
    gradient = _own.take("gradient", size, dtype)
    # In their own dtype, because the clip rounds to it.
    source = gradient if own == dtype else _own.take("source", size, own)
    np.concatenate(gradients, axis=None, out=source)
    return _stretch(rule, parts[0], source, gradient, [part.target() for part in parts], state)


def _stretch(
    rule: Rule, part: Part, source: Array, gradient: Array, targets: list[_Target], state: dict[str, Array]
) -> Stretch:
    """Add to ``state`` what the rule finds there beside stretches of accumulators."""
    size, dtype, spare = gradient.size, gradient.dtype, None
    for name in rule.scalars:
        state[name] = part.slot.state[name]
    for name in rule.scratch:
        state[name] = _lent.take(name, size, dtype)
    if part.terms.penalty is not None:
        # It is added before the rule begins, so it can lie where the rule will write.
        spare = _lent.take(rule.scratch[0] if rule.scratch else "penalty", size, dtype)
    return Stretch(part, source, gradient, spare, targets, state)


def _joined_state(rule: Rule, slots: list[Slot]) -> dict[str, Array]:
    """Return the accumulators of ``slots`` as one array each, in whose memory they are."""
    home, first = slots[0].home, slots[0].place
    if home is None or not all(slot.home is home and slot.place == i for i, slot in enumerate(slots, first)):
        home, first = _move_together(rule, slots), 0
    numbers = slice(first, first + len(slots))
    elements = slice(home.begins[numbers.start], home.begins[numbers.stop])
    return {name: array[numbers if name in rule.scalars else elements] for name, array in home.arrays.items()}


def _move_together(rule: Rule, slots: list[Slot]) -> Home:
    begins = [0, *itertools.accumulate(slot.parameter.numpy().size for slot in slots)]
    arrays = {name: np.concatenate([slot.state[name] for slot in slots], axis=None) for name in slots[0].state}
    home = Home(arrays, begins)
    for place, slot in enumerate(slots):
        slot.home, slot.place = home, place
        for name, array in arrays.items():
            part = array[place : place + 1] if name in rule.scalars else array[begins[place] : begins[place + 1]]
            slot.state[name] = part.reshape(slot.state[name].shape)
    return home
