"""Parameter: a learnable tensor with its attributes; how one is made, now or lazily."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, cast, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.attr import ParamAttr, ParamAttrLike, resolve
from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand
from paramattr.initializer import Initializer, get
from paramattr.initializer.constant import Assign, Constant
from paramattr.initializer.defaults import choose
from paramattr.random import Key, next_key
from paramattr.random.index import Index
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks, dtypes, unique_name

# For initializers that draw nothing.
_ANY_KEY = Key(0, 0)


def _stand_in(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array that carries a shape and a dtype, but takes no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def _setting(name: str, meaning: str) -> Any:
    """Return a property over a field of the parameter's `ParamAttr`, which checks what is assigned."""
    return property(operator.attrgetter(f"_attr.{name}"), lambda p, value: setattr(p._attr, name, value), doc=meaning)


class _OptimizeAttr(MutableMapping[str, float]):
    """``Parameter.optimize_attr``: what Paddle has as a dict with one key, over the parameter's own setting."""

    def __init__(self, attr: ParamAttr) -> None:
        self._attr = attr

    def __getitem__(self, key: str) -> float:
        if key != "learning_rate":
            raise KeyError(key)
        return self._attr.learning_rate

    def __setitem__(self, key: str, value: float) -> None:
        if key != "learning_rate":
            raise ValueError(f"optimize_attr has the key 'learning_rate' alone, but received {key!r}")
        self._attr.learning_rate = value

    def __delitem__(self, key: str) -> None:
        raise TypeError(f"optimize_attr keeps its key 'learning_rate', but {key!r} was to be deleted")

    def __iter__(self) -> Iterator[str]:
        return iter(["learning_rate"])

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return repr(dict(self))


def _zeros(shape: ArrayLike, dtype: DTypeLike, **settings: Any) -> tuple[Array, Initializer, dict[str, Any]]:
    sizes, wanted = checks.shape("shape", shape), dtypes.floating("dtype", dtype)
    checks.fits_in_memory("a parameter of shape", sizes, wanted.itemsize)
    return np.zeros(sizes, wanted), Constant(0.0), settings


def _in_place(array: Array) -> Array:
    """Return floating values in memory that an optimizer can update in place: their own where it can."""
    dtypes.floating("the dtype of data", array.dtype)
    return array if array.flags.c_contiguous and array.flags.writeable else array.copy()


def _values(
    data: Tensor | None = None, requires_grad: bool = True, **settings: Any
) -> tuple[Array, Initializer, dict[str, Any]]:
    checks.instance("data", data, (Tensor, type(None)), "a Tensor, a list of sizes or None")
    array = np.empty(0, dtypes.floating("dtype", None)) if data is None else _in_place(data.numpy())
    return array, Assign(array), {"trainable": checks.boolean("requires_grad", requires_grad), **settings}


