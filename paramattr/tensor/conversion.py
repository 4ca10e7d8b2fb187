"""Tensors from and to other things: arrays, lists, capsules, other tensors; and what a dtype can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply, place
from paramattr.autograd.evaluation import array_of
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.tensor import parts
from paramattr.tensor.function import into
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

__all__ = ["assign", "clone", "complex", "finfo", "from_dlpack", "from_numpy", "iinfo", "shape", "to_dlpack", "tolist"]


def assign(x: Operand, output: Tensor | None = None) -> Tensor:
    """Return a copy of ``x``, which stays on the tape, or ``output`` after it has become the copy.

    Mirrors ``paddle.assign``: lists and arrays keep NumPy's dtype, and a number becomes a tensor of shape [1].

    Parameters
    ----------
    x : Tensor or array_like
        The values.
    output : Tensor, optional
        Takes over the values; its own shape and dtype don't matter.

    Raises
    ------
    TypeError
        If ``x`` is not numeric or ``output`` no `Tensor`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.assign([1, 2]).numpy()
    array([1, 2])
    """
    value = x.clone() if isinstance(x, Tensor) else Tensor(np.array(array_of("x", x), ndmin=int(np.isscalar(x))))
    if output is None:
        return value
    checks.instance("output", output, Tensor, "a Tensor or None")
    return changed(output, lambda: value)


def complex(real: Operand, imag: Operand, name: str | None = None, *, out: Tensor | None = None) -> Tensor:
    """Return the complex numbers of these parts.

    Mirrors ``paddle.complex``.

    Parameters
    ----------
    real, imag : Tensor or array_like
        Floats, of shapes that broadcast.
    name : str, optional
        Accepted as in Paddle.
    out : Tensor, optional
        Takes over the value.

    Raises
    ------
    TypeError, ValueError
        If an argument does not hold floats or needs a gradient, or the shapes do not fit.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.complex(paramattr.to_tensor([1.0]), paramattr.to_tensor([2.0])).tolist()
    [(1+2j)]
    """
    return into(out, apply(parts.joined, parts.floats("real", real), parts.floats("imag", imag)))


def clone(x: Operand, name: str | None = None) -> Tensor:
    """Return a copy of ``x`` that stays on the tape.

    Mirrors ``paddle.clone``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.clone(paramattr.to_tensor([1.0])).numpy()
    array([1.], dtype=float32)
    """
    return as_tensor("x", x).clone()


def shape(input: Operand) -> Tensor:
    """Return the sizes of the axes as a tensor.

    Mirrors ``paddle.shape``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.shape(paramattr.zeros([2, 3])).numpy()
    array([2, 3])
    """
    return Tensor(np.asarray(array_of("input", input).shape, np.int64))


def tolist(x: Operand) -> Any:
    """Return the values as nested lists, a number if there are no axes.

    Mirrors ``paddle.tolist``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.tolist(paramattr.to_tensor([[1, 2]]))
    [[1, 2]]
    """
    return array_of("x", x).tolist()


def from_numpy(ndarray: Array) -> Tensor:
    """Return a tensor that shares the memory of an array.

    Mirrors ``paddle.from_numpy``.

    Raises
    ------
    TypeError
        If ``ndarray`` is no array of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.from_numpy(np.ones(2)).shape
    [2]
    """
    checks.instance("ndarray", ndarray, np.ndarray, "a NumPy array")
    return Tensor(array_of("ndarray", ndarray))


class _Capsule:
    """A DLPack capsule as the object that NumPy reads one from."""

    def __init__(self, capsule: object) -> None:
        self._capsule = capsule

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


def from_dlpack(dlpack: Any, *, device: object = None, copy: bool | None = None) -> Tensor:
    """Return a tensor that shares memory with an object that exports itself by DLPack, or with a capsule.

    Mirrors ``paddle.from_dlpack``.

    Parameters
    ----------
    dlpack : object
        With a method ``__dlpack__``, such as an array or tensor of any library, or what `to_dlpack` returned.
    device : optional
        "cpu", a place or None: all tensors are on the CPU.
    copy : bool, optional
        Whether to copy the values; by default and with False the memory is shared.

    Raises
    ------
    TypeError, ValueError
        If ``dlpack`` is neither, holds no numbers, or another argument is of the wrong kind.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.from_dlpack(np.ones(2)).numpy()
    array([1., 1.])
    """
    place.check("device", device)
    copied = copy is not None and checks.boolean("copy", copy)
    source: Any = dlpack if hasattr(dlpack, "__dlpack__") else _Capsule(dlpack)
    if isinstance(source, _Capsule) and type(dlpack).__name__ != "PyCapsule":
        raise TypeError(f"dlpack must have a method __dlpack__ or be a capsule, but received {type(dlpack).__name__}")
    array = array_of("dlpack", np.from_dlpack(source))
    return Tensor(array.copy() if copied else array)


def to_dlpack(x: Tensor) -> Any:
    """Return a DLPack capsule that shares memory with ``x``.

    Mirrors ``paddle.to_dlpack``. A capsule can be read once.

    Raises
    ------
    TypeError
        If ``x`` is no `Tensor`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.from_dlpack(paramattr.to_dlpack(paramattr.to_tensor([1.0]))).numpy()
    array([1.], dtype=float32)
    """
    checks.instance("x", x, Tensor, "a Tensor")
    return x.__dlpack__()


@also(type="dtype")
def finfo(dtype: DTypeLike) -> Limits:
    """Return the limits of a floating dtype, or of the parts of a complex one: ``min``, ``max``, ``eps`` and so on.

    Mirrors ``paddle.finfo``.

    Raises
    ------
    TypeError, ValueError
        If ``dtype`` is neither.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.finfo("float32").eps
    1.1920928955078125e-07
    """
    if dtype is None:
        raise TypeError("dtype must be a floating dtype, but received None")
    given = dtypes.numeric("dtype", dtype, np.dtype(bool))
    return Limits(dtypes.floating("dtype", np.empty(0, given).real.dtype if given.kind == "c" else given))


def iinfo(dtype: DTypeLike) -> Limits:
    """Return the limits of an integer dtype: ``min``, ``max`` and ``bits``.

    Mirrors ``paddle.iinfo``.

    Raises
    ------
    TypeError, ValueError
        If ``dtype`` is not one of integers.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.iinfo("int8").max
    127
    """
    given = dtypes.numeric("dtype", dtype, np.dtype(np.int64))
    if given.kind not in "iu":
        raise ValueError(f"dtype must be one of integers, but received {given}")
    return Limits(given)


class Limits:
    """What a dtype can hold, as Python numbers: what `finfo` and `iinfo` return."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        # In the order in which Paddle prints them.
        self.min: float
        self.max: float
        if dtype.kind in "iu":
            limits = np.iinfo(dtype)
            self.min, self.max = int(limits.min), int(limits.max)
        else:
            form = dtypes.FORMATS[dtype.name]
            self.min, self.max = -dtypes.largest(dtype), dtypes.largest(dtype)
            self.eps = 2.0 ** (1 - form.digits)
            # The decimal digits that every number of so many bits keeps.
            self.resolution = float(f"1e-{int((form.digits - 1) * np.log10(2))}")
            self.smallest_normal = self.tiny = 2.0 ** (form.least - 1)
        self.bits, self.dtype = 8 * dtype.itemsize, dtype.name

    def __repr__(self) -> str:
        kind = "finfo" if hasattr(self, "eps") else "iinfo"
        return f"{kind}({', '.join(f'{key}={value}' for key, value in vars(self).items())})"
