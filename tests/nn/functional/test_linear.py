import numpy as np
import pytest

import paramattr as pa
from paramattr.nn.functional import linear


@pytest.mark.parametrize("leading", [(), (4,), (2, 0), (2, 3)])
def test_the_definition(leading):
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(shape) for shape in [(*leading, 3), (3, 2), (2,)])
    y = linear(*map(pa.to_tensor, (x, w, b)))
    np.testing.assert_allclose(y.numpy(), np.einsum("...i,io->...o", x, w) + b, rtol=1e-14)
    np.testing.assert_allclose(linear(pa.to_tensor(x), pa.to_tensor(w)).numpy(), y.numpy() - b, rtol=1e-12, atol=1e-14)


def test_gradients(check_grads):
    rng = np.random.default_rng(1)
    check_grads(linear, *(rng.standard_normal(shape) for shape in [(2, 4, 3), (3, 2), (2,)]))


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"linear needs inputs .* x of shape \[2, 4\].* weight of shape \[3, 2\]"):
        linear(pa.to_tensor(np.ones((2, 4))), pa.to_tensor(np.ones((3, 2))))


def test_bilinear_is_a_sum_over_both_inputs():
    rng = np.random.default_rng(1)
    x1, x2, weight, bias = (rng.standard_normal(shape) for shape in ((5, 3), (5, 4), (2, 3, 4), (1, 2)))
    expected = np.einsum("ni,kij,nj->nk", x1, weight, x2)
    np.testing.assert_allclose(pa.nn.functional.bilinear(x1, x2, weight).numpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(pa.nn.functional.bilinear(x1, x2, weight, bias).numpy(), expected + bias, rtol=1e-12)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((5, 3), (5, 4), (2, 4, 3)), "x1, x2 and weight must have shapes"),
        (((5, 3), (4, 4), (2, 3, 4)), "x1, x2 and weight must have shapes"),
        (((5, 3), (5, 4), (3, 4)), "x1, x2 and weight must have shapes"),
        (((5, 3), (5, 4), ()), "x1, x2 and weight must have shapes"),
        (((5, 5, 3), (5, 4), (2, 3, 4)), "x1, x2 and weight must have shapes"),
        (((5, 3), (5, 4), (2, 3, 4), (2,)), r"bias must have shape \[1, 2\]"),
    ],
)
def test_bilinear_needs_shapes_that_fit(shapes, message):
    with pytest.raises(ValueError, match=message):
        pa.nn.functional.bilinear(*map(np.ones, shapes))
