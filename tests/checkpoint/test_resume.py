"""Training that was stopped, saved, loaded into new objects and went on is the training that was never stopped.

What checkpoints are for: it needs all of the package, so it is in a file of its own.
"""

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

STEPS = 100
ATTRS = {
    "plain": {},
    "rate": {"learning_rate": 0.5, "regularizer": pa.regularizer.L1Decay(1e-3)},
    "left out": {"need_clip": False, "do_model_average": False},
    "decayed": {"regularizer": pa.regularizer.L2Decay(0.01)},
    "frozen": {"trainable": False},
}
OPTIMIZERS = {
    "Momentum": lambda **settings: pa.optimizer.Momentum(momentum=0.9, use_nesterov=True, **settings),
    "Adam": lambda **settings: pa.optimizer.Adam(**settings),
    "AMSGrad": lambda **settings: pa.optimizer.Adam(amsgrad=True, **settings),
}


class Run:
    """A network with all that changes while it is trained."""

    def __init__(self, rule, seed):
        rng = np.random.default_rng(seed)

        def attr():
            return pa.ParamAttr(**ATTRS[rng.choice(list(ATTRS))])

        with pa.utils.unique_name.guard():
            self.model = nn.Sequential(
                nn.Linear(6, 8, weight_attr=pa.ParamAttr(), bias_attr=attr()),  # one at least that learns
                nn.Tanh(),
                nn.Dropout(0.3),
                nn.Linear(8, 4, weight_attr=attr(), bias_attr=attr()),
                nn.ReLU(),
                nn.Linear(4, 1, weight_attr=attr(), bias_attr=attr()),
            )
            decay = pa.optimizer.lr.StepDecay(0.05, step_size=7, gamma=0.8)
            self.schedule = pa.optimizer.lr.LinearWarmup(decay, warmup_steps=5, start_lr=0.0, end_lr=0.05)
            parameters = self.model.parameters()
            clip = nn.ClipGradByGlobalNorm(0.5)
            self.optimizer = OPTIMIZERS[rule](learning_rate=self.schedule, parameters=parameters, grad_clip=clip)
            self.average = pa.incubate.ModelAverage(
                0.15, parameters=parameters, min_average_window=10, max_average_window=30
            )

    def train(self, steps):
        for step in steps:
            rng = np.random.default_rng([11, step])  # the data of this step, whoever takes it
            x, y = rng.standard_normal((16, 6), np.float32), rng.standard_normal((16, 1), np.float32)
            loss = ((self.model(pa.to_tensor(x)) - pa.to_tensor(y)) ** 2).mean()
            loss.backward()
            self.optimizer.step()
            self.average.step()
            self.optimizer.clear_grad()
            self.schedule.step()

    def state(self):
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state_dict(),
        }

    def go_back(self, state):
        assert self.model.set_state_dict(state["model"]) == ([], [])
        self.optimizer.set_state_dict(state["optimizer"])
        self.average.set_state_dict(state["average"])

    def everything(self):
        with self.average.apply():
            averages = [parameter.numpy().copy() for parameter in self.model.parameters()]
        return [self.state(), averages, self.optimizer.get_lr(), self.schedule.state_dict(), pa.get_rng_state()]


def in_one_file(folder, run):
    pa.save({**run.state(), "random": pa.get_rng_state()}, folder / "state.npz")


def from_one_file(folder):
    return pa.load(folder / "state.npz")


def in_pairs(folder, run):
    pa.save(run.model.state_dict(), folder / "net.pdparams")
    pa.save(run.optimizer.state_dict(), folder / "net.pdopt")
    pa.save(run.average.state_dict(), folder / "average.pdopt")
    pa.save(pa.get_rng_state(), folder / "random.npz")


def from_pairs(folder):
    names = {"model": "net.pdparams", "optimizer": "net.pdopt", "average": "average.pdopt", "random": "random.npz"}
    return {key: pa.load(folder / name) for key, name in names.items()}


@pytest.mark.parametrize(
    ("write", "read"), [(in_one_file, from_one_file), (in_pairs, from_pairs)], ids=["npz", "pairs"]
)
@pytest.mark.parametrize("rule", OPTIMIZERS)
@pytest.mark.parametrize("seed", range(3))
def test_two_halves_are_the_whole(tmp_path, assert_same, write, read, rule, seed):
    before = pa.get_rng_state()
    try:
        pa.seed(seed)
        whole = Run(rule, seed)
        whole.train(range(STEPS))
        expected = whole.everything()
        first = pa.get_rng_state()

        pa.seed(seed)
        half = Run(rule, seed)
        half.train(range(STEPS // 2))
        write(tmp_path, half)

        pa.seed(1234)
        again = Run(rule, seed)
        state = read(tmp_path)
        again.go_back(state)
        pa.set_rng_state(state["random"])
        again.train(range(STEPS // 2, STEPS))
        assert_same(again.everything(), expected)
        assert pa.get_rng_state() == first
    finally:
        pa.set_rng_state(before)
