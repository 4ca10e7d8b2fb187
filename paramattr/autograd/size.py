"""The shape of a tensor."""

from __future__ import annotations


class Size(tuple[int, ...]):
    """A shape: a tuple that also equals the list of the same sizes, as ``paddle.Size`` does."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        return repr(list(self))
