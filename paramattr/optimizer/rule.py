"""What a subclass of Optimizer says: settings, accumulators, and the rule that makes an update of a gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.parameter import Parameter
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks
from paramattr.utils.record import Record

State: TypeAlias = Mapping[str, Array]
LearningRate: TypeAlias = float | LRScheduler
Parameters: TypeAlias = Iterable[Parameter] | Iterable[Mapping[str, Any]] | None
WeightDecay: TypeAlias = float | WeightDecayRegularizer | None
GradClip: TypeAlias = ClipGradBase | None
DType: TypeAlias = np.dtype[Any]
Settings: TypeAlias = dict[str, Any]


def real(name: str, value: object, **bounds: Any) -> float:
    """Return ``value`` as a float, as `checks.real` does; it may be a tensor of one element, which is read now."""
    return checks.real(name, value.item() if isinstance(value, Tensor) and value.size == 1 else value, **bounds)


def callable_or_none(name: str, value: Any) -> Any:
    """Return ``value``; a TypeError unless it is callable or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be callable or None, but received {value!r}")
    return value


_CHECKS: dict[Any, Callable[..., Any]] = {"float": real, "int": checks.integer, "bool": checks.boolean}


def setting(default: Any = dataclasses.MISSING, *, check: Callable[..., Any] | None = None, **bounds: Any) -> Any:
    """Describe a field of a `Step`: a setting of the rule.

    ``check``, given the name and a value, returns the value to be used, or raises. Without one the annotation decides:
    ``float`` (or a tensor of one element), ``int`` or ``bool``. Bounds are ``low`` and ``high``, and of a float
    ``open_low`` and ``open_high``.
    """
    return dataclasses.field(default=default, metadata={"check": check, "bounds": bounds})


@dataclasses.dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Step(Record):
    """What a rule needs beside arrays: the learning rate ``lr``, and the settings that a subclass adds as fields.

    A setting is a keyword of the optimizer's constructor and a key of parameter groups. The pipeline multiplies the
    clipped gradient by ``rescale_grad``, which is 1.0 where it is no setting.

    Examples
    --------
    >>> import paramattr
    >>> class Step(paramattr.optimizer.Step):
    ...     momentum: float = paramattr.optimizer.setting(0.9, low=0.0, high=1.0)
    >>> Step(lr=0.1)
    Step(lr=0.1, momentum=0.9)
    """

    lr: float
    rescale_grad = 1.0

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, repr=False, eq=False, kw_only=True)(cls)

    @classmethod
    def settings(cls) -> list[str]:
        """Return the names of the settings."""
        return [field.name for field in dataclasses.fields(cls) if field.name != "lr"]

    @classmethod
    def checked(cls, lr: float, settings: Mapping[str, Any]) -> Step:
        """Return the record of these values, checked."""
        values = dict(settings)
        for field in dataclasses.fields(cls):
            if field.name in values:
                check = field.metadata.get("check") or _CHECKS[getattr(field.type, "__name__", str(field.type))]
                values[field.name] = check(field.name, values[field.name], **field.metadata.get("bounds", {}))
        return cls(lr=lr, **values)


_Step = Step


class Group(NamedTuple):
    """The settings that a group of parameters has in common; ``lr`` in ``step`` is its factor on the learning rate."""

    step: Step
    regularizer: WeightDecayRegularizer | None
    grad_clip: GradClip


class Terms(NamedTuple):
    """What enters a parameter's step beside its gradient and the settings of the rule.

    The learning rate with all factors; the penalty whose gradient is added; a decay apart from the gradient, which
    multiplies the values by 1 - lr · decay before the update is subtracted; and pairs of name and value that stand in
    the place of the group's settings.
    """

    lr: float
    penalty: WeightDecayRegularizer | None
    decay: float = 0.0
    settings: tuple[tuple[str, Any], ...] = ()


class Rule:
    """The part of an optimizer that its subclasses define: `rule` or else `whole_rule`, and what these need.

    ``accumulators`` are the names of arrays of the parameter's shape that are kept from step to step, ``scalars`` of
    arrays of one element, and ``scratch`` of arrays like the gradient for `rule` to write to. All are in ``state``.
    ``powers`` are pairs of a scalar and a setting: the scalar is that setting to the power of the number of the step.
    ``spread`` are those of the scalars that Paddle keeps in the parameter's shape, all elements alike: they begin at 1,
    and are saved and loaded in that shape.
    """

    Step: TypeAlias = _Step
    accumulators: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ()
    powers: tuple[tuple[str, str], ...] = ()
    spread: tuple[str, ...] = ()
    scratch: tuple[str, ...] = ()
    is_whole = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.is_whole = cls.whole_rule is not Rule.whole_rule
        if cls.is_whole and cls.rule is not Rule.rule:
            raise TypeError(f"{cls.__name__} must define rule or whole_rule, but has both")

    def rule(self, gradient: Array, state: State, step: Any) -> Array:
        """Return what to subtract from the values, element by element, and update ``state`` in place.

        ``gradient``, ``accumulators`` and ``scratch`` are flat stretches of a parameter, or of several: each element of
        the result must depend on the same element of these alone. The gradient is clipped and has the penalty; the
        rule may overwrite and return it. ``scalars`` are to be read; `end` changes them.
        """
        raise NotImplementedError

    def whole_rule(self, gradient: Array, value: Array, state: State, step: Any) -> Array:
        """As `rule`, for one parameter as a whole: all arrays have its shape; ``value`` is to be read."""
        raise NotImplementedError

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Any) -> dict[str, Array]:
        """Return what is kept of a parameter before its first step, by name: zeros in the dtype of its steps, and powers."""
        state = {name: np.ones(1, dtype) for name in self.spread}
        state |= {name: np.zeros(shape, dtype) for name in self.accumulators}
        state |= {name: np.zeros(1, dtype) for name in self.scalars if name not in state}
        for name, setting in self.powers:
            state[name][0] = getattr(step, setting)
        return state

    def terms(self, parameter: Parameter, group: Group, lr: float) -> Terms:
        """Return what enters a parameter's step, changing nothing; ``lr`` has the factors of group and parameter."""
        return Terms(lr, group.regularizer if parameter.regularizer is None else parameter.regularizer)

    def end(self, state: State, step: Any) -> None:
        """Count a step in ``scalars``; called after `rule`, where arrays have one element for each joined parameter."""
        for name, setting in self.powers:
            state[name] *= getattr(step, setting)
