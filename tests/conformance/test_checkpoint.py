"""Files of the real Paddle are ours, and ours are Paddle's."""

import pickle
from collections import OrderedDict

import numpy as np
import paddle
import pytest

import paramattr as pa
from tests.nn.layer import constructors

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
SHAPES = [(), (0,), (3, 0, 2), (1,), (2, 3)]


def values(dtype, shape, seed=3):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * 50).astype(dtype)


def plain(obj):
    """The same nest with arrays for the tensors of either library."""
    if isinstance(obj, (paddle.Tensor, pa.Tensor)):
        return ("tensor", obj.name, obj.numpy())
    if isinstance(obj, dict):
        return {key: plain(value) for key, value in obj.items()}
    if isinstance(obj, (list, tuple)):
        return type(obj)(plain(value) for value in obj)
    return obj


def same(one, other):
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    else:
        assert one == other


def nest(lib):
    def tensor(array):
        return lib.to_tensor(array)

    return {
        "model": OrderedDict(w=tensor(values("float32", (2, 3))), b=tensor(values("float64", ()))),
        "deep": [{"x": (tensor(values("int64", (4,))), 1)}, [], (), {}, None, True, -(2**70), 1e-300, "é\n"],
        3: np.float32(0.1),
        "array": np.asfortranarray(values("float64", (3, 2))),
    }


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_and_shape_from_paddle(tmp_path, dtype, protocol):
    path = str(tmp_path / "state.pdparams")
    arrays = {str(shape): values(dtype, shape) for shape in SHAPES}
    for state in (
        {key: paddle.to_tensor(array) for key, array in arrays.items()},
        [paddle.to_tensor(array) for array in arrays.values()],
    ):
        paddle.save(state, path, protocol=protocol)
        same(plain(pa.load(path)), plain(state))
        same(pa.load(path, return_numpy=True), paddle.load(path, return_numpy=True))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_and_shape_to_paddle(tmp_path, dtype, protocol):
    path = str(tmp_path / "state.pdparams")
    for form in (dict, lambda pairs: [tensor for _, tensor in pairs]):
        state = form((str(shape), pa.Tensor(values(dtype, shape), name=f"t{shape}")) for shape in SHAPES)
        pa.save(state, path, protocol)
        same(plain(paddle.load(path)), plain(state))


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_bfloat16_from_paddle(tmp_path, protocol):
    pytest.importorskip("ml_dtypes")
    path = str(tmp_path / "state.pdparams")
    tensor = paddle.to_tensor([1.5, -2.0, float("nan")]).astype("bfloat16")
    for state, get in (({"a": tensor}, lambda s: s["a"]), ([tensor], lambda s: s[0])):
        paddle.save(state, path, protocol=protocol)
        loaded = get(pa.load(path))
        assert loaded.dtype.name == "bfloat16"
        assert loaded.numpy().tobytes() == tensor.numpy().tobytes()
        pa.save(get(pa.load(path)), path)
        back = paddle.load(path)
        assert back.dtype == paddle.bfloat16 and back.numpy().tobytes() == tensor.numpy().tobytes()


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_nested_objects_both_ways(tmp_path, protocol):
    theirs, ours = str(tmp_path / "theirs.pdparams"), str(tmp_path / "ours.pdparams")
    paddle.save(nest(paddle), theirs, protocol=protocol)
    same(plain(pa.load(theirs)), plain(paddle.load(theirs)))
    same(pa.load(theirs, return_numpy=True), paddle.load(theirs, return_numpy=True))
    state = nest(pa)
    for tensor, name in zip([*state["model"].values(), state["deep"][0]["x"][0]], "abc", strict=True):
        tensor.name = name
    pa.save(state, ours, protocol)
    same(plain(paddle.load(ours)), plain(pa.load(ours)))
    same(plain(pa.load(ours)), plain(state))


