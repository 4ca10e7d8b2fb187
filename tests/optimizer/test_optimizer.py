import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from paramattr.optimizer import SGD, Adam, AdamW, Momentum
from paramattr.optimizer.lr import StepDecay
from paramattr.regularizer import L1Decay, L2Decay

RULES = {
    "sgd": lambda ps, **k: SGD(0.1, parameters=ps, **k),
    "momentum": lambda ps, **k: Momentum(0.1, parameters=ps, **k),
    "nesterov": lambda ps, **k: Momentum(0.1, parameters=ps, use_nesterov=True, **k),
    "adam": lambda ps, **k: Adam(0.1, parameters=ps, **k),
    "amsgrad": lambda ps, **k: Adam(0.1, parameters=ps, amsgrad=True, **k),
    "adamw": lambda ps, **k: AdamW(0.1, parameters=ps, **{"weight_decay": 0.02, **k}),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
COUPLED = {name: rule for name, rule in RULES.items() if name != "adamw"}  # the decay is part of the gradient
every_coupled_rule = pytest.mark.parametrize("rule", COUPLED.values(), ids=COUPLED)


pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(values, dtype="float64", **attrs):
    p = pa.create_parameter(np.shape(values), dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(values)
    return p


def parameters(seed=0, shapes=((3, 4), (5,), ()), dtype="float64"):
    rng = np.random.default_rng(seed)
    return [parameter(rng.standard_normal(shape), dtype) for shape in shapes]


def give(ps, seed, scale=1.0):
    rng = np.random.default_rng([seed, 7])
    for p in ps:
        p.grad = scale * rng.standard_normal(p.shape)


def run(optimizer, ps, steps=4, scale=1.0):
    for step in range(steps):
        give(ps, step, scale)
        optimizer.step()
    return [p.numpy().copy() for p in ps]


# --- the pipeline's order and its settings, by hand


def test_clip_comes_before_decay_and_decay_before_the_rate():
    p = parameter([2.0, -2.0], regularizer=L2Decay(0.5), learning_rate=0.1)
    p.grad = [30.0, 40.0]
    SGD(2.0, parameters=[p], grad_clip=ClipGradByGlobalNorm(5.0)).step()
    # clipped to (3, 4), + 0.5 · p, times 2 · 0.1
    np.testing.assert_allclose(p.numpy(), [2.0 - 0.2 * (3 + 1), -2.0 - 0.2 * (4 - 1)], rtol=1e-12)


@every_coupled_rule
def test_the_own_regularizer_wins_over_weight_decay(rule):
    own, other = parameters(1, [(3,), (3,)])
    own.regularizer = L1Decay(0.3)
    alone = parameter(own.numpy(), regularizer=L1Decay(0.3))
    run(rule([own, other], weight_decay=0.7), [own, other])
    run(rule([alone]), [alone, parameter(np.zeros(3))])
    np.testing.assert_array_equal(own.numpy(), alone.numpy())


@every_coupled_rule
def test_a_float_weight_decay_is_an_l2_decay(rule):
    results = []
    for decay in (0.3, L2Decay(0.3), np.float64(0.3)):
        ps = parameters(2)
        results.append(run(rule(ps, weight_decay=decay), ps))
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@every_coupled_rule
def test_decay_is_a_penalty_added_to_the_gradient(rule):
    for penalty, slope in ((L1Decay(0.3), np.sign), (L2Decay(0.3), lambda x: x)):
        p, q = parameter([1.0, -2.0, 0.0]), parameter([1.0, -2.0, 0.0])
        decayed, by_hand = rule([p], weight_decay=penalty), rule([q])
        for step in range(3):
            give([p], step)
            q.grad = p.grad.numpy() + 0.3 * slope(q.numpy())
            decayed.step()
            by_hand.step()
        np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-13)


@every_rule
def test_a_learning_rate_of_a_parameter_is_a_factor(rule):
    for factor in (0.0, 0.25, 3.0):
        p, q = parameter([1.0, 2.0], learning_rate=factor), parameter([1.0, 2.0])
        optimizer, other = rule([p]), rule([q])
        other.set_lr(0.1 * factor)
        run(optimizer, [p])
        run(other, [q])
        np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-13)


