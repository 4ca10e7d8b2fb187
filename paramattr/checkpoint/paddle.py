"""Paddle's own format, of ``.pdparams`` and ``.pdopt``: a pickle, in one of two layouts.

A dict of nothing but tensors (and dicts without tensors, such as a scheduler's state) is stored as a dict of arrays
with one entry more, from keys to the tensors' names. In everything else a tensor is a tuple of its name and an array.
bfloat16 stands there as uint16.
"""

from __future__ import annotations

import io
import math
import pickle
import struct
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.checkpoint import tree
from paramattr.checkpoint.unpickle import Machine, StoredArray, is_pair
from paramattr.random import Key

_NAMES = "StructuredToParameterName@@"
#: How Paddle cuts arrays of 1 GiB and more in pieces, under protocols that can't hold them whole.
_PIECES = "UnpackBigParamInfor@@"
_LARGEST = (1 << 30) - 1
#: Bytes of a tensor beside its array's, and of an object with its keys and whatever else a file has of it, at most.
_TENSOR, _HEAVIEST = 160, 1500
_CONTAINERS = (*tree.CONTAINERS, StoredArray)
_HEAVY = (*tree.CONTAINERS, np.ndarray)
_SCALARS = (bool, int, float, str, bytes)


def prepare(obj: Any, protocol: int) -> Callable[[BinaryIO], object]:
    """Check ``obj``; return what writes it to a file."""
    for where, leaf in tree.leaves(obj):
        if isinstance(leaf, (bytes, Key)):
            raise TypeError(f"{where} is a {type(leaf).__name__}, which Paddle's format can't hold; save to .npz")
        array = leaf.numpy() if isinstance(leaf, Tensor) else leaf
        if isinstance(array, np.generic) and array.dtype.name == "bfloat16":
            raise TypeError(f"{where} is a bfloat16 scalar, which Paddle's format can't hold; save to .npz")
        if isinstance(array, np.ndarray) and array.dtype.name in ("uint16", "uint32", "uint64"):
            raise TypeError(f"{where} is {array.dtype}, of which Paddle has no tensors; save to .npz")
        if isinstance(array, np.ndarray) and array.nbytes > _LARGEST and protocol < 4:
            large = f"an array of 1 GiB or more, as {where} is"
            raise ValueError(f"protocol must be 4 or 5 for {large}, but received {protocol}")
    for key in (_NAMES, _PIECES):
        if isinstance(obj, dict) and key in obj:
            raise ValueError(f"the key {key!r} of obj is the format's own in .pdparams and .pdopt")
    content = _with_names(obj) if _is_state_dict(obj) else _plain(obj)
    objects = list(_objects(content))
    arrays = [each for each in objects if isinstance(each, np.ndarray)]
    if _HEAVIEST * len(objects) <= tree.object_bytes(sum(array.nbytes for array in arrays)):
        return lambda file: pickle.dump(content, file, protocol)
    data = _large_enough(pickle.dumps(content, protocol), len(arrays))
    return lambda file: file.write(data)


