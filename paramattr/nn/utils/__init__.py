"""Clipping gradients in place, parameters as one vector, and parameters that are computed from others."""

from paramattr.nn.utils.parameters import (
    clip_grad_norm_,
    clip_grad_value_,
    parameters_to_vector,
    vector_to_parameters,
)
from paramattr.nn.utils.reparametrization import remove_weight_norm, spectral_norm, weight_norm
from paramattr.utils import absent

__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "remove_weight_norm", "spectral_norm",
    "vector_to_parameters", "weight_norm",
]  # fmt: skip

absent.explain(__name__)
