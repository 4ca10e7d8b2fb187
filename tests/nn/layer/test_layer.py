import copy

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


def test_no_bias():
    layer = nn.Linear(2, 2, bias_attr=False)
    assert layer.bias is None
    assert list(layer.state_dict()) == ["weight"]
    assert layer(pa.to_tensor([[1.0, 1.0]])).shape == [1, 2]


@pytest.mark.parametrize("shape", [[3], [2, 2], [4, 5, 2], []])
def test_linear_names_what_it_expected(shape):
    with pytest.raises(ValueError, match=r"Linear\(in_features=3.*\[\*, 3\].*received") as caught:
        nn.Linear(3, 2)(pa.to_tensor(np.ones([*shape, 2])))
    assert str([*shape, 2]) in str(caught.value)


@pytest.mark.parametrize("leading", [(), (4,), (2, 0), (2, 3)])
def test_linear_maps_the_last_axis(leading):
    layer = nn.Linear(3, 2)
    x = np.random.default_rng(0).normal(size=(*leading, 3)).astype(np.float32)
    expected = np.einsum("...i,io->...o", x, layer.weight.numpy()) + layer.bias.numpy()
    assert np.allclose(layer(pa.to_tensor(x)).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "error"), [(-1, ValueError), (2.0, TypeError), (True, TypeError), ("2", TypeError)])
def test_linear_sizes_are_checked(size, error):
    with pytest.raises(error, match="in_features"):
        nn.Linear(size, 2)
    with pytest.raises(error, match="out_features"):
        nn.Linear(2, size)


def test_repr_shows_the_tree():
    assert repr(Net()).splitlines() == [
        "Net(",
        "  (first): Linear(in_features=2, out_features=3, dtype=float32)",
        "  (scale): Scale()",
        "  (tied): Linear(in_features=2, out_features=3, dtype=float32)",
        ")",
    ]
