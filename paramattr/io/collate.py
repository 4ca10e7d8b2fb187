"""How samples become a batch."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor
from paramattr.tensor.joining import stack

__all__ = ["default_collate_fn", "default_convert_fn"]


def default_collate_fn(batch: Sequence[Any]) -> Any:
    """Return one sample out of several: their numbers, arrays and tensors along a new first axis, field by field.

    Mirrors ``paddle.io.dataloader.collate.default_collate_fn``. Texts stay lists; a `DataLoader` makes tensors of the
    arrays.

    Parameters
    ----------
    batch : sequence
        Samples of the same structure: numbers, arrays, tensors, texts, and dicts and sequences of them.

    Raises
    ------
    TypeError, ValueError
        If samples are of another kind, or differ in the number of fields or in shape.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.io.default_collate_fn([{"x": 0.5, "name": "a"}, {"x": 1.5, "name": "b"}])
    {'x': array([0.5, 1.5]), 'name': ['a', 'b']}
    """
    if not batch:
        raise ValueError(f"batch must hold at least one sample, but received {batch!r}")
    sample = batch[0]
    if isinstance(sample, np.ndarray):
        return np.stack(batch)
    if isinstance(sample, Tensor):
        return stack(batch)
    if isinstance(sample, (numbers.Number, np.generic)):
        return np.array(batch)
    if isinstance(sample, (str, bytes)):
        return batch
    if isinstance(sample, Mapping):
        return {key: default_collate_fn([each[key] for each in batch]) for key in sample}
    if isinstance(sample, Sequence):
        if len(set(map(len, batch))) > 1:
            raise ValueError(f"batch must hold samples of as many fields, but received {[*map(len, batch)]}")
        return [default_collate_fn(fields) for fields in zip(*batch, strict=True)]
    raise TypeError(
        "batch must hold numbers, arrays, Tensors, strings, dicts and sequences of them, but received"
        f" {sample!r} ({type(sample).__name__})"
    )


def default_convert_fn(batch: Any) -> Any:
    """Return a sample as it is, with its sequences as lists and its mappings as dicts.

    Mirrors ``paddle.io.dataloader.collate.default_convert_fn``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.io.default_convert_fn((0.5, {"name": "a"}))
    [0.5, {'name': 'a'}]
    """
    return converted(batch, lambda leaf: leaf)


def converted(sample: Any, convert: Any) -> Any:
    """Return a sample with ``convert`` applied to what is neither a sequence nor a mapping."""
    if isinstance(sample, Mapping):
        return {key: converted(value, convert) for key, value in sample.items()}
    if isinstance(sample, Sequence) and not isinstance(sample, (str, bytes, Tensor)):
        return [converted(value, convert) for value in sample]
    return convert(sample)
