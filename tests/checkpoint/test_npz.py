"""The .npz format: what others can read of it, and that broken and hostile files get one error and take no memory."""

import io
import json
import math
import struct
import sys
import zipfile

import numpy as np
import pytest

import paramattr as pa

SUFFIX = ".npz"


def test_npz_needs_no_paramattr_to_be_read(tmp_path):
    pa.save({"w": pa.to_tensor([1.0, 2.0])}, tmp_path / "s.npz")
    with np.load(tmp_path / "s.npz") as content:
        np.testing.assert_array_equal(content["0"], np.float32([1, 2]))
    with zipfile.ZipFile(tmp_path / "s.npz") as archive:
        assert archive.testzip() is None and archive.namelist() == ["tree.json", "0.npy"]


def test_members_may_be_of_any_size(tmp_path):
    """An array has the header of a zip64 member, whose size need not be known before it is written."""
    pa.save({"w": pa.to_tensor([1.0, 2.0])}, tmp_path / "s.npz")
    content = (tmp_path / "s.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "s.npz") as archive:
        offset = archive.getinfo("0.npy").header_offset
    needed, _, _, *_, names, extra = struct.unpack_from("<HHHHHIIIHH", content, offset + 4)
    assert needed in (20, 45)  # Python 3.10 says less than it means
    assert (content[offset + 30 + names : offset + 32 + names], extra) == (b"\1\0", 20)


def test_numbers_no_json_has(tmp_path, there_and_back, assert_same):
    quiet = struct.unpack("d", struct.pack("Q", 0x7FF8_0000_DEAD_BEEF))[0]
    obj = [math.inf, -math.inf, math.nan, quiet, -0.0, 5e-324, sys.float_info.max, 2**53 + 1, -(10**5000)]
    assert_same(there_and_back(tmp_path, obj), obj)


NOTHING = object()


def npy(array=None, header=None, version=(1, 0)):
    file = io.BytesIO()
    if header is None:
        np.lib.format.write_array(file, array, allow_pickle=True)
    else:
        file.write(b"\x93NUMPY" + bytes(version) + struct.pack("<H", len(header)) + header)
    return file.getvalue()


def header(shape, descr="<f4", fortran=False):
    return npy(header=repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode() + b"\n")


ONE = npy(np.ones(2, np.float32))

NODE = {"tensor": 0, "dtype": "float32", "shape": [2]}


def members(tree=NODE, *, text=None, **others):
    text = json.dumps({"format": "paramattr", "version": 1, "tree": tree}) if text is None else text
    return {"tree.json": text, "0.npy": ONE, **{f"{name}.npy": content for name, content in others.items()}}


def zipped(content, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in content.items():
            if data is not NOTHING:
                archive.writestr(zipfile.ZipInfo(name), data, compression)
    return file.getvalue()


def test_what_the_following_start_from_is_right(tmp_path):
    (tmp_path / "state.npz").write_bytes(zipped(members()))
    assert pa.load(tmp_path / "state.npz").tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ({"0.npy": ONE}, "no member 'tree.json'"),
        ({**members(), "0.npy": NOTHING}, "missing"),
        ({**members(), "1.npy": ONE}, "does not mention"),
        ({**members(), "../../evil": b"x"}, "does not mention"),
        (members({"list": [NODE, NODE]}), "missing, or mentioned twice"),
        (members({**NODE, "tensor": "../0"}), "missing"),
        (members({**NODE, "shape": [1, 2]}), "but the tree says"),
        (members({**NODE, "shape": 2}), "but the tree says"),
        (members({**NODE, "dtype": "float64"}), "but the tree says"),
        (members({**NODE, "dtype": "bfloat16"}), "but the tree says"),
        (members({**NODE, "dtype": "object"}), "not one of"),
        (members({**NODE, "dtype": ["f4"]}), "not one of"),
        (members({"tensor": 0}), None),
        (members({**NODE, "name": 3}), "name"),
        ({**members(), "0.npy": ONE[:-1]}, "bytes of values"),
        ({**members(), "0.npy": ONE + b"\0"}, "bytes of values"),
        ({**members(), "0.npy": b""}, None),
        ({**members(), "0.npy": b"\x93NUMPY\3\0" + ONE[8:]}, "version"),
        ({**members(), "0.npy": npy(np.array([None, 1]))}, "but the tree says"),
        ({**members({**NODE, "shape": [1 << 40]}), "0.npy": header((1 << 40,))}, "bytes of values"),
        ({**members({**NODE, "shape": [0, 1 << 62, 8]}), "0.npy": header((0, 1 << 62, 8))}, None),
        ({**members({**NODE, "shape": [-1, -2]}), "0.npy": header((-1, -2)) + b"\0" * 8}, "but the tree says"),
        ({**members(), "0.npy": header((2,), "O") + b"\0" * 16}, "but the tree says"),
        ({**members(), "0.npy": header((2,), [("a", "<f4")]) + b"\0" * 8}, "but the tree says"),
        ({**members(), "0.npy": header((2,), ">f4") + b"\0" * 8}, "but the tree says"),
        ({**members(), "0.npy": npy(header=b"-" * 9000 + b"1")}, "large"),
        ({**members(), "0.npy": npy(header=b"-" * 1900 + b"1")}, None),
        ({**members(), "0.npy": npy(header=b"(" * 1900)}, None),
        ({**members(), "0.npy": npy(header=b"__import__('os').system('true')\n")}, None),
        (members(text=""), None),
        (members(text="[1]"), "not a description"),
        (members(text="{}"), "not a description"),
        (members(text=b"\xff"), None),
        (members(text='{"format": "paramattr", "version": 2, "tree": null}'), "format version 2, but .* reads 1"),
        (members(text='{"format": "paramattr", "tree": null}'), "format version None"),
        (members(text='{"format": "paramattr", "version": 1}'), "tree"),
        (members(text="[" * 100_000), "levels"),
        (members(text='{"format": "paramattr", "version": 1, "tree": ' + "9" * 5000 + "}"), "digits"),
        (members([1]), "says not what it is"),
        (members({}), "says not what it is"),
        (members({"eval": "1"}), "unknown kind"),
        (members({"format": "paramattr"}), "unknown kind 'format'"),
        (members({"list": [{"format": 1, "list": []}]}), "unknown kind 'format'"),
        (members({"list": 3}), None),
        (members({"list": [[1]]}), "says not what it is"),
        (members({"dict": [[1]]}), "not made of pairs"),
        (members({"dict": [[1, 2, 3]]}), "not made of pairs"),
        (members({"dict": ["ab"]}), "not made of pairs"),
        (members({"dict": [[1, 2], [1, 3]]}), "twice"),
        (members({"dict": [[{"list": []}, 3]]}), "not allowed"),
        (members({"dict": [[{"tuple": [{"tuple": []}]}, 3]]}), "not allowed"),
        (members({"key": [1]}), None),
        (members({"key": [1, -1]}), "stream"),
        (members({"key": [1, "x"]}), "stream"),
        (members({"int": "x"}), None),
        (members({"int": 1}), None),
        (members({"float": "00"}), None),
        (members({"bytes": "0g"}), None),
        (members({"scalar": "", "dtype": "float32"}), None),
        (members({"scalar": "00" * 8, "dtype": "float32"}), None),
        (members({"scalar": "00" * 8, "dtype": "object"}), "not one of"),
    ],
)
def test_members_and_trees(refuses_to_load, content, match):
    refuses_to_load(zipped(content), match)


