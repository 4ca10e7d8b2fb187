"""Writing is all or nothing: whatever goes wrong, also at a kill, there is the old file or the new one."""

import errno
import json
import os
import stat
import subprocess
import sys

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

    def __init__(self, file, capacity, error):
        self._file, self._capacity, self._error = file, capacity, error

    def write(self, data):
        self._capacity -= memoryview(data).nbytes
        if self._capacity < 0:
            raise self._error
        return self._file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("capacity", [0, 50, 500, 40_000])
def test_a_failure_in_the_middle(path, monkeypatch, capacity, error):
    def open_full(name, mode):
        return Full(open(name, mode), capacity, error)

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


KILLS = 84  # for each format

# Forking an interpreter that has everything imported makes a kill cost milliseconds.
PARENT = """
import json, os, random, signal, sys, time
import numpy as np
import paramattr as pa

path, kills = sys.argv[1], int(sys.argv[2])

def content(which):
    # Of another size for each, so that a part of one over the other shows.
    return {f"w{i}": pa.Tensor(np.full(20_000 + 5_000 * which, float(which))) for i in range(3 + which)}

def which(state):
    found = int(state["w0"].numpy()[0])
    expected = content(found)
    assert list(state) == list(expected)
    for key in expected:
        np.testing.assert_array_equal(state[key].numpy(), expected[key].numpy())
    return found

contents = [content(0), content(1)]
pa.save(contents[0], path)
pa.load(path)
rng = random.Random(7)
seen = [0, 0]
for kill in range(kills):
    child = os.fork()
    if child == 0:
        try:
            while True:
                for one in contents:
                    pa.save(one, path)
        finally:
            os._exit(1)
    time.sleep(rng.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
    seen[which(pa.load(path))] += 1
left = [name for name in os.listdir(os.path.dirname(path)) if name != os.path.basename(path)]
assert all(name.startswith(".paramattr-") and name.endswith(".tmp") for name in left), left
for one in (0, 1):
    pa.save(contents[one], path)
    assert which(pa.load(path)) == one
print(json.dumps({"seen": seen, "left": len(left)}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_killed_writers(tmp_path, suffix):
    command = [sys.executable, "-c", PARENT, str(tmp_path / f"s{suffix}"), str(KILLS)]
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # forks want a process with one thread
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The kills must have met the writing: both contents, and files half written.
    assert sum(found["seen"]) == KILLS and min(found["seen"]) > 0 and found["left"] > 0, found
