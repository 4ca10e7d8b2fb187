"""Optimizers, each a rule on top of one pipeline, and learning rate schedules."""

from paramattr.optimizer import lr
from paramattr.optimizer.adam import Adam
from paramattr.optimizer.adamw import AdamW
from paramattr.optimizer.momentum import Momentum
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import Group, Step, Terms, setting
from paramattr.optimizer.sgd import SGD
from paramattr.utils import absent

__all__ = ["SGD", "Adam", "AdamW", "Group", "Momentum", "Optimizer", "Step", "Terms", "lr", "setting"]

absent.explain(__name__)
