"""Orders and laws. The false-alarm rate is ALPHA per statistical test."""

import itertools

import numpy as np
import pytest
from scipy import stats

import paramattr as pa
from paramattr import io

ALPHA = 1e-5
MAKE = {
    "random": lambda: io.RandomSampler(range(9)),
    "part": lambda: io.RandomSampler(range(9), num_samples=4),
    "replaced": lambda: io.RandomSampler(range(9), True, 20),
    "subset": lambda: io.SubsetRandomSampler([3, 1, 8]),
    "weighted": lambda: io.WeightedRandomSampler(np.arange(9.0), 20),
    "weighted, once": lambda: io.WeightedRandomSampler(pa.to_tensor([1.0, 2.0, 0.0, 3.0]), 3, False),
    "rows": lambda: io.WeightedRandomSampler([[1, 0], [0, 1], [0, 2]], 2),
}


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_seed_repeats_an_order_and_the_next_is_another(make):
    sampler = make()
    with pa.seed(7):
        first, second = list(sampler), [list(sampler) for _ in range(9)]
    with pa.seed(7):
        assert list(make()) == first
        assert [list(sampler) for _ in range(9)] == second
    assert len(first) == len(sampler)
    assert all(isinstance(number, int) for number in first)
    assert make is MAKE["rows"] or any(order != first for order in second)


def test_samples_without_replacement_are_different_ones():
    assert sorted(MAKE["random"]()) == [*range(9)]
    assert len(set(MAKE["part"]())) == 4
    assert list(io.RandomSampler([8], num_samples=1)) == [0]
    assert sorted(MAKE["subset"]()) == [1, 3, 8]
    assert sorted(MAKE["weighted, once"]()) == [0, 1, 3]
    assert list(MAKE["rows"]()) == [0, 0, 1, 1, 1, 1]
    assert list(io.SequenceSampler("abc")) == [0, 1, 2]


def test_what_the_numbers_are_of():
    source = [4, 8]
    for one in (io.Sampler(source), io.SequenceSampler(source), io.RandomSampler(source)):
        assert one.data_source is source
    for one in (io.Sampler(), io.SubsetRandomSampler(source), io.WeightedRandomSampler(source, 1)):
        assert one.data_source is None


def test_a_generator_sets_the_order_and_keeps_what_is_not_taken():
    numbers = itertools.count(5)
    sampler = io.RandomSampler(range(3), generator=numbers)
    assert list(sampler) == [5, 6, 7]
    assert next(numbers) == 8
    assert list(io.RandomSampler(range(3), generator=iter([1]))) == [1]


def test_weights_are_chances():
    weights = np.array([1.0, 0.0, 3.0, 4.0])
    with pa.seed(1):
        drawn = list(io.WeightedRandomSampler(weights * 1e-300, 20_000))
        counts = np.bincount(drawn, minlength=4)[[0, 2, 3]]
        assert stats.chisquare(counts, 20_000 * np.array([1, 3, 4]) / 8).pvalue > ALPHA
        # Without replacement the first of two is i with the chance w_i, the second j with w_j of what is left.
        sampler = io.WeightedRandomSampler([1.0, 2.0, 5.0], 2, False)
        pairs = [tuple(sampler) for _ in range(4000)]
    shares = {(i, j): (w[i] / 8) * w[j] / (8 - w[i]) for w in [(1, 2, 5)] for i in range(3) for j in range(3) if i != j}
    counts = [pairs.count(pair) for pair in shares]
    assert stats.chisquare(counts, 4000 * np.array([*shares.values()])).pvalue > ALPHA


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: iter(io.Sampler()), NotImplementedError, "__iter__"),
        (lambda: io.SequenceSampler(3), TypeError, "data_source"),
        (lambda: io.RandomSampler([]), ValueError, "data_source"),
        (lambda: io.RandomSampler([1], 1), TypeError, "replacement"),
        (lambda: io.RandomSampler([1], num_samples=2), ValueError, "num_samples"),
        (lambda: io.RandomSampler([1], True, 0), ValueError, "num_samples"),
        (lambda: io.RandomSampler([1], generator=[0]), TypeError, "generator"),
        (lambda: io.SubsetRandomSampler([]), ValueError, "indices"),
        (lambda: io.WeightedRandomSampler([1.0, -1.0], 2), ValueError, "weights"),
        (lambda: io.WeightedRandomSampler([1.0, np.nan], 2), ValueError, "weights"),
        (lambda: io.WeightedRandomSampler([0.0, 0.0], 2), ValueError, "weights"),
        (lambda: io.WeightedRandomSampler([1.0, 0.0], 2, False), ValueError, "weights"),
        (lambda: io.WeightedRandomSampler(["a"], 2), TypeError, "weights"),
        (lambda: io.WeightedRandomSampler([1.0], 0), ValueError, "num_samples"),
    ],
)
def test_bad_arguments(call, error, text):
    with pytest.raises(error, match=text):
        call()
