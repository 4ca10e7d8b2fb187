"""Layers and parameters in lists and dicts."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, overload

from paramattr.autograd import Tensor
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks
from paramattr.utils.alias import also


def _position(index: object, held: Layer, count: int) -> int:
    """Return ``index``, of one of ``count`` things that a layer holds, counted from the first."""
    number = checks.integer("index", index)
    if not -count <= number < count:
        raise IndexError(f"index {number} is out of range for {type(held).__name__} with {count} entries")
    return number % count


def _pairs(name: str, given: object) -> list[tuple[Any, Any]]:
    """Return the keys and values of a dict, or of an iterable of pairs."""
    if isinstance(given, Mapping):
        return list(given.items())
    if isinstance(given, (LayerDict, ParameterDict)):
        return [(key, given[key]) for key in given]
    pairs = checks.several(name, given, "a dict, or an iterable of pairs (name, value)")
    for place, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"{name}[{place}] must be a pair (name, value), but received {pair!r}")
    return pairs


class _Indexed(Layer):
    """Sublayers by position."""

    def _position(self, index: object) -> int:
        return _position(index, self, len(self))

    def _relist(self, layers: list[Any], *added: Layer) -> None:
        """Hold ``layers`` under their positions, instead of what is held now; those ``added`` are new."""
        self._checked(added)
        self._sub_layers.clear()
        self._sub_layers.update((str(position), layer) for position, layer in enumerate(layers))

    def _checked(self, layers: Iterable[Layer]) -> list[Layer]:
        """Return ``layers``, which this one may hold."""
        checked = checks.several("layers", layers, "an iterable of layers")
        for position, layer in enumerate(checked):
            if layer is None and self._takes_none:
                continue
            checks.instance(f"entry {position}", layer, Layer, "a Layer")
            self._check_sublayer(f"entry {position}", layer)
        return checked

    _takes_none = False

    def _insert(self, index: int, layer: Layer) -> None:
        layers = list(self)
        layers.insert(checks.integer("index", index, low=-len(layers), high=len(layers)), layer)
        self._relist(layers, layer)

    def __len__(self) -> int:
        return len(self._sub_layers)

    # As for a type checker, for which None is no layer: only who puts one in has it.
    def __iter__(self) -> Iterator[Layer]:
        return iter(list(self._sub_layers.values()))  # type: ignore[arg-type]


class Sequential(_Indexed):
    """Layers one after another.

    Mirrors ``paddle.nn.Sequential``.

    Parameters
    ----------
    *layers : Layer, (str, Layer), list of them, or dict of str to Layer
        Layers, or pairs of a name and a layer; without names they are ``"0"``, ``"1"``, …

    Raises
    ------
    TypeError, ValueError
        If something else is given, or a name twice.

    Examples
    --------
    >>> from paramattr import nn
    >>> net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    >>> len(net), type(net[1]).__name__
    (3, 'ReLU')
    >>> [name for name, _ in nn.Sequential(("first", nn.ReLU())).named_children()]
    ['first']
    """

    def __init__(self, *layers: Layer | tuple[str, Layer] | list[Any] | Mapping[str, Layer]) -> None:
        super().__init__()
        entries: Iterable[Any] = layers
        if len(layers) == 1 and isinstance(layers[0], (Mapping, list)):
            entries = layers[0].items() if isinstance(layers[0], Mapping) else layers[0]
        for position, entry in enumerate(entries):
            pair = isinstance(entry, (tuple, list))
            if pair and len(entry) != 2:
                raise ValueError(f"layers[{position}] must be a layer or a pair (name, layer), but received {entry!r}")
            name, layer = entry if pair else (str(position), entry)
            checks.instance(f"layers[{position}]", layer, Layer, "a Layer")
            checks.instance(f"the name of layers[{position}]", name, str, "a string")
            if name in self._sub_layers:
                raise ValueError(f"layers[{position}] must have a name of its own, but {name!r} is taken")
            self.add_sublayer(name, layer)

    @overload
    def __getitem__(self, key: int | str) -> Layer: ...
    @overload
    def __getitem__(self, key: slice) -> Sequential: ...
    def __getitem__(self, key: int | str | slice) -> Layer:
        """Return a layer by position or name, or a Sequential of a slice, named anew."""
        if isinstance(key, slice):
            return type(self)(*list(self)[key])
        return self._sub_layers[self._name(key)]  # type: ignore[return-value]  # never None here

    def _name(self, key: int | str) -> str:
        if isinstance(key, str):
            if key not in self._sub_layers:
                raise KeyError(key)
            return key
        return list(self._sub_layers)[self._position(key)]

    def __setitem__(self, key: int | str, layer: Layer) -> None:
        """Replace a layer by ``layer``, or hold it under a new name at the end."""
        name = key if isinstance(key, str) else self._name(key)
        checks.instance("layer", layer, Layer, "a Layer")
        self.add_sublayer(name, layer)

    def __delitem__(self, key: int | str) -> None:
        """Take a layer out."""
        del self._sub_layers[self._name(key)]

    def append(self, module: Layer) -> Sequential:
        """Add a layer at the end, and return the Sequential."""
        return self.extend([module])

    def extend(self, sequential: Iterable[Layer]) -> Sequential:
        """Add layers at the end, and return the Sequential."""
        named = {str(position): layer for position, layer in enumerate(self._checked(sequential), len(self))}
        if taken := [name for name in named if name in self._sub_layers]:
            raise ValueError(f"a layer added at the end would be named {taken[0]!r}, but there is one of that name")
        for name, layer in named.items():
            self.add_sublayer(name, layer)
        return self

    def insert(self, index: int, module: Layer) -> Sequential:
        """Add a layer before the one at ``index``, and return the Sequential; the ones behind move up.

        Raises
        ------
        TypeError, ValueError
            If ``module`` is not a Layer, ``index`` is out of range, or layers have names of their own.
        """
        if list(self._sub_layers) != [str(position) for position in range(len(self))]:
            raise ValueError(f"insert renumbers layers, but these have the names {list(self._sub_layers)}")
        self._insert(index, module)
        return self

    def forward(self, input: Any) -> Any:
        value = input
        for layer in self:
            value = layer(value)
        return value


class LayerList(_Indexed):
    """Layers in a list, with all their parameters known to the layer that holds it.

    Mirrors ``paddle.nn.LayerList``.

    Parameters
    ----------
    sublayers : iterable of Layer, optional
        The first entries. One may be None, for no layer.

    Raises
    ------
    TypeError
        If an entry is not a Layer or None.

    Examples
    --------
    >>> from paramattr import nn
    >>> layers = nn.LayerList([nn.Linear(2, 2) for _ in range(3)])
    >>> len(layers), len(layers[1:]), len(layers.parameters())
    (3, 2, 6)
    """

    _takes_none = True

    @also(modules="sublayers")
    def __init__(self, sublayers: Iterable[Layer] | None = None) -> None:
        super().__init__()
        if sublayers is not None:
            self.extend(sublayers)

    @overload
    def __getitem__(self, index: int) -> Layer: ...
    @overload
    def __getitem__(self, index: slice) -> LayerList: ...
    def __getitem__(self, index: int | slice) -> Layer:
        """Return a layer, or a LayerList of a slice."""
        layers = list(self)
        return type(self)(layers[index]) if isinstance(index, slice) else layers[self._position(index)]

    def __setitem__(self, index: int, layer: Layer) -> None:
        """Replace a layer by ``layer``."""
        layers = list(self)
        layers[self._position(index)] = layer
        self._relist(layers, layer)

    def __delitem__(self, index: int | slice) -> None:
        """Take layers out; the ones behind move up."""
        layers = list(self)
        del layers[index if isinstance(index, slice) else self._position(index)]
        self._relist(layers)

    def __iadd__(self, modules: Iterable[Layer]) -> LayerList:
        return self.extend(modules)

    def __add__(self, other: Iterable[Layer]) -> LayerList:
        return LayerList([*self, *self._checked(other)])

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    @also(module="sublayer")
    def append(self, sublayer: Layer) -> LayerList:
        """Add a layer at the end, and return the list."""
        return self.extend([sublayer])

    @also(modules="sublayers")
    def extend(self, sublayers: Iterable[Layer]) -> LayerList:
        """Add layers at the end, and return the list."""
        for layer in self._checked(sublayers):
            self._sub_layers[str(len(self))] = layer
        return self

    @also(module="sublayer")
    def insert(self, index: int, sublayer: Layer) -> None:
        """Add a layer before the one at ``index``."""
        self._insert(index, sublayer)

    @overload
    def pop(self, key: int) -> Layer: ...
    @overload
    def pop(self, key: slice) -> LayerList: ...
    def pop(self, key: int | slice) -> Layer:
        """Take a layer out, or a LayerList of a slice, and return it; the ones behind move up."""
        taken = self[key]
        del self[key]
        return taken


class LayerDict(Layer):
    """Layers by name, with all their parameters known to the layer that holds it.

    Mirrors ``paddle.nn.LayerDict``.

    Parameters
    ----------
    sublayers : LayerDict, dict of str to Layer, or iterable of pairs (str, Layer), optional
        The first entries. One may be None, for no layer.

    Raises
    ------
    TypeError, ValueError
        If an entry is not a Layer or None, or a name is not a string or empty.

    Examples
    --------
    >>> from paramattr import nn
    >>> layers = nn.LayerDict({"linear": nn.Linear(2, 2), "relu": nn.ReLU()})
    >>> list(layers), len(layers), "relu" in layers
    (['linear', 'relu'], 2, True)
    """

    @also(modules="sublayers")
    def __init__(self, sublayers: LayerDict | Mapping[str, Layer] | Iterable[tuple[str, Layer]] | None = None) -> None:
        super().__init__()
        if sublayers is not None:
            self.update(sublayers)

    def __getitem__(self, key: str) -> Layer:
        return self._sub_layers[key]  # type: ignore[return-value]  # only who puts None in has it

    def __setitem__(self, key: str, sublayer: Layer) -> None:
        self.add_sublayer(key, sublayer)

    def __delitem__(self, key: str) -> None:
        del self._sub_layers[key]

    def __len__(self) -> int:
        return len(self._sub_layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sub_layers)

    def __contains__(self, key: object) -> bool:
        return key in self._sub_layers

    def clear(self) -> None:
        """Take all layers out."""
        self._sub_layers.clear()

    def pop(self, key: str) -> Layer:
        """Take a layer out, and return it; a KeyError if there is none of that name."""
        layer = self[key]
        del self[key]
        return layer

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._sub_layers.keys()

    def items(self) -> ItemsView[str, Layer]:
        """Return the pairs of name and layer."""
        return self._sub_layers.items()  # type: ignore[return-value]

    def values(self) -> ValuesView[Layer]:
        """Return the layers."""
        return self._sub_layers.values()  # type: ignore[return-value]

    @also(modules="sublayers")
    def update(self, sublayers: LayerDict | Mapping[str, Layer] | Iterable[tuple[str, Layer]]) -> None:
        """Hold more layers, in place of those that have their names; arguments and errors are the constructor's."""
        pairs = _pairs("sublayers", sublayers)
        for name, layer in pairs:
            self._check_name(name)
            checks.instance(f"sublayers[{name!r}]", layer, (Layer, type(None)), "a Layer or None")
        for name, layer in pairs:
            self.add_sublayer(name, layer)


