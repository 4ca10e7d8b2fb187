"""Optimizer: the one pipeline of a training step, whatever the rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase, Clipped
from paramattr.optimizer.lr import LRScheduler
from paramattr.parameter import Parameter
from paramattr.regularizer import L2Decay, WeightDecayRegularizer
from paramattr.utils import checks, dtypes
from paramattr.utils.norm import sums_of_squares
from paramattr.utils.threads import each_block, runs, scratch

Parameters = Iterable[Parameter] | Iterable[Mapping[str, Any]]


class Slot:
    """A parameter and what an optimizer remembers of it: nothing before its first step."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.state: dict[str, Array] = {}
        self.master: Array | None = None
        # Where the state of short parameters lies side by side, to be updated in one go: arrays by name, first place.
        self.home: tuple[dict[str, Array], int] | None = None

    @property
    def kind(self) -> np.dtype[Any]:
        """What the parameter's steps are computed in."""
        return dtypes.compute_dtype(self.parameter.data.dtype)

    def stand_in(self) -> Array:
        """An array of the parameter's shape and the dtype of its steps, without memory of that size."""
        return np.broadcast_to(np.zeros((), self.kind), self.parameter.data.shape)


class Group(NamedTuple):
    """Parameters that are optimized alike."""

    slots: list[Slot]
    learning_rate: float
    regularizer: WeightDecayRegularizer | None
    grad_clip: ClipGradBase | None
    settings: dict[str, Any]


_Views: TypeAlias = tuple[Array, Array | None, Any, dict[str, Array]]


class _Part(NamedTuple):
    """A parameter's part in a step."""

    slot: Slot
    clipped: Clipped
    regularizer: WeightDecayRegularizer | None
    step: Mapping[str, Any]

    def traits(self) -> tuple[object, ...]:
        """Parts with the same traits can be updated as one."""
        slot, (gradient, factor, low, high) = self.slot, self.clipped
        kinds = slot.parameter.data.dtype, gradient.dtype, slot.master is None
        return self.step, self.regularizer, kinds, factor, low, high

    def views(self) -> _Views:
        """The parameter, its float32 copy if it has one, the gradient and the accumulators, all flat."""
        data, master, gradient = self.slot.parameter.data, self.slot.master, self.clipped.gradient
        return (
            data.reshape(-1),
            None if master is None else master.reshape(-1),
            gradient.reshape(-1) if gradient.flags.c_contiguous else gradient.flat,
            {name: array.reshape(-1) for name, array in self.slot.state.items() if array.shape == data.shape},
        )


