"""A reader of pickles that can't be made to do anything but build dicts, lists, tuples, scalars and arrays.

Python's own Unpickler calls what the file names with the arguments the file has, and takes memory for whatever sizes
it claims. Here no name leads to an object of Python or NumPy: the few names that arrays need stand for functions below,
every size is compared with what is left of the file, and opcodes that such files do not need are refused. What the
opcodes make is counted before it is made, and so is the work that hashing takes: both are bounded by the file's size.
"""

from __future__ import annotations

import math
import pickle
import reprlib
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.checkpoint import tree

_CODES = {dtype.str[1:]: dtype for dtype in map(np.dtype, tree.NATIVE)}


@dataclass(eq=False, repr=False, slots=True)
class StoredArray:
    """An array of the file; ``value`` is None until the file has told all about it."""

    value: Array | None = None


@dataclass(eq=False, repr=False, slots=True)
class StoredDtype:
    """A dtype of the file, whose byte order comes after the rest."""

    code: str
    order: str = "="


@dataclass(frozen=True)
class Call:
    """What a name in the file stands for: given the machine and the arguments, a TypeError if it takes others."""

    name: str
    function: Callable[..., Any]


# Bytes of a place in a list, of which some are kept free, and of a mark.
_PLACE, _MARK = 9, 40


