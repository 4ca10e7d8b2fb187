import pytest

import paramattr as pa


def test_hooks_change_the_gradient_one_after_the_other():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    y = x * 3.0
    seen = []
    x.register_hook(lambda grad: grad + 1.0)
    x.register_hook(lambda grad: seen.append(grad.tolist()))
    y.register_hook(lambda grad: grad * 10.0)
    y.sum().backward()
    assert seen == [[31.0, 31.0]]
    assert x.grad.tolist() == [31.0, 31.0]


@pytest.mark.parametrize("made", [lambda x: x, lambda x: x * 1.0])
def test_a_hook_is_taken_away_once(made):
    x = pa.to_tensor([1.0], stop_gradient=False)
    y = made(x)
    first, second = y.register_hook(lambda grad: grad * 10.0), y.register_hook(lambda grad: grad + 1.0)
    assert (first.remove(), first.remove()) == (True, False)
    y.backward()
    assert x.grad.tolist() == [2.0]
    assert second.remove()


def test_a_hook_can_take_itself_away():
    x = pa.to_tensor([1.0], stop_gradient=False)
    handle = x.register_hook(lambda grad: (handle.remove(), grad * 2.0)[1])
    x.backward()
    x.backward()
    assert x.grad.tolist() == [3.0]


def test_what_is_no_hook():
    x = pa.to_tensor([1.0], stop_gradient=False)
    with pytest.raises(TypeError, match="hook must be callable, but received 3"):
        x.register_hook(3)
    with pytest.raises(RuntimeError, match="needs a tensor with stop_gradient=False"):
        x.detach().register_hook(print)
    x.register_hook(lambda grad: "text")
    with pytest.raises(TypeError, match="what a hook returns must be numeric"):
        x.backward()
    assert x.grad is None
