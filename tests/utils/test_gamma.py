import mpmath
import numpy as np
import pytest
from scipy import special

from paramattr.utils import gamma

RNG = np.random.default_rng(0)
RIGHT = np.concatenate(
    [
        RNG.uniform(0, 3, 60),
        RNG.uniform(0, 20, 60),
        10.0 ** RNG.uniform(-300, 300, 40),
        [1 - 1e-9, 1 + 1e-6, 2 - 1e-7, 2.5],
    ]
)
LEFT = -RNG.uniform(0, 20, 60)
BESIDE_POLES = np.add(np.arange(-9.0, 0.0), [1e-6, -1e-6, 1e-9, -1e-9, 1e-4, -1e-4, 1e-3, -1e-3, 1e-2])


def exact(function, values):
    with mpmath.workdps(40):
        return np.array([float(mpmath.re(function(mpmath.mpf(float(x))))) for x in values])


@pytest.mark.parametrize(
    ("function", "reference", "x", "digits"),
    [
        (gamma.log_gamma, mpmath.loggamma, RIGHT, 2e-15),
        (gamma.log_gamma, lambda x: mpmath.log(abs(mpmath.gamma(x))), LEFT, 1e-13),
        (gamma.digamma, mpmath.digamma, RIGHT, 1e-14),
        (gamma.digamma, mpmath.digamma, 1.4616321449683622 + RNG.normal(0, 1e-4, 20), 1e-11),
        (gamma.digamma, mpmath.digamma, LEFT, 1e-12),
        (gamma.log_gamma, lambda x: mpmath.log(abs(mpmath.gamma(x))), BESIDE_POLES, 1e-13),
        (gamma.digamma, mpmath.digamma, BESIDE_POLES, 1e-13),
        (lambda x: gamma.polygamma(1, x), lambda x: mpmath.psi(1, x), BESIDE_POLES, 1e-13),
        (lambda x: gamma.polygamma(4, x), lambda x: mpmath.psi(4, x), BESIDE_POLES, 1e-13),
        *(
            (lambda x, n=n: gamma.polygamma(n, x), lambda x, n=n: mpmath.psi(n, x), x, 1e-12)
            for n in (1, 2, 7, 60)
            for x in (RNG.uniform(0.05, 40, 20), -RNG.uniform(0, 5, 20))
        ),
    ],
)
def test_values_are_exact_to_the_last_digits(function, reference, x, digits):
    np.testing.assert_allclose(function(x), exact(reference, x), rtol=digits)


def test_incomplete_integrals_in_both_tails():
    a = np.concatenate([10.0 ** RNG.uniform(-3, 4, 5000), [0.0, 2.0, 2.0, np.inf, 3.0]])
    near = np.where(RNG.random(5000) < 0.5, a[:5000] * RNG.uniform(0.3, 2, 5000), 10.0 ** RNG.uniform(-5, 3, 5000))
    x = np.concatenate([near, [1.0, 0.0, np.inf, 1.0, 1.0]])
    for found, expected in zip(gamma.gamma_tails(a, x), (special.gammainc(a, x), special.gammaincc(a, x)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-290)


def test_incomplete_integrals_at_the_ends():
    ends = [0.0, 1e-300, 1.0, 2.0, 1e300, np.inf, np.nan]
    a, x = map(np.ravel, np.meshgrid(ends, ends))
    unknown = np.isnan(a) | np.isnan(x)  # for which an older SciPy says 0 at times
    for found, expected in zip(gamma.gamma_tails(a, x), (special.gammainc(a, x), special.gammaincc(a, x)), strict=True):
        np.testing.assert_allclose(found, np.where(unknown, np.nan, expected), rtol=1e-10, atol=1e-290)


def test_infinities_poles_and_nan():
    np.testing.assert_array_equal(gamma.log_gamma(np.array([0.0, -3.0, np.inf, -np.inf])), np.inf)
    np.testing.assert_array_equal(
        gamma.digamma(np.array([0.0, -0.0, -2.0, np.inf, -np.inf])), [-np.inf, np.inf, np.nan, np.inf, np.nan]
    )
    np.testing.assert_array_equal(
        gamma.polygamma(1, np.array([0.0, -2.0, np.inf, -np.inf])), [np.inf, np.inf, 0, np.nan]
    )
    np.testing.assert_array_equal(gamma.polygamma(2, np.array([0.0, -2.0])), -np.inf)
    for function in (gamma.log_gamma, gamma.digamma, lambda x: gamma.polygamma(3, x)):
        assert np.isnan(function(np.array([np.nan]))).all()


@pytest.mark.parametrize("x", [1e-3, 0.5, 3.0, 9.99, 10.0, 1e5])
def test_what_stirlings_formula_misses(x):
    with mpmath.workdps(40):
        z = mpmath.mpf(x)
        missed = mpmath.loggamma(z) - (z - 0.5) * mpmath.log(z) + z - mpmath.log(2 * mpmath.pi) / 2
    np.testing.assert_allclose(gamma.stirling(x), float(missed), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("u", [-1.0, -0.99, -0.3, -1e-9, 0.0, 1e-12, 0.39, 0.41, 50.0])
def test_the_excess_of_a_number_over_a_logarithm(u):
    with mpmath.workdps(60):
        expected = float(mpmath.mpf(u) - mpmath.log1p(u))
    np.testing.assert_allclose(gamma.excess(u), expected, rtol=1e-13)


def test_nodes_integrate_polynomials():
    x, w = gamma.legendre(5)
    for power in range(10):
        np.testing.assert_allclose(w @ x**power, 1 / (power + 1), rtol=1e-14)
