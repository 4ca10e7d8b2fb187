"""Averages of parameters over training."""

from paramattr.incubate.exponential_moving_average import ExponentialMovingAverage
from paramattr.incubate.look_ahead import LookAhead
from paramattr.incubate.model_average import ModelAverage
from paramattr.utils import absent

__all__ = ["ExponentialMovingAverage", "LookAhead", "ModelAverage"]

absent.explain(__name__)
