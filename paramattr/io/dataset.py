"""Data sets: samples by number or one after the other, and sets made of others."""

from __future__ import annotations

import itertools
import math
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np

from paramattr.autograd import Tensor
from paramattr.random import Generator, next_key
from paramattr.random.integers import permutation
from paramattr.utils import checks

__all__ = [
    "ChainDataset", "ComposeDataset", "ConcatDataset", "Dataset", "IterableDataset", "Subset", "TensorDataset",
    "random_split",
]  # fmt: skip

T = TypeVar("T")


class Dataset(Generic[T]):
    """Base class of sets whose samples have numbers; a subclass defines ``__getitem__`` and ``__len__``.

    Mirrors ``paddle.io.Dataset``.

    Examples
    --------
    >>> import paramattr
    >>> class Squares(paramattr.io.Dataset):
    ...     def __getitem__(self, idx):
    ...         return idx**2
    ...     def __len__(self):
    ...         return 4
    >>> Squares()[3]
    9
    """

    def __getitem__(self, idx: int) -> T:
        raise NotImplementedError(f"{type(self).__name__} does not define __getitem__")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not define __len__")


class IterableDataset(Dataset[T]):
    """Base class of sets whose samples come one after the other; a subclass defines ``__iter__``.

    It has no numbers and no length. Mirrors ``paddle.io.IterableDataset``.

    Examples
    --------
    >>> import paramattr
    >>> class Countdown(paramattr.io.IterableDataset):
    ...     def __iter__(self):
    ...         yield from (3, 2, 1)
    >>> list(Countdown())
    [3, 2, 1]
    """

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")

    def __getitem__(self, idx: int) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no samples by number: it is an IterableDataset")

    # A TypeError, as of all that has no length: list() and others take only this to mean that there is none.
    def __len__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} has no length: it is an IterableDataset")


class TensorDataset(Dataset[tuple[Any, ...]]):
    """The tuples of the elements of several tensors along their first axis.

    Mirrors ``paddle.io.TensorDataset``.

    Parameters
    ----------
    tensors : sequence of Tensor or ndarray
        At least one; the first axes have the same size.

    Raises
    ------
    TypeError, ValueError
        If ``tensors`` are others.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([[1.0], [2.0]]), paramattr.to_tensor([0, 1])
    >>> [part.tolist() for part in paramattr.io.TensorDataset([x, y])[1]]
    [[2.0], 1]
    """

    def __init__(self, tensors: Sequence[Tensor | np.ndarray[Any, Any]]) -> None:
        self.tensors = _non_empty("tensors", tensors, (Tensor, np.ndarray), "Tensors or arrays")
        sizes = [tuple(tensor.shape) for tensor in self.tensors]
        if () in sizes or len({size[0] for size in sizes}) > 1:
            raise ValueError(f"tensors must have a first axis of one size, but received shapes {[*map(list, sizes)]}")

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0])


def _non_empty(name: str, value: object, types: type | tuple[type, ...], expected: str) -> list[Any]:
    parts = checks.several(name, value, f"a sequence of {expected}")
    if not parts:
        raise ValueError(f"{name} must hold at least one, but received {value!r}")
    for place, part in enumerate(parts):
        checks.instance(f"{name}[{place}]", part, types, f"one of {expected}")
    return parts


def _by_number(value: object) -> list[Any]:
    datasets = _non_empty("datasets", value, Dataset, "Datasets")
    for place, dataset in enumerate(datasets):
        if isinstance(dataset, IterableDataset):
            raise TypeError(f"datasets[{place}] must have samples by number, but received an IterableDataset")
    return datasets


class ComposeDataset(Dataset[tuple[Any, ...]]):
    """The samples of several sets put together: the fields of number i of the first, then of the second, and so on.

    Mirrors ``paddle.io.ComposeDataset``.

    Parameters
    ----------
    datasets : sequence of Dataset
        At least one, of the same length; not `IterableDataset`.

    Raises
    ------
    TypeError, ValueError
        If ``datasets`` are others.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> one, two = (paramattr.io.TensorDataset([np.arange(start, start + 3)]) for start in (0, 10))
    >>> [int(field) for field in paramattr.io.ComposeDataset([one, two])[1]]
    [1, 11]
    """

    def __init__(self, datasets: Sequence[Dataset[Any]]) -> None:
        self.datasets = _by_number(datasets)
        lengths = [len(dataset) for dataset in self.datasets]
        if len(set(lengths)) > 1:
            raise ValueError(f"datasets must have the same length, but received {lengths}")

    def __len__(self) -> int:
        return len(self.datasets[0])

    def __getitem__(self, idx: int) -> tuple[Any, ...]:
        samples = [dataset[idx] for dataset in self.datasets]
        fields = [sample if isinstance(sample, (list, tuple)) else [sample] for sample in samples if sample is not None]
        return tuple(itertools.chain.from_iterable(fields))


