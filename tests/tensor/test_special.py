import numpy as np
import pytest
from scipy import special

import paramattr as pa
from paramattr.tensor.special import erfc_positive

RNG = np.random.default_rng(1)
X = np.concatenate(
    [RNG.normal(0, 3, 200), RNG.uniform(-700, 700, 60), 10.0 ** RNG.uniform(-300, 0, 40), [0.0, -8.0, 8.0]]
)
DTYPES = [("float64", 4e-15), ("float32", 2e-7)]


@pytest.mark.parametrize(("dtype", "digits"), DTYPES)
@pytest.mark.parametrize("name", ["erf", "i0", "i0e", "i1", "i1e"])
def test_values_are_those_of_scipy(name, dtype, digits):
    x = X[np.abs(X) < 80].astype(dtype) if dtype == "float32" else X
    found = getattr(pa, name)(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found.numpy(), getattr(special, name)(x.astype(np.float64)), rtol=digits, atol=1e-45)


@pytest.mark.parametrize(("dtype", "digits"), DTYPES)
def test_erfinv_is_the_inverse_to_the_last_digits(dtype, digits):
    ends = 1 - 10.0 ** RNG.uniform(-15, 0, 60)
    y = np.concatenate([RNG.uniform(-1, 1, 200), 10.0 ** RNG.uniform(-30, 0, 60), ends, -ends, [0.0]]).astype(dtype)
    y = y[np.abs(y) < 1]
    np.testing.assert_allclose(pa.erfinv(y).numpy(), special.erfinv(y.astype(np.float64)), rtol=digits)
    np.testing.assert_array_equal(pa.erfinv([1.0, -1.0, 1.5, np.nan]).numpy(), [np.inf, -np.inf, np.nan, np.nan])


def test_the_tail_of_erf_has_all_its_digits():
    z = np.linspace(0, 20, 200)
    np.testing.assert_allclose(erfc_positive(z), special.erfc(z), rtol=1e-13)
    z = np.linspace(0, 9, 200, dtype=np.float32)
    np.testing.assert_allclose(erfc_positive(z), special.erfc(z.astype(np.float64)), rtol=1e-5)


def test_complex_numbers_are_refused():
    for name in ("erf", "erfinv", "i0", "i1e", "lgamma"):
        with pytest.raises(TypeError, match=f"{name} needs inputs"):
            getattr(pa, name)(np.array([1j]))


def test_infinities():
    np.testing.assert_array_equal(pa.erf([np.inf, -np.inf, np.nan]).numpy(), [1, -1, np.nan])
    assert pa.i0(np.array(712.0)).item() == pytest.approx(special.i0e(712.0) * np.exp(700.0) * np.exp(12.0), rel=1e-13)