class Optimizer:
    """Base class of optimizers: everything of a step but the rule.

    A step takes, in this order: the gradients of the parameters that are ``trainable`` and have one; the clip, for
    those with ``need_clip``; the penalty, a parameter's own ``regularizer`` or else ``weight_decay``; the rule, with
    the learning rate times the parameter's factor. What a parameter's settings are counts at the moment of the step.
    Values are updated in place, gradients are left as they are.

    A subclass defines `rule`, and `new_state` if the rule remembers something.

    Parameters
    ----------
    learning_rate : float or LRScheduler
        The step size, >= 0.
    parameters : iterable of Parameter, or of dict
        What to optimize, each parameter once. A dict is a group: its ``params``, and where they differ from the
        optimizer's own, ``weight_decay``, ``grad_clip`` and settings of the rule; its ``learning_rate`` is a factor.
        Each group is clipped by itself.
    weight_decay : float, L1Decay or L2Decay, optional
        Penalty of the parameters that have no ``regularizer`` of their own; a float is the coefficient of an L2Decay.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    name : str, optional
        Part of the keys of `state_dict`.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates. Their steps are computed
        in float32 either way, and then rounded once.
    nonfinite : {"keep", "skip", "raise"}, default "keep"
        What a step does when a gradient that takes part has an infinity or a nan: go on, as Paddle does; leave
        everything as it is and count it in ``skipped_steps``; or raise, naming the parameter.
    **settings
        Of the rule; each has an entry in ``setting_checks``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.optimizer.Optimizer``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> class SignDescent(paramattr.optimizer.Optimizer):
    ...     def rule(self, gradient, state, step):
    ...         return step["lr"] * np.sign(gradient)
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [3.0, -0.1]
    >>> SignDescent(0.5, parameters=[p]).step()
    >>> p.numpy()
    array([-0.5,  0.5], dtype=float32)
    """

    setting_checks: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """Per setting of the rule, what checks its value and returns it."""

    def __init__(
        self,
        learning_rate: float | LRScheduler,
        parameters: Parameters | None = None,
        weight_decay: float | WeightDecayRegularizer | None = None,
        grad_clip: ClipGradBase | None = None,
        name: str | None = None,
        *,
        multi_precision: bool = False,
        nonfinite: str = "keep",
        **settings: Any,
    ) -> None:
        self._learning_rate = (
            learning_rate if isinstance(learning_rate, LRScheduler) else _check_learning_rate(learning_rate)
        )
        if name is not None:
            checks.instance("name", name, str, "a string or None")
        self._name = name
        self._multi_precision = checks.boolean("multi_precision", multi_precision)
        self._nonfinite = checks.choice("nonfinite", nonfinite, ["keep", "skip", "raise"])
        self.skipped_steps = 0
        defaults = Group(
            slots=[],
            learning_rate=1.0,
            regularizer=_check_weight_decay("weight_decay", weight_decay),
            grad_clip=_check_clip("grad_clip", grad_clip),
            settings={key: check(settings[key]) for key, check in self.setting_checks.items()},
        )
        self._groups = self._group(parameters, defaults)
        _check_distinct([slot.parameter for slot in self._slots()])

    def _group(self, parameters: Parameters | None, defaults: Group) -> list[Group]:
        if parameters is None:
            raise ValueError("parameters must be given, for example parameters=layer.parameters()")
        if isinstance(parameters, (Tensor, Mapping, str, bytes)) or not isinstance(parameters, Iterable):
            raise TypeError(
                f"parameters must be a list of parameters, or of dicts for groups, but received {parameters!r}"
                f" ({type(parameters).__name__})"
            )
        entries: list[Any] = list(parameters)
        if not entries:
            raise ValueError("parameters must hold at least one parameter, but received none")
        if not any(isinstance(entry, Mapping) for entry in entries):
            return [defaults._replace(slots=_slots("parameters", entries))]
        return [self._group_of(f"parameters[{place}]", entry, defaults) for place, entry in enumerate(entries)]

    def _group_of(self, label: str, entry: object, defaults: Group) -> Group:
        if not isinstance(entry, Mapping):
            raise TypeError(f"{label} must be a dict like the others, but received {entry!r} ({type(entry).__name__})")
        known = ["params", "learning_rate", "weight_decay", "grad_clip", *self.setting_checks]
        for key in entry:
            if key not in known:
                raise ValueError(f"{label} must have keys of {known}, but received {key!r}")
        if "params" not in entry:
            raise ValueError(f"{label} must have the key 'params', but has only {list(entry)}")
        params = entry["params"]
        return Group(
            slots=_slots(f"{label}['params']", [params] if isinstance(params, Parameter) else params),
            learning_rate=_check_learning_rate(entry.get("learning_rate", 1.0)),
            regularizer=_check_weight_decay(f"weight_decay of {label}", entry["weight_decay"])
            if "weight_decay" in entry
            else defaults.regularizer,
            grad_clip=_check_clip(f"grad_clip of {label}", entry["grad_clip"])
            if "grad_clip" in entry
            else defaults.grad_clip,
            settings={
                key: check(entry[key]) if key in entry else defaults.settings[key]
                for key, check in self.setting_checks.items()
            },
        )

    def _slots(self) -> list[Slot]:
        return [slot for group in self._groups for slot in group.slots]

    def step(self) -> None:
        """Update the parameters once.

        Raises
        ------
        RuntimeError
            If a parameter with a gradient has no values yet (`LazyGuard`); no parameter is changed then.
        FloatingPointError
            If a gradient is not finite and ``nonfinite`` is "raise"; no parameter is changed then.
        """
        collected = [collect(group.slots) for group in self._groups]
        if self._nonfinite != "keep" and not self._all_finite(collected):
            self.skipped_steps += 1
            return
        lr = self.get_lr()
        parts = [
            self._part(slot, clipped, group, lr)
            for group, slots in zip(self._groups, collected, strict=True)
            for slot, clipped in zip(slots, clip(slots, group.grad_clip), strict=True)
        ]
        # From here on nothing can fail, and parameters change.
        long, traits = [], [part.traits() for part in parts]
        with np.errstate(all="ignore"):
            for run in runs([part.clipped.gradient.size for part in parts], lambda i, j: traits[i] == traits[j]):
                if len(run) > 1:
                    self._update_joined([parts[i] for i in run])
                else:
                    long.append(parts[run[0]])
        views = [part.views() for part in long]

        def work(i: int, begin: int, end: int) -> None:
            part, (data, master, gradient, state) = long[i], views[i]
            stretch = data[begin:end]
            target = stretch if master is None else master[begin:end]
            value = None if part.regularizer is None else target.astype(part.slot.kind, copy=False)
            accumulators = {name: array[begin:end] for name, array in state.items()}
            update = self._update(part, value, gradient[begin:end], accumulators)
            _move(target, update, _keep(part.step, part.slot.kind))
            if target is not stretch:
                stretch[...] = target

        each_block([data.size for data, *_ in views], work)
        for part in parts:
            self.end(part.slot.state, part.step)

    def _all_finite(self, collected: list[list[Slot]]) -> bool:
        slots = [slot for slots in collected for slot in slots]
        gradients = [slot.parameter.grad.data for slot in slots if slot.parameter.grad is not None]
        for slot, gradient, total in zip(slots, gradients, sums_of_squares(gradients), strict=True):
            if not math.isfinite(total) and not np.isfinite(gradient).all():
                if self._nonfinite == "raise":
                    raise FloatingPointError(f"the gradient of parameter {slot.parameter.name!r} is not finite")
                return False
        return True

    def _part(self, slot: Slot, clipped: Clipped, group: Group, lr: float) -> _Part:
        parameter = slot.parameter
        if self._multi_precision and slot.master is None and slot.kind != parameter.dtype:
            slot.master = parameter.data.astype(slot.kind)
        if not slot.state:
            slot.state = self.new_state(slot.stand_in(), group.settings)
        lr *= group.learning_rate * parameter.learning_rate
        return _Part(slot, clipped, self.penalty(parameter, group), self.begin(parameter, slot.state, lr, group))

    def _update_joined(self, parts: list[_Part]) -> None:
        """Update several short parameters as if they were one: NumPy's calls cost more than what they compute."""
        slots = [part.slot for part in parts]
        targets = [slot.parameter.data if slot.master is None else slot.master for slot in slots]
        total = sum(target.size for target in targets)
        # In their own dtype, because the clip rounds to it; where that is the step's too, the rule's array will do.
        gradients = [part.clipped.gradient for part in parts]
        own, kind = gradients[0].dtype, slots[0].kind
        gradient = np.concatenate(gradients, axis=None, out=scratch(0 if own == kind else 3, total, own))
        value = None
        if parts[0].regularizer is not None:
            value = np.concatenate(targets, axis=None, out=scratch(2, total, kind))
        update = self._update(parts[0], value, gradient, _joined_state(slots))
        keep, end = _keep(parts[0].step, kind), 0
        for target in targets:
            begin, end = end, end + target.size
            _move(target, update[begin:end].reshape(target.shape), keep)
        for slot in slots:
            if slot.master is not None:
                slot.parameter.data[...] = slot.master

    def _update(self, part: _Part, value: Array | None, gradient: Array, state: Mapping[str, Array]) -> Array:
        """What to subtract; ``value`` is there for a penalty alone."""
        # The rule may overwrite its gradient, but not the parameter's.
        work = scratch(0, gradient.size, part.slot.kind)
        part.clipped.read(gradient, work)
        rescale = part.step.get("rescale_grad", 1.0)
        if rescale != 1.0:
            work *= work.dtype.type(rescale)
        if part.regularizer is not None and value is not None:
            work += part.regularizer.gradient(value, out=scratch(1, value.size, value.dtype))
        update: Any = self.rule(work, state, part.step)
        if not isinstance(update, np.ndarray) or update.shape != gradient.shape:
            raise TypeError(
                f"{type(self).__name__}.rule must return an array like its gradient, but returned {update!r}"
            )
        return update

    def new_state(self, value: Array, settings: Mapping[str, Any]) -> dict[str, Array]:
        """Return the accumulators of a parameter before its first step, by name.

        Parameters
        ----------
        value : array
            Of the parameter's shape and the dtype of its steps, float32 for float16 and bfloat16. The values are not
            the parameter's.
        settings : mapping
            Of the rule.
        """
        return {}

    def penalty(self, parameter: Parameter, group: Group) -> WeightDecayRegularizer | None:
        """Return the penalty that enters the gradient: the parameter's own, or else the group's."""
        return group.regularizer if parameter.regularizer is None else parameter.regularizer

    def begin(self, parameter: Parameter, state: Mapping[str, Array], lr: float, group: Group) -> dict[str, Any]:
        """Return what `rule` needs beside arrays; called once a step for each parameter.

        By default ``{"lr": lr, **group.settings}``. Two entries are the pipeline's, if they are there: it multiplies
        the clipped gradient by ``rescale_grad``, and the value by ``keep`` before the step is subtracted. This method
        must not change anything: a step can still fail.

        Parameters
        ----------
        parameter : Parameter
            The parameter.
        state : mapping of str to array
            Its accumulators, whole.
        lr : float
            The learning rate with all factors.
        group : Group
            What the parameter shares with others; its ``settings`` are the rule's.
        """
        return {"lr": lr, **group.settings}

    def end(self, state: Mapping[str, Array], step: Mapping[str, Any]) -> None:
        """Count the step in the accumulators that have not the parameter's shape; called once for each parameter."""

    def rule(self, gradient: Array, state: Mapping[str, Array], step: Mapping[str, Any]) -> Array:
        """Return what to subtract from the values, and update ``state`` in place; a subclass defines it.

        Each element of the result must depend on the same element of the arrays alone: they are stretches of a
        parameter, or of several.

        Parameters
        ----------
        gradient : array
            A stretch of the gradient, flat, clipped and with the penalty; the rule may overwrite and return it.
        state : mapping of str to array
            The same stretch of each accumulator that has the parameter's shape.
        step : mapping
            What `begin` returned.
        """
        raise TypeError(f"{type(self).__name__} does not define rule")

    def minimize(self, loss: Tensor) -> tuple[list[Any], list[tuple[Parameter, Tensor]]]:
        """Take a step with the gradients that ``loss.backward()`` left.

        As in Paddle's dynamic mode this does not call ``backward`` itself.

        Returns
        -------
        operators : list
            Always empty; Paddle has operators there in static graphs.
        params_grads : list of (Parameter, Tensor)
            The parameters that took part, with their gradients.

        Raises
        ------
        TypeError
            If ``loss`` is not a tensor.
        """
        checks.instance("loss", loss, Tensor, "a Tensor")
        pairs = [
            (slot.parameter, slot.parameter.grad) for slot in collect(self._slots()) if slot.parameter.grad is not None
        ]
        self.step()
        return [], pairs

    def clear_grad(self, set_to_zero: bool = True) -> None:
        """Make the gradients of the trainable parameters zero, or forget them with ``set_to_zero=False``."""
        zero = checks.boolean("set_to_zero", set_to_zero)
        for slot in self._slots():
            if slot.parameter.trainable:
                slot.parameter.clear_grad(zero)

    clear_gradients = clear_grad

    def get_lr(self) -> float:
        """Return the learning rate now."""
        return self._learning_rate() if isinstance(self._learning_rate, LRScheduler) else self._learning_rate

    def set_lr(self, value: float) -> None:
        """Set the learning rate.

        Raises
        ------
        TypeError, ValueError
            If ``value`` is not a finite real number >= 0.
        RuntimeError
            If a scheduler sets the learning rate.
        """
        if isinstance(self._learning_rate, LRScheduler):
            raise RuntimeError(
                f"set_lr can't set the learning rate, because the scheduler {type(self._learning_rate).__name__} does;"
                " replace that with set_lr_scheduler"
            )
        self._learning_rate = _check_learning_rate(value)

    def set_lr_scheduler(self, scheduler: LRScheduler) -> None:
        """Let ``scheduler`` set the learning rate from now on.

        Raises
        ------
        TypeError
            If it is not an LRScheduler.
        """
        checks.instance("scheduler", scheduler, LRScheduler, "an LRScheduler")
        self._learning_rate = scheduler

    def _key(self, parameter: Parameter, accumulator: str) -> str:
        return "_".join(part for part in (parameter.name, self._name, accumulator) if part is not None)

    def state_dict(self) -> dict[str, Any]:
        """Return what the optimizer remembers, without copying it.

        Returns
        -------
        dict
            Accumulators as tensors under ``<parameter>_<accumulator>_0``, such as ``linear_0.w_0_velocity_0``, with
            the optimizer's name in front of the accumulator's if it has one; ``master_weights`` by parameter if there
            are any; ``LR_Scheduler`` if there is one.

        Examples
        --------
        >>> import paramattr
        >>> with paramattr.utils.unique_name.guard():
        ...     layer = paramattr.nn.Linear(3, 2, bias_attr=False)
        >>> optimizer = paramattr.optimizer.Momentum(parameters=layer.parameters())
        >>> layer(paramattr.to_tensor([[1.0, 2.0, 3.0]])).sum().backward()
        >>> optimizer.step()
        >>> list(optimizer.state_dict())
        ['linear_0.w_0_velocity_0']
        """
        slots = self._slots()
        accumulators = dict.fromkeys(name for slot in slots for name in slot.state)
        state: dict[str, Any] = {
            f"{self._key(slot.parameter, name)}_0": Tensor(slot.state[name])
            for name in accumulators
            for slot in slots
            if name in slot.state
        }
        masters = {slot.parameter.name: Tensor(slot.master) for slot in slots if slot.master is not None}
        if masters:
            state["master_weights"] = masters
        if isinstance(self._learning_rate, LRScheduler):
            state["LR_Scheduler"] = self._learning_rate.state_dict()
        return state

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned; its values are copied.

        A parameter of which it holds nothing starts afresh. The number at the end of a key plays no part: Paddle
        counts there how often the accumulator was made.

        Raises
        ------
        TypeError, ValueError
            If ``state_dict`` is not a mapping, has accumulators of unknown parameters, only some of a parameter's,
            or some of another shape, or if it lacks the scheduler's state. Nothing is changed then.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        given = {
            key.rpartition("_")[0]: value
            for key, value in state_dict.items()
            if key not in ("LR_Scheduler", "master_weights")
        }
        masters = dict(state_dict.get("master_weights", {}))
        loaded = [
            (slot, self._load_state(slot, group.settings, given), self._load_master(slot, masters))
            for group in self._groups
            for slot in group.slots
        ]
        unknown = [*given, *masters]
        if unknown:
            names = [slot.parameter.name for slot in self._slots()]
            raise ValueError(f"state_dict holds {unknown[0]!r}, but the parameters are {names}")
        scheduler = self._learning_rate
        if isinstance(scheduler, LRScheduler):
            if "LR_Scheduler" not in state_dict:
                raise ValueError(f"state_dict lacks 'LR_Scheduler', the state of the {type(scheduler).__name__}")
            scheduler.set_state_dict(state_dict["LR_Scheduler"])
        for slot, state, master in loaded:
            slot.state, slot.master, slot.home = state, master, None

    def _load_state(self, slot: Slot, settings: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Array]:
        """Return the accumulators of ``slot`` with the values that ``given`` has for them, taking those out of it."""
        state = self.new_state(slot.stand_in(), settings)
        keys = {name: self._key(slot.parameter, name) for name in state}
        missing = [key for key in keys.values() if key not in given]
        if len(missing) == len(keys):
            return {}
        if missing:
            raise ValueError(f"state_dict lacks {missing[0]!r}, but has other accumulators of that parameter")
        return {name: _like(keys[name], given.pop(keys[name]), array) for name, array in state.items()}

    def _load_master(self, slot: Slot, masters: dict[str, Any]) -> Array | None:
        name = slot.parameter.name
        if name not in masters:
            return None
        return _like(f"master_weights[{name!r}]", masters.pop(name), slot.parameter.data.astype(slot.kind))

    load_state_dict = set_state_dict


