"""A pickle that is broken or wants to do something gets one clear error, does nothing and takes no memory."""

import builtins
import collections
import functools
import importlib
import io
import math
import operator
import os
import pickle
import struct
import sys

import numpy as np
import pytest

import paramattr as pa
from paramattr.checkpoint import unpickle

SUFFIX = ".pdparams"


def text(value):
    data = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def number(value):
    data = value.to_bytes(16, "little", signed=True)
    return pickle.LONG1 + bytes([len(data)]) + data


def glob(module, name):
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


def stack_glob(module, name):
    return text(module) + text(name) + pickle.STACK_GLOBAL


def program(*parts, protocol=4):
    return pickle.PROTO + bytes([protocol]) + b"".join(parts) + pickle.STOP


def tup(*parts):
    return pickle.MARK + b"".join(parts) + pickle.TUPLE


def call(what, *args):
    return what + tup(*args) + pickle.REDUCE


def dtype(code="f4", order="<", extra=(b"N", b"N", b"N")):
    state = tup(number(3), text(order), *extra, number(-1), number(-1), number(0))
    return call(glob("numpy", "dtype"), text(code), pickle.NEWFALSE, pickle.NEWTRUE) + state + pickle.BUILD


def data(values):
    return pickle.BINBYTES8 + struct.pack("<Q", len(values)) + values


START = call(glob("numpy.core.multiarray", "_reconstruct"), glob("numpy", "ndarray"), tup(number(0)), data(b"b"))


def array(shape, stored=None, values=b"\0" * 8, start=START, fortran=pickle.NEWFALSE):
    sizes = tup(*map(number, shape))
    return start + tup(number(1), sizes, stored or dtype(), fortran, data(values)) + pickle.BUILD


class Reduced:
    def __init__(self, *value):
        self.value = value

    def __reduce__(self):
        return self.value


def reduced(*value, protocol=4):
    return pickle.dumps({"weight": Reduced(*value)}, protocol)


@pytest.fixture
def load(tmp_path):
    """Load a file of this content."""

    def call(content):
        path = tmp_path / f"state{SUFFIX}"
        path.write_bytes(content)
        return pa.load(path)

    return call


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        lambda f: (os.system, (f"touch {f}",)),
        lambda f: (builtins.eval, (f"open({f!r}, 'w')",)),
        lambda f: (builtins.exec, (f"open({f!r}, 'w')",)),
        lambda f: (builtins.open, (f, "w")),
        lambda f: (builtins.getattr, ("x", "__class__")),
        lambda f: (builtins.__import__, ("os",)),
        lambda f: (importlib.import_module, ("antigravity",)),
        lambda f: (operator.attrgetter, ("system",)),
        lambda f: (operator.methodcaller, ("system", f"touch {f}")),
        lambda f: (functools.partial, (os.mkdir, f)),
        lambda f: (os.mkdir, (f,)),
        lambda f: (io.FileIO, (f, "w")),
        lambda f: (np.load, (f,)),
        lambda f: (np.fromfile, (f,)),
        lambda f: (np.memmap, (f, "u1", "w+", 0, (10,))),
        lambda f: (np.ndarray, ((1 << 40,), "u1")),
        lambda f: (np.zeros, (1 << 40,)),
        lambda f: (np.dtype, ("O", False, True)),
        lambda f: (np.dtype, ([("a", "f4")], False, True)),
        lambda f: (np.dtype, (("f4", (1 << 30,)), False, True)),
        lambda f: (collections.OrderedDict, ([("a", 1)],)),
        lambda f: (bytes, (1 << 40,)),
        lambda f: (bytearray, (1 << 40,)),
        lambda f: (tuple, ("abc",)),
        lambda f: (pickle.loads, (b"N.",)),
    ],
)
def test_calls_of_anything(tmp_path, refuses_to_load, value, protocol):
    target = tmp_path / "made"
    refuses_to_load(reduced(*value(str(target)), protocol=protocol))
    assert not target.exists()