@every_rule
def test_need_clip_false_is_neither_clipped_nor_counted(rule):
    free, held = parameters(3, [(4,), (4,)])
    free.need_clip = False
    lone_free, lone_held = parameter(free.numpy()), parameter(held.numpy())
    clip = ClipGradByGlobalNorm(0.5)
    run(rule([free, held], grad_clip=clip), [free, held])
    run(rule([lone_free]), [lone_free, parameter(np.zeros(4))])
    optimizer = rule([lone_held], grad_clip=clip)
    run(optimizer, [parameter(np.zeros(4)), lone_held])
    np.testing.assert_array_equal(free.numpy(), lone_free.numpy())
    np.testing.assert_array_equal(held.numpy(), lone_held.numpy())


@every_rule
@pytest.mark.parametrize("clip", [ClipGradByValue(0.3), ClipGradByNorm(0.3), ClipGradByGlobalNorm(0.3)], ids=repr)
def test_a_clip_in_the_optimizer_is_the_clip_before_it(rule, clip):
    ps, qs = parameters(4), parameters(4)
    inside, outside = rule(ps, grad_clip=clip), rule(qs)
    for step in range(3):
        give(ps, step)
        give(qs, step)
        for q, (_, clipped) in zip(qs, clip([(q, q.grad) for q in qs]), strict=True):
            q.grad = clipped
        inside.step()
        outside.step()
    for p, q in zip(ps, qs, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


@every_rule
def test_frozen_parameters_and_those_without_a_gradient_stay(rule):
    frozen, bare, moving = parameters(5, [(2,), (2,), (2,)])
    frozen.trainable = False
    before = [p.numpy().copy() for p in (frozen, bare, moving)]
    optimizer = rule([frozen, bare, moving], weight_decay=0.5)
    give([frozen, moving], 0)
    optimizer.step()
    np.testing.assert_array_equal(frozen.numpy(), before[0])
    np.testing.assert_array_equal(bare.numpy(), before[1])
    assert (moving.numpy() != before[2]).all()


@every_rule
def test_settings_changed_on_the_way_count_from_the_next_step(rule):
    p = parameter([1.0, 2.0])
    optimizer = rule([p], weight_decay=0.1, grad_clip=ClipGradByNorm(0.1))
    run(optimizer, [p], 2)
    p.trainable = False
    held = p.numpy().copy()
    run(optimizer, [p], 2)
    np.testing.assert_array_equal(p.numpy(), held)
    p.trainable = True
    p.optimize_attr["learning_rate"] = 0.0
    run(optimizer, [p], 1)
    np.testing.assert_array_equal(p.numpy(), held)
    p.optimize_attr = {"learning_rate": 2.0}
    p.need_clip = False
    p.regularizer = L1Decay(0.0)
    run(optimizer, [p], 1)
    assert (p.numpy() != held).all()


# --- invariances


@every_rule
@given(st.permutations(range(3)))
def test_the_order_of_the_parameters_does_not_matter(rule, order):
    ps, qs = parameters(6), parameters(6)
    a, b = rule(ps, weight_decay=0.1), rule([qs[i] for i in order], weight_decay=0.1)
    for p, q in zip(run(a, ps), run(b, qs), strict=True):
        np.testing.assert_array_equal(p, q)


@every_rule
def test_splitting_a_parameter_in_two_changes_nothing(rule):
    values = np.random.default_rng(7).standard_normal((6, 3))
    whole, parts = parameter(values), [parameter(values[:2]), parameter(values[2:])]
    one, two = rule([whole], weight_decay=0.1), rule(parts, weight_decay=0.1)
    for step in range(4):
        give([whole], step)
        parts[0].grad, parts[1].grad = whole.grad.numpy()[:2], whole.grad.numpy()[2:]
        one.step()
        two.step()
    np.testing.assert_array_equal(whole.numpy(), np.concatenate([p.numpy() for p in parts]))


@every_coupled_rule
def test_nothing_moves_without_gradient_and_history(rule):
    ps = parameters(8)
    before = [p.numpy().copy() for p in ps]
    optimizer = rule(ps)
    for p in ps:
        p.grad = np.zeros(p.shape)
    optimizer.step()
    for p, values in zip(ps, before, strict=True):
        np.testing.assert_array_equal(p.numpy(), values)


@every_rule
def test_values_are_updated_in_place_and_gradients_left_alone(rule):
    ps = parameters(9)
    views, gradients = [p.numpy() for p in ps], [np.full(p.shape, 3.0) for p in ps]
    optimizer = rule(ps, weight_decay=0.1, grad_clip=ClipGradByGlobalNorm(0.1))
    for p, gradient in zip(ps, gradients, strict=True):
        p.grad = gradient
        gradient.flags.writeable = False
    held = [p.grad for p in ps]
    optimizer.step()
    for p, view, gradient, tensor in zip(ps, views, gradients, held, strict=True):
        assert p.numpy() is view
        assert p.grad is tensor
        np.testing.assert_array_equal(gradient, 3.0)


@every_rule
def test_gradients_of_the_tape_and_assigned_ones_are_alike(rule):
    net, twin = pa.nn.Linear(3, 2), pa.nn.Linear(3, 2)
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        q.set_value(p.numpy())
    x = np.random.default_rng(10).standard_normal((5, 3)).astype("float32")
    optimizer, other = rule(net.parameters()), rule(twin.parameters())
    for _ in range(3):
        net(pa.to_tensor(x)).sum().backward()
        twin.weight.grad = x.sum(0)[:, None] @ np.ones((1, 2), "float32")
        twin.bias.grad = np.full(2, 5.0)
        optimizer.step()
        other.step()
        optimizer.clear_grad()
    for p, q in zip(net.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-4, atol=1e-6)


@every_rule
def test_a_shared_parameter_is_stepped_once(rule):
    first, second = pa.nn.Linear(3, 3, bias_attr=False), pa.nn.Linear(3, 3, bias_attr=False)
    second.weight = first.weight

    class Net(pa.nn.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = first, second

    ps = Net().parameters()
    assert len(ps) == 1
    lone = parameter(first.weight.numpy(), "float32")
    run(rule(ps), ps)
    run(rule([lone]), [lone])
    np.testing.assert_array_equal(first.weight.numpy(), lone.numpy())


@every_rule
@pytest.mark.parametrize("shape", [(0,), (0, 3), (), (1,), (2, 0, 2)])
def test_shapes_at_the_edge(rule, shape):
    p = parameter(np.ones(shape))
    run(rule([p], weight_decay=0.1, grad_clip=ClipGradByGlobalNorm(1.0)), [p])
    assert p.shape == shape


@every_rule
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_low_precision_steps_are_rounded_once(rule, dtype):
    p = parameter([1.0, -2.0, 3.0], dtype)
    q = parameter([1.0, -2.0, 3.0], "float32")
    p.grad = [0.5, 0.25, -0.125]
    q.grad = [0.5, 0.25, -0.125]
    rule([p], weight_decay=0.5).step()
    rule([q], weight_decay=0.5).step()
    np.testing.assert_array_equal(p.numpy(), q.numpy().astype(p.dtype))


@every_rule
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_master_weights_follow_float32(rule, dtype):
    p, q = parameter([1.0, -2.0], dtype), parameter([1.0, -2.0], "float32")
    optimizer, other = rule([p], multi_precision=True), rule([q])
    optimizer.set_lr(1e-4)
    other.set_lr(1e-4)
    for _ in range(30):
        p.grad = q.grad = [0.5, 0.5]
        optimizer.step()
        other.step()
    np.testing.assert_array_equal(optimizer.state_dict()["master_weights"][p.name].numpy(), q.numpy())
    np.testing.assert_array_equal(p.numpy(), q.numpy().astype(p.dtype))


@every_rule
def test_non_finite_gradients_pass_without_a_warning(rule):
    p = parameter([1.0, 1.0, 1.0])
    p.grad = [math.nan, math.inf, 1e308]
    rule([p], grad_clip=ClipGradByNorm(1.0), weight_decay=1.0).step()
    assert math.isnan(p.numpy()[0])


# --- groups


def test_a_group_has_its_own_settings_and_the_optimizers_for_the_rest():
    p, q, r = (parameter([1.0]) for _ in range(3))
    p.optimize_attr["learning_rate"] = 2.0
    optimizer = SGD(
        1.0,
        parameters=[
            {"params": [p], "learning_rate": 0.5, "weight_decay": None},
            {"params": q, "weight_decay": 1.0, "grad_clip": ClipGradByValue(0.25)},
            {"params": [r]},
        ],
        weight_decay=0.5,
        grad_clip=ClipGradByValue(0.125),
    )
    for each in (p, q, r):
        each.grad = [1.0]
    optimizer.step()
    assert [each.item() for each in (p, q, r)] == [1 - 0.125, 1 - 1.25, 1 - 0.625]


def test_each_group_is_clipped_by_itself():
    p, q = parameter([0.0]), parameter([0.0])
    p.grad, q.grad = [3.0], [4.0]
    SGD(1.0, parameters=[{"params": [p]}, {"params": [q]}], grad_clip=ClipGradByGlobalNorm(1.0)).step()
    assert (p.item(), q.item()) == (-1.0, -1.0)


def test_the_own_settings_of_a_parameter_survive_a_group():
    p = parameter([1.0], learning_rate=3.0, regularizer=L2Decay(2.0))
    group = {"params": [p], "learning_rate": 0.5, "weight_decay": 0.1}
    SGD(0.1, parameters=[group])
    assert p.optimize_attr == {"learning_rate": 3.0}
    assert p.regularizer == L2Decay(2.0)
    assert group == {"params": [p], "learning_rate": 0.5, "weight_decay": 0.1}


# --- the rest of the interface


def test_learning_rate():
    p = parameter([1.0])
    optimizer = SGD(1, parameters=[p])
    assert optimizer.get_lr() == 1.0
    optimizer.set_lr(0.25)
    p.grad = [1.0]
    optimizer.step()
    assert p.item() == 0.75
    scheduler = StepDecay(0.5, 1, 0.5)
    optimizer.set_lr_scheduler(scheduler)
    scheduler.step()
    assert optimizer.get_lr() == 0.25
    optimizer.step()
    assert p.item() == 0.5
    with pytest.raises(RuntimeError, match="StepDecay"):
        optimizer.set_lr(0.1)
    with pytest.raises(TypeError, match="scheduler"):
        optimizer.set_lr_scheduler(0.1)


def test_clear_grad():
    p, q, frozen = (parameter([1.0]) for _ in range(3))
    optimizer = SGD(parameters=[p, q, frozen])
    mine = np.array([2.0])
    p.grad, frozen.grad = mine, [3.0]
    frozen.trainable = False
    optimizer.clear_grad()
    assert p.grad.tolist() == [0.0]
    assert mine[0] == 2.0
    assert q.grad is None
    assert frozen.grad.tolist() == [3.0]
    optimizer.clear_gradients(set_to_zero=False)
    assert p.grad is None
    with pytest.raises(TypeError, match="set_to_zero"):
        optimizer.clear_grad("yes")


def test_minimize_steps_without_running_backward():
    p = parameter([3.0])
    optimizer = SGD(0.5, parameters=[p])
    loss = (p * p).sum()
    assert optimizer.minimize(loss) == ([], [])
    assert p.item() == 3.0
    loss.backward()
    operators, pairs = optimizer.minimize(loss)
    assert operators == []
    assert [each for each, _ in pairs] == [p]
    assert pairs[0][1] is p.grad
    assert p.item() == 0.0
    with pytest.raises(TypeError, match="loss"):
        optimizer.minimize(3.0)


def test_a_lazy_parameter_is_refused_before_anything_changes():
    with pa.LazyGuard():
        lazy = pa.create_parameter([1], "float64")
    p = parameter([1.0])
    p.grad, lazy.grad = [1.0], [1.0]
    optimizer = SGD(parameters=[p, lazy])
    with pytest.raises(RuntimeError, match="initialize"):
        optimizer.step()
    assert p.item() == 1.0


@every_rule
def test_a_clip_that_returns_views_costs_no_gradient(rule):
    class Same(pa.nn.ClipGradBase):
        def clip(self, gradients):
            return [gradient[...] for gradient in gradients]

    p = parameter([1.0, 1.0])
    p.grad = [5.0, -5.0]
    rule([p], grad_clip=Same(), weight_decay=0.1).step()
    assert p.grad.tolist() == [5.0, -5.0]


def test_a_rule_is_all_that_a_new_optimizer_needs():
    class SignDescent(pa.optimizer.Optimizer):
        def rule(self, gradient, state, step):
            return step.lr * np.sign(gradient)

    p = parameter([1.0, 1.0])
    p.grad = [5.0, -5.0]
    SignDescent(0.5, parameters=[p]).step()
    assert p.tolist() == [0.5, 1.5]
    with pytest.raises(TypeError, match="Optimizer does not define rule"):
        pa.optimizer.Optimizer(0.1, parameters=[p])


@pytest.mark.parametrize("returned", [None, 0.1, np.zeros(3)])
def test_a_rule_must_return_an_array_like_its_gradient(returned):
    class Wrong(pa.optimizer.Optimizer):
        def rule(self, gradient, state, step):
            return returned

    p = parameter([1.0, 1.0])
    p.grad = [5.0, -5.0]
    with pytest.raises(TypeError, match=r"Wrong\.rule must return an array like its gradient"):
        Wrong(0.5, parameters=[p]).step()
    assert p.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"learning_rate": -0.1}, ValueError, "learning_rate"),
        ({"learning_rate": math.nan}, ValueError, "learning_rate"),
        ({"learning_rate": math.inf}, ValueError, "learning_rate"),
        ({"learning_rate": None}, TypeError, "learning_rate"),
        ({"learning_rate": "0.1"}, TypeError, "learning_rate"),
        ({"learning_rate": True}, TypeError, "learning_rate"),
        ({"parameters": None}, ValueError, "parameters"),
        ({"parameters": []}, ValueError, "parameters"),
        ({"parameters": 3}, TypeError, "parameters"),
        ({"parameters": "w"}, TypeError, "parameters"),
        ({"parameters": {"params": []}}, TypeError, "parameters"),
        ({"parameters": [3]}, TypeError, r"parameters\[0\]"),
        ({"parameters": [pa.to_tensor([1.0])]}, TypeError, r"parameters\[0\]"),
        ({"parameters": [None]}, TypeError, r"parameters\[0\]"),
        ({"weight_decay": -0.1}, ValueError, "weight_decay"),
        ({"weight_decay": math.nan}, ValueError, "weight_decay"),
        ({"weight_decay": math.inf}, ValueError, "weight_decay"),
        ({"weight_decay": "l2"}, TypeError, "weight_decay"),
        ({"weight_decay": True}, TypeError, "weight_decay"),
        ({"weight_decay": L2Decay}, TypeError, "weight_decay"),
        ({"grad_clip": 1.0}, TypeError, "grad_clip"),
        ({"grad_clip": ClipGradByNorm}, TypeError, "grad_clip"),
        ({"name": 3}, TypeError, "name"),
        ({"multi_precision": 1}, TypeError, "multi_precision"),
    ],
)
def test_bad_arguments(kind, arguments, error, text):
    p = parameter([1.0])
    with pytest.raises(error, match=text):
        kind(**{"parameters": [p], **arguments})