@pytest.mark.parametrize("obj", [{"a": np.ones(2), "b": [np.ones(())]}, [np.ones(2), 1], 3, "text", None, 2.5])
def test_objects_without_tensors_load_as_paddle_loads_them(tmp_path, obj):
    path = str(tmp_path / "state.pdparams")
    for lib in (paddle, pa):
        lib.save(obj, path)
        ours, theirs = plain(pa.load(path)), plain(paddle.load(path))
        same(nameless(ours), nameless(theirs))


def nameless(obj):
    """Without names: Paddle invents some where there are none."""
    if isinstance(obj, tuple):
        return obj[2]
    if isinstance(obj, dict):
        return {key: nameless(value) for key, value in obj.items()}
    return [nameless(value) for value in obj] if isinstance(obj, list) else obj


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_thousands_of_small_objects_go_to_paddle(tmp_path, protocol):
    """Their file has something in it that nobody uses."""
    path = str(tmp_path / "state.pdparams")
    state = [OrderedDict(a=i, b=(i, [])) for i in range(6_000)]
    pa.save(state, path, protocol)
    same(paddle.load(path), state)


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_a_state_dict_has_the_same_bytes(tmp_path, protocol):
    theirs = paddle.nn.Linear(3, 2)
    state = {key: pa.Tensor(value.numpy(), name=value.name) for key, value in theirs.state_dict().items()}
    paddle.save(theirs.state_dict(), str(tmp_path / "theirs.pdparams"), protocol=protocol)
    pa.save(state, tmp_path / "ours.pdparams", protocol)
    one, other = (tmp_path / f"{who}.pdparams" for who in ("theirs", "ours"))
    assert one.read_bytes() == other.read_bytes()


def filled(lib, name, seed):
    """A layer whose state has other values for each seed."""
    rng = np.random.default_rng(seed)
    net = getattr(lib.nn, name)(**constructors.settings(getattr(paddle.nn, name), lib.nn))
    for value in net.state_dict().values():
        value.set_value((10 * rng.standard_normal(value.shape)).astype(value.numpy().dtype))
    return net


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("source", [paddle, pa], ids=["paddle", "paramattr"])
def test_every_layer_goes_over(tmp_path, source):
    target = pa if source is paddle else paddle
    path, holding = str(tmp_path / "net.pdparams"), []
    for name in constructors.layers(paddle.nn):
        if not hasattr(pa.nn, name):
            continue
        net, other = filled(source, name, 1), filled(target, name, 2)
        state = net.state_dict()
        source.save(state, path)
        answer = other.set_state_dict(target.load(path))
        if name == "AdaptiveLogSoftmaxWithLoss":  # Paddle's state lacks its clusters
            state = {key: value for key, value in state.items() if key.startswith("head")}
        else:
            assert answer == ([], []), name
            assert list(other.state_dict()) == list(state), name
        for key, value in state.items():
            found = other.state_dict()[key].numpy()
            assert found.dtype == value.numpy().dtype, (name, key)
            np.testing.assert_array_equal(found, value.numpy(), err_msg=f"{name} {key}")
        holding += [name] if state else []
    with_attributes = {name for name, _ in constructors.with_attributes(paddle.nn)}
    stacks = {"RNN", "BiRNN", "TransformerEncoder", "TransformerDecoder", "SpectralNorm"}
    assert set(holding) == with_attributes | stacks


def containers(lib):
    """What holds the layers and parameters it is given."""
    parts = [lib.nn.Linear(2, 3), lib.nn.BatchNorm1D(3)]
    values = [lib.create_parameter([size], "float32") for size in (1, 2)]
    return [
        lib.nn.Sequential(*parts),
        lib.nn.LayerList(parts),
        lib.nn.LayerDict({"a": parts[0], "b": parts[1]}),
        lib.nn.ParameterList(values),
        lib.nn.ParameterDict({"a": values[0], "b": values[1]}),
    ]


