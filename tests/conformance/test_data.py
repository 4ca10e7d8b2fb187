"""Data sets, loaders and metrics beside the real Paddle: the same batches and the same numbers."""

import inspect

import numpy as np
import paddle
import pytest

import paramattr as pa

LIBRARIES = (pa, paddle)
# Of collate.py, which Paddle keeps in a module of its own.
OURS = {"default_collate_fn", "default_convert_fn"}
NAMES = [*(("io", name) for name in paddle.io.__all__), *(("metric", name) for name in paddle.metric.__all__)]


def test_the_names_are_those_of_paddle():
    assert set(pa.io.__all__) - OURS == set(paddle.io.__all__)
    assert set(pa.metric.__all__) == set(paddle.metric.__all__)


@pytest.mark.parametrize(("home", "name"), NAMES)
def test_signatures(home, name):
    ours, theirs = (
        [(key, p.default, p.kind) for key, p in inspect.signature(getattr(getattr(lib, home), name)).parameters.items()]
        for lib in LIBRARIES
    )
    assert ours == theirs


def plain(value):
    """A batch as arrays, lists, dicts and the rest, with the dtypes."""
    if isinstance(value, (pa.Tensor, paddle.Tensor)):
        array = np.asarray(value.numpy())
        return "tensor", array.dtype.name, array.tolist(), value.stop_gradient
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else (type(value), value)


def fields(i):
    return np.full(2, i, "float32"), i, float(i), f"s{i}", {"a": (i, np.float32(i)), "b": i > 2}, (np.array(i),)


def by_number(lib):
    class Numbered(lib.io.Dataset):
        def __getitem__(self, idx):
            return fields(idx)

        def __len__(self):
            return 7

    return Numbered()


def stream(lib):
    class Stream(lib.io.IterableDataset):
        def __iter__(self):
            return map(fields, range(7))

    return Stream()


def tensors(lib):
    x = lib.to_tensor(np.arange(14.0).reshape(7, 2))
    return lib.io.TensorDataset([x, lib.to_tensor(np.arange(7))])


LOADERS = {
    "batches": lambda lib: lib.io.DataLoader(by_number(lib), batch_size=3),
    "whole batches": lambda lib: lib.io.DataLoader(by_number(lib), batch_size=3, drop_last=True),
    "samples": lambda lib: lib.io.DataLoader(by_number(lib), batch_size=None),
    "stream": lambda lib: lib.io.DataLoader(stream(lib), batch_size=3),
    "whole batches of a stream": lambda lib: lib.io.DataLoader(stream(lib), batch_size=3, drop_last=True),
    "samples of a stream": lambda lib: lib.io.DataLoader(stream(lib), batch_size=None),
    "tensors": lambda lib: lib.io.DataLoader(
        tensors(lib), batch_size=4, places=lib.CPUPlace() if lib is paddle else "cpu"
    ),
    "collate_fn": lambda lib: lib.io.DataLoader(
        by_number(lib),
        batch_size=2,
        collate_fn=lambda batch: (np.array([s[1] for s in batch]), batch[0][3], len(batch)),
    ),
    "batch_sampler": lambda lib: lib.io.DataLoader(
        by_number(lib), batch_sampler=lib.io.BatchSampler(sampler=[6, 0, 3], batch_size=2)
    ),
    "shuffled parts": lambda lib: lib.io.DataLoader(
        by_number(lib), batch_sampler=lib.io.DistributedBatchSampler(range(7), 2, 3, 1, shuffle=True)
    ),
    "concatenation": lambda lib: lib.io.DataLoader(lib.io.ConcatDataset([by_number(lib), tensors(lib)]), batch_size=7),
    "composition": lambda lib: lib.io.DataLoader(lib.io.ComposeDataset([by_number(lib), tensors(lib)]), batch_size=2),
    "chain": lambda lib: lib.io.DataLoader(lib.io.ChainDataset([stream(lib), stream(lib)]), batch_size=4),
    "subset": lambda lib: lib.io.DataLoader(lib.io.Subset(by_number(lib), [5, 1, 1]), batch_size=2),
    "generator": lambda lib: lib.io.DataLoader(
        by_number(lib),
        batch_sampler=lib.io.BatchSampler(sampler=lib.io.RandomSampler(range(7), generator=iter([4, 2, 2, 0]))),
    ),
}


