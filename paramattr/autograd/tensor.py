"""Tensor: an array with a gradient and an entry on the tape."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.autograd import printing, rules, tape, writes
from paramattr.autograd.evaluation import array_of, check_divisor, compare, constant, evaluate, numbers
from paramattr.autograd.memory import InMemory
from paramattr.autograd.size import Size
from paramattr.autograd.tape import Array, Node
from paramattr.utils import absent, checks, dtypes

Axes = int | Sequence[int] | None
Operator = Callable[["Tensor", "Operand"], "Tensor"]


def _operators(rule: rules.Rule) -> tuple[Operator, Operator]:
    """Return the methods of an operator with the tensor on the left and on the right."""
    return lambda x, y: apply(rule, x, y), lambda y, x: apply(rule, x, y)


def _without_zeros(operators: tuple[Operator, Operator]) -> tuple[Operator, Operator]:
    """Return the methods of an operator that divides, where integers are not divided by 0."""
    divided = operators[0]

    def divide(x: Any, y: Any) -> Tensor:
        check_divisor(x, y)
        return divided(x, y)

    return divide, lambda y, x: divide(x, y)


def _comparison(ufunc: np.ufunc) -> Operator:
    return lambda x, other: _wrap(compare(ufunc, x.data, other))


def _discrete(ufunc: np.ufunc) -> tuple[Operator, Operator]:
    """`_operators` for a function of whole numbers or bools, which has no derivative."""

    def rule(x: Array, y: Array) -> rules.Outcome:
        return np.asarray(ufunc(x, y)), ()

    rule.__name__ = ufunc.__name__
    return lambda x, y: without_history(rule, x, y), lambda y, x: without_history(rule, x, y)


# Where methods are looked up, when first used, that `Tensor` does not define itself.
_methods: Mapping[str, Callable[..., Any]] = {}


def methods_from(methods: Mapping[str, Callable[..., Any]]) -> None:
    """Give tensors ``methods`` by name."""
    global _methods
    _methods = methods


class _Methods(type):
    """Finds the methods that are looked up when first used on the class too, as in ``Tensor.exp``."""

    def __getattr__(cls, name: str) -> Callable[..., Any]:
        if name not in _methods:
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        method = _methods[name]
        setattr(Tensor, name, method)
        return method


class Tensor(InMemory, metaclass=_Methods):
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

    name: str | None = None
    _data: Array
    _stop_gradient = True
    _grad: Tensor | None = None
    # The gradient is zero; the zeros are made when they are asked for.
    _cleared = False
    _node: Node | None = None
    # Weak: the node of a leaf holds the leaf, and with a cycle a tensor would outlive its last name.
    _leaf: weakref.ref[Node] | None = None
    _hooks: dict[int, Callable[[Tensor], Tensor | None]] | None = None

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
    def mT(self) -> Tensor:  # noqa: N802  (Paddle's name)
        """The tensor with its last two axes exchanged; a ValueError if there are fewer."""
        if self.ndim < 2:
            raise ValueError(f"mT needs a tensor with at least 2 axes, but {self._label()} has shape {self.shape!r}")
        return self.transpose(-2, -1)

    @property
    def stop_gradient(self) -> bool:
        """Whether gradients stop here."""
        return self._stop_gradient

    @stop_gradient.setter
    def stop_gradient(self, value: bool) -> None:
        self._stop_gradient = checks.boolean("stop_gradient", value)

    @property
    def requires_grad(self) -> bool:
        """Whether the tensor needs a gradient: the opposite of ``stop_gradient``."""
        return not self.stop_gradient

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.stop_gradient = not checks.boolean("requires_grad", value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set ``requires_grad``, and return the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self._node is None

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient, or None. An array or tensor of the same shape can be assigned."""
        if self._cleared:
            self._grad, self._cleared = _wrap(np.zeros(self._data.shape, self._data.dtype)), False
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | ArrayLike | None) -> None:
        array = None if value is None else self._fitting(f"grad of {self._label()}", value)
        self._grad = None if array is None else _wrap(array.astype(self.dtype, copy=False))
        self._cleared = False

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

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        # `array + tensor` is a tensor, as `tensor + array` is; every other call of NumPy's sees the values alone.
        reflected = _REFLECTED.get(ufunc.__name__)
        if method == "__call__" and reflected and not kwargs and not isinstance(inputs[0], Tensor):
            value = reflected(inputs[1], inputs[0])
            if value is not NotImplemented:
                return value
        return getattr(ufunc, method)(*(x.data if isinstance(x, Tensor) else x for x in inputs), **kwargs)

    def __dlpack__(self, **kwargs: Any) -> Any:
        return self.data.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.data.__dlpack_device__()

    def item(self, *args: int) -> Any:
        """Return an element as a Python number: that at an index, or the only one.

        Raises
        ------
        ValueError, IndexError
            If there is no index and not just one element, or no such element.
        """
        if args:
            if len(args) == 1:
                place = checks.integer("args[0]", args[0], low=0, high=self.size - 1)
                return self[np.unravel_index(place, self.data.shape)].item()
            return self[tuple(checks.integer(f"args[{place}]", arg) for place, arg in enumerate(args))].item()
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

    def detach_(self) -> Tensor:
        """Forget the history of this tensor, at which gradients stop from now on, and return it."""
        self._node, self._stop_gradient = None, True
        return self

    def clone(self) -> Tensor:
        """Return a copy that stays on the tape."""
        return apply(rules.clone, self)

    def backward(self, grad_tensor: Tensor | ArrayLike | None = None, retain_graph: bool = False) -> None:
        """Add to the ``grad`` of every leaf this tensor was made from.

        Parameters
        ----------
        grad_tensor : Tensor or array_like, optional
            The gradient to start from, of this tensor's shape; 1 for each element if None, as in Paddle.
        retain_graph : bool, default False
            Keep the recorded graph so that ``backward`` can be called again.

        Raises
        ------
        ValueError
            If the shape of ``grad_tensor`` does not match.
        RuntimeError
            If the tensor has no gradient history, the graph was released by an earlier call, or values that the
            gradient needs have been changed since, by ``set_value`` or an optimizer's step.
        """
        checks.boolean("retain_graph", retain_graph)
        tape.backward([self._root("grad_tensor", grad_tensor)], retain=retain_graph)

    def _root(self, name: str, gradient: Tensor | ArrayLike | None) -> tuple[Node, Array]:
        """Return where a walk back from this tensor begins, and with which gradient."""
        if self.stop_gradient:
            raise RuntimeError(f"backward() needs a tensor with stop_gradient=False, but {self._label()} has True")
        start = np.ones_like(self.data) if gradient is None else self._fitting(name, gradient)
        return self._tape_entry(), start.astype(self.dtype, copy=False)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Hook:
        """Call ``hook`` with each gradient that arrives here; what it returns, unless None, takes its place.

        Mirrors ``paddle.Tensor.register_hook``.

        Returns
        -------
        Hook
            Its method ``remove`` takes the hook away again.

        Raises
        ------
        TypeError
            If ``hook`` is not callable.
        RuntimeError
            If gradients stop at this tensor.

        Examples
        --------
        >>> import paramattr
        >>> x = paramattr.to_tensor([1.0, 2.0], stop_gradient=False)
        >>> handle = x.register_hook(lambda grad: grad * 10)
        >>> x.sum().backward()
        >>> x.grad.numpy()
        array([10., 10.], dtype=float32)
        """
        if not callable(hook):
            raise TypeError(f"hook must be callable, but received {hook!r} ({type(hook).__name__})")
        if self.stop_gradient:
            raise RuntimeError(f"register_hook() needs a tensor with stop_gradient=False, but {self._label()} has True")
        if self._hooks is None:
            self._hooks = {}
        handle = Hook(self._hooks, hook)
        if self._node is not None:
            self._node.hook = _hooked(self._hooks)
        return handle

    def retain_grads(self) -> None:
        """Keep the gradient of this tensor too, which an operation made."""
        if self._node is not None:
            self._node.sink = self._accumulate

    def clear_grad(self, set_to_zero: bool = True) -> None:
        """Make the gradient zero, if there is one, or forget it with ``set_to_zero=False``."""
        there = self._cleared or self._grad is not None
        self._cleared = checks.boolean("set_to_zero", set_to_zero) and there
        self._grad = None

    clear_gradient = clear_grad

    def _recast(self, dtype: np.dtype[Any]) -> None:
        """Hold the values, and the gradient, in another dtype from now on."""
        if dtype != self._data.dtype:
            # What was recorded before keeps the array it was made from.
            self._data, self._leaf = self._data.astype(dtype), None
            if self._grad is not None:
                self._grad = _wrap(self._grad.data.astype(dtype))

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
        if self._hooks and self._node is None:
            gradient = _hooked(self._hooks)(gradient)
        # The sum owns its memory: the arriving array may be a view that another gradient shares.
        if self._grad is None:
            total = gradient.astype(self._data.dtype, order="C")
        else:
            total = self._grad.data + gradient.astype(self._data.dtype, copy=False)
        self._grad, self._cleared = _wrap(total), False

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

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "biu" or self.ndim:
            raise TypeError(f"an index must be an integer without axes, but {self._label()} is {self!r}")
        return int(self.item())

    def __contains__(self, value: object) -> bool:
        found = self == value
        return bool(found.data.any()) if isinstance(found, Tensor) else False

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if not self.ndim else super().__format__(spec)

    def __repr__(self) -> str:
        return f"{self._heading()}\n       {printing.text(self.data, ' ' * 7)})"

    def _heading(self) -> str:
        return f"Tensor(shape={self.shape!r}, dtype={self.dtype.name}, stop_gradient={self.stop_gradient},"

    __add__, __radd__ = _operators(rules.add)
    __sub__, __rsub__ = _operators(rules.subtract)
    __mul__, __rmul__ = _operators(rules.multiply)
    __truediv__, __rtruediv__ = _operators(rules.divide)
    __pow__, __rpow__ = _operators(rules.power)
    __matmul__, __rmatmul__ = _operators(rules.matmul)
    __mod__, __rmod__ = _without_zeros(_operators(rules.remainder))
    __floordiv__, __rfloordiv__ = _without_zeros(_discrete(np.floor_divide))
    __and__, __rand__ = _discrete(np.bitwise_and)
    __or__, __ror__ = _discrete(np.bitwise_or)
    __xor__, __rxor__ = _discrete(np.bitwise_xor)
    __lshift__, __rlshift__ = _discrete(np.left_shift)
    __rshift__, __rrshift__ = _discrete(np.right_shift)

    def __invert__(self) -> Tensor:
        return _wrap(np.asarray(~self.data))

    def __neg__(self) -> Tensor:
        return apply(rules.negative, self)

    def __abs__(self) -> Tensor:
        return apply(rules.absolute, self)

    def __getitem__(self, index: Any) -> Tensor:
        return apply(rules.getitem, self, index=_plain_index(index))

    def __setitem__(self, index: Any, value: Operand) -> None:
        index = _plain_index(index)
        recorded = not self.stop_gradient or (isinstance(value, Tensor) and not value.stop_gradient)
        if recorded and not tape.no_grad_depth.get():
            changed(self, lambda: apply(rules.setitem, self, value, index=index))
        else:
            self._write(index, array_of("value", value))

    def _write(self, index: Any, array: Array) -> None:
        """Write ``array`` at an index; everything is checked before the first value changes."""
        if array.dtype.kind == "c" and self.dtype.kind != "c":
            raise TypeError(
                f"value must be real for {self._label()} of dtype {self.dtype}, but has dtype {array.dtype}"
            )
        try:
            np.broadcast_to(array, self.data[index].shape)
        except (IndexError, ValueError, TypeError) as error:
            raise type(error)(
                f"index and value must fit {self._label()} of shape {self.shape!r}, but received {index!r}"
                f" and a value of shape {list(array.shape)}"
            ) from None
        writes.record([self])
        self.data[index] = array

    def __eq__(self, other: object) -> Any:
        return self._equality(np.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._equality(np.not_equal, other)

    def _equality(self, ufunc: np.ufunc, other: object) -> Any:
        if numbers(other) is not None:
            return _wrap(compare(ufunc, self.data, other))
        # NumPy would ask this tensor again, about an array that holds no numbers.
        return ufunc is np.not_equal if isinstance(other, np.ndarray) else NotImplemented

    __lt__ = _comparison(np.less)
    __le__ = _comparison(np.less_equal)
    __gt__ = _comparison(np.greater)
    __ge__ = _comparison(np.greater_equal)

    __hash__ = object.__hash__

    def astype(self, dtype: DTypeLike) -> Tensor:
        """Return the tensor in another dtype, of numbers or bools.

        Raises
        ------
        TypeError
            If ``dtype`` is none of those.
        """
        return apply(rules.astype, self, dtype=dtypes.numeric("dtype", dtype, self.dtype))

    def __getattr__(self, name: str) -> Callable[..., Tensor]:
        if name not in _methods:
            raise absent.error("Tensor", name, dir(self))
        bound: Callable[..., Tensor] = getattr(Tensor, name).__get__(self)
        return bound

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_methods]