class Parameter(Tensor):
    """A learnable tensor: values, gradient and the settings of its `ParamAttr`.

    Layers make parameters through `create_parameter`, which draws first values. One that is built by hand takes over the
    values of a tensor, in the same memory, or has a shape and zeros. Mirrors ``paddle.nn.Parameter``.

    Parameters
    ----------
    data : Tensor, optional
        The values; none if None.
    requires_grad : bool, default True
        Whether gradients arrive.
    shape : list of int
        Sizes of the axes; a list in place of ``data`` is one.
    dtype : {"float16", "bfloat16", "float32", "float64"} or dtype
        Of the values.
    **settings
        ``name``, ``trainable``, ``optimize_attr``, ``regularizer``, ``do_model_average``, ``need_clip`` and
        ``is_distributed``; all can be assigned later.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or unknown, the dtype is none that parameters can have, or the name is in use.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.nn.Parameter(paramattr.to_tensor([1.5, 1.5]))
    >>> p.numpy()
    array([1.5, 1.5], dtype=float32)
    >>> p.trainable, p.need_clip, p.optimize_attr
    (True, True, {'learning_rate': 1.0})
    """

    persistable = True
    is_distributed = False
    trainable: bool = _setting("trainable", "Whether the optimizer changes it; the opposite of ``stop_gradient``.")
    regularizer: WeightDecayRegularizer | None = _setting("regularizer", "The parameter's own penalty, or None.")
    do_model_average: bool = _setting("do_model_average", "Whether `paramattr.incubate.ModelAverage` averages it.")
    need_clip: bool = _setting("need_clip", "Whether the optimizer's clip counts and clips this gradient.")

    @overload
    def __init__(self, data: Tensor | None = None, requires_grad: bool = True, **settings: Any) -> None: ...
    @overload
    def __init__(self, shape: ArrayLike, dtype: DTypeLike, **settings: Any) -> None: ...
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        by_shape = "shape" in kwargs or (args and isinstance(args[0], (list, tuple)))
        values, initializer, settings = (_zeros if by_shape else _values)(*args, **kwargs)
        self._take(values, initializer, **settings)

    def _take(
        self,
        values: Array,
        initializer: Initializer,
        *,
        name: str | None = None,
        trainable: bool = True,
        optimize_attr: Mapping[str, float] | None = None,
        regularizer: WeightDecayRegularizer | None = None,
        do_model_average: bool | None = None,
        need_clip: bool = True,
        is_distributed: bool = False,
    ) -> None:
        averaged = True if do_model_average is None else do_model_average
        attr = ParamAttr(name, initializer, 1.0, regularizer, trainable, averaged, need_clip)
        if name is None:
            attr.name = unique_name.generate("_eager_param_base")
        self._attr, self._key, self._initialized, self._data = attr, _ANY_KEY, True, values
        if optimize_attr is not None:
            self.optimize_attr = optimize_attr
        if checks.boolean("is_distributed", is_distributed):
            self.is_distributed = True
        unique_name.claim(attr.name or "", self)

    @classmethod
    def from_tensor(cls, tensor: Tensor, **settings: Any) -> Parameter:
        """Return a parameter with the values of ``tensor``, in the same memory; ``settings`` are the constructor's."""
        checks.instance("tensor", tensor, Tensor, "a Tensor")
        return cls(tensor, **settings)

    @classmethod
    def _drawn(
        cls, shape: ArrayLike, dtype: DTypeLike | None, attr: ParamAttr, initializer: Initializer, name: str
    ) -> Parameter:
        """Make a parameter with the first values that ``initializer`` draws, or under `LazyGuard` without."""
        sizes = checks.shape("shape", shape)
        dtype = dtypes.floating("dtype", dtype)
        self = cls.__new__(cls)
        initializer.check_shape(sizes)
        lazy = _lazy_depth.get() > 0
        if not lazy:
            hint = "; create it under paramattr.LazyGuard() to describe it without memory"
            checks.fits_in_memory("a parameter of shape", sizes, dtype.itemsize, hint)  # before a key is taken
        # All that a constructor would set is set here.
        self._attr = attr.owned(name, initializer)
        self._key = next_key()
        self._initialized = not lazy
        self._data = _stand_in(sizes, dtype) if lazy else initializer.draw(self._key, sizes, dtype)
        unique_name.claim(name, self)
        return self

    def initialize(self) -> None:
        """Draw the first values of a parameter made under `LazyGuard`; does nothing if they exist.

        The values are those the parameter would have had at once, whatever was drawn in between.
        """
        if not self._initialized:
            self._data = self.initial_values()
            self._initialized = True

    def initial_values(self, index: Index = ...) -> Array:
        """Return the values this parameter was, or under `LazyGuard` would be, initialized with, or a slice of them.

        They are a new array in the parameter's dtype, in which what later changed the parameter does not show. A slice
        costs what itself takes, so each of many workers can make its own shard; ``index`` and the errors are those of
        `Distribution.values`. (`Orthogonal` computes the whole.)

        Examples
        --------
        >>> import paramattr
        >>> with paramattr.LazyGuard():
        ...     huge = paramattr.create_parameter([2**20, 2**20])
        >>> huge.initial_values((slice(4), slice(4))).shape
        (4, 4)
        """
        return self.initializer.values(self._key, self._data.shape, self._data.dtype, index)

    @property
    def is_initialized(self) -> bool:
        """Whether the values exist: False only under `LazyGuard`, before `initialize`."""
        return self._initialized

    def numpy(self) -> Array:
        """Return the values as an array that shares memory; a RuntimeError for a lazy one without values."""
        if not self._initialized:
            raise RuntimeError(f"{self._label()} was made under LazyGuard and has no values yet: call initialize()")
        return self._data

    @property
    def initializer(self) -> Initializer:
        """The initializer that drew the first values."""
        return cast(Initializer, self._attr.initializer)  # the constructor sets it

    @property
    def name(self) -> str:
        """The name; a new one may be in use by another parameter, as in Paddle, but then stays that one's."""
        return self._attr.name or ""  # the constructor sets it

    @name.setter
    def name(self, value: str | None) -> None:
        checks.instance("name", value, str, "a string")
        before, self._attr.name = self.name, value
        unique_name.release(before, self)
        if value is not None and not unique_name.is_taken(value):
            unique_name.claim(value, self)

    def _given_name(self) -> str:
        return self.name

    @property
    def stop_gradient(self) -> bool:
        """Whether gradients stop here; the opposite of ``trainable``."""
        return not self._attr.trainable

    @stop_gradient.setter
    def stop_gradient(self, value: bool) -> None:
        self.trainable = not checks.boolean("stop_gradient", value)

    @property
    def learning_rate(self) -> float:
        """The factor on the optimizer's learning rate, as ``optimize_attr["learning_rate"]``."""
        return self._attr.learning_rate

    @property
    def optimize_attr(self) -> MutableMapping[str, float]:
        """``{"learning_rate": factor}``; assign to the key, or assign a dict, to change the factor."""
        return _OptimizeAttr(self._attr)

    @optimize_attr.setter
    def optimize_attr(self, value: Mapping[str, float]) -> None:
        checks.instance("optimize_attr", value, Mapping, "a dict with the key 'learning_rate'")
        if set(value) != {"learning_rate"}:
            raise ValueError(f"optimize_attr must have the key 'learning_rate' alone, but received {value!r}")
        self._attr.learning_rate = value["learning_rate"]

    def set_value(self, value: Operand) -> None:
        """Copy ``value``, cast to the dtype, into the parameter, as `Tensor.set_value`; a lazy one has values then."""
        if self._initialized:
            super().set_value(value)
        else:
            self._data = np.array(self._fitting(f"value of {self._label()}", value), self._data.dtype, order="C")
            self._initialized = True

    def _hold(self, array: Array) -> None:
        if array.shape != self._data.shape:
            raise ValueError(f"data of {self._label()} must have shape {self.shape!r}, not {list(array.shape)}")
        super()._hold(_in_place(array))
        self._initialized = True

    def _recast(self, dtype: np.dtype[Any]) -> None:
        if self._initialized:
            super()._recast(dtype)
        else:
            self._data = _stand_in(self._data.shape, dtype)

    def __repr__(self) -> str:
        text = super().__repr__() if self._initialized else f"{self._heading()} not initialized)"
        return f"Parameter containing:\n{text}"

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if not self._initialized:
            state["_data"] = (self._data.shape, self._data.dtype)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if not self._initialized:
            self._data = _stand_in(*state["_data"])
        name = self._attr.name
        if name is None or unique_name.is_taken(name):
            # As in Paddle, a copy beside its original gets a name of its own.
            name = unique_name.generate(f"{name}_deepcopy")
        self._attr = self._attr.replace(name=name)
        unique_name.claim(name, self)


