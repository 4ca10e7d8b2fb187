"""Training step for step beside the real Paddle: rules, clips, decays, averages, schedules and their states."""

import numpy as np
import paddle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import paramattr as pa
from tests.conformance.training import ATTRS, CLIPS, DECAYS, STEPS, close, gradients, sides, train

# Many of Paddle's kernels round settings and the coefficient of an L2 penalty to float32, also for float64 parameters; here
# they are numbers that float32 holds exactly.
_MEANS = {"beta1": 0.75, "beta2": 0.9375, "epsilon": 2**-20}
RULES = {
    "SGD": ("SGD", {}),
    "Momentum": ("Momentum", {"momentum": 0.75}),
    "Nesterov": ("Momentum", {"momentum": 0.75, "use_nesterov": True}),
    "Adam": ("Adam", {}),
    "Adam, large epsilon": ("Adam", {"beta1": 0.8, "beta2": 0.95, "epsilon": 0.1}),
    "AMSGrad": ("Adam", {"amsgrad": True, "beta2": 0.9}),
    "AdamW": ("AdamW", {}),
    "AdamW, AMSGrad": ("AdamW", {"amsgrad": True, "beta1": 0.5}),
    "Adagrad": ("Adagrad", {"epsilon": 2**-20}),
    "Adagrad, begun": ("Adagrad", {"epsilon": 0.125, "initial_accumulator_value": 0.5}),
    "Adadelta": ("Adadelta", {"epsilon": 2**-10, "rho": 0.9375}),
    "Adamax": ("Adamax", _MEANS),
    "RMSProp": ("RMSProp", {"rho": 0.9375, "epsilon": 2**-10}),
    "RMSProp, centered": ("RMSProp", {"rho": 0.9375, "epsilon": 2**-10, "momentum": 0.5, "centered": True}),
    "Rprop": ("Rprop", {"learning_rate_range": (0.03125, 0.25), "etas": (0.5, 1.25)}),
    "ASGD": ("ASGD", {}),
    "ASGD of batches": ("ASGD", {"batch_num": 4}),
    "NAdam": ("NAdam", {**_MEANS, "momentum_decay": 2**-8}),
    "RAdam": ("RAdam", _MEANS),
    "Lamb": ("Lamb", {**_MEANS, "lamb_weight_decay": 0.0625}),
    "Lamb, excluded": (
        "Lamb",
        {**_MEANS, "lamb_weight_decay": 0.0625, "exclude_from_weight_decay_fn": lambda p: "bias" in p.name},
    ),
    "Lamb, adapted": ("Lamb", {**_MEANS, "lamb_weight_decay": 0.0, "always_adapt": True}),
}
# Without an argument weight_decay, and with one that is a number alone.
UNDECAYED, DECAYED_APART = ("Rprop", "Lamb"), ("AdamW",)


def decays(rule):
    """The penalties that a rule takes."""
    return (
        ["none"] if rule.startswith(UNDECAYED) else ["none", "float"] if rule.startswith(DECAYED_APART) else [*DECAYS]
    )


# What Paddle's states don't have.
OWN = ("_step_0",)


def optimizer(rule, decay="none", clip="none"):
    name, settings = RULES[rule]

    def make(lib, parameters):
        kind = getattr(lib.optimizer, name)
        weight_decay = DECAYS[decay](lib)
        own = {} if name in UNDECAYED else {"weight_decay": weight_decay}
        if name == "AdamW" and weight_decay is None:
            own = {"weight_decay": 0.0}
        return kind(learning_rate=0.0625, parameters=parameters, grad_clip=CLIPS[clip](lib), **own, **settings)

    return make


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rule", "decay"),
    [(rule, decay) for rule in RULES for decay in decays(rule)],
)
def test_rules_and_decays(rule, decay, dtype):
    train(optimizer(rule, decay), dtype)


@pytest.mark.parametrize(
    ("clip", "dtype"),
    # Paddle has no float64 kernel for the norm on a CPU.
    [(clip, dtype) for clip in CLIPS for dtype in ("float32", "float64") if (clip, dtype) != ("norm", "float64")],
)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule == RULES[rule][0]])
def test_clips(rule, clip, dtype):
    train(optimizer(rule, "none", clip), dtype, ATTRS["need_clip"])


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("rule", RULES)
def test_attributes(rule, attrs):
    train(optimizer(rule, decays(rule)[:2][-1], "global norm"), "float64", ATTRS[attrs])
    train(optimizer(rule, decays(rule)[:3][-1], "norm"), "float32", ATTRS[attrs])


