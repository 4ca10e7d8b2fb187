"""DataLoader: the batches of a data set as tensors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.io.batch_sampler import BatchSampler
from paramattr.io.collate import converted, default_collate_fn, default_convert_fn
from paramattr.io.dataset import Dataset, IterableDataset
from paramattr.utils import checks

__all__ = ["DataLoader", "get_worker_info"]


class DataLoader:
    """The batches of a data set: each time it is iterated over, all of them, with the arrays as tensors.

    Mirrors ``paddle.io.DataLoader``. Samples are read in this process, when they are asked for.

    Parameters
    ----------
    dataset : Dataset
        Or anything else with ``__getitem__`` and ``__len__``; or an `IterableDataset`.
    feed_list : sequence of Tensor, optional
        Accepted as in Paddle, where it is of static graphs.
    places : optional
        The CPU, or a sequence of it, or None.
    return_list : bool, default True
        Accepted as in Paddle.
    batch_sampler : BatchSampler or iterable of lists of int, optional
        Which samples make a batch, in place of the next three arguments.
    batch_size : int or None, default 1
        Samples in a batch; with None there are no batches, but samples, one by one.
    shuffle : bool, default False
        Whether samples are taken at random, others each time; ``paramattr.seed`` repeats them.
    drop_last : bool, default False
        Whether a last batch that is shorter is left out.
    collate_fn : callable, optional
        Makes a batch of a list of samples, by default `default_collate_fn`; or where there are no batches is given each
        sample, by default `default_convert_fn`.
    num_workers : int, default 0
        Processes that read samples in Paddle; a number above 0 is ignored with a warning.
    use_buffer_reader, reader_buffer_size, prefetch_factor, use_shared_memory, timeout, worker_init_fn, persistent_workers
        Accepted as in Paddle, where they are of other processes and threads.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or does not go with the others.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> samples = paramattr.io.TensorDataset([np.arange(6.0).reshape(3, 2), np.array([0, 1, 0])])
    >>> for x, y in paramattr.io.DataLoader(samples, batch_size=2):
    ...     print(x.shape, y.tolist())
    [2, 2] [0, 1]
    [1, 2] [0]
    """

    batch_sampler: Iterable[Sequence[int]] | None

    def __init__(
        self,
        dataset: Dataset[Any],
        feed_list: Sequence[Tensor] | None = None,
        places: object = None,
        return_list: bool = True,
        batch_sampler: Iterable[Sequence[int]] | None = None,
        batch_size: int | None = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Callable[[Any], Any] | None = None,
        num_workers: int = 0,
        use_buffer_reader: bool = True,
        reader_buffer_size: int = 2,
        prefetch_factor: int = 2,
        use_shared_memory: bool = True,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        persistent_workers: bool = False,
    ) -> None:
        if not hasattr(dataset, "__getitem__"):
            raise TypeError(f"dataset must be a Dataset, but received {dataset!r} ({type(dataset).__name__})")
        self.dataset, self.feed_list, self.places = dataset, feed_list, _places(places)
        self.return_list = checks.boolean("return_list", return_list)
        for name, function in (("collate_fn", collate_fn), ("worker_init_fn", worker_init_fn)):
            checks.instance(name, function, (Callable, type(None)), "a function or None")  # type: ignore[arg-type]
        self.collate_fn, self.worker_init_fn = collate_fn, worker_init_fn
        if checks.integer("num_workers", num_workers, low=0):
            warnings.warn(f"num_workers={num_workers} is ignored: samples are read in this process", stacklevel=2)
        self.num_workers = 0
        self.use_buffer_reader = checks.boolean("use_buffer_reader", use_buffer_reader)
        self.reader_buffer_size = checks.integer("reader_buffer_size", reader_buffer_size, low=1)
        self.prefetch_factor = checks.integer("prefetch_factor", prefetch_factor, low=1)
        self.use_shared_memory = checks.boolean("use_shared_memory", use_shared_memory)
        self.timeout = checks.real("timeout", timeout, low=0.0)
        checks.boolean("persistent_workers", persistent_workers)
        self.drop_last = checks.boolean("drop_last", drop_last)
        self.batch_size = None if batch_size is None else checks.integer("batch_size", batch_size, low=1)
        self.batch_sampler = batch_sampler
        shuffle = checks.boolean("shuffle", shuffle)
        if isinstance(dataset, IterableDataset):
            if shuffle or batch_sampler is not None:
                raise ValueError(
                    "shuffle and batch_sampler must not be given with an IterableDataset, which sets the order"
                )
        elif batch_sampler is not None:
            checks.instance("batch_sampler", batch_sampler, (BatchSampler, Iterable), "a BatchSampler or an iterable")
            if batch_size != 1 or shuffle or drop_last:
                raise ValueError(
                    "batch_size, shuffle and drop_last must not be given with batch_sampler, which sets them"
                )
            self.batch_size = None
        elif batch_size is not None:
            self.batch_sampler = BatchSampler(dataset, None, shuffle, batch_size, drop_last)

    def __iter__(self) -> Iterator[Any]:
        grouped = self.batch_size is not None or self.batch_sampler is not None
        collate = self.collate_fn or (default_collate_fn if grouped else default_convert_fn)
        return (converted(collate(samples), _as_tensor) for samples in self._groups())

    __call__ = __iter__

    def _groups(self) -> Iterator[Any]:
        """Return the samples of each batch as a list, or the samples where there are no batches."""
        if isinstance(self.dataset, IterableDataset):
            return iter(self.dataset) if self.batch_size is None else self._stretches(self.batch_size)
        if self.batch_sampler is None:
            return (self.dataset[number] for number in range(len(self.dataset)))
        return ([self.dataset[number] for number in batch] for batch in self.batch_sampler)

    def _stretches(self, size: int) -> Iterator[list[Any]]:
        samples = iter(self.dataset)
        while batch := [sample for _, sample in zip(range(size), samples, strict=False)]:
            if len(batch) == size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            raise TypeError("a DataLoader of an IterableDataset has no length")
        return len(self.dataset if self.batch_sampler is None else self.batch_sampler)  # type: ignore[arg-type]


def _as_tensor(leaf: Any) -> Any:
    if isinstance(leaf, Tensor):
        return leaf.detach()
    return Tensor(np.array(leaf)) if isinstance(leaf, np.ndarray) else leaf


def _places(value: object) -> object:
    for place in value if isinstance(value, (list, tuple)) else [value]:
        if place is not None and "cpu" not in str(place).lower():
            raise ValueError(f"places must be the CPU, the only one there is, but received {value!r}")
    return value


def get_worker_info() -> None:
    """Return None: samples are read in the process that asks for them. Mirrors ``paddle.io.get_worker_info``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.io.get_worker_info() is None
    True
    """
    return
