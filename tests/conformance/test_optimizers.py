"""L-BFGS, LookAhead and what optimizers have beside a step, beside the real Paddle."""

import itertools

import numpy as np
import paddle
import pytest

import paramattr as pa

# Paddle warns of what it does within.
pytestmark = pytest.mark.filterwarnings("ignore:To copy construct", "ignore:Op `increment`")
counter = itertools.count()


def parameters(lib, dtype, prefix):
    rng = np.random.default_rng(1)
    made = []
    for place, size in enumerate((4, 2)):
        p = lib.create_parameter([size], dtype, attr=lib.ParamAttr(name=f"{prefix}_{place}"))
        with lib.no_grad():
            p.set_value(given(lib, rng.standard_normal(size).astype(dtype)))
        made.append(p)
    return made


def given(lib, array):
    return array if lib is pa else paddle.to_tensor(array)


def values(ps):
    return np.concatenate([p.numpy() for p in ps])


SEARCHES = {
    "search": {"line_search_fn": "strong_wolfe"},
    "search, short history": {"line_search_fn": "strong_wolfe", "max_iter": 3, "history_size": 2},
    "search, long start": {"line_search_fn": "strong_wolfe", "learning_rate": 20.0, "max_iter": 4},
    "fixed": {"learning_rate": 0.05},
    "fixed, short history": {"learning_rate": 0.1, "max_iter": 2, "history_size": 3},
    "few evaluations": {"line_search_fn": "strong_wolfe", "max_eval": 4},
    "coarse": {"learning_rate": 0.05, "tolerance_grad": 0.5, "tolerance_change": 1e-2},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("settings", SEARCHES)
def test_lbfgs(settings, dtype):
    def run(lib):
        rng = np.random.default_rng(2)
        matrix, target = (rng.standard_normal(shape).astype(dtype) for shape in ((12, 6), (12,)))
        matrix, target, ps = lib.to_tensor(matrix), lib.to_tensor(target), parameters(lib, dtype, f"l{next(counter)}")
        optimizer = lib.optimizer.LBFGS(parameters=ps, **SEARCHES[settings])
        calls = []

        def closure():
            calls.append(1)
            optimizer.clear_grad()
            x = lib.concat(ps)
            rest = lib.matmul(matrix, x) - target
            loss = (rest * rest).sum() + (x * x * x * x).sum() * 0.3 + lib.exp(x).sum() * 0.1
            loss.backward()
            return loss

        trace = [(float(optimizer.step(closure).item()), len(calls), values(ps)) for _ in range(5)]
        return trace, optimizer.state_dict()["state"]

    (ours, state), (theirs, other) = run(pa), run(paddle)
    # Differences of near gradients make the rounding of float32 larger, half way to the minimum.
    limit = 1e-4 if dtype == "float32" else 1e-12
    for (loss, calls, mine), (loss_, calls_, others) in zip(ours, theirs, strict=True):
        if dtype == "float64":
            assert calls == calls_
        np.testing.assert_allclose(loss, loss_, rtol=limit)
        np.testing.assert_allclose(mine, others, atol=limit * np.abs(others).max())
    assert set(state) == set(other) - {"al"}


def quartic(lib, name):
    """A parameter, an LBFGS and its closure."""
    p = lib.create_parameter([4], "float64", attr=lib.ParamAttr(name=name))
    p.set_value(given(lib, np.linspace(0.5, 1.0, 4)))
    optimizer = lib.optimizer.LBFGS(parameters=[p], line_search_fn="strong_wolfe", max_iter=3)

    def closure():
        optimizer.clear_grad()
        loss = (p * p * p * p).sum() + (p * p[0] - 1.0).sum()
        loss.backward()
        return loss

    return p, optimizer, closure


def test_files_of_lbfgs(tmp_path):
    """Paddle's own takes up none, so it goes one way alone."""
    path = str(tmp_path / "net.pdopt")
    p, theirs, closure = quartic(paddle, f"q{next(counter)}")
    theirs.step(closure)
    paddle.save(theirs.state_dict(), path)
    q, ours, our_closure = quartic(pa, f"q{next(counter)}")
    ours.set_state_dict(pa.load(path))
    q.set_value(p.numpy())
    for _ in range(3):
        assert ours.step(our_closure).item() == pytest.approx(theirs.step(closure).item(), rel=1e-12)
        np.testing.assert_allclose(q.numpy(), p.numpy(), rtol=1e-12)
    again = quartic(paddle, f"q{next(counter)}")[1]
    pa.save(ours.state_dict(), path)
    state = paddle.load(path)
    again.set_state_dict(state)
    assert state["state"]["n_iter"] == ours.state_dict()["state"]["n_iter"]
    assert not again.state_dict()["state"]


@pytest.mark.parametrize("source", [paddle, pa], ids=["paddle", "paramattr"])
def test_files_of_look_ahead(tmp_path, source):
    """Its slow values and the state of the optimizer in it, as the next steps show."""
    target, name = pa if source is paddle else paddle, f"k{next(counter)}"

    def made(lib):
        p = lib.create_parameter([4], "float64", attr=lib.ParamAttr(name=name))
        inner = lib.optimizer.Momentum(0.1, 0.5, [p])
        return p, lib.incubate.LookAhead(inner, 0.25, 2), inner

    def step(lib, number, p, optimizer, _):
        p.grad = given(lib, np.cos(np.arange(4.0) + number))
        with paddle.utils.unique_name.guard():  # Paddle numbers accumulators, and takes up only those of its number
            optimizer.step()

    one, other = made(source), made(target)
    for number in range(4):
        step(source, number, *one)
    for before, after in zip(one[1:], other[1:], strict=True):
        source.save(before.state_dict(), str(tmp_path / "net.pdopt"))
        after.set_state_dict(target.load(str(tmp_path / "net.pdopt")))
    other[0].set_value(given(target, one[0].numpy().copy()))
    slow = [optimizer.state_dict()[f"{name}_slow_0"].numpy() for optimizer in (one[1], other[1])]
    np.testing.assert_array_equal(*slow)
    # Paddle's next step is its first again, which forgets the slow values; they show in the one after it.
    for number in range(4, 5 if target is paddle else 8):
        step(source, number, *one)
        step(target, number, *other)
        np.testing.assert_allclose(other[0].numpy(), one[0].numpy(), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("alpha", "k"), [(0.5, 5), (0.25, 2), (1.0, 1), (0.0, 3)])
def test_look_ahead(alpha, k, dtype):
    def run(lib, prefix):
        ps = parameters(lib, dtype, prefix)
        optimizer = lib.incubate.LookAhead(lib.optimizer.SGD(0.1, parameters=ps), alpha, k)
        trace = []
        for step in range(20):
            rng = np.random.default_rng(step)
            for p in ps:
                p.grad = given(lib, rng.standard_normal(p.shape).astype(dtype))
            optimizer.step()
            trace.append(values(ps))
        state = {key: tensor.numpy() for key, tensor in optimizer.state_dict().items() if key != "lookahead_step"}
        return np.array(trace), state

    prefix = f"a{next(counter)}"
    (ours, state), (theirs, other) = run(pa, prefix), run(paddle, prefix)
    limit = 1e-5 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(ours, theirs, atol=limit * np.abs(theirs).max())
    assert list(state) == list(other)
    for key, array in other.items():
        np.testing.assert_allclose(state[key], array, atol=limit * np.abs(theirs).max())


def test_what_is_beside_a_step():
    """Minimize without a call of backward, of some parameters; penalties; gradients given by hand."""

    def run(lib):
        ps, trace = parameters(lib, "float64", f"b{next(counter)}"), []
        l2 = lib.regularizer.L2Decay(0.25)
        optimizer = lib.optimizer.Momentum(0.1, 0.5, ps, weight_decay=l2, grad_clip=lib.nn.ClipGradByValue(1.0))
        for p in ps:
            p.grad = given(lib, np.full(p.shape, 3.0))
        loss = lib.to_tensor(1.0)
        trace.append(len(optimizer.backward(loss)))
        _, pairs = optimizer.minimize(loss, parameters=ps[:1])
        trace.append((len(pairs), values(ps)))
        regularized = optimizer.append_regularization_ops([(p, p.grad) for p in ps], l2)
        trace.append([g.numpy() for _, g in regularized])
        optimizer.apply_gradients([(p, p.grad * 0.1) for p in ps])
        trace.append(values(ps))
        optimizer.zero_grad()
        trace.append([p.grad is None for p in ps])
        return trace

    ours, theirs = run(pa), run(paddle)
    assert ours[0] == theirs[0] == 2
    assert ours[1][0] == theirs[1][0] == 1
    np.testing.assert_allclose(ours[1][1], theirs[1][1], rtol=1e-12)
    for mine, other in zip(ours[2], theirs[2], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)
    np.testing.assert_allclose(ours[3], theirs[3], rtol=1e-12)
    assert ours[4] == theirs[4]


def test_nothing_of_paddles_is_missing():
    assert set(paddle.optimizer.__all__) <= set(pa.optimizer.__all__) | {"lr"}
    missing = {name for name in dir(paddle.optimizer.Optimizer) if not name.startswith("_")} - set(
        dir(pa.optimizer.Optimizer)
    )
    # What serves accelerators and several machines alone.
    assert {name for name in missing if not name.startswith(("fused_", "use_fusion"))} == {
        *("need_refuse", "reset_need_refuse", "set_merged_model_params"),
    }
