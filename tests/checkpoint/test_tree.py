import contextlib
import os
import re
from collections import OrderedDict, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.checkpoint import tree

SUFFIXES = [".npz", ".pdparams", ".pdopt"]


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("suffix", SUFFIXES)
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
def test_kinds_of_objects(refuses_to_save, suffix, obj, where):
    refuses_to_save(obj, TypeError, f"^{re.escape(where)} ", suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_holds_itself(refuses_to_save, suffix):
    loop = {"a": []}
    loop["a"].append(loop)
    refuses_to_save(loop, ValueError, r"obj\['a'\]\[0\] must not hold itself", suffix)


def test_deep_but_not_too_deep(tmp_path, there_and_back, assert_same):
    obj = pa.to_tensor([1.0])
    for level in range(64):
        obj = [{("k", level): obj}, (obj,), [obj]][level % 3]
    for suffix in SUFFIXES:
        assert_same(there_and_back(tmp_path, obj, suffix), obj)
        os.remove(tmp_path / f"state{suffix}")
        with pytest.raises(ValueError, match="at most 64 levels"):
            pa.save([obj], tmp_path / f"s{suffix}")


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
keys = scalars | st.binary(max_size=3) | st.tuples(scalars, scalars)
objects = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=8,
)


def count(obj):
    if isinstance(obj, (dict, list, tuple)):
        return sum(map(count, obj.values() if isinstance(obj, dict) else obj))
    return 1


@given(objects)
def test_each_leaf_stands_where_it_is_said_to_stand(obj):
    found = list(tree.leaves(obj))
    assert len(found) == count(obj)
    for where, leaf in found:
        assert eval(where, {"obj": obj}) is leaf  # noqa: S307


@pytest.mark.parametrize("name", tree.DTYPES)
def test_bits_are_the_same_memory_in_a_dtype_of_numpys_own(name):
    array = np.arange(6).reshape(2, 3).astype(tree.dtype(name))
    bits = tree.as_bits(array)
    assert bits.dtype == tree.bits_dtype(array.dtype)
    assert bits.dtype.name in tree.NATIVE
    assert np.shares_memory(bits, array)
    np.testing.assert_array_equal(bits.view(tree.dtype(name)), array)


@pytest.mark.parametrize(
    ("key", "cost"),
    [
        ((1,) * 1000, 21_000),
        ((1 << 640_000,), 10_021),
        ((1 << 640_000, "a", 1 << 640_000), 20_063),
        (1 << 640_000, 10_001),
    ],
    ids=["many parts", "a long part", "long parts", "a long int"],
)
@pytest.mark.parametrize("others", [0, 50_000])
@pytest.mark.parametrize("size", [0, 100_000])
def test_keys_cost_what_hashing_and_comparing_them_may(key, cost, others, size):
    hashing, target = tree.Hashing(size), dict.fromkeys(range(others))
    count = 0
    with contextlib.suppress(ValueError):
        for count in range(1000):
            hashing.put(target, key, count)
    assert count == pytest.approx((4_000_000 + 20 * size) / (cost + others), rel=0.01, abs=1.0)


def test_other_keys_cost_nothing():
    hashing, target = tree.Hashing(-200_000), {}  # nothing is left
    for key in ("a", b"a", 1, (1 << 63) - 1, 1 - (1 << 63), 0.5, None, True):
        hashing.put(target, key, key)
    assert list(target.values()) == list(target) == ["a", b"a", 1, (1 << 63) - 1, 1 - (1 << 63), 0.5, None]
    for key in ((), 1 << 63, (1,)):
        with pytest.raises(ValueError, match="more tuples or long ints as keys"):
            hashing.put(target, key, key)
        assert key not in target


@pytest.mark.parametrize("name", ["object", "longdouble", "float33", "V4", "", None, 3, np.float32])
def test_other_dtypes_are_refused(name):
    with pytest.raises(ValueError, match="is not one of"):
        tree.dtype(name)
