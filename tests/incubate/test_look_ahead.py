import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.incubate import LookAhead
from paramattr.optimizer import SGD, Momentum

pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(size=3, dtype="float64"):
    p = pa.create_parameter([size], dtype)
    p.set_value(np.random.default_rng(0).standard_normal(size))
    return p


def run(optimizer, p, steps):
    for step in steps:
        p.grad = np.random.default_rng(step).standard_normal(p.shape)
        optimizer.step()


@given(st.floats(0.0, 1.0), st.integers(1, 4))
def test_against_a_float64_reference(alpha, k):
    p = parameter()
    fast, slow = p.numpy().copy(), None
    run(LookAhead(SGD(0.1, [p]), alpha, k), p, range(9))
    for step in range(9):
        fast = fast - 0.1 * np.random.default_rng(step).standard_normal(3)
        slow = fast if slow is None else slow
        if (step + 1) % k == 0:
            fast = slow = alpha * fast + (1 - alpha) * slow
    np.testing.assert_allclose(p.numpy(), fast, rtol=1e-12)


def test_a_state_goes_on_the_same():
    p = parameter()
    inner = Momentum(0.1, parameters=[p])
    optimizer = LookAhead(inner, 0.3, 3)
    run(optimizer, p, range(4))
    values, state, within = p.numpy().copy(), optimizer.state_dict(), inner.state_dict()
    state, within = ({key: t.numpy().copy() for key, t in each.items()} for each in (state, within))
    run(optimizer, p, range(4, 9))
    end = p.numpy().copy()
    p.set_value(values)
    again = Momentum(0.1, parameters=[p])
    again.set_state_dict(within)
    resumed = LookAhead(again, 0.3, 3)
    resumed.set_state_dict(state)
    run(resumed, p, range(4, 9))
    np.testing.assert_array_equal(p.numpy(), end)


def test_a_parameter_that_comes_late_begins_with_its_own_values():
    p, q = parameter(), parameter()
    optimizer = LookAhead(SGD(0.0, [p, q]), 0.5, 2)
    before = q.numpy().copy()
    run(optimizer, p, range(2))
    run(optimizer, q, range(2))
    np.testing.assert_allclose(q.numpy(), before)


def test_copies_in_float32_follow():
    p = parameter(dtype="float16")
    inner = SGD(0.1, [p], multi_precision=True)
    run(LookAhead(inner, 0.5, 2), p, range(4))
    master = inner.state_dict()["master_weights"][p.name].numpy()
    np.testing.assert_array_equal(master.astype(np.float16), p.numpy())


def test_the_rate_is_that_within_and_skipped_steps_do_not_count():
    p = parameter()
    inner = SGD(0.1, [p], nonfinite="skip")
    optimizer = LookAhead(inner, 0.5, 2)
    optimizer.set_lr(0.5)
    assert inner.get_lr() == optimizer.get_lr() == 0.5
    p.grad = np.full(3, np.nan)
    optimizer.step()
    assert optimizer.state_dict()["lookahead_step"].item() == 0


def test_minimize_is_a_step():
    p, q = parameter(), parameter()
    one, other = LookAhead(SGD(0.1, [p]), 0.5, 2), LookAhead(SGD(0.1, [q]), 0.5, 2)
    for _ in range(3):
        p.grad = q.grad = np.ones(3)
        one.step()
        _, pairs = other.minimize(pa.to_tensor(0.0))
        assert [each is q for each, _ in pairs] == [True]
    np.testing.assert_array_equal(p.numpy(), q.numpy())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"alpha": 1.5}, ValueError), ({"alpha": None}, TypeError), ({"k": 0}, ValueError), ({"k": 1.5}, TypeError)],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        LookAhead(SGD(parameters=[parameter()]), **arguments)
    with pytest.raises(TypeError, match="inner_optimizer"):
        LookAhead(None)
