import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


def test_a_layer_without_forward_says_so(make_net):
    with pytest.raises(NotImplementedError, match="Net does not define forward"):
        make_net()(1)


def double(layer, inputs):
    return inputs[0] * 2


def test_hooks_come_in_order_and_go():
    layer, x = nn.Layer(), pa.to_tensor([1.0])
    layer.forward = lambda x, by=1: x * by
    log = []

    def note(name, value=None):
        return lambda layer, *given: log.append(name) or value

    handles = [
        layer.register_forward_pre_hook(note("b")),
        layer.register_forward_pre_hook(note("a"), prepend=True),
        layer.register_forward_post_hook(note("d")),
        layer.register_forward_hook(note("c"), prepend=True),
    ]
    assert layer(x).item() == 1.0
    assert log == ["a", "b", "c", "d"]
    for handle in handles:
        assert handle.remove()
        assert not handle.remove()
    layer(x)
    assert log == ["a", "b", "c", "d"]


def test_hooks_change_inputs_and_outputs():
    layer, x = nn.Layer(), pa.to_tensor([1.0])
    layer.forward = lambda x, by=1: x * by
    layer.register_forward_pre_hook(double)
    layer.register_forward_pre_hook(lambda layer, inputs, kwargs: (inputs, {"by": 3}), with_kwargs=True)
    layer.register_forward_post_hook(lambda layer, inputs, output: (inputs[0].item(), output.item()))
    layer.register_forward_post_hook(lambda layer, inputs, kwargs, output: (*output, kwargs), with_kwargs=True)
    assert layer(x, by=7) == (2.0, 6.0, {"by": 3})


def test_gradients_go_through_what_hooks_make():
    layer = nn.Linear(2, 1, bias_attr=False)
    layer.register_forward_pre_hook(double)
    layer(pa.to_tensor([[1.0, 2.0]])).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy(), [[2.0], [4.0]])


def test_hooks_that_are_always_called():
    layer, log = nn.Layer(), []

    def fail(*args):
        raise KeyError("hook")

    layer.forward = lambda x: 1 / x
    layer.register_forward_post_hook(lambda layer, inputs, output: log.append("plain"))
    layer.register_forward_post_hook(fail, always_call=True)
    layer.register_forward_post_hook(lambda layer, inputs, output: log.append(output), always_call=True)
    with (
        pytest.raises(ZeroDivisionError),
        pytest.warns(UserWarning, match=r"always_call=True raised KeyError\('hook'\)"),
    ):
        layer(0)
    assert log == [None]
    with pytest.raises(KeyError, match="hook"):  # which was called already
        layer(2)
    assert log == [None, "plain", 0.5]


def test_what_hooks_are_refused():
    layer = nn.ReLU()
    for register in (layer.register_forward_pre_hook, layer.register_forward_post_hook):
        with pytest.raises(TypeError, match="hook must be callable, but received 3"):
            register(3)
        for name in ("prepend", "with_kwargs"):
            with pytest.raises(TypeError, match=f"{name} must be a bool"):
                register(double, **{name: 1})
    with pytest.raises(TypeError, match="always_call must be a bool"):
        layer.register_forward_post_hook(double, always_call=1)
    layer.register_forward_pre_hook(lambda *given: 3, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"must return None or \(inputs, kwargs\), but returned 3"):
        layer(pa.to_tensor([1.0]))


def test_a_hook_may_take_itself_away():
    layer, log, handles = nn.ReLU(), [], []

    def once(*given):
        log.append(1)
        handles[0].remove()

    handles.append(layer.register_forward_post_hook(once))
    layer.register_forward_post_hook(lambda *given: log.append(2))
    layer(pa.to_tensor([1.0]))
    layer(pa.to_tensor([1.0]))
    assert log == [1, 2, 2]
