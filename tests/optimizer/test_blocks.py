"""However a step is cut into blocks, joined or shared among threads, it has the bits of one parameter at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from paramattr.optimizer import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Momentum, NAdam, RAdam, RMSProp
from paramattr.regularizer import L1Decay, L2Decay
from paramattr.utils import threads


def single(settings):
    """Without multi_precision, which some rules don't have."""
    return {key: value for key, value in settings.items() if key != "multi_precision"}


RULES = {
    "sgd": lambda ps, **k: SGD(0.1, ps, **k),
    "momentum": lambda ps, **k: Momentum(0.1, 0.9, ps, **k),
    "nesterov": lambda ps, **k: Momentum(0.1, 0.9, ps, use_nesterov=True, **k),
    "adam": lambda ps, **k: Adam(0.1, parameters=ps, **k),
    "amsgrad": lambda ps, **k: Adam(0.1, parameters=ps, amsgrad=True, **k),
    "adamw": lambda ps, **k: AdamW(0.1, parameters=ps, **k),
    "adagrad": lambda ps, **k: Adagrad(0.1, parameters=ps, **single(k)),
    "adadelta": lambda ps, **k: Adadelta(0.1, parameters=ps, **single(k)),
    "adamax": lambda ps, **k: Adamax(0.1, parameters=ps, **single(k)),
    "rmsprop": lambda ps, **k: RMSProp(0.1, momentum=0.5, centered=True, parameters=ps, **single(k)),
    "asgd": lambda ps, **k: ASGD(0.1, 2, parameters=ps, **k),
    "nadam": lambda ps, **k: NAdam(0.1, parameters=ps, **single(k)),
    "radam": lambda ps, **k: RAdam(0.1, 0.9, 0.9, parameters=ps, **single(k)),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(shape, seed, dtype="float32", **attrs):
    p = pa.create_parameter(shape, dtype, attr=pa.ParamAttr(**attrs))
    p.set_value(np.random.default_rng(seed).standard_normal(shape))
    return p


def give(p, seed):
    p.grad = np.random.default_rng([seed, p.size]).standard_normal(p.shape)


@every_rule
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_together_or_alone(rule, dtype):
    """Neighbours that come and go, so that the arrays they are joined in are made anew."""
    shapes = [(3, 4), (1,), (), (0, 3), (500,), (7, 3), (1,), (40, 30), (2,)]
    together, alone = ([parameter(shape, i, dtype) for i, shape in enumerate(shapes)] for _ in range(2))
    joint, single = rule(together), [rule([p]) for p in alone]
    for step in range(6):
        for i, (p, q, optimizer) in enumerate(zip(together, alone, single, strict=True)):
            if (i + step) % 4 == 0:
                p.grad = None
                continue
            give(p, step * 100 + i)
            give(q, step * 100 + i)
            optimizer.step()
        joint.step()
    for p, q in zip(together, alone, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())
    for p, q, optimizer in zip(together, alone, single, strict=True):
        for key, value in optimizer.state_dict().items():
            np.testing.assert_array_equal(joint.state_dict()[key.replace(q.name, p.name)].numpy(), value.numpy())


def test_neighbours_stay_joined():
    ps = [parameter([3], i) for i in range(4)]
    optimizer, places = Adam(0.1, parameters=ps), []
    for step in range(3):
        for p in ps:
            give(p, step)
        optimizer.step()
        places.append([slot.state["moment1"].__array_interface__["data"][0] for slot in optimizer._slots])
    assert places[0] == places[1] == places[2]
    assert np.diff(places[0]).tolist() == [12] * 3


@settings(max_examples=25, deadline=None)
@given(data=st.data(), rule=st.sampled_from(list(RULES)), multi=st.booleans())
def test_random_neighbours(data, rule, multi):
    attr = st.fixed_dictionaries(
        {
            "learning_rate": st.sampled_from([1.0, 0.5]),
            "need_clip": st.booleans(),
            "trainable": st.sampled_from([True, True, False]),
            "regularizer": st.sampled_from([None, L1Decay(0.01), L2Decay(0.1), L2Decay(0.1)]),
        }
    )
    kinds = data.draw(st.lists(st.tuples(st.integers(1, 9), attr, st.sampled_from(["float32", "float16"])), min_size=2))
    together, alone = (
        [parameter((n,), i, dtype, **attrs) for i, (n, attrs, dtype) in enumerate(kinds)] for _ in range(2)
    )
    # By value, so that a clip does not tie parameters to one another.
    options = {"grad_clip": ClipGradByValue(0.5), "multi_precision": multi}
    joint, single = RULES[rule](together, **options), [RULES[rule]([p], **options) for p in alone]
    for step in range(3):
        for i, (p, q, optimizer) in enumerate(zip(together, alone, single, strict=True)):
            give(p, step * 10 + i)
            give(q, step * 10 + i)
            optimizer.step()
        joint.step()
    for p, q in zip(together, alone, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


@every_rule
def test_threads_and_blocks_leave_the_bits_alone(rule, monkeypatch):
    results = []
    before = pa.get_num_threads()
    try:
        for count, block in ((1, threads.BLOCK), (2, threads.BLOCK), (7, 1000), (1, 10**6)):
            pa.set_num_threads(count)
            monkeypatch.setattr(threads, "BLOCK", block)
            ps = [parameter((500, 600), 1), parameter((3,), 2), parameter((100_001,), 3)]
            optimizer = rule(ps, weight_decay=0.01, grad_clip=ClipGradByValue(0.7))
            for step in range(2):
                for p in ps:
                    give(p, step)
                optimizer.step()
            results.append([p.numpy() for p in ps])
    finally:
        pa.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("clip", [ClipGradByGlobalNorm(0.5), ClipGradByNorm(0.5), ClipGradByValue(0.5)], ids=repr)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shapes", [[(300, 700), (3,)], [(3,), (40, 30), (7,)]], ids=["long", "joined"])
def test_a_clip_in_blocks_is_the_clip_of_the_whole(clip, shapes, dtype):
    ps, qs = ([parameter(shape, i, dtype) for i, shape in enumerate(shapes)] for _ in range(2))
    for p in ps:
        give(p, 5)
    for q, array in zip(qs, clip.clip([p.grad.numpy() for p in ps]), strict=True):
        q.grad = array
    SGD(0.1, ps, grad_clip=clip).step()
    SGD(0.1, qs).step()
    for p, q in zip(ps, qs, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


def test_gradients_that_do_not_lie_in_order():
    p, q = parameter((400, 300), 1), parameter((400, 300), 1)
    g = np.random.default_rng(0).standard_normal((300, 400)).astype(np.float32)
    p.grad, q.grad = g.T, np.ascontiguousarray(g.T)
    for x in (p, q):
        Momentum(0.1, 0.9, [x], grad_clip=ClipGradByGlobalNorm(1.0)).step()
    np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-6)


# --- gradients that are not finite


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("size", [3, 250_000])
@every_rule
def test_a_step_that_is_skipped_or_raises_changes_nothing(rule, size, bad):
    for nonfinite in ("skip", "raise"):
        ps = [parameter((2,), 0), parameter((size,), 1)]
        ps[1].name = "guilty"
        optimizer = rule(ps, nonfinite=nonfinite, grad_clip=ClipGradByGlobalNorm(1.0))
        for p in ps:
            give(p, 1)
        optimizer.step()
        values = [p.numpy().copy() for p in ps]
        states = {key: value.numpy().copy() for key, value in optimizer.state_dict().items()}
        gradient = np.ones(size, np.float32)
        gradient[-1] = bad
        ps[1].grad = gradient
        if nonfinite == "raise":
            with pytest.raises(FloatingPointError, match="guilty"):
                optimizer.step()
        else:
            optimizer.step()
            assert optimizer.skipped_steps == 1
        for p, value in zip(ps, values, strict=True):
            np.testing.assert_array_equal(p.numpy(), value)
        for key, value in optimizer.state_dict().items():
            np.testing.assert_array_equal(value.numpy(), states[key])
        give(ps[1], 2)
        optimizer.step()
        assert not np.array_equal(ps[1].numpy(), values[1])


def test_huge_finite_gradients_are_not_skipped():
    p = parameter((3,), 0, "float64")
    p.grad = [1e300, -1e300, 1e300]
    optimizer = SGD(0.1, [p], nonfinite="raise", grad_clip=ClipGradByGlobalNorm(1.0))
    before = p.numpy().copy()
    optimizer.step()
    np.testing.assert_allclose(before - p.numpy(), 0.1 * np.array([1, -1, 1]) / np.sqrt(3), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_huge_norm_does_not_overflow(dtype):
    huge = 6e4 if dtype == "float16" else 3e38
    p = parameter((1000,), 0, dtype)
    p.set_value(np.zeros(1000))
    p.grad = np.full(1000, huge)
    SGD(1.0, [p], grad_clip=ClipGradByGlobalNorm(1.0)).step()
    np.testing.assert_allclose(p.numpy(), -1 / np.sqrt(1000), rtol=1e-3)
