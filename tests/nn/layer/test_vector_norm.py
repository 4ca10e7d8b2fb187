import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

X = np.random.default_rng(0).standard_normal((4, 3, 2))


def test_local_response_norm_is_its_function():
    for settings in ((2,), (3, 0.5, 0.6, 1.2, "NLC", "name")):
        layer = nn.LocalResponseNorm(*settings)
        found = nn.functional.local_response_norm(X, *settings)
        np.testing.assert_array_equal(layer(X).numpy(), found.numpy())
    assert repr(layer) == "LocalResponseNorm(size=3, alpha=0.5, beta=0.6, k=1.2, data_format=NLC, name=name)"
    assert repr(nn.LocalResponseNorm(5)) == "LocalResponseNorm(size=5, alpha=0.0001, beta=0.75, k=1.0)"


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_largest_singular_value_becomes_1(dim, dtype):
    layer = nn.SpectralNorm(X.shape, dim, power_iters=300, dtype="float64" if dtype == "float64" else "float32")
    assert [list(p.shape) for p in layer.parameters()] == [[X.shape[dim]], [X.size // X.shape[dim]]]
    found = layer(pa.to_tensor(X, dtype))
    assert found.dtype == dtype
    matrix = np.moveaxis(found.numpy().astype(float), dim, 0).reshape(X.shape[dim], -1)
    assert np.linalg.norm(matrix, 2) == pytest.approx(
        1.0, abs={"float16": 1e-3, "float32": 1e-5, "float64": 1e-9}[dtype]
    )


def test_calls_leave_the_vectors_as_they_are():
    layer = nn.SpectralNorm([3, 4], power_iters=2)
    before = [p.tolist() for p in layer.parameters()]
    weight = pa.to_tensor(np.random.default_rng(1).standard_normal((3, 4)), stop_gradient=False)
    first = layer(weight)
    np.testing.assert_array_equal(first.numpy(), layer(weight).numpy())
    assert [p.tolist() for p in layer.parameters()] == before
    assert [p.stop_gradient for p in layer.parameters()] == [True, True]
    # The length of a weight does not show in the value, so a step along it changes nothing.
    first.backward(np.ones((3, 4)))
    assert abs((weight.grad.numpy() * weight.numpy()).sum()) < 1e-12


def test_vectors_are_normal():
    layer = nn.SpectralNorm([10000, 1])
    assert abs(layer.weight_u.numpy().std() - 1) < 0.05
    assert layer.weight_u.dtype == np.float32


REFUSED = [
    (lambda: nn.LocalResponseNorm(0), ValueError, "size must be"),
    (lambda: nn.LocalResponseNorm(3, alpha="1"), TypeError, "alpha must be"),
    (lambda: nn.LocalResponseNorm(3, data_format="NC"), ValueError, "data_format must be one of"),
    (lambda: nn.LocalResponseNorm(3, name=1), TypeError, "name must be"),
    (lambda: nn.LocalResponseNorm(3)([1.0]), ValueError, "x must have at least 2 axes"),
    (lambda: nn.SpectralNorm([3]), ValueError, "weight_shape must have at least two axes"),
    (lambda: nn.SpectralNorm([3, 0]), ValueError, "none of size 0"),
    (lambda: nn.SpectralNorm([3, 4], 2), ValueError, "dim must be"),
    (lambda: nn.SpectralNorm([3, 4], power_iters=-1), ValueError, "power_iters must be"),
    (lambda: nn.SpectralNorm([3, 4], eps=-1), ValueError, "eps must be"),
    (lambda: nn.SpectralNorm([3, 4], dtype="int8"), ValueError, "dtype must be one of"),
    (lambda: nn.SpectralNorm([3, 4])(X), ValueError, r"expected a weight of shape \[3, 4\]"),
    (lambda: nn.SpectralNorm([3, 4])(None), TypeError, "x must be numeric"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
