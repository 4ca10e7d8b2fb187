"""What is saved comes back: to the bit, with its types, dtypes, shapes, names and order."""

import math
import os
import struct
import sys
import zipfile
from collections import OrderedDict

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.random import Key

NAMES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32"]
NAMES += ["float64", "complex64", "complex128", "bfloat16"]
PADDLE_NAMES = [name for name in NAMES if name not in ("uint16", "uint32", "uint64")]
SUFFIXES = [".npz", ".pdparams", ".pdopt"]


def assert_same(one, other):
    assert type(one) is type(other)
    if isinstance(one, pa.Tensor):
        assert one.name == other.name
        one, other = one.numpy(), other.numpy()
    if isinstance(one, dict):
        assert_same(list(one), list(other))
        assert_same(list(one.values()), list(other.values()))
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif isinstance(one, (np.ndarray, np.generic)):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tobytes() == other.tobytes()
    elif isinstance(one, float):
        assert struct.pack("d", one) == struct.pack("d", other)
    else:
        assert one == other


def there_and_back(folder, obj, suffix=".npz", **settings):
    path = os.path.join(folder, f"state{suffix}")
    pa.save(obj, path, **settings)
    loaded = pa.load(path)
    assert os.listdir(folder) == [f"state{suffix}"]
    return loaded


def dtype(name):
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def arrays(names):
    def make(name):
        stored = np.dtype("uint16") if name == "bfloat16" else dtype(name)
        shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
        return hnp.arrays(stored, shapes).map(lambda array: array.view(dtype(name)))

    return st.sampled_from(names).flatmap(make)


def trees(leaves, keys):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(keys, inner, max_size=3),
            st.dictionaries(keys, inner, max_size=3).map(OrderedDict),
        ),
        max_leaves=8,
    )


text = st.text(st.characters(), max_size=5)  # lone surrogates too
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), text)
keys = st.one_of(text, st.integers(), st.booleans(), st.none(), st.binary(max_size=3), st.tuples(text, st.integers()))
tensors = st.builds(pa.Tensor, arrays(NAMES), name=st.none() | text)
random_keys = st.builds(Key, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
numpy_scalars = arrays(NAMES).filter(lambda array: array.size).map(lambda array: array.flat[0])


@given(obj=trees(st.one_of(scalars, st.binary(max_size=5), tensors, arrays(NAMES), random_keys, numpy_scalars), keys))
def test_npz_keeps_everything(tmp_path_factory, obj):
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj), obj)


named = st.builds(pa.Tensor, arrays(PADDLE_NAMES), name=text.filter(bool) | st.none())


@given(obj=st.dictionaries(keys, named, max_size=4), protocol=st.integers(2, 5))
def test_paddle_keeps_state_dicts(tmp_path_factory, obj, protocol):
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj, ".pdparams", protocol=protocol), obj)


@given(obj=trees(st.one_of(scalars, named), keys), protocol=st.integers(2, 5))
def test_paddle_keeps_nests_with_tensors(tmp_path_factory, obj, protocol):
    obj = [obj, pa.to_tensor([1.0])]
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj, ".pdopt", protocol=protocol), obj)


SAFE = [name for name in NAMES if not name.startswith("complex")]


@given(state=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), arrays(SAFE), max_size=5))
def test_safetensors_keeps_flat_dicts(tmp_path_factory, state):
    state = {key: pa.Tensor(array) for key, array in state.items()}
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), state, ".safetensors"), state)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_values_that_lie_otherwise_in_memory(tmp_path, suffix):
    base = np.arange(24.0).reshape(2, 3, 4)
    state = {"t": pa.Tensor(base.T), "part": pa.Tensor(base[:, ::2, ::-1]), "one": pa.Tensor(base[1, 1, 1:2])}
    loaded = there_and_back(tmp_path, state, suffix)
    for key in state:
        np.testing.assert_array_equal(loaded[key].numpy(), state[key].numpy())
        assert loaded[key].numpy().flags.writeable
    if suffix != ".safetensors":
        # A sum adds in the order of memory: training goes on to the bit only if that stays.
        assert loaded["t"].numpy().flags.f_contiguous


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_return_numpy(tmp_path, suffix):
    path = tmp_path / f"s{suffix}"
    pa.save([pa.to_tensor([1.0]), {"a": pa.Tensor(np.ones(2, ml_dtypes.bfloat16))}], path)
    first, rest = pa.load(path, return_numpy=True)
    assert type(first) is type(rest["a"]) is np.ndarray
    assert (first.dtype, rest["a"].dtype.name) == (np.float32, "bfloat16")


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_parameters_come_back_as_tensors_with_their_names(tmp_path, suffix):
    layer = pa.nn.Linear(3, 2)
    loaded = there_and_back(tmp_path, layer.state_dict(), suffix)
    for key, value in layer.state_dict().items():
        assert type(loaded[key]) is pa.Tensor and loaded[key].stop_gradient
        assert loaded[key].name == (None if suffix == ".safetensors" else value.name)
    before = {key: value.numpy().copy() for key, value in layer.state_dict().items()}
    layer.weight.set_value(np.zeros((3, 2)))
    assert layer.set_state_dict(loaded) == ([], [])
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])


