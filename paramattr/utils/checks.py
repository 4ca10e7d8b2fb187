"""Argument checks whose errors name the argument, the value received and what was expected."""

from __future__ import annotations

import functools
import math
import numbers
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

# What NumPy can hold.
_MAX_AXES = 64 if int(np.__version__.partition(".")[0]) >= 2 else 32


def boolean(name: str, value: object) -> bool:
    """Return ``value`` as a bool; anything but a bool is a TypeError."""
    if value is True or value is False:
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    raise TypeError(f"{name} must be a bool, but received {value!r} ({type(value).__name__})")


def real(
    name: str,
    value: object,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    open_low: bool = False,
    open_high: bool = False,
    finite: bool = True,
) -> float:
    """Return ``value`` as a float, checked to be a real number within the bounds.

    ``low`` and ``high`` are inclusive, exclusive when ``open_low`` and ``open_high``. NaN is never accepted,
    infinities only when ``finite`` is False.
    """
    # The usual case first: this is on the path of every new parameter.
    if type(value) is float and low < value < high:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf":
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, but received {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    expected = ["finite"] if finite else []
    if low > -math.inf:
        expected.append(f"{'>' if open_low else '>='} {low:.9g}")
    if high < math.inf:
        expected.append(f"{'<' if open_high else '<='} {high:.9g}")
    bad = math.isnan(number) or (finite and math.isinf(number)) or number < low or number > high
    if bad or (open_low and number == low) or (open_high and number == high):
        raise ValueError(f"{name} must be {' and '.join(expected) or 'a number'}, but received {value!r}")
    return number


def probability(name: str, value: object) -> float:
    """Return ``value`` as a float, checked to lie between 0 and 1, neither of which it may be."""
    return real(name, value, low=0.0, high=1.0, open_low=True, open_high=True)


def integer(name: str, value: object, *, low: int | None = None, high: int | None = None) -> int:
    """Return ``value`` as an int within the inclusive bounds; bools and floats are TypeErrors."""
    if type(value) is int and (low is None or value >= low) and (high is None or value <= high):
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, but received {value!r} ({type(value).__name__})")
    number = int(value)
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = f">= {low}" if high is None else f"in [{low}, {high}]"
        raise ValueError(f"{name} must be {bounds}, but received {number}")
    return number


def axis(name: str, value: object, ndim: int) -> int:
    """Return ``value``, an axis of an array with ``ndim`` axes, counted from the first; as in NumPy, 0 counts as 1."""
    count = max(ndim, 1)
    return integer(name, value, low=-count, high=count - 1) % count


def axes(name: str, value: object, ndim: int | None = None) -> tuple[int, ...] | None:
    """Return ``value``, an axis, several or None, as a tuple or None.

    With ``ndim`` the axes must exist, each is named at most once, and they are counted from the first.
    """
    if value is None:
        return None
    if type(value) is int and ndim is not None:
        place = axis(name, value, ndim)
        return (place,) if ndim else ()
    if isinstance(value, (list, tuple, range)):
        numbers = tuple(integer(f"{name}[{index}]", number) for index, number in enumerate(value))
    else:
        numbers = (integer(name, value),)
    if ndim is None:
        return numbers
    counted = tuple(axis(name, number, ndim) for number in numbers)
    if len(set(counted)) < len(counted):
        raise ValueError(f"{name} must name each axis once, but received {value!r}")
    return counted if ndim else ()


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """Return ``value`` if it is one of the strings ``options``."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {list(options)}, but received {value!r} ({type(value).__name__})")
    if value not in options:
        raise ValueError(f"{name} must be one of {list(options)}, but received {value!r}")
    return value


def instance(name: str, value: object, types: type | tuple[type, ...], expected: str) -> None:
    """Raise a TypeError that says ``expected`` unless ``value`` is an instance of ``types``."""
    if not isinstance(value, types):
        raise TypeError(f"{name} must be {expected}, but received {value!r} ({type(value).__name__})")


def several(name: str, value: object, expected: str) -> list[Any]:
    """Return what an iterable holds; TypeError that says ``expected`` for anything else, strings among it."""
    try:
        if not isinstance(value, (str, bytes)):
            return list(value)  # type: ignore[call-overload,no-any-return]
    except TypeError:
        pass
    raise TypeError(f"{name} must be {expected}, but received {value!r} ({type(value).__name__})")


def shape(name: str, value: object) -> tuple[int, ...]:
    """Return ``value`` as a tuple of non-negative ints.

    An int stands for one dimension. Sizes whose element count no address could reach are refused.
    """
    if type(value) is list or type(value) is tuple:
        sizes = tuple(value)
    elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        sizes = (int(value),)
    else:
        sizes = tuple(several(name, value, "a sequence of integers"))
    for size in sizes:
        if type(size) is not int or size < 0:
            sizes = tuple(integer(f"{name}[{axis}]", size, low=0) for axis, size in enumerate(sizes))
            break
    if len(sizes) > _MAX_AXES:
        raise ValueError(f"{name} must have at most {_MAX_AXES} axes, but received {len(sizes)}")
    # NumPy counts so, even with an axis of size 0.
    if (math.prod(sizes) or math.prod(size or 1 for size in sizes)) > sys.maxsize // 8:
        raise ValueError(f"{name} must hold at most {sys.maxsize // 8} elements, but received {list(sizes)}")
    return sizes


def new_shape(name: str, value: object, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return ``value`` as new sizes for the elements of an array of ``shape``.

    One of them may be -1, which stands for the rest; as in Paddle, 0 stands for the size that ``shape`` has there.
    """
    numbers = several(name, value, "a sequence of integers")
    sizes = tuple(integer(f"{name}[{axis}]", number, low=-1) for axis, number in enumerate(numbers))
    size = math.prod(shape)
    if size:
        sizes = tuple(shape[i] if not given and i < len(shape) else given for i, given in enumerate(sizes))
    known = math.prod(number for number in sizes if number != -1)
    free = sizes.count(-1)
    if free > 1 or (not known or size % known if free else size != known):
        raise ValueError(f"{name} must hold {size} elements, but received {list(sizes)}")
    return sizes


@functools.cache
def _memory() -> int:
    """Bytes of memory this process may use; 0 where the system does not tell."""
    try:
        present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # a container's
        with suppress(ValueError, OSError), open(limit) as file:
            present = min(present, int(file.read()))
    return present


def fits_in_memory(name: str, sizes: Sequence[int], itemsize: int, hint: str = "") -> None:
    """Raise a ValueError, with a ``hint`` at its end, where an array of ``sizes`` is larger than the machine's memory."""
    needed = math.prod(sizes) * itemsize
    present = _memory()
    if needed > present > 0:
        raise ValueError(
            f"{name} {list(sizes)} needs {needed // 2**30:,} GiB, but this machine has {present // 2**30:,} GiB{hint}"
        )
