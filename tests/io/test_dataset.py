import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import io


class Letters(io.IterableDataset):
    def __init__(self, text):
        self.text = text

    def __iter__(self):
        yield from self.text


def numbered(*values):
    return io.TensorDataset([np.array(values)])


def test_base_classes_say_what_is_missing():
    for call in (lambda: io.Dataset()[0], lambda: len(io.Dataset()), lambda: iter(io.IterableDataset())):
        with pytest.raises(NotImplementedError, match="does not define"):
            call()
    for call in (lambda: Letters("ab")[0], lambda: len(Letters("ab"))):
        with pytest.raises(TypeError, match="IterableDataset"):
            call()
    assert list(Letters("ab")) == ["a", "b"]


def test_tensors_by_number():
    dataset = io.TensorDataset([pa.to_tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([5, 6])])
    assert len(dataset) == 2
    x, y = dataset[1]
    assert (x.tolist(), int(y)) == ([3.0, 4.0], 6)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_concatenated_sets_are_the_joined_sequence(lengths):
    parts = [numbered(*range(10 * place, 10 * place + length)) for place, length in enumerate(lengths)]
    whole = io.ConcatDataset(parts)
    expected = [10 * place + i for place, length in enumerate(lengths) for i in range(length)]
    assert [int(sample[0]) for sample in whole] == expected
    assert [int(whole[-i - 1][0]) for i in range(len(whole))] == expected[::-1]
    for beyond in (len(whole), -len(whole) - 1):
        with pytest.raises(IndexError, match="idx"):
            whole[beyond]


def test_composed_and_chained_sets():
    composed = io.ComposeDataset([numbered(1, 2), io.Subset(["a", "b", "c"], [2, 0])])
    assert [(int(x), y) for x, y in composed] == [(1, "c"), (2, "a")]
    assert list(io.ChainDataset([Letters("ab"), Letters("c")])) == ["a", "b", "c"]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(0, 99))
def test_a_split_has_every_sample_once_and_repeats(lengths, seed):
    if sum(lengths) == 1:
        lengths = [*lengths, 1]
    dataset = list(range(sum(lengths)))
    with pa.seed(seed):
        parts = io.random_split(dataset, lengths)
    with pa.seed(seed) as generator:
        again = io.random_split(dataset, lengths, generator)
    assert [len(part) for part in parts] == lengths
    assert [list(part.indices) for part in parts] == [list(part.indices) for part in again]
    assert sorted(sample for part in parts for sample in part) == dataset


def test_fractions():
    assert [len(part) for part in io.random_split(range(11), [0.5, 0.25, 0.25])] == [6, 3, 2]
    assert [len(part) for part in io.random_split(range(10), [0.1] * 10)] == [1] * 10
    with pytest.warns(UserWarning, match=r"lengths\[1\]"):
        assert [len(part) for part in io.random_split(range(1), [0.5, 0.5])] == [1, 0]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: io.TensorDataset([]), ValueError, "tensors"),
        (lambda: io.TensorDataset([[1, 2]]), TypeError, r"tensors\[0\]"),
        (lambda: io.TensorDataset([np.ones(2), np.ones(3)]), ValueError, "tensors"),
        (lambda: io.TensorDataset([np.array(1.0)]), ValueError, "tensors"),
        (lambda: io.ComposeDataset([numbered(1), numbered(1, 2)]), ValueError, "datasets"),
        (lambda: io.ComposeDataset([Letters("a")]), TypeError, r"datasets\[0\]"),
        (lambda: io.ConcatDataset([]), ValueError, "datasets"),
        (lambda: io.ConcatDataset([[1, 2]]), TypeError, r"datasets\[0\]"),
        (lambda: io.ChainDataset([numbered(1)]), TypeError, r"datasets\[0\]"),
        (lambda: io.random_split(range(4), [2, 3]), ValueError, "lengths"),
        (lambda: io.random_split(range(4), [2.0, 2.0]), TypeError, "lengths"),
        (lambda: io.random_split(range(4), [5, -1]), ValueError, r"lengths\[1\]"),
        (lambda: io.random_split(range(4), [2, 2], 7), TypeError, "generator"),
    ],
)
def test_bad_arguments(call, error, text):
    with pytest.raises(error, match=text):
        call()