def _keep(step: Mapping[str, Any], dtype: np.dtype[Any]) -> Array | None:
    """What the values are multiplied by before a step, if that changes them."""
    keep = step.get("keep", 1.0)
    # As an array, because NumPy takes longer to make sense of a number.
    return None if keep == 1.0 else np.asarray(keep, dtype)


def _move(target: Array, update: Array, keep: Array | None) -> None:
    """Write a step back; the values of float16 and bfloat16 are rounded once."""
    value = target.astype(dtypes.compute_dtype(target.dtype), copy=False)
    if keep is not None:
        value *= keep
    value -= update
    if value is not target:
        target[...] = value


def _joined_state(slots: list[Slot]) -> dict[str, Array]:
    """Return the accumulators of ``slots`` as one array each, in whose memory they are."""
    arrays, begin = slots[0].home or ({}, 0)
    end = begin
    for slot in slots:
        if slot.home is None or slot.home[0] is not arrays or slot.home[1] != end:
            break
        end += slot.parameter.data.size
    else:
        return {name: array[begin:end] for name, array in arrays.items()}
    names = [
        name for name in slots[0].state if all(slot.state[name].shape == slot.parameter.data.shape for slot in slots)
    ]
    arrays = {name: np.concatenate([slot.state[name] for slot in slots], axis=None) for name in names}
    end = 0
    for slot in slots:
        slot.home = arrays, end
        begin, end = end, end + slot.parameter.data.size
        for name, array in arrays.items():
            slot.state[name] = array[begin:end].reshape(slot.parameter.data.shape)
    return arrays


