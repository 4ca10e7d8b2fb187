import itertools

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((4, 3, 3))
CHANCES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=2, keepdims=True)


def meaning(path, blank):
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != blank]


def by_all_paths(sample, steps, label, blank):
    paths = itertools.product(range(3), repeat=steps)
    places = range(steps)
    total = sum(CHANCES[places, sample, path].prod() for path in paths if meaning(path, blank) == label)
    return -np.log(total)


@pytest.mark.parametrize("blank", [0, 2])
def test_the_loss_is_a_sum_over_all_paths(blank):
    one = 1
    other = 2 - blank
    labels = [[one, other], [one, one], [other, one]]
    steps, counts = [4, 3, 4], [2, 2, 1]
    expected = [by_all_paths(i, steps[i], labels[i][: counts[i]], blank) for i in range(3)]
    found = F.ctc_loss(LOGITS, labels, steps, counts, blank, "none").numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    mean = F.ctc_loss(LOGITS, labels, steps, counts, blank).item()
    assert mean == pytest.approx(np.mean(np.array(expected) / counts))


def test_samples_do_not_depend_on_their_neighbours_or_what_lies_beyond():
    labels, steps, counts = np.array([[1, 2], [2, 0], [1, 1]]), np.array([4, 2, 3]), np.array([2, 1, 2])
    together = F.ctc_loss(LOGITS, labels, steps, counts, reduction="none").numpy()
    for i in range(3):
        alone = F.ctc_loss(LOGITS[: steps[i], i : i + 1], labels[i : i + 1, : counts[i]], steps[[i]], counts[[i]])
        assert alone.item() * counts[i] == pytest.approx(together[i])


def test_what_has_no_path_and_what_is_infinite():
    x = pa.to_tensor(LOGITS, stop_gradient=False)
    loss = F.ctc_loss(x, [[1, 1], [1, 2], [0, 0]], [2, 1, 0], [2, 2, 0], reduction="none")
    loss.sum().backward()
    assert (loss.tolist(), x.grad.numpy().any()) == ([0.0] * 3, False)
    masked = LOGITS.copy()
    masked[:, 0, 1] = -np.inf
    labels = [[1], [1], [2]]
    for zero, first in ((False, np.inf), (True, 0.0)):
        x = pa.to_tensor(masked, stop_gradient=False)
        loss = F.ctc_loss(x, labels, [4] * 3, [1] * 3, reduction="none", zero_infinity=zero)
        loss.sum().backward()
        assert loss.numpy()[0] == first
        assert np.isfinite(x.grad.numpy()).all()
        assert np.isfinite(loss.numpy()[1:]).all()


def test_gradients_by_times_and_long_sequences():
    labels, steps, counts = [[1], [2], [1]], np.array([4, 2, 1]), [1, 1, 1]
    gradients = []
    for by_times in (False, True):
        x = pa.to_tensor(LOGITS, stop_gradient=False)
        F.ctc_loss(x, labels, steps, counts, reduction="sum", norm_by_times=by_times).backward()
        gradients.append(x.grad.numpy())
    np.testing.assert_allclose(gradients[1], gradients[0] / steps[:, None], rtol=1e-12)
    x = pa.to_tensor(np.zeros((2000, 1, 3), np.float32), stop_gradient=False)
    F.ctc_loss(x, [[1, 2] * 10], [2000], [20], reduction="sum").backward()
    assert np.abs(x.grad.numpy().sum(axis=2)).max() < 1e-5


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"log_probs": LOGITS[0]}, ValueError, "log_probs and labels must have shapes"),
        ({"labels": [[1], [1]]}, ValueError, "log_probs and labels must have shapes"),
        ({"labels": [[3], [1], [1]]}, ValueError, r"labels must be in \[0, 2\], but holds 3"),
        ({"labels": [[1.0], [1.0], [1.0]]}, TypeError, "labels must hold integers"),
        ({"input_lengths": [5, 1, 1]}, ValueError, r"input_lengths must be in \[0, 4\], but holds 5"),
        ({"input_lengths": [1, 1]}, ValueError, r"input_lengths must have shape \[3\]"),
        ({"label_lengths": [2, 1, 1]}, ValueError, r"label_lengths must be in \[0, 1\], but holds 2"),
        ({"blank": 3}, ValueError, "blank must be in"),
        ({"reduction": "max"}, ValueError, "reduction must be one of"),
        ({"zero_infinity": 1}, TypeError, "zero_infinity must be a bool"),
        ({"norm_by_times": None}, TypeError, "norm_by_times must be a bool"),
    ],
)
def test_bad_arguments(change, error, message):
    good = {"log_probs": LOGITS, "labels": [[1]] * 3, "input_lengths": [4] * 3, "label_lengths": [1] * 3}
    F.ctc_loss(**good)
    with pytest.raises(error, match=message):
        F.ctc_loss(**{**good, **change})
