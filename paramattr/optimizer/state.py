"""What is remembered of parameters from step to step: by name, to be saved, loaded, checked and copied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.optimizer.lr import LRScheduler
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes

NO_GRAPHS = "None, as there are no static graphs"


class Home(NamedTuple):
    """Arrays that hold accumulators of several parameters, and where each parameter's begin in those of many elements."""

    arrays: dict[str, Array]
    begins: list[int]


class Slot:
    """A parameter and what is remembered of it: nothing before its first step."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.state: dict[str, Array] = {}
        self.master: Array | None = None
        self.settled: np.dtype[Any] | None = (
            None  # the parameter's dtype, once state and master copy are as it wants them
        )
        # Where accumulators of short parameters lie side by side, to be updated in one go, and which of them this is.
        self.home: Home | None = None
        self.place = 0

    @property
    def dtype(self) -> np.dtype[Any]:
        """What the parameter's steps are computed in."""
        return dtypes.compute_dtype(self.parameter.numpy().dtype)

    def __getstate__(self) -> dict[str, Any]:
        # In a copy each accumulator has memory of its own, which would part ways with a copied home.
        return {**self.__dict__, "home": None}


def gradients_of(slots: Iterable[Slot]) -> list[tuple[Slot, Array]]:
    """Return the slots whose parameters take part in a step, with their gradients: trainable ones that have one."""
    pairs = []
    for slot in slots:
        parameter = slot.parameter
        gradient = parameter.grad if parameter.trainable else None
        if gradient is not None:
            pairs.append((slot, gradient.numpy()))
    return pairs


