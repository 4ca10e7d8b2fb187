import copy

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn
from paramattr.nn.utils import remove_weight_norm, spectral_norm, weight_norm

X = np.random.default_rng(0).standard_normal((2, 3)).astype("float32")


@pytest.mark.parametrize("dim", [0, 1, -2, None, -1])
def test_a_weight_norm_changes_no_value(dim):
    layer = nn.Linear(3, 4)
    before, weight = layer(X).numpy(), layer.weight.numpy().copy()
    assert weight_norm(layer, dim=dim) is layer
    np.testing.assert_allclose(layer(X).numpy(), before, atol=1e-6)
    assert list(layer.state_dict()) == ["bias", "weight_v", "weight_g"]
    axes = {0: 1, -2: 1, 1: 0}.get(dim)
    np.testing.assert_allclose(layer.weight_g.numpy(), np.linalg.norm(weight, axis=axes), rtol=1e-6)
    assert remove_weight_norm(layer) is layer
    np.testing.assert_allclose(layer.weight.numpy(), weight, atol=1e-6)
    assert isinstance(layer.weight, pa.Parameter)
    assert list(layer.state_dict()) == ["bias", "weight"]
    layer.weight.set_value(np.zeros((3, 4)))
    np.testing.assert_array_equal(layer(X).numpy(), np.zeros((2, 4)))


def test_length_and_direction_are_trained_apart():
    layer = weight_norm(nn.Linear(3, 4))
    layer.weight_g.set_value(2 * layer.weight_g.numpy())
    doubled = layer(X).numpy()
    layer.weight_v.set_value(5 * layer.weight_v.numpy())
    np.testing.assert_allclose(layer(X).numpy(), doubled, atol=1e-6)
    layer(X).sum().backward()
    assert layer.weight_v.grad is not None
    # A direction has no use for its length.
    along = (layer.weight_v.grad.numpy() * layer.weight_v.numpy()).sum(axis=1)
    np.testing.assert_allclose(along, 0, atol=1e-5)
    optimizer = pa.optimizer.SGD(0.1, parameters=layer.parameters())
    before = layer.weight.numpy().copy()
    optimizer.step()
    layer(X)
    assert np.abs(layer.weight.numpy() - before).max() > 1e-3


def test_new_parameters_are_named_after_the_layer(fresh_names):
    layer = weight_norm(nn.Conv2D(2, 3, 2))
    names = ["conv2d_0.b_0", "conv2d_0.w_1", "conv2d_0.w_2"]
    assert [p.name for p in layer.parameters()] == names
    assert [p.name for p in remove_weight_norm(layer).parameters()] == [names[0], "conv2d_0.w_3"]


@pytest.mark.parametrize(
    ("make", "rows"),
    [(lambda: nn.Linear(3, 4), 4), (lambda: nn.Conv1DTranspose(3, 4, 2), 4), (lambda: nn.Conv1D(3, 5, 2), 5)],
)
def test_a_spectral_norm_converges_to_the_largest_singular_value(make, rows):
    layer = make()
    weight = layer.weight
    assert spectral_norm(layer, n_power_iterations=200) is layer
    assert list(layer.state_dict()) == ["bias", "weight_orig", "weight_u", "weight_v"]
    assert layer.weight_orig is weight
    assert layer.weight_u.shape == [rows]
    x = np.ones((2, 3, 4), "float32")[..., : 4 if weight.ndim > 2 else 0] if weight.ndim > 2 else X
    layer(x)
    matrix = np.moveaxis(layer.weight.numpy(), weight.shape.index(rows), 0).reshape(rows, -1)
    assert np.linalg.norm(matrix, 2) == pytest.approx(1.0, rel=1e-4)
    np.testing.assert_allclose(np.linalg.norm(layer.weight_u.numpy()), 1.0, rtol=1e-5)


