import numpy as np
import pytest
from scipy import special

import paramattr as pa


@pytest.mark.parametrize(("dtype", "digits"), [("float64", 1e-13), ("float32", 3e-7)])
def test_values_are_those_of_scipy(dtype, digits):
    x = np.random.default_rng(0).uniform(2.1, 30, 100).astype(dtype)
    y = np.random.default_rng(1).uniform(0, 40, 100).astype(dtype)
    wide, other = x.astype(np.float64), y.astype(np.float64)
    for found, expected in [
        (pa.lgamma(x), special.gammaln(wide)),
        (pa.digamma(x), special.digamma(wide)),
        (pa.polygamma(x, 0), special.digamma(wide)),
        (pa.polygamma(x, 3), special.polygamma(3, wide)),
        (pa.multigammaln(x, 4), [special.multigammaln(one, 4) for one in wide]),
        (pa.gammainc(x, y), special.gammainc(wide, other)),
        (pa.gammaincc(x, y), special.gammaincc(wide, other)),
    ]:
        assert found.dtype == dtype
        np.testing.assert_allclose(found.numpy(), expected, rtol=digits, atol=np.finfo(dtype).tiny)


def test_the_shares_of_the_integral_broadcast_and_add_up_to_1():
    x, y = np.array([[0.5], [3.0]]), pa.to_tensor([0.1, 1.0, 7.0], "float64", stop_gradient=False)
    lower, upper = pa.gammainc(x, y), pa.gammaincc(x, y)
    np.testing.assert_allclose((lower + upper).numpy(), np.ones((2, 3)), rtol=1e-14)
    (lower + upper).sum().backward()
    np.testing.assert_allclose(y.grad.numpy(), 0, atol=1e-15)


def test_what_is_refused():
    x = pa.to_tensor([1.0])
    for call, error, message in [
        (lambda: pa.polygamma(x, -1), ValueError, "n must be in"),
        (lambda: pa.polygamma(x, 1.0), TypeError, "n must be an integer"),
        (lambda: pa.multigammaln(x, 0), ValueError, "p must be >= 1"),
        (lambda: pa.gammainc(x, pa.to_tensor([-1.0])), ValueError, "y must not be negative, but received -1.0"),
        (lambda: pa.gammaincc(pa.to_tensor([-1.0]), x), ValueError, "x must not be negative"),
        (lambda: pa.gammainc(np.ones(2), np.ones(3)), ValueError, "shapes"),
    ]:
        with pytest.raises(error, match=message):
            call()
