"""Learning rate schedules: functions of the epoch, advanced by ``step()``, and one that follows a metric."""

from paramattr.optimizer.lr.cosine import CosineAnnealingDecay, CosineAnnealingWarmRestarts
from paramattr.optimizer.lr.cycle import CyclicLR, OneCycleLR
from paramattr.optimizer.lr.factor import LambdaDecay, MultiplicativeDecay, MultiStepDecay, PiecewiseDecay, StepDecay
from paramattr.optimizer.lr.formula import (
    ExponentialDecay,
    InverseTimeDecay,
    NaturalExpDecay,
    NoamDecay,
    PolynomialDecay,
)
from paramattr.optimizer.lr.line import LinearLR, LinearWarmup
from paramattr.optimizer.lr.plateau import ReduceOnPlateau
from paramattr.optimizer.lr.scheduler import LRScheduler
from paramattr.utils import absent

__all__ = [
    "CosineAnnealingDecay", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialDecay", "InverseTimeDecay",
    "LRScheduler", "LambdaDecay", "LinearLR", "LinearWarmup", "MultiStepDecay", "MultiplicativeDecay", "NaturalExpDecay",
    "NoamDecay", "OneCycleLR", "PiecewiseDecay", "PolynomialDecay", "ReduceOnPlateau", "StepDecay",
]  # fmt: skip

absent.explain(__name__)
