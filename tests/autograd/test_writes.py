import gc

import numpy as np
import pytest

import paramattr as pa
from paramattr.autograd import writes


def leaf(*values, name=None):
    return pa.Tensor(np.array(values), stop_gradient=False, name=name)


def changed_between(use, message="needs values of tensor 'w' that have changed since they were used"):
    w = leaf(2.0, 3.0, name="w")
    loss = use(w).sum()
    w.set_value([5.0, 7.0])
    with pytest.raises(RuntimeError, match=message):
        loss.backward()
    assert w.grad is None


USES = {
    "a product": lambda w: leaf(1.0, 1.0) * w,
    "its square": lambda w: w * w,
    "a view": lambda w: leaf(1.0, 1.0) * w.reshape([2, 1]),
    "a view of a view": lambda w: leaf(1.0) * w.reshape([2, 1])[1:],
    "detached": lambda w: leaf(1.0, 1.0) * w.detach(),
    "its array": lambda w: leaf(1.0, 1.0) * w.numpy(),
    "another tensor of its memory": lambda w: leaf(1.0, 1.0) * pa.Tensor(w.numpy()[::-1]),
    "a matrix": lambda w: leaf([1.0, 1.0]) @ w.reshape([2, 1]),
    "a convolution": lambda w: pa.nn.functional.conv1d(leaf([[1.0, 2.0, 3.0]]), w.reshape([1, 1, 2])),
    "in the default of a pullback": lambda w: pa.autograd.apply(
        lambda x: (x * w.numpy(), (lambda g, w=w.numpy(): g * w,)),  # noqa: B008
        leaf(1.0, 1.0),
    ),
    "in a list in a function of a pullback": lambda w: pa.autograd.apply(in_a_list, leaf(1.0, 1.0), w=[w.numpy()]),
}


def in_a_list(x, *, w):
    def factor():
        return w[0]

    return x * w[0], (lambda g: g * factor(),)


@pytest.mark.parametrize("name", USES)
def test_what_was_used_must_not_change(name):
    changed_between(USES[name])


def test_what_is_not_needed_may_change():
    w, x = leaf(2.0, 3.0), leaf(1.0, 1.0)
    for use in (x + w, x - w, x * w.clone(), pa.concat([x, w]), x[0] + w.sum()):
        before = w.numpy().copy()
        w.set_value([5.0, 7.0])
        use.sum().backward()
        w.set_value(before)
    fixed = pa.Tensor(np.array([2.0, 3.0]))
    product = x.detach() * leaf(1.0, 1.0) + fixed
    fixed.set_value([1.0, 1.0])
    product.sum().backward()


def test_a_gradient_that_nobody_asks_for_needs_nothing():
    w, x = leaf(2.0, 3.0), pa.Tensor(np.ones(2))
    product = x * w  # the gradient of x would need w
    w.set_value([5.0, 7.0])
    product.sum().backward()
    assert w.grad.tolist() == [1.0, 1.0]


def test_a_change_before_the_use_or_after_the_walk_is_none_of_it():
    w = leaf(2.0, 3.0)
    for _ in range(3):
        loss = (w * w).sum()
        loss.backward()
        w.set_value(w.numpy() - 0.1 * w.grad.numpy())
        w.clear_grad()
    loss = (w * w).sum()
    leaf(1.0).set_value([2.0])  # of another tensor
    loss.backward(retain_graph=True)
    w.set_value([1.0, 1.0])
    with pytest.raises(RuntimeError, match="changed since"):
        loss.backward()


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: layer.set_state_dict({**layer.state_dict(), "weight": np.ones((2, 2))}),
        lambda layer: pa.nn.utils.vector_to_parameters(pa.Tensor(np.ones(6)), layer.parameters()),
        lambda layer: layer.weight.set_value(np.ones((2, 2))),
    ],
)
def test_all_that_the_library_writes_is_seen(change):
    layer = pa.nn.Linear(2, 2)
    x = leaf([1.0, 2.0])
    loss = layer(x).sum()
    change(layer)
    with pytest.raises(RuntimeError, match=f"values of parameter '{layer.weight.name}' that have changed"):
        loss.backward()


def test_clipped_gradients_are_seen():
    x, p = leaf(1.0, 2.0), pa.create_parameter([2])
    for clip in (lambda: pa.nn.utils.clip_grad_norm_(p, 0.1), lambda: pa.nn.utils.clip_grad_value_(p, 0.1)):
        p.grad = [3.0, 4.0]
        loss = (x * p.grad).sum()
        clip()
        with pytest.raises(RuntimeError, match="values of a tensor that have changed"):
            loss.backward()


def test_a_bias_may_change_and_a_buffer_may_not():
    class Scaled(pa.nn.Layer):
        def __init__(self):
            super().__init__()
            self.bias = self.create_parameter([2], is_bias=True)
            self.register_buffer("factor", pa.Tensor(np.ones(2), name="factor"))

        def forward(self, x):
            return (x * self.factor) + self.bias

    layer, x = Scaled(), leaf(1.0, 2.0)
    y = layer(x)
    layer.bias.set_value([1.0, 1.0])
    y.sum().backward()
    y = layer(x)
    layer.set_state_dict({"bias": layer.bias, "factor": np.zeros(2)})
    with pytest.raises(RuntimeError, match="tensor 'factor'"):
        y.sum().backward()


def test_whose_memory_a_pullback_holds():
    array, other = np.ones(4), np.ones(4)
    pullbacks = (lambda g: g * other[1:], lambda g, w=array[::2]: g * w.sum())
    assert writes.concern(array, pullbacks)
    assert writes.concern(array.reshape(2, 2), pullbacks[1:])
    assert not writes.concern(array, pullbacks[:1])
    assert not writes.concern(array.copy(), pullbacks)


def test_what_is_known_of_an_array_ends_with_it():
    gc.collect()
    before = len(writes._last)
    tensors = [leaf(1.0) for _ in range(5)]
    for tensor in tensors:
        tensor.set_value([2.0])
    assert len(writes._last) == before + 5
    del tensor
    tensors.clear()
    gc.collect()
    assert len(writes._last) == before


def test_the_message_without_a_tensor():
    array = np.ones(2)
    x, w = leaf(1.0, 2.0), pa.Tensor(array)
    loss = (x * w).sum()
    w.set_value([2.0, 2.0])
    del w
    with pytest.raises(RuntimeError, match="values of a tensor that have changed"):
        loss.backward()


def test_an_index_must_not_change_and_a_condition_is_kept():
    x, index = leaf([1.0, 2.0], [3.0, 4.0]), pa.Tensor(np.array([0, 0]), name="index")
    for used in (x[index], x[index, 1:], x[(slice(None), index)]):
        index.set_value([1, 1])
        with pytest.raises(RuntimeError, match="values of tensor 'index' that have changed"):
            used.sum().backward()
        index.set_value([0, 0])
    condition = pa.Tensor(np.array([True, False]))
    y = pa.where(condition, leaf(1.0, 2.0), x[0])
    condition.set_value([False, True])
    y.sum().backward()
    assert x.grad.tolist() == [[0.0, 1.0], [0.0, 0.0]]
