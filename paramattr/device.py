"""Where tensors are: in the memory of the CPU, and nowhere else. The names are those of ``paddle.device``."""

from __future__ import annotations

from paramattr import cuda
from paramattr.autograd.place import Place as CPUPlace
from paramattr.autograd.place import check
from paramattr.autograd.tensor import Tensor
from paramattr.random import get_rng_state, manual_seed, set_rng_state
from paramattr.utils import absent, checks

__all__ = [
    "CPUPlace", "cuda", "device_count", "get_all_custom_device_type", "get_all_device_type", "get_available_custom_device",
    "get_available_device", "get_cudnn_version", "get_device", "get_rng_state", "is_available", "is_compiled_with_cinn",
    "is_compiled_with_cuda", "is_compiled_with_custom_device", "is_compiled_with_distribute", "is_compiled_with_ipu",
    "is_compiled_with_rocm", "is_compiled_with_xpu", "manual_seed", "set_device", "set_rng_state",
]  # fmt: skip

absent.explain(__name__)


def set_device(device: str | CPUPlace) -> CPUPlace:
    """Return the place of ``device``, which is the CPU.

    Mirrors ``paddle.set_device``.

    Parameters
    ----------
    device : str or CPUPlace
        "cpu", or its place.

    Raises
    ------
    ValueError
        If it is another.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.set_device("cpu")
    Place(cpu)
    """
    if device is None:
        raise ValueError("device must be 'cpu' or a place, but received None")
    check("device", device)
    return CPUPlace()


def get_device(input: Tensor | None = None) -> str | int:
    """Return "cpu", or for a tensor -1, as Paddle numbers the CPU.

    Mirrors ``paddle.get_device``.

    Parameters
    ----------
    input : Tensor, optional
        The tensor to ask for.

    Raises
    ------
    TypeError
        If ``input`` is no tensor.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.get_device()
    'cpu'
    """
    if input is None:
        return "cpu"
    checks.instance("input", input, Tensor, "a Tensor or None")
    return -1


def device_count() -> int:
    """Return 0, the number of accelerators."""
    return 0


def is_available() -> bool:
    """Return False: there is no accelerator."""
    return False


def get_all_device_type() -> list[str]:
    """Return the kinds of devices, in Paddle's words: none but the CPU, which is not listed."""
    return []


def get_all_custom_device_type() -> list[str]:
    """Return the kinds of devices by plug-ins: none."""
    return []


def get_available_device() -> list[str]:
    """Return the accelerators: none."""
    return []


def get_available_custom_device() -> list[str]:
    """Return the accelerators by plug-ins: none."""
    return []


def get_cudnn_version() -> None:
    """Return None: cuDNN is not used."""


def is_compiled_with_cuda() -> bool:
    """Return False: NumPy computes on CPUs."""
    return False


def is_compiled_with_rocm() -> bool:
    """Return False, as `is_compiled_with_cuda`."""
    return False


def is_compiled_with_xpu() -> bool:
    """Return False, as `is_compiled_with_cuda`."""
    return False


def is_compiled_with_ipu() -> bool:
    """Return False, as `is_compiled_with_cuda`."""
    return False


def is_compiled_with_cinn() -> bool:
    """Return False: nothing is compiled."""
    return False


def is_compiled_with_distribute() -> bool:
    """Return False: one process trains."""
    return False


def is_compiled_with_custom_device(device_type: str) -> bool:
    """Return False for any ``device_type``; a TypeError if that is no string."""
    checks.instance("device_type", device_type, str, "a string")
    return False
