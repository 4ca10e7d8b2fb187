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
