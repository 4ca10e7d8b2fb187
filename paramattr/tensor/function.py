"""How a rule becomes a public function of tensors, and a function an in-place one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol, overload

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, Rule, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, changed, without_history
from paramattr.utils import checks
from paramattr.utils.alias import also


class Unary(Protocol):
    """A function of one tensor."""

    rule: Rule
    discrete: bool

    def __call__(self, x: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
        """Return the value; ``out``, if given, takes it over, and ``name`` is accepted as in Paddle."""


class Binary(Protocol):
    """A function of two tensors that broadcast."""

    rule: Rule
    discrete: bool

    def __call__(self, x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
        """Return the value; ``out``, if given, takes it over, and ``name`` is accepted as in Paddle."""


@overload
def elementwise(rule: Callable[[Array], Outcome]) -> Unary: ...
@overload
def elementwise(rule: Callable[[Array, Array], Outcome]) -> Binary: ...
def elementwise(rule: Rule) -> Any:
    """Return the function of one or two tensors that ``rule`` computes, with its name and docstring.

    It also takes Paddle's ``name``, which changes nothing, and ``out``, a tensor that becomes the value.
    """
    return _public(rule, rule, apply)


@overload
def floating(rule: Callable[[Array], Outcome]) -> Unary: ...
@overload
def floating(rule: Callable[[Array, Array], Outcome]) -> Binary: ...
def floating(rule: Rule) -> Any:
    """`elementwise`, with integers and bools taken as numbers of the default dtype."""

    def on_reals(*arrays: Array) -> Outcome:
        return rule(*map(real, arrays))

    on_reals.__name__, on_reals.__signature__ = rule.__name__, inspect.signature(rule)  # type: ignore[attr-defined]
    return _public(rule, on_reals, apply)


@overload
def discrete(value: Callable[[Array], Array]) -> Unary: ...
@overload
def discrete(value: Callable[[Array, Array], Array]) -> Binary: ...
def discrete(value: Callable[..., Array]) -> Any:
    """`elementwise` for a function of arrays that has no derivative: the tensor it returns has no history."""

    def rule(*arrays: Array) -> Outcome:
        return np.asarray(value(*arrays)), ()

    rule.__name__, rule.__signature__ = value.__name__, inspect.signature(value)  # type: ignore[attr-defined]
    return _public(value, rule, without_history, discrete=True)


def _public(definition: Callable[..., Any], rule: Rule, run: Callable[..., Tensor], *, discrete: bool = False) -> Any:
    """Return the function that runs ``rule``; as in PyTorch, ``x`` and ``y`` are also ``input`` and ``other``."""

    def unary(x: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
        return into(out, run(rule, x))

    def binary(x: Operand, y: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
        return into(out, run(rule, x, y))

    single = len(inspect.signature(definition).parameters) == 1
    function: Any = unary if single else binary
    function.rule, function.discrete = rule, discrete
    function = _described(function, definition.__name__, definition.__doc__, definition.__module__)
    return also(input="x")(function) if single else also(input="x", other="y")(function)


def _described(function: Any, name: str, text: str | None, module: str) -> Any:
    function.__name__ = function.__qualname__ = name
    function.__doc__, function.__module__ = text, module
    return function


def into(out: Tensor | None, value: Tensor) -> Tensor:
    """Return ``value``, or ``out`` after it has become the value."""
    if out is None:
        return value
    _check_fits("out", out, value)
    return changed(out, lambda: value)


def into_each(out: Sequence[Tensor] | None, values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return ``values``, or the tensors in ``out`` after each has become its value; none has if one does not fit."""
    if out is None:
        return values
    expected = f"a tuple or list of {len(values)} Tensors, or None"
    checks.instance("out", out, (tuple, list), expected)
    if len(out) != len(values):
        raise ValueError(f"out must be {expected}, but received {len(out)}")
    for place, (tensor, value) in enumerate(zip(out, values, strict=True)):
        _check_fits(f"out[{place}]", tensor, value)
    return tuple(map(into, out, values))


def _check_fits(name: str, out: Tensor, value: Tensor) -> None:
    checks.instance(name, out, Tensor, "a Tensor or None")
    if out.shape != value.shape or out.dtype != value.dtype:
        raise ValueError(
            f"{name} must have shape {value.shape!r} and dtype {value.dtype}, but has {out.shape!r} and {out.dtype}"
        )


def in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the form of ``function`` that changes its first argument to the value, and returns it."""
    signature = inspect.signature(function)
    first = next(iter(signature.parameters))

    def change(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        checks.instance(first, x, Tensor, "a Tensor")
        return changed(x, lambda: function(x, *args, **kwargs))

    kept = [parameter for name, parameter in signature.parameters.items() if name != "out"]
    change.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    name = function.__name__
    text = f"""Change ``x`` to what `{name}` returns, and return it.

    Raises
    ------
    ValueError
        If ``x`` is a leaf that needs a gradient and steps are recorded; otherwise as `{name}`.
    """
    described: Callable[..., Tensor] = _described(change, f"{name}_", text, function.__module__)
    return also(**dict.fromkeys({"input", first} - {"x"}, "x"))(described)  # type: ignore[arg-type]