def collect(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots whose parameters take part in a step; a RuntimeError if one is lazy and has no values."""
    chosen = [slot for slot, _ in gradients_of(slots)]
    for slot in chosen:
        slot.parameter.numpy()
    return chosen


def groups_of(parameters: object, keys: Iterable[str]) -> list[tuple[str, Mapping[str, Any], list[Slot]]]:
    """Return label, own settings under some of ``keys``, and slots of each group; a plain list is one without settings."""
    if parameters is None:
        raise ValueError("parameters must be given, for example parameters=layer.parameters()")
    if isinstance(parameters, (Tensor, Mapping, str, bytes)) or not isinstance(parameters, Iterable):
        expected = "a list of parameters, or of dicts for groups"
        raise TypeError(f"parameters must be {expected}, but received {parameters!r} ({type(parameters).__name__})")
    entries: list[Any] = list(parameters)
    if not entries:
        raise ValueError("parameters must hold at least one parameter, but received none")
    if any(isinstance(entry, Mapping) for entry in entries):
        known = ["params", *keys]
        groups = [_group(f"parameters[{place}]", entry, known) for place, entry in enumerate(entries)]
    else:
        groups = [("parameters", {}, _slots("parameters", entries))]
    seen: dict[str | None, Parameter] = {}
    for parameter in (slot.parameter for _, _, slots in groups for slot in slots):
        if seen.get(parameter.name) is parameter:
            raise ValueError(
                f"parameters must hold each parameter once, but received {parameter.name!r} more than once"
            )
        if seen.setdefault(parameter.name, parameter) is not parameter:
            raise ValueError(f"parameters must have different names, but received two named {parameter.name!r}")
    return groups


def _group(label: str, entry: object, known: list[str]) -> tuple[str, Mapping[str, Any], list[Slot]]:
    if not isinstance(entry, Mapping):
        raise TypeError(f"{label} must be a dict like the others, but received {entry!r} ({type(entry).__name__})")
    for key in entry:
        if key not in known:
            raise ValueError(f"{label} must have keys of {known}, but received {key!r}")
    if "params" not in entry:
        raise ValueError(f"{label} must have the key 'params', but has only {list(entry)}")
    own = dict(entry)
    params = own.pop("params")
    return label, own, _slots(f"{label}['params']", [params] if isinstance(params, Parameter) else params)


def _slots(label: str, parameters: Iterable[object]) -> list[Slot]:
    if isinstance(parameters, (str, bytes, Mapping, set, frozenset)) or not isinstance(parameters, Iterable):
        raise TypeError(f"{label} must be a list of parameters, but received {parameters!r}")
    slots = []
    for place, parameter in enumerate(parameters):
        checks.instance(f"{label}[{place}]", parameter, Parameter, "a Parameter")
        slots.append(Slot(cast(Parameter, parameter)))
    return slots


class Stateful(ABC):
    """Base class of what remembers something of parameters: accumulators, and float32 copies of narrow ones."""

    spread: tuple[str, ...] = ()  # accumulators of one element that are shown in the parameter's shape
    optional: tuple[str, ...] = ()  # those that Paddle does not have, and a state may lack

    def __init__(self, name: str | None) -> None:
        checks.instance("name", name, (str, type(None)), "a string or None")
        self._name = name
        self._slots: list[Slot] = []
        self._scheduler: LRScheduler | None = None

    def _chosen(
        self,
        loss: object,
        startup_program: object,
        parameters: Iterable[Parameter | str] | None,
        no_grad_set: Iterable[Parameter | str] | None,
    ) -> list[Slot]:
        """Return the slots that take part in a step after ``loss``, of which only the type is looked at."""
        checks.instance("loss", loss, Tensor, "a Tensor")
        checks.instance("startup_program", startup_program, type(None), NO_GRAPHS)
        wanted = self._slots if parameters is None else self._own("parameters", parameters)
        unwanted = set() if no_grad_set is None else {*self._own("no_grad_set", no_grad_set)}
        return [slot for slot in collect(wanted) if slot not in unwanted]

    def _own(self, name: str, parameters: Iterable[Parameter | str]) -> list[Slot]:
        """Return the slots of parameters, or of names of parameters, that must be known here."""
        entries, slots = checks.several(name, parameters, "parameters or their names"), []
        named = {slot.parameter.name: slot for slot in self._slots}
        for place, entry in enumerate(entries):
            checks.instance(f"{name}[{place}]", entry, (Parameter, str), "a parameter or its name")
            slot = named.get(entry if isinstance(entry, str) else entry.name)
            if slot is None or not (isinstance(entry, str) or slot.parameter is entry):
                raise ValueError(
                    f"{name}[{place}] must be one of the parameters given, {[*named]}, but received {entry!r}"
                )
            slots.append(slot)
        return slots

    def clear_grad(self, set_to_zero: bool = True) -> None:
        """Make the gradients of the trainable parameters zero, or forget them with ``set_to_zero=False``."""
        zero = checks.boolean("set_to_zero", set_to_zero)
        for slot in self._slots:
            if slot.parameter.trainable:
                slot.parameter.clear_grad(zero)

    clear_gradients = clear_grad

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of the trainable parameters, or make them zero with ``set_to_none=False``."""
        self.clear_grad(not checks.boolean("set_to_none", set_to_none))

    def get_opti_var_name_list(self) -> list[str]:
        """Return the keys of accumulators in `state_dict`, parameter by parameter."""
        return [f"{self._key(slot, name)}_0" for slot in self._slots for name in self._shown(slot)]

    @abstractmethod
    def _blank(self) -> Iterator[tuple[Slot, dict[str, Array]]]:
        """Give each slot with the accumulators it begins with."""

    def _key(self, slot: Slot, accumulator: str) -> str:
        return "_".join(part for part in (slot.parameter.name, self._name, accumulator) if part is not None)

    def inferred(self, name: str, state: Mapping[str, Array]) -> Array:
        """Return the accumulator ``name``, one of ``optional``, of a state that has all but these."""
        raise NotImplementedError

    def _shown(self, slot: Slot) -> dict[str, Array]:
        """Return the accumulators of a slot as they are saved."""
        shown = dict(slot.state)
        for name in self.spread if shown else ():
            shown[name] = np.full(slot.parameter.numpy().shape, shown[name].item(), shown[name].dtype)
        return shown

    def state_dict(self) -> dict[str, Any]:
        """Return what is remembered, without copying it, in a dict.

        It has accumulators as tensors under ``<parameter>_<accumulator>_0``, such as ``linear_0.w_0_velocity_0``, with
        ``name`` in front of the accumulator's if there is one; of an optimizer also ``master_weights`` by parameter if
        there are any, and ``LR_Scheduler`` if there is one.

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
        shown = [(slot, self._shown(slot)) for slot in self._slots]
        names = dict.fromkeys(name for _, arrays in shown for name in arrays)
        found = [(slot, name, arrays[name]) for name in names for slot, arrays in shown if name in arrays]
        state: dict[str, Any] = {f"{self._key(slot, name)}_0": Tensor(array) for slot, name, array in found}
        masters = {slot.parameter.name: Tensor(slot.master) for slot in self._slots if slot.master is not None}
        if masters:
            state["master_weights"] = masters
        if self._scheduler is not None:
            state["LR_Scheduler"] = self._scheduler.state_dict()
        return state

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned; its values are copied.

        A parameter of which it holds nothing starts afresh. The number at the end of a key plays no part: Paddle
        counts there how often the accumulator was made.

        Raises
        ------
        TypeError, ValueError
            If ``state_dict`` is not a mapping, has values that are not real numbers or of another shape, accumulators
            of unknown parameters, only some of a parameter's, or two values for one, or if it lacks the scheduler's
            state. Nothing is changed then.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        loaded = self._loaded(state_dict)
        if self._scheduler is not None:
            if "LR_Scheduler" not in state_dict:
                raise ValueError(f"state_dict lacks 'LR_Scheduler', the state of the {type(self._scheduler).__name__}")
            self._scheduler.set_state_dict(state_dict["LR_Scheduler"])  # the last that can fail
        for slot, state, master in loaded:
            slot.state, slot.master, slot.home, slot.settled = state, master, None, None

    load_state_dict = set_state_dict

    def _loaded(self, state_dict: Mapping[str, Any]) -> list[tuple[Slot, dict[str, Array], Array | None]]:
        """Return what ``state_dict`` holds for each slot; raises if something is wrong with it, and changes nothing."""
        masters = state_dict.get("master_weights", {})
        checks.instance("master_weights of state_dict", masters, Mapping, "a mapping")
        masters, given, loaded = dict(masters), _by_accumulator(state_dict), []
        for slot, blank in self._blank():
            parameter, state, master = slot.parameter, {}, None
            keys = {name: self._key(slot, name) for name in blank}
            found = [name for name in blank if keys[name] in given]
            missing = [key for name, key in keys.items() if name not in found and name not in self.optional]
            if found and missing:
                raise ValueError(f"state_dict lacks {missing[0]!r}, but has other accumulators of that parameter")
            for name in found:
                shape = parameter.numpy().shape if name in self.spread else blank[name].shape
                state[name] = _like(*given.pop(keys[name]), shape, blank[name].dtype)
                if name in self.spread:
                    state[name] = _one(keys[name], state[name], blank[name])
            for name in blank if found else ():
                if name not in state:
                    state[name] = self.inferred(name, state).astype(blank[name].dtype)
            if parameter.name in masters:
                key = f"master_weights[{parameter.name!r}]"
                master = _like(key, masters.pop(parameter.name), parameter.numpy().shape, slot.dtype)
            loaded.append((slot, state, master))
        for unknown in [*[key for key, _ in given.values()], *masters]:
            names = [slot.parameter.name for slot in self._slots]
            raise ValueError(f"state_dict holds {unknown!r}, but the parameters are {names}")
        return loaded


def _by_accumulator(state_dict: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return key and value of each accumulator under the key without its number."""
    given: dict[str, tuple[str, Any]] = {}
    for key, value in state_dict.items():
        checks.instance("a key of state_dict", key, str, "a string")
        if key not in ("LR_Scheduler", "master_weights"):
            other, _ = given.setdefault(key.rpartition("_")[0] or key, (key, value))
            if other != key:
                raise ValueError(f"state_dict holds {other!r} and {key!r}, two values for one accumulator")
    return given


def _one(key: str, array: Array, blank: Array) -> Array:
    """Return the only value of the elements of ``array``, or ``blank`` if it has none."""
    if (array != array.reshape(-1)[:1]).any():
        raise ValueError(f"{key!r} must have the same value in each element")
    return array.reshape(-1)[:1].copy() if array.size else blank


def _like(key: str, value: object, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return a copy of ``value`` in ``dtype``, checked to be real numbers in ``shape``."""
    return fitting(repr(key), value, shape).astype(dtype)


def fitting(name: str, value: object, shape: tuple[int, ...]) -> Array:
    """Return ``value`` as an array, checked to be real numbers in ``shape``."""
    array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
    if not dtypes.is_real(array.dtype):
        raise TypeError(f"{name} must be real numbers, but received dtype {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {list(shape)}, but received {list(array.shape)}")
    return array
