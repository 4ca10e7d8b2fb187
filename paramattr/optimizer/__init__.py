"""Optimizers, each a rule on top of one pipeline, and learning rate schedules."""

from typing import TYPE_CHECKING

from paramattr.utils import absent

if TYPE_CHECKING:
    from paramattr.optimizer import lr
    from paramattr.optimizer.adadelta import Adadelta
    from paramattr.optimizer.adagrad import Adagrad
    from paramattr.optimizer.adam import Adam
    from paramattr.optimizer.adamax import Adamax
    from paramattr.optimizer.adamw import AdamW
    from paramattr.optimizer.asgd import ASGD
    from paramattr.optimizer.lamb import Lamb
    from paramattr.optimizer.lbfgs import LBFGS
    from paramattr.optimizer.momentum import Momentum
    from paramattr.optimizer.nadam import NAdam
    from paramattr.optimizer.optimizer import Optimizer
    from paramattr.optimizer.radam import RAdam
    from paramattr.optimizer.rmsprop import RMSProp
    from paramattr.optimizer.rprop import Rprop
    from paramattr.optimizer.rule import Group, Step, Terms, setting
    from paramattr.optimizer.sgd import SGD

__all__ = [
    "ASGD", "LBFGS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Group", "Lamb", "Momentum", "NAdam",
    "Optimizer", "RAdam", "RMSProp", "Rprop", "Step", "Terms", "lr", "setting",
]  # fmt: skip

absent.explain(
    __name__,
    later={
        "adadelta": ["Adadelta"],
        "adagrad": ["Adagrad"],
        "adam": ["Adam"],
        "adamax": ["Adamax"],
        "adamw": ["AdamW"],
        "asgd": ["ASGD"],
        "lamb": ["Lamb"],
        "lbfgs": ["LBFGS"],
        "momentum": ["Momentum"],
        "nadam": ["NAdam"],
        "optimizer": ["Optimizer"],
        "radam": ["RAdam"],
        "rmsprop": ["RMSProp"],
        "rprop": ["Rprop"],
        "rule": ["Group", "Step", "Terms", "setting"],
        "sgd": ["SGD"],
        "lr": [],
    },
)
