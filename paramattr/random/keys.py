"""Where a number lives: a key names one endless sequence of random bits.

A `Key` is a pair (seed, stream). Every parameter takes one key from the global counter when it is created; all its
values are then a pure function of that key and of their position in the parameter.
"""

from __future__ import annotations

import _thread
from dataclasses import dataclass

from paramattr.utils import checks
from paramattr.utils.record import Record
from paramattr.utils.threads import after_fork

__all__ = [
    "Generator", "Key", "MASK128", "STREAM_VERSION", "get_rng_state", "manual_seed", "next_key", "scramble", "seed",
    "set_rng_state",
]  # fmt: skip

#: Changes whenever the same key would give other values.
STREAM_VERSION = 1

_LIMIT = 1 << 64
MASK128 = (1 << 128) - 1
# Odd 128-bit multipliers: the first digits of the fractional parts of sqrt(2), sqrt(3) and sqrt(5).
_MIX1, _MIX2 = 0x6A09E667F3BCC908B2FB1366EA957D3F, 0xBB67AE8584CAA73B25742D7078B83B89
_MIX3 = 0x3C6EF372FE94F82BE73980C0B9DB9069

# The scramble keeps 0 at 0, where the generator would start from nothing; so the first key must not be there.
_ORIGIN = 0x9B05688C2B3E6C1F1F83D9ABFB41BD6B


def scramble(x: int) -> int:
    """Map 128 bits one-to-one to 128 bits so that every input bit moves every output bit."""
    # Written out, as every parameter passes here.
    x = (x ^ (x >> 67)) * _MIX1 & MASK128
    x = (x ^ (x >> 67)) * _MIX2 & MASK128
    x = (x ^ (x >> 67)) * _MIX3 & MASK128
    return x ^ (x >> 64)


@dataclass(frozen=True, repr=False, eq=False)
class Key(Record):
    """The name of one sequence of random bits.

    Parameters
    ----------
    seed, stream : int
        Both in [0, 2**64). Different pairs give unrelated sequences.
    """

    seed: int
    stream: int

    def __post_init__(self) -> None:
        for name in ("seed", "stream"):
            object.__setattr__(self, name, checks.integer(name, getattr(self, name), low=0, high=_LIMIT - 1))

    @property
    def bits(self) -> int:
        """128 bits that look random, different for each key."""
        return scramble(((self.seed << 64) | self.stream) ^ _ORIGIN)


_lock = _thread.allocate_lock()
_next = Key(0, 0)


@after_fork
def _renew_lock() -> None:
    global _lock
    _lock = _thread.allocate_lock()


def next_key() -> Key:
    """Take the next key of the global counter."""
    global _next
    # Made before the lock is taken, and without the constructor's checks: every new parameter passes here, and where an
    # object is made garbage may be collected, which can run what takes keys itself.
    after = Key.__new__(Key)
    fields = after.__dict__
    with _lock:
        key = _next
        fields["seed"], fields["stream"] = key.seed, (key.stream + 1) % _LIMIT
        _next = after
    return key


def get_rng_state(device: str | None = None) -> Key:
    """Return the key that the next parameter will take: all there is to save of the random state.

    Mirrors ``paddle.get_rng_state``. ``device`` is "cpu" or None, and any other a ValueError.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.seed(3):
    ...     paramattr.get_rng_state()
    Key(seed=3, stream=0)
    """
    if device is not None:
        checks.choice("device", device, ["cpu"])
    return _next


def set_rng_state(state_list: Key, device: str | None = None) -> None:
    """Go on from a saved state, a Key that `get_rng_state` returned; a TypeError for anything else.

    Mirrors ``paddle.set_rng_state``, where the state is a list. For ``device`` see `get_rng_state`.

    Examples
    --------
    >>> import paramattr
    >>> state = paramattr.get_rng_state()
    >>> first = paramattr.create_parameter([3]).numpy()
    >>> paramattr.set_rng_state(state)
    >>> bool((paramattr.create_parameter([3]).numpy() == first).all())
    True
    """
    global _next
    checks.instance("state_list", state_list, Key, "a Key, as get_rng_state returned it")
    if device is not None:
        checks.choice("device", device, ["cpu"])
    with _lock:
        _next = state_list


class Generator:
    """What `seed` returns: the random state of the process, which there is only one of.

    Mirrors the part of ``paddle.Generator`` that a program on the CPU uses. As a context manager it goes back, at the end
    of the block, to the state before the call of `seed`.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.seed(3) as generator:
    ...     generator.initial_seed(), generator.get_state()
    (3, Key(seed=3, stream=0))
    """

    def __init__(self, before: Key) -> None:
        self._before = before

    def initial_seed(self) -> int:
        """Return the seed that the stream started with."""
        return get_rng_state().seed

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream afresh, as `seed` does, and return this object."""
        set_rng_state(Key(seed, 0))
        return self

    def get_state(self) -> Key:
        """Return the random state, as `get_rng_state`."""
        return get_rng_state()

    def set_state(self, state: Key) -> None:
        """Go on from a saved state, as `set_rng_state`."""
        set_rng_state(state)

    def __enter__(self) -> Generator:
        return self

    def __exit__(self, *exc_info: object) -> None:
        set_rng_state(self._before)


def seed(seed: int) -> Generator:
    """Start the stream of all later parameters afresh.

    The same model built after the same call has the same values. Without a call the seed is 0. In a ``with`` statement
    it ends with the block: the earlier state comes back. Mirrors ``paddle.seed``, and is ``paddle.manual_seed`` too.

    Parameters
    ----------
    seed : int
        In ``[0, 2**64)``.

    Raises
    ------
    TypeError, ValueError
        If ``seed`` is not an integer in that range.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.seed(3):
    ...     first = paramattr.create_parameter([2])
    >>> with paramattr.seed(3):
    ...     bool((first.numpy() == paramattr.create_parameter([2]).numpy()).all())
    True
    """
    global _next
    fresh = Key(seed, 0)
    with _lock:
        before, _next = _next, fresh
    return Generator(before)


manual_seed = seed
