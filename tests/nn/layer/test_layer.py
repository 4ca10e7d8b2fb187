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


@pytest.fixture(autouse=True)
def fresh_names():
    with pa.utils.unique_name.guard():
        yield


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
    assert layer.weight.grad is not None
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


ARGUMENTS = {
    "Linear": (2, 3),
    "Embedding": (4, 3, 0),
    **{f"Conv{n}D{suffix}": (2, 3, 1) for n in (1, 2, 3) for suffix in ("", "Transpose")},
    **{f"{name}Pool{n}D": (2,) for n in (1, 2, 3) for name in ("Max", "Avg")},
}
WITH_PARAMETERS = [name for name in nn.layer.__all__ if getattr(nn, name)(*ARGUMENTS.get(name, ())).parameters()]


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


def test_a_layer_without_forward_says_so():
    with pytest.raises(TypeError, match="Net does not define forward"):
        Net()(1)


def test_the_signature_of_create_parameter():
    names = list(inspect.signature(nn.Layer.create_parameter).parameters)
    assert names == ["self", "shape", "attr", "dtype", "is_bias", "default_initializer"]
