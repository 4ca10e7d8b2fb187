"""Steps of a user's own: a forward function with the backward function that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from paramattr.autograd.recording import is_grad_enabled, no_grad
from paramattr.autograd.tape import Array, Node, Pullback
from paramattr.autograd.tensor import Tensor
from paramattr.utils import checks, dtypes

__all__ = ["Function", "PyLayer", "PyLayerContext"]


class PyLayerContext:
    """What the two functions of a `PyLayer` share: saved tensors, and any attributes that are set on it.

    Mirrors ``paddle.autograd.PyLayerContext``.

    Examples
    --------
    >>> import paramattr
    >>> context = paramattr.autograd.PyLayerContext()
    >>> context.save_for_backward(paramattr.to_tensor([1.0]))
    >>> len(context.saved_tensor())
    1
    """

    _saved: tuple[Any, ...] | None = None
    _constants: tuple[Tensor, ...] = ()
    _materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep ``tensors`` for the backward function, which must not change until then."""
        self._saved = tensors

    def saved_tensor(self) -> tuple[Any, ...] | None:
        """Return what `save_for_backward` kept, or None."""
        return self._saved

    def mark_not_inplace(self, *args: Tensor) -> None:
        """Say that inputs that are returned are not changed: here that is so in any case."""

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Let gradients stop at these outputs; the backward function gets zeros for them."""
        self._constants = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether an output that no gradient arrives at has a gradient of zeros, as it is without this, or None."""
        self._materialize = checks.boolean("value", value)

    def set_grad_in_dtype_consistent(self, flag: bool) -> None:
        """Do nothing: on this tape every gradient has the dtype of its output, which is what True asks for."""
        checks.boolean("flag", flag)


