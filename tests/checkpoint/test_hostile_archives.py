"""Broken and hostile .npz and .safetensors files get one clear error and take no memory."""

import io
import json
import os
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

import paramattr as pa
from paramattr.checkpoint import npz as npz_format  # before memory is measured
from paramattr.checkpoint import safetensors as safetensors_format

assert npz_format and safetensors_format
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


def refused(path, content, match=None):
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=match) as caught:
            pa.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(path) in str(caught.value)
    assert peak < 1_000_000 + 100 * len(content)
    assert os.listdir(path.parent) == [path.name]


def test_what_the_following_start_from_is_right(tmp_path):
    (tmp_path / "s.npz").write_bytes(zipped(members()))
    assert pa.load(tmp_path / "s.npz").tolist() == [1.0, 1.0]


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
        (members(text="[" * 100_000), "Recursion"),
        (members(text='{"format": "paramattr", "version": 1, "tree": ' + "9" * 5000 + "}"), "digits"),
        (members([1]), "says not what it is"),
        (members({}), "says not what it is"),
        (members({"eval": "1"}), "unknown kind"),
        (members({"list": 3}), None),
        (members({"list": [[1]]}), "says not what it is"),
        (members({"dict": [[1]]}), None),
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
def test_members_and_trees(tmp_path, content, match):
    refused(tmp_path / "s.npz", zipped(content), match)


def test_nesting(tmp_path):
    tree = NODE
    for _ in range(70):
        tree = {"list": [tree]}
    refused(tmp_path / "s.npz", zipped(members(tree)), "levels")


def test_compression_is_no_bomb(tmp_path):
    bomb = header((10**8,)) + b"\0" * (4 * 10**7)
    content = zipped({**members(), "0.npy": bomb}, zipfile.ZIP_DEFLATED)
    assert len(content) < 100_000
    refused(tmp_path / "s.npz", content, "compressed")


def test_claimed_sizes_and_overlapping_members(tmp_path):
    content = zipped(members())
    sizes = content.index(b"PK\1\2") + 20
    claimed = bytearray(content)
    claimed[sizes : sizes + 8] = struct.pack("<II", 1 << 31, 1 << 31)
    refused(tmp_path / "s.npz", bytes(claimed), "larger than the file")
    claimed[sizes : sizes + 8] = struct.pack("<II", 10, 1 << 31)
    refused(tmp_path / "s.npz", bytes(claimed), "compressed")
    # Many names for the same bytes of the file.
    big = zipped({"tree.json": json.dumps({"format": "paramattr", "version": 1, "tree": None}), "0.npy": b"\0" * 10**6})
    start, end = big.rindex(b"PK\1\2"), big.index(b"PK\5\6")
    first, entry = big.index(b"PK\1\2"), big[start:end]
    entries = big[first:start] + b"".join(entry.replace(b"0.npy", f"{i}.npy".encode()) for i in range(10))
    count = struct.pack("<HHHH", 0, 0, 11, 11)
    trailer = b"PK\5\6" + count + struct.pack("<IIH", len(entries), first, 0)
    refused(tmp_path / "s.npz", big[:first] + entries + trailer, "larger than the file")


def test_names_twice_and_encryption(tmp_path):
    content = zipped({**members(), "1.npy": ONE}).replace(b"1.npy", b"0.npy")
    refused(tmp_path / "s.npz", content, "same name")
    content = bytearray(zipped(members()))
    content[content.index(b"PK\1\2") + 8] |= 1
    refused(tmp_path / "s.npz", bytes(content), "encrypted")


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\x80\4N.", b"\0" * 100, b"PK\5\6" + b"\0" * 18, b"PK\5\6" + b"\xff" * 18]
)
def test_no_files_of_the_format(tmp_path, suffix, content):
    refused(tmp_path / f"s{suffix}", content)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_every_cut_and_many_flipped_bits(tmp_path, suffix):
    path = tmp_path / f"s{suffix}"
    pa.save({"a": pa.Tensor(np.arange(3.0)), "b": pa.to_tensor([2.0])}, path)
    content = path.read_bytes()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        with pytest.raises(ValueError, match="can't be loaded"):
            pa.load(path)
    rng = np.random.default_rng(7)
    for bit in rng.permutation(len(content) * 8)[:800]:
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        try:
            pa.load(path)
        except ValueError as error:
            assert "can't be loaded" in str(error)


def test_a_flipped_bit_in_the_values_is_noticed(tmp_path):
    path = tmp_path / "s.npz"
    pa.save([pa.Tensor(np.full(100, 1.5))], path)
    content = bytearray(path.read_bytes())
    content[content.rindex(np.full(9, 1.5).tobytes())] ^= 1
    refused(path, bytes(content), "CRC")


def safe(entries, data=b"\0" * 8):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "content",
    [
        safe({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}),
        safe({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 8]}}),
        safe({"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 8]}}),
        safe({"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}),
        safe({"a": {"dtype": "OBJ", "shape": [8], "data_offsets": [0, 8]}}),
        safe({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 9),
        safe({"__metadata__": {"paramattr.order": "["}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}),
        safe(b"[" * 10_000),
        struct.pack("<Q", 1 << 60) + b"{}",
    ],
)
def test_safetensors(tmp_path, content):
    refused(tmp_path / "s.safetensors", content)
