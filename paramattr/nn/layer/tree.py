"""What a layer holds by name: parameters, other layers and buffers."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from paramattr.autograd import Tensor
from paramattr.parameter import Parameter
from paramattr.utils import checks, unique_name
from paramattr.utils.alias import also

if TYPE_CHECKING:
    from paramattr.nn.layer.layer import Layer


class Tree:
    """What is common to all layers: parameters, sublayers and buffers, by name."""

    training: bool
    _dtype: np.dtype[Any]
    _full_name: str
    _parameters: dict[str, Parameter | None]
    _sub_layers: dict[str, Layer | None]
    _buffers: dict[str, Tensor | None]
    _transient_buffers: set[str]

    def __init__(self, **own: Any) -> None:
        # Straight into the dict: __setattr__ below looks at what it is given, and needs these to do so.
        self.__dict__.update(own, _parameters={}, _sub_layers={}, _buffers={}, _transient_buffers=set())

    def __setattr__(self, name: str, value: Any) -> None:
        stores = self.__dict__
        of: type = self.__class__
        kind = _kind(value.__class__)
        held = _holder(stores, name) if "_parameters" in stores else ""
        if not (kind or held) or _is_property(of, name):
            object.__setattr__(self, name, value)
        elif "_parameters" not in stores:
            raise RuntimeError(f"call super().__init__() of {type(self).__name__} before assigning {name!r}")
        elif kind and (not held or _RANK[kind] <= _RANK[held]):
            self._enter(kind, name, value, held)
        elif value is None:
            stores[held][name] = None
        else:
            label = "Layer" if held == "_sub_layers" else _STORES[held].__name__
            raise TypeError(
                f"{name!r} of {type(self).__name__} holds a {label}; assign another, or None, but not {value!r}"
            )

    def _hooks(self, name: str) -> OrderedDict[int, Any]:
        """Return the layer's own dict of hooks, made with the first of them."""
        hooks: OrderedDict[int, Any] = self.__dict__.setdefault(name, OrderedDict())
        return hooks

    def _enter(self, store: str, name: str, value: Any, before: str) -> None:
        """Hold ``value`` in ``store``, in place of what has the name, in the store ``before`` or in none."""
        held = self.__dict__
        if name in _OWN:
            raise ValueError(f"{name!r} of {type(self).__name__} is the layer's own, and can't be {value!r}")
        if store == "_sub_layers" and value is not None:
            self._check_sublayer(name, value)
        if before != store:
            held.pop(name, None)
            if before:
                del held[before][name]
            if store == "_buffers":
                self._transient_buffers.add(name)  # until register_buffer says that it is kept
        if store == "_buffers" and value is not None and value._given_name() is None:
            value.name = unique_name.generate(f"_buffers_{name}")
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
        TypeError, ValueError
            If it is not a Parameter or None, or ``name`` is empty, has a dot, or is that of something else.
        """
        self._check_free("_parameters", name)
        if parameter is not None:
            checks.instance("parameter", parameter, Parameter, "a Parameter or None")
        self._enter("_parameters", name, parameter, _holder(self.__dict__, name))
        return parameter

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Do what `add_parameter` does, under PyTorch's name."""
        self.add_parameter(name, param)

    def add_sublayer(self, name: str, sublayer: Layer | None) -> Layer | None:
        """Hold ``sublayer`` under ``name``, and return it.

        Raises
        ------
        TypeError, ValueError
            If it is not a Layer or None, or holds this one, or ``name`` is empty.
        """
        self._check_name(name)
        if sublayer is not None:
            checks.instance("sublayer", sublayer, Tree, "a Layer or None")
        self._enter("_sub_layers", name, sublayer, _holder(self.__dict__, name))
        return sublayer

    def add_module(self, name: str, module: Layer | None) -> None:
        """Do what `add_sublayer` does, under PyTorch's name."""
        self.add_sublayer(name, module)

    register_module = add_module

    def _check_sublayer(self, name: str, layer: Layer) -> None:
        if "_sub_layers" not in layer.__dict__:
            raise RuntimeError(
                f"call super().__init__() of {type(layer).__name__} before it becomes {name!r} of a layer"
            )
        if layer is self or (layer._sub_layers and any(part is self for part in layer.sublayers())):
            raise ValueError(f"{name!r} must not be the {type(self).__name__} itself or a layer that holds it")

    @also(persistent="persistable")
    def register_buffer(self, name: str, tensor: Tensor | None, persistable: bool = True) -> None:
        """Hold a tensor that is no parameter under ``name``; in ``state_dict`` if ``persistable``.

        A tensor that is assigned to an attribute becomes a buffer that is not.

        Raises
        ------
        TypeError, ValueError
            If it is not a Tensor or None, or a Parameter, or ``name`` is empty, has a dot, or is that of something else.
        """
        self._check_free("_buffers", name)
        if isinstance(tensor, Parameter) or not isinstance(tensor, (Tensor, type(None))):
            raise TypeError(
                f"tensor must be a Tensor that is no Parameter, or None, but received {tensor!r} ({type(tensor).__name__})"
            )
        kept = checks.boolean("persistable", persistable)
        self._enter("_buffers", name, tensor, _holder(self.__dict__, name))
        if kept:
            self._transient_buffers.discard(name)
        else:
            self._transient_buffers.add(name)

    def _check_free(self, store: str, name: str) -> None:
        """Check the name of what is added to ``store``, where it may replace what is there, but nothing else."""
        self._check_name(name)
        if "." in name:
            raise ValueError(f"name must not hold a '.', but received {name!r}")
        if name not in self.__dict__[store] and (name in _OWN or hasattr(self, name)):
            raise ValueError(f"name must be free, but {type(self).__name__} has an attribute {name!r}")

    def _check_name(self, name: str) -> None:
        checks.instance("name", name, str, "a string")
        if not name:
            raise ValueError(f"name must not be empty, but received {name!r}")

    def get_sublayer(self, target: str) -> Layer:
        """Return the layer at the dotted path ``target``, this one itself for an empty path.

        Raises
        ------
        AttributeError
            If there is nothing at the path, or no Layer.
        """
        checks.instance("target", target, str, "a string")
        layer: object = self
        for name in target.split(".") if target else ():
            layer = getattr(layer, name)
            if not isinstance(layer, Tree):
                raise AttributeError(f"{name!r} of the path {target!r} must be a Layer, but is {layer!r}")
        return cast("Layer", layer)

    get_submodule = get_sublayer

    def get_parameter(self, target: str) -> Tensor:
        """Return the parameter, or other tensor, at the dotted path ``target``; errors are those of `get_sublayer`."""
        layer, name = self._above(target)
        value: object = getattr(layer, name)
        if not isinstance(value, Tensor):
            raise AttributeError(f"{name!r} of the path {target!r} must be a Parameter, but is {value!r}")
        return value

    def get_buffer(self, target: str) -> Tensor | None:
        """Return the buffer at the dotted path ``target``; errors are those of `get_sublayer`."""
        layer, name = self._above(target)
        if name not in layer._buffers:
            raise AttributeError(f"{name!r} of the path {target!r} must be a buffer, but is {getattr(layer, name)!r}")
        return layer._buffers[name]

    def _above(self, target: str) -> tuple[Layer, str]:
        """Return the layer above the last part of a path, and that part."""
        checks.instance("target", target, str, "a string")
        path, _, name = target.rpartition(".")
        return self.get_sublayer(path), name

    @also(module="layer")
    def set_sublayer(self, target: str, layer: Layer, strict: bool = False) -> None:
        """Hold ``layer`` at the dotted path ``target``, in place of the layer there if there is one.

        Parameters
        ----------
        target : str
            The path; all but its last part must exist.
        layer : Layer
            The new layer.
        strict : bool, default False
            Whether there must be a layer at the path.

        Raises
        ------
        AttributeError
            If the path does not exist, or something else than a layer is there.
        TypeError, ValueError
            If ``layer`` is not a Layer, or ``target`` is empty.
        """
        checks.instance("layer", layer, Tree, "a Layer")
        above, name = self._above(target)
        if not target:
            raise ValueError("target must be the path of a sublayer, but received ''")
        if checks.boolean("strict", strict) or hasattr(above, name):
            self.get_sublayer(target)  # raises where there is no layer
        setattr(above, name, layer)

    set_submodule = set_sublayer

    def named_sublayers(
        self,
        prefix: str = "",
        include_self: bool = False,
        layers_set: set[Layer] | None = None,
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Layer]]:
        """Iterate over the layers below this one with their dotted paths.

        Parameters
        ----------
        prefix : str, default ""
            The path of this layer.
        include_self : bool, default False
            Whether this layer comes first.
        layers_set : set of Layer, optional
            Layers that don't come; those that do are added to it.
        remove_duplicate : bool, default True
            Whether each layer comes only once.
        """
        unique = checks.boolean("remove_duplicate", remove_duplicate)
        seen = _noted("layers_set", layers_set)
        if checks.boolean("include_self", include_self):
            return self._walk(prefix, seen, unique)
        return islice(self._walk(prefix, seen, unique), 0 if self in seen else 1, None)

    def _walk(self, prefix: str, seen: set[Layer], unique: bool) -> Iterator[tuple[str, Layer]]:
        """Iterate over this layer and all below it with their paths; if ``unique``, note in ``seen`` what has come."""
        this = cast("Layer", self)
        if this not in seen:
            if unique:
                seen.add(this)
            yield prefix, this
        for name, layer in self._sub_layers.items():
            if layer is not None:
                yield from layer._walk(f"{prefix}.{name}" if prefix else name, seen, unique)

    def sublayers(self, include_self: bool = False) -> list[Layer]:
        """Return the layers below this one, and first itself if ``include_self``."""
        return [layer for _, layer in self.named_sublayers(include_self=include_self)]

    def named_modules(
        self, memo: set[Layer] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Layer]]:
        """Iterate over this layer and all below it with their paths; the arguments are those of `named_sublayers`."""
        return self.named_sublayers(prefix, True, _noted("memo", memo), remove_duplicate)

    def modules(self) -> Iterator[Layer]:
        """Iterate over this layer and all below it, each once."""
        return (layer for _, layer in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Layer]]:
        """Iterate over the layers directly below this one with their names; a shared one comes once."""
        seen: set[Layer] = set()
        for name, layer in self._sub_layers.items():
            if layer is not None and layer not in seen:
                seen.add(layer)
                yield name, layer

    def children(self) -> Iterator[Layer]:
        """Iterate over the layers directly below this one; a shared one comes once."""
        return (layer for _, layer in self.named_children())

    def _named(
        self, store: str, prefix: str, include_sublayers: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        unique, every = (
            checks.boolean("remove_duplicate", remove_duplicate),
            checks.boolean("include_sublayers", include_sublayers),
        )
        layers = self._walk(prefix, set(), unique) if every else iter([(prefix, cast("Layer", self))])
        return _each(store, layers, unique)

    @also(recurse="include_sublayers")
    def named_parameters(
        self, prefix: str = "", include_sublayers: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters with their dotted paths; a shared one comes once if ``remove_duplicate``."""
        return self._named("_parameters", prefix, include_sublayers, remove_duplicate)

    @also(recurse="include_sublayers")
    def parameters(self, include_sublayers: bool = True) -> list[Parameter]:
        """Return the parameters; a shared one comes once."""
        return [value for _, value in self.named_parameters(include_sublayers=include_sublayers)]

    @also(recurse="include_sublayers")
    def named_buffers(
        self, prefix: str = "", include_sublayers: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers with their dotted paths; a shared one comes once if ``remove_duplicate``."""
        return self._named("_buffers", prefix, include_sublayers, remove_duplicate)

    @also(recurse="include_sublayers")
    def buffers(self, include_sublayers: bool = True) -> list[Tensor]:
        """Return the buffers; a shared one comes once."""
        return [value for _, value in self.named_buffers(include_sublayers=include_sublayers)]


def _noted(name: str, layers: set[Layer] | None) -> set[Layer]:
    """Return the set in which is noted what has come."""
    if layers is None:
        return set()
    checks.instance(name, layers, set, "a set of layers or None")
    return layers


def _each(store: str, layers: Iterator[tuple[str, Layer]], unique: bool) -> Iterator[tuple[str, Any]]:
    """Iterate over what ``store`` holds in each of ``layers``."""
    seen: set[int] = set()
    for path, layer in layers:
        for name, value in layer.__dict__[store].items():
            if value is not None and id(value) not in seen:
                if unique:
                    seen.add(id(value))
                yield f"{path}.{name}" if path else name, value


# What a layer holds by name, and the type of each. What comes first takes the place of what comes later, but not the other
# way round.
_STORES: dict[str, type] = {"_parameters": Parameter, "_sub_layers": Tree, "_buffers": Tensor}
_RANK = {store: rank for rank, store in enumerate(_STORES)}

# What no part of a layer can be named.
_OWN = {
    "training", "_dtype", "_full_name", "_transient_buffers", "_forward_pre_hooks", "_forward_post_hooks",
    "_state_dict_hooks", *_STORES,
}  # fmt: skip


def _holder(stores: dict[str, Any], name: str) -> str:
    """Return the store that holds something under ``name``, "" if none does."""
    # Written out, because a loop takes as long as the rest of an assignment.
    if name in stores["_parameters"]:
        return "_parameters"
    if name in stores["_sub_layers"]:
        return "_sub_layers"
    return "_buffers" if name in stores["_buffers"] else ""


@functools.lru_cache(maxsize=512)
def _kind(of: type) -> str:
    """Return the store for values of a type, "" for what is an ordinary attribute."""
    return next((store for store, held_type in _STORES.items() if issubclass(of, held_type)), "")


# Remembered, because Python takes as long to find that a class lacks a name as for the rest of an assignment.
@functools.lru_cache(maxsize=512)
def _is_property(of: type, name: str) -> bool:
    return isinstance(getattr(of, name, None), property)
