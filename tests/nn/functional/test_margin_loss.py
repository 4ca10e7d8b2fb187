import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

SCORES = np.random.default_rng(0).standard_normal((3, 4))


def test_margin_ranking_and_hinge_embedding():
    signs = np.sign(SCORES[::-1])
    expected = np.maximum(signs * (SCORES - 0.5) + 0.2, 0)
    np.testing.assert_allclose(F.margin_ranking_loss(0.5, SCORES, signs, 0.2, "none").numpy(), expected, rtol=1e-12)
    expected = np.where(signs == 1, SCORES, np.maximum(0.3 - SCORES, 0))
    np.testing.assert_allclose(F.hinge_embedding_loss(SCORES, signs, 0.3, "none").numpy(), expected, rtol=1e-12)
    assert F.hinge_embedding_loss([5.0], [0]).item() == 0.0


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("margin", [1.0, -0.5])
def test_multi_margin_loss_against_the_definition(p, margin):
    label, weight = np.array([2, 0, 3]), np.array([1.0, 2.0, 0.5, 3.0])
    expected = [
        weight[y] * sum(max(0, margin - row[y] + row[k]) ** p for k in range(4) if k != y) / 4
        for row, y in zip(SCORES, label, strict=True)
    ]
    for given in (label, label[:, None]):
        found = F.multi_margin_loss(SCORES, given, p, margin, weight, "none")
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_multi_label_margin_loss_against_the_definition():
    label = np.array([[2, 0, -1, 1], [-1, 1, 2, 3], [3, 3, -1, -1]])
    expected = [
        sum(max(0, 1 - row[t] + row[k]) for t in targets for k in range(4) if k not in targets) / 4
        for row, targets in zip(SCORES, ([2, 0], [], [3, 3]), strict=True)
    ]
    np.testing.assert_allclose(F.multi_label_margin_loss(SCORES, label, "none").numpy(), expected, rtol=1e-12)
    x = pa.to_tensor(SCORES, stop_gradient=False)
    F.multi_label_margin_loss(x, np.full((3, 1), -1)).backward()
    assert not x.grad.numpy().any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.margin_ranking_loss([1.0], [1.0], [1.0], "0"), TypeError, "margin must be a real number"),
        (lambda: F.margin_ranking_loss([1.0], [1.0, 2.0], [1.0] * 3), ValueError, "margin_ranking needs inputs"),
        (lambda: F.hinge_embedding_loss([1.0, 2.0], [1.0] * 3), ValueError, "hinge_embedding needs inputs"),
        (lambda: F.multi_margin_loss([1.0], [0]), ValueError, r"input must have shape \[N, classes\]"),
        (lambda: F.multi_margin_loss([[1.0]], [1]), ValueError, r"label must be in \[0, 0\], but holds 1"),
        (lambda: F.multi_margin_loss([[1.0]], [0, 0]), ValueError, r"label must have shape \[1\]"),
        (lambda: F.multi_margin_loss([[1.0]], [0], 0), ValueError, "p must be >= 1"),
        (lambda: F.multi_margin_loss([[1.0]], [0], weight=[1.0, 2.0]), ValueError, r"weight must have shape \[1\]"),
        (lambda: F.multi_label_margin_loss([[1.0]], [[-2]]), ValueError, r"label must be in \[0, 0\], but holds -2"),
        (lambda: F.multi_label_margin_loss([[1.0]], [0]), ValueError, r"shapes \[N, classes\] and \[N, count\]"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
