import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

pytestmark = pytest.mark.usefixtures("fresh_names")


def test_the_tree_is_walked_in_order_and_shared_parts_come_once(make_net):
    net = make_net()
    assert [name for name, _ in net.named_sublayers()] == ["first", "scale"]
    assert [name for name, _ in net.named_parameters()] == ["first.weight", "first.bias", "scale.factor"]
    assert [name for name, _ in net.named_buffers()] == ["scale.seen", "scale.scratch"]
    assert [name for name, _ in net.named_parameters(include_sublayers=False)] == []
    assert net.sublayers(include_self=True)[0] is net
    assert list(net.children()) == [net.first, net.scale]


def test_assignment_enters_and_replaces_parts(make_net):
    net = make_net()
    net.scale = nn.Linear(3, 3)
    assert isinstance(net.scale, nn.Linear)
    net.scale = None
    assert net.scale is None
    assert "scale" not in dict(net.named_sublayers())
    for value in (3, pa.to_tensor([1.0])):
        with pytest.raises(TypeError, match="'first' of Net holds a Layer; assign another, or None, but not"):
            net.first = value
    for value in (3, pa.to_tensor([1.0]), nn.ReLU()):
        with pytest.raises(TypeError, match="'bias' of Linear holds a Parameter; assign another, or None"):
            net.first.bias = value
    with pytest.raises(TypeError, match="'x' of Net holds a Tensor; assign another, or None"):
        net.x, net.x = pa.to_tensor([1.0]), 3
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
        (lambda net: net.add_sublayer("", nn.Linear(1, 1)), ValueError),
        (lambda net: net.add_parameter("x", np.ones(1)), TypeError),
        (lambda net: net.add_parameter(3, None), TypeError),
        (lambda net: net.register_buffer("x", np.ones(1)), TypeError),
        (lambda net: net.create_parameter([-1]), ValueError),
        (lambda net: net.create_parameter([1], attr=3), TypeError),
        (lambda net: nn.Layer(dtype="int8"), ValueError),
        (lambda net: net.add_parameter("a.b", None), ValueError),
        (lambda net: net.add_parameter("first", None), ValueError),
        (lambda net: net.register_buffer("forward", None), ValueError),
        (lambda net: net.register_buffer("_buffers", None), ValueError),
        (lambda net: net.register_buffer("x", net.scale.factor), TypeError),
        (lambda net: net.set_sublayer("first", 3), TypeError),
        (lambda net: net.set_sublayer("", nn.ReLU()), ValueError),
        (lambda net: net.get_sublayer(3), TypeError),
        (lambda net: net.get_buffer("first.weight"), AttributeError),
        (lambda net: net.parameters(include_sublayers=True, recurse=True), TypeError),
    ],
)
def test_bad_parts_are_refused(call, error, make_net):
    with pytest.raises(error):
        call(make_net())


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


def test_parts_without_those_of_sublayers(make_net):
    net = make_net()
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
    with pytest.raises(ValueError, match="name must be free, but Layer has an attribute 'p'"):
        layer.register_buffer("p", pa.to_tensor([1.0]))
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


def test_a_tensor_in_an_attribute_is_a_buffer_that_is_not_kept():
    layer = nn.Layer()
    layer.x = pa.to_tensor([1.0])
    assert (dict(layer.named_buffers()), list(layer.state_dict())) == ({"x": layer.x}, [])
    assert layer.x.name == "_buffers_x_0"
    layer.register_buffer("y", pa.to_tensor([1.0]))
    layer.y = pa.to_tensor([2.0])
    assert (layer.y.tolist(), list(layer.state_dict())) == ([2.0], ["y"])
    layer.y = None
    assert (layer.y, list(layer.state_dict())) == (None, [])
    layer.y = pa.to_tensor([3.0])
    assert list(layer.state_dict()) == ["y"]
    layer.x = pa.create_parameter([1])
    assert (layer.buffers(), list(layer.state_dict())) == ([layer.y], ["x", "y"])


def test_a_property_is_set_by_its_own_setter():
    class Doubled(nn.Layer):
        @property
        def scale(self):
            return self.raw

        @scale.setter
        def scale(self, value):
            self.raw = value

    layer = Doubled()
    layer.scale = layer.create_parameter([1])
    assert [name for name, _ in layer.named_parameters()] == ["raw"]


def test_tensors_come_after_super_init():
    class Wrong(nn.Layer):
        def __init__(self):
            self.x = pa.to_tensor([1.0])

    with pytest.raises(RuntimeError, match=r"call super\(\).__init__\(\) of Wrong before assigning 'x'"):
        Wrong()


def test_paths(make_net):
    net = make_net()
    for name, layer in net.named_sublayers(include_self=True):
        assert net.get_sublayer(name) is net.get_submodule(name) is layer
    for name, value in net.named_parameters():
        assert net.get_parameter(name) is value
    for name, value in net.named_buffers():
        assert net.get_buffer(name) is value
    for call, message in [
        (lambda: net.get_sublayer("scale.x"), "Scale has no attribute 'x'"),
        (lambda: net.get_sublayer("scale.factor"), "'factor' of the path 'scale.factor' must be a Layer"),
        (lambda: net.get_parameter("scale.training"), "'training' of the path 'scale.training' must be a Parameter"),
        (lambda: net.get_buffer("scale.factor"), "must be a buffer"),
        (lambda: net.set_sublayer("scale.seen", nn.ReLU()), "must be a Layer"),
        (lambda: net.set_sublayer("scale.new", nn.ReLU(), strict=True), "Scale has no attribute 'new'"),
        (lambda: net.set_sublayer("x.new", nn.ReLU()), "Net has no attribute 'x'"),
    ]:
        with pytest.raises(AttributeError, match=message):
            call()
    new = nn.ReLU()
    net.set_sublayer("scale.new", new)
    net.set_submodule("tied", module=new)
    assert [name for name, _ in net.named_sublayers(remove_duplicate=False)] == ["first", "scale", "scale.new", "tied"]
    assert [name for name, _ in net.named_modules(memo={new}, prefix="n")] == ["n", "n.first", "n.scale"]
    assert list(net.modules()) == [net, net.first, net.scale, new]


def test_layers_seen_are_noted_where_the_caller_can_see_them(make_net):
    net, seen = make_net(), set()
    assert len(list(net.named_sublayers(layers_set=seen))) == 2
    assert seen == {net, net.first, net.scale}
    assert list(net.named_sublayers(layers_set=seen)) == []


def test_other_names_of_what_adds_parts():
    layer, p = nn.Layer(), pa.create_parameter([1])
    layer.register_parameter("p", p)
    layer.add_module("m", nn.ReLU())
    layer.register_module("none", None)
    layer.add_sublayer("stage.0", nn.Tanh())
    assert layer.p is p
    assert [name for name, _ in layer.named_children()] == ["m", "stage.0"]
    assert repr(layer).splitlines()[2] == "  (none): None"
    layer.register_buffer("b", pa.to_tensor([1.0]), persistent=False)
    assert list(layer.state_dict()) == ["p"]