@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        (lambda p, q: p, TypeError, "parameters"),
        (lambda p, q: [p, p], ValueError, "more than once"),
        (lambda p, q: [{"params": [p]}, {"params": [q, p]}], ValueError, "more than once"),
        (lambda p, q: [{"params": [p]}, q], TypeError, r"parameters\[1\]"),
        (lambda p, q: [p, {"params": [q]}], TypeError, r"parameters\[0\]"),
        (lambda p, q: [{"parms": [p]}], ValueError, "parms"),
        (lambda p, q: [{"weight_decay": 0.1}], ValueError, "params"),
        (lambda p, q: [{"params": [p], "momentun": 0.9}], ValueError, "momentun"),
        (lambda p, q: [{"params": 3}], TypeError, "params"),
        (lambda p, q: [{"params": {p}}], TypeError, "params"),
        (lambda p, q: [{"params": [p], "learning_rate": -1.0}], ValueError, "learning_rate"),
        (lambda p, q: [{"params": [p], "weight_decay": "x"}], TypeError, "weight_decay"),
        (lambda p, q: [{"params": [p], "grad_clip": 1.0}], TypeError, "grad_clip"),
        (lambda p, q: [{"params": [p], "momentum": -1.0}], ValueError, "momentum"),
    ],
)
def test_bad_parameters_and_groups(parameters, error, text):
    with pytest.raises(error, match=text):
        Momentum(parameters=parameters(parameter([1.0]), parameter([1.0])))