class PyLayer(PyLayerContext):
    """Base class of steps with a derivative of one's own.

    A subclass defines the static methods ``forward(ctx, *args, **kwargs)``, which returns a tensor or several, and
    ``backward(ctx, *grads)``, which gets a gradient per tensor that ``forward`` returned, and returns one per tensor that it
    was given: None where that needs none. What is computed in them is not recorded. Mirrors ``paddle.autograd.PyLayer``.

    Examples
    --------
    >>> import paramattr
    >>> class Square(paramattr.autograd.PyLayer):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (x,) = ctx.saved_tensor()
    ...         return 2.0 * x * grad
    >>> x = paramattr.to_tensor([3.0], stop_gradient=False)
    >>> Square.apply(x).backward()
    >>> x.grad.item()
    6.0
    """

    @staticmethod
    def forward(ctx: PyLayerContext, *args: Any, **kwargs: Any) -> Any:
        """Compute the step; a subclass defines it."""
        raise NotImplementedError("a PyLayer defines forward(ctx, ...)")

    @staticmethod
    def backward(ctx: PyLayerContext, *args: Any) -> Any:
        """Compute the gradients; a subclass defines it."""
        raise NotImplementedError("a PyLayer defines backward(ctx, ...)")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Return what ``forward`` does of these arguments, recorded as one step.

        Raises
        ------
        TypeError, ValueError
            In the walk back, if ``backward`` does not return one gradient, of the right shape, per tensor among the
            arguments, those in lists included.
        """
        ctx = cls()
        with no_grad():
            value = cls.forward(ctx, *args, **kwargs)
        outputs = [
            part for part in (value if isinstance(value, (tuple, list)) else [value]) if isinstance(part, Tensor)
        ]
        slots = [slot for slot in (_tensors_in(argument) for argument in (*args, *kwargs.values())) if slot]
        inputs = [tensor for slot in slots for tensor in slot]
        if not is_grad_enabled() or not outputs or all(tensor.stop_gradient for tensor in inputs):
            return value
        made = _recorded(_Step(cls, ctx, slots, outputs), inputs, outputs)
        if not isinstance(value, (tuple, list)):
            return made[0]
        replaced = iter(made)
        return type(value)(next(replaced) if isinstance(part, Tensor) else part for part in value)


Function = PyLayer


def _tensors_in(argument: object) -> list[Tensor]:
    if isinstance(argument, Tensor):
        return [argument]
    return [part for part in argument if isinstance(part, Tensor)] if isinstance(argument, (list, tuple)) else []


class _Step:
    """One call of a `PyLayer`: from the gradients of its outputs to those of its inputs."""

    def __init__(self, cls: type[PyLayer], ctx: PyLayer, slots: list[list[Tensor]], outputs: list[Tensor]) -> None:
        self.cls, self.ctx = cls, ctx
        self.counts = [len(slot) for slot in slots]
        self.inputs = [(t._label(), t.numpy().shape, t.stop_gradient) for slot in slots for t in slot]
        self.outputs = [(t.numpy().shape, t.dtype) for t in outputs]

    def __call__(self, gradients: Sequence[Array | None]) -> list[Array]:
        given: list[Tensor | None] = []
        for gradient, (shape, dtype) in zip(gradients, self.outputs, strict=True):
            if gradient is None:
                given.append(Tensor(np.zeros(shape, dtype)) if self.ctx._materialize else None)
            else:
                given.append(Tensor(gradient.astype(dtype, copy=False)))
        with no_grad():
            returned = self.cls.backward(self.ctx, *given)
        return self._checked(returned)

    def _checked(self, returned: Any) -> list[Array]:
        """Return one array per input; a ValueError or TypeError that names the first that is missing or does not fit."""
        parts = list(returned) if isinstance(returned, (tuple, list)) else [returned]
        name = f"{self.cls.__name__}.backward"
        if len(parts) != len(self.counts):
            raise ValueError(f"{name} must return a gradient per tensor, {len(self.counts)}, but returned {len(parts)}")
        flat: list[Any] = []
        for part, count in zip(parts, self.counts, strict=True):
            pieces = list(part) if isinstance(part, (tuple, list)) else [part]
            if len(pieces) != count:
                raise ValueError(f"{name} must return {count} gradients for a list, but returned {len(pieces)}")
            flat += pieces
        for place, (gradient, (label, shape, stopped)) in enumerate(zip(flat, self.inputs, strict=True)):
            if stopped:
                if gradient is not None:
                    raise ValueError(f"{name} must return None at {place}: {label} needs no gradient")
                flat[place] = np.zeros(shape)
                continue
            checks.instance(f"what {name} returns at {place}", gradient, Tensor, "a Tensor")
            if gradient.numpy().shape != shape:
                raise ValueError(
                    f"what {name} returns at {place} must have shape {list(shape)}, that of {label}, but has"
                    f" {gradient.shape!r}"
                )
            flat[place] = gradient.numpy()
        return flat


def _recorded(step: _Step, inputs: list[Tensor], outputs: list[Tensor]) -> list[Tensor]:
    """Return ``outputs`` as made by one step from ``inputs``.

    The tape knows steps of one value. Where there are several, that value is all of them in a row, behind a number each
    that says whether a gradient has arrived.
    """
    parents = tuple(None if tensor.stop_gradient else tensor._tape_entry() for tensor in inputs)
    saved = [tensor.numpy() for tensor in step.ctx._saved or () if isinstance(tensor, Tensor)]
    constants = {id(tensor) for tensor in step.ctx._constants}
    if len(outputs) == 1:
        row, unpack = outputs[0].numpy(), lambda g: [g]
    else:
        edges = list(accumulate((1 + tensor.size for tensor in outputs), initial=0))
        dtype = np.result_type(np.float32, *(dtypes.compute_dtype(tensor.dtype) for tensor in outputs))
        row = np.broadcast_to(np.zeros((), dtype), edges[-1])
        shapes = [tensor.numpy().shape for tensor in outputs]

        def unpack(g: Array) -> list[Array | None]:
            parts = [g[begin:end] for begin, end in pairwise(edges)]
            return [part[1:].reshape(shape) if part[0] else None for part, shape in zip(parts, shapes, strict=True)]

    whole = Node(parents, _pullbacks(step, len(inputs), unpack, saved), row)
    made = []
    for place, output in enumerate(outputs):
        tensor = output.detach()
        if id(output) not in constants and output.dtype.kind not in "biuc":
            tensor._stop_gradient = False
            back = None if len(outputs) == 1 else _placed(edges[place], edges[place + 1], row.shape, row.dtype)
            tensor._node = whole if back is None else Node((whole,), (back,), output.numpy())
        made.append(tensor)
    return made


def _placed(begin: int, end: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Pullback:
    def pullback(g: Array) -> Array:
        row = np.zeros(shape, dtype)
        row[begin] = 1
        row[begin + 1 : end] = g.ravel()
        return row

    return pullback


def _pullbacks(
    step: _Step, count: int, unpack: Callable[[Array], Sequence[Array | None]], saved: list[Array]
) -> tuple[Pullback, ...]:
    """Return a pullback per input, which together call the step once for the gradient of a walk."""
    last: list[Any] = []

    def pullback(place: int) -> Pullback:
        def to_input(g: Array) -> Array:
            _ = saved  # which the tape sees here, and refuses once one of them has been written to
            if not last or last[0] is not g:
                last[:] = [g, step(unpack(g))]
            gradient: Array = last[1][place]
            return gradient

        return to_input

    return tuple(map(pullback, range(count)))
