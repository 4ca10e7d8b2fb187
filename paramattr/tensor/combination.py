"""Sums of tensors with factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.tensor.arguments import several
from paramattr.tensor.exponential import exp, logaddexp
from paramattr.tensor.function import into
from paramattr.utils import checks

__all__ = ["add_n", "increment", "lerp", "scale"]


def add_n(inputs: Operand | Sequence[Operand], name: str | None = None) -> Tensor:
    """Return the sum of tensors of one shape and dtype.

    Mirrors ``paddle.add_n``.

    Parameters
    ----------
    inputs : Tensor or sequence of Tensor
        What is added up.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``inputs`` holds anything else, nothing, or tensors of several shapes or dtypes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.add_n([paramattr.to_tensor([1.0]), paramattr.to_tensor([2.0])]).numpy()
    array([3.], dtype=float32)
    """
    tensors = [inputs] if isinstance(inputs, Tensor) else several("inputs", inputs)  # type: ignore[arg-type]
    kinds = {(tuple(t.shape), t.dtype) for t in tensors}
    if len(kinds) > 1:
        raise ValueError(f"inputs must have one shape and one dtype, but received {sorted(map(str, kinds))}")
    return apply(_add_n, *tensors)


def _add_n(*inputs: Array) -> Outcome:
    total = inputs[0].copy()
    for array in inputs[1:]:
        total += array
    return total, tuple([lambda g: g] * len(inputs))


def scale(
    x: Operand,
    scale: Operand = 1.0,
    bias: float = 0.0,
    bias_after_scale: bool = True,
    act: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Return ``scale * x + bias``.

    Mirrors ``paddle.scale``.

    Parameters
    ----------
    x : Tensor or array_like
        The elements. Integers times a factor that is not whole become numbers of the default dtype.
    scale : float or Tensor, default 1.0
        The factor, one element.
    bias : float, default 0.0
        What is added.
    bias_after_scale : bool, default True
        Whether ``bias`` is added last, or else before the product.
    act : {"abs", "exp", "relu", "sigmoid", "sqrt", "square", "tanh"}, optional
        A function that takes the result.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or ``scale`` has several elements.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.scale(paramattr.to_tensor([1.0, 2.0]), 2.0, 0.5).numpy()
    array([2.5, 4.5], dtype=float32)
    """
    x = as_tensor("x", x)
    factor: Operand = scale if isinstance(scale, Tensor) else _whole(x, checks.real("scale", scale))
    if isinstance(factor, Tensor):
        if factor.size != 1:
            raise ValueError(f"scale must have one element, but received shape {factor.shape!r}")
        factor = apply(rules.reshape, factor, shape=())
    last = checks.boolean("bias_after_scale", bias_after_scale)
    value = apply(_scale, x, factor, _whole(x, checks.real("bias", bias)), last=last)
    return value if act is None else _activated(value, checks.choice("act", act, list(_ACTS)))


def _whole(x: Tensor, number: float) -> float:
    """Return a ``number`` as an int where ``x`` holds integers and it is whole."""
    return int(number) if x.dtype.kind in "biu" and number.is_integer() else number


def _scale(x: Array, scale: Array, bias: Array, *, last: bool) -> Outcome:
    if last:
        return x * scale + bias, (lambda g: g * scale, lambda g: g * x, lambda g: g)
    moved = x + bias
    return moved * scale, (lambda g: g * scale, lambda g: g * moved, lambda g: g * scale)


_ACTS = ("abs", "exp", "relu", "sigmoid", "sqrt", "square", "tanh")


def _activated(x: Tensor, act: str) -> Tensor:
    if act == "relu":
        return apply(rules.where, x, 0.0, condition=~(x.numpy() <= 0))
    if act == "sigmoid":
        return exp(apply(rules.negative, logaddexp(apply(rules.negative, x), 0.0)))
    function: Callable[[Tensor], Tensor] = getattr(import_module("paramattr.tensor"), act)
    return function(x)


def increment(x: Tensor, value: float = 1.0, name: str | None = None) -> Tensor:
    """Add ``value`` to the one element of ``x``, in place, and return ``x``.

    Mirrors ``paddle.increment``.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a tensor of one element, ``value`` no number of its kind, or ``x`` a leaf that needs a gradient
        and steps are recorded.

    Examples
    --------
    >>> import paramattr
    >>> step = paramattr.to_tensor([1])
    >>> paramattr.increment(step).item(), step.item()
    (2, 2)
    """
    checks.instance("x", x, Tensor, "a Tensor")
    if x.size != 1:
        raise ValueError(f"x must have one element, but received shape {x.shape!r}")
    number = _whole(x, checks.real("value", value))
    if x.dtype.kind in "biu" and not isinstance(number, int):
        raise ValueError(f"value must be whole for a tensor of dtype {x.dtype}, but received {value!r}")
    return changed(x, lambda: apply(rules.add, x, number))


def lerp(x: Operand, y: Operand, weight: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return ``x + weight * (y - x)`` for each pair of elements.

    Mirrors ``paddle.lerp``; here a tensor ``weight`` receives its gradient too.

    Parameters
    ----------
    x, y : Tensor or array_like
        The ends.
    weight : float, Tensor or array_like
        How far from ``x`` to ``y``; all three broadcast.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is not numeric, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.lerp(paramattr.to_tensor([1.0]), paramattr.to_tensor([3.0]), 0.25).numpy()
    array([1.5], dtype=float32)
    """
    return into(out, apply(_lerp, x, y, weight))


def _lerp(x: Array, y: Array, weight: Array) -> Outcome:
    x, y, weight = real(x), real(y), real(weight)
    way = y - x
    return x + weight * way, (lambda g: g * (1 - weight), lambda g: g * weight, lambda g: g * way)