def test_the_random_state_goes_on(tmp_path):
    with pa.seed(2**64 - 1):
        pa.create_parameter([2])
        pa.save(pa.get_rng_state(), tmp_path / "s.npz")
        expected = pa.create_parameter([4]).numpy()
    pa.set_rng_state(pa.load(tmp_path / "s.npz"))
    np.testing.assert_array_equal(pa.create_parameter([4]).numpy(), expected)


def test_paddle_makes_tensors_of_arrays_alone(tmp_path):
    loaded = there_and_back(tmp_path, {"a": np.ones(2), "b": [np.zeros(())]}, ".pdparams")
    assert [type(loaded["a"]), type(loaded["b"][0])] == [pa.Tensor, pa.Tensor]
    loaded = there_and_back(tmp_path, [np.ones(2), pa.to_tensor([1.0])], ".pdparams")
    assert [type(value) for value in loaded] == [np.ndarray, pa.Tensor]


def test_npz_needs_no_paramattr_to_be_read(tmp_path):
    pa.save({"w": pa.to_tensor([1.0, 2.0])}, tmp_path / "s.npz")
    with np.load(tmp_path / "s.npz") as content:
        np.testing.assert_array_equal(content["0"], np.float32([1, 2]))
    with zipfile.ZipFile(tmp_path / "s.npz") as archive:
        assert archive.testzip() is None and archive.namelist() == ["tree.json", "0.npy"]


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_the_same_content_gives_the_same_bytes(tmp_path, suffix):
    state = {"b": pa.Tensor(np.arange(3.0), name="x"), "a": pa.to_tensor(2.0)}
    for name in "pq":
        pa.save(state, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"p{suffix}").read_bytes() == (tmp_path / f"q{suffix}").read_bytes()


def test_safetensors_of_others(tmp_path):
    from safetensors.numpy import save_file

    save_file({"b": np.ones(2), "a": np.zeros((), np.float16)}, tmp_path / "s.safetensors")
    loaded = pa.load(tmp_path / "s.safetensors", return_numpy=True)
    assert set(loaded) == {"a", "b"} and loaded["a"].dtype == np.float16
    save_file({"c": np.ones(1)}, tmp_path / "s.safetensors", metadata={"paramattr.order": '["a", "b"]'})
    assert list(pa.load(tmp_path / "s.safetensors")) == ["c"]


def test_deep_but_not_too_deep(tmp_path):
    obj = pa.to_tensor([1.0])
    for level in range(64):
        obj = [{("k", level): obj}, (obj,), [obj]][level % 3]
    for suffix in SUFFIXES:
        assert_same(there_and_back(tmp_path, obj, suffix), obj)
        os.remove(tmp_path / f"state{suffix}")
        with pytest.raises(ValueError, match="at most 64 levels"):
            pa.save([obj], tmp_path / f"s{suffix}")


def test_numbers_no_json_has(tmp_path):
    quiet = struct.unpack("d", struct.pack("Q", 0x7FF8_0000_DEAD_BEEF))[0]
    obj = [math.inf, -math.inf, math.nan, quiet, -0.0, 5e-324, sys.float_info.max, 2**53 + 1, -(10**5000)]
    assert_same(there_and_back(tmp_path, obj), obj)