# How many enclosing LazyGuard blocks there are; each thread and each asynchronous task has a count of its own.
_lazy_depth: ContextVar[int] = ContextVar("lazy_depth", default=0)


class LazyGuard:
    """Make parameters without values inside a ``with`` block; `Parameter.initialize` draws them later.

    A parameter takes its place in the random stream when it is made, so its values do not depend on when, or in which
    order, parameters are initialized. Mirrors ``paddle.LazyGuard``.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.LazyGuard():
    ...     layer = paramattr.nn.Linear(1000, 1000)
    >>> layer.weight.is_initialized
    False
    >>> layer.weight.initialize()
    """

    def __enter__(self) -> LazyGuard:
        _lazy_depth.set(_lazy_depth.get() + 1)
        return self

    def __exit__(self, *exc_info: object) -> None:
        _lazy_depth.set(_lazy_depth.get() - 1)


def make(
    shape: ArrayLike,
    dtype: DTypeLike | None,
    attr: ParamAttrLike,
    *,
    is_bias: bool,
    default_initializer: Initializer | None,
    prefix: str | None,
    name: str | None = None,
) -> Parameter | None:
    """Make the parameter that ``attr`` describes, or return None where it is False.

    The first that is given draws the values: ``attr.initializer``, the global initializer, ``default_initializer``,
    ``XavierUniform()`` for weights or ``Constant(0.0)`` for biases. Without a name in ``attr`` it gets ``name``, or the
    next one of its owner, ``prefix``; None stands for a new owner, as in `create_parameter`.
    """
    settings = resolve("attr", attr)
    if settings is None:
        return None
    initializer = choose(settings.initializer, is_bias=is_bias, default=default_initializer)
    name = settings.name or name
    if name is None:
        letter = "b" if is_bias else "w"
        name = _of_new_owner(letter) if prefix is None else unique_name.generate(f"{prefix}.{letter}")
    elif unique_name.is_taken(name):
        raise unique_name.taken(name)  # before a key is taken or memory touched
    return Parameter._drawn(shape, dtype, settings, initializer, name)


