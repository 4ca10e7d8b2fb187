"""The call of a layer, and what is called before and after it."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from paramattr.autograd import Tensor
from paramattr.autograd.hook import Hook
from paramattr.nn.layer.tree import Tree
from paramattr.utils import checks


class _Entry(NamedTuple):
    """A function to call before or after a forward pass."""

    function: Callable[..., Any]
    with_kwargs: bool
    always: bool = False


class Called(Tree):
    """What can be called, with hooks before and after."""

    # A layer gets a dict of its own with its first hook: most never have one.
    _forward_pre_hooks: Mapping[int, _Entry] = MappingProxyType({})
    _forward_post_hooks: Mapping[int, _Entry] = MappingProxyType({})

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """Compute the layer's value; a subclass that is called defines it."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, *inputs: Any, **kwargs: Any) -> Tensor:
        """Return what `forward` does, most often a Tensor; to a type checker it is one."""
        hooked = self._forward_pre_hooks or self._forward_post_hooks
        value: Tensor = self._with_hooks(inputs, kwargs) if hooked else self.forward(*inputs, **kwargs)
        return value

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Hook:
        """Call ``hook(layer, inputs)`` before each forward pass; what it returns, unless None, replaces the inputs.

        Parameters
        ----------
        hook : callable
            Gets the positional inputs as a tuple, and returns None, a tuple, or a single input.
        prepend : bool, default False
            Whether it comes before the hooks that are there, instead of after them.
        with_kwargs : bool, default False
            Whether it gets the keyword inputs too, ``hook(layer, inputs, kwargs)``, and returns both or None.

        Returns
        -------
        Hook
            Its method ``remove`` takes the hook away again.

        Raises
        ------
        TypeError
            If ``hook`` is not callable, or another argument not a bool.

        Examples
        --------
        >>> import paramattr
        >>> layer = paramattr.nn.ReLU()
        >>> handle = layer.register_forward_pre_hook(lambda layer, inputs: inputs[0] * 10)
        >>> layer(paramattr.to_tensor([1.0, -1.0])).numpy()
        array([10.,  0.], dtype=float32)
        """
        return _registered(self._hooks("_forward_pre_hooks"), hook, prepend, with_kwargs)

    def register_forward_post_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> Hook:
        """Call ``hook(layer, inputs, output)`` after each forward pass; what it returns, unless None, is the output.

        Parameters
        ----------
        hook : callable
            Gets the positional inputs as a tuple.
        prepend : bool, default False
            Whether it comes before the hooks that are there, instead of after them.
        with_kwargs : bool, default False
            Whether it gets the keyword inputs too: ``hook(layer, inputs, kwargs, output)``.
        always_call : bool, default False
            Whether it is called also when something before it raises. The output is None if there is none; what the hook
            itself raises then becomes a warning.

        Returns
        -------
        Hook
            Its method ``remove`` takes the hook away again.

        Raises
        ------
        TypeError
            If ``hook`` is not callable, or another argument not a bool.

        Examples
        --------
        >>> import paramattr
        >>> layer = paramattr.nn.ReLU()
        >>> handle = layer.register_forward_post_hook(lambda layer, inputs, output: print(output.shape))
        >>> y = layer(paramattr.to_tensor([1.0, -1.0]))
        [2]
        """
        always = checks.boolean("always_call", always_call)
        return _registered(self._hooks("_forward_post_hooks"), hook, prepend, with_kwargs, always)

    register_forward_hook = register_forward_post_hook

    def _with_hooks(self, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        output, called = None, set()
        try:
            for hook in list(self._forward_pre_hooks.values()):
                inputs, kwargs = _changed_inputs(hook, self, inputs, kwargs)
            output = self.forward(*inputs, **kwargs)
            for number, hook in list(self._forward_post_hooks.items()):
                called.add(number)
                output = _changed_output(hook, self, inputs, kwargs, output)
        except Exception:
            for number, hook in list(self._forward_post_hooks.items()):
                if hook.always and number not in called:
                    try:
                        output = _changed_output(hook, self, inputs, kwargs, output)
                    except Exception as error:
                        warnings.warn(
                            f"a forward hook with always_call=True raised {error!r} while another error was on its way",
                            stacklevel=3,
                        )
            raise
        return output


def _registered(
    hooks: OrderedDict[int, _Entry], hook: Callable[..., Any], prepend: bool, with_kwargs: bool, always: bool = False
) -> Hook:
    if not callable(hook):
        raise TypeError(f"hook must be callable, but received {hook!r} ({type(hook).__name__})")
    first = checks.boolean("prepend", prepend)
    handle = Hook(hooks, _Entry(hook, checks.boolean("with_kwargs", with_kwargs), always))
    if first:
        hooks.move_to_end(next(reversed(hooks)), last=False)
    return handle


def _changed_inputs(
    hook: _Entry, layer: Called, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not hook.with_kwargs:
        changed = hook.function(layer, inputs)
        if changed is None:
            return inputs, kwargs
        return (changed if isinstance(changed, tuple) else (changed,)), kwargs
    changed = hook.function(layer, inputs, kwargs)
    if changed is None:
        return inputs, kwargs
    if not isinstance(changed, tuple) or len(changed) != 2:
        raise RuntimeError(
            f"a forward pre-hook with keywords must return None or (inputs, kwargs), but returned {changed!r}"
        )
    return changed


def _changed_output(hook: _Entry, layer: Called, inputs: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
    arguments = (inputs, kwargs, output) if hook.with_kwargs else (inputs, output)
    changed = hook.function(layer, *arguments)
    return output if changed is None else changed
