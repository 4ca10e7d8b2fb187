"""Recurrences: all steps of a layer in one direction are one rule, of which the value holds outputs and last states.

The rules take inputs of shape ``[steps, batch, input]``, the first states of shape ``[batch, size]`` and parameters as
Paddle's cells have them. Their value has shape ``[steps + states, batch, size of the last state]``; narrower states
fill the first columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome, Rule, exact
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.once import Walk, once

States = tuple[Array, ...]


def recur(
    rule: Rule, x: Operand, states: Sequence[Operand], parameters: Sequence[Operand], **settings: Any
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the outputs of all steps, of shape ``[steps, batch, size]``, and the last states.

    The settings are ``keep``, of shape ``[steps, batch, 1]``, the steps at which a sequence goes on (all if None), and
    ``reverse``, whether the last step comes first. Where a sequence does not go on, its states stay as they are; the
    output is what the step would have given.
    """
    packed = apply(rule, x, *states, *parameters, **settings)
    widths = [as_tensor("states", state).shape[-1] for state in states]
    steps = packed.shape[0] - len(widths)
    outputs = apply(_part, packed, index=(slice(steps), slice(None), slice(widths[0])))
    last = [apply(_part, packed, index=(steps + k, slice(None), slice(width))) for k, width in enumerate(widths)]
    return outputs, tuple(last)


@exact
def _part(packed: Array, *, index: tuple[int | slice, ...]) -> Outcome:
    shape = packed.shape

    def to_packed(g: Array) -> Array:
        whole = np.zeros(shape, g.dtype)
        whole[index] = g
        return whole

    return packed[index], (to_packed,)


def _forward(
    step: Callable[..., States], states: States, order: range, keep: Array | None, dtype: np.dtype[Any]
) -> tuple[Array, States]:
    """Return the value of a rule, and the states before each step."""
    count, batch = len(order), states[0].shape[0]
    value = np.zeros((count + len(states), batch, states[-1].shape[1]), dtype)
    before = tuple(np.empty((count, *state.shape), dtype) for state in states)
    # A gate that is 0 to the last bit comes from an exponential that is infinite.
    with np.errstate(over="ignore"):
        for t in order:
            for all_before, state in zip(before, states, strict=True):
                all_before[t] = state
            new = step(t, *states)
            value[t, :, : new[0].shape[1]] = new[0]
            states = new if keep is None else _chosen(keep[t], new, states)
    for k, state in enumerate(states):
        value[count + k, :, : state.shape[1]] = state
    return value, before


def _chosen(keep: Array, new: States, old: States) -> States:
    return tuple(np.where(keep, one, other) for one, other in zip(new, old, strict=True))


def _backward(back: Callable[..., States], g: Array, widths: Sequence[int], order: range, keep: Array | None) -> States:
    """Return the gradients of the first states; ``back`` turns those of the states after a step into those before."""
    states = tuple(g[len(order) + k, :, :width] for k, width in enumerate(widths))
    zeros = tuple(np.zeros_like(state) for state in states)
    for t in reversed(order):
        first, *rest = states if keep is None else _chosen(keep[t], states, zeros)
        before = back(t, first + g[t, :, : widths[0]], *rest)
        if keep is not None:
            stayed = _chosen(keep[t], zeros, states)
            before = tuple(one + other for one, other in zip(before, stayed, strict=True))
        states = before
    return states


def _order(x: Array, reverse: bool) -> range:
    return range(x.shape[0])[:: -1 if reverse else 1]


def _rows(x: Array) -> Array:
    return x.reshape(x.shape[0] * x.shape[1], x.shape[2])


def _gates(x: Array, weight: Array, bias: Array, dtype: np.dtype[Any]) -> Array:
    """Return what the inputs of all steps add to the gates."""
    gates = np.empty((*x.shape[:2], weight.shape[0]), dtype)
    np.add(_rows(x) @ weight.T, bias, out=_rows(gates))
    return gates


def _sigmoid(x: Array) -> None:
    """Make ``x`` 1 / (1 + exp(-x)) in place."""
    # Not np.negative, which NumPy 2.4 gets wrong in place for a column of a larger array.
    np.multiply(x, -1, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)


def _pullbacks(walk: Walk, x: Array, before: Array, w_ih: Array) -> tuple[Pullback, ...]:
    """Return the pullbacks to ``x``, both weights and both biases.

    A ``walk`` returns the gradients of the gates, as they come from the inputs and from the states, and what else
    there is.
    """
    shape = x.shape
    return (
        lambda g: (_rows(walk(g)[0]) @ w_ih).reshape(shape),
        lambda g: _rows(walk(g)[0]).T @ _rows(x),
        lambda g: _rows(walk(g)[1]).T @ _rows(before),
        lambda g: walk(g)[0].sum(axis=(0, 1)),
        lambda g: walk(g)[1].sum(axis=(0, 1)),
    )


# Per activation of Elman's network the function, and its derivative as a function of its value.
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda y: 1 - y * y),
    "relu": (lambda x: np.maximum(x, 0), lambda y: y > 0),
}


def simple_rnn(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array,
    *, activation: str, keep: Array | None = None, reverse: bool = False,
) -> Outcome:  # fmt: skip
    """Elman's network: the state becomes activation(W_ih x + b_ih + W_hh h + b_hh)."""
    bend, slope = ACTIVATIONS[activation]
    dtype, order = np.result_type(x, h, w_ih, w_hh, b_ih, b_hh), _order(x, reverse)
    given, weight = _gates(x, w_ih, b_ih + b_hh, dtype), np.ascontiguousarray(w_hh.T)
    value, (before,) = _forward(lambda t, h: (bend(given[t] + h @ weight),), (h,), order, keep, dtype)
    # A copy: the value is the caller's, and may change before the walk back.
    outputs, widths = value[:-1].copy(), [h.shape[1]]

    def walk(g: Array) -> States:
        gates = slope(outputs).astype(dtype)

        def back(t: int, dh: Array) -> States:
            gates[t] *= dh
            return (gates[t] @ w_hh,)

        return gates, gates, *_backward(back, g, widths, order, keep)

    shared = once(walk)
    to_x, *to_parameters = _pullbacks(shared, x, before, w_ih)
    return value, (to_x, lambda g: shared(g)[2], *to_parameters)


