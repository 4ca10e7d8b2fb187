import numpy as np
import pytest

from paramattr import initializer as init
from paramattr.random import Key, Normal, PointMass
from paramattr.testing import assert_initializer, assert_sample, check_initializer, check_sample


@pytest.mark.parametrize(
    "name",
    [
        cls.__name__
        for cls in init.registered()
        if cls.__module__.startswith("paramattr.") and cls not in (init.Assign, init.Bilinear, init.Dirac, init.ZeroRow)
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64"])
def test_every_initializer_of_ours_passes(name, dtype):
    recipe = init.get(name)
    assert_initializer(recipe, (40, 30), dtype=dtype, draws=3)


@pytest.mark.parametrize(
    ("recipe", "shape"),
    [
        (init.Assign(np.arange(6.0).reshape(2, 3)), (2, 3)),
        (init.Bilinear(), (2, 3, 4, 4)),
        (init.Dirac(2), (8, 4, 3, 3)),
        (init.Constant(0.1), (5,)),
        (init.Normal(0.3, 0.0), (5,)),
        (init.Orthogonal(0.5), (3, 4, 5)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_structured_initializers(recipe, shape, dtype):
    assert_initializer(recipe, shape, dtype=dtype, draws=2)
    wrong = lambda sizes: 1.05 * recipe.values(Key(1, 0), sizes, dtype) + 0.01  # noqa: E731
    report = check_initializer(wrong, shape, expected=recipe)
    assert not report.passed
    assert all(0.0 <= finding.p <= 1.0 for finding in report.findings)


def test_orthogonal_but_not_haar():
    def unsigned(shape):
        """What LAPACK gives: the first entry of Q is never positive."""
        return np.linalg.qr(rng.standard_normal(shape))[0]

    def signed(shape):
        q, r = np.linalg.qr(rng.standard_normal(shape))
        return q * np.sign(np.diagonal(r))

    rng = np.random.default_rng(0)
    assert not check_initializer(unsigned, (4, 4), expected=init.Orthogonal(), draws=400).passed
    assert_initializer(signed, (4, 4), expected=init.Orthogonal(), draws=400)
    assert_initializer(signed, (200, 100), expected=init.Orthogonal())
    assert not check_initializer(lambda s: np.eye(*s), (50, 50), expected=init.Orthogonal()).passed
    scaled = check_initializer(lambda s: 2.0 * signed(s), (50, 50), expected=init.Orthogonal())
    assert "2 times as long" in scaled.failures[0].cause


def test_draws_are_compared_with_each_other():
    rng = np.random.default_rng(0)
    same = rng.standard_normal((30, 20))
    assert check_initializer(lambda shape: rng.standard_normal(shape), (30, 20), expected=Normal(), draws=3).passed
    again = check_initializer(lambda shape: same, (30, 20), expected=Normal(), draws=3)
    assert "equal slices" in {finding.name for finding in again.failures}


def test_an_assertion_says_what_is_wrong():
    with pytest.raises(AssertionError) as error:
        assert_sample(2.0 * np.random.default_rng(1).standard_normal((50, 40)), Normal())
    text = str(error.value)
    assert "variance: std 2" in text
    assert "expected std 1" in text
    assert "alpha = 1e-06" in text


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0, 2.0, np.nan, "0.1", None])
def test_bad_alpha(alpha):
    with pytest.raises((TypeError, ValueError), match="alpha"):
        check_sample(np.zeros(5), Normal(), alpha=alpha)
    with pytest.raises((TypeError, ValueError), match="alpha"):
        check_initializer("normal", (5,), alpha=alpha)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("no_such", (3,)), ValueError, "no_such"),
        ((3.0, (3,)), TypeError, "initializer must be"),
        (("normal", (3, 0)), ValueError, "shape"),
        (("normal", (3, -1)), ValueError, "shape"),
        (("normal", "ab"), TypeError, "shape"),
        ((lambda shape: np.zeros(shape), (3,)), ValueError, "expected must be given"),
        (("bilinear", (3, 3)), ValueError, "4 axes"),
    ],
)
def test_bad_calls(arguments, error, text):
    with pytest.raises(error, match=text):
        check_initializer(*arguments)


