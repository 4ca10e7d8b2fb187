"""A training step, whatever the rule: collect, clip, rescale, decay, rule, write back."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from paramattr.autograd import writes
from paramattr.autograd.tape import Array
from paramattr.nn.clip import UNCHANGED, ClipGradBase, Plan
from paramattr.optimizer.blocks import Part, Stretch, execute
from paramattr.optimizer.rule import DType, Group, Rule, Step
from paramattr.optimizer.state import Slot
from paramattr.utils import dtypes
from paramattr.utils.norm import sums_of_squares

Given: TypeAlias = Sequence[tuple[Slot, Array]]


def take_step(
    rule: Rule, groups: Sequence[tuple[Group, Given]], lr: float, *, multi_precision: bool, nonfinite: str
) -> bool:
    """Move parameters by their gradients once, and return True; or False where ``nonfinite`` says to skip the step."""
    if nonfinite != "keep":
        culprit = _not_finite([pair for _, given in groups for pair in given])
        if culprit is not None and nonfinite == "raise":
            raise FloatingPointError(f"the gradient of parameter {culprit.parameter.name!r} is not finite")
        if culprit is not None:
            return False
    parts = [part for group, given in groups for part in _parts(rule, group, given, lr)]
    # A lazy parameter raises here, before anything is changed.
    unsettled = [part for part in parts if part.slot.settled is not part.slot.parameter.numpy().dtype]
    for part in unsettled:
        _settle(rule, part.slot, part.step, multi_precision)
    # From here on nothing but the rule itself can fail, and parameters change.
    writes.record([part.slot.parameter for part in parts])
    execute(rule, parts, functools.partial(_update, rule))
    return True


def _parts(rule: Rule, group: Group, given: Given, lr: float) -> list[Part]:
    steps: dict[tuple[Any, ...], Step] = {}
    parts, factor, step = [], group.step.lr, group.step
    last: Any = None
    for (slot, _), (gradient, clipping) in zip(given, _clip(given, group.grad_clip), strict=True):
        parameter = slot.parameter
        terms = rule.terms(parameter, group, lr * (factor * parameter.learning_rate))
        if terms != last:  # as those of most neighbours are not
            key = terms.lr, terms.settings
            if key not in steps:
                steps[key] = dataclasses.replace(group.step, lr=terms.lr, **dict(terms.settings))
            last, step = terms, steps[key]
        parts.append(Part(slot, gradient, clipping, last, step))
    return parts


def _clip(given: Given, grad_clip: ClipGradBase | None) -> Plan:
    """Return the gradients, with what the clip does to those whose parameters want it."""
    plan: Plan = [(gradient, UNCHANGED) for _, gradient in given]
    if grad_clip is not None:
        chosen = [place for place, (slot, _) in enumerate(given) if slot.parameter.need_clip]
        for place, pair in zip(chosen, grad_clip.plan([given[place][1] for place in chosen]), strict=True):
            plan[place] = pair
    return plan


def _settle(rule: Rule, slot: Slot, step: Step, multi_precision: bool) -> None:
    """Give a slot state, and master copy, in the dtypes that fit its parameter's."""
    dtype, own = slot.dtype, slot.parameter.numpy().dtype
    blank = _new_state(rule, slot, step)
    if not slot.state:
        slot.state = blank
    elif slot.settled is None or dtypes.compute_dtype(slot.settled) != dtype:
        slot.state = {name: array.astype(blank[name].dtype) for name, array in slot.state.items()}
        slot.home = None
    if dtype == own:
        slot.master = None
    elif multi_precision and slot.master is None:
        slot.master = slot.parameter.numpy().astype(dtype)
    slot.settled = own


def _new_state(rule: Rule, slot: Slot, step: Step) -> dict[str, Array]:
    shape = slot.parameter.numpy().shape
    state = rule.new_state(shape, slot.dtype, step)
    for name, array in state.items():
        expected = (1,) if name in rule.scalars else shape
        if not rule.is_whole and array.shape != expected:
            raise ValueError(
                f"{type(rule).__name__}.new_state must return {name!r} in shape {list(expected)}, because its rule works"
                f" element by element, but returned {list(array.shape)}; scalars names those of one element"
            )
    return state


def _update(rule: Rule, stretch: Stretch) -> None:
    (_, _, clipping, terms, step), gradient, state = stretch.part, stretch.gradient, stretch.state
    clipping.read(stretch.source, gradient)
    if step.rescale_grad != 1.0:
        gradient *= gradient.dtype.type(step.rescale_grad)
    if terms.penalty is not None:
        gradient += terms.penalty.gradient(stretch.values(), out=stretch.spare)
    if rule.is_whole:
        update: Any = rule.whole_rule(gradient, stretch.values(), state, step)
    else:
        update = rule.rule(gradient, state, step)
    if not isinstance(update, (np.ndarray, np.generic)) or update.shape != gradient.shape:
        name = "whole_rule" if rule.is_whole else "rule"
        raise TypeError(f"{type(rule).__name__}.{name} must return an array like its gradient, but returned {update!r}")
    _write_back(stretch, update)


def _write_back(stretch: Stretch, update: Any) -> None:
    """Decay the values and subtract ``update``; those of float16 and bfloat16 are rounded once."""
    dtype, terms, targets, end = stretch.gradient.dtype, stretch.part.terms, stretch.targets, 0
    narrow, joined = targets[0][0].dtype != dtype, len(targets) > 1
    keep = _kept(terms.lr, terms.decay, dtype) if terms.decay else None
    for target, rounded in targets:
        begin, end = end, end + target.size
        value = target.astype(dtype) if narrow else target
        if keep is not None:
            value *= keep
        value -= update[begin:end].reshape(target.shape) if joined else update
        if narrow:
            target[...] = value
        if rounded is not None:
            rounded[...] = target


@functools.lru_cache(maxsize=64)
def _kept(lr: float, decay: float, dtype: DType) -> Array:
    """Return what a decay leaves of a value; as an array, because NumPy takes longer to make sense of a number."""
    return np.asarray(1 - dtype.type(lr) * dtype.type(decay), dtype)


def _not_finite(given: Given) -> Slot | None:
    """Return the first slot whose gradient has an infinity or a nan."""
    totals = sums_of_squares([gradient for _, gradient in given])
    for (slot, gradient), total in zip(given, totals, strict=True):
        if not math.isfinite(total) and not np.isfinite(gradient).all():
            return slot
    return None
