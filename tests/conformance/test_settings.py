"""Every optimizer over random settings, with all arguments of its constructor, beside the real Paddle.

Many of Paddle's kernels round settings to float32, also for float64 parameters: those here are exact in it.
"""

import inspect
from contextlib import nullcontext

import numpy as np
import paddle
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import paramattr as pa
from tests.conformance.training import CLIPS, SHAPES, STEPS, close, counter, gradients, sides

FLAG = st.booleans()


def exact(low, high, parts=64):
    """Numbers that float32 holds exactly."""
    return st.integers(int(low * parts), int(high * parts)).map(lambda number: number / parts)


def power(low, high):
    return st.integers(low, high).map(lambda exponent: 2.0**exponent)


MEANS = {"beta1": exact(0.25, 0.95), "beta2": exact(0.5, 0.98), "epsilon": power(-20, -4)}
RATE, LEAST = exact(0.02, 0.5), power(-10, -3)
# How a whole parameter is penalized, as what is left to make of it in a library.
PENALTY = st.none() | st.tuples(st.sampled_from(["number", "L1Decay", "L2Decay"]), power(-6, -2))
# What is left of it where it is a number alone, and for Momentum, where Paddle adds an L1 penalty to a parameter's own.
NUMBER = st.tuples(st.just("number"), power(-6, -2) | st.just(0.0))
NO_BIAS = st.sampled_from([None, lambda parameter: "bias" in getattr(parameter, "name", parameter)])
# For each optimizer its own arguments; what all have is drawn elsewhere.
OWN = {
    "SGD": {"weight_decay": PENALTY, "multi_precision": FLAG},
    "Momentum": {
        "momentum": exact(0, 0.95), "use_nesterov": FLAG, "weight_decay": st.none() | NUMBER, "multi_precision": FLAG,
        "use_multi_tensor": FLAG,
    },
    "Adam": {
        **MEANS, "weight_decay": PENALTY, "lazy_mode": FLAG, "multi_precision": FLAG, "use_multi_tensor": FLAG,
        "amsgrad": FLAG,
    },
    "AdamW": {
        **MEANS, "weight_decay": NUMBER, "apply_decay_param_fun": NO_BIAS, "lazy_mode": FLAG,
        "multi_precision": FLAG, "amsgrad": FLAG,
    },
    "Adagrad": {"epsilon": LEAST, "weight_decay": PENALTY, "initial_accumulator_value": exact(0, 1)},
    "Adadelta": {"epsilon": LEAST, "rho": exact(0.25, 0.98), "weight_decay": PENALTY},
    "Adamax": {**MEANS, "weight_decay": PENALTY},
    "ASGD": {"batch_num": st.integers(1, 5), "weight_decay": PENALTY, "multi_precision": FLAG},
    "RAdam": {**MEANS, "weight_decay": PENALTY},
    "NAdam": {**MEANS, "momentum_decay": power(-10, -4), "weight_decay": PENALTY},
    "RMSProp": {
        "rho": exact(0.25, 0.98), "epsilon": LEAST, "momentum": exact(0, 0.9), "centered": FLAG, "weight_decay": PENALTY,
    },
    "Rprop": {
        "learning_rate_range": st.tuples(power(-8, -6), power(-1, 1)), "etas": st.tuples(exact(0.25, 0.9), exact(1.1, 1.5)),
        "multi_precision": FLAG,
    },
    "Lamb": {
        **MEANS, "lamb_weight_decay": power(-6, -2), "exclude_from_weight_decay_fn": NO_BIAS, "multi_precision": FLAG,
        "always_adapt": FLAG,
    },
    "LBFGS": {
        "learning_rate": exact(0.25, 2), "max_iter": st.integers(1, 6), "max_eval": st.none() | st.integers(1, 8),
        "tolerance_grad": power(-30, -3), "tolerance_change": power(-30, -8), "history_size": st.integers(1, 5),
        "line_search_fn": st.sampled_from([None, "strong_wolfe"]),
    },
}  # fmt: skip
SHARED = {"learning_rate", "parameters", "grad_clip", "name"}
# Arguments that have no effect, or none on a CPU, in Paddle.
WITHOUT_EFFECT = {
    "Momentum": {"rescale_grad"},
    "AdamW": {"lr_ratio", "use_lowprecision_moment"},
    "LBFGS": {"weight_decay"},
}
STEPWISE = [name for name in OWN if name != "LBFGS"]


