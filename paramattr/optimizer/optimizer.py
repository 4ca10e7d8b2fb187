"""Optimizer: the one pipeline of a training step, whatever the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.parameter import Parameter
from paramattr.regularizer import L2Decay, WeightDecayRegularizer
from paramattr.utils import checks

Parameters = Iterable[Parameter] | Iterable[Mapping[str, Any]]


class Slot:
    """A parameter and what an optimizer remembers of it: nothing before its first step."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.state: dict[str, Array] = {}
        self.master: Array | None = None


class Group(NamedTuple):
    """Parameters that are optimized alike."""

    slots: list[Slot]
    learning_rate: float
    regularizer: WeightDecayRegularizer | None
    grad_clip: ClipGradBase | None
    settings: dict[str, Any]


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
    ...     def rule(self, value, gradient, state, lr, settings):
    ...         value -= lr * np.sign(gradient)
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
        **settings: Any,
    ) -> None:
        self._learning_rate = (
            learning_rate if isinstance(learning_rate, LRScheduler) else _check_learning_rate(learning_rate)
        )
        if name is not None:
            checks.instance("name", name, str, "a string or None")
        self._name = name
        self._multi_precision = checks.boolean("multi_precision", multi_precision)
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
        """
        collected = [collect(group.slots) for group in self._groups]
        # What overflows or is not a number in a gradient ends as inf or nan in the parameter, without a warning.
        with np.errstate(all="ignore"):
            for group, slots in zip(self._groups, collected, strict=True):
                gradients = clip(slots, group.grad_clip)
                for slot, gradient in zip(slots, gradients, strict=True):
                    self._update(slot, gradient, group)

    def _update(self, slot: Slot, clipped: Tensor, group: Group) -> None:
        parameter = slot.parameter
        value = self._working_value(slot)
        # The rule may overwrite its gradient, but not the parameter's.
        own = parameter.grad is not None and not np.may_share_memory(clipped.data, parameter.grad.data)
        work = clipped.data.astype(value.dtype, copy=not own)
        regularizer = group.regularizer if parameter.regularizer is None else parameter.regularizer
        self.decay(value, work, regularizer, group.settings)
        if not slot.state:
            slot.state = self.new_state(value, group.settings)
        lr = self.get_lr() * group.learning_rate * parameter.optimize_attr["learning_rate"]
        self.rule(value, work, slot.state, lr, group.settings)
        if value is not parameter.data:
            parameter.data[...] = value

    def _working_value(self, slot: Slot) -> Array:
        """Return the array that takes the update: the parameter's own, or a float32 one for float16 and bfloat16."""
        value = slot.parameter.data
        if value.dtype.itemsize > 2:
            return value
        if not self._multi_precision:
            return value.astype(np.float32)
        if slot.master is None:
            slot.master = value.astype(np.float32)
        return slot.master

    def new_state(self, value: Array, settings: Mapping[str, Any]) -> dict[str, Array]:
        """Return the accumulators of a parameter before its first step, by name.

        Parameters
        ----------
        value : array
            The parameter's values; float32 for float16 and bfloat16 parameters.
        settings : mapping
            Of the rule.
        """
        return {}

    def decay(
        self, value: Array, gradient: Array, regularizer: WeightDecayRegularizer | None, settings: Mapping[str, Any]
    ) -> None:
        """Add the gradient of the penalty at ``value`` to ``gradient``, in place."""
        if regularizer is not None:
            gradient += regularizer.gradient(value)

    def rule(
        self, value: Array, gradient: Array, state: Mapping[str, Array], lr: float, settings: Mapping[str, Any]
    ) -> None:
        """Update ``value`` and ``state`` in place; a subclass defines it.

        Parameters
        ----------
        value : array
            The parameter's values.
        gradient : array
            Clipped and with the penalty; the rule may overwrite it.
        state : mapping of str to array
            As `new_state` made it, and earlier steps left it.
        lr : float
            The learning rate with all factors.
        settings : mapping
            Of the rule.
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
            slot.state, slot.master = state, master

    def _load_state(self, slot: Slot, settings: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Array]:
        """Return the accumulators of ``slot`` with the values that ``given`` has for them, taking those out of it."""
        data = slot.parameter.data
        state = self.new_state(data if data.dtype.itemsize > 2 else data.astype(np.float32), settings)
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
        return _like(f"master_weights[{name!r}]", masters.pop(name), slot.parameter.data.astype(np.float32))

    load_state_dict = set_state_dict


def collect(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots whose parameters take part in a step: trainable ones that have a gradient."""
    chosen = [slot for slot in slots if slot.parameter.trainable and slot.parameter.grad is not None]
    for slot in chosen:
        _ = slot.parameter.data  # raises for a lazy parameter, before anything is changed
    return chosen


def clip(slots: Iterable[Slot], grad_clip: ClipGradBase | None) -> list[Tensor]:
    """Return the gradients of ``slots``, clipped where their parameters want it."""
    pairs = [(slot.parameter, slot.parameter.grad) for slot in slots]
    if grad_clip is None:
        return [gradient for _, gradient in pairs if gradient is not None]
    return [gradient for _, gradient in grad_clip(pairs)]


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
