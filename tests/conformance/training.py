"""The same training in both libraries: parameters with attributes, gradients, penalties and clips."""

import itertools

import numpy as np
import paddle

import paramattr as pa

STEPS = 50
SHAPES = {"weight": (4, 3), "bias": (3,), "kernel": (2, 2, 3)}
DECAYS = {
    "none": lambda lib: None,
    "float": lambda lib: 0.0625,
    "L1": lambda lib: lib.regularizer.L1Decay(0.03),
    "L2": lambda lib: lib.regularizer.L2Decay(0.0625),
}
CLIPS = {
    "none": lambda lib: None,
    "value": lambda lib: lib.nn.ClipGradByValue(0.6),
    "lopsided value": lambda lib: lib.nn.ClipGradByValue(0.6, -0.2),
    "norm": lambda lib: lib.nn.ClipGradByNorm(1.2),
    "global norm": lambda lib: lib.nn.ClipGradByGlobalNorm(1.2),
    "skipped global norm": lambda lib: lib.nn.ClipGradByGlobalNorm(4.0, auto_skip_clip=True),
}
ATTRS = {
    "plain": lambda lib: {},
    "rates": lambda lib: {"weight": {"learning_rate": 0.3}, "kernel": {"learning_rate": 2.0}},
    "need_clip": lambda lib: {"bias": {"need_clip": False}},
    "frozen": lambda lib: {"kernel": {"trainable": False}},
    "regularizers": lambda lib: {
        "weight": {"regularizer": lib.regularizer.L1Decay(0.04)},
        "bias": {"regularizer": lib.regularizer.L2Decay(0.25)},
    },
    "all": lambda lib: {
        "weight": {"regularizer": lib.regularizer.L2Decay(0.125), "learning_rate": 0.5, "need_clip": False},
        "bias": {"regularizer": lib.regularizer.L1Decay(0.1), "learning_rate": 2.0},
        "kernel": {"need_clip": False},
    },
}
counter = itertools.count()


class Side:
    """The same parameters in one of the two libraries."""

    def __init__(self, lib, dtype, attrs, prefix):
        self.lib, self.dtype = lib, dtype
        rng = np.random.default_rng(3)
        settings = attrs(lib)
        self.parameters = []
        for name, shape in SHAPES.items():
            attr = lib.ParamAttr(name=f"{prefix}_{name}", **settings.get(name, {}))
            parameter = lib.create_parameter(list(shape), dtype, attr=attr)
            values = rng.standard_normal(shape).astype(dtype)
            with lib.no_grad():
                parameter.set_value(values if lib is pa else paddle.to_tensor(values))
            self.parameters.append(parameter)

    def give(self, gradients):
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            if gradient is None:
                parameter.clear_gradient(False)
            elif not parameter.stop_gradient:
                parameter.grad = gradient if self.lib is pa else paddle.to_tensor(gradient)

    def values(self):
        return [parameter.numpy().copy() for parameter in self.parameters]


def sides(dtype="float32", attrs=ATTRS["plain"]):
    prefix = f"p{next(counter)}"
    return [Side(lib, dtype, attrs, prefix) for lib in (pa, paddle)]


def gradients(step, dtype, skip=()):
    rng = np.random.default_rng([step, 11])
    scale = 0.1 if step % 3 else 1.0
    drawn = [(scale * rng.standard_normal(shape)).astype(dtype) for shape in SHAPES.values()]
    return [None if place in skip else gradient for place, gradient in enumerate(drawn)]


def close(ours, theirs, dtype):
    limit = 1e-5 if dtype == "float32" else 1e-12
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, rtol=limit, atol=limit * np.abs(other).max(initial=0.0))


def train(make, dtype="float32", attrs=ATTRS["plain"], steps=STEPS, skip=lambda step: ()):
    both = sides(dtype, attrs)
    optimizers = [make(side.lib, side.parameters) for side in both]
    for step in range(steps):
        drawn = gradients(step, dtype, skip(step))
        for side, optimizer in zip(both, optimizers, strict=True):
            side.give(drawn)
            optimizer.step()
        close(both[0].values(), both[1].values(), dtype)
    return both, optimizers
