import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import io

X = np.arange(14.0, dtype=np.float32).reshape(7, 2)
SAMPLES = io.TensorDataset([X, np.arange(7)])


class Count(io.IterableDataset):
    def __iter__(self):
        yield from range(7)


@given(st.integers(1, 9), st.booleans())
def test_batches_of_both_kinds_of_sets(batch_size, drop_last):
    loader = io.DataLoader(SAMPLES, batch_size=batch_size, drop_last=drop_last)
    stream = io.DataLoader(Count(), batch_size=batch_size, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader)
    assert all(type(part) is pa.Tensor and part.stop_gradient for batch in batches for part in batch)
    expected = [*range(7 // batch_size * batch_size if drop_last else 7)]
    assert list(itertools.chain.from_iterable(y.tolist() for _, y in batches)) == expected
    assert [batch.tolist() for batch in stream] == [y.tolist() for _, y in batches]
    for x, y in loader():
        np.testing.assert_array_equal(x.numpy(), X[y.numpy()])


def test_shuffled_batches_repeat_with_the_seed():
    loader = io.DataLoader(SAMPLES, batch_size=2, shuffle=True)
    with pa.seed(7):
        first, second = ([y.tolist() for _, y in loader] for _ in range(2))
    with pa.seed(7):
        assert [y.tolist() for _, y in loader] == first
    assert first != second
    assert sorted(itertools.chain.from_iterable(first)) == [*range(7)]


def test_samples_without_batches_are_copies():
    array = np.ones(2)
    (only,) = io.DataLoader([array], batch_size=None)
    only.set_value([5.0, 5.0])
    assert array.tolist() == [1.0, 1.0]
    assert list(io.DataLoader(Count(), batch_size=None)) == [*range(7)]


def test_a_batch_has_no_history():
    x = pa.to_tensor([[1.0], [2.0]], stop_gradient=False)
    ((batch,),) = io.DataLoader(io.TensorDataset([x]), batch_size=2)
    assert batch.stop_gradient
    assert batch.is_leaf


def test_batch_sampler_and_collate_fn():
    loader = io.DataLoader(
        SAMPLES, batch_sampler=[[6, 0], [3]], collate_fn=lambda batch: {"y": np.array([y for _, y in batch])}
    )
    assert [batch["y"].tolist() for batch in loader] == [[6, 0], [3]]
    assert len(loader) == 2


def test_workers_are_ignored_with_a_warning():
    with pytest.warns(UserWarning, match="num_workers=2"):
        loader = io.DataLoader(SAMPLES, num_workers=2)
    assert loader.num_workers == 0
    assert io.get_worker_info() is None


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"dataset": 3}, TypeError, "dataset"),
        ({"dataset": Count(), "shuffle": True}, ValueError, "shuffle"),
        ({"dataset": Count(), "batch_sampler": [[0]]}, ValueError, "batch_sampler"),
        ({"batch_sampler": [[0]], "batch_size": 2}, ValueError, "batch_size"),
        ({"batch_sampler": [[0]], "drop_last": True}, ValueError, "drop_last"),
        ({"batch_sampler": 3}, TypeError, "batch_sampler"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"places": "gpu:0"}, ValueError, "places"),
        ({"collate_fn": "stack"}, TypeError, "collate_fn"),
        ({"num_workers": -1}, ValueError, "num_workers"),
        ({"prefetch_factor": 0}, ValueError, "prefetch_factor"),
        ({"timeout": -1}, ValueError, "timeout"),
    ],
)
def test_bad_arguments(settings, error, text):
    with pytest.raises(error, match=text):
        io.DataLoader(**{"dataset": SAMPLES, **settings})


def test_a_stream_has_no_length():
    with pytest.raises(TypeError, match="a DataLoader of an IterableDataset has no length"):
        len(io.DataLoader(Count()))