@pytest.mark.parametrize("how", [glob, stack_glob])
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("builtins", "eval"),
        ("__builtin__", "eval"),
        ("builtins", "tuple.__class__"),
        ("builtins", "tuple.__subclasses__"),
        ("numpy", "ndarray.__reduce__"),
        ("numpy", "core.multiarray._reconstruct"),
        ("numpy.core", "multiarray._reconstruct"),
        ("numpy.core.multiarray", "_reconstruct.__globals__"),
        ("numpy", "load"),
        ("numpy.f2py.crackfortran", "getlincoef"),
        ("numpy.testing._private.utils", "runstring"),
        ("collections", "OrderedDict.__init__"),
        ("collections", "namedtuple"),
        ("_codecs", "lookup"),
        ("codecs", "encode"),
        ("paddle.base.libpaddle.eager", "Tensor"),
        ("paramattr", "load"),
        ("", ""),
    ],
)
def test_names_of_anything(refuses_to_load, how, module, name):
    said = refuses_to_load(program(how(module, name), tup(text("true")), pickle.REDUCE), "it names")
    assert f"{module}.{name}" in said


def test_names_that_are_no_strings(refuses_to_load):
    deep = b"".join([pickle.EMPTY_TUPLE, *[pickle.TUPLE1] * 1000])
    doubling = pickle.EMPTY_TUPLE + b"q\0" + b"h\0\x86q\0h\0" * 60 + b"\x86"
    for module in (number(1), pickle.NONE, pickle.EMPTY_LIST, deep, doubling):
        refuses_to_load(program(module, text("dtype"), pickle.STACK_GLOBAL), "it names")
        refuses_to_load(program(text("numpy"), module, pickle.STACK_GLOBAL), "it names")


TENSOR = glob("builtins", "tuple")


@pytest.mark.parametrize(
    ("name", "content"),
    {
        "NEWOBJ": program(glob("numpy", "ndarray"), tup(number(1 << 40)), pickle.NEWOBJ),
        "NEWOBJ_EX": program(glob("numpy", "ndarray"), tup(), b"}", pickle.NEWOBJ_EX),
        "OBJ": program(pickle.MARK, glob("numpy", "ndarray"), number(1 << 40), pickle.OBJ),
        "INST": program(pickle.MARK, text("true"), b"ios\nsystem\n"),
        "EXT1": program(pickle.EXT1, b"\1"),
        "EXT2": program(pickle.EXT2, b"\1\0"),
        "EXT4": program(pickle.EXT4, b"\1\0\0\0"),
        "PERSID": program(b"Px\n"),
        "BINPERSID": program(text("x"), pickle.BINPERSID),
        "DUP": program(b"N2"),
        "EMPTY_SET": program(pickle.EMPTY_SET),
        "FROZENSET": program(pickle.MARK, pickle.FROZENSET),
        "NEXT_BUFFER": program(pickle.NEXT_BUFFER),
        "READONLY_BUFFER": program(b"N", pickle.READONLY_BUFFER),
        "INT": program(b"I1\n"),
        "'\\xff'": program(b"\xff"),
    }.items(),
)
def test_opcodes_no_checkpoint_needs(refuses_to_load, name, content):
    assert name in refuses_to_load(content, "opcode").replace("b'", "'")


@pytest.mark.parametrize(
    "target",
    [
        pickle.EMPTY_DICT,
        pickle.EMPTY_LIST,
        text("x"),
        number(1),
        pickle.NONE,
        glob("numpy", "ndarray"),
        glob("collections", "OrderedDict"),
        call(glob("collections", "OrderedDict")),
        array((2,)),
    ],
)
def test_state_for_anything(refuses_to_load, target):
    injected = b"}" + text("__setstate__") + text("x") + b"s"
    for state in (injected, tup(b"N", injected), tup(*[number(1)] * 5), tup(*[number(1)] * 8), pickle.NONE):
        refuses_to_load(program(target, state, pickle.BUILD), "state")


