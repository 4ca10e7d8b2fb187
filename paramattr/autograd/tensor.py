"""Tensor: an array with a gradient and an entry on the tape."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.autograd import rules, tape, writes
from paramattr.autograd.evaluation import array_of, compare, constant, evaluate, numbers
from paramattr.autograd.size import Size
from paramattr.autograd.tape import Array, Node
from paramattr.utils import checks, dtypes

Axes = int | Sequence[int] | None
Operator = Callable[["Tensor", "Operand"], "Tensor"]


def _operators(rule: rules.Rule) -> tuple[Operator, Operator]:
    """Return the methods of an operator with the tensor on the left and on the right."""
    return lambda x, y: apply(rule, x, y), lambda y, x: apply(rule, x, y)


def _comparison(ufunc: np.ufunc) -> Operator:
    return lambda x, other: _wrap(compare(ufunc, x.data, other))


class Tensor:
    """An n-dimensional array that can take part in automatic differentiation.

    Mirrors the part of ``paddle.Tensor`` that training layers needs. `to_tensor` is the usual way to make one.

    Parameters
    ----------
    data : array_like
        The values, numbers; a NumPy array is held, not copied.
    stop_gradient : bool, default True
        Whether gradients stop here. A tensor made from one with ``stop_gradient=False`` has False too.
    name : str, optional
        A name for error messages.

    Raises
    ------
    TypeError
        If ``data`` is not numeric, or another argument of the wrong type.

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
    _data: Array
    _stop_gradient = True
    _grad: Tensor | None = None
    _node: Node | None = None
    # Weak: the node of a leaf holds the leaf, and with a cycle a tensor would outlive its last name.
    _leaf: weakref.ref[Node] | None = None

    def __init__(self, data: Operand, *, stop_gradient: bool = True, name: str | None = None) -> None:
        self._data = array_of("data", data)
        self._stop_gradient = checks.boolean("stop_gradient", stop_gradient)
        checks.instance("name", name, (str, type(None)), "a string or None")
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
        return self._data.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._data.size

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
        self._stop_gradient = checks.boolean("stop_gradient", value)

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
        array = None if value is None else self._fitting(f"grad of {self._label()}", value)
        self._grad = None if array is None else _wrap(array.astype(self.dtype, copy=False))

    def _fitting(self, name: str, value: object) -> Array:
        """Return ``value`` as an array of real numbers in the shape of this tensor."""
        array = array_of(name, value)
        if not dtypes.is_real(array.dtype):
            raise TypeError(f"{name} must be numeric and real, but received dtype {array.dtype}")
        if not (dtypes.is_floating(self.dtype) or np.can_cast(array.dtype, self.dtype, "same_kind")):
            raise TypeError(f"{name} must fit the dtype {self.dtype}, but received dtype {array.dtype}")
        if array.shape != tuple(self.shape):
            raise ValueError(f"{name} must have shape {self.shape!r}, not {list(array.shape)}")
        return array

    def set_value(self, value: Operand) -> None:
        """Copy ``value``, array_like of exactly the shape of this tensor, into it, cast to its dtype.

        Raises
        ------
        TypeError, ValueError
            If ``value`` is not numeric, or of another shape; the tensor keeps its values.
        """
        array = self._fitting(f"value of {self._label()}", value)
        writes.record([self])
        self._data[...] = array

    def __getstate__(self) -> dict[str, Any]:
        if self._node is not None:
            raise RuntimeError(f"{self._label()} was made by a recorded operation: copy or pickle its detach() instead")
        # A copy starts outside of every recorded graph.
        return {**self.__dict__, "_leaf": None}

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

    def _real_item(self) -> Any:
        if self.dtype.kind == "c":
            raise TypeError(f"{self._label()} must hold a real number, but has dtype {self.dtype}")
        return self.item()

    def tolist(self) -> Any:
        """Return the values as nested lists."""
        return self.data.tolist()

    def detach(self) -> Tensor:
        """Return a tensor that shares the values but not the history."""
        return _wrap(self.data)

    def clone(self) -> Tensor:
        """Return a copy that stays on the tape."""
        return apply(rules.clone, self)

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
            If the tensor has no gradient history, the graph was released by an earlier call, or values that the
            gradient needs have been changed since, by ``set_value`` or an optimizer's step.
        """
        checks.boolean("retain_graph", retain_graph)
        if self.stop_gradient:
            raise RuntimeError(f"backward() needs a tensor with stop_gradient=False, but {self._label()} has True")
        if grad_tensor is None and self.size != 1:
            raise ValueError(
                f"backward() on a tensor of shape {self.shape!r} needs grad_tensor of that shape;"
                " without it the tensor must have one element"
            )
        start = np.ones_like(self.data) if grad_tensor is None else self._fitting("grad_tensor", grad_tensor)
        tape.backward(self._tape_entry(), start.astype(self.dtype, copy=False), retain=retain_graph)

    def clear_grad(self, set_to_zero: bool = False) -> None:
        """Forget the gradient, or with ``set_to_zero`` make it zero."""
        keep = checks.boolean("set_to_zero", set_to_zero) and self._grad is not None
        self._grad = _wrap(np.zeros_like(self.data)) if keep else None

    clear_gradient = clear_grad

    def _tape_entry(self) -> Node:
        """Return this tensor's node; a leaf gets one when it is first used."""
        if self._node is not None:
            return self._node
        node = self._leaf() if self._leaf is not None else None
        if node is None:
            if self._data.dtype.kind in "biuc":
                raise TypeError(f"gradients need a floating dtype, but {self._label()} has dtype {self.dtype}")
            node = Node((), (), self._data, self._accumulate)
            self._leaf = weakref.ref(node)
        return node

    def _accumulate(self, gradient: Array) -> None:
        # The sum owns its memory: the arriving array may be a view that another gradient shares.
        self._grad = _wrap(gradient.copy() if self._grad is None else self._grad.data + gradient)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a tensor without axes has no len()")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.item())

    def __float__(self) -> float:
        return float(self._real_item())

    def __int__(self) -> int:
        return int(self._real_item())

    def __repr__(self) -> str:
        values = np.array2string(self.data, separator=", ", prefix=" " * 7, precision=8)
        return f"{self._heading()}\n       {values})"

    def _heading(self) -> str:
        return f"Tensor(shape={self.shape!r}, dtype={self.dtype.name}, stop_gradient={self.stop_gradient},"

    __add__, __radd__ = _operators(rules.add)
    __sub__, __rsub__ = _operators(rules.subtract)
    __mul__, __rmul__ = _operators(rules.multiply)
    __truediv__, __rtruediv__ = _operators(rules.divide)
    __pow__, __rpow__ = _operators(rules.power)
    __matmul__, __rmatmul__ = _operators(rules.matmul)

    def __neg__(self) -> Tensor:
        return apply(rules.negative, self)

    def __getitem__(self, index: Any) -> Tensor:
        return apply(rules.getitem, self, index=_plain_index(index))

    def __eq__(self, other: object) -> Any:
        return _wrap(compare(np.equal, self.data, other)) if numbers(other) is not None else NotImplemented

    def __ne__(self, other: object) -> Any:
        return _wrap(compare(np.not_equal, self.data, other)) if numbers(other) is not None else NotImplemented

    __lt__ = _comparison(np.less)
    __le__ = _comparison(np.less_equal)
    __gt__ = _comparison(np.greater)
    __ge__ = _comparison(np.greater_equal)

    __hash__ = object.__hash__

    def abs(self) -> Tensor:
        """Return the absolute values."""
        return apply(rules.absolute, self)

    __abs__ = abs

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
        return self._reduce(rules.sum, axis, keepdim)

    def mean(self, axis: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the mean over ``axis`` (all axes by default)."""
        return self._reduce(rules.mean, axis, keepdim)

    def max(self, axis: Axes = None, keepdim: bool = False) -> Tensor:
        """Return the largest value over ``axis`` (all axes by default)."""
        return self._reduce(rules.max, axis, keepdim)

    def _reduce(self, rule: rules.Rule, axis: Axes, keepdim: bool) -> Tensor:
        # As in Paddle, no axes at all stand for all of them.
        axes = checks.axes("axis", axis, self.ndim) or None
        return apply(rule, self, axis=axes, keepdim=checks.boolean("keepdim", keepdim))

    def argmax(self, axis: int | None = None) -> Tensor:
        """Return the index of the largest value over ``axis``, of the flattened tensor by default."""
        number = None if axis is None else checks.axis("axis", axis, self.ndim)
        if self.size == 0:
            raise ValueError(f"argmax needs a tensor with elements, but {self._label()} has shape {self.shape!r}")
        return _wrap(np.asarray(self.data.argmax(axis=number)))

    def reshape(self, shape: Sequence[int]) -> Tensor:
        """Return the tensor in another shape; one size may be -1."""
        return apply(rules.reshape, self, shape=checks.new_shape("shape", shape, self.size))

    def transpose(self, perm: Sequence[int]) -> Tensor:
        """Return the tensor with its axes in the order ``perm``."""
        axes = checks.axes("perm", perm, self.ndim)
        if axes is None or len(axes) != self.ndim:
            raise ValueError(f"perm must name each of the {self.ndim} axes, but received {perm!r}")
        return apply(rules.transpose, self, perm=axes)

    def flatten(self, start_axis: int = 0, stop_axis: int = -1) -> Tensor:
        """Return the tensor with the axes from ``start_axis`` to ``stop_axis`` made one.

        Raises
        ------
        TypeError, ValueError
            If an axis is not an integer or does not exist, or ``start_axis`` comes after ``stop_axis``.
        """
        count = max(self.ndim, 1)
        given = checks.integer("start_axis", start_axis), checks.integer("stop_axis", stop_axis)
        first, last = (axis + count if axis < 0 else axis for axis in given)
        if not 0 <= first <= last < count:
            needed = f"axes with start_axis <= stop_axis of a tensor with {self.ndim} axes"
            raise ValueError(f"flatten needs {needed}, but received start_axis={start_axis}, stop_axis={stop_axis}")
        sizes = tuple(self.shape)
        return self.reshape((*sizes[:first], math.prod(sizes[first : last + 1]), *sizes[last + 1 :]))

    def astype(self, dtype: DTypeLike) -> Tensor:
        """Return the tensor in another dtype."""
        return apply(rules.astype, self, dtype=dtypes.floating("dtype", dtype))


Operand = Tensor | ArrayLike


def _wrap(array: Array) -> Tensor:
    """Return a tensor that holds an array which is known to be numeric."""
    tensor = Tensor.__new__(Tensor)
    tensor._data = array
    return tensor


def as_tensor(name: str, value: Operand) -> Tensor:
    """Return a Tensor as it is and array_like as a constant; TypeError that names the argument for all else."""
    tensor = value if isinstance(value, Tensor) else _wrap(array_of(name, value))
    if tensor._data.dtype.kind == "c":
        raise TypeError(f"{name} must hold real numbers, but received dtype {tensor.dtype}")
    return tensor


def apply(rule: rules.Rule, *inputs: Operand, **settings: Any) -> Tensor:
    """Run ``rule`` on the arrays of ``inputs`` and put its value on the tape.

    Python numbers and plain arrays take part as constants; a Python number takes the dtype of the tensors. Where the
    result is float16 or bfloat16, the rule computes in float32, and value and gradients are rounded once.

    Parameters
    ----------
    rule : callable
        ``rule(*arrays, **settings)`` returns the value and one pullback per array. A pullback must hold, as variables
        of its closure, the arrays that it needs and no other: it is refused once one of them has been written to.
    *inputs : Tensor or array_like
        What the value is made from; ``settings`` are passed on to ``rule``.

    Raises
    ------
    TypeError, ValueError, IndexError
        If an input is not numeric, or shapes, dtypes and settings do not fit.
    """
    tensors = [x for x in inputs if isinstance(x, Tensor)]
    dtype = tensors[0]._data.dtype if tensors else None
    arrays = [x.data if isinstance(x, Tensor) else constant(rule, i, x, dtype) for i, x in enumerate(inputs)]
    value, pullbacks = evaluate(rule, inputs, arrays, settings)
    result = _wrap(value if type(value) is np.ndarray else np.asarray(value))
    if not tape.no_grad_depth.get():
        parents = tuple([x._tape_entry() if isinstance(x, Tensor) and not x.stop_gradient else None for x in inputs])
        if any(parents):
            if result._data.dtype.kind == "c":
                raise TypeError(f"gradients need real inputs, but those of {rule.__name__.strip('_')} are complex")
            result._stop_gradient = False
            result._node = Node(parents, pullbacks, result._data)
    return result


def _plain_index(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(_plain_index(part) for part in index)
    return index.data if isinstance(index, Tensor) else index
