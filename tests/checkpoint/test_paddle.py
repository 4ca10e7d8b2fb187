"""Paddle's format: what it can't hold, and what tables around the pickle itself are refused."""

import io
import pickle
import re
from collections import OrderedDict

import ml_dtypes
import numpy as np
import pytest

import paramattr as pa
from paramattr.checkpoint import paddle, unpickle

SUFFIX = ".pdparams"


@pytest.mark.parametrize(
    ("obj", "match"),
    [
        ({"rng": pa.get_rng_state()}, r"obj\['rng'\] is a Key, .*\.npz"),
        ([b"x"], r"obj\[0\] is a bytes, .*\.npz"),
        ([np.ones(2, np.uint16)], r"obj\[0\] is uint16.*\.npz"),
        ([pa.Tensor(np.ones(2, np.uint32))], r"obj\[0\] is uint32.*\.npz"),
        ({"a": pa.Tensor(np.ones(2, np.uint64))}, r"obj\['a'\] is uint64.*\.npz"),
        ([ml_dtypes.bfloat16(1)], r"obj\[0\] is a bfloat16 scalar.*\.npz"),
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
    bytes_ = np.broadcast_to(np.uint8(0), (1 << 30,))
    for protocol, size in [(2, (1 << 30) - 1), (3, (1 << 30) - 1), (4, 1 << 30), (5, 1 << 30)]:
        assert callable(paddle.prepare({"w": bytes_[:size]}, protocol))
    for protocol in (2, 3):
        with pytest.raises(ValueError, match="protocol must be 4 or 5"):
            paddle.prepare([bytes_], protocol)


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


def pieces(slices, shape=(2,), **others):
    table = {"w": {"slices": slices, "OriginShape": shape}}
    return pickle.dumps({"p": np.ones(2), "UnpackBigParamInfor@@": table, **others}, 2)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (pieces([]), "is missing, used twice or of another dtype"),
        (pieces(["p", "p"], (4,)), "is missing, used twice or of another dtype"),
        (pieces(["q"]), "is missing, used twice or of another dtype"),
        (pieces(["p", "q"], (4,), q=np.ones(2, np.float32)), "is missing, used twice or of another dtype"),
        (pieces(["p", "q"], (4,), q=1.0), "is missing, used twice or of another dtype"),
        (pieces(["p", "q"], (4,), q=Unfilled()), "is missing, used twice or of another dtype"),
        (pieces(["p"], (3,)), r"hold 2 values, but its shape is \[3\]"),
        (pieces(["p"], (-1, -2)), r"hold 2 values, but its shape is \[-1, -2\]"),
        (pieces(["p"], (1 << 40,)), "hold 2 values, but its shape is"),
        (pieces(["p"], "x"), "has no names or no shape"),
        (pieces(1), "has no names or no shape"),
        (pieces([["p"]]), "has no names or no shape"),
        (pieces([("p",)]), "has no names or no shape"),
        (pieces("p"), "has no names or no shape"),
        (pieces(["p"], (2.0,)), "has no names or no shape"),
        (pickle.dumps({"UnpackBigParamInfor@@": {"w": 1}}, 2), "is not a dict of dicts"),
        (pickle.dumps({"UnpackBigParamInfor@@": [1]}, 2), "is not a dict of dicts"),
        (pickle.dumps({"UnpackBigParamInfor@@": {"w": {}}}, 2), "has no names or no shape"),
    ],
)
def test_pieces(refuses_to_load, content, match):
    refuses_to_load(content, match)


@pytest.mark.parametrize("shape", [(5,), (5, 1), [1, 5]])
def test_pieces_are_put_together(tmp_path, shape):
    (tmp_path / "state.pdparams").write_bytes(pieces(("p", "q"), shape, q=np.arange(3.0), rest=[1]))
    loaded = pa.load(tmp_path / "state.pdparams")
    assert (loaded["w"].shape, loaded["rest"], sorted(loaded)) == (list(shape), [1], ["rest", "w"])
    assert loaded["w"].numpy().reshape(-1).tolist() == [1.0, 1.0, 0.0, 1.0, 2.0]


def nested(inner, levels):
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(("above", "below"), [(63, 1), (60, 4), (32, 32), (1, 63)])
def test_what_is_held_twice_has_its_levels_wherever_it_is(tmp_path, refuses_to_load, above, below):
    shared = nested(1, below)
    (tmp_path / "state.pdparams").write_bytes(pickle.dumps([shared, nested(shared, above - 1)], 2))
    assert pa.load(tmp_path / "state.pdparams") == [shared, nested(shared, above - 1)]
    for content in ([shared, nested(shared, above)], [nested(shared, above), shared]):
        refuses_to_load(pickle.dumps(content, 2), "it has more than 64 levels")


@pytest.mark.parametrize("levels", [65, 66, 100, 400, 3000])
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


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_small_objects_get_a_file_as_large_as_loading_asks_for(tmp_path, protocol):
    """It has something in it that nobody uses; Python's own reader knows that opcode too."""
    state = [OrderedDict(a=i) for i in range(10_000)]
    plain = len(pickle.dumps(state, protocol))
    buffer = io.BytesIO()
    for obj in (state, [1]):
        pa.save(obj, buffer, protocol=protocol)
    assert plain < len(buffer.getvalue()) < 3 * plain
    buffer.seek(0)
    assert pickle.load(buffer) == state and pickle.load(buffer) == [1]
    buffer.seek(0)
    assert pa.load(buffer) == state and pa.load(buffer) == [1]


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(
    "make",
    [
        lambda i: None,
        lambda i: i % 256,
        lambda i: i % 65536 + 256,
        lambda i: 2**40 + i,
        lambda i: 2 ** (8 * (i % 300)),
        lambda i: i + 0.5,
        lambda i: "ab"[: i % 3],
        lambda i: f"{i:03x}",
        lambda i: "é" * (i % 9),
    ],
)
def test_scalars_take_no_more_than_their_bytes_allow(protocol, make):
    for content in ([make(i) for i in range(2_000)], [[make(i) for i in range(2_000)], "end"]):
        data = pickle.dumps(content, protocol)
        machine = unpickle.Machine(io.BytesIO(data), len(data))
        machine.run()
        assert machine.weight <= 20 * len(data) + 1000


def test_dicts_of_numbers_load(tmp_path):
    for state in (
        {i: i for i in range(30_000)},
        {(i,): None for i in range(2_000)},
        {f"{i}": i for i in range(30_000)},
    ):
        pa.save(state, tmp_path / "s.pdparams")
        assert pa.load(tmp_path / "s.pdparams") == state


@pytest.mark.parametrize("count", [10, 100, 1000, 5000, 20_000])
def test_files_of_ordinary_states_are_what_pickle_makes(tmp_path, count):
    state = {f"layer{i}.weight": pa.Tensor(np.zeros(8 if i else 100_000, np.float32)) for i in range(count)}
    pa.save(state, tmp_path / "s.pdparams")
    content = (tmp_path / "s.pdparams").read_bytes()
    assert content == pickle.dumps(paddle._with_names(state), 4)
