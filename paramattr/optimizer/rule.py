"""What a subclass of Optimizer says: settings, accumulators, and the rule that makes an update of a gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

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

_CHECKS: dict[Any, Callable[..., Any]] = {"float": checks.real, "int": checks.integer, "bool": checks.boolean}


def setting(default: Any = dataclasses.MISSING, *, check: Any = None, **bounds: Any) -> Any:
    """Describe a field of a `Step`: a setting of the rule.

    Parameters
    ----------
    default : optional
        Its value if neither the constructor's keyword nor the group says otherwise.
    check : callable, optional
        Given the name and a value, returns the value to be used, or raises; by default the field's annotation decides
        (``float``, ``int`` or ``bool``).
    **bounds
        For ``check``: ``low`` and ``high``, and of a float ``open_low`` and ``open_high``.
    """
    return dataclasses.field(default=default, metadata={"check": check, "bounds": bounds})


@dataclasses.dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Step(Record):
    """What a rule needs beside arrays: the learning rate, and the settings that a subclass adds as fields.

    A field is a keyword of the optimizer's constructor and a key of parameter groups.

    Examples
    --------
    >>> import paramattr
    >>> class Step(paramattr.optimizer.Step):
    ...     momentum: float = paramattr.optimizer.setting(0.9, low=0.0, high=1.0)
    >>> Step(lr=0.1)
    Step(lr=0.1, momentum=0.9)
    """

    lr: float
    """The learning rate with all factors."""

    rescale_grad = 1.0
    """The pipeline multiplies the clipped gradient by this; a rule that has it as a setting makes it a field."""

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
    """The settings that a group of parameters has in common."""

    step: Step
    """The rule's; ``lr`` is a factor on the optimizer's learning rate."""
    regularizer: WeightDecayRegularizer | None
    grad_clip: GradClip


class Terms(NamedTuple):
    """What a parameter's step is made of beside its gradient and the settings of the rule."""

    lr: float
    """The learning rate with all factors."""
    penalty: WeightDecayRegularizer | None
    """Its gradient is added to the parameter's."""
    decay: float = 0.0
    """A decay apart from the gradient: values are multiplied by 1 - lr · decay before the update is subtracted."""


class Rule:
    """The part of an optimizer that its subclasses define: `rule` or else `whole_rule`, and what these need."""

    Step: TypeAlias = _Step
    """The record of a step; a subclass with settings has one of its own."""

    accumulators: tuple[str, ...] = ()
    """Names of the accumulators of the parameter's shape."""
    scalars: tuple[str, ...] = ()
    """Names of the accumulators of one element."""
    scratch: tuple[str, ...] = ()
    """Names of arrays like the gradient that `rule` finds in ``state`` to write to; what was in them is lost."""

    is_whole = False
    """Whether a subclass defines `whole_rule`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.is_whole = cls.whole_rule is not Rule.whole_rule
        if cls.is_whole and cls.rule is not Rule.rule:
            raise TypeError(f"{cls.__name__} must define rule or whole_rule, but has both")

    def rule(self, gradient: Array, state: State, step: Any) -> Array:
        """Return what to subtract from the values, element by element, and update ``state`` in place.

        Each element of the result must depend on the same element of the arrays alone: they are stretches of a
        parameter, or of several.

        Parameters
        ----------
        gradient : array
            A stretch of the gradient, flat, clipped and with the penalty; the rule may overwrite and return it.
        state : mapping of str to array
            The same stretch of each of ``accumulators`` and ``scratch``. ``scalars`` are there to be read: `end`
            changes them.
        step : Step
            The learning rate and the settings.
        """
        raise NotImplementedError

    def whole_rule(self, gradient: Array, value: Array, state: State, step: Any) -> Array:
        """Return what to subtract from the values of one parameter, and update ``state`` in place.

        Parameters
        ----------
        gradient : array
            The parameter's gradient in its shape, clipped and with the penalty; may be overwritten and returned.
        value : array
            The values, to be read.
        state : mapping of str to array
            All accumulators, whole.
        step : Step
            The learning rate and the settings.
        """
        raise NotImplementedError

    def new_state(self, shape: tuple[int, ...], dtype: np.dtype[Any], step: Any) -> dict[str, Array]:
        """Return the accumulators of a parameter before its first step, by name; by default zeros.

        Parameters
        ----------
        shape : tuple of int
            The parameter's.
        dtype : dtype
            Of its steps: float32 for float16 and bfloat16.
        step : Step
            The settings.
        """
        return {
            **{name: np.zeros(shape, dtype) for name in self.accumulators},
            **{name: np.zeros(1, dtype) for name in self.scalars},
        }

    def terms(self, parameter: Parameter, group: Group, lr: float) -> Terms:
        """Return what enters a parameter's step; must not change anything, because the step can still fail.

        Parameters
        ----------
        parameter : Parameter
            The parameter.
        group : Group
            What it has in common with others.
        lr : float
            The learning rate with the factors of the group and the parameter.
        """
        return Terms(lr, group.regularizer if parameter.regularizer is None else parameter.regularizer)

    def end(self, state: State, step: Any) -> None:
        """Count a step in ``scalars``; called after `rule`, once for each parameter.

        For joined parameters it is called once: the arrays in ``state`` have an element for each of them.
        """