@pytest.mark.parametrize("wrap", [lambda x: {"list": [1, x]}, lambda x: {"dict": [["a", x]]}, lambda x: {"tuple": [x]}])
@pytest.mark.parametrize("levels", [65, 66, 100])
def test_nesting(refuses_to_load, wrap, levels):
    tree = NODE
    for _ in range(levels):
        tree = wrap(tree)
    refuses_to_load(zipped(members(tree)), "more than 64 levels")


def test_compression_is_no_bomb(refuses_to_load):
    bomb = header((10**8,)) + b"\0" * (4 * 10**7)
    content = zipped({**members(), "0.npy": bomb}, zipfile.ZIP_DEFLATED)
    assert len(content) < 100_000
    refuses_to_load(content, "compressed")


def test_claimed_sizes_and_overlapping_members(refuses_to_load):
    content = zipped(members())
    sizes = content.index(b"PK\1\2") + 20
    claimed = bytearray(content)
    claimed[sizes : sizes + 8] = struct.pack("<II", 1 << 31, 1 << 31)
    refuses_to_load(bytes(claimed), "larger than the file")
    claimed[sizes : sizes + 8] = struct.pack("<II", 10, 1 << 31)
    refuses_to_load(bytes(claimed), "compressed")
    # Many names for the same bytes of the file.
    big = zipped({"tree.json": json.dumps({"format": "paramattr", "version": 1, "tree": None}), "0.npy": b"\0" * 10**6})
    start, end = big.rindex(b"PK\1\2"), big.index(b"PK\5\6")
    first, entry = big.index(b"PK\1\2"), big[start:end]
    entries = big[first:start] + b"".join(entry.replace(b"0.npy", f"{i}.npy".encode()) for i in range(10))
    count = struct.pack("<HHHH", 0, 0, 11, 11)
    trailer = b"PK\5\6" + count + struct.pack("<IIH", len(entries), first, 0)
    refuses_to_load(big[:first] + entries + trailer, "larger than the file")


