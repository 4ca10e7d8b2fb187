import dataclasses
import json

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa
from paramattr import initializer as init
from paramattr.random import Key, Normal, PointMass, TruncatedNormal, Uniform
from paramattr.testing import (
    Report,
    assert_initializer,
    assert_sample,
    check_initializer,
    check_sample,
)

MILLION = (1000, 1000)


def normal(seed, shape=MILLION):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def uniform(seed, low=-1.0, high=1.0, shape=MILLION):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def found(report):
    return {finding.name for finding in report.failures}


# --- what a million values show, at the default rate of false alarms


def two_equal_rows(x):
    x = x.copy()
    x[700] = x[3]
    return x


def stream_used_twice(x):
    x = x.copy().reshape(-1)
    x[x.size // 2 :] = x[: x.size // 2]
    return x.reshape(MILLION)


def some_clipped(x, share=1e-4, bound=2.5):
    x = x.copy()
    x.flat[:: round(1 / share)] = bound
    return x


ERRORS = {
    "std 0.8 % too large": (lambda i: normal(i) * np.float32(1.008), Normal(), "variance", "× 1.00"),
    "std 0.8 % too small": (lambda i: normal(i) * np.float32(0.992), Normal(), "variance", "× 0.99"),
    "bounds 0.1 % too narrow": (lambda i: uniform(i, -0.999, 0.999), Uniform(-1, 1), "largest value", "0.999 of the"),
    "bounds 0.1 % too wide": (lambda i: uniform(i, -1.001, 1.001), Uniform(-1, 1), "support", "1.001 times the width"),
    "equal rows": (lambda i: two_equal_rows(normal(i)), Normal(), "equal slices", "row was copied"),
    "a stream used twice": (lambda i: stream_used_twice(normal(i)), Normal(), "halves", "used twice"),
    "clipped": (lambda i: some_clipped(normal(i)), Normal(), "repeated values", "an atom"),
    "clipped to a bound": (
        lambda i: some_clipped(uniform(i), bound=-1.0),
        Uniform(-1, 1),
        "repeated values",
        "lower bound -1: values were clipped",
    ),
    "16-bit integers": (
        lambda i: (np.random.default_rng(i).integers(0, 1 << 16, MILLION) / 32768 - 1).astype("f4"),
        Uniform(-1, 1),
        "repeated values",
        "16-bit integers",
    ),
    "a shared offset": (
        lambda i: normal(i) + 0.1 * normal(i + 1, (1000, 1)),
        Normal(),
        "largest singular value",
        "corr",
    ),
    "correlated rows": (
        lambda i: np.sqrt(0.99) * normal(i) + 0.1 * normal(i + 1, (1, 1000)),
        Normal(),
        "largest singular value",
        "correlated",
    ),
    "a heavy tail": (
        lambda i: np.random.default_rng(i).standard_t(30, MILLION) * np.sqrt(28 / 30),
        Normal(),
        "kurtosis",
        "",
    ),
    "no tail": (lambda i: np.clip(normal(i), -3.5, 3.5), Normal(), "repeated values", "clipped"),
    "one not a number": (
        lambda i: np.where(np.arange(10**6).reshape(MILLION) == 7, np.nan, normal(i)),
        Normal(),
        "finite values",
        "",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_power_at_a_million_values(name):
    make, law, finding, cause = ERRORS[name]
    for seed in (1, 2):
        report = check_sample(make(seed), law)
        assert finding in found(report), str(report)
        assert cause in next(f.cause for f in report.failures if f.name == finding)


def test_a_std_that_is_off_by_half_a_percent():
    """7 standard errors: found in 95 of 100 samples at the default alpha, and practically always at 1e-3."""
    samples = [check_sample(normal(i) * np.float32(1.005), Normal(), alpha=1e-3) for i in range(8)]
    assert all("variance" in found(report) for report in samples)


def test_a_mean_that_is_off_by_half_a_hundredth_std():
    """5 standard errors: at alpha = 1e-2 it is found in 94 of 100 samples, which no test can much exceed."""
    caught = sum("mean" in found(check_sample(normal(i) + np.float32(0.005), Normal(), alpha=1e-2)) for i in range(8))
    assert caught >= 6
    assert "mean" in found(check_sample(normal(0, (4, 1000, 1000)) + np.float32(0.005), Normal()))


@pytest.mark.parametrize("shape", [(300, 200), (64, 32, 3, 3), (100, 90)])
@pytest.mark.parametrize("name", ["KaimingNormal", "KaimingUniform"])
def test_swapped_fans_are_named(name, shape):
    _, fan_out = init.compute_fans(shape)
    wrong = init.get({"name": name, "fan_in": fan_out})
    report = check_initializer(wrong, shape, expected=init.get(name))
    assert "fan_out used for fan_in" in next(f.cause for f in report.failures if f.name == "variance")
    assert check_initializer(name, shape).passed


@pytest.mark.parametrize("law", [Normal(0.3, 2.0), Uniform(-1, 1), TruncatedNormal(0, 1, 3, 4)], ids=repr)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_correct_samples_pass_in_every_dtype(law, dtype):
    kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
    for n, shape in enumerate([MILLION, (7,), (64, 3, 5, 5), (2, 50_000), (1, 1), (4,)]):
        out = law.values(Key(5, n), shape, kind)
        report = check_sample(out, law)
        assert report.passed, str(report)


@pytest.mark.parametrize(
    "name",
    [
        kind.__name__
        for kind in init.registered()
        if kind.__module__.startswith("paramattr.") and kind not in (init.Assign, init.Bilinear, init.Dirac)
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
    wrong = lambda sizes: 1.01 * pa.create_parameter(list(sizes), dtype, default_initializer=recipe).numpy() + 0.01  # noqa: E731
    assert not check_initializer(wrong, shape, expected=recipe).passed


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
    assert "equal slices" in found(again)


@settings(max_examples=40, deadline=None)
@given(st.floats(-100, 100), st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_scale_and_shift_change_nothing(loc, scale, seed):
    """In float64, p-values depend on the standardized values alone, but for the last digits."""
    z = np.random.default_rng(seed).standard_normal((20, 15))
    plain, moved = check_sample(z, Normal()), check_sample(loc + scale * z, Normal(loc, scale))
    for a, b in zip(plain.findings, moved.findings, strict=True):
        assert a.name == b.name
        if a.name != "repeated values":
            assert a.p == pytest.approx(b.p, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Normal(1.0, 2.0), stats.norm(1.0, 2.0)),
        (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
        (TruncatedNormal(0.0, 1.0, -2.0, 2.0), stats.truncnorm(-2.0, 2.0)),
    ],
    ids=["normal", "uniform", "truncated"],
)
def test_scipys_laws_are_as_good_as_ours(ours, theirs):
    sample = theirs.rvs((60, 50), random_state=3)
    a, b = check_sample(sample, ours), check_sample(sample, theirs)
    assert a.passed
    assert b.passed
    ps = {finding.name: finding.p for finding in a.findings}
    for finding in b.findings:
        assert finding.p == pytest.approx(ps[finding.name], rel=1e-4, abs=1e-6)


def test_a_law_that_only_scipy_has():
    law = stats.gamma(3.0, scale=2.0)
    sample = law.rvs(20_000, random_state=1)
    assert_sample(sample, law)
    assert not check_sample(sample * 1.05, law).passed
    assert check_sample(stats.cauchy.rvs(size=5000, random_state=1), stats.cauchy()).passed


def test_arrays_of_other_kinds():
    x = normal(4, (40, 30))
    for array in (x.tolist(), pa.to_tensor(x), x[::-1].T, np.asfortranarray(x)):
        assert check_sample(np.asarray(array, np.float32), Normal()).passed
    assert check_sample(pa.to_tensor(x), Normal()).passed

    class OnlyDLPack:
        def __dlpack__(self, **kwargs):
            return x.__dlpack__(**kwargs)

        def __dlpack_device__(self):
            return x.__dlpack_device__()

    assert check_sample(OnlyDLPack(), Normal()).passed


# --- the report


def test_an_assertion_says_what_is_wrong():
    with pytest.raises(AssertionError) as error:
        assert_sample(2.0 * normal(1, (50, 40)), Normal())
    text = str(error.value)
    assert "variance: std 2" in text
    assert "expected std 1" in text
    assert "alpha = 1e-06" in text


def test_report_in_every_form(tmp_path):
    good, bad = (check_sample(scale * normal(1, (50, 40)), Normal()) for scale in (1.0, 2.0))
    assert isinstance(good, Report)
    assert good
    assert not bad
    assert "passed" in str(good)
    for report in (good, bad):
        again = json.loads(json.dumps(report.to_dict()))
        assert again["passed"] == report.passed
        assert len(again["findings"]) == len(report.findings)
        assert sum(entry["failed"] for entry in again["findings"]) == len(report.failures)
        page = report._repr_html_()
        assert page.count("<tr>") == len(report.findings) + 1
        assert ("✗" in page) == (not report.passed)
    assert dataclasses.asdict(bad.findings[0])["name"] == "finite values"
    pytest.importorskip("matplotlib")
    figure = bad.plot(tmp_path / "report.png")
    assert len(figure.axes) == 3
    assert (tmp_path / "report.png").stat().st_size > 10_000
    with pytest.raises(ValueError, match="no law"):
        check_initializer(init.Orthogonal(), (4, 4)).plot()


def test_holm_controls_the_family():
    rng = np.random.default_rng(0)
    from paramattr.testing.report import holm

    ps = rng.random((20_000, 12))
    alarms = np.mean([any(holm(list(row), 0.05)) for row in ps])
    assert abs(alarms - (1 - (1 - 0.05 / 12) ** 12)) < 4 * np.sqrt(0.05 / 20_000)
    assert holm([1e-9, 0.04, 0.001], 0.05) == [True, True, True]
    assert holm([0.03, 0.03], 0.05) == [False, False]


# --- bad input


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.empty(0), ValueError),
        (np.empty((3, 0)), ValueError),
        (np.array([1, 2]), TypeError),
        (np.array([1j]), TypeError),
        (np.array(["a"]), TypeError),
        (np.array([None]), TypeError),
        (object(), TypeError),
        (None, TypeError),
        ([[1.0], [1.0, 2.0]], TypeError),
        (np.array([True]), TypeError),
    ],
)
def test_bad_arrays(array, error):
    with pytest.raises(error, match="array must"):
        check_sample(array, Normal())


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0, 2.0, np.nan, "0.1", None])
def test_bad_alpha(alpha):
    with pytest.raises((TypeError, ValueError), match="alpha"):
        check_sample(normal(0, (5,)), Normal(), alpha=alpha)
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
    with pytest.raises(ValueError, match="draws"):
        check_initializer("normal", (3,), draws=0)
    with pytest.raises(ValueError, match="must return shape"):
        check_initializer(lambda shape: np.zeros(4), (3,), expected=Normal())
    with pytest.raises(TypeError, match="expected must be"):
        check_sample(np.zeros(3), 0.5)
    with pytest.raises(TypeError, match="expected must be"):
        check_sample(np.zeros(3), stats.poisson(3.0))
    assert check_sample(np.full(3, 2.0), PointMass(2.0)).passed
    assert not check_sample(np.array([2.0, 2.1]), PointMass(2.0)).passed
