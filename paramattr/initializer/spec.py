"""Initializers from text: parsed, never evaluated."""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import Any

from paramattr.initializer.base import Initializer
from paramattr.initializer.registry import registered
from paramattr.utils import checks

__all__ = ["parse_initializer", "parse_shape"]


def parse_initializer(text: str) -> Initializer:
    """Return the initializer that a text such as ``"TruncatedNormal(0.0, 0.02, a=-2, b=2)"`` describes.

    It is a name that the registry knows, alone or with arguments in brackets: literals, or initializers in this form.

    Raises
    ------
    TypeError, ValueError
        If it is anything else, or the arguments are not the initializer's.

    Examples
    --------
    >>> from paramattr.initializer.spec import parse_initializer
    >>> parse_initializer("kaiming_uniform(nonlinearity='leaky_relu', negative_slope=0.2)").negative_slope
    0.2
    """
    checks.instance("text", text, str, "a string")
    try:
        node: ast.expr = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} can't be read: {getattr(error, 'msg', error)}") from None
    return _build(node if isinstance(node, ast.Call) else ast.Call(node, [], []))


def _build(call: ast.Call) -> Initializer:
    if not isinstance(call.func, ast.Name):
        raise ValueError(f"{ast.unparse(call.func)!r} must be the name of an initializer")
    known = _known()
    cls = known.get(_fold(call.func.id))
    if cls is None:
        close = difflib.get_close_matches(_fold(call.func.id), known, 1)
        names = ", ".join(sorted(cls.__name__ for cls in known.values()))
        hint = f"did you mean {known[close[0]].__name__}?" if close else f"known are {names}"
        raise ValueError(f"{call.func.id!r} is not an initializer; {hint}")
    text = ast.unparse(call)
    if any(keyword.arg is None for keyword in call.keywords):
        raise ValueError(f"{text!r} must name its arguments one by one, without **")
    given = [keyword.arg for keyword in call.keywords]
    if len(set(given)) < len(given):
        raise ValueError(f"{text!r} must give each argument once")
    positional = [_argument(node) for node in call.args]
    named = {keyword.arg or "": _argument(keyword.value) for keyword in call.keywords}
    try:
        bound = inspect.signature(cls).bind(*positional, **named)
    except TypeError as error:
        raise ValueError(f"{text!r}: {error}; the arguments are {inspect.signature(cls)}") from None
    return cls(*bound.args, **bound.kwargs)


def _known() -> dict[str, type[Initializer]]:
    return {_fold(cls.__name__): cls for cls in registered()}


def _fold(name: str) -> str:
    return name.replace("_", "").lower()


def _argument(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and _fold(node.func.id) in _known():
        return _build(node)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        text = ast.unparse(node)
        raise ValueError(f"{text!r} must be a literal: a number, a string, True, False, None or a list") from None


def parse_shape(text: str) -> tuple[int, ...]:
    """Return the sizes in a text such as ``"256,128,3,3"``.

    Raises
    ------
    ValueError
        If it is not a list of integers >= 1.

    Examples
    --------
    >>> from paramattr.initializer.spec import parse_shape
    >>> parse_shape("256,128,3,3")
    (256, 128, 3, 3)
    """
    try:
        sizes = tuple(int(part) for part in text.replace("x", ",").split(",") if part.strip())
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise ValueError(f"shape must be integers >= 1 with commas between, such as 256,128, but received {text!r}")
    return sizes
