"""What a program says to the framework itself: names of dtypes, flags, and readers in batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from paramattr.attr import ParamAttr
from paramattr.autograd.place import check
from paramattr.utils import checks, dtypes

Item = TypeVar("Item")

e, inf, nan, newaxis, pi = math.e, math.inf, math.nan, None, math.pi
dtype = np.dtype

# Paddle's names of dtypes, and the dtype of each.
DTYPES = {
    name: name
    for name in (
        "bool", "uint8", "int8", "int16", "int32", "int64", "uint32", "uint64", "float16", "bfloat16", "float32",
        "float64", "complex64", "complex128",
    )
} | {
    "cdouble": "complex128", "cfloat": "complex64", "double": "float64", "float": "float32", "half": "float16",
    "int": "int32", "long": "int64", "short": "int16",
}  # fmt: skip

__all__ = [
    "ParamAttr", "batch", "disable_signal_handler", "disable_static", "dtype", "e", "get_flags", "in_dynamic_mode", "inf",
    "nan", "newaxis", "pi", "set_flags",
]  # fmt: skip
# Without a dtype that NumPy lacks: `from paramattr import *` must not need another package.
__all__ += sorted(DTYPES.keys() - {"bfloat16"})


def __getattr__(name: str) -> np.dtype[Any]:
    # bfloat16 needs a package that is loaded when the dtype is first asked for.
    if name in DTYPES:
        return dtypes.named(DTYPES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# What Paddle's flags of these names are on a CPU before they are set.
_DEFAULTS = {
    "FLAGS_allocator_strategy": "auto_growth", "FLAGS_benchmark": False, "FLAGS_call_stack_level": 1,
    "FLAGS_check_nan_inf": False, "FLAGS_check_nan_inf_level": 0, "FLAGS_eager_delete_tensor_gb": 0.0,
    "FLAGS_fast_eager_deletion_mode": True, "FLAGS_fraction_of_cpu_memory_to_use": 1.0, "FLAGS_init_allocated_mem": False,
    "FLAGS_initial_cpu_memory_in_mb": 500, "FLAGS_low_precision_op_list": 0, "FLAGS_max_inplace_grad_add": 0,
    "FLAGS_memory_fraction_of_eager_deletion": 1.0, "FLAGS_paddle_num_threads": 1, "FLAGS_set_to_1d": False,
    "FLAGS_sort_sum_gradient": False, "FLAGS_use_autotune": False, "FLAGS_use_mkldnn": False,
    "FLAGS_use_stride_kernel": True, "FLAGS_use_system_allocator": False,
}  # fmt: skip
_flags: dict[str, Any] = {}


def in_dynamic_mode() -> bool:
    """Return True: every step is computed at once.

    Mirrors ``paddle.in_dynamic_mode``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.in_dynamic_mode()
    True
    """
    return True


def disable_static(place: object = None) -> None:
    """Do nothing: every step is computed at once, and always was.

    Mirrors ``paddle.disable_static``.

    Parameters
    ----------
    place : object, optional
        "cpu", a place or None.

    Raises
    ------
    ValueError
        If ``place`` is another.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.disable_static()
    """
    check("place", place)


def disable_signal_handler() -> None:
    """Do nothing: no signal is handled here.

    Mirrors ``paddle.disable_signal_handler``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.disable_signal_handler()
    """


def set_flags(flags: Mapping[str, Any]) -> None:
    """Remember flags, none of which changes anything here.

    Mirrors ``paddle.set_flags``, so that programs that tune Paddle run.

    Parameters
    ----------
    flags : mapping of str
        Values by name; names begin with ``"FLAGS_"``.

    Raises
    ------
    TypeError, ValueError
        If it is no mapping, or a name does not begin so; then nothing is remembered.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.set_flags({"FLAGS_eager_delete_tensor_gb": 1.0})
    >>> paramattr.get_flags("FLAGS_eager_delete_tensor_gb")
    {'FLAGS_eager_delete_tensor_gb': 1.0}
    """
    checks.instance("flags", flags, Mapping, "a mapping of names to values")
    for name in flags:
        checks.instance("a name in flags", name, str, "a string")
        if not name.startswith("FLAGS_"):
            raise ValueError(f"flags must be named FLAGS_..., but received {name!r}")
    _flags.update(flags)


def get_flags(flags: str | Sequence[str]) -> dict[str, Any]:
    """Return flags by name: what `set_flags` was given, or for the usual ones what they are in Paddle before.

    Mirrors ``paddle.get_flags``.

    Parameters
    ----------
    flags : str or sequence of str
        The names.

    Raises
    ------
    TypeError, ValueError
        If a name is no string, or of an unusual flag that was not set.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.get_flags(["FLAGS_use_stride_kernel"])
    {'FLAGS_use_stride_kernel': True}
    """
    names = [flags] if isinstance(flags, str) else checks.several("flags", flags, "a name or several")
    known = _DEFAULTS | _flags
    for name in names:
        checks.instance("a name in flags", name, str, "a string")
        if name not in known:
            raise ValueError(f"flags must name flags that have a value, {sorted(known)}, but received {name!r}")
    return {name: known[name] for name in names}


def batch(
    reader: Callable[[], Iterator[Item]], batch_size: int, drop_last: bool = False
) -> Callable[[], Iterator[list[Item]]]:
    """Return a reader of lists of what ``reader`` reads.

    Mirrors ``paddle.batch``.

    Parameters
    ----------
    reader : callable
        Returns an iterator over samples.
    batch_size : int
        The length of the lists.
    drop_last : bool, default False
        Whether a last list that would be shorter is left out.

    Raises
    ------
    TypeError, ValueError
        If ``reader`` is not callable or ``batch_size`` not positive.

    Examples
    --------
    >>> import paramattr
    >>> list(paramattr.batch(lambda: iter(range(5)), 2)())
    [[0, 1], [2, 3], [4]]
    """
    if not callable(reader):
        raise TypeError(f"reader must be callable, but received {reader!r} ({type(reader).__name__})")
    size = checks.integer("batch_size", batch_size, low=1)
    whole_only = checks.boolean("drop_last", drop_last)

    def batches() -> Iterator[list[Item]]:
        samples: list[Item] = []
        for sample in reader():
            samples.append(sample)
            if len(samples) == size:
                yield samples
                samples = []
        if samples and not whole_only:
            yield samples

    return batches
