"""Tensor: an array with a gradient and an entry on the tape."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.autograd import rules, tape
from paramattr.autograd.tape import Array, Node
from paramattr.utils import dtypes

Axes = int | Sequence[int] | None


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


class Tensor:
    """An n-dimensional array that can take part in automatic differentiation.

    Mirrors the part of ``paddle.Tensor`` that training layers needs.

    Parameters
    ----------
    data : array_like
        The values; a NumPy array is held, not copied.
    stop_gradient : bool, default True
        Whether gradients stop here. A tensor made from one with ``stop_gradient=False`` has False too.
    name : str, optional
        A name for error messages.

    See Also
    --------
    to_tensor : the usual way to make one.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0, 3.0], stop_gradient=False)
    >>> (x * x).sum().backward()
    >>> x.grad.numpy()
    array([2., 4., 6.], dtype=float32)
    """

    # Makes NumPy leave `array + tensor` to Tensor.__radd__ instead of looping over elements.
    __array_ufunc__ = None

    name: str | None = None
    _stop_gradient = True

    def __init__(self, data: ArrayLike, *, stop_gradient: bool = True, name: str | None = None) -> None:
        self._data: Array = np.asarray(data)
        if not stop_gradient:
            self._stop_gradient = False
        self._grad: Tensor | None = None
        self._node: Node | None = None
        # Weak, because the node of a leaf holds the leaf: with a cycle a tensor would outlive its last name.
        self._leaf: weakref.ref[Node] | None = None
        if name is not None:
            self.name = name

    @property
    def data(self) -> Array:
        """The array itself, not a copy."""
        return self._data

    @property
    def shape(self) -> Size:
        """The sizes of the axes; equal to a list or a tuple of them."""
        return Size(self._data.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the elements."""
        dtype: np.dtype[Any] = self._data.dtype
        return dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def T(self) -> Tensor:  # noqa: N802  (Paddle's name)
        """The tensor with its axes in reverse order."""
        return self.transpose(range(self.ndim)[::-1])

    @property
    def stop_gradient(self) -> bool:
        """Whether gradients stop here."""
        return self._stop_gradient

    @stop_gradient.setter
    def stop_gradient(self, value: bool) -> None:
        self._stop_gradient = bool(value)

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self._node is None

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient, or None. An array or tensor of the same shape can be assigned."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | ArrayLike | None) -> None:
        if value is None:
            self._grad = None
            return
        array = value.data if isinstance(value, Tensor) else np.asarray(value)
        if array.dtype.kind not in "fiu" and not dtypes.is_floating(array.dtype):
            raise TypeError(f"grad of {self._label()} must be numeric, but received dtype {array.dtype}")
        if array.shape != tuple(self.shape):
            raise ValueError(f"grad of {self._label()} must have shape {self.shape!r}, not {list(array.shape)}")
        self._grad = Tensor(array.astype(self.dtype, copy=False))

    def _label(self) -> str:
        return f"{type(self).__name__.lower()} {self.name!r}" if self.name else f"a {type(self).__name__.lower()}"

    def numpy(self) -> Array:
        """Return the values as an array that shares memory with the tensor."""
        return self.data

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy:
            return np.array(self.data, dtype)
        array = self.data if dtype is None else self.data.astype(dtype, copy=False)
        if copy is False and array is not self.data:
            raise ValueError(f"a tensor of dtype {self.dtype} can't be seen as {np.dtype(dtype)} without a copy")
        return array

    def item(self) -> Any:
        """Return the only element as a Python number; ValueError if there is not just one."""
        if self.size != 1:
            raise ValueError(f"item() needs a tensor with one element, but {self._label()} has shape {self.shape!r}")
        return self.data.item()

    def tolist(self) -> Any:
        """Return the values as nested lists."""
        return self.data.tolist()

    def detach(self) -> Tensor:
        """Return a tensor that shares the values but not the history."""
        return Tensor(self.data)

    def clone(self) -> Tensor:
        """Return a copy that stays on the tape."""
        return apply(lambda x: (x.copy(), (lambda g: g,)), self)

    def backward(self, grad_tensor: Tensor | ArrayLike | None = None, retain_graph: bool = False) -> None:
        """Add to the ``grad`` of every leaf this tensor was made from.

        Parameters
        ----------
        grad_tensor : Tensor or array_like, optional
            The gradient to start from, of this tensor's shape; 1 for a tensor with one element.
        retain_graph : bool, default False
            Keep the recorded graph so that ``backward`` can be called again.

        Raises
        ------
        ValueError
            If the tensor has more than one element and no ``grad_tensor`` is given, or its shape does not match.
        RuntimeError
            If the tensor has no gradient history, or the graph was released by an earlier call.
        """
        if self.stop_gradient:
            raise RuntimeError(f"backward() needs a tensor with stop_gradient=False, but {self._label()} has True")
        if grad_tensor is None:
            if self.size != 1:
                raise ValueError(
                    f"backward() on a tensor of shape {self.shape!r} needs grad_tensor of that shape;"
                    " without it the tensor must have one element"
                )
            start = np.ones_like(self.data)
        else:
            start = np.asarray(grad_tensor.data if isinstance(grad_tensor, Tensor) else grad_tensor)
            if start.shape != tuple(self.shape):
                raise ValueError(f"grad_tensor must have shape {self.shape!r}, but received {list(start.shape)}")
        tape.backward(self._tape_entry(), start.astype(self.dtype, copy=False), retain=retain_graph)

    def clear_grad(self, set_to_zero: bool = False) -> None:
        """Forget the gradient, or with ``set_to_zero`` make it zero."""
        self._grad = Tensor(np.zeros_like(self.data)) if set_to_zero and self._grad is not None else None

    clear_gradient = clear_grad

    def _tape_entry(self) -> Node:
        """Return this tensor's node; a leaf gets one when it is first used."""
        if self._node is not None:
            return self._node
        node = self._leaf() if self._leaf is not None else None
        if node is None:
            node = Node((), (), self._data.shape, self._data.dtype, self._accumulate)
            self._leaf = weakref.ref(node)
        return node

    def _accumulate(self, gradient: Array) -> None:
        # The sum owns its memory: the arriving array may be a view that another gradient shares.
        self._grad = Tensor(gradient.copy() if self._grad is None else self._grad.data + gradient)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a tensor without axes has no len()")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __repr__(self) -> str:
        values = np.array2string(self.data, separator=", ", prefix=" " * 7, precision=8)
        return (
            f"Tensor(shape={self.shape!r}, dtype={self.dtype.name}, stop_gradient={self.stop_gradient},\n"
            f"       {values})"
        )

    def __add__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.add, self, other)

    def __radd__(self, other: ArrayLike) -> Tensor:
        return apply(rules.add, other, self)

    def __sub__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.subtract, self, other)

    def __rsub__(self, other: ArrayLike) -> Tensor:
        return apply(rules.subtract, other, self)

    def __mul__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.multiply, self, other)

    def __rmul__(self, other: ArrayLike) -> Tensor:
        return apply(rules.multiply, other, self)

    def __truediv__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.divide, self, other)

    def __rtruediv__(self, other: ArrayLike) -> Tensor:
        return apply(rules.divide, other, self)

    def __pow__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.power, self, other)

    def __rpow__(self, other: ArrayLike) -> Tensor:
        return apply(rules.power, other, self)

    def __matmul__(self, other: Tensor | ArrayLike) -> Tensor:
        return apply(rules.matmul, self, other)

    def __rmatmul__(self, other: ArrayLike) -> Tensor:
        return apply(rules.matmul, other, self)

    def __neg__(self) -> Tensor:
        return apply(rules.negative, self)

    def __abs__(self) -> Tensor:
        return apply(rules.absolute, self)

    def __getitem__(self, index: Any) -> Tensor:
        return apply(rules.getitem, self, index=_plain_index(index))

    def __eq__(self, other: object) -> Any:
        return Tensor(self.data == _plain(other))

    def __ne__(self, other: object) -> Any:
        return Tensor(self.data != _plain(other))

    def __lt__(self, other: Any) -> Tensor:
        return Tensor(self.data < _plain(other))

    def __le__(self, other: Any) -> Tensor:
        return Tensor(self.data <= _plain(other))

    def __gt__(self, other: Any) -> Tensor:
        return Tensor(self.data > _plain(other))

    def __ge__(self, other: Any) -> Tensor:
        return Tensor(self.data >= _plain(other))

    __hash__ = object.__hash__

    def abs(self) -> Tensor:
        """Return the absolute values."""
        return abs(self)

    def exp(self) -> Tensor:
        """Return e to the power of each element."""
        return apply(rules.exp, self)

    def log(self) -> Tensor:
        """Return the natural logarithms."""
        return apply(rules.log, self)

    def sqrt(self) -> Tensor:
        """Return the square roots."""
        return apply(rules.sqrt, self)

    def sum(self, axis: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the sum over ``axis`` (all axes by default)."""
        return apply(rules.sum, self, axis=_plain_axes(axis), keepdim=keepdim)

    def mean(self, axis: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the mean over ``axis`` (all axes by default)."""
        return apply(rules.mean, self, axis=_plain_axes(axis), keepdim=keepdim)

    def max(self, axis: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the largest value over ``axis`` (all axes by default)."""
        return apply(rules.max, self, axis=_plain_axes(axis), keepdim=keepdim)

    def argmax(self, axis: int | None = None) -> Tensor:
        """Return the index of the largest value over ``axis``, of the flattened tensor by default."""
        return Tensor(self.data.argmax(axis=axis))

    def reshape(self, shape: Sequence[int]) -> Tensor:
        """Return the tensor in another shape; one size may be -1."""
        return apply(rules.reshape, self, shape=tuple(shape))

    def transpose(self, perm: Sequence[int]) -> Tensor:
        """Return the tensor with its axes in the order ``perm``."""
        return apply(rules.transpose, self, perm=tuple(perm))

    def flatten(self, start_axis: int = 0, stop_axis: int = -1) -> Tensor:
        """Return the tensor with the axes from ``start_axis`` to ``stop_axis`` made one.

        Raises
        ------
        ValueError
            If an axis does not exist, or ``start_axis`` comes after ``stop_axis``.
        """
        first, last = (axis + self.ndim if axis < 0 else axis for axis in (start_axis, stop_axis))
        if not 0 <= first <= last < max(self.ndim, 1):
            raise ValueError(
                f"flatten needs axes with start_axis <= stop_axis of a tensor with {self.ndim} axes,"
                f" but received start_axis={start_axis}, stop_axis={stop_axis}"
            )
        sizes = tuple(self.shape)
        joined = int(np.prod(sizes[first : last + 1], dtype=np.int64))
        return self.reshape((*sizes[:first], joined, *sizes[last + 1 :]))

    def astype(self, dtype: DTypeLike) -> Tensor:
        """Return the tensor in another dtype."""
        return apply(rules.astype, self, dtype=dtypes.floating("dtype", dtype))


Operand = Tensor | ArrayLike


def apply(rule: rules.Rule, *inputs: Operand, **settings: Any) -> Tensor:
    """Run ``rule`` on the arrays of ``inputs`` and put its value on the tape.

    Python numbers and plain arrays take part as constants; a Python number takes the dtype of the tensors.

    Parameters
    ----------
    rule : callable
        ``rule(*arrays, **settings)`` returns the value and one pullback per array.
    *inputs : Tensor or array_like
        What the value is made from.
    **settings
        Passed on to ``rule``.
    """
    tensors = [x for x in inputs if isinstance(x, Tensor)]
    arrays = [x.data if isinstance(x, Tensor) else _constant(x, tensors) for x in inputs]
    value, pullbacks = rule(*arrays, **settings)
    result = Tensor(value)
    if tape.is_recording() and any(not x.stop_gradient for x in tensors):
        result._stop_gradient = False
        parents = [x._tape_entry() if isinstance(x, Tensor) and not x.stop_gradient else None for x in inputs]
        result._node = Node(parents, pullbacks, result._data.shape, result._data.dtype)
    return result


def _constant(value: ArrayLike, tensors: list[Tensor]) -> Array:
    if isinstance(value, (SupportsFloat, SupportsIndex)) and not isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value, tensors[0].dtype if tensors and dtypes.is_floating(tensors[0].dtype) else None)
    return np.asarray(value)


def _plain(value: Any) -> Any:
    return value.data if isinstance(value, Tensor) else value


def _plain_index(index: Any) -> Any:
    return tuple(_plain(part) for part in index) if isinstance(index, tuple) else _plain(index)


def _plain_axes(axis: Axes) -> rules.Axes:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)
