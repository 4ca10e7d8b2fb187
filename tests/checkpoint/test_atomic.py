"""Writing is all or nothing: whatever goes wrong, the old file stays and no other is left."""

import errno
import os
import stat

import numpy as np
import pytest

import paramattr as pa

SUFFIXES = [".pdparams", ".npz", ".safetensors"]
OLD, NEW = {"w": pa.to_tensor([1.0])}, {"w": pa.Tensor(np.zeros(10_000))}
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    path = tmp_path / f"s{request.param}"
    pa.save(OLD, path)
    return path


def unchanged(path):
    assert os.listdir(path.parent) == [path.name]
    return pa.load(path)["w"].tolist() == [1.0]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_failure_at_the_end(path, monkeypatch, function, error):
    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, function, fail)
        with pytest.raises(type(error)):
            pa.save(NEW, path)
    assert unchanged(path)


class Full:
    """A file on a disk that becomes full after some bytes."""

    def __init__(self, file, room, error):
        self._file, self._room, self._error = file, room, error

    def write(self, data):
        self._room -= memoryview(data).nbytes
        if self._room < 0:
            raise self._error
        return self._file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("room", [0, 50, 500, 40_000])
def test_a_failure_in_the_middle(path, monkeypatch, room, error):
    def open_full(name, mode):
        return Full(open(name, mode), room, error)

    with monkeypatch.context() as patch:
        patch.setattr("paramattr.checkpoint.atomic.open", open_full, raising=False)
        with pytest.raises(type(error)):
            pa.save(NEW, path)
    assert unchanged(path)


def test_what_can_not_be_saved_is_found_before(path):
    with pytest.raises(TypeError, match=r"obj\['x'\]"):
        pa.save({**NEW, "x": object()}, path)
    assert unchanged(path)


def test_the_file_reaches_the_disk_before_its_name(path, monkeypatch):
    events = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor):
        events.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def note_replace(*names):
        events.append("replace")
        replace(*names)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", note_fsync)
        patch.setattr(os, "replace", note_replace)
        pa.save(NEW, path)
    assert events == ["file", "replace", "folder"][: 3 if os.name == "posix" else 2]


def test_what_a_killed_process_left_hinders_nothing(path):
    (path.parent / ".paramattr-0123456789abcdef.tmp").write_bytes(b"half")
    pa.save(NEW, path)
    assert pa.load(path)["w"].shape == [10_000]
    assert len(os.listdir(path.parent)) == 2


def test_folders_are_made(tmp_path):
    pa.save(OLD, tmp_path / "a" / "b" / "s.npz")
    assert pa.load(tmp_path / "a" / "b" / "s.npz")["w"].tolist() == [1.0]


def test_a_name_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pa.save(OLD, "s.npz")
    assert pa.load("s.npz")["w"].tolist() == [1.0]


@posix
def test_links_stay_links(path):
    link = path.parent / f"link{path.suffix}"
    link.symlink_to(path.name)
    pa.save(NEW, link)
    assert link.is_symlink() and not path.is_symlink()
    assert pa.load(path)["w"].shape == [10_000]


@posix
def test_permissions_stay(path):
    for mode in (0o600, 0o644):
        path.chmod(mode)
        pa.save(NEW, path)
        assert stat.S_IMODE(path.stat().st_mode) == mode
    path.unlink()
    before = os.umask(0o027)
    try:
        pa.save(NEW, path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_long_names(tmp_path):
    name = "x" * 240 + ".npz"
    pa.save(OLD, tmp_path / name)
    assert os.listdir(tmp_path) == [name]
