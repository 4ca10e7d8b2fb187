"""What a checkpoint can hold: nested dicts, lists and tuples of tensors, arrays, numbers, strings and keys."""

from __future__ import annotations

import reprlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.random import Key
from paramattr.utils import dtypes

#: Levels of containers. State needs a handful; a bound keeps every walk far from Python's recursion limit.
MAX_DEPTH = 64

#: Of the dtypes that checkpoints hold, those that are NumPy's own.
NATIVE = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
#: The names of all of them.
DTYPES = [*NATIVE, *(name for name in dtypes.FORMATS if name not in NATIVE)]

#: How many times a file's size the objects made from it may take, beyond the first MiB.
AMPLIFICATION = 20
TOO_MANY_OBJECTS = f"its objects would take more than {AMPLIFICATION} times the file's size, and 1 MiB"

CONTAINERS = (dict, OrderedDict, list, tuple)
_KEYS = (str, int, float, bool, bytes, type(None))
_EXPECTED = (
    "a Tensor, ndarray, NumPy scalar, Key, int, float, bool, str, bytes, None,"
    " or a dict, OrderedDict, list or tuple of them"
)


def dtype(name: object) -> np.dtype[Any]:
    """Return the dtype of this name, if it is one that checkpoints hold."""
    if not isinstance(name, str) or name not in DTYPES:
        raise ValueError(f"dtype {reprlib.repr(name)} is not one of {DTYPES}")
    return dtypes.named(name)


def bits_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that files hold the values in: the unsigned integers of its size for one that NumPy lacks."""
    return dtype if dtype.name in NATIVE else np.dtype(f"uint{8 * dtype.itemsize}")


def as_bits(array: Array) -> Array:
    """Return the array in the dtype that files hold it in, sharing memory."""
    return array.view(bits_dtype(array.dtype))


def object_bytes(size: int) -> int:
    """Return how much memory objects may take that are made from a file of this size, apart from arrays' values."""
    return AMPLIFICATION * size + (1 << 20)


def is_key(key: object) -> bool:
    """Whether checkpoints hold dicts with this key: a scalar or a flat tuple of scalars."""
    return type(key) in _KEYS or (type(key) is tuple and all(type(part) in _KEYS for part in key))


class Hashing:
    """Bounds the work of putting keys into dicts, which whoever writes a file could make quadratic.

    Python hashes tuples and long ints anew each time, and their hashes can be made equal, so that each new key is compared
    with all before it. Strings are safe from both, and shorter ints have too few of equal hash.
    """

    def __init__(self, size: int) -> None:
        self._left = 4_000_000 + 20 * size

    def put(self, target: dict[Any, Any], key: Any, value: Any) -> None:
        """Set an item of ``target``."""
        if type(key) is tuple:
            self._spend(len(target) + 20 * len(key) + sum(_words(part) for part in key))
        elif _words(key) > 1:
            self._spend(len(target) + _words(key))
        target[key] = value

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise ValueError("its dicts have more tuples or long ints as keys than a file of this size may")


def _words(key: object) -> int:
    return 1 + key.bit_length() // 64 if type(key) is int else 1


def check_depth(obj: Any, depth: int = 0) -> None:
    """Raise a ValueError if a container has values that are containers nested deeper than `MAX_DEPTH`."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it has more than {MAX_DEPTH} levels")
    for value in obj.values() if isinstance(obj, dict) else obj:
        if type(value) in CONTAINERS:
            check_depth(value, depth + 1)


def leaves(obj: object, where: str = "obj", above: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Iterate over what the containers of ``obj`` hold, with its place, checking everything on the way.

    A TypeError for what no checkpoint can hold, a ValueError for a container that holds itself or is nested too deep.
    """
    if type(obj) not in CONTAINERS:
        _check_leaf(where, obj)
        yield where, obj
        return
    if id(obj) in above:
        raise ValueError(f"{where} must not hold itself")
    if len(above) == MAX_DEPTH:
        raise ValueError(f"obj must have at most {MAX_DEPTH} levels, but goes on at {where}")
    for key, value in obj.items() if isinstance(obj, dict) else enumerate(obj):  # type: ignore[arg-type]
        if isinstance(obj, dict) and not is_key(key):
            raise TypeError(
                f"the keys of {where} must be str, int, float, bool, bytes, None or tuples of them,"
                f" but received {reprlib.repr(key)} ({type(key).__name__})"
            )
        yield from leaves(value, f"{where}[{key!r}]", (*above, id(obj)))


def _check_leaf(where: str, value: object) -> None:
    if isinstance(value, Tensor):
        value = value.numpy()
    if type(value) is np.ndarray or isinstance(value, np.generic):
        dtype = value.dtype
        if dtype.name not in DTYPES or not dtype.isnative:
            raise TypeError(f"{where} must have one of the dtypes {DTYPES} in native byte order, but has {dtype!r}")
    elif type(value) not in _KEYS and type(value) is not Key:
        raise TypeError(f"{where} must be {_EXPECTED}, but received {reprlib.repr(value)} ({type(value).__name__})")
