"""Rules of one's own: the two of the documentation as they stand there, settings, and what is refused."""

import doctest
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import ClipGradByGlobalNorm, ClipGradByValue
from paramattr.optimizer import Adam, Momentum, Optimizer, Step, setting
from paramattr.regularizer import L1Decay, L2Decay

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
SOURCES = {
    example.source.split("(")[0]: example.source
    for example in doctest.DocTestParser().get_examples(PAGE.read_text("utf-8"))
    if example.source.startswith(("class ", "def "))
}
NAMES = {"np": np, "pa": pa}
for source in SOURCES.values():
    exec(source, NAMES)  # noqa: S102
Lion, Muon = NAMES["Lion"], NAMES["Muon"]
pytestmark = pytest.mark.usefixtures("fresh_names")


def lines(*starts):
    return sum(len([line for line in SOURCES[start].splitlines() if line.strip()]) for start in starts)


def test_the_rules_of_the_documentation_are_short():
    assert lines("class Lion") <= 10
    assert lines("class Muon", "def orthogonalized") <= 30


# --- against float64


def lion(g, state, lr, beta1=0.9, beta2=0.99):
    mean = state.get("mean", np.zeros_like(g))
    state["mean"] = beta2 * mean + (1 - beta2) * g
    return lr * np.sign(beta1 * mean + (1 - beta1) * g)


def muon(g, state, lr, momentum=0.95, iterations=5):
    state["velocity"] = momentum * state.get("velocity", np.zeros_like(g)) + g
    ahead = g + momentum * state["velocity"]
    if g.ndim < 2:
        return lr * ahead
    m = ahead.reshape(g.shape[0], -1)
    u, s, vt = np.linalg.svd(m, full_matrices=False)
    s = s / (math.sqrt((s**2).sum()) + 1e-7)
    for _ in range(iterations):
        s = 3.4445 * s - 4.775 * s**3 + 2.0315 * s**5
    return lr * math.sqrt(max(1.0, m.shape[0] / m.shape[1])) * (u * s @ vt).reshape(g.shape)


SHAPES = [(4, 3), (5,), (), (1,), (2, 6), (3, 2, 2)]
RULES = {
    "lion": (Lion, lion, {"beta1": 0.8}, {"beta2": 0.5}),
    "muon": (Muon, muon, {"momentum": 0.5}, {"iterations": 2}),
}
every_rule = pytest.mark.parametrize("name", RULES)


def make(rng, dtype, decays):
    ps = []
    for shape, decay in zip(SHAPES, decays, strict=True):
        p = pa.create_parameter(shape, dtype, attr=pa.ParamAttr(regularizer=decay))
        p.set_value(rng.standard_normal(shape))
        ps.append(p)
    return ps


def clipped(gradients, limit):
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients))
    return [g * (limit / max(norm, limit)) for g in gradients]


def train(name, dtype, multi, steps=5):
    """Two groups, the second with a rate, a clip and a setting of its own; return values, references and optimizer."""
    kind, rule, common, own = RULES[name]
    rng = np.random.default_rng(3)
    ps = make(rng, dtype, [None, L1Decay(0.02), None, L2Decay(0.1), None, None])
    groups = [{"params": ps[:3]}, {"params": ps[3:], "learning_rate": 0.5, "grad_clip": ClipGradByValue(0.4), **own}]
    optimizer = kind(0.0625, groups, 0.25, ClipGradByGlobalNorm(1.5), multi_precision=multi, **common)
    values, states = [p.numpy().astype(np.float64) for p in ps], [{} for _ in ps]
    for _ in range(steps):
        gradients = [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]
        for p, g in zip(ps, gradients, strict=True):
            p.grad = g
        optimizer.step()
        exact = [g.astype(np.float64) for g in gradients]
        exact = [*clipped(exact[:3], 1.5), *[np.clip(g, -0.4, 0.4) for g in exact[3:]]]
        for i, p in enumerate(ps):
            penalty = p.regularizer or L2Decay(0.25)
            settings = common if i < 3 else {**common, **own}
            g = exact[i] + penalty.gradient(values[i])
            values[i] = values[i] - rule(g, states[i], 0.0625 if i < 3 else 0.03125, **settings)
            if not multi:
                values[i] = values[i].astype(dtype).astype(np.float64)
    return ps, values, optimizer