@pytest.mark.parametrize(
    "content",
    {
        "larger than its bytes": array((1 << 40,)),
        "overflowing sizes": array((1 << 61, 1 << 61, 8)),
        "sizes that wrap to the right number": array(((1 << 62) + 2,)),
        "negative sizes": array((-1, -2)),
        "sizes no list": START + tup(number(1), number(2), dtype(), b"\x89", data(b"\0" * 8)) + b"b",
        "a bool as a size": START + tup(number(1), tup(b"\x88", b"\x88"), dtype(), b"\x89", data(b"\0" * 4)) + b"b",
        "too many axes": array([1] * 70, values=b"\0" * 4),
        "an empty one with a huge axis": array((0, 1 << 61, 1 << 61), values=b""),
        "objects": array((2,), dtype("O8")),
        "strings": array((2,), dtype("S4")),
        "void": array((2,), dtype("V4")),
        "dates": array((1,), dtype("M8")),
        "long doubles": array((0,), dtype("f16")),
        "fields": array((2,), dtype("f4", "|", (b"N", tup(text("a")), b"}"))),
        "a subarray": array((2,), dtype("f4", "<", (tup(text("f4"), tup(number(9))), b"N", b"N"))),
        "an odd byte order": array((2,), dtype("f4", "O")),
        "a longer byte order": array((2,), dtype("f4", "<2")),
        "a dtype that is none": array((2,), text("f4")),
        "a list of objects": START + tup(number(1), tup(number(1)), dtype(), b"\x89", b"]Na") + b"b",
        "text beyond bytes": START + tup(number(1), tup(number(1)), dtype(), b"\x89", text("\u1234")) + b"b",
        "no values": START,
        "values twice": array((2,), start=array((2,))),
        "a start from something else": array((2,), start=call(glob("numpy._core.multiarray", "_reconstruct"), b"N")),
        "a start from a dtype": array((2,), start=call(glob("numpy.core.multiarray", "_reconstruct"), TENSOR)),
        "a start from nothing": array((2,), start=call(glob("numpy.core.multiarray", "_reconstruct"))),
        "an array of the class": call(glob("numpy", "ndarray"), tup(number(1 << 40))),
        "a scalar with more bytes": call(glob("numpy.core.multiarray", "scalar"), dtype(), data(b"\0" * 8)),
        "a scalar object": call(glob("numpy.core.multiarray", "scalar"), dtype("O8"), b"N"),
        "a scalar from nothing": call(glob("numpy.core.multiarray", "scalar")),
        "a dtype as a value": dtype(),
        "a class as a value": glob("numpy", "ndarray"),
        "a larger buffer": call(
            glob("numpy.core.numeric", "_frombuffer"), data(b""), dtype(), tup(number(9)), text("C")
        ),
    }.items(),
    ids=lambda item: item[0],
)
def test_arrays_that_are_none(refuses_to_load, content):
    refuses_to_load(program(content[1]))


def test_the_same_bytes_again_and_again(refuses_to_load):
    values = pickle.BINBYTES + struct.pack("<I", 50_000) + b"\0" * 50_000
    once = pickle.MARK + dtype("u1") + b"q\0" + values + b"q\1"
    more = START + tup(number(1), tup(number(50_000)), b"h\0", b"\x89", b"h\1") + b"b"
    refuses_to_load(program(once, more * 1000, pickle.TUPLE), "larger than the file")
    encoded = pickle.MARK + text("a" * 50_000) + b"q\0"
    refuses_to_load(program(encoded, call(glob("_codecs", "encode"), b"h\0", text("latin1")) * 500, pickle.TUPLE))


@pytest.mark.parametrize("how", [text("utf-8"), text("zlib_codec"), text("idna"), number(1)])
def test_other_codecs(refuses_to_load, how):
    refuses_to_load(program(call(glob("_codecs", "encode"), text("x"), how)))