def test_names_twice_and_encryption(refuses_to_load):
    content = zipped({**members(), "1.npy": ONE}).replace(b"1.npy", b"0.npy")
    refuses_to_load(content, "same name")
    content = bytearray(zipped(members()))
    content[content.index(b"PK\1\2") + 8] |= 1
    refuses_to_load(bytes(content), "encrypted")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\x80\4N.", b"\0" * 100, b"PK\5\6" + b"\0" * 18, b"PK\5\6" + b"\xff" * 18]
)
def test_no_files_of_the_format(refuses_to_load, content):
    refuses_to_load(content)


def test_every_cut_and_many_flipped_bits(tmp_path, check_damage):
    path = tmp_path / "state.npz"
    pa.save({"a": pa.Tensor(np.arange(3.0)), "b": pa.to_tensor([2.0])}, path)
    check_damage(path)


def test_a_flipped_bit_in_the_values_is_noticed(tmp_path, refuses_to_load):
    path = tmp_path / "state.npz"
    pa.save([pa.Tensor(np.full(100, 1.5))], path)
    content = bytearray(path.read_bytes())
    content[content.rindex(np.full(9, 1.5).tobytes())] ^= 1
    refuses_to_load(bytes(content), "CRC")


@pytest.mark.parametrize(
    "node",
    [
        {"list": [{"list": []}] * 80_000},
        {"dict": [[str(i), {"dict": []}] for i in range(40_000)]},
        {"list": [[]] * 100_000},
    ],
)
def test_memory_is_bounded_by_the_size_of_the_file(costs_what_its_size_warrants, node):
    text = json.dumps({"format": "paramattr", "version": 1, "tree": node}, separators=(",", ":"))
    costs_what_its_size_warrants(zipped({"tree.json": text}))


def test_the_same_content_gives_the_same_bytes_at_any_time(tmp_path, monkeypatch):
    state = {"w": pa.to_tensor(np.arange(6.0)), "step": 3}
    files = []
    for seconds in (1e9, 1.9e9):
        monkeypatch.setattr("time.time", lambda seconds=seconds: seconds)
        pa.save(state, tmp_path / "state.npz")
        files.append((tmp_path / "state.npz").read_bytes())
    assert files[0] == files[1]
    with zipfile.ZipFile(tmp_path / "state.npz") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # zip's first moment


def test_whole_numbers_in_the_tree_are_those_that_every_reader_has_exactly(tmp_path):
    most = 2**53
    pa.save([most, -most, most + 1, -most - 1, 2 * most, 2 * most + 1], tmp_path / "state.npz")
    found = []
    with zipfile.ZipFile(tmp_path / "state.npz") as archive:
        json.loads(archive.read("tree.json"), parse_int=lambda text: found.append(int(text)))
    assert (min(found), max(found)) == (-most, most)
