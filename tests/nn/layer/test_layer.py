import copy
import inspect
import re

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

pytestmark = pytest.mark.usefixtures("fresh_names")


def test_names_come_from_the_class_or_the_scope(make_net):
    assert make_net().full_name() == "net_0"
    assert make_net().scale.factor.name == "scale_1.w_0"
    assert nn.Layer("head").full_name() == "head_0"
    # As in Paddle, the name of a layer of its own is for its text alone.
    assert nn.Linear(1, 1, name="head").weight.name == "linear_2.w_0"


def test_train_eval_and_apply_reach_every_layer(make_net):
    net = make_net()
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
    assert layer.weight.grad.tolist() == [[0.0], [0.0]]
    layer.clear_gradients(set_to_zero=False)
    assert layer.weight.grad is None
    layer.clear_gradients()
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad is None  # what is not there does not become zero


def test_the_dtype_of_a_layer_is_the_default_one():
    pa.set_default_dtype("float64")
    try:
        assert nn.Linear(2, 2).weight.dtype == np.float64
    finally:
        pa.set_default_dtype("float32")
    assert pa.get_default_dtype() == "float32"
    with pytest.raises(ValueError, match="int32"):
        pa.set_default_dtype("int32")


def test_a_deep_copy_keeps_shared_parts_shared(make_net):
    net = copy.deepcopy(make_net())
    assert net.tied is net.first
    assert len(net.parameters()) == 3


def test_repr_shows_the_tree(make_net):
    assert repr(make_net()).splitlines() == [
        "Net(",
        "  (first): Linear(in_features=2, out_features=3, dtype=float32)",
        "  (scale): Scale()",
        "  (tied): Linear(in_features=2, out_features=3, dtype=float32)",
        ")",
    ]


class Recording(nn.Layer):
    """Overrides create_parameter with Paddle's signature."""

    def create_parameter(self, shape, attr=None, dtype=None, is_bias=False, default_initializer=None, device=None):
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
    "Bilinear": (2, 3, 4),
    "AdaptiveLogSoftmaxWithLoss": (8, 4, [2]),
    "HSigmoidLoss": (3, 4),
    "Embedding": (4, 3, 0),
    "Maxout": (2,),
    "PReLU": (3,),
    "Unflatten": (1, [2, 3]),
    **{f"Conv{n}D{suffix}": (2, 3, 1) for n in (1, 2, 3) for suffix in ("", "Transpose")},
    **{f"{name}Pool{n}D": (2,) for n in (1, 2, 3) for name in ("Max", "Avg")},
    **{f"Conv{n}d": (2, 3, 1) for n in (1, 2, 3)},
    **{
        name: (1,)
        for name in nn.layer.__all__
        if re.match("Adaptive(Avg|Max)|Fractional|MaxUn|Pixel|Channel|Unfold|.*Pad", name)
    },
    **{name: (2, 1) for name in nn.layer.__all__ if re.match("LPPool|ConstantPad|Fold", name)},
    **{name: (2,) for name in nn.layer.__all__ if name.startswith("Upsampl")},
}
# Whose layers have several weights, or are made of other layers: they have tests of their own.
SEVERAL = {"attention", "rnn", "rnn_cell", "transformer"}
WITH_PARAMETERS = [
    name
    for name in nn.layer.__all__
    if name not in NORMALIZATIONS
    and getattr(nn, name).__module__.rpartition(".")[2] not in SEVERAL
    and getattr(nn, name)(*ARGUMENTS.get(name, ())).parameters()
]


# One weight and one bias; a layer of several weights is in its own file.
ONE_WEIGHT = [name for name in WITH_PARAMETERS if name != "AdaptiveLogSoftmaxWithLoss"]


