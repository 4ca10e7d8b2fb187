import copy
import inspect

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


class Scale(nn.Layer):
    def __init__(self, size):
        super().__init__()
        self.factor = self.create_parameter([size], default_initializer="constant")
        self.register_buffer("seen", pa.to_tensor(np.zeros(size)))
        self.register_buffer("scratch", pa.to_tensor(np.zeros(1)), persistable=False)

    def forward(self, x):
        return x * self.factor


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = Scale(3)
        self.tied = self.first


pytestmark = pytest.mark.usefixtures("fresh_names")


def test_the_tree_is_walked_in_order_and_shared_parts_come_once():
    net = Net()
    assert [name for name, _ in net.named_sublayers()] == ["first", "scale"]
    assert [name for name, _ in net.named_parameters()] == ["first.weight", "first.bias", "scale.factor"]
    assert [name for name, _ in net.named_buffers()] == ["scale.seen", "scale.scratch"]
    assert [name for name, _ in net.named_parameters(include_sublayers=False)] == []
    assert net.sublayers(include_self=True)[0] is net
    assert len(list(net.children())) == 3


def test_names_come_from_the_class_or_the_scope():
    assert Net().full_name() == "net_0"
    assert Scale(1).factor.name == "scale_1.w_0"
    assert nn.Linear(1, 1, name="head").weight.name == "head_0.w_0"


def test_state_dict_round_trip():
    one, two = Net(), Net()
    state = one.state_dict()
    assert list(state) == [
        "first.weight", "first.bias", "scale.factor", "scale.seen", "tied.weight", "tied.bias"
    ]  # fmt: skip
    assert two.set_state_dict({key: value.numpy() for key, value in state.items()}) == ([], [])
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_set_state_dict_tells_what_is_missing_and_unexpected():
    missing, unexpected = nn.Linear(2, 2).set_state_dict({"weight": np.ones((2, 2)), "other": np.ones(1)})
    assert (missing, unexpected) == (["bias"], ["other"])


def test_a_state_that_does_not_fit_changes_nothing():
    layer = nn.Linear(2, 2)
    before = layer.weight.numpy().copy()
    with pytest.raises(ValueError, match="bias"):
        layer.set_state_dict({"weight": np.ones((2, 2)), "bias": np.ones(3)})
    assert np.array_equal(layer.weight.numpy(), before)


def test_assignment_enters_and_replaces_parts():
    net = Net()
    net.scale = nn.Linear(3, 3)
    assert isinstance(net.scale, nn.Linear)
    net.scale = None
    assert net.scale is None
    assert "scale" not in dict(net.named_sublayers())
    with pytest.raises(TypeError, match="first"):
        net.first = 3
    net.plain = 3
    net.plain = nn.Linear(1, 1)
    assert "plain" in dict(net.named_sublayers())
    del net.plain
    with pytest.raises(AttributeError, match="plain"):
        net.plain  # noqa: B018
    assert "first" in dir(net)


def test_super_init_must_come_first():
    class Wrong(nn.Layer):
        def __init__(self):
            self.inner = nn.Linear(1, 1)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Wrong()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda net: net.add_sublayer("x", 3), TypeError),
        (lambda net: net.add_sublayer("a.b", nn.Linear(1, 1)), ValueError),
        (lambda net: net.add_parameter("x", np.ones(1)), TypeError),
        (lambda net: net.add_parameter(3, None), TypeError),
        (lambda net: net.register_buffer("x", np.ones(1)), TypeError),
        (lambda net: net.create_parameter([-1]), ValueError),
        (lambda net: net.create_parameter([1], attr=3), TypeError),
        (lambda net: nn.Layer(dtype="int8"), ValueError),
        (lambda net: nn.Layer()(1), TypeError),
    ],
)
def test_bad_parts_are_refused(call, error):
    with pytest.raises(error):
        call(Net())


