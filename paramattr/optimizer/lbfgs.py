"""L-BFGS."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from paramattr.autograd import Tensor, writes
from paramattr.autograd.tape import Array
from paramattr.optimizer.line_search import Point, strong_wolfe
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import Parameters
from paramattr.optimizer.state import fitting
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes

#: Pairs of steps and changes of the gradient whose product is smaller say too little of the curvature.
_LEAST = 1e-10


@dataclass
class _Memory:
    """What is remembered from step to step, under Paddle's names; before the first it is nothing but counts of 0."""

    func_evals: int = 0
    n_iter: int = 0
    d: Array | None = None
    alpha: float = 0.0
    old_yk: list[Array] = field(default_factory=list)
    old_sk: list[Array] = field(default_factory=list)
    ro: list[float] = field(default_factory=list)
    H_diag: float = 1.0
    prev_flat_grad: Array | None = None
    prev_loss: float = 0.0


class LBFGS(Optimizer):
    """L-BFGS: steps towards the bottom of a parabola, whose curvature is known from the last steps.

    A call of `step` makes up to ``max_iter`` iterations: p ← p - t · Hg, where g is the gradient of all parameters
    together, and H the inverse curvature as the last ``history_size`` differences of values and gradients give it. A
    parameter without a gradient, or not ``trainable``, stays as it is.

    Parameters
    ----------
    learning_rate : float, default 1.0
        The factor t, >= 0, or where the line search begins; in the first iteration times min(1, 1 / Σ|g|).
    max_iter : int, default 20
        Most iterations of a step, >= 1.
    max_eval : int, optional
        After how many evaluations of the loss a step ends; 5 / 4 of ``max_iter`` if None.
    tolerance_grad : float, default 1e-7
        A step ends when no element of the gradient is larger.
    tolerance_change : float, default 1e-9
        A step ends when no value, or the loss, changes more.
    history_size : int, default 100
        How many differences are kept, >= 1.
    line_search_fn : {None, "strong_wolfe"}
        How t is chosen: as it is, or by a search for the strong Wolfe conditions.
    parameters, name
        As in `Optimizer`, with its errors.
    weight_decay, grad_clip : None
        Paddle accepts others without a use for them; a penalty belongs into the loss.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.optimizer.LBFGS``, except that all groups of parameters take part, not the last alone, and that a
    state can be loaded. Nocedal and Wright, "Numerical optimization", 2006, algorithms 7.4 and 7.5.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> optimizer = paramattr.optimizer.LBFGS(line_search_fn="strong_wolfe", parameters=[p])
    >>> def closure():
    ...     optimizer.clear_grad()
    ...     loss = ((p - paramattr.to_tensor([1.0, 3.0])) ** 2 * paramattr.to_tensor([1.0, 10.0])).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure).item()
    91.0
    >>> p.numpy().round(3)
    array([1., 3.], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
        parameters: Parameters = None,
        weight_decay: None = None,
        grad_clip: None = None,
        name: str | None = None,
    ) -> None:
        self._max_iter = checks.integer("max_iter", max_iter, low=1)
        self._max_eval = self._max_iter * 5 // 4 if max_eval is None else checks.integer("max_eval", max_eval, low=1)
        self._tolerance_grad = checks.real("tolerance_grad", tolerance_grad, low=0.0)
        self._tolerance_change = checks.real("tolerance_change", tolerance_change, low=0.0)
        self._history_size = checks.integer("history_size", history_size, low=1)
        self._searches = line_search_fn is not None
        if line_search_fn is not None:
            checks.choice("line_search_fn", line_search_fn, ["strong_wolfe"])
        super().__init__(learning_rate, parameters, weight_decay, grad_clip, name)
        if any((group.step.lr, group.regularizer, group.grad_clip) != (1.0, None, None) for group, _ in self._groups):
            unused = "learning_rate of groups, weight_decay and grad_clip"
            raise ValueError(f"{unused} must be left out, because L-BFGS goes by the gradient of the loss alone")
        self._memory = _Memory()

    def step(self, closure: Callable[[], Tensor | float]) -> Any:  # type: ignore[override]
        """Take a step of up to ``max_iter`` iterations, and return what ``closure`` returned first.

        Parameters
        ----------
        closure : callable
            Without arguments; clears the gradients, computes the loss, calls its ``backward`` and returns it.

        Raises
        ------
        TypeError
            If ``closure`` is not callable, or does not return a number or a tensor with one element.
        RuntimeError
            If a parameter has no values yet (`LazyGuard`).

        What the closure raises comes through; the parameters then have the values from before the step.
        """
        if not callable(closure):
            raise TypeError(f"closure must be callable, to compute the loss anew, but received {closure!r}")
        before = [slot.parameter.numpy().copy() for slot in self._slots]
        memory = copy.copy(self._memory)
        memory.old_yk, memory.old_sk, memory.ro = [*memory.old_yk], [*memory.old_sk], [*memory.ro]
        try:
            first = self._iterate(closure, memory)
        except BaseException:
            self._write(before)
            raise
        self._memory = memory
        return first

    def _iterate(self, closure: Callable[[], Any], memory: _Memory) -> Any:
        first = closure()
        loss, gradient, evaluations = _number(first), self._gradient(), 1
        memory.func_evals += 1
        for iteration in range(1, self._max_iter + 1):
            if _largest(gradient) <= self._tolerance_grad:
                break
            memory.n_iter += 1
            direction = self._direction(memory, gradient)
            lr, slope = self.get_lr(), float(direction @ gradient)
            memory.alpha = lr if memory.n_iter > 1 else lr * min(1.0, 1.0 / float(np.abs(gradient).sum()))
            memory.d, memory.prev_flat_grad, memory.prev_loss = direction, gradient, loss
            if slope > -self._tolerance_change:
                break
            values = [slot.parameter.numpy().copy() for slot in self._slots]
            point, count = Point(0.0, loss, gradient, slope), 0
            if self._searches:
                point, count = self._search(closure, values, direction, point, memory.alpha)
                memory.alpha = point.at
            self._move(values, memory.alpha, direction)
            if not self._searches and iteration < self._max_iter:
                point, count = Point(memory.alpha, _number(closure()), self._gradient(), 0.0), 1
            loss, gradient, evaluations = point.loss, point.gradient, evaluations + count
            memory.func_evals += count
            if memory.alpha * _largest(direction) <= self._tolerance_change or evaluations >= self._max_eval:
                break
            if abs(loss - memory.prev_loss) < self._tolerance_change:
                break
        return first

    def _search(
        self, closure: Callable[[], Any], values: list[Array], direction: Array, start: Point, at: float
    ) -> tuple[Point, int]:
        def evaluate(at: float) -> Point:
            self._move(values, at, direction)
            loss, gradient = _number(closure()), self._gradient()
            return Point(at, loss, gradient, float(gradient @ direction))

        return strong_wolfe(evaluate, start, at, _largest(direction))

    def _direction(self, memory: _Memory, gradient: Array) -> Array:
        """Return -Hg, after the last step and what it changed have entered H."""
        if memory.d is None or memory.prev_flat_grad is None:
            return -gradient
        change, step = gradient - memory.prev_flat_grad, memory.d * memory.alpha
        product = float(change @ step)
        if product > _LEAST:
            memory.old_yk.append(change)
            memory.old_sk.append(step)
            memory.ro.append(1.0 / product)
            memory.H_diag = product / float(change @ change)
            for history in (memory.old_yk, memory.old_sk, memory.ro):
                del history[: -self._history_size]
        direction, weights = -gradient, []
        pairs = [*zip(memory.old_yk, memory.old_sk, memory.ro, strict=True)]
        for change, step, inverse in reversed(pairs):
            weights.append(float(step @ direction) * inverse)
            direction -= change * weights[-1]
        direction *= memory.H_diag
        for (change, step, inverse), weight in zip(pairs, reversed(weights), strict=True):
            direction += step * (weight - float(change @ direction) * inverse)
        return direction

    def _gradient(self) -> Array:
        """Return the gradients of all parameters one after another; zeros of those that do not take part."""
        parts = []
        for slot in self._slots:
            parameter, grad = slot.parameter, slot.parameter.grad
            part = np.zeros(parameter.shape, slot.dtype) if grad is None or not parameter.trainable else grad.numpy()
            parts.append(part.astype(slot.dtype, copy=False))
        flat: Array = np.concatenate(parts, axis=None)
        return flat

    def _move(self, values: list[Array], at: float, direction: Array) -> None:
        """Give the parameters the values that are ``at`` times ``direction`` away from ``values``."""
        moved, end = [], 0
        for value in values:
            begin, end = end, end + value.size
            moved.append(value + direction[begin:end].reshape(value.shape) * at)
        self._write(moved)

    def _write(self, values: list[Array]) -> None:
        writes.record([slot.parameter for slot in self._slots])
        for slot, value in zip(self._slots, values, strict=True):
            slot.parameter.numpy()[...] = value

    def minimize(
        self,
        loss: Tensor,
        startup_program: None = None,
        parameters: Iterable[Parameter | str] | None = None,
        no_grad_set: Iterable[Parameter | str] | None = None,
    ) -> NoReturn:
        """Raise a NotImplementedError, as in Paddle: one gradient is not enough."""
        raise NotImplementedError("L-BFGS computes the loss more than once: call step(closure)")

    def state_dict(self) -> dict[str, Any]:
        """Return what is remembered, in a dict under ``state``; that is empty before the first step.

        It has the counts ``func_evals`` and ``n_iter``, the last direction, step, gradient and loss, and the history.
        """
        if self._memory.func_evals == 0:
            return {"state": {}}
        return {"state": {name: _shown(value) for name, value in vars(self._memory).items() if value is not None}}

    def set_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go back to a state that `state_dict` returned, here or in Paddle; its values are copied.

        Raises
        ------
        TypeError, ValueError
            If ``state_dict`` is not that, or of parameters with another number of elements. Nothing is changed then.
        """
        checks.instance("state_dict", state_dict, Mapping, "a mapping")
        if "state" not in state_dict:
            raise ValueError(f"state_dict must have the key 'state', but has {[*state_dict]}")
        state = state_dict["state"]
        checks.instance("state_dict['state']", state, Mapping, "a mapping")
        unknown = set(state) - {*vars(_Memory()), "al"}  # Paddle's al is scratch
        if unknown:
            raise ValueError(f"state_dict['state'] holds {sorted(unknown)}, but must have keys of {[*vars(_Memory())]}")
        dtype = np.result_type(*(slot.dtype for slot in self._slots))
        shape = (sum(slot.parameter.numpy().size for slot in self._slots),)
        memory = _Memory()
        for name in ("func_evals", "n_iter"):
            setattr(memory, name, checks.integer(name, state.get(name, 0), low=0))
        for name in ("alpha", "H_diag", "prev_loss"):
            setattr(memory, name, _number(state.get(name, getattr(memory, name)), name))
        for name in ("d", "prev_flat_grad"):
            if state.get(name) is not None:
                setattr(memory, name, fitting(name, state[name], shape).astype(dtype))
        for name in ("old_yk", "old_sk"):
            setattr(memory, name, [fitting(name, each, shape).astype(dtype) for each in state.get(name) or ()])
        memory.ro = [_number(each, "ro") for each in state.get("ro") or ()]
        if not len(memory.old_yk) == len(memory.old_sk) == len(memory.ro):
            raise ValueError("state_dict['state'] must have as many old_yk as old_sk and ro")
        self._memory = memory

    load_state_dict = set_state_dict


def _shown(value: Any) -> Any:
    """Return arrays as tensors, those in a list too."""
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return Tensor(value) if isinstance(value, np.ndarray) else value


def _number(value: Any, name: str = "what closure returns") -> float:
    """Return a number or the element of a tensor as a float, which may be an infinity or a nan."""
    array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
    if array.size != 1 or not dtypes.is_real(array.dtype):
        raise TypeError(f"{name} must be a number or a tensor with one element, but received {value!r}")
    return float(array.item())


def _largest(array: Array) -> float:
    largest = float(np.abs(array).max(initial=0.0))
    return math.inf if math.isnan(largest) else largest