def _of_new_owner(letter: str) -> str:
    while True:
        # The first of a new owner; a counter of its own would be kept for ever.
        name = f"{unique_name.generate('create_parameter')}.{letter}_0"
        if not unique_name.is_taken(name):
            return name


def create_parameter(
    shape: ArrayLike,
    dtype: DTypeLike | None = None,
    name: str | None = None,
    attr: ParamAttrLike = None,
    is_bias: bool = False,
    default_initializer: Initializer | str | dict[str, Any] | None = None,
) -> Parameter:
    """Make a parameter.

    Mirrors ``paddle.create_parameter``.

    Parameters
    ----------
    shape : sequence of int
        Sizes of the axes; they may be 0.
    dtype : {"float16", "bfloat16", "float32", "float64"} or dtype, optional
        Of the values; the default dtype if None.
    name : str, optional
        Name; ``attr.name`` wins over it, and without either it is automatic.
    attr : ParamAttr, str, Initializer, regularizer, True or None
        The settings.
    is_bias : bool, default False
        Whether the defaults for biases apply (0) or those for weights (XavierUniform).
    default_initializer : Initializer, str or dict, optional
        Draws the values if neither ``attr`` nor the global initializer says otherwise.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, the name is in use, or the initializer does not fit the shape; also for
        ``attr=False``, which asks for no parameter.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.create_parameter([2, 3], "float64").shape
    [2, 3]
    """
    if attr is False:
        raise ValueError("attr=False asks for no parameter, which create_parameter can't return")
    if name is not None:
        checks.instance("name", name, str, "a string or None")
    default = None if default_initializer is None else get(default_initializer)
    is_bias = checks.boolean("is_bias", is_bias)
    made = make(shape, dtype, attr, is_bias=is_bias, default_initializer=default, prefix=None, name=name)
    return cast(Parameter, made)  # None for attr=False alone
