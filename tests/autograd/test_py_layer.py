import gc
import weakref
from typing import ClassVar

import numpy as np
import pytest

import paramattr as pa
from paramattr.autograd import PyLayer


def leaf(*values, dtype=np.float64):
    return pa.to_tensor(np.array(values, dtype), stop_gradient=False)


class Product(PyLayer):
    """x * y and x + y, with notes of what arrived."""

    arrived: ClassVar[list] = []

    @staticmethod
    def forward(ctx, x, y, note="", materialize=True, constant=False):
        ctx.save_for_backward(x, y)
        ctx.set_materialize_grads(materialize)
        ctx.note = note
        product, total = x * y, x + y
        assert product.stop_gradient
        if constant:
            ctx.mark_non_differentiable(total)
        return product, total, note

    @staticmethod
    def backward(ctx, to_product, to_total):
        x, y = ctx.saved_tensor()
        Product.arrived.append((ctx.note, to_product, to_total))
        parts = [0.0 if g is None else g for g in (to_product, to_total)]
        return parts[0] * y + parts[1], parts[0] * x + parts[1]


@pytest.mark.parametrize("weights", [(1.0, 0.0), (0.0, 1.0), (2.0, -3.0)])
def test_gradients_of_several_values_are_those_of_the_same_steps(weights, check_grads):
    rng = np.random.default_rng(0)

    def function(x, y):
        product, total, _ = Product.apply(x, y, note="n")
        return weights[0] * product + weights[1] * (total * total)

    check_grads(function, rng.standard_normal((2, 3)), rng.standard_normal((2, 3)))


def test_backward_is_called_once_per_walk_and_gets_zeros_or_none():
    for materialize in (True, False):
        x, y = leaf(2.0), leaf(5.0)
        product, _, note = Product.apply(x, y, note="seen", materialize=materialize)
        assert note == "seen"
        Product.arrived.clear()
        product.backward(retain_graph=True)
        product.backward()
        assert x.grad.item() == 10.0
        assert len(Product.arrived) == 2
        _, to_product, to_total = Product.arrived[0]
        assert to_product.item() == 1.0
        assert to_total.item() == 0.0 if materialize else to_total is None


def test_gradients_stop_at_what_is_marked():
    x, y = leaf(2.0), leaf(5.0)
    product, total, _ = Product.apply(x, y, constant=True)
    assert not product.stop_gradient
    assert total.stop_gradient


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_gradients_have_the_dtype_of_their_tensors(dtype):
    x, y = leaf(2.0, dtype=dtype), leaf(5.0, dtype=dtype)
    product, total, _ = Product.apply(x, y)
    (product + total).backward()
    assert (x.grad.dtype, y.grad.dtype) == (dtype, dtype)
    assert (x.grad.item(), y.grad.item()) == (6.0, 3.0)


class Blend(PyLayer):
    """A list of tensors, and one by name."""

    @staticmethod
    def forward(ctx, parts, by=None):
        ctx.save_for_backward(*parts, by)
        return parts[0] * 2.0 + parts[1] * by

    @staticmethod
    def backward(ctx, g):
        _, second, by = ctx.saved_tensor()
        return [g * 2.0, None if second.stop_gradient else g * by], None if by.stop_gradient else g * second


def test_tensors_in_lists_and_by_name_have_gradients():
    x, y, by = leaf(1.0), leaf(3.0), leaf(7.0)
    Blend.apply([x, y], by=by).backward()
    assert (x.grad.item(), y.grad.item(), by.grad.item()) == (2.0, 7.0, 3.0)
    x.clear_grad()
    Blend.apply([x, pa.to_tensor([3.0])], by=pa.to_tensor([1.0])).backward()
    assert x.grad.item() == 2.0


class Same(PyLayer):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 7.0


def test_a_tensor_that_is_returned_is_a_new_step():
    x = leaf(1.0)
    y = Same.apply(Same.apply(x))
    assert y is not x
    y.backward()
    assert x.grad.item() == 49.0
    assert x.is_leaf


def test_nothing_is_recorded_where_nothing_needs_a_gradient():
    fixed = pa.to_tensor([2.0])
    assert Same.apply(fixed).stop_gradient
    with pa.no_grad():
        assert Product.apply(leaf(1.0), leaf(2.0))[0].stop_gradient


def test_what_was_saved_must_not_change():
    x, y = leaf(2.0), leaf(5.0)
    product, _, _ = Product.apply(x, y)
    x.set_value(np.array([3.0]))
    with pytest.raises(RuntimeError, match="have changed"):
        product.backward()
    assert x.grad is None


def test_the_step_is_let_go_after_the_walk():
    x, y = leaf(2.0), leaf(5.0)
    product, total, _ = Product.apply(x, y)
    Product.arrived.clear()
    (product + total).backward()
    watched = weakref.ref(Product.arrived.pop()[1])
    gc.collect()
    assert watched() is None


RETURNED = {
    "must return a gradient per tensor, 2, but returned 1": (lambda g: g, ValueError),
    "must return a gradient per tensor, 2, but returned 3": (lambda g: (g, g, g), ValueError),
    "returns at 1 must be a Tensor": (lambda g: (g, None), TypeError),
    "returns at 0 must have shape": (lambda g: (g.sum(), g), ValueError),
    "must return 1 gradients for a list": (lambda g: ([g, g], g), ValueError),
}


@pytest.mark.parametrize("message", RETURNED)
def test_what_backward_must_not_return(message):
    back, kind = RETURNED[message]

    class Wrong(PyLayer):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return back(g)

    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with pytest.raises(kind, match=message):
        Wrong.apply(x, y).backward()
    assert x.grad is None
    assert y.grad is None


def test_a_gradient_for_what_needs_none_is_refused():
    with pytest.raises(ValueError, match="must return None at 1"):
        Product.apply(leaf(1.0), pa.to_tensor(np.array([2.0])))[0].backward()


def test_both_functions_have_to_be_there():
    with pytest.raises(NotImplementedError, match="forward"):
        PyLayer.apply(leaf(1.0))

    class Half(PyLayer):
        @staticmethod
        def forward(ctx, x):
            return x * 1.0

    with pytest.raises(NotImplementedError, match="backward"):
        Half.apply(leaf(1.0)).backward()


def test_flags_are_bools():
    context = pa.autograd.PyLayerContext()
    assert context.saved_tensor() is None
    context.set_grad_in_dtype_consistent(True)
    for call in (context.set_grad_in_dtype_consistent, context.set_materialize_grads):
        with pytest.raises(TypeError, match="must be a bool"):
            call(1)