class Hook:
    """What `Tensor.register_hook` returns.

    Mirrors Paddle's ``TensorHookRemoveHelper``.
    """

    def __init__(self, hooks: dict[int, Any], hook: object) -> None:
        self._hooks, self._number = hooks, next(_numbers)
        hooks[self._number] = hook

    def remove(self) -> bool:
        """Take the hook away; returns whether it was still there."""
        return self._hooks.pop(self._number, None) is not None


_numbers = itertools.count()


def _hooked(hooks: dict[int, Callable[[Tensor], Tensor | None]]) -> Callable[[Array], Array]:
    def hook(gradient: Array) -> Array:
        for call in list(hooks.values()):
            changed = call(_wrap(gradient))
            if changed is not None:
                gradient = as_tensor("what a hook returns", changed).data
        return gradient

    return hook


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

    Numbers and plain arrays take part as constants; a number takes the dtype of the tensors, but NumPy's integers keep
    theirs. Where the
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


def without_history(rule: rules.Rule, *inputs: Operand) -> Tensor:
    """`apply` for a rule without pullbacks: its value is a constant."""
    return apply(rule, *(x.detach() if isinstance(x, Tensor) else x for x in inputs))


def changed(x: Tensor, value: Callable[[], Tensor]) -> Tensor:
    """Return ``x`` after it has become what ``value`` makes of it, with its history.

    Its memory stays where shape and dtype do, so that what shares it sees the change.

    Raises
    ------
    ValueError
        If ``x`` is a leaf that needs a gradient, which would be lost.
    """
    recording = not tape.no_grad_depth.get()
    if recording and x.is_leaf and not x.stop_gradient:
        raise ValueError(
            f"{x._label()} is a leaf that needs a gradient, and can't be changed in place;"
            " do it under no_grad(), or use what is not in place"
        )
    result = value()
    array = result._data
    writes.record([x])
    if array.shape == x.data.shape and array.dtype == x.dtype and x.data.flags.writeable:
        x.data[...] = array
    else:
        x._data = array
    if recording:
        x._node, x._stop_gradient = result._node, result._stop_gradient
    return x


def _plain_index(index: Any) -> Any:
    if isinstance(index, tuple):
        return tuple(_plain_index(part) for part in index)
    return index.data if isinstance(index, Tensor) else index


# What NumPy calls the operators of which the right side may be a tensor.
_REFLECTED: dict[str, Operator] = {
    "add": Tensor.__radd__,
    "subtract": Tensor.__rsub__,
    "multiply": Tensor.__rmul__,
    "divide": Tensor.__rtruediv__,
    "true_divide": Tensor.__rtruediv__,
    "power": Tensor.__rpow__,
    "matmul": Tensor.__rmatmul__,
    "remainder": Tensor.__rmod__,
    "floor_divide": Tensor.__rfloordiv__,
    "equal": Tensor.__eq__,
    "not_equal": Tensor.__ne__,
    "less": Tensor.__gt__,
    "less_equal": Tensor.__ge__,
    "greater": Tensor.__lt__,
    "greater_equal": Tensor.__le__,
}
