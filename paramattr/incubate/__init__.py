"""Averages of parameters over training."""

from paramattr.incubate.exponential_moving_average import ExponentialMovingAverage
from paramattr.incubate.model_average import ModelAverage
from paramattr.utils import absent

__all__ = ["ExponentialMovingAverage", "ModelAverage"]

absent.explain(__name__)
