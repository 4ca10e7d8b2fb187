"""What is saved comes back, to the bit, with its types, dtypes, shapes, names and order.

The same properties for every format, so in a file of their own.
"""

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

PADDLE_NAMES = [name for name in NAMES if name not in ("uint16", "uint32", "uint64")]

SUFFIXES = [".npz", ".pdparams", ".pdopt"]


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
def test_npz_keeps_everything(tmp_path_factory, there_and_back, assert_same, obj):
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj), obj)


named = st.builds(pa.Tensor, arrays(PADDLE_NAMES), name=text.filter(bool) | st.none())


@given(obj=st.dictionaries(keys, named, max_size=4), protocol=st.integers(2, 5))
def test_paddle_keeps_state_dicts(tmp_path_factory, there_and_back, assert_same, obj, protocol):
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj, ".pdparams", protocol=protocol), obj)


@given(obj=trees(st.one_of(scalars, named), keys), protocol=st.integers(2, 5))
def test_paddle_keeps_nests_with_tensors(tmp_path_factory, there_and_back, assert_same, obj, protocol):
    obj = [obj, pa.to_tensor([1.0])]
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), obj, ".pdopt", protocol=protocol), obj)


SAFE = [name for name in NAMES if not name.startswith("complex")]


@given(state=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), arrays(SAFE), max_size=5))
def test_safetensors_keeps_flat_dicts(tmp_path_factory, there_and_back, assert_same, state):
    state = {key: pa.Tensor(array) for key, array in state.items()}
    assert_same(there_and_back(tmp_path_factory.mktemp("f"), state, ".safetensors"), state)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_values_that_lie_otherwise_in_memory(tmp_path, there_and_back, suffix):
    base = np.arange(24.0).reshape(2, 3, 4)
    state = {"t": pa.Tensor(base.T), "part": pa.Tensor(base[:, ::2, ::-1]), "one": pa.Tensor(base[1, 1, 1:2])}
    loaded = there_and_back(tmp_path, state, suffix)
    for key in state:
        np.testing.assert_array_equal(loaded[key].numpy(), state[key].numpy())
        assert loaded[key].numpy().flags.writeable
    if suffix != ".safetensors":
        # A sum adds in the order of memory: training goes on to the bit only if that stays.
        assert loaded["t"].numpy().flags.f_contiguous


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_parameters_come_back_as_tensors_with_their_names(tmp_path, there_and_back, suffix):
    layer = pa.nn.Linear(3, 2)
    loaded = there_and_back(tmp_path, layer.state_dict(), suffix)
    for key, value in layer.state_dict().items():
        assert type(loaded[key]) is pa.Tensor and loaded[key].stop_gradient
        assert suffix == ".safetensors" or loaded[key].name == value.name
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


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".safetensors"])
def test_the_same_content_gives_the_same_bytes(tmp_path, suffix):
    state = {"b": pa.Tensor(np.arange(3.0), name="x"), "a": pa.to_tensor(2.0)}
    for name in "pq":
        pa.save(state, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"p{suffix}").read_bytes() == (tmp_path / f"q{suffix}").read_bytes()


SMALL = {
    "empty dict": lambda i: {},
    "dict": lambda i: {"a": i},
    "ordered dict": lambda i: OrderedDict(a=i),
    "empty list": lambda i: [],
    "tuple": lambda i: (i,),
    "number": lambda i: i + 0.5,
    "text": str,
    "array": lambda i: np.zeros(1, np.int8),
    "tensor": lambda i: pa.to_tensor(1.0),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", SMALL)
def test_what_is_saved_can_be_loaded_however_small_its_objects_are(tmp_path, there_and_back, kind, suffix):
    """The bound on the memory of what a file holds leaves room for the smallest objects, thousands of them."""
    count = 10_000 if kind == "tensor" else 20_000
    assert len(there_and_back(tmp_path, [SMALL[kind](i) for i in range(count)], suffix)) == count
    named = {f"k{i}": SMALL[kind](i) for i in range(2000)}
    assert there_and_back(tmp_path, named, suffix).keys() == named.keys()
