import numpy as np
import pytest

from paramattr import nn

F = nn.functional
X, Y = np.random.default_rng(0).standard_normal((2, 4, 3))


def test_a_layer_is_its_function():
    np.testing.assert_array_equal(nn.PairwiseDistance()(X, Y).numpy(), F.pairwise_distance(X, Y).numpy())
    layer = nn.PairwiseDistance(3.0, 0.5, True)
    np.testing.assert_array_equal(layer(X, Y).numpy(), F.pairwise_distance(X, Y, 3.0, 0.5, True).numpy())
    np.testing.assert_array_equal(nn.CosineSimilarity()(X, Y).numpy(), F.cosine_similarity(X, Y).numpy())
    layer = nn.CosineSimilarity(0, 2.0)
    np.testing.assert_array_equal(layer(X, Y).numpy(), F.cosine_similarity(X, Y, 0, 2.0).numpy())


def test_texts():
    assert repr(nn.PairwiseDistance()) == "PairwiseDistance(p=2.0)"
    named = nn.PairwiseDistance(1.0, 0.5, True, "far")
    assert repr(named) == "PairwiseDistance(p=1.0, epsilon=0.5, keepdim=True, name=far)"
    assert repr(nn.CosineSimilarity()) == "CosineSimilarity(axis=1, eps=1e-08)"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.PairwiseDistance("2"), TypeError, "p must be"),
        (lambda: nn.PairwiseDistance(2.0, None), TypeError, "epsilon must be"),
        (lambda: nn.PairwiseDistance(keepdim=1), TypeError, "keepdim must be"),
        (lambda: nn.PairwiseDistance(name=1), TypeError, "name must be"),
        (lambda: nn.CosineSimilarity(0.5), TypeError, "axis must be"),
        (lambda: nn.CosineSimilarity(eps=-1), ValueError, "eps must be"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