def gru(
    x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array,
    *, keep: Array | None = None, reverse: bool = False,
) -> Outcome:  # fmt: skip
    """A GRU: the reset gate multiplies what the state adds to the candidate."""
    dtype, order, size = np.result_type(x, h, w_ih, w_hh, b_ih, b_hh), _order(x, reverse), h.shape[1]
    # Of all steps the reset and update gates and the candidates, and what the states add to the candidates.
    gates, weight = _gates(x, w_ih, b_ih, dtype), np.ascontiguousarray(w_hh.T)
    inner = np.empty((*x.shape[:2], size), dtype)

    def step(t: int, h: Array) -> States:
        added = h @ weight + b_hh
        both, candidate = gates[t, :, : 2 * size], gates[t, :, 2 * size :]
        both += added[:, : 2 * size]
        _sigmoid(both)
        inner[t] = added[:, 2 * size :]
        candidate += both[:, :size] * inner[t]
        np.tanh(candidate, out=candidate)
        return ((h - candidate) * both[:, size:] + candidate,)

    value, (before,) = _forward(step, (h,), order, keep, dtype)

    def walk(g: Array) -> States:
        reset, update, candidate = np.split(gates, 3, axis=2)
        from_states = np.empty((*gates.shape[:2], 3, size), dtype)
        to_candidate = (1 - update) * (1 - candidate * candidate)
        from_states[:, :, 0] = to_candidate * inner * reset * (1 - reset)
        from_states[:, :, 1] = (before - candidate) * update * (1 - update)
        from_states[:, :, 2] = to_candidate * reset

        def back(t: int, dh: Array) -> States:
            from_states[t] *= dh[:, None]
            to_candidate[t] *= dh
            return (dh * update[t] + from_states[t].reshape(gates.shape[1:]) @ w_hh,)

        first = _backward(back, g, [size], order, keep)
        from_states = from_states.reshape(gates.shape)
        return np.concatenate([from_states[:, :, : 2 * size], to_candidate], axis=2), from_states, *first

    shared = once(walk)
    to_x, *to_parameters = _pullbacks(shared, x, before, w_ih)
    return value, (to_x, lambda g: shared(g)[2], *to_parameters)


def lstm(
    x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, b_ih: Array, b_hh: Array, *w_ho: Array,
    keep: Array | None = None, reverse: bool = False,
) -> Outcome:  # fmt: skip
    """An LSTM; with ``w_ho`` the hidden state is projected."""
    dtype, order = np.result_type(x, h, c, w_ih, w_hh, b_ih, b_hh, *w_ho), _order(x, reverse)
    widths, size = [h.shape[1], c.shape[1]], c.shape[1]
    # Of all steps the input, forget, cell and output gates, and tanh of the cells.
    gates, weight = _gates(x, w_ih, b_ih + b_hh, dtype), np.ascontiguousarray(w_hh.T)
    bent = np.empty((*x.shape[:2], size), dtype)

    def step(t: int, h: Array, c: Array) -> States:
        gate = gates[t]
        gate += h @ weight
        _sigmoid(gate[:, : 2 * size])
        np.tanh(gate[:, 2 * size : 3 * size], out=gate[:, 2 * size : 3 * size])
        _sigmoid(gate[:, 3 * size :])
        c = gate[:, size : 2 * size] * c + gate[:, :size] * gate[:, 2 * size : 3 * size]
        np.tanh(c, out=bent[t])
        h = gate[:, 3 * size :] * bent[t]
        return (h @ w_ho[0] if w_ho else h), c

    value, (before, cells) = _forward(step, (h, c), order, keep, dtype)

    def walk(g: Array) -> States:
        enter, forget, cell, leave = np.split(gates, 4, axis=2)
        slopes = np.empty((*gates.shape[:2], 4, size), dtype)
        slopes[:, :, 0] = cell * enter * (1 - enter)
        slopes[:, :, 1] = cells * forget * (1 - forget)
        slopes[:, :, 2] = enter * (1 - cell * cell)
        slopes[:, :, 3] = bent * leave * (1 - leave)
        to_cell = leave * (1 - bent * bent)
        projected = np.empty((*gates.shape[:2], widths[0]), dtype) if w_ho else bent[:0]

        def back(t: int, dh: Array, dc: Array) -> States:
            if w_ho:
                projected[t] = dh
                dh = dh @ w_ho[0].T
            dc = dc + dh * to_cell[t]
            slopes[t, :, :3] *= dc[:, None]
            slopes[t, :, 3] *= dh
            return slopes[t].reshape(gates.shape[1:]) @ w_hh, dc * forget[t]

        first = _backward(back, g, widths, order, keep)
        return slopes.reshape(gates.shape), slopes.reshape(gates.shape), *first, projected

    shared = once(walk)
    to_x, *to_parameters = _pullbacks(shared, x, before, w_ih)
    outer = (lambda g: _rows(gates[:, :, 3 * size :] * bent).T @ _rows(shared(g)[4]),) if w_ho else ()
    return value, (to_x, lambda g: shared(g)[2], lambda g: shared(g)[3], *to_parameters, *outer)
