"""Averages of parameters over training."""

from paramattr.incubate.model_average import ModelAverage

__all__ = ["ModelAverage"]
