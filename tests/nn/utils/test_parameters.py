import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters


def parameters(*gradients, dtype="float64"):
    made = []
    for gradient in gradients:
        p = pa.create_parameter(np.shape(gradient) if gradient is not None else [2], dtype)
        if gradient is not None:
            p.grad = np.array(gradient, dtype)
        made.append(p)
    return made


@given(st.sampled_from([1.0, 2.0, math.inf]), st.sampled_from([0.0, 0.1, 1.0, 100.0, math.inf]), st.integers(0, 99))
def test_clip_grad_norm_measures_and_limits(order, limit, seed):
    rng = np.random.default_rng(seed)
    ps = parameters(rng.standard_normal((3, 4)), rng.standard_normal(5), None)
    joined = np.concatenate([p.grad.numpy().ravel() for p in ps[:2]])
    total = clip_grad_norm_(ps, limit, order)
    assert total.shape == []
    before = np.linalg.norm(joined, order)
    assert total.item() == pytest.approx(before, rel=1e-12)
    after = np.concatenate([p.grad.numpy().ravel() for p in ps[:2]])
    factor = 1.0 if math.isinf(limit) else min(1.0, limit / (before + 1e-6))
    np.testing.assert_allclose(after, joined * factor, rtol=1e-12)
    assert ps[2].grad is None


def test_norm_type_0_counts_gradients_that_are_not_zero():
    ps = parameters([2.0, 2.0], [1.0, 0.0], [0.0, 0.0])
    assert clip_grad_norm_(ps, 1.0, 0).item() == 2.0
    np.testing.assert_allclose(ps[0].grad.numpy(), 1.0, rtol=1e-5)


def test_clipping_is_in_place():
    (p,) = parameters([3.0, 4.0])
    view, holder = p.grad.numpy(), p.grad
    clip_grad_norm_(p, 1.0)
    np.testing.assert_allclose(view, [0.6, 0.8], rtol=1e-5)
    clip_grad_value_(p, 0.7)
    np.testing.assert_allclose(view, [0.6, 0.7], rtol=1e-5)
    assert p.grad is holder


