"""What save and load do with their arguments, whatever the format."""

import io
import os
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import paramattr as pa

SUFFIXES = [".pdparams", ".pdopt", ".npz", ".safetensors"]


def test_lazy_parameters(refuses_to_save):
    with pa.LazyGuard():
        layer = pa.nn.Linear(2, 2)
    for suffix in SUFFIXES:
        refuses_to_save(layer.state_dict(), RuntimeError, "LazyGuard", suffix)


STATE = {"w": pa.to_tensor([1.0, 2.0]), "epoch": 3, "rest": [np.arange(3), "x"]}


@pytest.mark.parametrize("name", ["s", "s.pt", "s.PDPARAMS", ".npz", "s.npz.bak"])
def test_paddles_format_is_that_of_other_suffixes(tmp_path, name):
    pa.save(STATE, tmp_path / name)
    pa.save(STATE, tmp_path / "s.pdparams")
    assert (tmp_path / name).read_bytes() == (tmp_path / "s.pdparams").read_bytes()
    assert pa.load(tmp_path / name)["w"].tolist() == [1.0, 2.0]


def test_files_in_memory(tmp_path):
    file = io.BytesIO(b"before")
    file.seek(6)
    pa.save(STATE, file)
    pa.save(STATE, tmp_path / "s.pdparams")
    assert file.getvalue() == b"before" + (tmp_path / "s.pdparams").read_bytes()
    pa.save([1, 2], file)
    file.seek(6)
    loaded = pa.load(file)
    assert loaded["w"].tolist() == [1.0, 2.0]
    assert loaded["epoch"] == 3
    assert pa.load(file) == [1, 2]
    file.seek(6)
    assert type(pa.load(file, return_numpy=True)["w"]) is np.ndarray


def test_what_is_wrong_with_a_file_in_memory():
    file = io.BytesIO(b"before")
    with pytest.raises(TypeError, match="which Paddle's format can't hold"):
        pa.save({"key": pa.get_rng_state()}, file)
    assert (file.getvalue(), file.tell()) == (b"before", 0)
    file.seek(2)
    with pytest.raises(ValueError, match="what path holds can't be loaded: "):
        pa.load(file)
    assert file.tell() == 2
    with pytest.raises(ValueError, match="what path holds can't be loaded: "):
        pa.load(io.BytesIO())


@pytest.mark.parametrize("path", [None, 3, io.StringIO(), b"s.npz"])
def test_paths(path):
    for call in (lambda: pa.save({}, path), lambda: pa.load(path)):
        with pytest.raises(TypeError, match="path must be a str, PathLike or BytesIO"):
            call()


@pytest.mark.parametrize(("protocol", "error"), [(1, ValueError), (6, ValueError), ("4", TypeError), (True, TypeError)])
def test_protocols(refuses_to_save, protocol, error):
    refuses_to_save({}, error, "protocol", ".pdparams", protocol=protocol)


def test_return_numpy_must_be_a_bool(tmp_path):
    with pytest.raises(TypeError, match="return_numpy"):
        pa.load(tmp_path / "s.npz", return_numpy=1)


@pytest.mark.parametrize("suffix", SUFFIXES[:3])
def test_return_numpy_gives_arrays(tmp_path, suffix):
    path = tmp_path / f"s{suffix}"
    pa.save([pa.to_tensor([1.0]), {"a": pa.Tensor(np.ones(2, ml_dtypes.bfloat16))}], path)
    first, rest = pa.load(path, return_numpy=True)
    assert type(first) is type(rest["a"]) is np.ndarray
    assert (first.dtype, rest["a"].dtype.name) == (np.float32, "bfloat16")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_files_and_folders(tmp_path, suffix):
    with pytest.raises(FileNotFoundError):
        pa.load(tmp_path / f"s{suffix}")
    (tmp_path / f"s{suffix}").mkdir()
    for call in (pa.load, lambda path: pa.save({}, path)):
        with pytest.raises(OSError, match=f"s{suffix}"):
            call(tmp_path / f"s{suffix}")
    assert os.listdir(tmp_path) == [f"s{suffix}"]


def test_without_ml_dtypes(tmp_path, monkeypatch):
    pa.save([pa.Tensor(np.ones(2, ml_dtypes.bfloat16))], tmp_path / "s.npz")
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ImportError, match=r"paramattr\[bfloat16\]"):
        pa.load(tmp_path / "s.npz")


def test_the_import_is_lazy():
    code = (
        "import sys, paramattr; assert 'paramattr.checkpoint' not in sys.modules; paramattr.save; paramattr.checkpoint"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs a device that never ends, and a pipe")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_no_file_is_refused_unread(tmp_path, suffix):
    endless, pipe = tmp_path / f"endless{suffix}", tmp_path / f"pipe{suffix}"
    endless.symlink_to("/dev/zero")
    os.mkfifo(pipe)
    for path in (endless, pipe):
        with pytest.raises(ValueError, match="it is not a file"):
            pa.load(path)
