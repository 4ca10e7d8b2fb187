"""Paddle's format: what it can't hold, and what tables around the pickle itself are refused."""

import pickle
import re

import numpy as np
import pytest

import paramattr as pa

SUFFIX = ".pdparams"


@pytest.mark.parametrize(
    ("obj", "match"),
    [
        ({"rng": pa.get_rng_state()}, r"obj\['rng'\] is a Key, .*\.npz"),
        ([b"x"], r"obj\[0\] is a bytes, .*\.npz"),
        ([np.ones(2, np.uint16)], r"obj\[0\] is uint16.*\.npz"),
        ({"a": pa.Tensor(np.ones(2, np.uint64))}, r"obj\['a'\] is uint64.*\.npz"),
    ],
)
def test_what_paddle_can_not_hold(refuses_to_save, obj, match):
    refuses_to_save(obj, TypeError, match, ".pdparams")


@pytest.mark.parametrize("key", ["StructuredToParameterName@@", "UnpackBigParamInfor@@"])
def test_paddles_own_keys(refuses_to_save, key):
    refuses_to_save({key: pa.to_tensor([1.0])}, ValueError, re.escape(key), ".pdparams")


def test_arrays_too_large_for_old_protocols(refuses_to_save):
    huge = np.broadcast_to(np.float32(0), (1 << 28,))
    refuses_to_save(
        {"w": pa.Tensor(huge)}, ValueError, r"protocol must be 4 or 5 .* obj\['w'\]", ".pdparams", protocol=2
    )


def test_paddle_makes_tensors_of_arrays_alone(tmp_path, there_and_back):
    loaded = there_and_back(tmp_path, {"a": np.ones(2), "b": [np.zeros(())]}, ".pdparams")
    assert [type(loaded["a"]), type(loaded["b"][0])] == [pa.Tensor, pa.Tensor]
    loaded = there_and_back(tmp_path, [np.ones(2), pa.to_tensor([1.0])], ".pdparams")
    assert [type(value) for value in loaded] == [np.ndarray, pa.Tensor]


class Unfilled:
    """Pickled, the start of an array whose values never follow."""

    def __reduce__(self):
        return np.ones(2).__reduce__()[:2]


@pytest.mark.parametrize(
    ("value", "names", "match"),
    [
        (np.ones(2), None, "is not from keys of the dict to names"),
        (np.ones(2), [], "is not from keys of the dict to names"),
        (np.ones(2), {"b": "x"}, "is not from keys of the dict to names"),
        (np.ones(2), {"a": 1}, "is not from keys of the dict to names"),
        (1, {"a": "x"}, "names something that is no array"),
        (Unfilled(), {"a": "x"}, "an array without values"),
    ],
)
def test_tables_of_names(refuses_to_load, value, names, match):
    refuses_to_load(pickle.dumps({"a": value, "StructuredToParameterName@@": names}, 4), match)


def pieces(slices, shape=(2,)):
    return pickle.dumps({"p": np.ones(2), "UnpackBigParamInfor@@": {"w": {"slices": slices, "OriginShape": shape}}}, 2)


@pytest.mark.parametrize(
    "content",
    [
        pieces([]),
        pieces(["p", "p"], (4,)),
        pieces(["q"]),
        pieces(["p"], (3,)),
        pieces(["p"], (1 << 40,)),
        pieces(["p"], "x"),
        pieces(1),
        pieces([["p"]]),
        pieces([("p",)]),
        pieces("p"),
        pieces(["p"], (2.0,)),
        pickle.dumps({"UnpackBigParamInfor@@": {"w": 1}}, 2),
        pickle.dumps({"UnpackBigParamInfor@@": [1]}, 2),
        pickle.dumps({"UnpackBigParamInfor@@": {"w": {}}}, 2),
    ],
)
def test_pieces(refuses_to_load, content):
    refuses_to_load(content)


@pytest.mark.parametrize("levels", [66, 100, 400, 3000])
@pytest.mark.parametrize("shared", [False, True])
def test_more_levels_than_64_are_refused_in_words(refuses_to_load, levels, shared):
    made = pickle.EMPTY_LIST + (pickle.BINPUT + b"\1") * shared
    content = b"\x80\2" + made * levels + pickle.APPEND * (levels - 1) + pickle.STOP
    refuses_to_load(content, "it has more than 64 levels")


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_a_container_that_holds_itself_is_refused_in_words(refuses_to_load, levels):
    inside = pickle.EMPTY_LIST * (levels - 1) + pickle.BINGET + b"\1" + pickle.APPEND * (levels - 1)
    content = b"\x80\2" + pickle.EMPTY_LIST + pickle.BINPUT + b"\1" + inside + pickle.APPEND + pickle.STOP
    refuses_to_load(content, "a container that holds itself")


def test_what_is_held_twice_is_loaded_once(tmp_path):
    shared = [np.ones(2), {"a": 2}]
    (tmp_path / "state.pdparams").write_bytes(pickle.dumps({"one": shared, "other": [shared, (shared,)]}, 2))
    loaded = pa.load(tmp_path / "state.pdparams")
    assert loaded["one"] is loaded["other"][0] is loaded["other"][1][0]
    assert loaded["one"][0].numpy().tolist() == [1.0, 1.0]