def test_every_argument_of_every_optimizer_is_drawn():
    assert {*OWN, "Optimizer"} == {*paddle.optimizer.__all__} - {"lr"}
    for name, own in OWN.items():
        arguments = set(inspect.signature(getattr(paddle.optimizer, name)).parameters)
        assert {*own} | SHARED | WITHOUT_EFFECT.get(name, set()) == arguments, name


def penalty(lib, drawn):
    if drawn is None:
        return None
    kind, number = drawn
    return number if kind == "number" else getattr(lib.regularizer, kind)(number)


def attributes(data):
    """What is asked of each parameter: a rate, whether it is clipped, a penalty, and whether it is trained (0 is not)."""
    one = st.tuples(st.sampled_from([0.25, 1.0, 2.0]), FLAG, PENALTY, st.integers(0, 4))
    return data.draw(st.fixed_dictionaries(dict.fromkeys(SHAPES, one)), "attributes")


def attr(lib, drawn, grouped):
    rate, clipped, own, trained = drawn
    # Paddle's groups overwrite both of their parameters.
    apart = {} if grouped else {"learning_rate": rate, "regularizer": own and penalty(lib, ("L2Decay", own[1]))}
    return {"need_clip": clipped, "trainable": trained > 0, **apart}


SCHEDULES = {
    "none": lambda lr, rate: rate,
    "step": lambda lr, rate: lr.StepDecay(rate, 7, 0.5),
    "warm-up": lambda lr, rate: lr.LinearWarmup(rate, 8, 0.0, rate),
    "piecewise": lambda lr, rate: lr.PiecewiseDecay([5, 20], [rate, rate / 2, rate * 2]),
}


def in_groups(lib, parameters, groups):
    """The parameters in two groups, one with settings of its own, or as they are."""
    if groups is None:
        return parameters
    rate, decay = groups
    own = {} if decay is None else {"weight_decay": penalty(lib, decay)}
    return [{"params": parameters[:1], "learning_rate": rate, **own}, {"params": parameters[1:]}]


def drawn_optimizer(name, groups, data, dtype):
    """What makes an optimizer of random settings of its library and of parameters, and its schedule or None."""
    own = data.draw(st.fixed_dictionaries(OWN[name]), "settings")
    rate = data.draw(RATE, "rate")
    schedule = data.draw(st.sampled_from(["none"] if name == "Rprop" else [*SCHEDULES]), "schedule")
    # Paddle has no float64 kernel for the norm on a CPU.
    clip = data.draw(st.sampled_from([clip for clip in CLIPS if (clip, dtype) != ("norm", "float64")]), "clip")
    named = data.draw(st.sampled_from([None, "own"]), "name")

    def make(lib, parameters):
        settings = dict(own)
        if lib is paddle and "use_multi_tensor" in own:  # its fused kernels take float32 alone, and a gradient of each
            settings["use_multi_tensor"] = False
        if "weight_decay" in own:
            settings["weight_decay"] = penalty(lib, own["weight_decay"])
        followed = SCHEDULES[schedule](lib.optimizer.lr, rate)
        made = getattr(lib.optimizer, name)(
            learning_rate=followed,
            parameters=in_groups(lib, parameters, groups),
            grad_clip=CLIPS[clip](lib),
            name=named,
            **settings,
        )
        return made, None if schedule == "none" else followed

    return make