def test_other_bad_arguments():
    for name in ("draws", "seed"):
        with pytest.raises(ValueError, match=f"{name} must be"):
            check_initializer("normal", (3,), **{name: -1})
        with pytest.raises(TypeError, match=f"{name} must be"):
            check_initializer("normal", (3,), **{name: 1.5})
    with pytest.raises(ValueError, match="draws must be"):
        check_initializer("normal", (3,), draws=0)
    with pytest.raises(ValueError, match="must return shape"):
        check_initializer(lambda shape: np.zeros(4), (3,), expected=Normal())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_all_that_is_told(bad):
    x = np.random.default_rng(0).standard_normal((20, 30))
    x[3, 4] = x[5, 6] = bad
    for report in (check_sample(x, Normal()), check_initializer(lambda shape: x, (20, 30), expected=init.Orthogonal())):
        (found,) = report.findings
        assert (found.name, found.p) == ("finite values", 0.0)
        assert found.observed == "2 of 600 infinite or nan"
        assert report.failures == [found]


def test_a_point_mass_is_compared():
    assert check_sample(np.full(3, 2.0), PointMass(2.0)).passed
    assert not check_sample(np.array([2.0, 2.1]), PointMass(2.0)).passed


def test_a_kernel_that_lost_its_symmetry_is_named_but_no_other():
    def cause(make, expected):
        return check_initializer(make, (2, 3, 4, 4), expected=expected).failures[0].cause

    right = init.Bilinear().values(Key(0, 0), (2, 3, 4, 4), "float32")
    lopsided = np.arange(96.0, dtype=np.float32).reshape(2, 3, 4, 4)
    assert cause(lambda shape: np.roll(right, 1, axis=2), init.Bilinear()) == "the kernel is not symmetric"
    assert cause(lambda shape: 2.0 * right, init.Bilinear()) == ""
    assert cause(lambda shape: right * np.float32([1.0, 2.0, 3.0])[:, None, None], init.Bilinear()) == ""
    assert cause(lambda shape: 2.0 * lopsided, init.Assign(lopsided)) == ""
    symmetric = init.Assign(np.arange(1.0, 7.0).reshape(2, 3, 1, 1) * right[0, 0])
    assert cause(lambda shape: lopsided, symmetric) == "the kernel is not symmetric"


@pytest.mark.parametrize("gain", [1e-3, 0.1, 1.0, 10.0, 1e3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_orthogonality_is_relative_to_the_gain(gain, dtype):
    recipe = init.Orthogonal(gain)
    assert_initializer(recipe, (60, 40), dtype=dtype, draws=2)
    report = check_initializer(lambda shape: 1.001 * recipe.values(Key(1, 0), shape, dtype), (60, 40), expected=recipe)
    assert [finding.name for finding in report.failures] == ["orthogonality"]


@pytest.mark.parametrize(("gain", "factor"), [(0.0, 1.0), (1.0, 2.0), (0.0, None)])
def test_what_is_not_orthogonal_or_all_zero_is_not_compared_with_haars_law(gain, factor):
    """Nothing is divided by a gain of 0 either."""
    recipe = init.Orthogonal(gain)
    values = np.ones((20, 10)) if factor is None else factor * recipe.values(Key(1, 0), (20, 10), "float64")
    with np.errstate(all="raise"):
        report = check_initializer(lambda shape: values, (20, 10), expected=recipe)
    assert [finding.name for finding in report.findings] == ["finite values", "orthogonality"]
    assert report.passed == (factor == 1.0)
    assert ("2 times as long" in report.findings[1].cause) == (factor == 2.0)


def test_a_kernel_that_is_not_square_is_compared_as_any_other():
    report = check_initializer(lambda shape: np.ones(shape), (2, 3, 4, 5), expected="dirac")
    assert not report
    assert next(f.cause for f in report.findings if f.p == 0.0) == ""
