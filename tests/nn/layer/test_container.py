from collections import OrderedDict

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


def names(container):
    return [name for name, _ in container.named_children()]


def kinds(container):
    return [type(layer).__name__ for layer in container]


def sequential():
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))


def listed():
    return nn.LayerList([nn.Tanh(), nn.ReLU(), nn.Sigmoid()])


def test_forms_of_sequential():
    a, b = nn.Tanh(), nn.ReLU()
    for made in (nn.Sequential(a, b), nn.Sequential([a, b])):
        assert names(made) == ["0", "1"]
        assert list(made) == [a, b]
    pairs = [("one", a), ("two", b)]
    for made in (nn.Sequential(*pairs), nn.Sequential(pairs), nn.Sequential(OrderedDict(pairs))):
        assert names(made) == ["one", "two"]
        assert made["two"] is made[1] is made.two is b
    assert len(nn.Sequential()) == 0


def test_sequential_is_the_composition():
    net = sequential()
    x = pa.to_tensor(np.ones((4, 2), np.float32))
    np.testing.assert_array_equal(net(x).numpy(), net[2](net[1](net[0](x))).numpy())
    assert nn.Sequential()(x) is x
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_positions_names_and_slices_of_sequential():
    net = sequential()
    assert net[-1] is net["2"] is net[2]
    assert kinds(net[1:]) == ["ReLU", "Linear"]
    assert names(net[1:]) == ["0", "1"]  # named anew, as in Paddle
    assert net[1:][1] is net[2]
    assert kinds(net[::-1]) == ["Linear", "ReLU", "Linear"]
    for index in (3, -4):
        with pytest.raises(IndexError, match="out of range for Sequential with 3 entries"):
            net[index]
    with pytest.raises(KeyError, match="x"):
        net["x"]


def test_changing_a_sequential():
    net = sequential()
    net[1] = nn.Tanh()
    assert kinds(net) == ["Linear", "Tanh", "Linear"]
    del net[0]
    assert names(net) == ["1", "2"]
    net["head"] = nn.Sigmoid()
    assert kinds(net) == ["Tanh", "Linear", "Sigmoid"]
    net = sequential()
    assert net.append(nn.Tanh()) is net
    net.extend([nn.ReLU(), nn.Sigmoid()])
    assert names(net) == list("012345")
    net.insert(1, nn.Softmax()).insert(-1, nn.GELU())
    assert kinds(net) == ["Linear", "Softmax", "ReLU", "Linear", "Tanh", "ReLU", "GELU", "Sigmoid"]
    assert names(net) == list("01234567")


def test_what_sequential_refuses():
    net = sequential()
    cases = [
        (lambda: nn.Sequential(3), TypeError, r"layers\[0\] must be a Layer, but received 3"),
        (lambda: nn.Sequential(("a", nn.ReLU(), 1)), ValueError, "a pair"),
        (lambda: nn.Sequential(("a", nn.ReLU()), ("a", nn.ReLU())), ValueError, "'a' is taken"),
        (lambda: nn.Sequential(("", nn.ReLU())), ValueError, "name must not be empty"),
        (lambda: nn.Sequential(None), TypeError, "must be a Layer"),
        (lambda: net.append(nn.ReLU), TypeError, "must be a Layer"),
        (lambda: net.extend([nn.ReLU(), None]), TypeError, "entry 1 must be a Layer"),
        (lambda: net.insert(4, nn.ReLU()), ValueError, "index must be in"),
        (lambda: net.insert(0, "x"), TypeError, "must be a Layer"),
        (lambda: net.__setitem__(0, 1), TypeError, "must be a Layer"),
        (lambda: net.__delitem__(7), IndexError, "out of range"),
        (lambda: nn.Sequential(("a", nn.ReLU())).insert(0, nn.ReLU()), ValueError, "names"),
        (lambda: nn.Sequential(("a", nn.ReLU()), ("1", nn.ReLU()), ("2", nn.ReLU()))[:1].append(1), TypeError, "Layer"),
        (lambda: nn.Sequential(("1", nn.ReLU())).append(nn.ReLU()), ValueError, "'1'"),
    ]
    for call, error, message in cases:
        with pytest.raises(error, match=message):
            call()
    assert kinds(net) == ["Linear", "ReLU", "Linear"]
    assert names(net) == ["0", "1", "2"]


