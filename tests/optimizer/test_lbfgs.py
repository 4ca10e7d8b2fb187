import numpy as np
import pytest
import scipy.optimize

import paramattr as pa
from paramattr.optimizer import LBFGS

SEARCHES = pytest.mark.parametrize("search", [None, "strong_wolfe"])
pytestmark = pytest.mark.usefixtures("fresh_names")


def problem(dtype="float64"):
    """The sum of a sharply curved parabola and a quartic in two parameters, and what gives its value and gradient."""
    rng = np.random.default_rng(5)
    matrix = rng.standard_normal((8, 5)) * np.array([1, 3, 0.5, 2, 1])
    ps = [pa.create_parameter([3], dtype), pa.create_parameter([1, 2], dtype)]
    for p in ps:
        p.set_value(rng.standard_normal(p.shape))

    def loss():
        for p in ps:
            p.clear_grad(False)
        x = pa.concat([ps[0], ps[1].reshape([2])])
        rest = pa.matmul(pa.to_tensor(matrix.astype(dtype)), x) - 1.0
        value = (rest * rest).sum() + (x * x * x * x).sum()
        value.backward()
        return value

    def plain(x):
        return ((matrix @ x - 1) ** 2).sum() + (x**4).sum(), 2 * matrix.T @ (matrix @ x - 1) + 4 * x**3

    return ps, loss, plain


def values(ps):
    return np.concatenate([p.numpy().ravel() for p in ps])


@SEARCHES
@pytest.mark.parametrize(("dtype", "limit"), [("float64", 1e-4), ("float32", 1e-3)])
def test_it_finds_the_minimum(search, dtype, limit):
    ps, loss, plain = problem(dtype)
    start = values(ps).astype(np.float64)
    expected = scipy.optimize.minimize(plain, start, jac=True, method="BFGS", options={"gtol": 1e-9}).x
    optimizer = LBFGS(1.0 if search else 0.05, 100, parameters=ps, line_search_fn=search, max_eval=400)
    for _ in range(10):
        optimizer.step(loss)
    np.testing.assert_allclose(values(ps), expected, atol=limit)


def test_it_returns_the_first_loss_and_counts_evaluations():
    ps, loss, plain = problem()
    calls = []

    def closure():
        calls.append(loss())
        return calls[-1]

    before, _ = plain(values(ps))
    optimizer = LBFGS(parameters=ps, line_search_fn="strong_wolfe", max_iter=3)
    assert optimizer.state_dict() == {"state": {}}
    assert optimizer.step(closure) is calls[0]
    assert calls[0].item() == pytest.approx(before)
    assert optimizer.state_dict()["state"]["func_evals"] == len(calls)
    assert optimizer.state_dict()["state"]["n_iter"] <= 3


@SEARCHES
def test_a_state_goes_on_the_same(search, tmp_path):
    ps, loss, _ = problem()
    settings = {"parameters": ps, "line_search_fn": search, "max_iter": 4, "history_size": 3}
    optimizer = LBFGS(0.1, **settings)
    optimizer.step(loss)
    pa.save(optimizer.state_dict(), tmp_path / "o.pdopt")
    resumed, before, ends = LBFGS(0.1, **settings), [p.numpy().copy() for p in ps], []
    resumed.set_state_dict(pa.load(tmp_path / "o.pdopt"))
    for each in (optimizer, resumed):
        for p, value in zip(ps, before, strict=True):
            p.set_value(value)
        each.step(loss)
        ends.append(values(ps))
    np.testing.assert_array_equal(*ends)


@pytest.mark.parametrize("at", [0, 1, 3])
@SEARCHES
def test_a_closure_that_raises_leaves_all_as_it_was(search, at):
    ps, loss, _ = problem()
    optimizer = LBFGS(0.01, parameters=ps, line_search_fn=search)
    before, calls = values(ps).copy(), []

    def closure():
        calls.append(1)
        if len(calls) > at:
            raise LookupError("closure")
        return loss()

    with pytest.raises(LookupError):
        optimizer.step(closure)
    np.testing.assert_array_equal(values(ps), before)
    assert optimizer.state_dict() == {"state": {}}


def test_frozen_parameters_stay():
    ps, loss, _ = problem()
    ps[1].trainable = False
    before = ps[1].numpy().copy()
    LBFGS(parameters=[{"params": [ps[0]]}, {"params": [ps[1]]}], line_search_fn="strong_wolfe").step(loss)
    np.testing.assert_array_equal(ps[1].numpy(), before)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"max_iter": 0}, ValueError),
        ({"max_eval": 0}, ValueError),
        ({"tolerance_grad": -1.0}, ValueError),
        ({"tolerance_change": None}, TypeError),
        ({"history_size": 0}, ValueError),
        ({"line_search_fn": "armijo"}, ValueError),
        ({"weight_decay": 0.1}, ValueError),
        ({"grad_clip": pa.nn.ClipGradByNorm(1.0)}, ValueError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        LBFGS(parameters=[pa.create_parameter([1])], **arguments)


def test_bad_calls():
    ps, loss, _ = problem()
    optimizer = LBFGS(parameters=ps)
    with pytest.raises(TypeError, match="closure"):
        optimizer.step(3)
    with pytest.raises(TypeError, match="closure"):
        optimizer.step(lambda: "low")
    with pytest.raises(NotImplementedError, match="closure"):
        optimizer.minimize(loss())
    for state, error, text in (
        ({}, ValueError, "state"),
        ({"state": 3}, TypeError, "state"),
        ({"state": {"x": 1}}, ValueError, "x"),
        ({"state": {"d": np.zeros(3)}}, ValueError, "d"),
        ({"state": {"ro": [1.0]}}, ValueError, "ro"),
    ):
        with pytest.raises(error, match=text):
            optimizer.set_state_dict(state)