class ChainDataset(IterableDataset[Any]):
    """The samples of several iterable sets, one set after the other.

    Mirrors ``paddle.io.ChainDataset``. ``datasets`` is a sequence of at least one `IterableDataset`; a TypeError or
    ValueError for all else.

    Examples
    --------
    >>> import paramattr
    >>> class Letters(paramattr.io.IterableDataset):
    ...     def __iter__(self):
    ...         yield from "ab"
    >>> list(paramattr.io.ChainDataset([Letters(), Letters()]))
    ['a', 'b', 'a', 'b']
    """

    def __init__(self, datasets: Sequence[IterableDataset[Any]]) -> None:
        self.datasets = _non_empty("datasets", datasets, IterableDataset, "IterableDatasets")

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self.datasets)


class ConcatDataset(Dataset[Any]):
    """The samples of several sets, numbered one set after the other; negative numbers count from the end.

    Mirrors ``paddle.io.ConcatDataset``. ``datasets`` is an iterable of at least one `Dataset`, none of them an
    `IterableDataset`; a TypeError or ValueError for all else.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> one, two = paramattr.io.TensorDataset([np.arange(3)]), paramattr.io.TensorDataset([np.arange(10, 12)])
    >>> int(paramattr.io.ConcatDataset([one, two])[3][0])
    10
    """

    def __init__(self, datasets: Iterable[Dataset[Any]]) -> None:
        self.datasets = _by_number(datasets)
        self.cumulative_sizes = self.cumsum(self.datasets)

    @staticmethod
    def cumsum(sequence: Sequence[Any]) -> list[int]:
        """Return the sums of the lengths up to each."""
        return [*itertools.accumulate(map(len, sequence))]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> Any:
        number = checks.integer("idx", idx)
        if not -len(self) <= number < len(self):
            raise IndexError(f"idx must be in [{-len(self)}, {len(self) - 1}], but received {number}")
        number %= len(self)
        place = bisect_right(self.cumulative_sizes, number)
        return self.datasets[place][number - (self.cumulative_sizes[place - 1] if place else 0)]


class Subset(Dataset[T]):
    """The samples of ``dataset`` whose numbers the sequence ``indices`` holds, in its order.

    Mirrors ``paddle.io.Subset``.

    Examples
    --------
    >>> import paramattr
    >>> subset = paramattr.io.Subset(["a", "b", "c"], [2, 0])
    >>> subset[0], len(subset)
    ('c', 2)
    """

    def __init__(self, dataset: Dataset[T], indices: Sequence[int]) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, idx: int) -> T:
        return self.dataset[self.indices[idx]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Dataset[T], lengths: Sequence[float], generator: Generator | None = None) -> list[Subset[T]]:
    """Return subsets of ``dataset`` without common samples, chosen at random.

    Mirrors ``paddle.io.random_split``.

    Parameters
    ----------
    dataset : Dataset
        What to split, with a length.
    lengths : sequence of int or of float
        The lengths of the subsets, which add up to that of ``dataset``; or fractions that add up to 1, where what is left
        after rounding down goes to the first subsets, one each.
    generator : Generator, optional
        What ``paramattr.seed`` returns. There is one stream of random numbers, which is used either way.

    Raises
    ------
    TypeError, ValueError
        If ``lengths`` are others.

    Examples
    --------
    >>> import paramattr
    >>> [len(part) for part in paramattr.io.random_split(range(10), [0.7, 0.3])]
    [7, 3]
    """
    checks.instance("generator", generator, (Generator, type(None)), "a Generator or None")
    parts = [
        checks.real(f"lengths[{place}]", part, low=0.0)
        for place, part in enumerate(checks.several("lengths", lengths, "a sequence of numbers"))
    ]
    size = len(dataset)
    if math.isclose(math.fsum(parts), 1.0):
        sizes = [math.floor(size * part) for part in parts]
        for place in range(size - sum(sizes)):
            sizes[place % len(sizes)] += 1
        for place, each in enumerate(sizes):
            if not each:
                warnings.warn(f"lengths[{place}], {lengths[place]!r}, leaves a subset without samples", stacklevel=2)
    else:
        sizes = [checks.integer(f"lengths[{place}]", part) for place, part in enumerate(lengths)]
    if sum(sizes) != size:
        raise ValueError(f"lengths must add up to {size}, the length of dataset, or to 1, but received {lengths!r}")
    order = permutation(next_key(), size).tolist()
    return [
        Subset(dataset, order[end - each : end]) for end, each in zip(itertools.accumulate(sizes), sizes, strict=True)
    ]