def test_layer_list_behaves_as_a_list():
    layers, mirror = listed(), ["Tanh", "ReLU", "Sigmoid"]
    assert layers.append(nn.Softmax()) is layers
    mirror.append("Softmax")
    layers.extend([nn.GELU(), nn.ReLU()])
    mirror.extend(["GELU", "ReLU"])
    for index, made in [(0, nn.Tanh()), (-1, nn.Softmax()), (8, nn.GELU()), (3, nn.Sigmoid())]:
        layers.insert(index, made)
        mirror.insert(index, type(made).__name__)
    assert kinds(layers) == mirror
    layers[-2] = nn.LeakyReLU()
    mirror[-2] = "LeakyReLU"
    del layers[-1], mirror[-1]
    del layers[1:3], mirror[1:3]
    assert kinds(layers) == mirror
    assert kinds(layers[::-2]) == mirror[::-2]
    assert len(layers) == len(mirror)
    assert names(layers) == [str(place) for place in range(len(mirror))]
    assert isinstance(layers[1:], nn.LayerList)
    assert kinds(nn.LayerList()) == []


def test_layer_list_knows_the_parameters():
    layers = nn.LayerList([nn.Linear(2, 2, bias_attr=False) for _ in range(3)])
    kept = layers[2]
    del layers[1]
    assert [name for name, _ in layers.named_parameters()] == ["0.weight", "1.weight"]
    assert layers[1] is kept
    copied = nn.LayerList(layer for layer in layers)
    assert [a is b for a, b in zip(copied, layers, strict=True)] == [True, True]


def test_what_layer_list_refuses():
    layers = listed()
    cases = [
        (lambda: nn.LayerList([nn.ReLU(), 3]), TypeError, "entry 1 must be a Layer, but received 3"),
        (lambda: nn.LayerList(3), TypeError, "int"),
        (lambda: layers.append(3), TypeError, "must be a Layer"),
        (lambda: layers + [3], TypeError, "entry 0 must be a Layer"),  # noqa: RUF005
        (lambda: layers.pop(3), IndexError, "out of range"),
        (lambda: layers.extend([nn.ReLU(), "x"]), TypeError, "must be a Layer"),
        (lambda: layers.insert(4, nn.ReLU()), ValueError, "index must be in"),
        (lambda: layers.insert(0, 1), TypeError, "must be a Layer"),
        (lambda: layers.__setitem__(0, 1), TypeError, "must be a Layer"),
        (lambda: layers.__setitem__(3, nn.ReLU()), IndexError, "out of range"),
        (lambda: layers[-4], IndexError, "index -4 is out of range for LayerList with 3 entries"),
        (lambda: layers["0"], TypeError, "index must be an integer"),
    ]
    for call, error, message in cases:
        with pytest.raises(error, match=message):
            call()
    assert kinds(layers) == ["Tanh", "ReLU", "Sigmoid"]


def test_reprs():
    assert repr(nn.Sequential(nn.Tanh(), ("x", nn.LayerList([nn.ReLU()])))) == (
        "Sequential(\n  (0): Tanh()\n  (x): LayerList(\n    (0): ReLU()\n  )\n)"
    )


def test_more_of_lists():
    layers = nn.LayerList(modules=[nn.Tanh()])
    joined = layers + nn.LayerList([nn.ReLU()])
    assert (kinds(joined), kinds(layers)) == (["Tanh", "ReLU"], ["Tanh"])
    layers += [nn.ReLU(), nn.Sigmoid()]
    assert type(layers.pop(0)).__name__ == "Tanh"
    layers.append(module=nn.GELU())
    layers.insert(0, module=nn.Softmax())
    assert kinds(layers.pop(slice(1, 3))) == ["ReLU", "Sigmoid"]
    assert (kinds(layers), names(layers)) == (["Softmax", "GELU"], ["0", "1"])
    assert not {"0", "1"} & set(dir(layers))
    assert "append" in dir(layers)


def test_a_list_may_hold_none():
    layers = nn.LayerList([None, nn.ReLU()])
    assert (next(iter(layers)), layers[0], len(layers)) == (None, None, 2)
    assert repr(layers) == "LayerList(\n  (0): None\n  (1): ReLU()\n)"
    assert len(layers.sublayers()) == 1


def test_slices_are_of_the_same_class():
    class Chain(nn.Sequential):
        pass

    class Row(nn.LayerList):
        pass

    assert type(Chain(nn.ReLU(), nn.Tanh())[1:]) is Chain
    assert type(Row([nn.ReLU(), nn.Tanh()])[1:]) is Row