def _objects(content: Any) -> Iterator[Any]:
    """Return what may take more memory than its bytes in the file allow: scalars do only in dicts."""
    yield content
    if isinstance(content, dict):
        for value in content.values():
            yield from _objects(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            if isinstance(value, _HEAVY):
                yield from _objects(value)


def _large_enough(data: bytes, arrays: int) -> bytes:
    """Return a pickle of the same, with a value more that nobody uses if loading would not allow its objects otherwise.

    The smallest dicts, of a few bytes each, take more memory than a file of their size may ask for.
    """
    machine = Machine(io.BytesIO(data), 1 << 40)
    machine.run(alone=False)
    lack = machine.weight + _TENSOR * arrays - tree.object_bytes(len(data))
    if lack <= 0:
        return data
    filler = bytes(lack // (tree.AMPLIFICATION - 1) + 100)
    head = len(pickle.PROTO) + 1
    return b"".join((data[:head], pickle.BINBYTES, struct.pack("<I", len(filler)), filler, pickle.POP, data[head:]))


def _holds_tensor(obj: object) -> bool:
    return any(isinstance(leaf, Tensor) for _, leaf in tree.leaves(obj))


def _is_state_dict(obj: object) -> bool:
    return isinstance(obj, dict) and all(
        not _holds_tensor(value) if isinstance(value, dict) else isinstance(value, Tensor) for value in obj.values()
    )


def _with_names(state: dict[Any, Any]) -> dict[Any, Any]:
    stored = {key: _plain(value.numpy() if isinstance(value, Tensor) else value) for key, value in state.items()}
    stored[_NAMES] = {key: value._given_name() or "" for key, value in state.items() if isinstance(value, Tensor)}
    return stored


def _plain(obj: Any) -> Any:
    if isinstance(obj, Tensor):
        return obj._given_name() or "", tree.as_bits(obj.numpy())
    if isinstance(obj, np.ndarray):
        return tree.as_bits(obj)
    if isinstance(obj, dict):
        return type(obj)((key, _plain(value)) for key, value in obj.items())
    if isinstance(obj, (list, tuple)):
        return type(obj)(_plain(value) for value in obj)
    return obj


def read(file: BinaryIO, size: int, return_numpy: bool, alone: bool = True) -> Any:
    """Return the object in the file, which nothing may follow if it is ``alone``."""
    machine = Machine(file, size)
    stored = machine.run(alone)
    if isinstance(stored, dict):
        _join_pieces(stored, machine)
    if not isinstance(stored, dict) or _NAMES not in stored:
        # Paddle's own rule: arrays beside tensors stay arrays, arrays alone become tensors.
        return _Finisher(machine, "pairs" if machine.has_pairs else "arrays", return_numpy).finish(stored)
    names = stored.pop(_NAMES)
    if type(names) is not dict or not all(type(name) is str and key in stored for key, name in names.items()):
        raise ValueError(f"its table {_NAMES!r} is not from keys of the dict to names")
    if not all(isinstance(stored[key], StoredArray) for key in names):
        raise ValueError(f"its table {_NAMES!r} names something that is no array")
    finisher = _Finisher(machine, "none", return_numpy)
    result = finisher.finish(stored)
    if not return_numpy:
        for key, name in names.items():
            result[key] = finisher.tensor(result[key], name)
    return result


def _join_pieces(stored: dict[Any, Any], machine: Machine) -> None:
    table = stored.pop(_PIECES, {})
    if type(table) is not dict or not all(type(entry) is dict for entry in table.values()):
        raise ValueError(f"its table {_PIECES!r} is not a dict of dicts")
    for key, entry in table.items():
        names, shape = entry.get("slices"), entry.get("OriginShape")
        if not _is_tuple_of(str, names) or not _is_tuple_of(int, shape):
            raise ValueError(f"its table {_PIECES!r} has no names or no shape of {key!r}")
        parts = [stored.pop(name, None) for name in names]
        arrays = [part.value for part in parts if isinstance(part, StoredArray) and part.value is not None]
        if not arrays or len(arrays) != len(parts) or len({array.dtype for array in arrays}) != 1:
            raise ValueError(f"a piece of {key!r} is missing, used twice or of another dtype")
        machine.charge(sum(array.nbytes for array in arrays))
        joined = np.concatenate(arrays, axis=None)
        if math.prod(shape) != joined.size or min(shape, default=0) < 0:
            raise ValueError(f"the pieces of {key!r} hold {joined.size} values, but its shape is {list(shape)}")
        stored[key] = StoredArray(joined.reshape(shape))


def _is_tuple_of(cls: type, value: object) -> bool:
    return type(value) in (list, tuple) and all(type(part) is cls for part in value)  # type: ignore[attr-defined]


class _Finisher:
    """What puts tensors and arrays in the place of what the pickle has for them, inside the containers that it made.

    ``tensors`` says what is a tensor: "pairs" of a name and an array, all "arrays", or "none".
    """

    def __init__(self, machine: Machine, tensors: str, return_numpy: bool) -> None:
        self._machine = machine
        self._tensors = tensors
        self._return_numpy = return_numpy
        # By id, the finished object and its levels: what is stored once and used often is finished once.
        self._done: dict[int, tuple[Any, int] | None] = {}

    def finish(self, node: Any) -> Any:
        """Return what the file holds."""
        return self._build([node], -1)[0][0]  # in a list, because it may be a scalar

    def _finish(self, node: Any, depth: int) -> tuple[Any, int]:
        shared = id(node) in self._machine.shared
        if shared and id(node) in self._done:
            done = self._done[id(node)]
            if done is None:
                raise ValueError("it has a container that holds itself")
        else:
            if depth > tree.MAX_DEPTH:
                raise ValueError(f"it has more than {tree.MAX_DEPTH} levels")
            if shared:
                self._done[id(node)] = None
            done = self._build(node, depth)
            if shared:
                self._done[id(node)] = done
        if depth + done[1] > tree.MAX_DEPTH:
            raise ValueError(f"it has more than {tree.MAX_DEPTH} levels")
        return done

    def _build(self, node: Any, depth: int) -> tuple[Any, int]:
        if isinstance(node, StoredArray):
            return self._leaf(node, None, self._tensors == "arrays"), 0
        if self._tensors == "pairs" and is_pair(node):
            return self._leaf(node[1], node[0], True), 0
        target: Any = list(node) if type(node) is tuple else node
        levels = 0
        for key, value in target.items() if isinstance(target, dict) else enumerate(target):
            if type(value) in _CONTAINERS:
                target[key], below = self._finish(value, depth + 1)
                levels = max(levels, below)
            elif value is not None and type(value) not in _SCALARS and not isinstance(value, np.generic):
                raise ValueError(f"it holds {value}, which is no value")
        return tuple(target) if type(node) is tuple else target, levels + 1

    def _leaf(self, stored: StoredArray, name: str | None, is_tensor: bool) -> Any:
        array = stored.value
        if array is None:
            raise ValueError("it has an array without values")
        if array.dtype == np.uint16:
            array = array.view(tree.dtype("bfloat16"))
        return self.tensor(array, name) if is_tensor and not self._return_numpy else array

    def tensor(self, array: Array, name: str | None) -> Tensor:
        """Return a tensor with this array; the file may name one array any number of times."""
        self._machine.weigh(_TENSOR)
        return Tensor(array, name=name or None)