def followers(data, groups, dtype):
    """What goes with an optimizer: a function that wraps one in its library, and one that averages parameters, or None."""
    windows = st.tuples(exact(0, 1), st.integers(1, 9), st.integers(10, 40))
    # Paddle's averages are float32, whatever the dtype.
    window = data.draw(st.none() if dtype == "float64" else st.none() | windows, "average")
    ahead = data.draw(st.none() | st.tuples(exact(0, 1), st.integers(1, 6)), "look ahead")

    def average(lib, parameters):
        trained = [p for p in parameters if p.trainable]  # Paddle has no average of others
        if window is None or not trained:
            return None
        rate, low, high = window
        return lib.incubate.ModelAverage(rate, trained, low, high)

    def wrapped(lib, optimizer):
        # Paddle's LookAhead takes no groups.
        return optimizer if ahead is None or groups is not None else lib.incubate.LookAhead(optimizer, *ahead)

    return wrapped, average


class Training:
    """A side of the comparison with all that a step has."""

    def __init__(self, side, make, wrapped, average):
        self.side = side
        inner, self.schedule = make(side.lib, side.parameters)
        self.optimizer, self.average = wrapped(side.lib, inner), average(side.lib, side.parameters)

    def step(self, drawn):
        self.side.give(drawn)
        self.optimizer.step()
        for part in (self.schedule, self.average):
            if part is not None:
                part.step()

    def averages(self):
        with self.average.apply() if self.average is not None else nullcontext():
            return self.side.values()


@pytest.mark.filterwarnings("ignore:Op `increment`", "ignore:To copy construct")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", STEPWISE)
def test_random_settings(name, dtype):
    @settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(st.data())
    def check(data):
        decays = st.none() if "weight_decay" not in OWN[name] else NUMBER if name == "AdamW" else PENALTY
        groups, attrs = data.draw(st.none() | st.tuples(exact(0.25, 2), decays), "groups"), attributes(data)
        both = sides(dtype, lambda lib: {key: attr(lib, one, groups is not None) for key, one in attrs.items()})
        make, beside = drawn_optimizer(name, groups, data, dtype), followers(data, groups, dtype)
        trainings = [Training(side, make, *beside) for side in both]
        for step in range(STEPS):
            drawn = gradients(step, dtype, (1,) if step % 5 == 4 else ())
            for training in trainings:
                training.step(drawn)
            close(*(training.side.values() for training in trainings), dtype)
            if step % 7 == 6:
                close(*(training.averages() for training in trainings), dtype)

    check()


@pytest.mark.filterwarnings("ignore:To copy construct")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_settings_of_lbfgs(dtype):
    """Five steps on a convex function; of float32 to 1e-3, as differences of near gradients enlarge its rounding."""

    def run(lib, prefix, own):
        (p,) = [lib.create_parameter([5], dtype, attr=lib.ParamAttr(name=prefix))]
        p.set_value(lib.to_tensor(np.linspace(-1, 1, 5).astype(dtype)))
        optimizer = lib.optimizer.LBFGS(parameters=[p], **own)
        matrix = lib.to_tensor(np.random.default_rng(2).standard_normal((8, 5)).astype(dtype))

        def closure():
            optimizer.clear_grad()
            rest = lib.matmul(matrix, p) - 1.0
            loss = (rest * rest).sum() * 0.1 + lib.exp(p).sum() * 0.1
            loss.backward()
            return loss

        return [(float(optimizer.step(closure).item()), p.numpy().copy()) for _ in range(5)]

    @settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(st.fixed_dictionaries(OWN["LBFGS"]))
    def check(own):
        prefix = f"lbfgs_{next(counter)}"
        limit = 1e-3 if dtype == "float32" else 1e-10
        for (loss, mine), (other_loss, other) in zip(run(pa, prefix, own), run(paddle, prefix, own), strict=True):
            assert loss == pytest.approx(other_loss, rel=limit)
            np.testing.assert_allclose(mine, other, atol=limit * np.abs(other).max())

    check()