class Machine:
    """What follows the opcodes of one pickle, that ``file`` is at the start of, in at most ``size`` bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        # A file holds the bytes of an array once, or once as text under old protocols; by reference it could ask for
        # the same bytes any number of times.
        self._array_bytes = 2 * size
        #: How many bytes the objects may take, and how many they have taken so far at least.
        self._most, self.weight = tree.object_bytes(size), 0
        self._hashing = tree.Hashing(size)
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: list[Any] = []
        self._memo_apart: dict[int, Any] = {}  # under numbers that do not follow each other
        #: The ids of containers and arrays that stand in more than one place.
        self.shared: set[int] = set()
        #: Whether there is a tuple of a string and an array.
        self.has_pairs = False

    def run(self, alone: bool = True) -> Any:
        """Return the object of the pickle, which nothing may follow if it is ``alone``."""
        if self.take(1) != pickle.PROTO or not 2 <= self.take(1)[0] <= 5:
            raise ValueError("it is not a pickle of protocol 2 to 5")
        while (code := self.take(1)) != pickle.STOP:
            step = _STEPS.get(code)
            if step is None:
                raise ValueError(f"it has the opcode {_opcode_name(code)}, which no checkpoint needs")
            step(self)
        if (self._left and alone) or len(self._stack) != 1:
            raise ValueError("it goes on after its end, or ends in the middle")
        # What is only there is needed no more, and tensors will take its place.
        self._memo.clear()
        self._memo_apart.clear()
        return self._stack[0]

    def take(self, count: int) -> bytes:
        """Return the next bytes of the file."""
        if count > self._left:
            raise ValueError(f"it is cut short: it claims {count} bytes more, but has {self._left}")
        self._left -= count
        data = self._file.read(count)
        if len(data) != count:
            raise ValueError("it became shorter while it was read")
        return data

    def number(self, count: int, *, signed: bool = False) -> int:
        """Return the next bytes as a number."""
        return int.from_bytes(self.take(count), "little", signed=signed)

    def text(self, count: int) -> str:
        """Return a string that follows its length of ``count`` bytes."""
        data = self.take(self.number(count))
        self.weigh(60 + 4 * len(data) if len(data) > 1 else 0)
        return str(data, "utf-8", "surrogatepass")

    def bytes(self, count: int) -> bytes:
        """Return the bytes that follow their length of ``count`` bytes."""
        size = self.number(count)
        self.weigh(40 + size if size > 1 else 0)
        return self.take(size)

    def long(self, count: int) -> int:
        """Return the number that follows its length of ``count`` bytes."""
        size = self.number(count)
        self.weigh(32 + 2 * size)
        return self.number(size, signed=True)

    def line(self) -> str:
        """Return the next line."""
        line = self._file.readline(min(self._left, 200))
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise ValueError("it has a name that never ends")
        return line[:-1].decode("ascii", "replace")

    def charge(self, count: int) -> None:
        """Refuse to make more bytes of arrays than the file can have been made from."""
        self._array_bytes -= count
        if self._array_bytes < 0:
            raise ValueError("its arrays would be larger than the file")

    def weigh(self, count: int) -> None:
        """Refuse to make more bytes of other objects than a file of this size may."""
        self.weight += count
        if self.weight > self._most:
            raise ValueError(tree.TOO_MANY_OBJECTS)

    def push(self, value: Any, weight: int = 0) -> None:
        """Put a value of so many bytes on the stack."""
        self.weigh(_PLACE + weight)
        self._stack.append(value)

    def pop(self) -> Any:
        """Take the last value from the stack."""
        if not self._stack:
            raise ValueError("an opcode lacks its operand")
        self.weight -= _PLACE
        return self._stack.pop()

    def mark(self) -> None:
        """Remember how high the stack is."""
        self.weigh(_MARK)
        self._marks.append(len(self._stack))

    def cut(self) -> list[Any]:
        """Take all values above the last mark from the stack."""
        if not self._marks:
            raise ValueError("an opcode lacks its mark")
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        self.weight -= _MARK + _PLACE * len(values)
        return values

    def push_tuple(self, values: list[Any]) -> None:
        """Put a tuple of values on the stack."""
        made = tuple(values)
        self.has_pairs |= is_pair(made)
        self.push(made, 56 + 8 * len(made))

    def pops(self, count: int) -> list[Any]:
        """Take the last values from the stack, in the order they came."""
        return [self.pop() for _ in range(count)][::-1]

    def extend(self, values: list[Any]) -> None:
        """Append values to the list on the stack."""
        target = self.pop()
        if type(target) is not list:
            raise ValueError(f"it appends to a {type(target).__name__}")
        self.weigh(_PLACE * len(values))
        target.extend(values)
        self.push(target)

    def update(self, values: list[Any]) -> None:
        """Set items of the dict on the stack; keys and values alternate."""
        target = self.pop()
        if type(target) not in (dict, OrderedDict) or len(values) % 2:
            raise ValueError(f"it sets items of a {type(target).__name__}, or a key without a value")
        if not target:
            self.weigh(168)  # with room for five items
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not tree.is_key(key):
                raise ValueError(f"it has a dict with {reprlib.repr(key)} ({type(key).__name__}) as a key")
            if len(target) >= 5:
                self.weigh(100)
            if type(target) is OrderedDict:
                self.weigh(75)
            self._hashing.put(target, key, value)
        self.push(target)

    def put(self, number: int) -> None:
        """Remember the last value of the stack under a number."""
        if not self._stack:
            raise ValueError("an opcode lacks its operand")
        if number == len(self._memo):
            self.weigh(9)
            self._memo.append(self._stack[-1])
        else:
            self.weigh(150)
            self._memo_apart[number] = self._stack[-1]

    def memoize(self) -> None:
        """Remember the last value of the stack under the next number."""
        self.put(len(self._memo) + len(self._memo_apart))

    def get(self, number: int) -> None:
        """Put what is remembered under a number on the stack."""
        if number in self._memo_apart:
            value = self._memo_apart[number]
        elif number < len(self._memo):
            value = self._memo[number]
        else:
            raise ValueError(f"it refers to object {number} before that exists")
        if isinstance(value, (list, dict, tuple, StoredArray)) and id(value) not in self.shared:
            self.weigh(200)
            self.shared.add(id(value))
        self.push(value)

    def name(self, module: Any, name: Any) -> None:
        """Put what a name stands for on the stack."""
        # Strings first: the hash, or the text, of anything else could be made to take forever.
        if type(module) is not str or type(name) is not str:
            raise ValueError("it names something, but not by strings")
        call = _CALLS.get((module, name))
        if call is None:
            raise ValueError(f"it names {module[:80]}.{name[:80]}, which no checkpoint needs")
        self.push(call)

    def reduce(self) -> None:
        """Call what a name stands for."""
        call, args = self.pops(2)
        if not isinstance(call, Call) or type(args) is not tuple:
            raise ValueError(f"it calls a {type(call).__name__} with a {type(args).__name__}")
        try:
            self.push(call.function(self, *args), 64)
        except TypeError as error:
            raise ValueError(f"it calls {call.name} with other arguments than a checkpoint does") from error

    def build(self) -> None:
        """Give a dtype its byte order, or an array its values."""
        target, state = self.pops(2)
        if isinstance(target, StoredDtype) and _is_plain_dtype_state(state):
            target.order = state[1]
        elif isinstance(target, StoredArray) and target.value is None and type(state) is tuple and len(state) == 5:
            _, shape, stored, fortran, data = state
            target.value = self.array(shape, stored, data, fortran is True)
        else:
            raise ValueError(f"it gives a {type(target).__name__} a state that no checkpoint needs")
        self.push(target)

    def array(self, shape: Any, stored: Any, data: Any, fortran: bool) -> Array:
        """Return an array of its own, in native byte order."""
        if not isinstance(stored, StoredDtype):
            raise ValueError(f"it has an array whose dtype is a {type(stored).__name__}")
        if type(shape) is not tuple or len(shape) > 32 or not all(type(n) is int and 0 <= n < 1 << 62 for n in shape):
            raise ValueError("it has an array with an impossible shape")
        if type(data) is str:
            data = data.encode("latin1")  # Python 2 had no bytes
        if type(data) is not bytes:
            raise ValueError(f"it has an array whose values are a {type(data).__name__}")
        dtype = np.dtype(stored.order + stored.code)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise ValueError(f"it has an array of {list(shape)} {dtype} with {len(data)} bytes of values")
        self.charge(len(data))
        self.weigh(130 if shape else 0)
        values: Array = np.ndarray(shape, dtype, data, order="F" if fortran else "C")
        return values.astype(dtype.newbyteorder("="), order="K")


def is_pair(value: Any) -> bool:
    """Whether this is how Paddle stores a tensor: its name and its array."""
    return type(value) is tuple and len(value) == 2 and type(value[0]) is str and isinstance(value[1], StoredArray)


def _is_plain_dtype_state(state: Any) -> bool:
    if type(state) is not tuple or len(state) != 8 or type(state[1]) is not str:
        return False
    return state[1] in ("<", ">", "|", "=") and all(part is None for part in state[2:5])  # no fields, no subarrays


def _opcode_name(code: bytes) -> str:
    import pickletools

    names = {opcode.code: opcode.name for opcode in pickletools.opcodes}
    return names.get(code.decode("latin1"), repr(code))


def _tuple(machine: Machine, values: Any) -> tuple[Any, ...]:
    if type(values) is not tuple:
        raise TypeError
    return values


def _encode(machine: Machine, text: Any, encoding: Any) -> bytes:
    if type(text) is not str or encoding != "latin1":
        raise TypeError
    machine.charge(len(text))
    machine.weigh(len(text))
    return text.encode("latin1")


def _dtype(machine: Machine, code: Any, align: Any, copy: Any) -> StoredDtype:
    if type(code) is not str or code not in _CODES:
        raise TypeError
    return StoredDtype(code)


def _array_class(machine: Machine, *args: Any) -> None:
    # numpy.ndarray is named as an argument, never called.
    raise TypeError


def _reconstruct(machine: Machine, cls: Any, shape: Any, code: Any) -> StoredArray:
    # Shape and code are those of a start that the state replaces.
    if not isinstance(cls, Call) or cls.function is not _array_class:
        raise TypeError
    return StoredArray()


def _scalar(machine: Machine, dtype: Any, data: Any) -> Any:
    return machine.array((), dtype, data, False).flat[0]


def _from_buffer(machine: Machine, data: Any, dtype: Any, shape: Any, order: Any) -> StoredArray:
    return StoredArray(machine.array(shape, dtype, data, order == "F"))


def _ordered_dict(machine: Machine) -> OrderedDict[Any, Any]:
    machine.weigh(140)
    return OrderedDict()


def _calls() -> dict[tuple[str, str], Call]:
    functions: dict[tuple[str, str], Callable[..., Any]] = {
        ("numpy", "dtype"): _dtype,
        ("numpy", "ndarray"): _array_class,
        ("collections", "OrderedDict"): _ordered_dict,
        ("_codecs", "encode"): _encode,
    }
    for builtins in ("builtins", "__builtin__"):
        functions[builtins, "tuple"] = _tuple
        functions[builtins, "bytes"] = lambda machine: b""
    for core in ("numpy.core", "numpy._core"):  # before and since NumPy 2
        functions[f"{core}.multiarray", "_reconstruct"] = _reconstruct
        functions[f"{core}.multiarray", "scalar"] = _scalar
        functions[f"{core}.numeric", "_frombuffer"] = _from_buffer
    return {name: Call(".".join(name), function) for name, function in functions.items()}


_CALLS = _calls()

_STEPS: dict[bytes, Callable[[Machine], object]] = {
    pickle.FRAME: lambda m: m.take(8),  # its length, a hint for reading ahead
    pickle.NONE: lambda m: m.push(None),
    pickle.NEWTRUE: lambda m: m.push(True),
    pickle.NEWFALSE: lambda m: m.push(False),
    pickle.BININT: lambda m: m.push(m.number(4, signed=True), 32),
    pickle.BININT1: lambda m: m.push(m.number(1)),
    pickle.BININT2: lambda m: m.push(m.number(2), 28),
    pickle.LONG1: lambda m: m.push(m.long(1)),
    pickle.LONG4: lambda m: m.push(m.long(4)),
    pickle.BINFLOAT: lambda m: m.push(struct.unpack(">d", m.take(8))[0], 24),
    pickle.SHORT_BINUNICODE: lambda m: m.push(m.text(1)),
    pickle.BINUNICODE: lambda m: m.push(m.text(4)),
    pickle.BINUNICODE8: lambda m: m.push(m.text(8)),
    pickle.SHORT_BINSTRING: lambda m: m.push(m.bytes(1).decode("latin1"), 20),
    pickle.BINSTRING: lambda m: m.push(m.bytes(4).decode("latin1"), 20),
    pickle.SHORT_BINBYTES: lambda m: m.push(m.bytes(1)),
    pickle.BINBYTES: lambda m: m.push(m.bytes(4)),
    pickle.BINBYTES8: lambda m: m.push(m.bytes(8)),
    pickle.BYTEARRAY8: lambda m: m.push(m.bytes(8)),
    pickle.EMPTY_LIST: lambda m: m.push([], 72),
    pickle.EMPTY_DICT: lambda m: m.push({}, 64),
    pickle.EMPTY_TUPLE: lambda m: m.push(()),
    pickle.POP: Machine.pop,
    pickle.MARK: Machine.mark,
    pickle.APPEND: lambda m: m.extend(m.pops(1)),
    pickle.APPENDS: lambda m: m.extend(m.cut()),
    pickle.SETITEM: lambda m: m.update(m.pops(2)),
    pickle.SETITEMS: lambda m: m.update(m.cut()),
    pickle.TUPLE: lambda m: m.push_tuple(m.cut()),
    pickle.TUPLE1: lambda m: m.push_tuple(m.pops(1)),
    pickle.TUPLE2: lambda m: m.push_tuple(m.pops(2)),
    pickle.TUPLE3: lambda m: m.push_tuple(m.pops(3)),
    pickle.BINPUT: lambda m: m.put(m.number(1)),
    pickle.LONG_BINPUT: lambda m: m.put(m.number(4)),
    pickle.MEMOIZE: Machine.memoize,
    pickle.BINGET: lambda m: m.get(m.number(1)),
    pickle.LONG_BINGET: lambda m: m.get(m.number(4)),
    pickle.GLOBAL: lambda m: m.name(m.line(), m.line()),
    pickle.STACK_GLOBAL: lambda m: m.name(*m.pops(2)),
    pickle.REDUCE: Machine.reduce,
    pickle.BUILD: Machine.build,
}