@pytest.mark.parametrize(
    "content",
    [
        pickle.BINBYTES8 + struct.pack("<Q", 1 << 62),
        pickle.BINBYTES + struct.pack("<I", (1 << 32) - 1),
        pickle.BYTEARRAY8 + struct.pack("<Q", 1 << 40),
        pickle.BINUNICODE8 + struct.pack("<Q", (1 << 64) - 1),
        pickle.BINUNICODE + struct.pack("<I", (1 << 32) - 1),
        pickle.LONG4 + struct.pack("<i", (1 << 31) - 1),
        pickle.LONG4 + struct.pack("<i", -1),
        pickle.BINSTRING + struct.pack("<i", -1),
        pickle.FRAME,
        b"N" + pickle.LONG_BINPUT,
    ],
)
def test_claimed_sizes(refuses_to_load, content):
    refuses_to_load(pickle.PROTO + b"\4" + content)


def test_a_huge_number_in_the_memo_takes_no_memory(load, refuses_to_load):
    assert load(program(b"N", pickle.LONG_BINPUT, struct.pack("<I", (1 << 32) - 1))) is None
    refuses_to_load(program(pickle.LONG_BINGET, struct.pack("<I", 7)), "refers to object 7")


def test_a_huge_frame_takes_no_memory(load):
    assert load(program(pickle.FRAME, struct.pack("<Q", 1 << 62), b"N")) is None


@pytest.mark.parametrize(
    "content",
    {
        "a list in itself": program(b"]q\0h\0a"),
        "a dict in itself": program(b"}q\0", text("a"), b"h\0s"),
        "a list in a tuple in itself": program(b"]q\0h\0\x85a"),
        "a tensor's list in itself": program(b"]q\0", tup(text("x"), array((2,))), b"ah\0a"),
        "deep lists": program(b"]" * 100_000, b"a" * 99_999),
        "deep tuples": program(b")", b"\x85" * 100_000),
        "deep dicts": program(b"}", (text("a") + b"}") * 5000, b"s" * 5000),
        "deeper than state": program(b"]" * 66, b"a" * 65),
        "a deep tuple as a key": program(b"})", b"\x85" * 100_000, b"Ns"),
        "a list as a key": program(b"}]Ns"),
        "a dict as a key": program(b"}}Ns"),
        "an array as a key": program(b"}", array((2,)), b"Ns"),
        "a tuple that doubles as a key": program(b"})q\0", b"h\0\x86q\0h\0" * 60, b"\x86Ns"),
    }.items(),
    ids=lambda item: item[0],
)
def test_nests(refuses_to_load, content):
    refuses_to_load(content[1])


def test_lists_that_double_take_no_time(load):
    doubling = b"]q\0" + b"".join(b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(50))
    loaded = load(program(pickle.MARK, doubling, pickle.TUPLE))[-1]
    for _ in range(50):
        assert loaded[0] is loaded[1]
        loaded = loaded[0]


def test_depth_that_only_sharing_makes(refuses_to_load):
    chain = b"]q\0" + b"".join(b"]h" + bytes([i]) + b"aq" + bytes([i + 1]) for i in range(100))
    refuses_to_load(program(pickle.MARK, chain, pickle.TUPLE), "levels")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"\x80\4",
        b"\x80\4.",
        b"\x80\4NN.",
        b"\x80\4N.N",
        b"N.",
        b"\x80\1N.",
        b"\x80\6N.",
        b"PK\3\4",
        b"\0" * 99,
    ]
    + [
        b"\x80\4" + code + b"."
        for code in (b"a", b"e", b"s", b"u", b"t", b"\x85", b"R", b"b", b"\x93", b"q\0", b"\x94")
    ]
    + [
        b"\x80\4" + code
        for code in (b"(Nt)a.", b"]N)u.", b"(}NNNu.", b"cos", b"cos\n", b"c" + b"a" * 500 + b"\n", b"G\0.")
    ]
    + [b"\x80\4X\2\0\0\0\xff\xff.", b"\x80\2c\xff\n\xff\n."],
)
def test_no_pickles(refuses_to_load, content):
    refuses_to_load(content)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_cut_and_many_flipped_bits(tmp_path, check_damage, protocol):
    state = {"a": pa.Tensor(np.arange(3.0), name="a"), "s": {"last_epoch": 3, "rate": 0.5}}
    path = tmp_path / "state.pdparams"
    pa.save(state, path, protocol)
    check_damage(path)