def test_no_gradient_at_all():
    assert clip_grad_norm_(parameters(None, None), 1.0).item() == 0.0
    assert clip_grad_norm_([], 1.0).item() == 0.0
    clip_grad_value_(parameters(None), 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_non_finite_norm(bad):
    ps = parameters([bad, 1.0], [2.0])
    with pytest.raises(RuntimeError, match="can't be clipped"):
        clip_grad_norm_(ps, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(ps[1].grad.numpy(), [2.0])
    clip_grad_norm_(ps, 1.0)
    assert math.isnan(ps[0].grad.numpy()[0])


@pytest.mark.parametrize("order", [0, 1, 2, math.inf])
def test_zero_size_gradients(order):
    assert clip_grad_norm_(parameters(np.zeros((0, 3))), 1.0, order).item() == 0.0


@given(st.floats(0.0, 3.0), st.integers(0, 99))
def test_clip_grad_value_limits_each_element(limit, seed):
    gradient = np.random.default_rng(seed).standard_normal((3, 4))
    (p,) = parameters(gradient)
    clip_grad_value_([p], limit)
    expected = [[min(max(x, -limit), limit) for x in row] for row in gradient]
    np.testing.assert_array_equal(p.grad.numpy(), expected)


def test_vector_round_trip_keeps_the_arrays():
    net = pa.nn.Linear(3, 2)
    views = [p.numpy() for p in net.parameters()]
    vector = parameters_to_vector(net.parameters())
    assert vector.shape == [8]
    assert not vector.stop_gradient
    np.testing.assert_array_equal(vector.numpy()[:6], net.weight.numpy().ravel())
    vector.numpy()[...] = np.arange(8.0)
    assert net.weight.numpy()[0, 1] != 1.0, "the vector is a copy"
    vector_to_parameters(vector, net.parameters())
    np.testing.assert_array_equal(net.weight.numpy(), [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(net.bias.numpy(), [6, 7])
    assert all(p.numpy() is view for p, view in zip(net.parameters(), views, strict=True))


def test_a_longer_vector_is_cut_a_generator_is_fine():
    net = pa.nn.Linear(1, 1)
    vector_to_parameters(pa.to_tensor([1.0, 2.0, 3.0]), (p for p in net.parameters()))
    assert net.bias.item() == 2.0


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda p: clip_grad_norm_(p, -1.0), ValueError, "max_norm"),
        (lambda p: clip_grad_norm_(p, math.nan), ValueError, "max_norm"),
        (lambda p: clip_grad_norm_(p, "1"), TypeError, "max_norm"),
        (lambda p: clip_grad_norm_(p, 1.0, 3), ValueError, "norm_type"),
        (lambda p: clip_grad_norm_(p, 1.0, math.nan), ValueError, "norm_type"),
        (lambda p: clip_grad_norm_(p, 1.0, "2"), TypeError, "norm_type"),
        (lambda p: clip_grad_norm_(p, 1.0, 2.0, 1), TypeError, "error_if_nonfinite"),
        (lambda p: clip_grad_norm_(3, 1.0), TypeError, "parameters"),
        (lambda p: clip_grad_norm_([p, None], 1.0), TypeError, r"parameters\[1\]"),
        (lambda p: clip_grad_value_(p, -1.0), ValueError, "clip_value"),
        (lambda p: clip_grad_value_(p, math.inf), ValueError, "clip_value"),
        (lambda p: clip_grad_value_(p, None), TypeError, "clip_value"),
        (lambda p: clip_grad_value_("ab", 1.0), TypeError, "parameters"),
        (lambda p: parameters_to_vector([]), ValueError, "parameters"),
        (lambda p: parameters_to_vector([p, pa.create_parameter([1], "float32")]), ValueError, "dtype"),
        (lambda p: parameters_to_vector({"a": p}), TypeError, "parameters"),
        (lambda p: vector_to_parameters(pa.to_tensor([1.0]), [p]), ValueError, "vec"),
        (lambda p: vector_to_parameters(pa.to_tensor([[1.0, 2.0]]), [p]), ValueError, "vec"),
        (lambda p: vector_to_parameters([1.0, 2.0], [p]), TypeError, "vec"),
    ],
)
def test_bad_arguments_change_nothing(call, error, text):
    (p,) = parameters([3.0, 4.0])
    values = p.numpy().copy()
    with pytest.raises(error, match=text):
        call(p)
    np.testing.assert_array_equal(p.grad.numpy(), [3.0, 4.0])
    np.testing.assert_array_equal(p.numpy(), values)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_gradients_are_scaled_in_float32(dtype):
    p = pa.create_parameter([3], dtype)
    p.grad = [3.0, 4.0, 12.0]
    pa.nn.utils.clip_grad_norm_(p, 1.0)
    exact = np.array([3.0, 4.0, 12.0]) / (13.0 + 1e-6)
    np.testing.assert_array_equal(p.grad.numpy().astype(float), exact.astype(np.float32).astype(p.dtype).astype(float))


@pytest.mark.parametrize("bad", [None, 3, "p", [None], np.ones(())])
def test_parameters_are_tensors(bad):
    for call in (
        lambda: pa.nn.utils.clip_grad_norm_(bad, 1.0),
        lambda: pa.nn.utils.clip_grad_value_(bad, 1.0),
        lambda: pa.nn.utils.parameters_to_vector(bad),
        lambda: pa.nn.utils.vector_to_parameters(pa.Tensor([1.0]), bad),
    ):
        with pytest.raises(TypeError, match=r"parameters.* must be a Tensor"):
            call()


def test_the_largest_norm_of_small_gradients():
    p = pa.create_parameter([2], "float64")
    p.grad = [1e-3, -2e-3]
    assert pa.nn.utils.clip_grad_norm_(p, math.inf, math.inf).item() == 2e-3
    assert p.grad.tolist() == [1e-3, -2e-3]


@pytest.mark.parametrize("limit", [5.0 + 1e-5, 6.0, 50.0])
def test_gradients_within_the_limit_are_left_alone(limit):
    p = pa.create_parameter([2], "float64")
    p.grad = [3.0, 4.0]
    assert pa.nn.utils.clip_grad_norm_([p], limit).item() == 5.0
    assert p.grad.tolist() == [3.0, 4.0]