def test_two_parameters_of_one_name():
    p = pa.create_parameter([1], name="w")
    with pa.utils.unique_name.guard():
        q = pa.create_parameter([1], name="w")
    with pytest.raises(ValueError, match="two named 'w'"):
        SGD(parameters=[p, q])


@pytest.mark.parametrize("wrap", [list, tuple, iter])
def test_parameters_in_the_place_of_the_learning_rate_are_named_without_their_values(wrap):
    p = pa.create_parameter([50, 50])
    with pytest.raises(TypeError, match=r"learning_rate must be a number.*parameters=") as caught:
        pa.optimizer.Adam(wrap([p]))
    assert "Tensor" not in str(caught.value)


# --- gradients that are given


def test_apply_gradients_is_a_step_with_gradients_of_ones_own():
    ps, qs = ([pa.create_parameter([2], "float64", default_initializer="constant") for _ in range(3)] for _ in range(2))
    for p in ps:
        p.grad = [9.0, 9.0]
    gradients = [pa.to_tensor([float(i), -1.0], "float64") for i in range(3)]
    qs[1].trainable = ps[1].trainable = False
    assert pa.optimizer.Adam(0.1, parameters=ps).apply_gradients([*zip(ps[:2], gradients, strict=False)]) == []
    for q, gradient in zip(qs[:2], gradients, strict=False):
        q.grad = gradient
    pa.optimizer.Adam(0.1, parameters=qs).step()
    for p, q in zip(ps, qs, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())
        assert p.grad.tolist() == [9.0, 9.0]