def test_train_eval_and_apply_reach_every_layer():
    net = Net()
    net.eval()
    assert not any(layer.training for layer in net.sublayers(include_self=True))
    net.train()
    assert all(layer.training for layer in net.sublayers(include_self=True))
    visited = []
    net.apply(visited.append)
    assert visited[-1] is net


def test_clear_gradients():
    layer = nn.Linear(2, 1)
    layer(pa.to_tensor([[1.0, 2.0]])).sum().backward()
    assert layer.weight.grad.tolist() == [[1.0], [2.0]]
    layer.clear_gradients()
    assert layer.weight.grad is None


def test_the_dtype_of_a_layer_is_the_default_one():
    pa.set_default_dtype("float64")
    try:
        assert nn.Linear(2, 2).weight.dtype == np.float64
    finally:
        pa.set_default_dtype("float32")
    assert pa.get_default_dtype() == "float32"
    with pytest.raises(ValueError, match="int32"):
        pa.set_default_dtype("int32")


def test_a_deep_copy_keeps_shared_parts_shared():
    net = copy.deepcopy(Net())
    assert net.tied is net.first
    assert len(net.parameters()) == 3


def test_repr_shows_the_tree():
    assert repr(Net()).splitlines() == [
        "Net(",
        "  (first): Linear(in_features=2, out_features=3, dtype=float32)",
        "  (scale): Scale()",
        "  (tied): Linear(in_features=2, out_features=3, dtype=float32)",
        ")",
    ]


class Recording(nn.Layer):
    """Overrides create_parameter with Paddle's signature."""

    def create_parameter(self, shape, attr=None, dtype=None, is_bias=False, default_initializer=None):
        made = super().create_parameter(shape, attr, dtype, is_bias, default_initializer)
        self.__dict__.setdefault("seen", []).append((made, attr, is_bias))
        return made


# Their weights may be absent, and what they have besides is their own.
NORMALIZATIONS = {
    **{f"{name}Norm{n}D": (2,) for n in (1, 2, 3) for name in ("Batch", "Instance")},
    **dict.fromkeys(("BatchNorm", "SyncBatchNorm", "LayerNorm"), (2,)),
    "GroupNorm": (1, 2),
    "SpectralNorm": ([2, 3],),
}
ARGUMENTS = {
    **NORMALIZATIONS,
    "LocalResponseNorm": (2,),
    "Linear": (2, 3),
    "Embedding": (4, 3, 0),
    **{f"Conv{n}D{suffix}": (2, 3, 1) for n in (1, 2, 3) for suffix in ("", "Transpose")},
    **{f"{name}Pool{n}D": (2,) for n in (1, 2, 3) for name in ("Max", "Avg")},
}
WITH_PARAMETERS = [
    name
    for name in nn.layer.__all__
    if name not in NORMALIZATIONS and getattr(nn, name)(*ARGUMENTS.get(name, ())).parameters()
]


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_an_override_of_create_parameter_makes_each_parameter(name):
    recording = type(name, (Recording, getattr(nn, name)), {})
    layer = recording(*ARGUMENTS[name])
    assert [made for made, _, _ in layer.seen] == layer.parameters()
    assert [is_bias for _, _, is_bias in layer.seen] == [False, True][: len(layer.seen)]
    with_attr = recording(*ARGUMENTS[name], weight_attr="mine")
    _, attr, _ = with_attr.seen[0]
    assert (attr.name, with_attr.weight.name) == ("mine", "mine")
    if "bias" in layer._parameters:
        without = recording(*ARGUMENTS[name], bias_attr=False)
        assert without.seen[1] == (None, False, True)
        assert without.bias is None


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_an_override_makes_each_parameter_of_a_normalization(name):
    layer = type(name, (Recording, getattr(nn, name)), {})(*NORMALIZATIONS[name])
    assert [made for made, _, _ in layer.seen] == layer.parameters()


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_errors_keep_the_name_of_the_argument(name):
    make, arguments = getattr(nn, name), ARGUMENTS[name]
    with pytest.raises(ValueError, match=f"^weight_attr of {name} can't be False: the layer needs its weight$"):
        make(*arguments, weight_attr=False)
    for argument in [name for name in ("weight_attr", "bias_attr") if name in inspect.signature(make).parameters]:
        with pytest.raises(TypeError, match=rf"^{argument} must be a ParamAttr, .*but received 3 \(int\)"):
            make(*arguments, **{argument: 3})
    with pytest.raises(TypeError, match=r"^attr must be a ParamAttr"):
        nn.Layer().create_parameter([1], 3, is_bias=True)


