"""Running a rule on what a caller gave: numbers checked, narrow arrays in float32, errors that name the arguments."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Sequence
from typing import Any, SupportsFloat

import numpy as np

from paramattr.autograd.rules import EXACT, Outcome, Rule
from paramattr.autograd.tape import Array, Pullback
from paramattr.utils import dtypes


def numbers(value: object) -> Array | None:
    """Return array_like, such as a Tensor, as an array if it holds numbers."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, OverflowError):  # not an array at all: lists of several lengths, say
        return None
    return array if dtypes.is_real(array.dtype) or array.dtype.kind == "c" else None


def array_of(name: str, value: object) -> Array:
    """Return array_like as an array; TypeError that names the argument unless it holds numbers."""
    array = numbers(value)
    if array is None:
        raise TypeError(f"{name} must be numeric, but received {reprlib.repr(value)} ({type(value).__name__})")
    return array


def check_divisor(x: object, y: object) -> None:
    """Refuse 0 where integers are divided by it, which NumPy would answer with 0."""
    divisor = array_of("y", y)
    if divisor.dtype.kind in "biu" and not divisor.all() and array_of("x", x).dtype.kind in "biu":
        raise ValueError(f"y must not be 0 where integers are divided, but received {reprlib.repr(divisor.tolist())}")


def _is_number(value: object) -> bool:
    """Whether ``value`` is a number, which takes the dtype of the tensors; NumPy's floats, such as roots, are."""
    if isinstance(value, (int, float, np.floating)):
        return True
    return not hasattr(value, "dtype") and isinstance(value, SupportsFloat)


def constant(rule: Rule, position: int, value: object, dtype: np.dtype[Any] | None) -> Array:
    """Return an input of ``rule`` as an array; a number takes the ``dtype`` of the tensors, made wide.

    A number that is not whole, with tensors of integers, takes the default dtype, and a complex one the precision of the
    tensors.
    """
    if dtype is not None and isinstance(value, complex):
        return np.asarray(value, np.complex128 if dtype.name in ("float64", "complex128") else np.complex64)
    if dtype is not None and _is_number(value):
        if dtype.kind in "biu" and not isinstance(value, int):
            dtype = dtypes.floating("dtype", None)
        if dtype.kind not in "bc":
            try:
                return np.asarray(value, dtypes.compute_dtype(dtype))
            except (TypeError, ValueError, OverflowError):  # a class, or a number that the dtype can't hold
                pass
    array = numbers(value)
    return array_of(_argument(rule, position), value) if array is None else array


def compare(ufunc: np.ufunc, x: Array, other: object) -> Array:
    """Return the comparison of ``x`` with array_like."""
    operand = other if isinstance(other, (int, float)) else array_of("other", other)
    try:
        if np.asarray(operand).dtype == object:  # which NumPy 1 would compare element by element, in Python
            raise OverflowError
        return np.asarray(ufunc(x, operand))
    except (TypeError, ValueError, OverflowError):
        expected = f"comparable with a tensor of shape {list(x.shape)} and dtype {x.dtype}"
        raise ValueError(f"other must be {expected}, but received {reprlib.repr(other)}") from None


def evaluate(rule: Rule, inputs: Sequence[object], arrays: Sequence[Array], settings: dict[str, Any]) -> Outcome:
    """Return the value of ``rule`` for ``arrays``, made from ``inputs``, and its pullbacks.

    Where the value is float16 or bfloat16, the rule computes in float32, and its value is rounded once.
    """
    if len(arrays) > 1 and any(array.dtype is not arrays[0].dtype for array in arrays):
        arrays = _joined(arrays)
    try:
        # The first or the last is not made from a number, and a wide one gives a wide value.
        narrow = arrays and (dtypes.is_narrow(arrays[0].dtype) or dtypes.is_narrow(arrays[-1].dtype))
        if narrow and rule not in EXACT:
            dtype = np.result_type(*(a for x, a in zip(inputs, arrays, strict=True) if not _is_number(x)))
            if dtypes.is_narrow(dtype):
                compute = dtypes.compute_dtype(dtype)
                value, pullbacks = rule(*(array.astype(compute, copy=False) for array in arrays), **settings)
                rounded = value.astype(dtype) if dtypes.is_floating(value.dtype) else value
                return rounded, tuple(_widened(pullback, compute) for pullback in pullbacks)
        return rule(*arrays, **settings)
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        raise _misfit(rule, arrays, settings, error) from error


def _joined(arrays: Sequence[Array]) -> Sequence[Array]:
    """Return ``arrays`` with integers and bools in the dtype of the floating ones, if there are any."""
    floats = [array.dtype for array in arrays if array.dtype.kind not in "biu"]
    if not floats or len(floats) == len(arrays):
        return arrays
    dtype = np.result_type(*floats)
    return [array.astype(dtype) if array.dtype.kind in "biu" else array for array in arrays]


def _widened(pullback: Pullback, dtype: np.dtype[Any]) -> Pullback:
    return lambda g: pullback(g.astype(dtype))


def _argument(rule: Rule, position: int) -> str:
    """Return the name of an input of ``rule``."""
    parameters = list(inspect.signature(rule).parameters.values())
    last = next((i for i, p in enumerate(parameters) if p.kind is p.VAR_POSITIONAL), len(parameters))
    return parameters[position].name if position < last else f"{parameters[last].name}[{position - last}]"


def _misfit(rule: Rule, arrays: Sequence[Array], settings: dict[str, Any], error: Exception) -> Exception:
    """Return the error to raise where NumPy raised one: of the same type, but about arguments."""
    given = [f"{_argument(rule, i)} of shape {list(a.shape)} and dtype {a.dtype}" for i, a in enumerate(arrays)]
    given += [f"{name}={reprlib.repr(value)}" for name, value in settings.items()]
    name = rule.__name__.strip("_")
    text = f"{name} needs inputs whose shapes, dtypes and settings fit together, but received {', '.join(given)}"
    return next(kind for kind in (IndexError, TypeError, ValueError) if isinstance(error, (kind, OverflowError)))(text)
