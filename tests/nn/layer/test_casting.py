import copy

import ml_dtypes
import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


def made():
    """A layer with float and integer buffers, below another one, and gradients."""
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    net[0].register_buffer("count", pa.to_tensor([1, 2]))
    net[0].register_buffer("mean", pa.to_tensor([0.1]))
    net(pa.to_tensor([[1.0, 2.0]])).sum().backward()
    return net


CASTS = {
    "to": (lambda net: net.to(dtype="float64"), "float64", True),
    "astype": (lambda net: net.astype(np.float64), "float64", True),
    "type": (lambda net: net.type(np.dtype("float16")), "float16", True),
    "double": (lambda net: net.double(), "float64", True),
    "half": (lambda net: net.half(), "float16", True),
    "float": (lambda net: net.double().float(), "float32", False),
    "float16": (lambda net: net.float16(), "float16", False),
    "bfloat16": (lambda net: net.bfloat16(), ml_dtypes.bfloat16, False),
}


@pytest.mark.parametrize("name", CASTS)
def test_all_becomes_what_it_was_cast_to_in_place(name):
    cast, dtype, integers = CASTS[name]
    net = made()
    net.eval()
    tensors = [*net.parameters(), *net.buffers()]
    before = [(id(tensor), tensor.name, tensor.numpy().astype(dtype)) for tensor in tensors]
    gradients = [p.grad.numpy().astype(dtype) for p in net.parameters()]
    assert cast(net) is net
    for tensor, (identity, label, values) in zip([*net.parameters(), *net.buffers()], before, strict=True):
        assert (id(tensor), tensor.name) == (identity, label)
        if tensor.name != net[0].count.name:
            assert tensor.dtype == dtype
            np.testing.assert_array_equal(tensor.numpy(), values)
    assert (net[0].count.dtype == dtype) == (integers or name == "float")
    assert not net.training
    for parameter, gradient in zip(net.parameters(), gradients, strict=True):
        np.testing.assert_array_equal(parameter.grad.numpy(), gradient)
        assert parameter.grad.dtype == dtype
    assert net[0].create_parameter([1]).dtype == dtype
    assert np.dtype(dtype).name in repr(net)
    y = net(pa.to_tensor(np.ones((1, 2), dtype)))
    assert y.dtype == dtype
    y.sum().backward()
    assert net[0].weight.grad.dtype == dtype


def test_a_cast_and_back_keeps_what_fits():
    net = made()
    before = [value.numpy().copy() for value in net.state_dict().values()]
    net.double().float()
    for value, old in zip(net.state_dict().values(), before, strict=True):
        np.testing.assert_array_equal(value.numpy(), old)


def test_what_was_recorded_before_a_cast_gives_its_gradient():
    layer = nn.Linear(2, 1, bias_attr=False)
    x = pa.to_tensor([[1.0, 2.0]], stop_gradient=False)
    weight, y = layer.weight.numpy().copy(), layer(x).sum()
    layer.double()
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), weight.T)
    np.testing.assert_array_equal(layer.weight.grad.numpy(), [[1.0], [2.0]])
    assert layer.weight.grad.dtype == np.float64
    layer(x.detach().astype("float64")).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy(), [[2.0], [4.0]])


def test_zero_gradients_are_cast():
    layer = made()[0]
    layer.clear_gradients()
    assert layer.half().weight.grad.dtype == np.float16


def test_layers_without_values_are_cast():
    with pa.LazyGuard():
        layer = nn.Linear(2, 3)
    layer.double()
    assert not layer.weight.is_initialized
    layer.weight.initialize()
    assert layer.weight.numpy().dtype == np.float64


def test_excluded_classes_stay():
    net = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Linear(1, 1)), nn.Embedding(2, 2))
    net.half()
    net.float(excluded_layers=[nn.Linear, nn.Sequential])
    assert [p.dtype.name for p in net.parameters()] == [*["float16"] * 4, "float32"]
    net.float(nn.Embedding)
    assert {p.dtype.name for p in net.parameters()} == {"float32"}
    for wrong in (3, [3], nn.ReLU()):
        with pytest.raises(TypeError, match="excluded_layers"):
            net.float16(wrong)


def test_batch_norm_is_excluded_by_default(monkeypatch):
    class BatchNorm(nn.Linear):
        pass

    monkeypatch.setattr(nn.layer, "BatchNorm", BatchNorm, raising=False)
    net = nn.Sequential(BatchNorm(1, 1), nn.Linear(1, 1, bias_attr=False))
    assert [p.dtype.name for p in net.bfloat16().parameters()] == ["float32", "float32", "bfloat16"]
    assert {p.dtype.name for p in net.float16([]).parameters()} == {"float16"}


def test_there_is_only_the_cpu():
    net = made()
    before = copy.deepcopy(net.state_dict())
    assert net.to("cpu") is net.to(device="cpu", blocking=True, non_blocking=False) is net.cpu() is net.to() is net
    for call in (lambda: net.to("gpu:0"), lambda: net.to(3), lambda: net.cuda(), lambda: net.xpu(0)):
        with pytest.raises(ValueError, match="device must be"):
            call()
    for flag in ("blocking", "non_blocking"):
        with pytest.raises(TypeError, match=f"{flag} must be a bool"):
            net.to(dtype="float64", **{flag: 1})
    for call in (net.astype, lambda: net.type("text"), lambda: net.to(dtype="text")):
        with pytest.raises(TypeError, match="dtype must be one of"):
            call()
    for call in (lambda: net.type("int8"), lambda: net.to(dtype=bool)):
        with pytest.raises(ValueError, match="dtype must be one of"):
            call()
    for key, value in net.state_dict().items():
        assert value.dtype == before[key].dtype
        np.testing.assert_array_equal(value.numpy(), before[key].numpy())
