"""The floating dtypes a parameter can have, and the default one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

FLOATING = ("float16", "bfloat16", "float32", "float64")

_NATIVE = frozenset(map(np.dtype, ("float16", "float32", "float64")))

_default = np.dtype("float32")


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Whether ``dtype`` is one of the floating dtypes, bfloat16 included."""
    return dtype in _NATIVE or dtype.name in FLOATING


def floating(name: str, value: DTypeLike | None) -> np.dtype[Any]:
    """Return ``value`` as a floating dtype; None stands for the default dtype.

    ``"bfloat16"`` needs the ``ml_dtypes`` package (extra ``bfloat16``).
    """
    if value is None or value is _default:
        return _default
    if isinstance(value, str) and value == "bfloat16":
        return _bfloat16()
    try:
        dtype = np.dtype(value)
    except TypeError:
        raise TypeError(f"{name} must be one of {list(FLOATING)}, but received {value!r}") from None
    if not is_floating(dtype):
        raise ValueError(f"{name} must be one of {list(FLOATING)}, but received {dtype.name!r}")
    return dtype


def _bfloat16() -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError:
        raise ImportError("bfloat16 needs the package ml_dtypes: pip install 'paramattr[bfloat16]'") from None
    dtype: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return dtype


def set_default_dtype(d: DTypeLike) -> None:
    """Set the dtype that layers and parameters get when none is given.

    Parameters
    ----------
    d : {"float16", "bfloat16", "float32", "float64"} or dtype
        The new default; the library starts with ``"float32"``.

    Raises
    ------
    TypeError, ValueError
        If ``d`` is not a floating dtype.

    See Also
    --------
    paddle.set_default_dtype : the function this mirrors.

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
