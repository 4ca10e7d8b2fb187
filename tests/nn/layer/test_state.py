import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

pytestmark = pytest.mark.usefixtures("fresh_names")


def test_state_dict_round_trip(make_net):
    one, two = make_net(), make_net()
    state = one.state_dict()
    assert list(state) == [
        "first.weight", "first.bias", "scale.factor", "scale.seen", "tied.weight", "tied.bias"
    ]  # fmt: skip
    assert two.set_state_dict({key: value.numpy() for key, value in state.items()}) == ([], [])
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_set_state_dict_tells_what_is_missing_and_unexpected():
    with pytest.warns(UserWarning, match="Skip loading for bias. state_dict has no value 'bias'"):
        missing, unexpected = nn.Linear(2, 2).set_state_dict({"weight": np.ones((2, 2)), "other": np.ones(1)})
    assert (missing, unexpected) == (["bias"], ["other"])


def test_a_value_of_another_shape_is_left_out():
    layer = nn.Linear(2, 2)
    before = layer.bias.numpy().copy()
    with pytest.warns(UserWarning, match=r"Skip loading for bias. The value 'bias' .* has shape \[3\], not \[2\]"):
        outcome = layer.set_state_dict({"weight": np.ones((2, 2)), "bias": np.ones(3)})
    assert outcome == (["bias"], ["bias"])
    assert (layer.weight.numpy() == 1.0).all()
    assert np.array_equal(layer.bias.numpy(), before)


def test_what_is_left_out_keeps_nothing_else_out():
    one, other = (
        nn.Sequential(*[nn.Linear(2, 2) for _ in range(3)]),
        nn.Sequential(*[nn.Linear(2, 2) for _ in range(3)]),
    )
    state = {key: value.numpy() + 1 for key, value in other.state_dict().items()}
    before = {key: value.numpy().copy() for key, value in one.state_dict().items()}
    given = {**state, "0.bias": np.ones(3)}
    del given["1.weight"]
    with pytest.warns(UserWarning, match="Skip loading"):
        assert one.set_state_dict(given) == (["0.bias", "1.weight"], ["0.bias"])
    for key, value in one.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), (before if key in ("0.bias", "1.weight") else state)[key])


