"""The ``.npz`` format: a zip of ``.npy`` arrays and one ``tree.json`` that says how they and the rest fit together.

Each node of the tree is JSON's own null, true, false, string, number (finite floats, ints within 2**53), or an object
whose first key says what it is: "int" (hexadecimal), "float" (the 8 bytes of an infinity or NaN), "bytes", "list",
"tuple", "dict" and "OrderedDict" (lists of pairs), "tensor" and "array" (the number of the member), "scalar" (its
bytes), "key" (seed and stream).
"""

from __future__ import annotations

import errno
import json
import math
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from typing import IO, Any, BinaryIO

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.checkpoint import tree
from paramattr.random import Key

#: Changes whenever an older reader could not make sense of the file.
VERSION = 1

_TREE = "tree.json"
_LONGEST_HEADER = 2000  # of 64 axes, the most that NumPy has
_EXACT = 1 << 53  # other readers of JSON hold numbers as doubles


def prepare(obj: Any, protocol: int) -> Callable[[BinaryIO], object]:
    """Check ``obj``; return what writes it to a file."""
    for _ in tree.leaves(obj):
        pass
    arrays: list[Array] = []
    described = {"format": "paramattr", "version": VERSION, "tree": _describe(obj, arrays)}
    text = json.dumps(described, allow_nan=False, separators=(",", ":")).encode("ascii")

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_info(_TREE), text)
            for number, array in enumerate(arrays):
                with archive.open(_info(f"{number}.npy"), "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, tree.as_bits(array), allow_pickle=False)

    return write


def _info(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same content gives the same bytes at any time


def _describe(obj: Any, arrays: list[Array]) -> Any:
    cls = type(obj)
    if obj is None or cls in (bool, str) or (cls is float and math.isfinite(obj)):
        return obj
    if cls is int:
        return obj if -_EXACT <= obj <= _EXACT else {"int": hex(obj)}
    if cls is float:
        return {"float": struct.pack(">d", obj).hex()}
    if cls is bytes:
        return {"bytes": obj.hex()}
    if cls is Key:
        return {"key": [_describe(obj.seed, arrays), _describe(obj.stream, arrays)]}
    if cls in (list, tuple):
        return {cls.__name__: [_describe(value, arrays) for value in obj]}
    if cls in (dict, OrderedDict):
        return {cls.__name__: [[_describe(key, arrays), _describe(value, arrays)] for key, value in obj.items()]}
    if isinstance(obj, np.generic):
        return {"scalar": tree.as_bits(np.asarray(obj)).tobytes().hex(), "dtype": obj.dtype.name}
    tag, array, name = ("tensor", obj.numpy(), obj._given_name()) if isinstance(obj, Tensor) else ("array", obj, None)
    arrays.append(array)
    node = {tag: len(arrays) - 1, "dtype": array.dtype.name, "shape": list(array.shape)}
    return node if name is None else {**node, "name": name}


def read(file: BinaryIO, size: int, return_numpy: bool) -> Any:
    """Return the object in the file."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _Reader(archive, size, return_numpy).read()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error, OSError) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's; a broken archive can make its reader seek to impossible places
        raise ValueError(f"it is not a whole zip archive: {error}") from error


class _Top(dict[str, Any]):
    """The outermost object of the description, which is no node."""


class _List(list[Any]):
    """A list that a node has become. JSON's own lists stand inside nodes alone, and are no values."""


class _Reader:
    """What makes the object again from the members of an archive, each of which it checks against the tree.

    Nodes become values while JSON is read, from the innermost out, so that the whole tree of nodes never exists.
    """

    def __init__(self, archive: zipfile.ZipFile, size: int, return_numpy: bool) -> None:
        self._archive = archive
        self._return_numpy = return_numpy
        self._hashing = tree.Hashing(size)
        self._members = {info.filename: info for info in archive.infolist()}
        if len(self._members) != len(archive.infolist()):
            raise ValueError("two members of the archive have the same name")
        for name, info in self._members.items():
            if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits & 1:
                raise ValueError(f"member {name!r} is compressed or encrypted, which paramattr.save never does")
        # Members that overlap could claim far more than there is.
        if sum(info.file_size for info in self._members.values()) > size:
            raise ValueError("the members claim to be larger than the file")

    def read(self) -> Any:
        info = self._members.pop(_TREE, None)
        if info is None:
            raise ValueError(f"it has no member {_TREE!r}, so paramattr.save has not written it (numpy.load reads it)")
        try:
            text = self._archive.read(info).decode("ascii")
            described = json.loads(text, object_hook=self._value, parse_int=_integer)
        except RecursionError:
            raise ValueError(f"the tree has more than {tree.MAX_DEPTH} levels") from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{_TREE!r} is not JSON in ASCII: {error}") from None
        if not isinstance(described, _Top) or described.get("format") != "paramattr":
            raise ValueError(f"{_TREE!r} is not a description of a paramattr checkpoint")
        if described.get("version") != VERSION:
            raise ValueError(f"it has format version {described.get('version')!r}, but this paramattr reads {VERSION}")
        if "tree" not in described:
            raise ValueError(f"{_TREE!r} has no tree")
        value = _part(described["tree"])
        if self._members:
            raise ValueError(f"the tree does not mention member {next(iter(self._members))!r}")
        tree.check_depth([value])  # in a list, because it may be a scalar
        return value

    def _value(self, node: dict[str, Any]) -> Any:
        if not node or "format" in node:
            return _Top(node)
        tag, content = next(iter(node.items()))
        if tag in ("list", "tuple"):
            values = _List(map(_part, _checked(tag, content, list)))
            return values if tag == "list" else tuple(values)
        if tag in ("dict", "OrderedDict"):
            return self._dict(OrderedDict() if tag == "OrderedDict" else {}, _checked(tag, content, list))
        if tag in ("tensor", "array"):
            array, name = self._array(f"{content}.npy", node), node.get("name")
            if name is not None and not isinstance(name, str):
                raise ValueError(f"the tree has a tensor with the name {name!r}")
            return array if tag == "array" or self._return_numpy else Tensor(array, name=name)
        if tag == "key":
            if len(_checked(tag, content, list)) != 2:
                raise ValueError("the tree has a broken 'key' node")
            try:
                return Key(*map(_part, content))
            except TypeError as error:
                raise ValueError(f"the tree has a broken 'key' node: {error}") from None
        if tag not in ("scalar", "int", "float", "bytes"):
            raise ValueError(f"the tree has a node of unknown kind {tag!r}")
        dtype = tree.dtype(node.get("dtype")) if tag == "scalar" else None
        try:
            if tag == "int":
                return int(_checked(tag, content, str), 16)
            data = bytes.fromhex(_checked(tag, content, str))
            if dtype is not None:
                return np.frombuffer(data, tree.bits_dtype(dtype)).reshape(()).view(dtype)[()]
            return data if tag == "bytes" else struct.unpack(">d", data)[0]
        except (ValueError, struct.error):
            raise ValueError(f"the tree has a broken {tag!r} node") from None

    def _dict(self, result: dict[Any, Any], pairs: list[Any]) -> dict[Any, Any]:
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2:
                raise ValueError("the tree has a dict that is not made of pairs")
            key, value = map(_part, pair)
            if not tree.is_key(key):
                raise ValueError(f"the tree has a dict with the key {key!r}, of a kind that is not allowed")
            before = len(result)
            self._hashing.put(result, key, value)
            if len(result) == before:
                raise ValueError(f"the tree has a dict with the key {key!r} twice")
        return result

    def _array(self, name: str, node: dict[str, Any]) -> Array:
        info = self._members.pop(name, None)
        if info is None:
            raise ValueError(f"member {name!r} is missing, or mentioned twice")
        with self._archive.open(info) as member:
            shape, fortran, dtype = _header(name, member)
            said = node.get("shape"), node.get("dtype")
            if list(shape) != said[0] or dtype != tree.bits_dtype(tree.dtype(said[1])) or min(shape, default=0) < 0:
                seen = f"shape {list(shape)} and dtype {dtype}"
                raise ValueError(f"member {name!r} has {seen}, but the tree says {said[0]} and {said[1]}")
            data = member.read()
        if len(data) != math.prod(shape) * dtype.itemsize:
            raise ValueError(f"member {name!r} has {len(data)} bytes of values, but its shape is {list(shape)}")
        array: Array = np.ndarray(shape, dtype, data, order="F" if fortran else "C").copy(order="K")
        return array.view(tree.dtype(node["dtype"]))


def _part(value: Any) -> Any:
    """Return what stands in a node, if it is a value."""
    if type(value) is list or (type(value) is _Top and not value):
        raise ValueError("the tree has a node that says not what it is")
    if type(value) is _Top:
        raise ValueError("the tree has a node of unknown kind 'format'")
    return list(value) if type(value) is _List else value


def _checked(tag: str, content: Any, cls: type) -> Any:
    if type(content) is not cls:
        raise ValueError(f"the tree has a broken {tag!r} node")
    return content


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(f"the tree has a number of {len(digits)} digits")
    return int(digits)


def _header(name: str, member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(member)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"it has version {version} of the .npy format, not (1, 0) or (2, 0)")
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        return read(member, max_header_size=_LONGEST_HEADER)
    except Exception as error:  # NumPy reads it as Python's text, which can go wrong in any way
        raise ValueError(f"member {name!r} has a broken header: {error}") from error
