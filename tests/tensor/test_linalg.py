import numpy as np
import pytest

import paramattr as pa


@pytest.mark.parametrize("transposed", [(False, False), (True, False), (False, True), (True, True)])
def test_products_are_those_of_numpy(transposed):
    rng = np.random.default_rng(0)
    for one, other in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 0)), ((4, 2, 3), (4, 3, 5))]:
        x, y = rng.standard_normal(one), rng.standard_normal(other)
        given = [v.swapaxes(-1, -2) if t and v.ndim > 1 else v for v, t in zip((x, y), transposed, strict=True)]
        np.testing.assert_array_equal(pa.matmul(*given, *transposed).numpy(), x @ y)


def test_what_a_product_refuses():
    with pytest.raises(ValueError, match="matmul needs inputs whose shapes"):
        pa.matmul(np.ones(2), np.ones(3))
    for bad in (None, "a", [None], np.array(["a"])):
        with pytest.raises(TypeError, match="x must be numeric, but received"):
            pa.matmul(bad, [1.0])
    with pytest.raises(TypeError, match="transpose_y must be a bool"):
        pa.matmul([1.0], [1.0], transpose_y=1)