class ParameterList(Layer):
    """Parameters in a list, known to the layer that holds it.

    Mirrors ``paddle.nn.ParameterList``.

    Parameters
    ----------
    parameters : iterable of Parameter, optional
        The first entries.

    Raises
    ------
    TypeError
        If an entry is not a Parameter.

    Examples
    --------
    >>> import paramattr
    >>> sizes = paramattr.nn.ParameterList([paramattr.create_parameter([n]) for n in (2, 3)])
    >>> len(sizes), sizes[-1].shape, list(sizes.state_dict())
    (2, [3], ['0', '1'])
    """

    def __init__(self, parameters: Iterable[Parameter] | None = None) -> None:
        super().__init__()
        if parameters is not None:
            for place, parameter in enumerate(checks.several("parameters", parameters, "an iterable of parameters")):
                checks.instance(f"parameters[{place}]", parameter, Parameter, "a Parameter")
                self.append(parameter)

    def __getitem__(self, idx: int) -> Parameter:
        return self._parameters[str(_position(idx, self, len(self)))]  # type: ignore[return-value]  # never None here

    def __setitem__(self, idx: int, param: Tensor) -> None:
        """Copy the values of ``param`` into the parameter at ``idx``; a parameter of another shape takes its place."""
        checks.instance("param", param, Tensor, "a Tensor")
        if isinstance(param, Parameter) and param.shape != self[idx].shape:
            self._parameters[str(_position(idx, self, len(self)))] = param
        else:
            self[idx].set_value(param)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())  # type: ignore[arg-type]

    def append(self, parameter: Parameter) -> ParameterList:
        """Add a parameter at the end, and return the list; a TypeError if it is none."""
        checks.instance("parameter", parameter, Parameter, "a Parameter")
        self.add_parameter(str(len(self)), parameter)
        return self