@pytest.mark.parametrize("name", ONE_WEIGHT)
def test_an_override_of_create_parameter_makes_each_parameter(name):
    recording = type(name, (Recording, getattr(nn, name)), {})
    layer = recording(*ARGUMENTS[name])
    assert [made for made, _, _ in layer.seen] == layer.parameters()
    assert [is_bias for _, _, is_bias in layer.seen] == [False, True][: len(layer.seen)]
    with_attr = recording(*ARGUMENTS[name], weight_attr="mine")
    _, attr, _ = with_attr.seen[0]
    assert (attr.name, with_attr.parameters()[0].name) == ("mine", "mine")
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
    with pytest.raises(
        ValueError, match=f"^weight_attr of {make.__name__} can't be False: the layer needs its weight$"
    ):
        make(*arguments, weight_attr=False)
    for argument in [name for name in ("weight_attr", "bias_attr") if name in inspect.signature(make).parameters]:
        with pytest.raises(TypeError, match=rf"^{argument} must be a ParamAttr, .*but received 3 \(int\)"):
            make(*arguments, **{argument: 3})
    with pytest.raises(TypeError, match=r"^attr must be a ParamAttr"):
        nn.Layer().create_parameter([1], 3, is_bias=True)


def test_the_signature_of_create_parameter():
    names = list(inspect.signature(nn.Layer.create_parameter).parameters)
    assert names == ["self", "shape", "attr", "dtype", "is_bias", "default_initializer", "device"]


def test_a_function_is_applied_to_every_layer_from_below():
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Sequential(nn.Linear(2, 1))))
    met = []
    assert model.apply(met.append) is model
    assert len(met) == 6
    assert set(map(id, met)) == set(map(id, model.sublayers(include_self=True)))
    for layer in met:  # after all that is below it
        assert all(met.index(child) < met.index(layer) for child in layer.children())


def test_modes_are_told_by_a_bool():
    layer = nn.Sequential(nn.ReLU())
    assert layer.train(False) is layer
    assert not layer[0].training
    assert layer.train() is layer.eval() is layer
    with pytest.raises(TypeError, match="mode must be a bool, but received 1"):
        layer.train(1)


def test_gradients_are_wanted_or_not():
    layer = nn.Linear(1, 1)
    assert layer.requires_grad_(False) is layer
    assert not any(p.trainable for p in layer.parameters())
    assert all(p.trainable for p in layer.requires_grad_().parameters())
    layer(pa.to_tensor([[1.0]])).sum().backward()
    layer.weight.trainable = False
    layer.clear_gradients()
    assert (layer.weight.grad.item(), layer.bias.grad.item()) == (1.0, 0.0)
    layer.zero_grad()
    assert layer.weight.grad is layer.bias.grad is None


def test_tensors_are_named_after_the_layer():
    layer = nn.Layer("scope")
    made = layer.create_tensor("x", persistable=True, dtype="float64")
    assert (made.name, made.dtype, made.shape) == ("scope_0.x", np.float64, [0])
    assert [layer.create_variable().name for _ in range(2)] == [f"scope_0._generated_var_{n}" for n in (0, 1)]
    assert layer.create_tensor().dtype == np.float32
    for wrong in ({"name": 3}, {"persistable": 3}, {"dtype": "text"}):
        with pytest.raises(TypeError, match=next(iter(wrong))):
            layer.create_tensor(**wrong)


def test_what_a_layer_has_only_to_say_no():
    layer = nn.ReLU()
    with pytest.raises(ValueError, match="ReLU has no backward"):
        layer.backward()
    with pytest.raises(RuntimeError, match="ReLU has no extra state"):
        layer.get_extra_state()
    with pytest.raises(ValueError, match="device must be 'cpu'"):
        layer.create_parameter([1], device="gpu:0")
    assert layer.create_parameter([1], device="cpu").shape == [1]


def test_an_extra_repr_of_several_lines():
    class Several(nn.Layer):
        def extra_repr(self):
            return "a\nb"

    layer = Several()
    assert repr(layer) == "Several(\n  a\n  b\n)"
    layer.inner = Several()
    assert repr(layer).splitlines()[3:] == ["  (inner): Several(", "    a", "    b", "  )", ")"]