@pytest.mark.parametrize("core", ["numpy.core", "numpy._core"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_honest_files_of_other_numpys_and_machines(load, core, order):
    start = call(glob(f"{core}.multiarray", "_reconstruct"), glob("numpy", "ndarray"), tup(number(0)), text("b"))
    values = np.arange(6.0).reshape(2, 3)
    stored = array((2, 3), dtype("f8", order), values.astype(f"{order}f8").tobytes("F"), start, pickle.NEWTRUE)
    scalar = call(glob(f"{core}.multiarray", "scalar"), dtype("f4", order), data(np.array(1.5, f"{order}f4").tobytes()))
    loaded, number_ = load(program(tup(stored, scalar)))
    np.testing.assert_array_equal(loaded.numpy(), values)
    assert loaded.dtype.isnative and loaded.numpy().flags.f_contiguous
    assert (number_, type(number_)) == (1.5, np.float32)


def test_honest_files_of_python_2(load):
    values = b"\x00\x00\x80\x3f\x00\x00\x00\xc0"
    string = pickle.BINSTRING + struct.pack("<i", 8) + values
    stored = START + tup(number(1), tup(number(2)), dtype(), b"\x89", string) + b"b"
    content = program(b"}", pickle.SHORT_BINSTRING + b"\1w", stored, b"s", protocol=2)
    assert load(content)["w"].tolist() == [1.0, -2.0]


HEAD = b"\x80\x04"
SIZE = 1 << 18


@pytest.mark.parametrize(
    "content",
    [
        b"]" * SIZE,
        b"](" + b"]" * SIZE + b"e",
        b"}" * SIZE,
        b"N" + b"\x85" * SIZE,
        b"(" * SIZE,
        b"N" + b"\x94" * SIZE,
        b"N" * SIZE,
        b"](" + b"N" * SIZE + b"e",
        b"](" + b"\x8c\x02ab" * (SIZE // 4) + b"e",
        b"](" + b"M\xff\xff" * (SIZE // 3) + b"e",
        b"](" + b"G?\xf8\0\0\0\0\0\0" * (SIZE // 9) + b"e",
        b"](" + b"\x8a\x01\x02" * (SIZE // 3) + b"e",
        b"](" + b"C\x02ab" * (SIZE // 4) + b"e",
        b"](" + b"N\x85" * (SIZE // 2) + b"e",
        b"](" + b"]q\x00" * (SIZE // 3) + b"e",
        b"]\x94(" + b"h\x00" * (SIZE // 2) + b"e",
    ],
    ids=lambda content: repr(content[:8]),
)
def test_memory_is_bounded_by_the_size_of_the_file(costs_what_its_size_warrants, content):
    costs_what_its_size_warrants(HEAD + content + b".")


MADE = {
    "int": pickle.BININT + struct.pack("<i", -70_000),
    "short int": pickle.BININT2 + struct.pack("<H", 60_000),
    "long int": pickle.LONG1 + b"\xff" + b"\x11" * 255,
    "longer int": pickle.LONG4 + struct.pack("<i", 1000) + b"\x11" * 1000,
    "float": pickle.BINFLOAT + struct.pack(">d", 0.1),
    "text": pickle.SHORT_BINUNICODE + b"\2ab",
    "Latin text": pickle.SHORT_BINUNICODE + b"\xc8" + "é".encode() * 100,
    "wide text": pickle.BINUNICODE + struct.pack("<I", 1004) + b"x" * 1000 + "\N{GRINNING FACE}".encode(),
    "long text": pickle.BINUNICODE8 + struct.pack("<Q", 1000) + b"x" * 1000,
    "bytes": pickle.SHORT_BINBYTES + b"\2ab",
    "more bytes": pickle.BINBYTES + struct.pack("<I", 1000) + b"x" * 1000,
    "old bytes": pickle.BINSTRING + struct.pack("<i", 1000) + b"\xe9" * 1000,
    "list": pickle.EMPTY_LIST,
    "list of one": pickle.EMPTY_LIST + pickle.NONE + pickle.APPEND,
    "dict": pickle.EMPTY_DICT,
    "dict of one": pickle.EMPTY_DICT + pickle.NONE + pickle.NONE + pickle.SETITEM,
    "tuple": pickle.NONE + pickle.TUPLE1,
    "long tuple": pickle.MARK + pickle.NONE * 100 + pickle.TUPLE,
    "OrderedDict": call(glob("collections", "OrderedDict")),
    "OrderedDict of one": call(glob("collections", "OrderedDict")) + pickle.NONE + pickle.NONE + pickle.SETITEM,
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_weighed(name):
    """At no less than what Python says that it takes, but for a few parts in a hundred, with the list that holds it."""
    count = 1000
    content = program(pickle.EMPTY_LIST, pickle.MARK, MADE[name] * count, pickle.APPENDS)
    machine = unpickle.Machine(io.BytesIO(content), len(content))
    made = machine.run()
    assert len(made) == count
    taken = sys.getsizeof(made) + sum(map(sys.getsizeof, made))
    assert machine.weight >= 0.98 * taken


def before_its_end(parts):
    """What has read all opcodes but the last."""
    content = program(parts)[:-1]
    machine = unpickle.Machine(io.BytesIO(content), len(content))
    with pytest.raises(ValueError, match="cut short"):
        machine.run()
    return machine


@pytest.mark.parametrize("step", [0, 1, 1 << 20], ids=["next numbers", "numbers apart", "far numbers"])
def test_what_is_remembered_is_weighed(step):
    count = 1000
    numbers = [place * max(step, 1) + (step > 0) for place in range(count)]
    puts = b"".join(pickle.LONG_BINPUT + struct.pack("<I", number) for number in numbers)
    gets = b"".join(
        pickle.EMPTY_LIST
        + pickle.LONG_BINPUT
        + struct.pack("<I", numbers[0])
        + pickle.LONG_BINGET
        + struct.pack("<I", numbers[0])
        + pickle.TUPLE2
        for _ in range(count)
    )
    for parts in (pickle.NONE + puts, pickle.EMPTY_LIST + pickle.MARK + gets + pickle.APPENDS):
        machine = before_its_end(parts)
        kept = machine._memo, machine._memo_apart, machine.shared
        taken = sum(map(sys.getsizeof, kept)) + sum(map(sys.getsizeof, [*machine._memo_apart, *machine.shared]))
        assert machine.weight >= 0.98 * taken


def test_marks_are_weighed():
    weight = before_its_end(pickle.MARK * 1000).weight
    assert weight >= 1000 * (8 + sys.getsizeof(10**6))
    tuples = before_its_end(pickle.MARK * 1000 + pickle.TUPLE * 1000).weight
    assert 1000 * (8 + sys.getsizeof(((),))) <= tuples < weight + 1000 * (8 + sys.getsizeof(((),)))


@pytest.mark.parametrize("opcodes", [b"N0", b"]" + b"N" * 1000 + b"0" * 1000 + b"0", b"](" + b"K\1" * 999 + b"e0"])
def test_what_leaves_the_stack_weighs_nothing_there(opcodes):
    kept = 1000 * 8 if b"e" in opcodes else 0
    assert kept <= before_its_end(opcodes).weight <= 1.2 * kept + 100


def test_a_value_that_nobody_uses(load):
    assert load(program(b"C\3abc0", b"]K\2K\3\x860N", b"a")) == [None]


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_file_that_became_shorter_is_refused(missing):
    content = program(text("a long text"))
    with pytest.raises(ValueError, match="it became shorter while it was read"):
        unpickle.Machine(io.BytesIO(content[:-missing]), len(content)).run()


@pytest.mark.parametrize("protocol", range(7))
def test_protocols_from_2_to_5(load, refuses_to_load, protocol):
    content = program(pickle.EMPTY_DICT, text("a"), pickle.NONE, pickle.SETITEM, protocol=protocol)
    if 2 <= protocol <= 5:
        assert load(content) == {"a": None}
    else:
        refuses_to_load(content, "not a pickle of protocol 2 to 5")


def test_a_small_file_may_take_more_than_its_size_warrants(load):
    value = load(program(pickle.NONE, pickle.TUPLE1 * 64))
    for _ in range(64):
        (value,) = value
    assert value is None


def test_tensors_by_reference_are_counted(costs_what_its_size_warrants):
    array = pickle.dumps(np.ones(1, np.float32), 4)[2:-1]
    for entry in (b"h\xf0h\xf1\x86", b"h\xf1"):
        costs_what_its_size_warrants(HEAD + b"](" + b"\x8c\x01aq\xf0" + array + b"q\xf1" + entry * 100_000 + b"e.")


def items(number, count):
    return b"}" + (b"h" + bytes([number]) + b"Ns") * count


def tuples_of_equal_hash(count):
    """Tuples of two ints whose hashes in CPython are the same: the second undoes what the first changes."""
    p1, p2, p5, mask = 11400714785074694791, 14029467366897019727, 2870177450012600261, (1 << 64) - 1

    def turned(x):
        return (x << 31 | x >> 33) & mask

    found, first = [], 0
    inverse2 = pow(p2, -1, 1 << 64)
    target = turned((turned((p5 + 7 * p2) & mask) * p1 + 7 * p2) & mask)
    wanted = (target >> 31 | target << 33) & mask
    while len(found) < count:
        first += 1
        lane = turned((p5 + first * p2) & mask) * p1 & mask
        second = (wanted - lane) * inverse2 & mask
        if second < (1 << 61) - 1:
            found.append((first, second))
    assert len({hash(key) for key in found}) == 1
    return found


@pytest.mark.parametrize(
    "content",
    [
        b"](" + b"(" + b"N" * 100_000 + b"tq\x00" + items(0, 25_000) + b"e",
        b"](\x8b" + (100_001).to_bytes(4, "little") + b"\xff" * 100_000 + b"\0q\x00" + items(0, 25_000) + b"e",
        pickle.dumps(dict.fromkeys(tuples_of_equal_hash(8_000)), 4)[2:-1],
        pickle.dumps({(1 << 61) * k - k: None for k in range(1 << 63, (1 << 63) + 8_000)}, 4)[2:-1],
    ],
    ids=["a long tuple", "a long int", "tuples of equal hash", "ints of equal hash"],
)
def test_the_work_of_hashing_is_bounded(refuses_to_load, content):
    refuses_to_load(HEAD + content + b".", "more tuples or long ints as keys")


def test_honest_dicts_with_many_tuples_as_keys(tmp_path):
    state = {("layer", i): np.float32(i) for i in range(3_000)} | {1 << 70: 1.0, (1 << 70, "x"): 2.0}
    for suffix in (".pdparams", ".npz"):
        pa.save(state, tmp_path / f"s{suffix}")
        assert pa.load(tmp_path / f"s{suffix}", return_numpy=True) == state


@pytest.mark.parametrize("code", ["f4", "i8", "u1", "b1"])
def test_a_dtype_that_says_no_byte_order_has_the_machines(tmp_path, code):
    """Pickles of dtypes go on to say their order; those of other programs may stop before."""

    class Bare:
        def __reduce__(self):
            return np.dtype, (code, False, True)

    expected = np.arange(3).astype(code)

    class Stored:
        def __reduce__(self):
            make, arguments, (version, shape, _, fortran, data) = expected.__reduce__()
            return make, arguments, (version, shape, Bare(), fortran, data)

    path = tmp_path / "state.pdparams"
    path.write_bytes(pickle.dumps({"a": Stored()}, 2))
    found = pa.load(path, return_numpy=True)["a"]
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


OPERANDS = {
    pickle.NONE: [b""],
    pickle.NEWTRUE: [b""],
    pickle.NEWFALSE: [b""],
    pickle.BININT: [struct.pack("<i", value) for value in (0, 7, -7, 2**31 - 1, -(2**31))],
    pickle.BININT1: [bytes([value]) for value in (0, 200)],
    pickle.BININT2: [struct.pack("<H", value) for value in (3, 60_000)],
    pickle.LONG1: [b"\0", b"\1\x80", b"\11" + (-(2**65)).to_bytes(9, "little", signed=True)],
    pickle.LONG4: [b"\0\0\0\0", b"\1\0\0\0\x80", struct.pack("<i", 12) + (2**90).to_bytes(12, "little")],
    pickle.BINFLOAT: [struct.pack(">d", value) for value in (0.1, -math.inf)],
    pickle.SHORT_BINUNICODE: [b"\0", b"\3" + "aé".encode()],
    pickle.BINUNICODE: [struct.pack("<I", 300) + b"x" * 300],
    pickle.BINUNICODE8: [struct.pack("<Q", 300) + b"y" * 300],
    pickle.EMPTY_LIST: [b""],
    pickle.EMPTY_DICT: [b""],
    pickle.EMPTY_TUPLE: [b""],
}


@pytest.mark.parametrize("code", OPERANDS, ids=repr)
def test_an_opcode_means_what_pickle_makes_of_it(tmp_path, code):
    for operand in OPERANDS[code]:
        content = program(pickle.EMPTY_DICT, text("a"), code, operand, pickle.SETITEM)
        (tmp_path / "state.pdparams").write_bytes(content)
        found, expected = pa.load(tmp_path / "state.pdparams"), pickle.loads(content)
        assert found == expected
        assert type(found["a"]) is type(expected["a"])


@pytest.mark.parametrize("axes", [0, 1, 31, 32])
def test_an_array_has_up_to_32_axes(load, axes):
    content = program(pickle.EMPTY_DICT, text("a"), array((1,) * axes, values=b"\0\0\x80\x3f"), pickle.SETITEM)
    assert load(content)["a"].shape == [1] * axes
    np.testing.assert_array_equal(load(content)["a"].numpy(), np.ones((1,) * axes, np.float32))


@pytest.mark.parametrize(
    "shape",
    [
        tup(*[number(1)] * 33), tup(number(-1)), tup(number(1 << 62)), tup(pickle.NEWTRUE), tup(text("1")), number(1),
        pickle.EMPTY_LIST, pickle.EMPTY_LIST + number(1) + pickle.APPEND, pickle.EMPTY_DICT, pickle.NONE, text("1"),
    ],
)  # fmt: skip
def test_shapes_that_are_none(refuses_to_load, shape):
    made = START + tup(number(1), shape, dtype(), pickle.NEWFALSE, data(b"\0" * 4)) + pickle.BUILD
    refuses_to_load(program(pickle.EMPTY_DICT, text("a"), made, pickle.SETITEM), "an array with an impossible shape")


@pytest.mark.parametrize(
    ("what", "arguments", "message"),
    [
        (number(1), tup(number(1)), "it calls a int with a tuple"),
        (text("x"), tup(), "it calls a str with a tuple"),
        (pickle.NONE, pickle.NONE, "it calls a NoneType with a NoneType"),
        (glob("numpy", "dtype"), pickle.EMPTY_LIST, "it calls a Call with a list"),
        (glob("numpy", "dtype"), text("f4"), "it calls a Call with a str"),
    ],
)
def test_what_can_not_be_called_is_named(refuses_to_load, what, arguments, message):
    refuses_to_load(program(what, arguments, pickle.REDUCE), message)