@pytest.mark.parametrize("source", [paddle, pa], ids=["paddle", "paramattr"])
def test_containers_go_over(tmp_path, source):
    target = pa if source is paddle else paddle
    path = str(tmp_path / "net.pdparams")
    for net, other in zip(containers(source), containers(target), strict=True):
        source.save(net.state_dict(), path)
        assert other.set_state_dict(target.load(path)) == ([], [])
        assert list(other.state_dict()) == list(net.state_dict()) != []
        for key, value in net.state_dict().items():
            np.testing.assert_array_equal(other.state_dict()[key].numpy(), value.numpy())


def trained(lib):
    with lib.utils.unique_name.guard():
        layer = lib.nn.Linear(3, 2)
        schedule = lib.optimizer.lr.StepDecay(0.1, 2)
        optimizer = lib.optimizer.Adam(schedule, parameters=layer.parameters())
        rng = np.random.default_rng(5)
        for parameter in layer.parameters():
            parameter.set_value(rng.standard_normal(parameter.shape).astype("float32"))
        for _ in range(4):
            layer(lib.to_tensor(rng.standard_normal((5, 3)).astype("float32"))).sum().backward()
            optimizer.step()
            optimizer.clear_grad()
            schedule.step()
    return layer, optimizer


def moments(optimizer):
    state = optimizer.state_dict()
    return {key.rpartition("_")[0]: value.numpy() for key, value in state.items() if "moment" in key}


@pytest.mark.parametrize("source", [paddle, pa], ids=["paddle", "paramattr"])
def test_layers_and_optimizers_go_over(tmp_path, source):
    target = pa if source is paddle else paddle
    layer, optimizer = trained(source)
    source.save(layer.state_dict(), str(tmp_path / "net.pdparams"))
    source.save(optimizer.state_dict(), str(tmp_path / "net.pdopt"))
    other, its_optimizer = trained(target)
    other.set_state_dict(target.load(str(tmp_path / "net.pdparams")))
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[key].numpy(), value.numpy())
    state = target.load(str(tmp_path / "net.pdopt"))
    its_optimizer.set_state_dict(state)
    assert its_optimizer.get_lr() == optimizer.get_lr()
    ours, theirs = moments(its_optimizer), moments(optimizer)
    assert ours.keys() == theirs.keys() and len(ours) == 4
    for key in ours:
        np.testing.assert_array_equal(ours[key], theirs[key])


def test_master_weights_are_a_nest(tmp_path):
    path = str(tmp_path / "net.pdopt")
    masters = {"w": paddle.ones([2]), "b": paddle.zeros([1])}
    paddle.save({"w_moment1_0": paddle.ones([2]), "master_weights": masters, "LR_Scheduler": {"last_epoch": 3}}, path)
    loaded = pa.load(path)
    assert loaded["LR_Scheduler"] == {"last_epoch": 3}
    assert [type(value) for value in loaded["master_weights"].values()] == [pa.Tensor] * 2
    pa.save(loaded, path)
    same(plain(paddle.load(path)), plain(loaded))


def test_pieces_of_a_large_array(tmp_path):
    # As Paddle cuts arrays of 1 GiB and more under protocols 2 and 3; here small, and read by its own reader too.
    array = np.arange(24.0).reshape(4, 6)
    parts = {f"big@@.{i}": part for i, part in enumerate(np.array_split(array.ravel(), 5))}
    state = {
        "a": np.ones(2),
        **parts,
        "UnpackBigParamInfor@@": {"big": {"OriginShape": (4, 6), "slices": list(parts)}},
        "StructuredToParameterName@@": {"a": "first", "big": "second"},
    }
    path = tmp_path / "state.pdparams"
    path.write_bytes(pickle.dumps(state, 2))
    same(plain(pa.load(path)), plain(paddle.load(str(path))))
    np.testing.assert_array_equal(pa.load(path)["big"].numpy(), array)