def test_layers_by_name():
    a, b, c = nn.ReLU(), nn.Linear(1, 1), nn.Tanh()
    for given in ({"a": a, "b": b}, [("a", a), ("b", b)], OrderedDict(a=a, b=b), nn.LayerDict({"a": a, "b": b})):
        layers = nn.LayerDict(given)
        assert list(layers.items()) == [("a", a), ("b", b)]
        assert (layers["a"], layers.b, list(layers), len(layers)) == (a, b, ["a", "b"], 2)
    layers.update({"b": c, "c": None})
    layers["stage.0"] = a
    assert [*layers.values()] == [a, c, None, a]
    assert ("stage.0" in layers, "b" in layers, 3 in layers) == (True, True, False)
    assert layers.pop("b") is c
    del layers["c"]
    assert [*layers.keys()] == ["a", "stage.0"]
    layers.clear()
    assert (len(layers), list(nn.LayerDict())) == (0, [])


def test_what_dicts_refuse():
    layers, p = nn.LayerDict({"a": nn.ReLU()}), pa.create_parameter([1])
    named, listed = nn.ParameterDict({"p": p}), nn.ParameterList([p])
    for call, error, message in [
        (lambda: nn.LayerDict(3), TypeError, "sublayers must be a dict"),
        (lambda: nn.LayerDict("ab"), TypeError, "sublayers must be a dict"),
        (lambda: nn.LayerDict([("a",)]), ValueError, r"sublayers\[0\] must be a pair"),
        (lambda: layers.update({"b": nn.ReLU(), "c": 3}), TypeError, r"sublayers\['c'\] must be a Layer or None"),
        (lambda: layers.update({"b": nn.ReLU(), "": nn.ReLU()}), ValueError, "name must not be empty"),
        (lambda: layers.update({"b": layers}), ValueError, "must not be the LayerDict itself"),
        (lambda: layers.__setitem__(3, nn.ReLU()), TypeError, "name must be a string"),
        (lambda: layers["x"], KeyError, "x"),
        (lambda: layers.pop("x"), KeyError, "x"),
        (lambda: nn.ParameterDict(3), TypeError, "parameters must be a dict"),
        (lambda: named.update({"q": p, "training": p}), ValueError, "name must be free"),
        (lambda: named.update({"q": p, "r": 3}), TypeError, r"parameters\['r'\] must be a Parameter"),
        (lambda: named.__setitem__("q", pa.to_tensor([1.0])), TypeError, "must be a Parameter"),
        (lambda: named["x"], KeyError, "x"),
        (lambda: nn.ParameterList([3]), TypeError, r"parameters\[0\] must be a Parameter"),
        (lambda: nn.ParameterList(3), TypeError, "parameters must be an iterable"),
        (lambda: listed.append(pa.to_tensor([1.0])), TypeError, "parameter must be a Parameter"),
        (lambda: listed[1], IndexError, "out of range for ParameterList with 1 entries"),
        (lambda: listed["0"], TypeError, "index must be an integer"),
        (lambda: listed.__setitem__(0, 3), TypeError, "param must be a Tensor"),
        (lambda: listed.__setitem__(0, pa.to_tensor([1.0, 2.0])), ValueError, "shape"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert (list(layers), list(named), list(listed)) == (["a"], ["p"], [p])


def test_parameters_in_lists_and_dicts():
    p, q = (pa.create_parameter([1], default_initializer="constant") for _ in range(2))
    listed = nn.ParameterList(iter([p]))
    assert listed.append(q) is listed
    listed[-1] = pa.to_tensor([3.0])
    assert (listed[1], q.item(), list(listed), len(listed)) == (q, 3.0, [p, q], 2)
    larger = pa.create_parameter([2])
    listed[-1] = larger
    assert (listed[1] is larger, listed[0] is p, [len(one) for one in listed.parameters()]) == (True, True, [1, 2])
    named = nn.ParameterDict(nn.ParameterDict([("p", p)]))
    named["q"] = p
    named.update({"q": q})
    assert (named["q"], named.q, list(named), len(named), "p" in named) == (q, q, ["p", "q"], 2, True)
    assert list(named.state_dict()) == ["p", "q"]
    assert repr(named) == "ParameterDict()"
