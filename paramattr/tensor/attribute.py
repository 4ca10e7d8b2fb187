"""What a tensor is, and a tensor made to be something: in one piece, on the CPU, of another dtype, equal to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, place
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = [
    "apply", "contiguous", "copy_", "cpu", "is_complex", "is_empty", "is_floating_point", "is_integer", "is_tensor",
    "rank", "to",
]  # fmt: skip


@also(obj="x")
def is_tensor(x: object) -> bool:
    """Return whether ``x`` is a `Tensor`.

    Mirrors ``paddle.is_tensor``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.is_tensor(paramattr.zeros([2])), paramattr.is_tensor([0.0, 0.0])
    (True, False)
    """
    return isinstance(x, Tensor)


@also(input="x")
def is_floating_point(x: Tensor) -> bool:
    """Return whether the elements of a tensor are floating-point numbers.

    Mirrors ``paddle.is_floating_point``.

    Raises
    ------
    TypeError
        If ``x`` is no `Tensor`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.is_floating_point(paramattr.zeros([2], "float16"))
    True
    """
    return dtypes.is_floating(_dtype(x))


def is_integer(x: Tensor) -> bool:
    """Return whether the elements of a tensor are integers; bools are not.

    Mirrors ``paddle.is_integer``. What is refused is as for `is_floating_point`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.is_integer(paramattr.arange(3))
    True
    """
    return _dtype(x).kind in "iu"


@also(input="x")
def is_complex(x: Tensor) -> bool:
    """Return whether the elements of a tensor are complex numbers.

    Mirrors ``paddle.is_complex``. What is refused is as for `is_floating_point`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.is_complex(paramattr.to_tensor([1j]))
    True
    """
    return _dtype(x).kind == "c"


def _dtype(x: Tensor) -> np.dtype[Any]:
    checks.instance("x", x, Tensor, "a Tensor")
    return x.dtype


def is_empty(x: Operand, name: str | None = None) -> Tensor:
    """Return, as a tensor, whether ``x`` has no elements.

    Mirrors ``paddle.is_empty``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.is_empty(paramattr.zeros([2, 0])).item()
    True
    """
    return Tensor(np.asarray(as_tensor("x", x).size == 0))


def rank(input: Operand) -> Tensor:
    """Return the number of axes as a tensor.

    Mirrors ``paddle.rank``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.rank(paramattr.zeros([2, 3])).item()
    2
    """
    return Tensor(np.asarray(as_tensor("input", input).ndim, np.int32))


def contiguous(x: Operand) -> Tensor:
    """Return ``x``, or where its elements do not lie one after the other in memory, a copy of which they do.

    Mirrors ``paddle.Tensor.contiguous``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2, 3]).T.contiguous().is_contiguous()
    True
    """
    x = as_tensor("x", x)
    return x if x.is_contiguous() else x.clone()


def cpu(x: Operand) -> Tensor:
    """Return ``x``, which is in the memory of the CPU.

    Mirrors ``paddle.Tensor.cpu``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2]).cpu().place
    Place(cpu)
    """
    return as_tensor("x", x)


def apply(x: Tensor, func: Callable[[Tensor], Tensor]) -> Tensor:
    """Return what a function returns of this tensor, at which gradients stop.

    Mirrors ``paddle.Tensor.apply``.

    Parameters
    ----------
    x : Tensor
        Of any shape.
    func : callable
        Takes the tensor and returns one.

    Raises
    ------
    TypeError
        If ``func`` is not callable, or returns no tensor.
    RuntimeError
        If ``x`` needs a gradient.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1.0, 2.0]).apply(lambda x: 3.0 * x + 2.0).tolist()
    [5.0, 8.0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    if not callable(func):
        raise TypeError(f"func must be callable, but received {func!r} ({type(func).__name__})")
    if not x.stop_gradient:
        raise RuntimeError("apply needs a tensor with stop_gradient=True, but x has False; call the function itself")
    value = func(x)
    checks.instance("what func returns", value, Tensor, "a Tensor")
    return value


def copy_(x: Tensor, src: Operand, blocking: bool = True) -> Tensor:
    """Change ``x`` to the values of ``src``, of the same shape, cast to its dtype, and return it.

    Mirrors ``paddle.Tensor.copy_``, except that the shape and the dtype of ``x`` stay.

    Parameters
    ----------
    x : Tensor
        Is changed.
    src : Tensor or array_like
        The values, which take part in the gradient.
    blocking : bool, default True
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, the shapes differ, or ``x`` is a leaf that needs a gradient while steps are
        recorded; ``x`` keeps its values.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2]).copy_(paramattr.ones([2])).tolist()
    [1.0, 1.0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    checks.boolean("blocking", blocking)
    values = as_tensor("src", src)
    if values.shape != x.shape:
        raise ValueError(f"src must have shape {x.shape!r}, but received {values.shape!r}")
    return changed(x, lambda: values.astype(x.dtype))


def to(x: Operand, *args: Any, **kwargs: Any) -> Tensor:
    """Return ``x`` in another dtype; it is in the memory of the CPU, where it stays.

    Mirrors ``paddle.Tensor.to``.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    *args, **kwargs
        As in Paddle ``(device, dtype, blocking)``, ``(dtype, blocking)`` or ``(other, blocking)``, where ``device`` is
        "cpu" or a place, and ``other`` a tensor of the dtype wanted.

    Raises
    ------
    TypeError, ValueError
        If nothing is given, an argument is of the wrong kind, or ``device`` is not the CPU.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.zeros([2]).to("float64").dtype
    dtype('float64')
    """
    x, given = as_tensor("x", x), list(args)
    unknown = kwargs.keys() - {"device", "dtype", "blocking", "other"}
    if unknown or not (args or kwargs):
        raise TypeError(f"to takes device, dtype, blocking and other, but received {sorted(unknown) or 'nothing'}")
    wanted = kwargs.get("dtype")
    place.check("device", kwargs.get("device"))
    if given and (given[0] is None or isinstance(given[0], place.Place) or _is_device(given[0])):
        place.check("device", given.pop(0))
    if given and not isinstance(given[0], bool):
        wanted = given.pop(0)
    wanted = kwargs.get("other", wanted)
    for flag in [*given, kwargs.get("blocking")]:
        if flag is not None:
            checks.boolean("blocking", flag)
    return x if wanted is None else x.astype(wanted.dtype if isinstance(wanted, Tensor) else wanted)


def _is_device(value: object) -> bool:
    """Whether a text names a device, and so no dtype."""
    return isinstance(value, str) and value.partition(":")[0] in ("cpu", "gpu", "cuda", "xpu", "npu", "dcu", "ipu")