class ParameterDict(Layer):
    """Parameters by name, known to the layer that holds it.

    Mirrors ``paddle.nn.ParameterDict``.

    Parameters
    ----------
    parameters : ParameterDict, dict of str to Parameter, or iterable of pairs (str, Parameter), optional
        The first entries.

    Raises
    ------
    TypeError, ValueError
        If an entry is not a Parameter, or a name not a string, empty, with a dot, or that of an attribute of layers.

    Examples
    --------
    >>> import paramattr
    >>> scales = paramattr.nn.ParameterDict({"inner": paramattr.create_parameter([2])})
    >>> list(scales), scales["inner"] is scales.inner
    (['inner'], True)
    """

    def __init__(
        self, parameters: ParameterDict | Mapping[str, Parameter] | Iterable[tuple[str, Parameter]] | None = None
    ) -> None:
        super().__init__()
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Parameter:
        return self._parameters[key]  # type: ignore[return-value]  # never None here

    def __setitem__(self, key: str, param: Parameter) -> None:
        self.update({key: param})

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def update(self, parameters: ParameterDict | Mapping[str, Parameter] | Iterable[tuple[str, Parameter]]) -> None:
        """Hold more parameters, in place of those that have their names; arguments and errors are the constructor's."""
        pairs = _pairs("parameters", parameters)
        for name, parameter in pairs:
            self._check_free("_parameters", name)
            checks.instance(f"parameters[{name!r}]", parameter, Parameter, "a Parameter")
        for name, parameter in pairs:
            self.add_parameter(name, parameter)
