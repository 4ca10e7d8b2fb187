"""Where tensors are: in the memory of the CPU."""

from __future__ import annotations


class Place:
    """The memory of the CPU, where every tensor is.

    Mirrors ``paddle.CPUPlace``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1.0]).place
    Place(cpu)
    """

    def is_cpu_place(self) -> bool:
        """Return True."""
        return True

    def is_gpu_place(self) -> bool:
        """Return False."""
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place)

    def __hash__(self) -> int:
        return hash(Place)

    def __repr__(self) -> str:
        return "Place(cpu)"


class Device(str):
    """The device of a tensor as text.

    Mirrors what ``paddle.Tensor.device`` is.

    Examples
    --------
    >>> import paramattr
    >>> device = paramattr.to_tensor([1.0]).device
    >>> print(device, device.type, device.index)
    cpu cpu None
    """

    __slots__ = ()
    type = "cpu"
    index = None  # type: ignore[assignment]  # str has a method of this name, Paddle's too


def check(name: str, value: object) -> None:
    """Raise a ValueError that names the argument unless ``value`` is None, "cpu" or a `Place`."""
    if not (value is None or isinstance(value, Place) or (isinstance(value, str) and value == "cpu")):
        raise ValueError(f"{name} must be 'cpu', a place or None, but received {value!r}: tensors are on the CPU")
