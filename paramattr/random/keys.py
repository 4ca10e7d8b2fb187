"""Keys: where a parameter's numbers stand in the stream of a seed."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from paramattr.utils import checks

SEED_LIMIT = 2**64


@dataclass(frozen=True)
class Key:
    """The address of one parameter's numbers.

    Parameters
    ----------
    seed : int
        What `seed` was called with.
    stream : int
        How many keys were taken before this one.
    """

    seed: int
    stream: int


class _Source:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seed = 0
        self.stream = 0


_source = _Source()


def seed(seed: int) -> None:
    """Start the stream of all later parameters afresh.

    The same model built after the same call gets the same values. Without a call the seed is 0.

    Parameters
    ----------
    seed : int
        In ``[0, 2**64)``.

    Raises
    ------
    TypeError, ValueError
        If ``seed`` is not an integer in that range.

    References
    ----------
    Mirrors ``paddle.seed``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.seed(3)
    >>> first = paramattr.nn.Linear(2, 2).weight.numpy()
    >>> paramattr.seed(3)
    >>> bool((paramattr.nn.Linear(2, 2).weight.numpy() == first).all())
    True
    """
    number = checks.integer("seed", seed, low=0, high=SEED_LIMIT - 1)
    with _source.lock:
        _source.seed, _source.stream = number, 0


def next_key() -> Key:
    """Take the next key of the current seed."""
    with _source.lock:
        key = Key(_source.seed, _source.stream)
        _source.stream += 1
    return key