def collect(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots whose parameters take part in a step: trainable ones that have a gradient."""
    chosen = [slot for slot in slots if slot.parameter.trainable and slot.parameter.grad is not None]
    for slot in chosen:
        _ = slot.parameter.data  # raises for a lazy parameter, before anything is changed
    return chosen


def clip(slots: Sequence[Slot], grad_clip: ClipGradBase | None) -> list[Clipped]:
    """Return the gradients of ``slots``, with what the clip does to those whose parameters want it."""
    clipped = [Clipped(slot.parameter.grad.data) for slot in slots if slot.parameter.grad is not None]
    if grad_clip is not None:
        chosen = [place for place, slot in enumerate(slots) if slot.parameter.need_clip]
        plan = grad_clip.plan([clipped[place].gradient for place in chosen])
        for place, wanted in zip(chosen, plan, strict=True):
            clipped[place] = wanted
    return clipped


def _slots(label: str, parameters: Iterable[object]) -> list[Slot]:
    if isinstance(parameters, (str, bytes, Mapping, set, frozenset)) or not isinstance(parameters, Iterable):
        raise TypeError(f"{label} must be a list of parameters, but received {parameters!r}")
    slots = []
    for place, parameter in enumerate(parameters):
        if not isinstance(parameter, Parameter):
            raise TypeError(
                f"{label}[{place}] must be a Parameter, but received {parameter!r} ({type(parameter).__name__})"
            )
        slots.append(Slot(parameter))
    return slots


def _check_distinct(parameters: list[Parameter]) -> None:
    by_name: dict[str | None, Parameter] = {}
    for parameter in parameters:
        other = by_name.setdefault(parameter.name, parameter)
        if other is not parameter:
            raise ValueError(f"parameters must have different names, but received two named {parameter.name!r}")
    if len(by_name) < len(parameters):
        names = [parameter.name for parameter in parameters]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"parameters must hold each parameter once, but received {twice!r} more than once")


def _check_learning_rate(value: object) -> float:
    return checks.real("learning_rate", value, low=0.0)


def _check_weight_decay(label: str, value: object) -> WeightDecayRegularizer | None:
    if value is None or isinstance(value, WeightDecayRegularizer):
        return value
    return L2Decay(checks.real(f"{label} (a number, an L1Decay, an L2Decay or None)", value, low=0.0))


def _check_clip(label: str, value: object) -> ClipGradBase | None:
    if value is None or isinstance(value, ClipGradBase):
        return value
    raise TypeError(
        f"{label} must be a ClipGradByValue, ClipGradByNorm, ClipGradByGlobalNorm or None,"
        f" but received {value!r} ({type(value).__name__})"
    )


def _like(key: str, value: Tensor | ArrayLike, target: Array) -> Array:
    """Return a copy of ``value`` in the dtype of ``target``, checked to have its shape."""
    array = value.data if isinstance(value, Tensor) else np.asarray(value)
    if array.shape != target.shape:
        raise ValueError(f"{key!r} must have shape {list(target.shape)}, but received {list(array.shape)}")
    return array.astype(target.dtype)
