import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa


def leaf(*values):
    return pa.to_tensor(np.array(values), stop_gradient=False)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True), st.booleans(), st.integers(0, 99))
def test_grad_and_backward_agree(names, given_starts, seed):
    rng = np.random.default_rng(seed)
    gradients = []
    for way in ("backward", "grad"):
        rng = np.random.default_rng(seed)
        x, y = leaf(*rng.standard_normal(3)), leaf(*rng.standard_normal(3))
        made = {"a": x * y, "b": (x * x).sum(), "c": x + 2.0 * y}
        roots = [made[name] for name in names]
        starts = [pa.to_tensor(rng.standard_normal(root.shape)) if rng.integers(2) else None for root in roots]
        if way == "backward":
            pa.autograd.backward(roots, starts if given_starts else None)
            gradients.append([None if t.grad is None else t.grad.numpy() for t in (x, y)])
        else:
            found = pa.grad(roots, [x, y], starts if given_starts else None, allow_unused=True)
            assert x.grad is None
            assert y.grad is None
            assert all(t is None or t.stop_gradient for t in found)
            gradients.append([None if t is None else t.numpy() for t in found])
    for one, other in zip(*gradients, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=1e-14)


def test_gradients_arrive_at_what_is_no_leaf():
    x = leaf(1.0, 2.0)
    y = x * 3.0
    z = y * y
    (to_y, to_x, to_z) = pa.grad(z, [y, x, z])
    np.testing.assert_array_equal(to_y.numpy(), 2 * y.numpy())
    np.testing.assert_array_equal(to_x.numpy(), 6 * y.numpy())
    np.testing.assert_array_equal(to_z.numpy(), [1.0, 1.0])


def test_no_gradient_goes_through_what_is_barred():
    x = leaf(1.0)
    y, z = x * 3.0, x * 5.0
    total = y + z
    assert pa.grad(total, [x], no_grad_vars=[z], retain_graph=True)[0].item() == 3.0
    assert pa.grad(total, [x, z], no_grad_vars={z}, allow_unused=True, retain_graph=True)[1] is None
    assert pa.grad(total, x)[0].item() == 8.0


def test_the_graph_is_let_go_unless_it_is_retained():
    x = leaf(2.0)
    y = x * x
    assert pa.grad(y, x, retain_graph=True)[0].item() == 4.0
    assert pa.grad(y, x)[0].item() == 4.0
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        pa.grad(y, x)


def test_an_unused_input_is_refused_before_the_graph_is_let_go():
    x, unused, fixed = leaf(2.0), leaf(1.0), pa.to_tensor([1.0])
    y = x * x
    for other in (unused, fixed):
        with pytest.raises(ValueError, match=r"inputs\[1\] must be a tensor that outputs were made from"):
            pa.grad(y, [x, other])
    assert pa.grad(fixed * 2.0, x, allow_unused=True) == [None]
    found = pa.grad([y, fixed * 2.0], [x, unused, fixed], allow_unused=True)
    assert [None if t is None else t.item() for t in found] == [4.0, None, None]


def test_a_gradient_has_memory_of_its_own():
    x = leaf(1.0, 2.0)
    y = x + 1.0
    one, other = pa.grad(y, [x, y])
    one.numpy()[0] = 7.0
    assert other.numpy()[0] == 1.0


x, y = leaf(1.0, 2.0), leaf(1.0, 2.0)
REFUSED = {
    "outputs must be": (lambda: pa.grad(3, x), TypeError),
    "outputs must be a Tensor or a sequence": (lambda: pa.grad([], x), ValueError),
    r"outputs\[0\] must be a Tensor": (lambda: pa.grad([3.0], x), TypeError),
    "outputs must name each tensor once": (lambda: pa.grad([x, x], x), ValueError),
    "inputs must name each tensor once": (lambda: pa.grad(x * y, [x, x]), ValueError),
    "grad_outputs must hold a gradient per tensor, 1, but received 2": (
        lambda: pa.grad(x * y, x, [None, None]),
        ValueError,
    ),
    r"grad_outputs\[0\] must be a Tensor or None": (lambda: pa.grad(x * y, x, [1.0]), TypeError),
    r"grad_outputs\[0\] must have shape": (lambda: pa.grad(x * y, x, leaf(1.0)), ValueError),
    "create_graph must be False": (lambda: pa.grad(x * y, x, create_graph=True), ValueError),
    "only_inputs must be True": (lambda: pa.grad(x * y, x, only_inputs=False), ValueError),
    "retain_graph must be a bool": (lambda: pa.grad(x * y, x, retain_graph=1), TypeError),
    "dump_backward_graph_path must be None": (lambda: pa.grad(x * y, x, dump_backward_graph_path="."), ValueError),
    "tensors must name each tensor once": (lambda: pa.autograd.backward([x, x]), ValueError),
    r"tensors\[1\] must have stop_gradient=False": (
        lambda: pa.autograd.backward([x * y, pa.to_tensor([1.0])]),
        RuntimeError,
    ),
    "grad_tensors must hold a gradient per tensor": (lambda: pa.autograd.backward([x * y], []), ValueError),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_refused(message):
    call, kind = REFUSED[message]
    with pytest.raises(kind, match=message):
        call()
    assert x.grad is None
