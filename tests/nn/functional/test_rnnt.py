import itertools

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

LOGS = np.log(np.random.default_rng(0).dirichlet(np.ones(3), (2, 3, 3)))
LABEL = np.array([[1, 2], [2, 1]])


def by_all_paths(sample, steps, count):
    """Minus the logarithm of the sum over all orders of labels and blanks, of which the last is a blank."""
    total = 0.0
    for spoken in itertools.combinations(range(steps + count - 1), count):
        t = u = 0
        value = 0.0
        for move in range(steps + count):
            if move in spoken:
                value += LOGS[sample, t, u, LABEL[sample, u]]
                u += 1
            else:
                value += LOGS[sample, t, u, 0]
                t += 1
        total += np.exp(value)
    return -np.log(total)


def test_the_loss_is_a_sum_over_all_paths():
    for steps, counts in (([3, 3], [2, 2]), ([2, 1], [1, 2]), ([3, 1], [0, 0])):
        expected = [by_all_paths(i, steps[i], counts[i]) for i in range(2)]
        found = F.rnnt_loss(LOGS, LABEL, steps, counts, reduction="none").numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        assert F.rnnt_loss(LOGS, LABEL, steps, counts).item() == pytest.approx(np.mean(expected))


def test_each_path_makes_its_moves():
    gradients = []
    for boost in (0.0, 0.5):
        x = pa.to_tensor(LOGS, stop_gradient=False)
        F.rnnt_loss(x, LABEL, [3, 2], [2, 1], fastemit_lambda=boost, reduction="sum").backward()
        gradients.append(-x.grad.numpy())
    moves = gradients[0][..., 0].sum(axis=(1, 2)), gradients[0][..., 1:].sum(axis=(1, 2, 3))
    np.testing.assert_allclose(moves, [[3, 2], [2, 1]], rtol=1e-12)
    np.testing.assert_allclose(gradients[1], gradients[0] * [1.0, 1.5, 1.5], rtol=1e-12)
    assert not gradients[0][1, 2:].any()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"input": LOGS[0]}, ValueError, "input and label must have shapes"),
        ({"label": LABEL[:, :1]}, ValueError, "input and label must have shapes"),
        ({"label": LABEL + 2}, ValueError, r"label must be in \[0, 2\]"),
        ({"label": LABEL * 1.0}, TypeError, "label must hold integers"),
        ({"input_lengths": [0, 1]}, ValueError, "input_lengths must be at least 1"),
        ({"input_lengths": [4, 1]}, ValueError, r"input_lengths must be in \[0, 3\]"),
        ({"label_lengths": [3, 1]}, ValueError, r"label_lengths must be in \[0, 2\]"),
        ({"blank": -1}, ValueError, "blank must be in"),
        ({"fastemit_lambda": "0"}, TypeError, "fastemit_lambda must be a real number"),
        ({"reduction": "max"}, ValueError, "reduction must be one of"),
    ],
)
def test_bad_arguments(change, error, message):
    good = {"input": LOGS, "label": LABEL, "input_lengths": [3, 3], "label_lengths": [2, 2]}
    F.rnnt_loss(**good)
    with pytest.raises(error, match=message):
        F.rnnt_loss(**{**good, **change})
