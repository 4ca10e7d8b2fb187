"""What the tests of checkpoints share: how saving and loading refuse, and what it means to come back the same."""

import contextlib
import os
import struct
import tracemalloc

import numpy as np
import pytest

import paramattr as pa
from paramattr.checkpoint import npz, paddle, safetensors  # noqa: F401  (before memory is measured)


@pytest.fixture
def refuses_to_save(tmp_path):
    """Saving raises this error, and not even the folder is made."""

    def check(obj, error, match, suffix=".npz", **settings):
        with pytest.raises(error, match=match):
            pa.save(obj, tmp_path / "new" / f"state{suffix}", **settings)
        assert os.listdir(tmp_path) == []

    return check


@pytest.fixture
def refuses_to_load(tmp_path, request):
    """A file with the module's SUFFIX gets one clear error, which is returned, takes no memory and makes no file."""

    def check(content, match=None):
        path = tmp_path / f"state{request.module.SUFFIX}"
        path.write_bytes(content)
        tracemalloc.start()
        try:
            with pytest.raises(ValueError, match=match) as caught:
                pa.load(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert str(path) in str(caught.value)
        assert "it is damaged" not in str(caught.value)  # but what is wrong with it
        assert peak < 1_000_000 + 100 * len(content)  # an empty list takes 64 bytes, and one in the file
        assert os.listdir(tmp_path) == [path.name]
        return str(caught.value)

    return check


@pytest.fixture
def costs_what_its_size_warrants(tmp_path, request):
    """Loading a file with the module's SUFFIX, or refusing it, takes no more than 20 times its size and 2 MiB."""

    def check(content):
        path = tmp_path / f"state{request.module.SUFFIX}"
        path.write_bytes(content)
        tracemalloc.start()
        try:
            with contextlib.suppress(ValueError):
                pa.load(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 20 * len(content) + (2 << 20)

    return check


@pytest.fixture(scope="session")
def check_damage():
    """Every cut of a file is refused; with a flipped bit it loads, if that can't be told, or gets the same error."""

    def check(path):
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

    return check


@pytest.fixture(scope="session")
def there_and_back():
    """What a folder gives back of an object saved there."""

    def call(folder, obj, suffix=".npz", **settings):
        path = os.path.join(folder, f"state{suffix}")
        pa.save(obj, path, **settings)
        loaded = pa.load(path)
        assert os.listdir(folder) == [f"state{suffix}"]
        return loaded

    return call


def _assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, pa.Tensor):
        assert one._given_name() == other._given_name()
        one, other = one.numpy(), other.numpy()
    if isinstance(one, dict):
        _assert_same(list(one), list(other))
        _assert_same(list(one.values()), list(other.values()))
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            _assert_same(a, b)
    elif isinstance(one, (np.ndarray, np.generic)):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif isinstance(one, float):
        assert struct.pack("d", one) == struct.pack("d", other)
    else:
        assert one == other


@pytest.fixture(scope="session")
def assert_same():
    """Compare two objects to the bit, with all types, dtypes, shapes, names and orders."""
    return _assert_same
