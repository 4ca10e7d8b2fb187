"""What was written to, and when: a gradient must not be made from values that came later."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any, cast

import numpy as np

from paramattr.utils import threads

Array = np.ndarray[Any, Any]


class _Write(weakref.ref[Array]):
    """The last write into the memory of an array, and the tensor whose values changed."""

    __slots__ = ("key", "number", "tensor")
    key: int
    number: int
    tensor: weakref.ref[Any]


# The number of writes so far. Who remembers it at some time sees by one comparison that nothing was written since.
count = 0
_last: dict[int, _Write] = {}


def record(tensors: Iterable[Any]) -> None:
    """Note that the values of ``tensors`` are about to be changed in place: no gradient may use the new for the old."""
    global count
    with threads.lock:
        count += 1
        for tensor in tensors:
            owner = tensor.numpy()
            if owner.base is not None:
                owner = _owner(owner)
            key = id(owner)
            write = _last.get(key)
            if write is None:
                write = _last[key] = _Write(owner, _forget)
                write.key, write.tensor = key, weakref.ref(tensor)
            write.number = count


def _forget(write: weakref.ref[Array]) -> None:
    _last.pop(cast(_Write, write).key, None)


def _owner(array: Array) -> Array:
    """Return the array whose memory ``array`` is a view of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def concern(array: Array, pullbacks: object) -> bool:
    """Return whether ``pullbacks`` hold the memory of ``array``, so that they must not see it written to."""
    owner = _owner(array)
    return any(_owner(held) is owner for held in _held(pullbacks, set()))


def check_none_since(number: int, pullbacks: object) -> None:
    """Raise a RuntimeError if ``pullbacks`` hold an array that was written to after the write ``number``."""
    for array in _held(pullbacks, set()):
        write = _last.get(id(_owner(array)))
        if write is not None and write.number > number:
            tensor = write.tensor()
            raise RuntimeError(
                f"backward() needs values of {'a tensor' if tensor is None else tensor._label()} that have changed since"
                " they were used; call backward() before set_value() or an optimizer's step changes them"
            )


def _held(thing: object, seen: set[int]) -> Iterator[Array]:
    """Return the arrays in ``thing``: in sequences, and in the closures and defaults of functions."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for part in thing:
            yield from _held(part, seen)
    elif isinstance(thing, FunctionType) and id(thing) not in seen:
        seen.add(id(thing))
        yield from _held([cell.cell_contents for cell in thing.__closure__ or ()], seen)
        yield from _held(thing.__defaults__, seen)