@every_rule
@pytest.mark.parametrize(("dtype", "multi"), [("float64", False), ("float32", False), ("float16", True)])
def test_against_a_float64_reference(name, dtype, multi):
    ps, values, optimizer = train(name, dtype, multi)
    limit = {"float64": 1e-9, "float32": 2e-5, "float16": 2e-3}[dtype]
    for p, value in zip(ps, values, strict=True):
        np.testing.assert_allclose(p.numpy().astype(np.float64), value, rtol=limit, atol=limit)
    if multi:
        for p in ps:
            master = optimizer.state_dict()["master_weights"][p.name].numpy()
            assert master.dtype == np.float32
            np.testing.assert_array_equal(p.numpy(), master.astype(dtype))


@every_rule
def test_in_float16_without_a_copy_each_step_is_rounded(name):
    ps, values, _ = train(name, "float16", False, steps=1)
    for p, value in zip(ps, values, strict=True):
        np.testing.assert_allclose(p.numpy().astype(np.float64), value, rtol=2e-3, atol=2e-3)


@every_rule
def test_state_comes_back(name):
    ps, _, optimizer = train(name, "float32", False)
    accumulator = RULES[name][0].accumulators[0]
    assert list(optimizer.state_dict()) == [f"{p.name}_{accumulator}_0" for p in ps]
    other = RULES[name][0](0.1, ps)
    other.set_state_dict(optimizer.state_dict())
    for key, value in optimizer.state_dict().items():
        np.testing.assert_array_equal(other.state_dict()[key].numpy(), value.numpy())


# --- rules for a whole parameter


def whole_momentum(gradient, value, state, step):
    state["velocity"] *= gradient.dtype.type(step.momentum)
    state["velocity"] += gradient
    return state["velocity"] * gradient.dtype.type(step.lr)


class WholeMomentum(Optimizer):
    class Step(Step):
        momentum: float = 0.9

    accumulators = ("velocity",)

    def whole_rule(self, gradient, value, state, step):
        assert gradient.shape == value.shape == state["velocity"].shape
        return whole_momentum(gradient, value, state, step)


