"""The dtypes of parameters: one table of the floating ones, and the default."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


class Format:
    """A floating-point format: what the library knows of a dtype that parameters can have.

    The significant bits, the hidden one included (``digits``); the exponent, as `numpy.frexp` counts, of the
    smallest normal number, below which numbers are evenly spaced (``least``); and the dtype that sums, steps and random
    values are computed in, to be rounded once (``computed_in``).
    """

    def __init__(self, digits: int, least: int, computed_in: str) -> None:
        self.digits, self.least, self.computed_in = digits, least, computed_in


# A line here makes a dtype one that parameters can have. Those that NumPy lacks come from ml_dtypes.
FORMATS = {
    "float16": Format(11, -13, computed_in="float32"),
    "bfloat16": Format(8, -125, computed_in="float32"),
    "float32": Format(24, -125, computed_in="float32"),
    "float64": Format(53, -1021, computed_in="float64"),
}

_default = np.dtype("float32")


@functools.cache
def is_floating(dtype: np.dtype[Any]) -> bool:
    """Whether ``dtype`` is one that parameters can have."""
    return dtype.name in FORMATS and dtype.isnative


def is_real(dtype: np.dtype[Any]) -> bool:
    """Whether values of ``dtype`` are real numbers or bools, and so can be put into a parameter."""
    return dtype.kind in "biuf" or is_floating(dtype)


@functools.cache
def compute_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return what is computed in for values of ``dtype``: float32 for a floating one that is narrower, else itself."""
    return np.dtype(FORMATS[dtype.name].computed_in) if is_floating(dtype) else dtype


@functools.cache
def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether values of ``dtype`` are computed in a wider one."""
    return compute_dtype(dtype) != dtype


@functools.cache
def largest(dtype: np.dtype[Any]) -> float:
    """Return the largest finite number of a floating ``dtype``."""
    return float(np.nextafter(*np.array([np.inf, 0.0], dtype)))


def check_range(dtype: np.dtype[Any], **numbers: float) -> None:
    """Raise a ValueError that names the first of ``numbers`` that is larger than any of the dtype."""
    for name, value in numbers.items():
        if abs(value) > largest(dtype):
            limit = f"±{largest(dtype):.6g}"
            raise ValueError(f"{name} must be within {limit} for values in {dtype}, but received {value!r}")


def floating(name: str, value: DTypeLike | None) -> np.dtype[Any]:
    """Return ``value`` as a floating dtype; None stands for the default dtype.

    Raises
    ------
    TypeError
        If ``value`` is no dtype at all.
    ValueError
        If it is one that parameters can't have.
    ImportError
        If it is not NumPy's own, such as ``"bfloat16"``, and the package ``ml_dtypes`` is missing (extra ``bfloat16``).
    """
    if value is None or value is _default:
        return _default
    if isinstance(value, str) and value in FORMATS:
        return named(value)
    try:
        dtype = np.dtype(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be one of {list(FORMATS)}, but received {value!r}") from None
    if not is_floating(dtype):
        order = "" if dtype.isnative else " of foreign byte order"
        raise ValueError(f"{name} must be one of {list(FORMATS)}, but received {dtype.name!r}{order}")
    return dtype


def default_of(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return what Python's numbers become that NumPy holds in ``dtype``: the default dtype, or the complex one beside it."""
    return np.result_type(np.complex64, _default) if dtype.kind == "c" else _default


def named(name: DTypeLike) -> np.dtype[Any]:
    """Return the dtype that a name of `FORMATS`, or anything that `numpy.dtype` takes, stands for, with its errors."""
    if not isinstance(name, str) or name not in FORMATS or hasattr(np, name):
        return np.dtype(name)
    try:
        import ml_dtypes
    except ImportError:
        raise ImportError(f"{name} needs the package ml_dtypes: pip install 'paramattr[bfloat16]'") from None
    dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return dtype


def numeric(name: str, value: DTypeLike, given: np.dtype[Any]) -> np.dtype[Any]:
    """Return ``value`` as a dtype that numbers of the dtype ``given`` can be converted to; TypeError for all else."""
    try:
        dtype = named(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a dtype, but received {value!r} ({type(value).__name__})") from None
    if dtype.kind != "c" and (given.kind == "c" or not is_real(dtype)):
        raise TypeError(f"{name} must be one that holds the numbers of data, but received {dtype}")
    return dtype


def set_default_dtype(d: DTypeLike) -> None:
    """Set the dtype that layers and parameters get when none is given. Mirrors ``paddle.set_default_dtype``.

    Parameters
    ----------
    d : {"float16", "bfloat16", "float32", "float64"} or dtype
        The new default; the library starts with ``"float32"``.

    Raises
    ------
    TypeError, ValueError
        If ``d`` is not a dtype that parameters can have.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.set_default_dtype("float64")
    >>> paramattr.nn.Linear(2, 3).weight.dtype
    dtype('float64')
    >>> paramattr.set_default_dtype("float32")
    """
    global _default
    _default = floating("d", d)


def get_default_dtype() -> str:
    """Return the name of the default dtype, ``"float32"`` unless it was changed.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.get_default_dtype()
    'float32'
    """
    return _default.name
