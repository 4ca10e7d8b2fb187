"""Batch samplers: which samples make a batch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any

import numpy as np

from paramattr.io.dataset import IterableDataset
from paramattr.io.sampler import RandomSampler, Sampler, SequenceSampler
from paramattr.utils import checks

__all__ = ["BatchSampler", "DistributedBatchSampler"]


class BatchSampler(Sampler[Sequence[int]]):
    """Lists of ``batch_size`` numbers of samples, the last of which may be shorter.

    Mirrors ``paddle.io.BatchSampler``.

    Parameters
    ----------
    dataset : sized, optional
        What the numbers are of; either this or ``sampler``.
    sampler : Sampler or iterable of int, optional
        Yields the numbers.
    shuffle : bool, default False
        Whether samples of ``dataset`` are taken at random, as by `RandomSampler`.
    batch_size : int, default 1
        Numbers in a list, >= 1.
    drop_last : bool, default False
        Whether a last list that is shorter is left out.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or does not go with the others.

    Examples
    --------
    >>> import paramattr
    >>> list(paramattr.io.BatchSampler(["a", "b", "c"], batch_size=2))
    [[0, 1], [2]]
    """

    sampler: Iterable[int]

    def __init__(
        self,
        dataset: Sized | None = None,
        sampler: Iterable[int] | None = None,
        shuffle: bool = False,
        batch_size: int = 1,
        drop_last: bool = False,
    ) -> None:
        super().__init__(dataset)
        self.shuffle = checks.boolean("shuffle", shuffle)
        if (dataset is None) == (sampler is None):
            raise ValueError("one of dataset and sampler must be given, but not both")
        if sampler is not None:
            checks.instance("sampler", sampler, (Sampler, Iterable), "a Sampler or an iterable of integers")
            if shuffle:
                raise ValueError("shuffle must be False where sampler sets the order, but received True")
            self.sampler = sampler
        else:
            if isinstance(dataset, IterableDataset):
                raise TypeError("dataset must have samples by number, but received an IterableDataset")
            checks.instance("dataset", dataset, Sized, "something that has a length")
            self.sampler = (RandomSampler if shuffle else SequenceSampler)(dataset)  # type: ignore[arg-type]
        self.batch_size = checks.integer("batch_size", batch_size, low=1)
        self.drop_last = checks.boolean("drop_last", drop_last)

    def __iter__(self) -> Iterator[list[int]]:
        return self._batches(self.sampler)

    def _batches(self, numbers: Iterable[int]) -> Iterator[list[int]]:
        batch: list[int] = []
        for number in numbers:
            batch.append(number)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self) -> int:
        return self._count(len(self.sampler))  # type: ignore[arg-type]

    def _count(self, samples: int) -> int:
        return samples // self.batch_size if self.drop_last else -(-samples // self.batch_size)


class DistributedBatchSampler(BatchSampler):
    """The part of the batches of a data set that one of several processes takes.

    All parts have the same length; the first samples occur twice where they don't come out even. Mirrors
    ``paddle.io.DistributedBatchSampler``, with its random orders: they depend on the epoch alone, so that all processes
    have the same.

    Parameters
    ----------
    dataset : sized
        What the numbers are of.
    batch_size : int
        Numbers in a list of one process, >= 1.
    num_replicas : int, optional
        How many processes there are, >= 1; by default 1.
    rank : int, optional
        The number of this process, below ``num_replicas``; by default 0.
    shuffle, drop_last
        As in `BatchSampler`, with its errors.

    Examples
    --------
    >>> import paramattr
    >>> list(paramattr.io.DistributedBatchSampler(range(6), batch_size=2, num_replicas=2, rank=1))
    [[2, 3], [5]]
    """

    def __init__(
        self,
        dataset: Sized,
        batch_size: int,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = False,
        drop_last: bool = False,
    ) -> None:
        checks.instance("dataset", dataset, Sized, "something that has a length")
        self.dataset = dataset
        self.nranks = 1 if num_replicas is None else checks.integer("num_replicas", num_replicas, low=1)
        self.local_rank = 0 if rank is None else checks.integer("rank", rank, low=0, high=self.nranks - 1)
        super().__init__(dataset, None, False, batch_size, drop_last)
        self.shuffle = checks.boolean("shuffle", shuffle)
        self.epoch = 0
        self.num_samples = math.ceil(len(dataset) / self.nranks)
        self.total_size = self.num_samples * self.nranks

    def __iter__(self) -> Iterator[list[int]]:
        numbers: np.ndarray[Any, Any] = np.resize(np.arange(len(self.dataset)), self.total_size)
        if self.shuffle:
            # Paddle's order, of a generator that NumPy keeps as it is for ever.
            order = numbers.tolist()
            np.random.RandomState(self.epoch).shuffle(order)
            numbers = np.array(order, np.int64)
            self.epoch += 1
        # Whole batches are dealt out in turn; what is left is cut into equal pieces.
        whole = self.total_size - self.total_size % (self.batch_size * self.nranks)
        dealt = numbers[:whole].reshape(-1, self.nranks, self.batch_size)[:, self.local_rank].reshape(-1)
        rest = numbers[whole:].reshape(self.nranks, -1)[self.local_rank]
        return self._batches([*dealt.tolist(), *rest.tolist()])

    def __len__(self) -> int:
        return self._count(self.num_samples)

    def set_epoch(self, epoch: int) -> None:
        """Set the number of the epoch, an integer >= 0, which the order of ``shuffle`` depends on."""
        self.epoch = checks.integer("epoch", epoch, low=0)
