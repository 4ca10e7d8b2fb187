"""Sequential and LayerList."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, overload

from paramattr.autograd import Tensor
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks


class _Indexed(Layer):
    """Sublayers by position."""

    def _position(self, index: int) -> int:
        number, count = checks.integer("index", index), len(self._sub_layers)
        if not -count <= number < count:
            raise IndexError(f"index {number} is out of range for {type(self).__name__} with {count} layers")
        return number % count

    def _relist(self, layers: list[Layer], *added: Layer) -> None:
        """Hold ``layers`` under their positions, instead of what is held now; those ``added`` are new."""
        self._checked(added)
        self._sub_layers.clear()
        self._sub_layers.update((str(position), layer) for position, layer in enumerate(layers))

    def _checked(self, layers: Iterable[Layer]) -> list[Layer]:
        """Return ``layers``, which this one may hold."""
        checked = checks.several("layers", layers, "an iterable of layers")
        for position, layer in enumerate(checked):
            checks.instance(f"entry {position}", layer, Layer, "a Layer")
            self._check_sublayer(f"entry {position}", layer)
        return checked

    def _insert(self, index: int, layer: Layer) -> None:
        layers = list(self)
        layers.insert(checks.integer("index", index, low=-len(layers), high=len(layers)), layer)
        self._relist(layers, layer)

    def __len__(self) -> int:
        return len(self._sub_layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter([layer for layer in self._sub_layers.values() if layer is not None])


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
            return Sequential(*list(self)[key])
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

    def forward(self, x: Tensor) -> Tensor:
        for layer in self:
            x = layer(x)
        return x


class LayerList(_Indexed):
    """Layers in a list, with all their parameters known to the layer that holds it.

    Mirrors ``paddle.nn.LayerList``.

    Parameters
    ----------
    sublayers : iterable of Layer, optional
        The first entries.

    Raises
    ------
    TypeError
        If an entry is not a Layer.

    Examples
    --------
    >>> from paramattr import nn
    >>> layers = nn.LayerList([nn.Linear(2, 2) for _ in range(3)])
    >>> len(layers), len(layers[1:]), len(layers.parameters())
    (3, 2, 6)
    """

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
        return LayerList(layers[index]) if isinstance(index, slice) else layers[self._position(index)]

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

    def append(self, sublayer: Layer) -> LayerList:
        """Add a layer at the end, and return the list."""
        return self.extend([sublayer])

    def extend(self, sublayers: Iterable[Layer]) -> LayerList:
        """Add layers at the end, and return the list."""
        for layer in self._checked(sublayers):
            self._sub_layers[str(len(self))] = layer
        return self

    def insert(self, index: int, sublayer: Layer) -> None:
        """Add a layer before the one at ``index``."""
        self._insert(index, sublayer)
