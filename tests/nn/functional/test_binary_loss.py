import numpy as np
import pytest
from scipy import special

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((4, 5)) * 3
LABELS = RNG.integers(0, 2, (4, 5)).astype(float)
CHANCES = special.expit(LOGITS)
ENTROPY = -LABELS * np.log(CHANCES) - (1 - LABELS) * np.log(1 - CHANCES)
WEIGHT = np.array([0.5, 1.0, 2.0, 0.1, 3.0])


def test_both_forms_of_the_cross_entropy_agree_with_the_definition():
    for weight in (None, WEIGHT):
        expected = ENTROPY * (1 if weight is None else weight)
        for reduction, wanted in (("none", expected), ("sum", expected.sum()), ("mean", expected.mean())):
            of_chances = F.binary_cross_entropy(CHANCES, LABELS, weight, reduction)
            of_logits = F.binary_cross_entropy_with_logits(LOGITS, LABELS, weight, reduction)
            np.testing.assert_allclose(of_chances.numpy(), wanted, rtol=1e-12)
            np.testing.assert_allclose(of_logits.numpy(), wanted, rtol=1e-12)
    positive = F.binary_cross_entropy_with_logits(LOGITS, LABELS, reduction="none", pos_weight=WEIGHT).numpy()
    np.testing.assert_allclose(positive, ENTROPY * np.where(LABELS == 1, WEIGHT, 1), rtol=1e-12)


def test_large_logits_and_sure_chances():
    far = F.binary_cross_entropy_with_logits([1e30, -1e30, 1e3], [0.0, 1.0, 1.0], reduction="none")
    assert far.tolist() == [1e30, 1e30, 0.0]
    x = pa.to_tensor([0.0, 1.0, 0.0, 1.0], stop_gradient=False)
    loss = F.binary_cross_entropy(x, [1.0, 1.0, 0.0, 0.0], reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [100.0, 0.0, 0.0, 100.0]
    np.testing.assert_allclose(x.grad.numpy(), [-1e12, 0.0, 0.0, 1e12], rtol=1e-6)
    assert F.soft_margin_loss([1e3, -1e3], [-1.0, -1.0], "none").tolist() == [1e3, 0.0]


def test_an_ignored_label_and_constants():
    x, y, weight = (pa.to_tensor(a, stop_gradient=False) for a in ([1.0, 2.0], [-100.0, 1.0], [1.0, 3.0]))
    F.binary_cross_entropy_with_logits(x, y, weight, "sum", weight).backward()
    assert (x.grad.numpy()[0], y.grad) == (0.0, None)
    # The factors of all losses get a gradient, those of yes do not.
    np.testing.assert_allclose(weight.grad.numpy(), [0.0, 3 * np.log1p(np.exp(-2.0))], rtol=1e-6)


def test_focal_loss_against_the_definition():
    right = np.where(LABELS == 1, CHANCES, 1 - CHANCES)
    for alpha, gamma in ((0.25, 2.0), (0.9, 0.0), (0.5, 0.5)):
        factor = np.where(LABELS == 1, alpha, 1 - alpha)
        expected = factor * (1 - right) ** gamma * -np.log(right)
        found = F.sigmoid_focal_loss(LOGITS, LABELS, alpha=alpha, gamma=gamma, reduction="none")
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-10)
        halved = F.sigmoid_focal_loss(LOGITS, LABELS, [2.0], alpha, gamma)
        np.testing.assert_allclose(halved.item(), expected.sum() / 2, rtol=1e-10)
    x = pa.to_tensor([1e4, -1e4], stop_gradient=False)
    F.sigmoid_focal_loss(x, [1.0, 0.0], gamma=0.5).backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_margins_are_the_cross_entropy_of_signs_and_its_mean():
    signs = 2 * LABELS - 1
    np.testing.assert_allclose(F.soft_margin_loss(LOGITS, signs, "none").numpy(), ENTROPY, rtol=1e-12)
    found = F.multi_label_soft_margin_loss(LOGITS, LABELS, WEIGHT, "none").numpy()
    np.testing.assert_allclose(found, (ENTROPY * WEIGHT).mean(axis=1), rtol=1e-12)


def test_dice_loss_against_the_definition():
    chances, label = RNG.dirichlet(np.ones(4), (2, 3)), RNG.integers(0, 4, (2, 3, 1))
    hot = np.eye(4)[label[..., 0]]
    share = 2 * (chances * hot).sum((1, 2)) / (chances.sum((1, 2)) + hot.sum((1, 2)) + 0.1)
    np.testing.assert_allclose(F.dice_loss(chances, label, 0.1).item(), (1 - share).mean(), rtol=1e-12)


@pytest.mark.parametrize(
    ("function", "arguments", "error", "message"),
    [
        (F.binary_cross_entropy, ([1.5], [1.0]), ValueError, r"input must be in \[0, 1\], but holds 1.5"),
        (F.binary_cross_entropy, ([np.nan], [1.0]), ValueError, r"input must be in \[0, 1\], but holds nan"),
        (F.binary_cross_entropy, ([0.5], [[1.0]]), ValueError, r"label must have the shape \[1\] of input"),
        (F.binary_cross_entropy, ([0.5], [1.0], None, "max"), ValueError, "reduction must be one of"),
        (
            F.binary_cross_entropy_with_logits,
            ([0.5], [1.0, 0.0]),
            ValueError,
            r"label must have the shape \[1\] of logit",
        ),
        (F.binary_cross_entropy_with_logits, ([0.5], [1.0], None, "mean", [1.0, 2.0]), ValueError, "pos_weight="),
        (F.sigmoid_focal_loss, ([0.5], [1.0], [1.0, 2.0]), ValueError, r"normalizer must have shape \[\] or \[1\]"),
        (F.sigmoid_focal_loss, ([0.5], [1.0], None, 1.5), ValueError, "alpha"),
        (F.sigmoid_focal_loss, ([0.5], [1.0], None, 0.5, -1.0), ValueError, "gamma"),
        (F.soft_margin_loss, ([0.5], [1.0, 1.0]), ValueError, "label must have the shape"),
        (F.multi_label_soft_margin_loss, (0.5, 1.0), ValueError, "input must have an axis of classes"),
        (F.dice_loss, ([[0.5, 0.5]], [[2]]), ValueError, r"label must be in \[0, 1\], but holds 2"),
        (F.dice_loss, ([[0.5, 0.5]], [[1.0]]), TypeError, "label must hold integers"),
        (F.dice_loss, ([0.5, 0.5], [1]), ValueError, r"shapes \[N, \*, classes\] and \[N, \*, 1\]"),
    ],
)
def test_bad_arguments(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
