import json
import struct
import sys

import numpy as np
import pytest

import paramattr as pa

SUFFIX = ".safetensors"


@pytest.mark.parametrize(
    ("obj", "error", "match"),
    [
        ([pa.to_tensor([1.0])], TypeError, "flat dict"),
        ({1: pa.to_tensor([1.0])}, TypeError, "keys of obj must be str"),
        ({"LR_Scheduler": {"last_epoch": 1}}, TypeError, r"obj\['LR_Scheduler'\] must be a Tensor"),
        ({"a": 1.0}, TypeError, r"obj\['a'\] must be a Tensor"),
        ({"a": np.ones(2, np.complex64)}, TypeError, r"obj\['a'\] must have one of the dtypes"),
        ({"a": np.array([None])}, TypeError, r"obj\['a'\]"),
        ({"__metadata__": np.ones(2)}, ValueError, "__metadata__"),
    ],
)
def test_what_safetensors_can_not_hold(refuses_to_save, obj, error, match):
    refuses_to_save(obj, error, match, ".safetensors")


def test_without_safetensors(refuses_to_save, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    refuses_to_save({"a": np.ones(2)}, ImportError, r"paramattr\[safetensors\]", ".safetensors")


def test_files_of_others(tmp_path):
    from safetensors.numpy import save_file

    save_file({"b": np.ones(2), "a": np.zeros((), np.float16)}, tmp_path / "s.safetensors")
    loaded = pa.load(tmp_path / "s.safetensors", return_numpy=True)
    assert set(loaded) == {"a", "b"} and loaded["a"].dtype == np.float16


@pytest.mark.parametrize(
    "note", ['["a"]', '["a", "b"]', '["b", "c"]', '["b", "b"]', '["b",["a"]', '{"b": "a"}', "[" * 10, "[]"]
)
def test_a_note_that_is_no_order_of_the_tensors_is_ignored(tmp_path, note):
    from safetensors.numpy import save_file

    save_file({"b": np.ones(1), "c": np.ones(1)}, tmp_path / "s.safetensors", metadata={"paramattr.order": note})
    assert sorted(pa.load(tmp_path / "s.safetensors")) == ["b", "c"]


@pytest.mark.parametrize("name", ["paramattr.order", "dtype", "shape"])
def test_names_that_the_format_knows(tmp_path, there_and_back, name):
    state = {"z": np.ones(1), name: np.zeros(2), "a": np.ones(3)}
    assert list(there_and_back(tmp_path, state, ".safetensors")) == list(state)
    assert list(there_and_back(tmp_path, dict(reversed(state.items())), ".safetensors")) == list(state)[::-1]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"\x80\4N.", b"\0" * 100, b"PK\5\6" + b"\0" * 18, b"PK\5\6" + b"\xff" * 18]
)
def test_no_files_of_the_format(refuses_to_load, content):
    refuses_to_load(content)


def test_every_cut_and_many_flipped_bits(tmp_path, check_damage):
    path = tmp_path / "state.safetensors"
    pa.save({"a": pa.Tensor(np.arange(3.0)), "b": pa.to_tensor([2.0])}, path)
    check_damage(path)


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
        safe(b"[" * 10_000),
        struct.pack("<Q", 1 << 60) + b"{}",
    ],
)
def test_headers_that_lie(refuses_to_load, content):
    refuses_to_load(content)


def test_many_small_tensors_load(tmp_path, costs_what_its_size_warrants):
    library = pytest.importorskip("safetensors.numpy")
    costs_what_its_size_warrants(library.save({str(i): np.empty(0, np.float32) for i in range(30_000)}))
    state = {f"layer{i}.scale": np.float32([i, 2 * i]) for i in range(3_000)}
    pa.save(state, tmp_path / "s.safetensors")
    assert len(pa.load(tmp_path / "s.safetensors")) == 3_000
