"""What save and load refuse, by what message, and that nothing is touched then."""

import io
import os
import re
import sys
from collections import defaultdict

import numpy as np
import pytest

import paramattr as pa

SUFFIXES = [".pdparams", ".pdopt", ".npz", ".safetensors"]


class Text(str):
    __slots__ = ()


def refused(folder, obj, error, match, suffix=".npz", **settings):
    path = folder / "new" / f"s{suffix}"
    with pytest.raises(error, match=match):
        pa.save(obj, path, **settings)
    assert os.listdir(folder) == []


@pytest.mark.parametrize("suffix", SUFFIXES[:3])
@pytest.mark.parametrize(
    ("obj", "where"),
    [
        (object(), "obj"),
        ({"a": [1, (2, {3})]}, "obj['a'][1][1]"),
        ({"a": Text("x")}, "obj['a']"),
        ({"a": 1j}, "obj['a']"),
        ([pa.to_tensor([1.0]).shape], "obj[0]"),
        ([defaultdict(int)], "obj[0]"),
        ([np.array([None])], "obj[0]"),
        ([np.array(["a"])], "obj[0]"),
        ([np.zeros(2, "f4,f4")], "obj[0]"),
        ([np.zeros(2, ">f4")], "obj[0]"),
        ([np.longdouble(1)], "obj[0]"),
        ([np.datetime64("2020-01-01")], "obj[0]"),
        ([np.ma.zeros(2)], "obj[0]"),
        ([pa.nn.Linear(2, 2)], "obj[0]"),
        ({(1, (2,)): 1}, "the keys of obj"),
        ({"a": {Text("x"): 1}}, "the keys of obj['a']"),
        ({np.int64(1): 1}, "the keys of obj"),
    ],
)
def test_kinds_of_objects(tmp_path, suffix, obj, where):
    refused(tmp_path, obj, TypeError, f"^{re.escape(where)} ", suffix)


@pytest.mark.parametrize("suffix", SUFFIXES[:3])
def test_what_holds_itself(tmp_path, suffix):
    loop = {"a": []}
    loop["a"].append(loop)
    refused(tmp_path, loop, ValueError, r"obj\['a'\]\[0\] must not hold itself", suffix)


@pytest.mark.parametrize(
    ("obj", "match"),
    [
        ({"rng": pa.get_rng_state()}, r"obj\['rng'\] is a Key, .*\.npz"),
        ([b"x"], r"obj\[0\] is a bytes, .*\.npz"),
        ([np.ones(2, np.uint16)], r"obj\[0\] is uint16.*\.npz"),
        ({"a": pa.Tensor(np.ones(2, np.uint64))}, r"obj\['a'\] is uint64.*\.npz"),
    ],
)
def test_what_paddle_has_no_place_for(tmp_path, obj, match):
    refused(tmp_path, obj, TypeError, match, ".pdparams")


@pytest.mark.parametrize("key", ["StructuredToParameterName@@", "UnpackBigParamInfor@@"])
def test_paddles_own_keys(tmp_path, key):
    refused(tmp_path, {key: pa.to_tensor([1.0])}, ValueError, re.escape(key), ".pdparams")


def test_arrays_too_large_for_old_protocols(tmp_path):
    huge = np.broadcast_to(np.float32(0), (1 << 28,))
    refused(
        tmp_path, {"w": pa.Tensor(huge)}, ValueError, r"protocol must be 4 or 5 .* obj\['w'\]", ".pdparams", protocol=2
    )


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
def test_what_safetensors_has_no_place_for(tmp_path, obj, error, match):
    refused(tmp_path, obj, error, match, ".safetensors")


def test_lazy_parameters(tmp_path):
    with pa.LazyGuard():
        layer = pa.nn.Linear(2, 2)
    for suffix in SUFFIXES:
        refused(tmp_path, layer.state_dict(), RuntimeError, "LazyGuard", suffix)


@pytest.mark.parametrize("name", ["s", "s.pt", "s.PDPARAMS", ".npz", "s.npz/"])
def test_suffixes(tmp_path, name):
    for call in (lambda path: pa.save({}, path), pa.load):
        with pytest.raises(ValueError, match=r"\.pdparams.*\.pdopt.*\.npz.*\.safetensors") as caught:
            call(f"{tmp_path}/{name}")
        assert repr(f"{tmp_path}/{name}") in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", [None, 3, io.BytesIO(), b"s.npz"])
def test_paths(path):
    for call in (lambda: pa.save({}, path), lambda: pa.load(path)):
        with pytest.raises(TypeError, match="path must be a str or PathLike"):
            call()


@pytest.mark.parametrize(("protocol", "error"), [(1, ValueError), (6, ValueError), ("4", TypeError), (True, TypeError)])
def test_protocols(tmp_path, protocol, error):
    refused(tmp_path, {}, error, "protocol", ".pdparams", protocol=protocol)


def test_return_numpy(tmp_path):
    with pytest.raises(TypeError, match="return_numpy"):
        pa.load(tmp_path / "s.npz", return_numpy=1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_files_and_folders(tmp_path, suffix):
    with pytest.raises(FileNotFoundError):
        pa.load(tmp_path / f"s{suffix}")
    (tmp_path / f"s{suffix}").mkdir()
    for call in (pa.load, lambda path: pa.save({}, path)):
        with pytest.raises(OSError, match=f"s{suffix}"):
            call(tmp_path / f"s{suffix}")
    assert os.listdir(tmp_path) == [f"s{suffix}"]


def test_without_safetensors(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    refused(tmp_path, {"a": np.ones(2)}, ImportError, r"paramattr\[safetensors\]", ".safetensors")


def test_without_ml_dtypes(tmp_path, monkeypatch):
    import ml_dtypes

    pa.save([pa.Tensor(np.ones(2, ml_dtypes.bfloat16))], tmp_path / "s.npz")
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ImportError, match=r"paramattr\[bfloat16\]"):
        pa.load(tmp_path / "s.npz")


def test_the_import_is_lazy():
    import subprocess

    code = (
        "import sys, paramattr; assert 'paramattr.checkpoint' not in sys.modules; paramattr.save; paramattr.checkpoint"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