def test_evaluation_leaves_the_vectors_as_they_are():
    layer = spectral_norm(nn.Linear(3, 4))
    layer.eval()
    before = layer.weight_u.tolist()
    layer(X)
    assert layer.weight_u.tolist() == before
    layer.train()
    y = layer(X)
    assert layer.weight_u.tolist() != before
    layer(X)  # what the first call recorded keeps the vectors it was made with
    y.sum().backward()
    assert layer.weight_orig.grad is not None


def test_states_carry_over_to_a_layer_made_alike():
    for change in (weight_norm, spectral_norm):
        one, other = (change(nn.Linear(3, 4)) for _ in range(2))
        other.set_state_dict(one.state_dict())
        for layer in (one, other):
            layer.eval()
        np.testing.assert_array_equal(one(X).numpy(), other(X).numpy())


def test_copies_are_apart():
    layer = weight_norm(nn.Linear(3, 4))
    with pa.no_grad():
        layer(X)
    other = copy.deepcopy(layer)
    other.weight_g.set_value(np.zeros(3))
    with pa.no_grad():
        assert np.abs(layer(X).numpy()).max() > 0
        np.testing.assert_array_equal(other(X).numpy(), np.zeros((2, 4)))
    remove_weight_norm(other)
    assert list(layer.state_dict()) == ["bias", "weight_v", "weight_g"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_new_parameters_have_the_dtype_of_the_old_one(dtype):
    pa.set_default_dtype(dtype)
    try:
        layers = [change(nn.Linear(3, 4)) for change in (weight_norm, spectral_norm)]
    finally:
        pa.set_default_dtype("float32")
    for layer in layers:
        assert {value.dtype.name for value in layer.state_dict().values()} == {dtype}
        assert layer(pa.to_tensor(X, dtype)).dtype.name == dtype


def parts(layer):
    return list(layer.state_dict()), [p.tolist() for p in layer.parameters()]


REFUSED = [
    (lambda layer: weight_norm(3), TypeError, "layer must be a Layer"),
    (lambda layer: weight_norm(layer, 3), TypeError, "name must be a string"),
    (lambda layer: weight_norm(layer, "kernel"), ValueError, "name must be that of a parameter"),
    (lambda layer: weight_norm(layer, dim=2), ValueError, "dim must be in"),
    (lambda layer: weight_norm(layer, dim=1.0), TypeError, "dim must be an integer"),
    (lambda layer: remove_weight_norm(layer), ValueError, "name must be that of a parameter with a weight_norm"),
    (lambda layer: remove_weight_norm("layer"), TypeError, "layer must be a Layer"),
    (lambda layer: remove_weight_norm(layer, None), TypeError, "name must be a string"),
    (lambda layer: spectral_norm(None), TypeError, "layer must be a Layer"),
    (lambda layer: spectral_norm(layer, "bias"), ValueError, "at least two axes"),
    (lambda layer: spectral_norm(layer, n_power_iterations=0), ValueError, "n_power_iterations must be"),
    (lambda layer: spectral_norm(layer, eps=-1.0), ValueError, "eps must be"),
    (lambda layer: spectral_norm(layer, dim=2), ValueError, "dim must be in"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused_changes_nothing(call, error, message):
    layer = nn.Linear(3, 4)
    before = parts(layer)
    with pytest.raises(error, match=message):
        call(layer)
    assert parts(layer) == before


@pytest.mark.parametrize("second", [weight_norm, spectral_norm])
@pytest.mark.parametrize("first", [weight_norm, spectral_norm])
def test_a_parameter_is_computed_by_one_alone(first, second):
    layer = first(nn.Linear(3, 4))
    before = parts(layer)
    with pytest.raises(RuntimeError, match=f"'weight' of Linear.* is computed by a {first.__name__} already"):
        second(layer)
    assert parts(layer) == before
    if first is spectral_norm:
        with pytest.raises(ValueError, match="with a weight_norm"):
            remove_weight_norm(layer)


def test_a_parameter_without_axes_has_no_length():
    class Scale(nn.Layer):
        def __init__(self):
            super().__init__()
            self.weight = self.create_parameter([], default_initializer=nn.initializer.Constant(1.0))

    with pytest.raises(ValueError, match="at least one axis"):
        weight_norm(Scale())
