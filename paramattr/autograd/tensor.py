"""Tensor: an array with a gradient and an entry on the tape."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr.autograd import printing, rules, tape, writes
from paramattr.autograd.assignment import Assignable, plain_index
from paramattr.autograd.conversion import Convertible
from paramattr.autograd.evaluation import array_of, check_divisor, compare, constant, evaluate, numbers
from paramattr.autograd.hook import Hook
from paramattr.autograd.methods import HasMethods
from paramattr.autograd.requirement import HasRequirement
from paramattr.autograd.tape import Array, Node
from paramattr.utils import checks, dtypes

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
    return lambda x, other: _wrap(compare(ufunc, x.numpy(), other))


def _discrete(ufunc: np.ufunc) -> tuple[Operator, Operator]:
    """`_operators` for a function of whole numbers or bools, which has no derivative."""

    def rule(x: Array, y: Array) -> rules.Outcome:
        return np.asarray(ufunc(x, y)), ()

    rule.__name__ = ufunc.__name__
    return lambda x, y: without_history(rule, x, y), lambda y, x: without_history(rule, x, y)


class Tensor(Convertible, Assignable, HasRequirement, HasMethods):
    """An n-dimensional array that can take part in automatic differentiation.

    Mirrors the part of ``paddle.Tensor`` that training layers needs. `to_tensor` is the usual way to make one.

    Parameters
    ----------
    data : array_like
        The values, numbers; a NumPy array is held, not copied.
    stop_gradient : bool, default True
        Whether gradients stop here. A tensor made from one with ``stop_gradient=False`` has False too.
    name : str, optional
        A name; an automatic one if None.

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
        self.name = name

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
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return self._node is None

    @property
    def grad(self) -> Tensor | None:
        """The accumulated gradient, which needs one itself, or None. An array or tensor of the shape can be assigned."""
        if self._cleared:
            self._grad, self._cleared = _gradient(np.zeros(self._data.shape, self._data.dtype)), False
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | ArrayLike | None) -> None:
        array = None if value is None else self._fitting(f"grad of {self._label()}", value)
        self._grad = None if array is None else _gradient(array.astype(self.dtype, copy=False))
        self._cleared = False

    def __getstate__(self) -> dict[str, Any]:
        if self._node is not None:
            raise RuntimeError(f"{self._label()} was made by a recorded operation: copy or pickle its detach() instead")
        # A copy starts outside of every recorded graph.
        return {**self.__dict__, "_leaf": None}

    @property
    def data(self) -> Tensor:
        """The values as a tensor at which gradients stop, in the same memory; that of a tensor can be assigned."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        checks.instance("data", value, Tensor, "a Tensor")
        self._hold(value.numpy())

    def _hold(self, array: Array) -> None:
        """Have the values of ``array``, in its memory, from now on; what was recorded before keeps its own."""
        if self._node is not None and (array.shape, array.dtype) != (self._node.shape, self._node.dtype):
            fixed = f"shape {self.shape!r} and dtype {self.dtype}, as an operation made it"
            raise ValueError(f"data of {self._label()} must have {fixed}, not {list(array.shape)} and {array.dtype}")
        if (array.shape, array.dtype) != (self._data.shape, self._data.dtype):
            self.clear_grad(set_to_zero=False)  # it would not fit
        self._data, self._leaf = array, None

    def detach(self) -> Tensor:
        """Return a tensor that shares the values but not the history."""
        return _wrap(self.numpy())

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
        start = np.ones_like(self.numpy()) if gradient is None else self._fitting(name, gradient)
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
                self._grad = _gradient(self._grad.numpy().astype(dtype))

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
            total = self._grad.numpy() + gradient.astype(self._data.dtype, copy=False)
        self._grad, self._cleared = _gradient(total), False

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: object) -> bool:
        found = self == value
        return bool(found.numpy().any()) if isinstance(found, Tensor) else False

    def __repr__(self) -> str:
        return f"{self._heading()}\n       {printing.text(self.numpy(), ' ' * 7)})"

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
        return _wrap(np.asarray(~self.numpy()))

    def __neg__(self) -> Tensor:
        return apply(rules.negative, self)

    def __abs__(self) -> Tensor:
        return apply(rules.absolute, self)

    def __getitem__(self, index: Any) -> Tensor:
        return apply(rules.getitem, self, index=plain_index(index))

    def __setitem__(self, index: Any, value: Operand) -> None:
        index = plain_index(index)
        recorded = not self.stop_gradient or (isinstance(value, Tensor) and not value.stop_gradient)
        if recorded and not tape.no_grad_depth.get():
            changed(self, lambda: apply(rules.setitem, self, value, index=index))
        else:
            self._write(index, array_of("value", value))

    def __eq__(self, other: object) -> Any:
        return self._equality(np.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._equality(np.not_equal, other)

    def _equality(self, ufunc: np.ufunc, other: object) -> Any:
        if numbers(other) is not None:
            return _wrap(compare(ufunc, self.numpy(), other))
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


def _hooked(hooks: dict[int, Callable[[Tensor], Tensor | None]]) -> Callable[[Array], Array]:
    def hook(gradient: Array) -> Array:
        for call in list(hooks.values()):
            changed = call(_gradient(gradient))
            if changed is not None:
                gradient = as_tensor("what a hook returns", changed).numpy()
        return gradient

    return hook


Operand = Tensor | ArrayLike


def _wrap(array: Array) -> Tensor:
    """Return a tensor that holds an array which is known to be numeric."""
    tensor = Tensor.__new__(Tensor)
    tensor._data = array
    return tensor


def _gradient(array: Array) -> Tensor:
    """Return the tensor of a gradient, which needs one itself, as in Paddle: it can't be changed in place by mistake."""
    tensor = _wrap(array)
    tensor._stop_gradient = False
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
    theirs. Where the result is float16 or bfloat16, the rule computes in float32, and value and gradients are rounded once.

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
    arrays = [x.numpy() if isinstance(x, Tensor) else constant(rule, i, x, dtype) for i, x in enumerate(inputs)]
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
    result, memory = value(), x._data
    if recording and result._node is not None and writes.concern(memory, result._node.pullbacks):
        # The gradient needs values that are about to go: it gets a copy of them.
        x._data = memory.copy()
        try:
            result = value()
        finally:
            x._data = memory
    array = result._data
    writes.record([x])
    if array.shape == x.numpy().shape and array.dtype == x.dtype and x.numpy().flags.writeable:
        x.numpy()[...] = array
    else:
        x._data = array
    if recording:
        x._node, x._stop_gradient = result._node, result._stop_gradient
    return x