BAD_VALUES = {
    "text": (np.array([["a", "b"], ["c", "d"]]), TypeError, "'weight' must be numeric"),
    "objects": ([[None, 1], [2, 3]], TypeError, "'weight' must be numeric"),
    "dates": (np.full((2, 2), np.datetime64("2020")), TypeError, "'weight' must be numeric"),
    "complex": (
        np.ones((2, 2), np.complex64),
        TypeError,
        "'weight' must be numeric and real, but received dtype complex64",
    ),
    "a layer": (nn.ReLU(), TypeError, "'weight' must be numeric"),
    "ragged": ([[1.0], [1.0, 2.0]], TypeError, "'weight' must be numeric"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_set_state_dict_refuses_what_set_value_refuses(name):
    value, error, message = BAD_VALUES[name]
    layer = nn.Linear(2, 2)
    before = {key: array.numpy().copy() for key, array in layer.state_dict().items()}
    with pytest.raises(error, match=message):
        layer.set_state_dict({"bias": np.ones(2), "weight": value})
    for key, array in layer.state_dict().items():
        np.testing.assert_array_equal(array.numpy(), before[key])
    with pytest.raises(error):
        layer.weight.set_value(value)


def test_set_state_dict_takes_numbers_of_every_dtype():
    layer = nn.Linear(2, 2)
    assert layer.set_state_dict({"weight": [[1, 2], [3, 4]], "bias": np.array([True, False])}) == ([], [])
    assert layer.weight.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert layer.bias.tolist() == [1.0, 0.0]
    with pytest.warns(UserWarning, match="Skip loading"):
        assert layer.load_dict({}) == (["weight", "bias"], [])
    for bad in (3, None, [("weight", 1)]):
        with pytest.raises(TypeError, match="state_dict must be a mapping of str to values"):
            layer.set_state_dict(bad)


def test_buffers_keep_their_dtype():
    layer = nn.Layer()
    layer.register_buffer("count", pa.to_tensor([0]))
    layer.set_state_dict({"count": np.int8([3])})
    assert (layer.count.dtype, layer.count.tolist()) == (np.int64, [3])
    with pytest.raises(TypeError, match="'count' must fit the dtype int64, but received dtype float64"):
        layer.set_state_dict({"count": [0.5]})


def test_a_state_can_swap_the_memory_of_two_parameters():
    layer = nn.Layer()
    layer.a, layer.b = layer.create_parameter([1]), layer.create_parameter([1])
    layer.a.set_value([1.0])
    layer.b.set_value([2.0])
    layer.set_state_dict({"a": layer.b, "b": layer.a})
    assert (layer.a.item(), layer.b.item()) == (2.0, 1.0)


def test_a_lazy_parameter_takes_its_state():
    with pa.LazyGuard():
        layer = nn.Linear(1, 1)
    with pytest.raises(TypeError, match="'weight' must be numeric"):
        layer.set_state_dict({"weight": "x", "bias": [2.0]})
    assert not layer.bias.is_initialized
    layer.set_state_dict({"weight": [[1.0]], "bias": [2.0]})
    assert layer(pa.to_tensor([[3.0]])).tolist() == [[5.0]]


def test_forms_of_a_state(make_net):
    net = make_net()
    whole = list(net.state_dict())
    assert list(net.to_static_state_dict()) == [*whole[:4], "scale.scratch", *whole[4:]]
    assert list(net.state_dict(structured_name_prefix="a.")) == [f"a.{name}" for name in whole]
    assert list(net.state_dict(include_sublayers=False)) == []
    into = {"k": 1}
    assert net.state_dict(into) is into
    assert list(into) == ["k", *whole]
    assert net.state_dict()["scale.factor"] is net.scale.factor
    for state in (net.state_dict(keep_vars=False), net.state_dict(prefix="")):
        assert state["scale.factor"].stop_gradient
        assert np.shares_memory(state["scale.factor"].numpy(), net.scale.factor.numpy())
    assert net.state_dict(prefix="", keep_vars=True)["scale.factor"] is net.scale.factor


def test_a_parameter_is_in_the_state_where_a_scratch_buffer_was():
    layer = nn.Layer()
    layer.x = pa.to_tensor([1.0])
    layer.x = layer.create_parameter([1])
    assert list(layer.state_dict()) == ["x"]


def test_hooks_of_states(make_net):
    net = make_net()
    inner = net.scale.register_state_dict_hook(lambda state: {**state, "inner": 1})
    outer = net.register_state_dict_hook(lambda state: state.update(outer=2))
    assert list(net.state_dict())[4:] == ["inner", "tied.weight", "tied.bias", "outer"]
    assert "outer" not in net.state_dict(use_hook=False)
    inner.remove()
    outer.remove()
    assert not {"inner", "outer"} & set(net.state_dict())
    assert net.set_state_dict(net.state_dict()) == ([], [])
    with pytest.raises(TypeError, match="hook must be callable, but received 3"):
        net.register_state_dict_hook(3)


def test_states_by_name(make_net):
    one, two = make_net(), make_net()
    state = {value.name: value for value in one.state_dict().values()}
    names = {mine.name: state[theirs.name] for mine, theirs in zip(*map(_values, (two, one)), strict=True)}
    assert two.set_state_dict(names, use_structured_name=False) == ([], [])
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(*map(_values, (one, two)), strict=True))


def _values(layer):
    return layer.state_dict().values()


def test_load_state_dict_is_strict():
    layer = nn.Linear(1, 1)
    before = layer.weight.item()
    assert repr(layer.load_state_dict(layer.state_dict())) == "<All keys matched successfully>"
    state = {"weight": [[before + 1]], "more": 1}
    with pytest.raises(RuntimeError, match=r"match Linear, but lacks the keys \['bias'\], and has others \['more'\]"):
        layer.load_state_dict(state)
    assert layer.weight.item() == before
    with pytest.warns(UserWarning, match="bias"):
        loose = layer.load_state_dict(state, strict=False)
    assert (loose.missing_keys, loose.unexpected_keys) == (["bias"], ["more"])
    assert layer.weight.item() == np.float32(before + 1)
    for flags in ({"strict": 1}, {"assign": "no"}):
        with pytest.raises(TypeError, match="must be a bool"):
            layer.load_state_dict(state, **flags)


def test_arguments_of_states_are_checked(make_net):
    net = make_net()
    for call, name in [
        (lambda: net.state_dict([]), "destination"),
        (lambda: net.state_dict(None, "no"), "include_sublayers"),
        (lambda: net.state_dict(structured_name_prefix=3), "structured_name_prefix"),
        (lambda: net.state_dict(use_hook=1), "use_hook"),
        (lambda: net.state_dict(keep_vars="no"), "keep_vars"),
        (lambda: net.set_state_dict({}, use_structured_name="no"), "use_structured_name"),
    ]:
        with pytest.raises(TypeError, match=f"{name} must be"):
            call()
