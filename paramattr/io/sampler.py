"""Samplers: in which order the samples of a set are taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.random import next_key
from paramattr.random.exact import log
from paramattr.random.integers import fractions, integers, permutation
from paramattr.random.words import words_from
from paramattr.utils import checks

__all__ = ["RandomSampler", "Sampler", "SequenceSampler", "SubsetRandomSampler", "WeightedRandomSampler"]

T = TypeVar("T")


class Sampler(Generic[T]):
    """Base class of samplers; a subclass defines ``__iter__``, which yields numbers of samples, and ``__len__``.

    Mirrors ``paddle.io.Sampler``. ``data_source`` is what the numbers are of, or None.

    Examples
    --------
    >>> import paramattr
    >>> class Backwards(paramattr.io.Sampler):
    ...     def __iter__(self):
    ...         return iter(range(len(self.data_source))[::-1])
    >>> list(Backwards(["a", "b", "c"]))
    [2, 1, 0]
    """

    def __init__(self, data_source: Sized | None = None) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")


def _sized(data_source: object) -> Sized:
    checks.instance("data_source", data_source, Sized, "something that has a length")
    return data_source  # type: ignore[return-value]


class SequenceSampler(Sampler[int]):
    """All samples of ``data_source`` in their order. Mirrors ``paddle.io.SequenceSampler``.

    Examples
    --------
    >>> import paramattr
    >>> list(paramattr.io.SequenceSampler(["a", "b", "c"]))
    [0, 1, 2]
    """

    data_source: Sized

    def __init__(self, data_source: Sized) -> None:
        super().__init__(_sized(data_source))

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Samples of ``data_source`` at random, other ones each time; ``paramattr.seed`` repeats them.

    Mirrors ``paddle.io.RandomSampler``.

    Parameters
    ----------
    data_source : sized
        What the numbers are of, not empty.
    replacement : bool, default False
        Whether a sample may be taken again.
    num_samples : int, optional
        How many, >= 1; by default as many as there are, and without replacement no more than that.
    generator : iterator of int, optional
        Yields the numbers in the place of the random ones; it may end early.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> import paramattr
    >>> sorted(paramattr.io.RandomSampler(["a", "b", "c"]))
    [0, 1, 2]
    """

    data_source: Sized

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Iterator[int] | None = None,
    ) -> None:
        super().__init__(_sized(data_source))
        self.replacement = checks.boolean("replacement", replacement)
        self._num_samples = None if num_samples is None else checks.integer("num_samples", num_samples, low=1)
        checks.instance("generator", generator, (Iterator, type(None)), "an iterator of integers or None")
        self.generator = generator
        size = len(data_source)
        if not size:
            raise ValueError("data_source must have at least one sample, but is empty")
        if not self.replacement and self.num_samples > size:
            raise ValueError(f"num_samples must be at most {size} without replacement, but received {num_samples}")

    @property
    def num_samples(self) -> int:
        """How many samples are taken."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        count, size = self.num_samples, len(self.data_source)
        if self.generator is not None:
            # Not islice, which would take one too many from an iterator that goes on.
            return (number for _, number in zip(range(count), self.generator, strict=False))
        if self.replacement:
            return iter(integers(next_key(), 0, size, (count,)).tolist())
        return iter(permutation(next_key(), size)[:count].tolist())

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The numbers that the sequence ``indices`` holds, at least one, in a random order.

    Mirrors ``paddle.io.SubsetRandomSampler``.

    Examples
    --------
    >>> import paramattr
    >>> sorted(paramattr.io.SubsetRandomSampler([4, 8, 6]))
    [4, 6, 8]
    """

    def __init__(self, indices: Sequence[int]) -> None:
        super().__init__()
        checks.instance("indices", indices, Sized, "a sequence of integers")
        if not len(indices):
            raise ValueError(f"indices must hold at least one number, but received {indices!r}")
        self.indices = indices

    def __iter__(self) -> Iterator[int]:
        return (self.indices[place] for place in permutation(next_key(), len(self.indices)).tolist())

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Numbers of samples at random, each with a chance in proportion to its weight.

    Mirrors ``paddle.io.WeightedRandomSampler``.

    Parameters
    ----------
    weights : Tensor or array_like
        Finite numbers >= 0, one for each sample, not all 0; or rows of them, from each of which as many are drawn.
    num_samples : int
        How many, >= 1.
    replacement : bool, default True
        Whether a sample may be taken again; otherwise there must be as many weights above 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> import paramattr
    >>> list(paramattr.io.WeightedRandomSampler([0.0, 1.0, 0.0], 2))
    [1, 1]
    """

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True) -> None:
        super().__init__()
        self.weights = weights
        self.num_samples = checks.integer("num_samples", num_samples, low=1)
        self.replacement = checks.boolean("replacement", replacement)
        self._rows = _weights(weights)
        fewest = int((self._rows > 0).sum(axis=1).min())
        if fewest < (1 if self.replacement else self.num_samples):
            raise ValueError(
                f"weights must have {1 if self.replacement else self.num_samples} above 0 in each row, but one has {fewest}"
            )

    def __iter__(self) -> Iterator[int]:
        draw = self._again if self.replacement else self._once
        return iter(np.concatenate([draw(row) for row in self._rows]).tolist())

    def _again(self, weights: Array) -> Array:
        ends = np.cumsum(weights / weights.max())
        chances = fractions(words_from(next_key(), 0, self.num_samples)) * ends[-1]
        # A product may be rounded to the end of the last stretch that has a width.
        last = np.flatnonzero(weights)[-1]
        found: Array = np.minimum(np.searchsorted(ends, chances, side="right"), last)
        return found

    def _once(self, weights: Array) -> Array:
        """Draw one after the other: the order of exponential times whose rates are the weights, here as logarithms."""
        times = log(-log(fractions(words_from(next_key(), 0, weights.size)))) - log(weights)
        order: Array = np.argsort(times, kind="stable")[: self.num_samples]
        return order

    def __len__(self) -> int:
        return self.num_samples * len(self._rows)


def _weights(value: object) -> Array:
    """Return weights as rows in float64, checked."""
    array = np.asarray(value.numpy() if isinstance(value, Tensor) else value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"weights must hold real numbers, but received {value!r}")
    rows = np.atleast_2d(array.astype(np.float64))
    if array.ndim not in (1, 2) or not rows.size or not (np.isfinite(rows) & (rows >= 0)).all():
        raise ValueError(f"weights must hold finite numbers >= 0 along one or two axes, but received {value!r}")
    return rows