def test_a_hook_before_the_forward_pass():
    layer, seen = nn.ReLU(), []
    handle = layer.register_forward_pre_hook(lambda layer, inputs: seen.append((layer, inputs)))
    double = layer.register_forward_pre_hook(lambda layer, inputs: inputs[0] * 2)
    x = pa.to_tensor([1.0, -1.0])
    assert layer(x).tolist() == [2.0, 0.0]
    assert seen == [(layer, (x,))]
    assert handle.remove()
    assert double.remove()
    layer.register_forward_pre_hook(lambda layer, inputs: (inputs[0] * 3,))
    assert layer(x).tolist() == [3.0, 0.0]
    assert len(seen) == 1
    with pytest.raises(TypeError, match="hook must be callable, but received 3"):
        layer.register_forward_pre_hook(3)


def test_a_layer_without_forward_says_so():
    with pytest.raises(TypeError, match="Net does not define forward"):
        Net()(1)


def test_the_signature_of_create_parameter():
    names = list(inspect.signature(nn.Layer.create_parameter).parameters)
    assert names == ["self", "shape", "attr", "dtype", "is_bias", "default_initializer"]


BAD_VALUES = {
    "text": (np.array([["a", "b"], ["c", "d"]]), TypeError, "'weight' must be numeric"),
    "None": (None, TypeError, "'weight' must be numeric, but received None"),
    "objects": ([[None, 1], [2, 3]], TypeError, "'weight' must be numeric"),
    "dates": (np.full((2, 2), np.datetime64("2020")), TypeError, "'weight' must be numeric"),
    "complex": (
        np.ones((2, 2), np.complex64),
        TypeError,
        "'weight' must be numeric and real, but received dtype complex64",
    ),
    "a layer": (nn.ReLU(), TypeError, "'weight' must be numeric"),
    "ragged": ([[1.0], [1.0, 2.0]], TypeError, "'weight' must be numeric"),
    "another shape": (np.ones((4,)), ValueError, r"'weight' must have shape \[2, 2\], not \[4\]"),
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
    with pytest.raises(ValueError, match="'weight' must have shape"):
        layer.set_state_dict({"weight": [1.0], "bias": [2.0]})
    assert not layer.bias.is_initialized
    layer.set_state_dict({"weight": [[1.0]], "bias": [2.0]})
    assert layer(pa.to_tensor([[3.0]])).tolist() == [[5.0]]


CYCLES = {
    "attribute": lambda outer, inner: setattr(inner, "part", outer),
    "add_sublayer": lambda outer, inner: inner.add_sublayer("part", outer),
    "itself": lambda outer, inner: setattr(outer, "part", outer),
    "itself by name": lambda outer, inner: outer.add_sublayer("part", outer),
    "append": lambda outer, inner: outer.part.append(outer),
    "extend": lambda outer, inner: outer.part.extend([nn.ReLU(), outer]),
    "insert": lambda outer, inner: outer.part.insert(0, outer),
    "item": lambda outer, inner: outer.part.__setitem__(0, outer),
    "list of itself": lambda outer, inner: outer.part.append(outer.part),
}


@pytest.mark.parametrize("name", CYCLES)
@pytest.mark.parametrize("container", [nn.LayerList, nn.Sequential])
def test_a_layer_never_holds_itself(name, container):
    outer, inner = nn.Layer(), nn.Layer()
    outer.part = container([inner])
    with pytest.raises(ValueError, match=r"must not be the .* itself or a layer that holds it"):
        CYCLES[name](outer, inner)
    assert outer.sublayers(include_self=True) == [outer, outer.part, inner]
    assert len(outer.part) == 1
    inner.shared, outer.shared = nn.ReLU(), nn.Tanh()
    inner.again = outer.shared  # a layer at two places is none of it


def test_what_a_layer_can_not_hold():
    class Unready(nn.Layer):
        def __init__(self):
            pass

    layer = nn.Layer()
    with pytest.raises(
        RuntimeError, match=r"call super\(\).__init__\(\) of Unready before it becomes 'part' of a layer"
    ):
        layer.part = Unready()
    for name in ("training", "_parameters", "_sub_layers", "_buffers", "_dtype", "_full_name", "_transient_buffers"):
        with pytest.raises(ValueError, match=f"'{name}' of Layer is the layer's own"):
            layer.add_sublayer(name, nn.ReLU())
        with pytest.raises(ValueError, match=f"'{name}' of Layer is the layer's own"):
            setattr(layer, name, nn.ReLU())
    assert layer.sublayers() == []
    assert layer.training is True


def test_parts_without_those_of_sublayers():
    net = Net()
    net.extra = net.create_parameter([1])
    net.register_buffer("own", pa.to_tensor([1.0]))
    assert net.parameters(include_sublayers=False) == [net.extra]
    assert net.buffers(include_sublayers=False) == [net.own]
    assert len(net.parameters()) == 4
    assert len(net.buffers()) == 3


def test_parts_are_added_by_name():
    layer = nn.Layer()
    made = pa.create_parameter([1])
    assert layer.add_parameter("p", made) is made is layer.p
    assert layer.add_parameter("q", None) is None is layer.q
    inner = nn.ReLU()
    assert layer.add_sublayer("inner", inner) is inner is layer.inner
    assert [name for name, _ in layer.named_parameters()] == ["p"]
    layer.register_buffer("p", pa.to_tensor([1.0]))  # takes the place of the parameter
    assert layer.parameters() == []
    layer.register_buffer("empty", None)
    assert layer.empty is None
    assert list(layer.state_dict()) == ["p"]


def test_plain_attributes_may_come_before_super_init():
    class Early(nn.Layer):
        def __init__(self):
            self.size = 3
            super().__init__()

    assert Early().size == 3


def test_flags_are_bools():
    layer = nn.Linear(1, 1)
    for call, name in [
        (lambda: layer.sublayers("no"), "include_self"),
        (lambda: layer.parameters(include_sublayers=0), "include_sublayers"),
        (lambda: layer.buffers(include_sublayers="no"), "include_sublayers"),
        (lambda: layer.register_buffer("b", pa.to_tensor([1.0]), persistable="no"), "persistable"),
    ]:
        with pytest.raises(TypeError, match=f"{name} must be a bool, but received"):
            call()
    assert layer.buffers() == []


def test_attributes_are_deleted():
    layer = nn.Linear(1, 1)
    layer.plain = 3
    layer.register_buffer("scratch", pa.to_tensor([1.0]), persistable=False)
    for name in ("plain", "weight", "scratch"):
        delattr(layer, name)
        assert not hasattr(layer, name)
    layer.register_buffer("scratch", pa.to_tensor([1.0]))
    assert list(layer.state_dict()) == ["bias", "scratch"]
    with pytest.raises(AttributeError, match="plain"):
        del layer.plain


def test_a_function_is_applied_to_every_layer_from_below():
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(2, 1))))
    met = []
    assert model.apply(met.append) is model
    assert len(met) == 6
    assert set(map(id, met)) == set(map(id, model.sublayers(include_self=True)))
    for layer in met:  # after all that is below it
        assert all(met.index(child) < met.index(layer) for child in layer.children())
