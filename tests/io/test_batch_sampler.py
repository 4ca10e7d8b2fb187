import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import io


@given(st.integers(1, 30), st.integers(1, 7), st.booleans(), st.booleans())
def test_batches_are_the_samples_in_groups(size, batch_size, shuffle, drop_last):
    with pa.seed(5):
        sampler = io.BatchSampler(range(size), None, shuffle, batch_size, drop_last)
        batches = list(sampler)
    assert len(batches) == len(sampler)
    assert all(len(batch) == batch_size for batch in batches[: None if drop_last else -1])
    taken = list(itertools.chain.from_iterable(batches))
    assert len(taken) == (size // batch_size * batch_size if drop_last else size)
    assert len(set(taken)) == len(taken)
    assert shuffle or taken == [*range(len(taken))]


@given(st.integers(1, 30), st.integers(1, 5), st.integers(1, 4), st.booleans())
def test_the_parts_of_processes_are_the_whole(size, batch_size, replicas, shuffle):
    parts = [
        io.DistributedBatchSampler(range(size), batch_size, replicas, rank, shuffle=shuffle) for rank in range(replicas)
    ]
    taken = []
    for part in parts:
        part.set_epoch(3)
        batches = list(part)
        assert len(batches) == len(part)
        assert part.epoch == 3 + shuffle
        taken.append(list(itertools.chain.from_iterable(batches)))
    assert len({len(part) for part in taken}) == 1
    assert set(np.concatenate(taken)) == set(range(size))
    assert sum(map(len, taken)) - size < replicas


def test_one_process_has_all():
    assert list(io.DistributedBatchSampler(range(3), 2)) == list(io.BatchSampler(range(3), batch_size=2))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: io.BatchSampler(), ValueError, "dataset and sampler"),
        (lambda: io.BatchSampler([1], [0]), ValueError, "dataset and sampler"),
        (lambda: io.BatchSampler(sampler=3), TypeError, "sampler"),
        (lambda: io.BatchSampler(sampler=[0], shuffle=True), ValueError, "shuffle"),
        (lambda: io.BatchSampler(io.IterableDataset()), TypeError, "dataset"),
        (lambda: io.BatchSampler([1], batch_size=0), ValueError, "batch_size"),
        (lambda: io.BatchSampler([1], drop_last=1), TypeError, "drop_last"),
        (lambda: io.DistributedBatchSampler([1], 1, 2, 2), ValueError, "rank"),
        (lambda: io.DistributedBatchSampler([1], 1, 0), ValueError, "num_replicas"),
        (lambda: io.DistributedBatchSampler([1], 1, shuffle="yes"), TypeError, "shuffle"),
    ],
)
def test_bad_arguments(call, error, text):
    with pytest.raises(error, match=text):
        call()
