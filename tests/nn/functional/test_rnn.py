"""Recurrences: the values of the rules, step by step. Their derivatives: test_rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn.functional import rnn


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def simple(x, h, w, v, b, d):
    return (np.tanh(w @ x + b + v @ h + d),)


def relu(x, h, w, v, b, d):
    return (np.maximum(w @ x + b + v @ h + d, 0),)


def gru(x, h, w, v, b, d):
    from_x, from_h = np.split(w @ x + b, 3), np.split(v @ h + d, 3)
    reset, update = (sigmoid(from_x[k] + from_h[k]) for k in (0, 1))
    candidate = np.tanh(from_x[2] + reset * from_h[2])
    return (update * h + (1 - update) * candidate,)


def lstm(x, h, c, w, v, b, d, *projection):
    enter, forget, cell, leave = np.split(w @ x + b + v @ h + d, 4)
    c = sigmoid(forget) * c + sigmoid(enter) * np.tanh(cell)
    h = sigmoid(leave) * np.tanh(c)
    return h @ projection[0] if projection else h, c


# For each kind its rule, the step for one sequence, its states, its rows of parameters and its settings.
KINDS = {
    "tanh": (rnn.simple_rnn, simple, 1, 1, {"activation": "tanh"}),
    "relu": (rnn.simple_rnn, relu, 1, 1, {"activation": "relu"}),
    "gru": (rnn.gru, gru, 1, 3, {}),
    "lstm": (rnn.lstm, lstm, 2, 4, {}),
    "projected": (rnn.lstm, lstm, 2, 4, {}),
}


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_each_sequence_goes_step_by_step(kind, data):
    rule, step, count, rows, settings = KINDS[kind]
    steps, batch, size, hidden = (data.draw(st.integers(low, 4)) for low in (0, 1, 0, 2))
    width = hidden - 1 if kind == "projected" else hidden
    rng = np.random.default_rng([steps, batch, size, hidden])
    x, *states = (rng.standard_normal(s) for s in [(steps, batch, size), (batch, width), (batch, hidden)][: count + 1])
    shapes = [(rows * hidden, size), (rows * hidden, width), rows * hidden, rows * hidden, (hidden, width)]
    parameters = [rng.standard_normal(shape) for shape in shapes[: 5 if kind == "projected" else 4]]
    lengths = data.draw(st.none() | st.lists(st.integers(0, steps), min_size=batch, max_size=batch))
    keep = None if lengths is None else (np.arange(steps)[:, None] < lengths)[:, :, None]
    reverse = data.draw(st.booleans())
    outputs, last = rnn.recur(rule, x, states, parameters, keep=keep, reverse=reverse, **settings)
    assert outputs.shape == (steps, batch, width)
    for sample in range(batch):
        state = tuple(one[sample] for one in states)
        for t in range(steps)[:: -1 if reverse else 1]:
            new = step(x[t, sample], *state, *parameters)
            np.testing.assert_allclose(outputs.numpy()[t, sample], new[0], rtol=1e-10, atol=1e-12)
            state = new if keep is None or keep[t, sample, 0] else state
        for found, wanted in zip(last, state, strict=True):
            np.testing.assert_allclose(found.numpy()[sample], wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gates_far_from_zero_neither_overflow_nor_vanish(dtype):
    x, states = np.full((1, 1, 1), 80.0, dtype), [np.zeros((1, 1), dtype), np.ones((1, 1), dtype)]
    # The forget gate is exp(-80), the input gate 0.
    parameters = [
        np.array([[-9.0], [-1.0], [0.0], [1.0]], dtype),
        np.zeros((4, 1), dtype),
        np.zeros(4, dtype),
        np.zeros(4, dtype),
    ]
    _, (_, c) = rnn.recur(rnn.lstm, x, states, parameters)
    np.testing.assert_allclose(c.numpy(), np.exp(-80.0), rtol=1e-5)


def test_the_outputs_may_change_before_the_walk_back():
    parameters = [pa.to_tensor(np.full(s, 0.5), stop_gradient=False) for s in [(1, 1), (1, 1), 1, 1]]

    def gradient(change):
        outputs, _ = rnn.recur(rnn.simple_rnn, np.ones((3, 1, 1)), [np.zeros((1, 1))], parameters, activation="tanh")
        total = outputs.sum()
        if change:
            outputs.detach().set_value(np.zeros((3, 1, 1)))
        total.backward()
        found = parameters[1].grad.numpy()
        parameters[1].clear_grad()
        return found

    np.testing.assert_array_equal(gradient(True), gradient(False))
