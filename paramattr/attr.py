"""ParamAttr: what a parameter should be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from paramattr import regularizer as regularizers
from paramattr.initializer import Initializer
from paramattr.initializer.registry import optional
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks


def _check_name(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"name must be a string or None, but received {value!r} ({type(value).__name__})")
    if value == "":
        raise ValueError("name must not be empty; leave it out for an automatic name")
    return value


def _check_regularizer(value: object) -> WeightDecayRegularizer | None:
    if value is None or isinstance(value, WeightDecayRegularizer):
        return value
    checks.instance("regularizer", value, Mapping, "an L1Decay, an L2Decay, a config of one or None")
    return regularizers.get(value)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _check_name,
    "initializer": lambda value: optional("initializer", value),
    "learning_rate": lambda value: checks.real("learning_rate", value, low=0.0),
    "regularizer": _check_regularizer,
    **{name: functools.partial(checks.boolean, name) for name in ("trainable", "do_model_average", "need_clip")},
}
_NO_FIELD = "ParamAttr has no field {!r}; its fields are {}"


@dataclass(init=False)
class ParamAttr:
    """The settings of a parameter: its name, first values, and how training treats it.

    Give one to ``weight_attr`` or ``bias_attr`` of a layer, or to `create_parameter`. It is copied when used,
    so one can serve many layers.

    Parameters
    ----------
    name : str, optional
        Name of the parameter; automatic (``linear_0.w_0``) if None.
    initializer : Initializer, str, dict or type, optional
        First values: an initializer, its registered name, its config or its class. With None the global
        initializer, then the layer's own default decides.
    learning_rate : float, default 1.0
        Factor on the optimizer's learning rate for this parameter, >= 0.
    regularizer : L1Decay, L2Decay or dict, optional
        Penalty of this parameter; it takes the place of the optimizer's ``weight_decay``.
    trainable : bool, default True
        Whether the optimizer changes the parameter.
    do_model_average : bool, default True
        Whether `paramattr.incubate.ModelAverage` averages the parameter.
    need_clip : bool, default True
        Whether the optimizer's ``grad_clip`` counts and clips the parameter's gradient.

    Raises
    ------
    TypeError, ValueError
        If a field is of the wrong kind or out of range, when built and when assigned later.

    References
    ----------
    Mirrors ``paddle.ParamAttr``; the order and defaults are the same.

    Examples
    --------
    >>> import paramattr
    >>> attr = paramattr.ParamAttr(regularizer=paramattr.regularizer.L2Decay(1e-4), need_clip=False)
    >>> layer = paramattr.nn.Linear(4, 2, weight_attr=attr)
    >>> layer.weight.need_clip, layer.weight.regularizer
    (False, L2Decay(coeff=0.0001))
    """

    name: str | None
    initializer: Initializer | None
    learning_rate: float
    regularizer: WeightDecayRegularizer | None
    trainable: bool
    do_model_average: bool
    need_clip: bool

    # Written out, not generated: an initializer may come in as a name or a config, which the fields never hold.
    def __init__(
        self,
        name: str | None = None,
        initializer: Initializer | str | Mapping[str, Any] | type[Initializer] | None = None,
        learning_rate: float = 1.0,
        regularizer: WeightDecayRegularizer | Mapping[str, Any] | None = None,
        trainable: bool = True,
        do_model_average: bool = True,
        need_clip: bool = True,
        **removed: object,
    ) -> None:
        if "gradient_clip" in removed:
            raise TypeError(
                "ParamAttr no longer takes gradient_clip: give the clip to the optimizer as grad_clip,"
                " and use need_clip=False here for parameters that it should leave alone"
            )
        if removed:
            raise TypeError(_NO_FIELD.format(next(iter(removed)), list(_CHECKS)))
        self.name = name
        self.initializer = initializer  # type: ignore[assignment]
        self.learning_rate = learning_rate
        self.regularizer = regularizer  # type: ignore[assignment]
        self.trainable = trainable
        self.do_model_average = do_model_average
        self.need_clip = need_clip

    def __setattr__(self, field: str, value: object) -> None:
        check = _CHECKS.get(field)
        if check is None:
            raise AttributeError(_NO_FIELD.format(field, list(_CHECKS)))
        object.__setattr__(self, field, check(value))

    def replace(self, **changes: Any) -> ParamAttr:
        """Return a copy with other settings in these fields, with the errors of assigning them.

        Examples
        --------
        >>> import paramattr
        >>> attr = paramattr.ParamAttr(learning_rate=0.5)
        >>> attr.replace(name="w").name, attr.name
        ('w', None)
        """
        other = self.owned(self.name, self.initializer)
        for field, value in changes.items():
            setattr(other, field, value)
        return other

    def owned(self, name: str | None, initializer: Initializer | None) -> ParamAttr:
        """Return a parameter's own copy, with a name and an initializer that have been checked already."""
        other = ParamAttr.__new__(ParamAttr)
        fields = other.__dict__
        fields.update(self.__dict__)
        fields["name"], fields["initializer"] = name, initializer
        return other

    def get_config(self) -> dict[str, Any]:
        """Return the settings as a JSON-ready dict, of which `from_config` makes them again.

        Examples
        --------
        >>> import paramattr
        >>> attr = paramattr.ParamAttr(initializer="constant")
        >>> paramattr.ParamAttr.from_config(attr.get_config()) == attr
        True
        """
        config = {field: getattr(self, field) for field in _CHECKS}
        for field in ("initializer", "regularizer"):
            if config[field] is not None:
                config[field] = config[field].get_config()
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ParamAttr:
        """Make a ParamAttr from such a dict, with the errors of the constructor."""
        return cls(**config)


ParamAttrLike = ParamAttr | str | Initializer | WeightDecayRegularizer | bool | None
_DEFAULT = ParamAttr()


def resolve(name: str, attr: ParamAttrLike) -> ParamAttr | None:
    """Return the ParamAttr that the argument ``name`` of a layer stands for, or None for no parameter.

    None and True are the default attribute, False is no parameter, a string is a name, an initializer or a
    regularizer stands for an attribute with just that; anything else is a TypeError that names the argument. The
    result may be shared: copy it before changing it.
    """
    if attr is False:
        return None
    if attr is None or attr is True:
        return _DEFAULT
    if isinstance(attr, ParamAttr):
        return attr
    if isinstance(attr, str):
        return ParamAttr(name=attr)
    if isinstance(attr, Initializer):
        return ParamAttr(initializer=attr)
    expected = "a ParamAttr, a name, an initializer, a regularizer, a bool or None"
    checks.instance(name, attr, WeightDecayRegularizer, expected)
    return ParamAttr(regularizer=attr)


def optional_attr(argument: str, value: ParamAttrLike) -> ParamAttr | Literal[False] | None:
    """As `resolve`, for `Layer.create_parameter`: None is the default attribute, False no parameter."""
    return None if value is None or value is True else resolve(argument, value) or False


def required_attr(argument: str, value: ParamAttrLike, layer: object) -> ParamAttr | None:
    """As `optional_attr`, for a parameter that ``layer`` can't do without: False is a ValueError."""
    attr = optional_attr(argument, value)
    if attr is False:
        needed = argument.removesuffix("_attr")
        raise ValueError(f"{argument} of {type(layer).__name__} can't be False: the layer needs its {needed}")
    return attr
