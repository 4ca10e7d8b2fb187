"""Initializers from text: parsed, never evaluated."""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import Any

from paramattr import initializer as initializers
from paramattr.initializer import Initializer

__all__ = ["parse_initializer", "parse_shape"]


def parse_initializer(text: str) -> Initializer:
    """Return the initializer that a text such as ``"TruncatedNormal(0.0, 0.02, a=-2, b=2)"`` describes.

    Parameters
    ----------
    text : str
        A name that the registry knows, alone or with literal arguments in brackets.

    Raises
    ------
    TypeError, ValueError
        If it is anything else, or the arguments are not the initializer's.

    Examples
    --------
    >>> from paramattr.testing.spec import parse_initializer
    >>> parse_initializer("kaiming_uniform(nonlinearity='leaky_relu', negative_slope=0.2)").negative_slope
    0.2
    >>> parse_initializer("__import__('os').system('true')")
    Traceback (most recent call last):
        ...
    ValueError: "__import__('os').system" must be the name of an initializer
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, but received {text!r} ({type(text).__name__})")
    try:
        node: ast.expr = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{text!r} can't be read: {getattr(error, 'msg', error)}") from None
    call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
    if not isinstance(call.func, ast.Name):
        raise ValueError(f"{ast.unparse(call.func)!r} must be the name of an initializer")
    kind = _kind(call.func.id)
    if any(keyword.arg is None for keyword in call.keywords):
        raise ValueError(f"{text!r} must name its arguments one by one, without **")
    positional = [_literal(argument) for argument in call.args]
    named = {keyword.arg or "": _literal(keyword.value) for keyword in call.keywords}
    try:
        bound = inspect.signature(kind).bind(*positional, **named)
    except TypeError as error:
        raise ValueError(f"{text!r}: {error}; the arguments are {inspect.signature(kind)}") from None
    return kind(*bound.args, **bound.kwargs)


def _kind(name: str) -> type[Initializer]:
    known = {kind.__name__: kind for kind in initializers.registered()}
    folded = {_fold(known_name): known_name for known_name in known}
    found = name if name in known else folded.get(_fold(name))
    if found is not None:
        return known[found]
    close = difflib.get_close_matches(_fold(name), folded, 1)
    hint = f"; did you mean {folded[close[0]]}?" if close else f"; known are {', '.join(sorted(known))}"
    raise ValueError(f"{name!r} is not an initializer{hint}")


def _fold(name: str) -> str:
    return name.replace("_", "").lower()


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError(
            f"{ast.unparse(node)!r} must be a literal: a number, a string, True, False, None or a list"
        ) from None


def parse_shape(text: str) -> tuple[int, ...]:
    """Return the sizes in a text such as ``"256,128,3,3"``.

    Raises
    ------
    ValueError
        If it is not a list of integers >= 1.

    Examples
    --------
    >>> from paramattr.testing.spec import parse_shape
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