def test_minimize_takes_those_that_are_named_but_not_those_that_are_not():
    ps = [pa.create_parameter([1], name=name, default_initializer="constant") for name in "abc"]
    for p in ps:
        p.grad = [1.0]
    _, pairs = pa.optimizer.SGD(1.0, ps).minimize(pa.to_tensor(0.0), None, ["a", ps[2]], {ps[2].name})
    assert [p.name for p, _ in pairs] == ["a"]
    assert [p.item() for p in ps] == [-1.0, 0.0, 0.0]


def test_append_regularization_ops_adds_a_parameters_own_penalty_or_the_given_one():
    own = pa.ParamAttr(regularizer=pa.regularizer.L1Decay(0.5))
    ps = [pa.create_parameter([1], attr=attr, default_initializer=pa.initializer.Constant(4.0)) for attr in (own, None)]
    optimizer = pa.optimizer.SGD(1.0, ps)
    pairs = [(p, pa.to_tensor([1.0])) for p in ps]
    for penalty, expected in ((None, [1.5, 1.0]), (pa.regularizer.L2Decay(0.25), [1.5, 2.0])):
        assert [g.item() for _, g in optimizer.append_regularization_ops(pairs, penalty)] == expected
    assert optimizer.append_regularization_ops([(ps[0], None)]) == [(ps[0], None)]
    with pytest.raises(TypeError, match="regularization"):
        optimizer.append_regularization_ops(pairs, 0.1)