@pytest.mark.parametrize("rule", RULES)
def test_gradients_that_come_and_go(rule):
    train(optimizer(rule, "float", "global norm"), "float64", skip=lambda step: ((), (0,), (0, 2), (1,))[step % 4])


GROUPS = {
    "SGD": {},
    "Momentum": {},
    "Adam": {"beta1": 0.5},
    "AdamW": {"beta1": 0.5},
    "Adagrad": {"epsilon": 0.5, "initial_accumulator_value": 0.25},
    "Adadelta": {"epsilon": 0.125, "rho": 0.5},
    "Adamax": {"beta1": 0.5, "beta2": 0.75},
    "RMSProp": {"rho": 0.5, "momentum": 0.25, "centered": True},
    "Rprop": {},
    "ASGD": {},
    "NAdam": {"beta2": 0.5, "momentum_decay": 0.25},
    "RAdam": {"beta1": 0.5},
    "Lamb": {"lamb_weight_decay": 0.5, "exclude_from_weight_decay_fn": None, "epsilon": 0.25},
}


@pytest.mark.parametrize("name", GROUPS)
def test_groups(name):
    def make(lib, parameters):
        first, second, third = parameters
        groups = [
            {"params": [first], "learning_rate": 0.3, "weight_decay": 0.25},
            {"params": [second, third], "grad_clip": lib.nn.ClipGradByGlobalNorm(0.5)},
        ]
        groups[0].update(GROUPS[name])
        own = {} if name in UNDECAYED else {"weight_decay": 0.125}
        settings = {} if name == "RAdam" else RULES[name][1]
        return getattr(lib.optimizer, name)(
            learning_rate=0.0625, parameters=groups, grad_clip=lib.nn.ClipGradByNorm(1.0), **own, **settings
        )

    train(make)


@pytest.mark.filterwarnings("ignore:The input state dict is empty")
@pytest.mark.parametrize("rule", RULES)
def test_states_have_paddles_keys_and_values_and_paddles_files_are_taken_up(rule, tmp_path):
    make = optimizer(rule, "float", "global norm")
    (ours, _), (mine, theirs) = train(make, steps=7)
    other = theirs.state_dict()
    state = {key: value for key, value in mine.state_dict().items() if not key.endswith(OWN)}
    assert list(state) == list(other)
    assert sorted(mine.get_opti_var_name_list()) == sorted(mine.state_dict())
    assert [key for key in mine.get_opti_var_name_list() if key in state] == theirs.get_opti_var_name_list()
    close([t.numpy() for t in state.values()], [t.numpy() for t in other.values()], "float32")
    resumed = make(pa, ours.parameters)
    paddle.save(other, str(tmp_path / "net.pdopt"))
    resumed.set_state_dict(pa.load(tmp_path / "net.pdopt"))
    before = ours.values()
    ends = []
    for each in (mine, resumed):
        for parameter, values in zip(ours.parameters, before, strict=True):
            parameter.set_value(values)
        ours.give(gradients(99, "float32"))
        each.step()
        ends.append(ours.values())
    close(*ends, "float32")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "SGD"])
def test_paddle_takes_up_our_files(rule, tmp_path):
    make = optimizer(rule)
    both, (mine, _) = train(make, steps=7)
    resumed = make(paddle, both[1].parameters)
    pa.save(mine.state_dict(), tmp_path / "net.pdopt")
    resumed.set_state_dict(paddle.load(str(tmp_path / "net.pdopt")))
    for side, each in zip(both, (mine, resumed), strict=True):
        side.give(gradients(99, "float32"))
        with paddle.utils.unique_name.guard():  # Paddle numbers accumulators, and takes up only those of its number
            each.step()
    close(*(side.values() for side in both), "float32")


