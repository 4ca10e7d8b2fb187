import numpy as np
import pytest
from scipy import stats

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
LAWS, OTHERS = RNG.dirichlet(np.ones(5), (2, 4))
LABEL = np.array([0, 4, 2, 1])


def test_kl_div_against_scipy():
    expected = np.array([stats.entropy(p, q) for p, q in zip(LAWS, OTHERS, strict=True)])
    logs = np.log(OTHERS)
    np.testing.assert_allclose(F.kl_div(logs, LAWS, "none").numpy().sum(axis=1), expected, rtol=1e-12)
    np.testing.assert_allclose(F.kl_div(logs, LAWS, "batchmean").item(), expected.mean(), rtol=1e-12)
    np.testing.assert_allclose(F.kl_div(logs, np.log(LAWS), "sum", True).item(), expected.sum(), rtol=1e-12)
    assert F.kl_div([-np.inf, -1.0], [0.0, np.exp(-1.0)], "none").tolist() == pytest.approx([0.0, 0.0])
    assert F.kl_div([-3.0], [-np.inf], "sum", True).item() == 0.0
    assert F.kl_div(np.float32([-1.0]), [1.0]).dtype == np.float64
    assert F.kl_div(-1.0, 1.0, "batchmean").item() == 1.0


def test_poisson_and_normal_laws_against_scipy():
    counts, rates = RNG.integers(2, 9, 6).astype(float), RNG.uniform(1, 5, 6)
    exact = -stats.poisson.logpmf(counts, rates)
    for given, log_input in ((np.log(rates), True), (rates, False)):
        found = F.poisson_nll_loss(given, counts, log_input, True, reduction="none").numpy()
        # Stirling's approximation leaves about 1 / (12 n).
        assert (exact - found > 0).all()
        assert (exact - found < 1 / (12 * counts)).all()
    means, values, variances = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3)), RNG.uniform(0.5, 2, (2, 1))
    found = F.gaussian_nll_loss(means, values, variances, True, reduction="none").numpy()
    np.testing.assert_allclose(found, -stats.norm.logpdf(values, means, np.sqrt(variances)), rtol=1e-12)
    squeezed = F.gaussian_nll_loss(means, values, variances[:, 0], True, reduction="none").numpy()
    np.testing.assert_array_equal(found, squeezed)


def test_a_variance_below_epsilon_keeps_its_gradient():
    variance = pa.to_tensor([0.0], stop_gradient=False)
    F.gaussian_nll_loss([1.0], [3.0], variance, epsilon=0.5).backward()
    assert variance.grad.tolist() == [(1 / 0.5 - 4 / 0.25) / 2]


def test_nll_loss_is_the_cross_entropy_of_probabilities():
    logs, weight = np.log(LAWS), np.array([1.0, 2.0, 0.5, 3.0, 0.1])
    for settings in ({}, {"weight": weight}, {"ignore_index": 2}, {"ignore_index": 2, "weight": weight}):
        for reduction in ("mean", "sum", "none"):
            expected = F.cross_entropy(LAWS, LABEL, use_softmax=False, reduction=reduction, **settings)
            found = F.nll_loss(logs, LABEL, reduction=reduction, **settings)
            np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-12)


def test_ignored_samples_have_no_part_in_nll_loss():
    logs = np.log(LAWS)
    kept = F.nll_loss(logs[:2], LABEL[:2]).item()
    label = np.array([0, 4, -100, -100])
    assert F.nll_loss(logs, label).item() == pytest.approx(kept)
    assert F.nll_loss(logs, np.full(4, -100)).item() == 0.0
    logs[2] = -np.inf
    assert F.nll_loss(logs, label, reduction="none").tolist()[2:] == [0.0, 0.0]
    assert F.nll_loss(np.zeros((2, 3, 4, 5)), np.zeros((2, 1, 4, 5), int), reduction="none").shape == [2, 4, 5]


def test_log_loss_against_the_definition():
    chances, label = LAWS[:, :1], LAWS[:, 1:2]
    expected = -label * np.log(chances + 0.1) - (1 - label) * np.log(1.1 - chances)
    np.testing.assert_allclose(F.log_loss(chances, label, 0.1).numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.kl_div([1.0], [1.0], "max"), ValueError, "reduction must be one of .*'batchmean'"),
        (lambda: F.kl_div([1.0], [1.0, 2.0]), ValueError, "label must have the shape"),
        (lambda: F.kl_div([1.0], [1.0], log_target=1), TypeError, "log_target must be a bool"),
        (lambda: F.poisson_nll_loss([1.0], [1.0], epsilon=0), ValueError, "epsilon must be finite and > 0"),
        (lambda: F.poisson_nll_loss([1.0], [1.0, 2.0]), ValueError, "label must have the shape"),
        (lambda: F.gaussian_nll_loss([1.0], [1.0], [-1.0]), ValueError, "variance must hold no negative number"),
        (lambda: F.gaussian_nll_loss([[1.0, 2.0]], [1.0], [1.0, 1.0]), ValueError, "variance must have the shape"),
        (lambda: F.gaussian_nll_loss(1.0, 1.0, [1.0]), ValueError, "variance must have the shape"),
        (lambda: F.gaussian_nll_loss([1.0], [1.0], [1.0], epsilon=0.0), ValueError, "epsilon"),
        (lambda: F.log_loss([1.0], [1.0, 2.0]), ValueError, "label must have the shape"),
        (lambda: F.nll_loss([1.0], [0]), ValueError, r"input must have shape \[N, classes, \*\]"),
        (lambda: F.nll_loss([[1.0]], [1]), ValueError, r"label must be in \[0, 0\]"),
        (lambda: F.nll_loss([[1.0]], [0.0]), TypeError, "label must hold integers"),
        (lambda: F.nll_loss([[1.0]], [0, 0]), ValueError, r"label must have shape \[1\]"),
        (lambda: F.nll_loss([[1.0]], [0], [1.0, 2.0]), ValueError, r"weight must have shape \[1\]"),
        (lambda: F.nll_loss([[1.0]], [0], reduction="all"), ValueError, "reduction must be one of"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