def test_zero_grad_forgets_gradients():
    p = pa.create_parameter([1])
    optimizer = pa.optimizer.SGD(1.0, [p])
    for none in (True, False):
        p.grad = [1.0]
        optimizer.zero_grad(none)
        assert (p.grad is None) is none


def test_settings_may_be_tensors_of_one_element():
    p, q = (pa.create_parameter([1], "float64", default_initializer="constant") for _ in range(2))
    p.grad = q.grad = [1.0]
    pa.optimizer.AdamW(0.1, pa.to_tensor([0.5]), parameters=[p], weight_decay=pa.to_tensor(0.25)).step()
    pa.optimizer.AdamW(0.1, 0.5, parameters=[q], weight_decay=0.25).step()
    assert p.item() == q.item()
    with pytest.raises(ValueError, match="use_lowprecision_moment"):
        pa.optimizer.AdamW(parameters=[p], use_lowprecision_moment=True)


def test_an_optimizer_with_a_step_of_its_own_needs_no_rule():
    class Own(pa.optimizer.Optimizer):
        def step(self):
            self.stepped = True

    own = Own(0.1, [pa.create_parameter([1])])
    own.step()
    assert own.stepped


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda o, p, q: o.apply_gradients(3), TypeError, "params_grads"),
        (lambda o, p, q: o.apply_gradients([p]), TypeError, "params_grads"),
        (lambda o, p, q: o.apply_gradients([(q, pa.to_tensor([1.0]))]), ValueError, "params_grads"),
        (lambda o, p, q: o.apply_gradients([(p, pa.to_tensor([1.0]))] * 2), ValueError, "once"),
        (lambda o, p, q: o.apply_gradients([(p, pa.to_tensor([1.0, 2.0]))]), ValueError, "shape"),
        (lambda o, p, q: o.backward(3.0), TypeError, "loss"),
        (lambda o, p, q: o.backward(p, startup_program=1), TypeError, "startup_program"),
        (lambda o, p, q: o.backward(p, callbacks=[]), TypeError, "callbacks"),
        (lambda o, p, q: o.minimize(p, parameters=[q]), ValueError, "parameters"),
        (lambda o, p, q: o.minimize(p, no_grad_set=["zz"]), ValueError, "no_grad_set"),
        (lambda o, p, q: o.zero_grad(3), TypeError, "set_to_none"),
    ],
)
def test_bad_calls_of_the_interface(call, error, text):
    p, q = pa.create_parameter([1]), pa.create_parameter([1])
    optimizer = pa.optimizer.SGD(1.0, [p])
    before = p.item()
    with pytest.raises(error, match=text):
        call(optimizer, p, q)
    assert p.item() == before


def test_what_programs_ask_paddles_optimizers_though_it_is_not_public():
    p, q = parameter([1.0]), parameter([2.0])
    scheduler = pa.optimizer.lr.StepDecay(0.1, 2)
    optimizer = pa.optimizer.SGD(0.5, parameters=[{"params": [p]}, {"params": [q]}])
    assert optimizer._learning_rate == 0.5
    assert [one is other for one, other in zip(optimizer._parameter_list, [p, q], strict=True)] == [True, True]
    optimizer.set_lr_scheduler(scheduler)
    assert optimizer._learning_rate is scheduler