SCHEDULES = {
    "step": lambda lr: lr.StepDecay(0.5, 7, 0.6),
    "multi step": lambda lr: lr.MultiStepDecay(0.5, [3, 8, 30], 0.5),
    "exponential": lambda lr: lr.ExponentialDecay(0.5, 0.93),
    "cosine": lambda lr: lr.CosineAnnealingDecay(0.5, 9, 0.05),
    "cosine to zero": lambda lr: lr.CosineAnnealingDecay(0.5, 20),
    "warm-up": lambda lr: lr.LinearWarmup(0.5, 6, 0.1, 0.5),
    "warm-up of cosine": lambda lr: lr.LinearWarmup(lr.CosineAnnealingDecay(0.5, 9), 6, 0.0, 0.5),
    "warm-up of steps": lambda lr: lr.LinearWarmup(lr.StepDecay(0.5, 5, 0.5), 6, 0.0, 0.5),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules(schedule):
    mine, other = (SCHEDULES[schedule](lib.optimizer.lr) for lib in (pa, paddle))
    for step in range(STEPS):
        assert mine() == pytest.approx(other(), rel=1e-9, abs=1e-12)
        assert mine.last_epoch == other.last_epoch
        jump = 23 if step == 30 else None
        mine.step(jump)
        other.step(jump)
    state, theirs = mine.state_dict(), other.state_dict()
    assert list(state) == list(theirs)
    assert state["last_epoch"] == theirs["last_epoch"]
    mine.set_state_dict(theirs)


@pytest.mark.parametrize("schedule", ["cosine", "warm-up of steps"])
def test_training_with_a_schedule(schedule):
    def make(lib, parameters):
        kept.append(SCHEDULES[schedule](lib.optimizer.lr))
        return lib.optimizer.Momentum(kept[-1], 0.75, parameters)

    class Both:
        def __init__(self, lib, parameters):
            self.optimizer = make(lib, parameters)
            self.scheduler = kept[-1]

        def step(self):
            self.optimizer.step()
            self.scheduler.step()

    kept = []
    train(Both, "float64")
    (_, _), (mine, theirs) = train(Both, "float64", steps=3)
    assert list(mine.optimizer.state_dict()) == list(theirs.optimizer.state_dict())
    assert mine.optimizer.get_lr() == pytest.approx(theirs.optimizer.get_lr())


WINDOWS = [
    (0.15, 2, 10),
    (0.15, 10, 10),
    (0.15, 10000, 10000),
    (0.5, 1, 100),
    (0.41, 1, 1000),  # the product with the number of updates differs between float32 and float64
    (0.29, 3, 7),
    (1.0, 1, 5),
    (0.0, 1, 1),
    (2.0, 4, 20),
]


@pytest.mark.parametrize("window", WINDOWS)
def test_model_average(window, tmp_path):
    rate, low, high = window
    both = sides()
    optimizers = [optimizer("SGD")(side.lib, side.parameters) for side in both]
    averages = [
        side.lib.incubate.ModelAverage(
            rate, parameters=side.parameters, min_average_window=low, max_average_window=high
        )
        for side in both
    ]
    for step in range(3 * STEPS if rate == 0.41 else STEPS):
        shown = []
        drawn = gradients(step, "float32", (1,) if step % 5 == 4 else ())
        for side, sgd, average in zip(both, optimizers, averages, strict=True):
            side.give(drawn)
            sgd.step()
            average.step()
            with average.apply():
                shown.append(side.values())
        close(*shown, "float32")
        close(*(side.values() for side in both), "float32")
    ours, theirs = (average.state_dict() for average in averages)
    assert [key for key in ours if not key.endswith("_rest_0")] == list(theirs)
    for key, tensor in theirs.items():
        assert str(ours[key].dtype) == str(tensor.dtype).removeprefix("paddle.")
        if "_num_" in key or "_old_num_" in key:
            np.testing.assert_array_equal(ours[key].numpy(), tensor.numpy(), err_msg=key)
        elif "_sum_" not in key:
            np.testing.assert_allclose(ours[key].numpy(), tensor.numpy(), rtol=1e-5, atol=1e-5, err_msg=key)
        elif "_sum_1_" in key:
            # How the sum is spread over the first two differs: it is put aside more often here.
            sums = [
                sum(state[key.replace("_sum_1_", f"_sum_{n}_")].numpy() for n in (1, 2)) for state in (ours, theirs)
            ]
            np.testing.assert_allclose(*sums, rtol=1e-5, atol=1e-5, err_msg=key)
    paths = [str(tmp_path / f"{lib.__name__}.pdopt") for lib in (pa, paddle)]
    for lib, state, path in zip((pa, paddle), (ours, theirs), paths, strict=True):
        lib.save(state, path)
    resumed = pa.incubate.ModelAverage(rate, both[0].parameters, low, high)
    resumed.set_state_dict(pa.load(paths[1]))
    other = paddle.incubate.ModelAverage(rate, both[1].parameters, low, high)
    other.set_state_dict(paddle.load(paths[0]))
    shown = []
    for average, side in ((averages[0], both[0]), (resumed, both[0]), (averages[1], both[1]), (other, both[1])):
        with paddle.utils.unique_name.guard():  # as above
            average.step()
        with average.apply():
            shown.append(side.values())
    for each in shown[1:]:
        close(shown[0], each, "float32")


def test_model_average_without_restore():
    both = sides()
    averages = [side.lib.incubate.ModelAverage(0.15, side.parameters, 2, 4) for side in both]
    for side, average in zip(both, averages, strict=True):
        side.give(gradients(0, "float32"))
        average.step()
        with average.apply(need_restore=False):
            pass
    close(*(side.values() for side in both), "float32")
    for average in averages:
        average.restore()
    close(*(side.values() for side in both), "float32")


@pytest.mark.parametrize("norm_type", [0, 1, 2, float("inf")])
@pytest.mark.parametrize("max_norm", [0.1, 1.0, 100.0])
def test_clip_grad_norm(norm_type, max_norm):
    totals, clipped = [], []
    for side in sides():
        side.give(gradients(0, "float32", (1,)))
        totals.append(side.lib.nn.utils.clip_grad_norm_(side.parameters, max_norm, norm_type).numpy())
        clipped.append([side.parameters[place].grad.numpy() for place in (0, 2)])
    close(totals[:1], totals[1:], "float32")
    close(*clipped, "float32")


def test_clip_grad_value_and_vectors():
    vectors, clipped = [], []
    for side in sides():
        utils = side.lib.nn.utils
        side.give(gradients(0, "float32"))
        utils.clip_grad_value_(side.parameters, 0.3)
        clipped.append([parameter.grad.numpy() for parameter in side.parameters])
        vector = utils.parameters_to_vector(side.parameters)
        utils.vector_to_parameters(vector * 2.0, side.parameters)
        vectors.append(vector.numpy())
        close([vector.numpy() * 2.0], [utils.parameters_to_vector(side.parameters).numpy()], "float32")
    close(*clipped, "float32")
    close(vectors[:1], vectors[1:], "float32")


@pytest.mark.parametrize("clip", [clip for clip in CLIPS if clip != "none"])
def test_the_text_of_clips(clip):
    assert str(CLIPS[clip](pa)) == str(CLIPS[clip](paddle))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_random_training(data):
    """Any rule, penalties, clip, schedule and settings that change on the way."""
    rule = data.draw(st.sampled_from([*RULES]))
    decay = data.draw(st.sampled_from(decays(rule)))
    clip = data.draw(st.sampled_from([*CLIPS]))
    attrs = data.draw(st.sampled_from([*ATTRS]))
    schedule = data.draw(st.sampled_from([None, *SCHEDULES]))
    frozen = data.draw(st.lists(st.booleans(), min_size=12, max_size=12))
    absent = data.draw(st.lists(st.integers(0, 5), min_size=12, max_size=12))
    both = sides("float32", ATTRS[attrs])
    make = optimizer(rule, decay, clip)
    rates = [None if schedule is None else SCHEDULES[schedule](side.lib.optimizer.lr) for side in both]
    optimizers = [make(side.lib, side.parameters) for side in both]
    for step in range(12):
        drawn = gradients(step, "float32", (absent[step],))
        for side, each, rate in zip(both, optimizers, rates, strict=True):
            side.parameters[1].stop_gradient = frozen[step]
            side.parameters[1].need_clip = not frozen[step - 1]
            side.give(drawn)
            if rate is not None:
                each.set_lr(rate())
                rate.step()
            each.step()
        close(both[0].values(), both[1].values(), "float32")
