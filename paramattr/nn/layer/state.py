"""The state of a layer: its parameters and buffers by dotted path, to be saved and loaded."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from paramattr.autograd import Tensor
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.hook import Hook
from paramattr.nn.layer.tree import Tree
from paramattr.utils import checks
from paramattr.utils.alias import also

State = MutableMapping[str, Any]


class IncompatibleKeys(NamedTuple):
    """What `Loadable.load_state_dict` returns."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if self == ([], []):
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys!r}, unexpected_keys={self.unexpected_keys!r})"


class Loadable(Tree):
    """What has a state that can be saved and loaded."""

    _state_dict_hooks: Mapping[int, Callable[[State], State | None]] = MappingProxyType({})

    def register_state_dict_hook(self, hook: Callable[[State], State | None]) -> Hook:
        """Call ``hook`` with each state that `state_dict` makes; what it returns, unless None, takes its place.

        Returns
        -------
        Hook
            Its method ``remove`` takes the hook away again.

        Raises
        ------
        TypeError
            If ``hook`` is not callable.
        """
        if not callable(hook):
            raise TypeError(f"hook must be callable, but received {hook!r} ({type(hook).__name__})")
        return Hook(self._hooks("_state_dict_hooks"), hook)

    def state_dict(
        self,
        destination: State | None = None,
        include_sublayers: bool = True,
        structured_name_prefix: str = "",
        use_hook: bool = True,
        keep_vars: bool | None = None,
        *,
        prefix: str | None = None,
    ) -> State:
        """Return parameters and persistable buffers by dotted path, without copying them.

        A shared parameter stands under each of its paths.

        Parameters
        ----------
        destination : dict, optional
            What to put them into, and to return; a new one if None.
        include_sublayers : bool, default True
            Whether those of the layers below come too.
        structured_name_prefix : str, default ""
            What each path begins with; a dot at its end is part of it.
        use_hook : bool, default True
            Whether the hooks of `register_state_dict_hook` are called.
        keep_vars : bool, default True
            Whether they are the tensors themselves, or else tensors that share their values, but no gradient.
        prefix : str, optional
            PyTorch's name of ``structured_name_prefix``; with it, ``keep_vars`` is False if it is not given.

        Raises
        ------
        TypeError
            If an argument is of the wrong type.
        """
        if prefix is not None:
            structured_name_prefix = prefix
        keep = checks.boolean("keep_vars", prefix is None if keep_vars is None else keep_vars)
        return self._state(destination, include_sublayers, structured_name_prefix, use_hook, keep, transient=False)

    def to_static_state_dict(
        self,
        destination: State | None = None,
        include_sublayers: bool = True,
        structured_name_prefix: str = "",
        use_hook: bool = True,
        keep_vars: bool = True,
    ) -> State:
        """Return what `state_dict` does, and the buffers that are not persistable; the arguments are those there."""
        keep = checks.boolean("keep_vars", keep_vars)
        return self._state(destination, include_sublayers, structured_name_prefix, use_hook, keep, transient=True)

    def _state(
        self,
        destination: State | None,
        include_sublayers: bool,
        prefix: str,
        use_hook: bool,
        keep: bool,
        *,
        transient: bool,
    ) -> State:
        state: State = OrderedDict() if destination is None else destination
        checks.instance("destination", state, MutableMapping, "a dict or None")
        checks.instance("structured_name_prefix", prefix, str, "a string")
        every, hooked = checks.boolean("include_sublayers", include_sublayers), checks.boolean("use_hook", use_hook)
        for name, value in self._own_state(transient):
            state[prefix + name] = value if keep else value.detach()
        if every:
            for name, layer in self._sub_layers.items():
                if layer is not None:
                    state = layer._state(state, True, f"{prefix}{name}.", hooked, keep, transient=transient)
        for hook in list(self._state_dict_hooks.values()) if hooked else ():
            changed = hook(state)
            state = state if changed is None else changed
        return state

    def _own_state(self, transient: bool) -> Iterator[tuple[str, Tensor]]:
        """Iterate over this layer's own parameters and buffers; over those that are not persistable if ``transient``."""
        for name, parameter in self._parameters.items():
            if parameter is not None:
                yield name, parameter
        for name, buffer in self._buffers.items():
            if buffer is not None and (transient or name not in self._transient_buffers):
                yield name, buffer

    @also(stat_dict="state_dict")
    def set_state_dict(
        self, state_dict: Mapping[str, Tensor | ArrayLike], use_structured_name: bool = True
    ) -> tuple[list[str], list[str]]:
        """Copy values into the parameters and buffers of the same paths.

        What is not in ``state_dict``, or has another shape there, keeps its values, and a warning says so.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            As `state_dict` returns it.
        use_structured_name : bool, default True
            Whether its keys are dotted paths, or else the names of parameters and buffers.

        Returns
        -------
        missing_keys, unexpected_keys : list of str
            Keys of this layer without a value that fits, and keys of ``state_dict`` that were not used.

        Raises
        ------
        TypeError
            If ``state_dict`` is no mapping, or a value is not numeric or does not fit the dtype of a buffer; then nothing
            has been changed.
        """
        targets, values, skipped = self._matched(state_dict, use_structured_name)
        for warning in skipped.values():
            warnings.warn(warning, stacklevel=3)
        for target, array in zip(targets, values, strict=True):
            target.set_value(array)
        return self._unmatched(state_dict, use_structured_name, skipped)

    set_dict = load_dict = set_state_dict

    def load_state_dict(
        self, state_dict: Mapping[str, Tensor | ArrayLike], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Do what `set_state_dict` does, under PyTorch's name.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            As `state_dict` returns it.
        strict : bool, default True
            Whether each key must match.
        assign : bool, default False
            Has no effect, as in Paddle: values are copied.

        Returns
        -------
        missing_keys, unexpected_keys : list of str
            As `set_state_dict`, in a named tuple.

        Raises
        ------
        RuntimeError
            If ``strict`` and a key does not match; nothing has been changed then.
        TypeError
            As `set_state_dict`.
        """
        checks.boolean("assign", assign)
        if checks.boolean("strict", strict):
            _, _, skipped = self._matched(state_dict, True)
            missing, unexpected = self._unmatched(state_dict, True, skipped)
            if missing or unexpected:
                raise RuntimeError(
                    f"state_dict must match {type(self).__name__}, but lacks the keys {missing}, and has others {unexpected}"
                )
        return IncompatibleKeys(*self.set_state_dict(state_dict))

    def _matched(
        self, state_dict: object, by_path: bool
    ) -> tuple[list[Tensor], list[np.ndarray[Any, Any]], dict[str, str]]:
        """Return which tensors take which values, and by key a warning for each that takes none."""
        checks.instance("state_dict", state_dict, Mapping, "a mapping of str to values")
        given: Mapping[str, Any] = state_dict  # type: ignore[assignment]  # checked above
        targets, values, skipped = [], [], {}
        for path, key, target in self._keys(by_path):
            if given.get(key) is None:
                skipped[key] = f"Skip loading for {path}. state_dict has no value {key!r}."
                continue
            array = array_of(repr(key), given[key])
            if array.shape != tuple(target.shape):
                sizes = f"{list(array.shape)}, not {target.shape!r}"
                skipped[key] = f"Skip loading for {path}. The value {key!r} of state_dict has shape {sizes}."
                continue
            targets.append(target)
            # Copied, as one may be the memory of another, before the first is written.
            values.append(target._fitting(repr(key), array).copy())
        return targets, values, skipped

    def _unmatched(
        self, state_dict: Mapping[str, Any], by_path: bool, skipped: Mapping[str, str]
    ) -> tuple[list[str], list[str]]:
        keys = [key for _, key, _ in self._keys(by_path)]
        matched = set(keys) - skipped.keys()
        return [key for key in keys if key in skipped], [key for key in state_dict if key not in matched]

    def _keys(self, by_path: bool) -> Iterator[tuple[str, str, Tensor]]:
        by_path = checks.boolean("use_structured_name", by_path)
        for path, tensor in self.state_dict(use_hook=False).items():
            yield path, path if by_path else tensor.name, tensor