@pytest.mark.parametrize("name", LOADERS)
def test_batches(name):
    ours, theirs = ([plain(batch) for batch in LOADERS[name](lib)] for lib in LIBRARIES)
    assert ours == theirs
    if "stream" not in name and name != "chain":
        assert len(LOADERS[name](pa)) == len(LOADERS[name](paddle))


@pytest.mark.parametrize("size", [1, 2, 5, 12, 13])
@pytest.mark.parametrize("replicas", [1, 2, 3, 5])
def test_distributed_batches(size, replicas):
    for rank in range(replicas):
        for shuffle, drop_last, batch_size in [(False, False, 2), (True, False, 3), (True, True, 2)]:
            ours, theirs = (
                lib.io.DistributedBatchSampler(range(size), batch_size, replicas, rank, shuffle, drop_last)
                for lib in LIBRARIES
            )
            for epoch in (None, None, 9):
                if epoch:
                    ours.set_epoch(epoch)
                    theirs.set_epoch(epoch)
                assert list(ours) == list(theirs)
                assert len(ours) == len(theirs)


@pytest.mark.parametrize("lengths", [[4, 6], [0.5, 0.5], [0.35, 0.35, 0.3], [0.29, 0.71], [1.0]])
def test_the_lengths_of_a_split(lengths):
    ours, theirs = ([len(part) for part in lib.io.random_split(range(10), lengths)] for lib in LIBRARIES)
    assert ours == theirs


def drawn(seed, samples=50, classes=5):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, classes)).astype("float32"), rng.integers(0, classes, samples)


def top(lib, topk, one_hot, seed):
    accuracy, found = lib.metric.Accuracy(topk), []
    for batch in range(3):
        scores, labels = drawn([seed, batch])
        labels = np.eye(5, dtype="float32")[labels] if one_hot else labels[:, None]
        correct = accuracy.compute(lib.to_tensor(scores), lib.to_tensor(labels))
        found.append((correct.numpy().tolist(), np.array(accuracy.update(correct)).tolist()))
    return found, np.array(accuracy.accumulate()).tolist(), accuracy.name()


def rate(lib, name, seed):
    each, rng = getattr(lib.metric, name)(), np.random.default_rng(seed)
    for _ in range(3):
        chances = rng.random((40, 1)).astype("float32")
        chances[:4] = [[0.5], [0.0], [1.0], [0.49999997]]
        each.update(chances, lib.to_tensor(rng.integers(0, 2, (40, 1))))
    return each.accumulate(), each.name()


def area(lib, seed):
    auc, rng = lib.metric.Auc(num_thresholds=200), np.random.default_rng(seed)
    for _ in range(3):
        chances = rng.random(40).astype("float32")
        auc.update(lib.to_tensor(np.stack([1 - chances, chances], 1)), rng.integers(0, 2, (40, 1)))
    return auc.accumulate(), auc.name()


def part(lib, k, seed):
    scores, labels = drawn(seed)
    correct, total = (lib.to_tensor(0, dtype="int32") for _ in range(2))
    value = lib.metric.accuracy(lib.to_tensor(scores), lib.to_tensor(labels[:, None]), k, correct, total)
    return value.item(), list(value.shape), value.numpy().dtype.name, correct.item(), total.item()


METRICS = {
    "Accuracy": lambda lib, seed: top(lib, (1,), False, seed),
    "Accuracy of several": lambda lib, seed: top(lib, (1, 3), False, seed),
    "Accuracy of one-hot labels": lambda lib, seed: top(lib, (2,), True, seed),
    "Precision": lambda lib, seed: rate(lib, "Precision", seed),
    "Recall": lambda lib, seed: rate(lib, "Recall", seed),
    "Auc": area,
    "accuracy": lambda lib, seed: part(lib, 1, seed),
    "accuracy among three": lambda lib, seed: part(lib, 3, seed),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", METRICS)
def test_metrics(name, seed):
    ours, theirs = (METRICS[name](lib, seed) for lib in LIBRARIES)
    if name == "Auc":
        assert ours == (pytest.approx(theirs[0], rel=1e-12), theirs[1])
    else:
        assert ours == theirs
