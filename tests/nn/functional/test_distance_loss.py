import numpy as np
import pytest
from scipy.spatial import distance

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
X, NEAR, FAR = RNG.standard_normal((3, 6, 4))
SIGNS = np.array([1, -1, 1, -1, 0, -1])


def test_cosine_embedding_loss_against_scipy():
    cosines = np.array([1 - distance.cosine(x, y) for x, y in zip(X, NEAR, strict=True)])
    expected = np.where(SIGNS == 1, 1 - cosines, np.where(SIGNS == -1, np.maximum(cosines - 0.1, 0), 0))
    found = F.cosine_embedding_loss(X, NEAR, SIGNS, 0.1, "none").numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-10)
    alone = F.cosine_embedding_loss(X[0], NEAR[0], SIGNS, 0.1, "none").numpy()
    assert alone.shape == (6,)
    assert alone[0] == pytest.approx(found[0])


def test_lengths_that_have_no_square():
    x = pa.to_tensor(np.float32([[3e30, 4e30]]), stop_gradient=False)
    loss = F.cosine_embedding_loss(x, np.float32([[4e30, 3e30]]), [1])
    loss.backward()
    assert loss.item() == pytest.approx(0.04, rel=1e-5)
    assert np.isfinite(x.grad.numpy()).all()
    far = F.triplet_margin_loss(x * 0.0, x, x * 0.0, epsilon=0.0)
    assert far.item() == pytest.approx(5e30, rel=1e-6)


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0, 2.0, 3.0, np.inf])
@pytest.mark.parametrize("swap", [False, True])
def test_triplet_margin_loss_against_the_definition(p, swap):
    near, far = (np.linalg.norm(X - y + 1e-6, ord=p, axis=1) for y in (NEAR, FAR))
    if swap:
        far = np.minimum(far, np.linalg.norm(NEAR - FAR + 1e-6, ord=p, axis=1))
    found = F.triplet_margin_loss(X, NEAR, FAR, 0.5, p, swap=swap, reduction="none").numpy()
    np.testing.assert_allclose(found, np.maximum(near - far + 0.5, 0), rtol=1e-9, atol=1e-12)
    if p == 2:
        other = F.triplet_margin_with_distance_loss(X, NEAR, FAR, margin=0.5, swap=swap, reduction="none")
        np.testing.assert_array_equal(found, other.numpy())


def test_npair_loss_against_the_definition():
    labels = np.array([0, 1, 0, 2, 1, 0])
    same = labels[:, None] == labels
    products = X @ NEAR.T
    logs = products - np.log(np.exp(products).sum(axis=1, keepdims=True))
    expected = -(logs * same / same.sum(axis=1, keepdims=True)).sum(axis=1).mean()
    penalty = ((X**2).sum(axis=1).mean() + (NEAR**2).sum(axis=1).mean()) * 0.1 / 4
    np.testing.assert_allclose(F.npair_loss(X, NEAR, labels, 0.1).item(), expected + penalty, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.cosine_embedding_loss(X, NEAR[:2], SIGNS), ValueError, "input2 must have the shape"),
        (lambda: F.cosine_embedding_loss(X, NEAR, 1), ValueError, "input1 and label must have shapes"),
        (lambda: F.cosine_embedding_loss(X, NEAR, SIGNS, 2.0), ValueError, "margin"),
        (lambda: F.triplet_margin_loss(X, NEAR[:2], FAR), ValueError, "positive must have the shape"),
        (lambda: F.triplet_margin_loss(X, NEAR, FAR[:, :1]), ValueError, "negative must have the shape"),
        (lambda: F.triplet_margin_loss(X, NEAR, FAR, -1.0), ValueError, "margin"),
        (lambda: F.triplet_margin_loss(X, NEAR, FAR, p=-1), ValueError, "p must be >= 0"),
        (lambda: F.triplet_margin_loss(X, NEAR, FAR, swap=1), TypeError, "swap must be a bool"),
        (lambda: F.triplet_margin_with_distance_loss(X, NEAR, FAR, 3), TypeError, "distance_function must be callable"),
        (
            lambda: F.triplet_margin_with_distance_loss(X, NEAR, FAR, lambda x, y: -(x * x).sum(axis=-1)),
            ValueError,
            "distance_function must return numbers >= 0",
        ),
        (
            lambda: F.triplet_margin_with_distance_loss(X, NEAR, FAR, lambda x, y: 1.0),
            TypeError,
            "what distance_function returns must be a Tensor",
        ),
        (lambda: F.npair_loss(X, NEAR[:5], SIGNS), ValueError, "positive must have the shape"),
        (lambda: F.npair_loss(X, NEAR, SIGNS[:2]), ValueError, r"labels must have shape \[6\]"),
        (lambda: F.npair_loss(X[0], NEAR[0], SIGNS), ValueError, r"anchor must have shape \[N, size\]"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
