"""Argument checks whose errors name the argument, the value received and what was expected."""

from __future__ import annotations

import functools
import math
import numbers
import os
import sys
from collections.abc import Iterable, Sequence

import numpy as np


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
    expected = []
    if finite:
        expected.append("finite")
    if low > -math.inf:
        expected.append(f"{'>' if open_low else '>='} {low:g}")
    if high < math.inf:
        expected.append(f"{'<' if open_high else '<='} {high:g}")
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


def shape(name: str, value: object) -> tuple[int, ...]:
    """Return ``value`` as a tuple of non-negative ints.

    An int stands for one dimension. Sizes whose element count no address could reach are refused.
    """
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        value = (value,)
    if type(value) is not list and type(value) is not tuple:
        if isinstance(value, (str, bytes)) or not isinstance(value, (Iterable, np.ndarray)):
            raise TypeError(f"{name} must be a sequence of integers, but received {value!r} ({type(value).__name__})")
        value = list(value)
    sizes = tuple(value)
    for size in sizes:
        if type(size) is not int or size < 0:
            sizes = tuple(integer(f"{name}[{axis}]", size, low=0) for axis, size in enumerate(sizes))
            break
    if math.prod(sizes) > sys.maxsize // 8:
        raise ValueError(f"{name} must hold at most {sys.maxsize // 8} elements, but received {list(sizes)}")
    return sizes


@functools.cache
def _memory() -> int:
    """Bytes of memory this process may use; 0 where the system does not tell."""
    try:
        present = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # a container's
        try:
            with open(limit) as file:
                present = min(present, int(file.read()))
        except (ValueError, OSError):
            continue
    return present


def fits_in_memory(name: str, sizes: tuple[int, ...], itemsize: int, hint: str = "") -> None:
    """Raise a ValueError, with a ``hint`` at its end, where an array of ``sizes`` is larger than the machine's memory."""
    needed = math.prod(sizes) * itemsize
    present = _memory()
    if needed > present > 0:
        raise ValueError(
            f"{name} {list(sizes)} needs {needed / 2**30:,.0f} GiB, but this machine has {present / 2**30:,.0f} GiB{hint}"
        )
