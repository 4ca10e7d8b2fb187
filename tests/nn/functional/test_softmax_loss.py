import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((3, 4))
COSINES = RNG.uniform(-0.9, 0.9, (3, 4))
LABEL = np.array([2, 0, 3])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_with_cross_entropy_keeps_the_axis(axis):
    label = np.zeros(4 if axis == 0 else 3, int)
    kept = np.expand_dims(label, axis)
    losses, chances = F.softmax_with_cross_entropy(LOGITS, kept, return_softmax=True, axis=axis)
    expected = F.cross_entropy(LOGITS, label, reduction="none", axis=axis).numpy()
    np.testing.assert_array_equal(losses.numpy(), np.expand_dims(expected, axis))
    np.testing.assert_array_equal(losses.numpy(), F.softmax_with_cross_entropy(LOGITS, label, axis=axis).numpy())
    np.testing.assert_array_equal(chances.numpy(), F.softmax(LOGITS, axis).numpy())


@pytest.mark.parametrize("margins", [(1.0, 0.0, 0.0), (1.0, 0.5, 0.0), (1.2, 0.1, 0.3)])
def test_margin_cross_entropy_against_the_definition(margins):
    scores = COSINES.copy()
    own = COSINES[np.arange(3), LABEL]
    scores[np.arange(3), LABEL] = np.cos(margins[0] * np.arccos(own) + margins[1]) - margins[2]
    expected = F.cross_entropy(scores * 9, LABEL[:, None], reduction="none").numpy()
    settings = {"scale": 9.0, "return_softmax": True, "reduction": None}
    for label in (LABEL, LABEL[:, None]):
        losses, chances = F.margin_cross_entropy(COSINES, label, *margins, **settings)
        np.testing.assert_allclose(losses.numpy(), expected, rtol=1e-10)
        np.testing.assert_allclose(chances.numpy(), F.softmax(scores * 9).numpy(), rtol=1e-10)


def test_cosines_of_no_angle_have_finite_gradients():
    x = pa.to_tensor(np.float32([[1.0, -1.0], [-1.0, 1.0001]]), stop_gradient=False)
    F.margin_cross_entropy(x, [0, 0]).backward()
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.softmax_with_cross_entropy(LOGITS, LABEL + 4), ValueError, "label must be in"),
        (lambda: F.softmax_with_cross_entropy(LOGITS, LABEL, numeric_stable_mode=1), TypeError, "numeric_stable_mode"),
        (lambda: F.margin_cross_entropy(COSINES * 3, LABEL), ValueError, r"logits must hold cosines, in \[-1, 1\]"),
        (lambda: F.margin_cross_entropy(COSINES[0], [0]), ValueError, r"logits must have shape \[N, classes\]"),
        (lambda: F.margin_cross_entropy(COSINES, [0]), ValueError, r"label must have shape \[3\]"),
        (lambda: F.margin_cross_entropy(COSINES, LABEL, group=1), ValueError, "group must be None or False"),
        (lambda: F.margin_cross_entropy(COSINES, LABEL, reduction="max"), ValueError, "reduction must be one of"),
    ],
)
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
