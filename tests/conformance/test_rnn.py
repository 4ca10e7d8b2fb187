"""Recurrent layers beside the real Paddle, over random settings: values, gradients, names, and files of either."""

import contextlib
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
CELLS = ["SimpleRNNCell", "LSTMCell", "GRUCell"]
NETWORKS = ["SimpleRNN", "LSTM", "GRU"]


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


@contextlib.contextmanager
def default_dtype(dtype):
    for lib in (paddle, pa):
        lib.set_default_dtype(dtype)
    try:
        yield
    finally:
        for lib in (paddle, pa):
            lib.set_default_dtype("float32")


def agree(ours, theirs, what, tolerance):
    """Arrays are equal in pairs, but for ``tolerance`` times the largest value of all; None equals None."""
    assert [None if a is None else a.shape for a in ours] == [None if a is None else a.shape for a in theirs], what
    scale = max((float(np.abs(a).max(initial=0.0)) for a in theirs if a is not None), default=0.0)
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale, err_msg=f"{place} {what}")


def generator(*key):
    return np.random.default_rng([sum(map(ord, part)) for part in key])


def flat(structure):
    if isinstance(structure, (list, tuple)):
        return [value for part in structure for value in flat(part)]
    return [structure]


def outcome(lib, layer, arrays, call):
    """Everything that ``call`` returns, and all gradients of a random sum of it."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    values = flat(call(lib, layer, *inputs))
    rng = np.random.default_rng(1)
    total = sum((v * lib.to_tensor(rng.standard_normal(v.shape).astype(arrays[0].dtype))).sum() for v in values)
    total.backward()
    wanted = [*inputs, *layer.parameters()]
    return [v.numpy() for v in values], [None if t.grad is None else t.grad.numpy() for t in wanted]


def compare(make, arrays, what, call):
    """``make(lib)`` with the same parameters gives the same values and gradients in ``call(lib, layer, *inputs)``."""
    dtype = arrays[0].dtype.name
    with default_dtype(dtype):
        theirs, ours = make(paddle), make(pa)
    assert [p.stop_gradient for p in ours.parameters()] == [p.stop_gradient for p in theirs.parameters()]
    state = {key: value.numpy() for key, value in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    assert ours.set_state_dict(state) == ([], [])
    with default_dtype(dtype):
        expected, gradients = outcome(paddle, theirs, arrays, call)
        found, ours_gradients = outcome(pa, ours, arrays, call)
    agree(found, expected, ("value", what), TOLERANCE[dtype])
    agree(ours_gradients, gradients, ("gradient", what), TOLERANCE[dtype])


def states_of(rng, cell, batch, hidden, proj, dtype, *, leading=()):
    shapes = [(*leading, batch, proj or hidden), (*leading, batch, hidden)][: 2 if "LSTM" in cell else 1]
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def of(states):
    return states[0] if len(states) == 1 else tuple(states)


def random_settings(rng, name):
    settings = {}
    if name.startswith("SimpleRNN"):
        settings["activation"] = str(rng.choice(["tanh", "relu"]))
    return settings


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CELLS)
def test_cells(name, dtype):
    rng = generator(name)
    for _ in range(20):
        size, hidden, batch = (int(n) for n in rng.integers(1, 6, 3))
        settings = random_settings(rng, name)
        for attr in ("weight_ih_attr", "bias_ih_attr", "bias_hh_attr"):
            if not rng.integers(4):
                settings[attr] = False
        proj = int(rng.integers(hidden)) if name == "LSTMCell" else 0
        if proj:
            settings["proj_size"] = proj
        arrays = [rng.standard_normal((batch, size)).astype(dtype), *states_of(rng, name, batch, hidden, proj, dtype)]
        if rng.integers(3) or proj:  # Paddle's first states of a projected cell are in the wrong order
            call = lambda lib, layer, x, *states: layer(x, of(states))  # noqa: E731
        else:
            arrays, call = arrays[:1], lambda lib, layer, x: layer(x)
        compare(lambda lib: getattr(lib.nn, name)(size, hidden, **settings), arrays, (settings, batch), call)  # noqa: B023


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("both", [False, True])
def test_cells_over_time(name, both, dtype):
    rng = generator(name, "time")
    for _ in range(15):
        size, hidden, batch, steps = (int(n) for n in rng.integers(1, 6, 4))
        settings, major = random_settings(rng, name), bool(rng.integers(2))
        lengths = rng.integers(0, steps + 1, batch) if rng.integers(2) else None
        shape = (steps, batch, size) if major else (batch, steps, size)
        arrays = [rng.standard_normal(shape).astype(dtype)]
        given = bool(rng.integers(2))
        for _ in range((2 if both else 1) * given):
            arrays += states_of(rng, name, batch, hidden, 0, dtype)

        def make(lib):
            cells = [getattr(lib.nn, name)(size, hidden, **settings) for _ in range(2)]  # noqa: B023
            if both:
                return lib.nn.BiRNN(*cells, time_major=major)  # noqa: B023
            return lib.nn.RNN(cells[0], time_major=major, is_reverse=reverse)  # noqa: B023

        def call(lib, layer, x, *states):
            half = len(states) // 2
            first = None if not states else (of(states[:half]), of(states[half:])) if both else of(states)
            return layer(x, first, None if lengths is None else lib.to_tensor(lengths))  # noqa: B023

        reverse = bool(rng.integers(2))
        compare(make, arrays, (settings, shape, lengths, major, reverse, given), call)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name, dtype):
    rng = generator(name)
    for _ in range(40):
        size, hidden, batch, steps = (int(n) for n in rng.integers(1, 6, 4))
        settings = {
            "num_layers": int(rng.integers(1, 4)),
            "direction": str(rng.choice(["forward", "bidirect", "bidirectional"])),
            "time_major": bool(rng.integers(2)),
            **random_settings(rng, name),
        }
        proj = int(rng.integers(hidden)) if name == "LSTM" and rng.integers(2) else 0
        if proj:
            settings["proj_size"] = proj
        shape = (steps, batch, size) if settings["time_major"] else (batch, steps, size)
        lengths = rng.integers(1, steps + 1, batch) if rng.integers(2) else None
        arrays = [rng.standard_normal(shape).astype(dtype)]
        # With both, Paddle's gradients of a backward direction aren't those of its values.
        if rng.integers(2) and (lengths is None or settings["direction"] == "forward"):
            count = settings["num_layers"] * (1 if settings["direction"] == "forward" else 2)
            arrays += states_of(rng, name, batch, hidden, proj, dtype, leading=(count,))

        def call(lib, layer, x, *states):
            return layer(x, of(states) if states else None, None if lengths is None else lib.to_tensor(lengths))  # noqa: B023

        compare(
            lambda lib: getattr(lib.nn, name)(size, hidden, **settings),  # noqa: B023
            arrays,
            (settings, shape, lengths),
            call,
        )


def test_names_and_reprs():
    def known(lib):
        with lib.utils.unique_name.guard():
            layers = [
                lib.nn.LSTM(3, 4, 2, "bidirect", time_major=True, dropout=0.5),
                lib.nn.GRU(3, 4, bias_hh_attr=False),
                lib.nn.SimpleRNN(3, 4, 2, activation="relu"),
                lib.nn.LSTM(3, 4, proj_size=2),
                lib.nn.RNN(lib.nn.GRUCell(3, 4)),
                lib.nn.BiRNN(lib.nn.SimpleRNNCell(3, 4, "relu"), lib.nn.SimpleRNNCell(3, 4)),
                lib.nn.LSTMCell(3, 4, weight_hh_attr=lib.ParamAttr(name="own")),
            ]
            names = [(path, p.name) for layer in layers for path, p in layer.named_parameters()]
            return names, [layer.full_name() for layer in layers], [repr(layer) for layer in layers]

    assert known(pa) == known(paddle)


def trained(lib, net, x, steps, rule):
    for _ in range(steps):
        loss = (net(lib.to_tensor(x))[0] ** 2).mean()
        loss.backward()
        rule.step()
        rule.clear_grad()
    return [p.numpy() for p in net.parameters()]


def test_a_network_goes_on_with_files_of_the_other(tmp_path):
    x = np.random.default_rng(0).standard_normal((4, 5, 3)).astype("float32")
    with paddle.utils.unique_name.guard(), pa.utils.unique_name.guard():
        made = {lib: lib.nn.LSTM(3, 2, 2, "bidirect") for lib in (paddle, pa)}
    rules = {lib: lib.optimizer.Adam(0.01, parameters=net.parameters()) for lib, net in made.items()}
    made[pa].set_state_dict({key: value.numpy() for key, value in made[paddle].state_dict().items()})
    for one, other in ((paddle, pa), (pa, paddle)):
        trained(one, made[one], x, 3, rules[one])
        one.save(made[one].state_dict(), str(tmp_path / "net.pdparams"))
        one.save(rules[one].state_dict(), str(tmp_path / "net.pdopt"))
        made[other].set_state_dict(other.load(str(tmp_path / "net.pdparams")))
        rules[other].set_state_dict(other.load(str(tmp_path / "net.pdopt")))
        after = [trained(lib, made[lib], x, 2, rules[lib]) for lib in (pa, paddle)]
        agree(*after, (one, other), 1e-5)
