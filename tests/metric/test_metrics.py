import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import metric

seeds = st.integers(0, 10**6)


@given(seeds, st.integers(1, 20), st.integers(2, 6))
def test_accuracy_counts_labels_among_the_best(seed, samples, classes):
    rng = np.random.default_rng(seed)
    scores, labels = rng.standard_normal((samples, classes)), rng.integers(0, classes, samples)
    above = (scores > scores[np.arange(samples), labels, None]).sum(axis=1)
    two = metric.Accuracy((1, 2))
    for shape in (labels, labels[:, None], np.eye(classes)[labels]):
        assert two.update(two.compute(pa.to_tensor(scores), shape)) == [(above < k).mean() for k in (1, 2)]
    assert two.accumulate() == pytest.approx([(above < k).mean() for k in (1, 2)])
    assert two.name() == ["acc_top1", "acc_top2"]
    two.reset()
    assert two.accumulate() == [0.0, 0.0]
    correct, total = pa.to_tensor(0, "int32"), pa.to_tensor(0, "int32")
    value = metric.accuracy(scores, labels[:, None], 2, correct, total)
    assert value.dtype == np.float32
    assert value.item() == pytest.approx((above < 2).mean())
    assert (correct.item(), total.item()) == ((above < 2).sum(), samples)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (3, 0), (0,)])
def test_an_accuracy_counts_samples_along_all_axes_but_the_last(shape):
    rng, two = np.random.default_rng(3), metric.Accuracy((1, 2))
    scores, labels = rng.random((*shape, 4)), rng.integers(0, 4, shape)
    above = (scores > np.take_along_axis(scores, labels[..., None], -1)).sum(axis=-1)
    expected = [(above < k).mean() if above.size else 0.0 for k in (1, 2)]
    assert two.update(two.compute(scores, labels)) == expected
    assert two.count == [above.size] * 2
    assert two.update(np.ones((*shape, 0))) == [0.0, 0.0]


@given(seeds, st.integers(1, 40))
def test_rates_over_batches_are_those_of_the_whole(seed, samples):
    rng = np.random.default_rng(seed)
    chances, labels = rng.random(samples), rng.integers(0, 2, samples)
    taken = chances > 0.5
    precision, recall = metric.Precision(), metric.Recall()
    for part in np.array_split(np.arange(samples), 3):
        precision.update(chances[part, None], pa.to_tensor(labels[part]))
        recall.update(pa.to_tensor(chances[part]), labels[part])
    assert precision.accumulate() == pytest.approx(labels[taken].mean() if taken.any() else 0.0)
    assert recall.accumulate() == pytest.approx(taken[labels == 1].mean() if labels.any() else 0.0)
    for each in (precision, recall):
        each.reset()
        assert each.accumulate() == 0.0


@given(seeds, st.integers(2, 60))
def test_the_area_is_the_share_of_pairs_in_order(seed, samples):
    rng = np.random.default_rng(seed)
    places, labels = rng.integers(0, 8, samples), rng.integers(0, 2, samples)
    chances = (places + 0.5) / 8
    roc, pr = metric.Auc(num_thresholds=8), metric.Auc("PR", 8)
    for part in np.array_split(np.arange(samples), 3):
        for each in (roc, pr):
            each.update(np.stack([1 - chances[part], chances[part]], axis=1), labels[part])
    ones, zeros = places[labels == 1], places[labels == 0]
    if not ones.size or not zeros.size:
        assert roc.accumulate() == pr.accumulate() == 0.0
        return
    pairs = np.sign(ones[:, None] - zeros)
    assert roc.accumulate() == pytest.approx((pairs + 1).mean() / 2)
    gains = [(ones == bar).sum() * labels[places >= bar].mean() for bar in range(8) if (places >= bar).any()]
    assert pr.accumulate() == pytest.approx(sum(gains) / ones.size)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: metric.Metric(), TypeError, "abstract"),
        (lambda: metric.Accuracy(()), ValueError, "topk"),
        (lambda: metric.Accuracy((0,)), ValueError, "topk"),
        (lambda: metric.Accuracy(3), TypeError, "topk"),
        (lambda: metric.Accuracy().compute(np.ones((3, 2)), np.ones(2)), ValueError, "label"),
        (lambda: metric.Accuracy().compute([[1.0]], np.ones(1)), TypeError, "pred"),
        (lambda: metric.Precision().update(np.ones(3), np.ones(2)), ValueError, "preds and labels"),
        (lambda: metric.Recall().update([1], np.ones(1)), TypeError, "preds"),
        (lambda: metric.Auc("LINE"), ValueError, "curve"),
        (lambda: metric.Auc(num_thresholds=0), ValueError, "num_thresholds"),
        (lambda: metric.Auc().update(np.full((2, 2), 1.5), np.ones(2)), ValueError, "preds"),
        (lambda: metric.Auc().update(np.ones((2, 3)), np.ones(2)), ValueError, "preds"),
        (lambda: metric.accuracy(np.ones((2, 3)), np.ones(2, int)), ValueError, "label"),
        (lambda: metric.accuracy(np.ones((2, 3)), np.ones((2, 1))), TypeError, "label"),
        (lambda: metric.accuracy(np.ones((2, 3)), np.ones((2, 1), int), 4), ValueError, "k"),
        (lambda: metric.accuracy(np.ones((1, 3)), np.ones((1, 1), int), 1, 3), TypeError, "correct"),
    ],
)
def test_bad_arguments(call, error, text):
    with pytest.raises(error, match=text):
        call()
