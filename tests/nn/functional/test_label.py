import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

places = hnp.arrays(st.sampled_from([np.int64, np.uint8]), hnp.array_shapes(min_dims=0), elements=st.integers(0, 4))


@given(places, st.sampled_from([-1, 5, 7]))
def test_one_hot_is_undone_by_argmax(x, num_classes):
    found = F.one_hot(x, num_classes)
    assert found.dtype == np.float32
    assert found.shape == [*x.shape, int(x.max()) + 1 if num_classes == -1 else num_classes]
    np.testing.assert_array_equal(found.numpy().argmax(-1), x)
    np.testing.assert_array_equal(found.numpy().sum(-1), 1)
    assert set(np.unique(found.numpy())) <= {0.0, 1.0}


def test_one_hot_of_none_and_with_a_tensor():
    assert F.one_hot(np.zeros((0, 2), int), 3).shape == [0, 2, 3]
    assert F.one_hot([1], pa.to_tensor(3)).tolist() == [[0.0, 1.0, 0.0]]


@given(st.integers(1, 6), st.floats(0, 1))
def test_smoothed_laws_are_laws(classes, epsilon):
    rng = np.random.default_rng(classes)
    label, prior = rng.dirichlet(np.ones(classes), 4), rng.dirichlet(np.ones(classes))
    for given_prior, expected in ((None, np.full(classes, 1 / classes)), (prior, prior), (prior[None], prior)):
        found = F.label_smooth(label, given_prior, epsilon).numpy()
        np.testing.assert_allclose(found, label + epsilon * (expected - label), atol=1e-15)
        np.testing.assert_allclose(found.sum(-1), 1)


def test_integers_are_smoothed_in_the_default_dtype():
    found = F.label_smooth(np.array([[0, 1]]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.numpy(), [[0.05, 0.95]], rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.one_hot([0.5], 2), TypeError, "x must hold integers"),
        (lambda: F.one_hot([2], 2), ValueError, r"x must hold integers in \[0, 2\), but received 2 to 2"),
        (lambda: F.one_hot([-1, 1], 2), ValueError, "x must hold integers"),
        (lambda: F.one_hot([0], 0), ValueError, "num_classes must be"),
        (lambda: F.one_hot([0], -2), ValueError, "num_classes must be"),
        (lambda: F.one_hot([0], 2.0), TypeError, "num_classes must be"),
        (lambda: F.one_hot(np.zeros(0, int)), ValueError, "num_classes must be"),
        (lambda: F.label_smooth(1.0), ValueError, "label must have an axis of classes"),
        (lambda: F.label_smooth([1.0], epsilon=1.5), ValueError, "epsilon must be"),
        (lambda: F.label_smooth([1.0], epsilon="0"), TypeError, "epsilon must be"),
        (lambda: F.label_smooth([1.0, 0.0], [1.0]), ValueError, "prior_dist must have shape"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
