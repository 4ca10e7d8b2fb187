"""Layer: what holds parameters and other layers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr import parameter
from paramattr.attr import ParamAttr, ParamAttrLike
from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Hook
from paramattr.initializer import Initializer, get
from paramattr.parameter import Parameter
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks, dtypes, unique_name
from paramattr.utils.registry import snake_case


class Layer:
    """Base class of layers: a named tree of parameters, buffers and sublayers.

    A subclass assigns its parts in ``__init__``, after ``super().__init__()``, and defines ``forward``. Mirrors
    ``paddle.nn.Layer``.

    Parameters
    ----------
    name_scope : str, optional
        First part of the layer's name; the class name in snake_case if None.
    dtype : dtype, optional
        Of the parameters it makes; the default dtype if None.

    Examples
    --------
    >>> import paramattr
    >>> class Shift(paramattr.nn.Layer):
    ...     def __init__(self, size):
    ...         super().__init__()
    ...         self.by = self.create_parameter([size], is_bias=True)
    ...
    ...     def forward(self, x):
    ...         return x + self.by
    >>> [name for name, _ in Shift(3).named_parameters()]
    ['by']
    """

    training: bool
    _dtype: np.dtype[Any]
    _full_name: str
    _parameters: dict[str, Parameter | None]
    _sub_layers: dict[str, Layer | None]
    _buffers: dict[str, Tensor | None]
    _transient_buffers: set[str]
    _forward_pre_hooks: dict[int, Callable[[Layer, tuple[Any, ...]], Any]]

    def __init__(self, name_scope: str | None = None, dtype: DTypeLike | None = None) -> None:
        if name_scope is not None:
            checks.instance("name_scope", name_scope, str, "a string or None")
        dtype = dtypes.floating("dtype", dtype)
        full_name = unique_name.generate(name_scope or snake_case(type(self).__name__))
        # Straight into the dict: __setattr__ below looks at what it is given, and needs these to do so.
        self.__dict__.update(
            training=True,
            _dtype=dtype,
            _full_name=full_name,
            _parameters={},
            _sub_layers={},
            _buffers={},
            _transient_buffers=set(),
            _forward_pre_hooks={},
        )

    def full_name(self) -> str:
        """Return the layer's own name, such as ``"linear_0"``."""
        return self._full_name

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """Compute the layer's value; a subclass that is called defines it."""
        raise TypeError(f"{type(self).__name__} does not define forward")

    def __call__(self, *inputs: Any, **kwargs: Any) -> Tensor:
        """Return what `forward` does, most often a Tensor; to a type checker it is one."""
        for hook in list(self._forward_pre_hooks.values()):
            changed = hook(self, inputs)
            if changed is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        value: Tensor = self.forward(*inputs, **kwargs)
        return value

    def register_forward_pre_hook(self, hook: Callable[[Layer, tuple[Any, ...]], Any]) -> Hook:
        """Call ``hook(layer, inputs)`` before each forward pass; what it returns, unless None, replaces the inputs.

        Raises
        ------
        TypeError
            If ``hook`` is not callable.
        """
        if not callable(hook):
            raise TypeError(f"hook must be callable, but received {hook!r} ({type(hook).__name__})")
        return Hook(self._forward_pre_hooks, hook)

    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: Literal[False],
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
    ) -> None: ...
    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttr | str | Initializer | WeightDecayRegularizer | Literal[True] | None = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
    ) -> Parameter: ...
    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttrLike = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
    ) -> Parameter | None: ...
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttrLike = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
    ) -> Parameter | None:
        """Make a parameter named after this layer; assign it to an attribute to make it the layer's.

        The layers here make all their parameters by this method, so that overriding it reaches them. The arguments are those
        of `paramattr.create_parameter`, and:

        Parameters
        ----------
        attr : ParamAttr, str, Initializer, regularizer, bool or None
            The settings; with False there is no parameter and None is returned.
        dtype : dtype, optional
            The layer's dtype if None.

        Raises
        ------
        TypeError, ValueError
            As `paramattr.create_parameter`.
        """
        return parameter.make(
            shape,
            self._dtype if dtype is None else dtype,
            attr,
            is_bias=checks.boolean("is_bias", is_bias),
            default_initializer=None if default_initializer is None else get(default_initializer),
            prefix=self._full_name,
        )

    def __setattr__(self, name: str, value: object) -> None:
        stores = self.__dict__
        if "_parameters" not in stores:
            if isinstance(value, (Parameter, Layer)):
                raise RuntimeError(f"call super().__init__() of {type(self).__name__} before assigning {name!r}")
            object.__setattr__(self, name, value)
            return
        if isinstance(value, Parameter):
            self._enter("_parameters", name, value)
        elif isinstance(value, Layer):
            self._check_sublayer(name, value)
            self._enter("_sub_layers", name, value)
        elif name in stores["_parameters"] or name in stores["_sub_layers"] or name in stores["_buffers"]:
            self._replace(name, value)
        else:
            object.__setattr__(self, name, value)

    def _replace(self, name: str, value: object) -> None:
        """Hold a buffer, or None, under a ``name`` that is in use."""
        for store, held_type in _STORES.items():
            held = self.__dict__[store]
            if name in held:
                if value is not None and not isinstance(value, held_type):
                    raise TypeError(
                        f"{name!r} of {type(self).__name__} holds a {held_type.__name__};"
                        f" assign another, or None, but not {value!r}"
                    )
                held[name] = value

    def _enter(self, store: str, name: str, value: object) -> None:
        held = self.__dict__
        if name in _OWN:
            raise ValueError(f"{name!r} of {type(self).__name__} is the layer's own, and can't be {value!r}")
        if name not in held[store]:
            held.pop(name, None)
            for other in _STORES:
                held[other].pop(name, None)
        held[store][name] = value

    def __getattr__(self, name: str) -> Any:
        for store in _STORES:
            held = self.__dict__.get(store, {})
            if name in held:
                return held[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        for store in _STORES:
            if name in self.__dict__[store]:
                del self.__dict__[store][name]
                self._transient_buffers.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._sub_layers, *self._buffers]

    def add_parameter(self, name: str, parameter: Parameter | None) -> Parameter | None:
        """Hold ``parameter`` under ``name``, and return it.

        Raises
        ------
        TypeError
            If it is not a Parameter or None.
        """
        self._check_entry(name)
        if parameter is None:
            self._parameters[name] = None
        else:
            checks.instance("parameter", parameter, Parameter, "a Parameter or None")
            self._enter("_parameters", name, parameter)
        return parameter

    def add_sublayer(self, name: str, sublayer: Layer) -> Layer:
        """Hold ``sublayer`` under ``name``, and return it.

        Raises
        ------
        TypeError, ValueError
            If it is not a Layer, or holds this one.
        """
        self._check_entry(name)
        checks.instance("sublayer", sublayer, Layer, "a Layer")
        self._check_sublayer(name, sublayer)
        self._enter("_sub_layers", name, sublayer)
        return sublayer

    def _check_sublayer(self, name: str, layer: Layer) -> None:
        if "_sub_layers" not in layer.__dict__:
            raise RuntimeError(
                f"call super().__init__() of {type(layer).__name__} before it becomes {name!r} of a layer"
            )
        if layer is self or (layer._sub_layers and any(part is self for part in layer.sublayers())):
            raise ValueError(f"{name!r} must not be the {type(self).__name__} itself or a layer that holds it")

    def register_buffer(self, name: str, tensor: Tensor | None, persistable: bool = True) -> None:
        """Hold a tensor that is no parameter under ``name``; in ``state_dict`` if ``persistable``.

        Raises
        ------
        TypeError
            If it is not a Tensor or None.
        """
        self._check_entry(name)
        if tensor is not None:
            checks.instance("tensor", tensor, Tensor, "a Tensor or None")
        kept = checks.boolean("persistable", persistable)
        self._enter("_buffers", name, tensor)
        if kept:
            self._transient_buffers.discard(name)
        else:
            self._transient_buffers.add(name)

    def _check_entry(self, name: str) -> None:
        checks.instance("name", name, str, "a string")
        if not name or "." in name:
            raise ValueError(f"name must not be empty or hold a '.', but received {name!r}")

    def named_sublayers(self, prefix: str = "", include_self: bool = False) -> Iterator[tuple[str, Layer]]:
        """Iterate over the layers below this one with their dotted paths, each layer once."""
        return islice(self._walk(prefix, set()), 0 if checks.boolean("include_self", include_self) else 1, None)

    def _walk(self, prefix: str, seen: set[int] | None = None) -> Iterator[tuple[str, Layer]]:
        """Iterate over this layer and all below it with their paths; each once, where it is noted what was ``seen``."""
        if seen is not None:
            if id(self) in seen:
                return
            seen.add(id(self))
        yield prefix, self
        for name, layer in self._sub_layers.items():
            if layer is not None:
                yield from layer._walk(f"{prefix}.{name}" if prefix else name, seen)

    def sublayers(self, include_self: bool = False) -> list[Layer]:
        """Return the layers below this one."""
        return [layer for _, layer in self.named_sublayers(include_self=include_self)]

    def named_children(self) -> Iterator[tuple[str, Layer]]:
        """Iterate over the layers directly below this one with their names."""
        return ((name, layer) for name, layer in self._sub_layers.items() if layer is not None)

    def children(self) -> Iterator[Layer]:
        """Iterate over the layers directly below this one."""
        return (layer for _, layer in self.named_children())

    def _named(self, store: str, prefix: str, include_sublayers: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        every = checks.boolean("include_sublayers", include_sublayers)
        layers = self.named_sublayers(prefix, include_self=True) if every else iter([(prefix, self)])
        for path, layer in layers:
            for name, value in layer.__dict__[store].items():
                if value is not None and id(value) not in seen:
                    seen.add(id(value))
                    yield f"{path}.{name}" if path else name, value

    def named_parameters(self, prefix: str = "", include_sublayers: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters with their dotted paths; a shared one comes once."""
        return self._named("_parameters", prefix, include_sublayers)

    def parameters(self, include_sublayers: bool = True) -> list[Parameter]:
        """Return the parameters; a shared one comes once."""
        return [value for _, value in self.named_parameters(include_sublayers=include_sublayers)]

    def named_buffers(self, prefix: str = "", include_sublayers: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers with their dotted paths."""
        return self._named("_buffers", prefix, include_sublayers)

    def buffers(self, include_sublayers: bool = True) -> list[Tensor]:
        """Return the buffers."""
        return [value for _, value in self.named_buffers(include_sublayers=include_sublayers)]

    def state_dict(self) -> OrderedDict[str, Tensor]:
        """Return parameters and persistable buffers by dotted path, without copying them.

        A shared parameter stands under each of its paths.
        """
        state: OrderedDict[str, Tensor] = OrderedDict()
        for path, layer in self._walk(""):
            for name, value in (*layer._parameters.items(), *layer._buffers.items()):
                if value is not None and name not in layer._transient_buffers:
                    state[f"{path}.{name}" if path else name] = value
        return state

    def set_state_dict(self, state_dict: Mapping[str, Tensor | ArrayLike]) -> tuple[list[str], list[str]]:
        """Copy values into the parameters and buffers of the same paths.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            As `state_dict` returns it.

        Returns
        -------
        missing_keys, unexpected_keys : list of str
            Paths that were not in ``state_dict``, and paths there that this layer does not have.

        Raises
        ------
        TypeError, ValueError
            If ``state_dict`` is no mapping, or a value is not numeric, does not fit the dtype of a buffer or is of another
            shape; then nothing has been changed.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping of str to values")
        mine = self.state_dict()
        # All are checked, and copied as one may be the memory of another, before the first is written.
        values = {
            path: target._fitting(repr(path), state_dict[path]).copy()
            for path, target in mine.items()
            if path in state_dict
        }
        for path, array in values.items():
            mine[path].set_value(array)
        missing = [path for path in mine if path not in state_dict]
        unexpected = [path for path in state_dict if path not in mine]
        return missing, unexpected

    load_dict = set_state_dict

    def train(self) -> None:
        """Put this layer and all below it in training mode."""
        self._set_training(True)

    def eval(self) -> None:
        """Put this layer and all below it in evaluation mode."""
        self._set_training(False)

    def _set_training(self, training: bool) -> None:
        for layer in self.sublayers(include_self=True):
            layer.training = training

    def apply(self, fn: Callable[[Layer], object]) -> Layer:
        """Call ``fn`` on every layer below this one, then on this one, and return this one."""
        for layer in self.children():
            layer.apply(fn)
        fn(self)
        return self

    def clear_gradients(self) -> None:
        """Forget the gradients of all parameters."""
        for value in self.parameters():
            value.clear_grad()

    def extra_repr(self) -> str:
        """Return what stands between the brackets of the repr; a subclass may define it."""
        return ""

    def __repr__(self) -> str:
        lines = []
        for name, layer in self.named_children():
            first, *rest = repr(layer).splitlines()
            lines += [f"({name}): {first}", *rest]
        extra = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({extra})"
        body = "\n".join(f"  {line}" for line in lines)
        return f"{type(self).__name__}({extra}\n{body}\n)"


# What a layer holds by name, and the type of each.
_STORES: dict[str, type] = {"_parameters": Parameter, "_sub_layers": Layer, "_buffers": Tensor}

# What no part of a layer can be named.
_OWN = {"training", "_dtype", "_full_name", "_transient_buffers", "_forward_pre_hooks", *_STORES}