@settings(max_examples=30)
@given(data=st.data(), multi=st.booleans(), dtype=st.sampled_from(["float16", "float32", "float64"]))
def test_a_rule_for_the_whole_is_the_same_rule_element_by_element(data, multi, dtype):
    shapes = data.draw(st.lists(st.sampled_from([(), (1,), (0, 2), (3, 4), (7,), (400, 350)]), min_size=1, max_size=5))
    decay = data.draw(st.sampled_from([None, 0.1, L1Decay(0.02)]))
    sides = []
    for kind in (Momentum, WholeMomentum):
        rng = np.random.default_rng(0)
        ps = [pa.create_parameter(shape, dtype) for shape in shapes]
        for p in ps:
            p.set_value(rng.standard_normal(p.shape))
        clip = ClipGradByGlobalNorm(0.9)
        optimizer = kind(0.1, parameters=ps, weight_decay=decay, grad_clip=clip, multi_precision=multi)
        for _ in range(3):
            for p in ps:
                p.grad = rng.standard_normal(p.shape)
            optimizer.step()
        sides.append([p.numpy() for p in ps])
    for a, b in zip(*sides, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_decay_apart_from_the_gradient_and_a_count():
    class Counting(Optimizer):
        scalars = ("steps",)

        def terms(self, parameter, group, lr):
            return super().terms(parameter, group, lr)._replace(decay=0.5)

        def rule(self, gradient, state, step):
            return gradient * state["steps"]

        def end(self, state, step):
            state["steps"] += 1

    ps = [pa.create_parameter([n], default_initializer=pa.initializer.Constant(8.0)) for n in (1, 2, 200_000, 1, 3)]
    optimizer = Counting(0.5, parameters=ps)
    for step in range(3):
        for place, p in enumerate(ps):
            p.grad = np.ones(p.shape) if (place, step) != (1, 1) else None
        optimizer.step()
    for place, p in enumerate(ps):
        seen = 2 if place == 1 else 3
        expected = 8.0
        for count in range(seen):
            expected = 0.75 * expected - count
        np.testing.assert_array_equal(p.numpy(), np.float32(expected))
        assert optimizer.state_dict()[f"{p.name}_steps_0"].tolist() == [seen]


# --- settings


def test_a_setting_is_declared_once():
    class Scaled(Optimizer):
        class Step(Step):
            scale: float = setting(2.0, low=0.0, open_low=True)
            rounds: int = 1
            upwards: bool = False
            form: str = setting("plain", check=lambda name, value: {"plain": "plain", "square": "square"}[value])

        def rule(self, gradient, state, step):
            gradient = gradient**2 if step.form == "square" else gradient
            return step.lr * step.scale**step.rounds * (-gradient if step.upwards else gradient)

    ps = [pa.create_parameter([1], "float64", default_initializer="constant") for _ in range(4)]
    for p in ps:
        p.grad = [3.0]
    groups = [
        {"params": ps[0]},
        {"params": ps[1], "upwards": True},
        {"params": ps[2], "scale": 1, "rounds": 9},
        {"params": ps[3], "form": "square"},
    ]
    optimizer = Scaled(1.0, groups, rounds=2)
    optimizer.step()
    assert [p.item() for p in ps] == [-12.0, 12.0, -3.0, -36.0]
    assert Scaled.Step(lr=0.5) == Scaled.Step(lr=0.5, scale=2.0)
    assert hash(Scaled.Step(lr=0.5)) == hash(Scaled.Step(lr=0.5))
    assert Scaled.Step(lr=0.5) != Scaled.Step(lr=0.5, upwards=True)
    for bad, error in (
        ({"scale": 0.0}, ValueError),
        ({"scale": "2"}, TypeError),
        ({"rounds": 1.5}, TypeError),
        ({"upwards": 1}, TypeError),
        ({"form": "cube"}, KeyError),
    ):
        name = next(iter(bad))
        with pytest.raises(error, match="cube" if name == "form" else name):
            Scaled(1.0, ps, **bad)
        with pytest.raises(error, match="cube" if name == "form" else name):
            Scaled(1.0, [{"params": ps, **bad}])
    with pytest.raises(TypeError, match="size"):
        Scaled(1.0, ps, size=3)
    with pytest.raises(ValueError, match="size"):
        Scaled(1.0, [{"params": ps, "size": 3}])


def test_a_setting_without_a_default_must_be_given():
    class Scaled(Optimizer):
        class Step(Step):
            scale: float

        def rule(self, gradient, state, step):
            return step.scale * gradient

    p = pa.create_parameter([1])
    with pytest.raises(TypeError, match="scale"):
        Scaled(0.1, [p])
    Scaled(0.1, [p], scale=2.0)


def test_a_record_of_a_step_does_not_change():
    step = Momentum.Step(lr=0.1, momentum=0.9, use_nesterov=False, rescale_grad=1.0)
    with pytest.raises(AttributeError, match="lr"):
        step.lr = 0.2


# --- what is refused


def test_a_class_has_one_rule():
    with pytest.raises(TypeError, match=r"Both must define rule or whole_rule"):

        class Both(Optimizer):
            def rule(self, gradient, state, step):
                return gradient

            def whole_rule(self, gradient, value, state, step):
                return gradient

    with pytest.raises(TypeError, match=r"Child must define rule or whole_rule"):

        class Child(Adam):
            def whole_rule(self, gradient, value, state, step):
                return gradient

    class Base(Optimizer):
        pass

    class Whole(Base):
        def whole_rule(self, gradient, value, state, step):
            return step.lr * gradient

    p = pa.create_parameter([1])
    Whole(0.1, [p])
    with pytest.raises(TypeError, match="Base does not define rule or whole_rule"):
        Base(0.1, [p])


@pytest.mark.parametrize("returned", [None, 0.1, np.zeros(3), np.zeros((2, 1))])
@pytest.mark.parametrize("size", [2, 200_000])
def test_a_whole_rule_must_return_an_array_like_its_gradient(returned, size):
    class Wrong(Optimizer):
        def whole_rule(self, gradient, value, state, step):
            return returned

    p = pa.create_parameter([size], default_initializer="constant")
    p.grad = np.ones(size)
    with pytest.raises(TypeError, match=r"Wrong\.whole_rule must return an array like its gradient"):
        Wrong(0.5, parameters=[p]).step()
    assert not p.numpy().any()


@pytest.mark.parametrize(("name", "shape"), [("velocity", (1,)), ("steps", (2,))])
def test_accumulators_of_another_shape_are_refused_before_anything_changes(name, shape):
    class Wrong(Optimizer):
        accumulators = ("velocity",)
        scalars = ("steps",)

        def new_state(self, *arguments):
            return super().new_state(*arguments) | {name: np.zeros(shape)}

        def rule(self, gradient, state, step):
            return gradient

    p, q = (pa.create_parameter([n], default_initializer="constant") for n in (3, 4))
    p.grad, q.grad = np.ones(3), np.ones(4)
    with pytest.raises(ValueError, match=rf"Wrong\.new_state.*'{name}'"):
        Wrong(0.1, [p, q]).step()
    assert not p.numpy().any()
