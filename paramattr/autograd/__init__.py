"""Tensors that record what made them, and gradients by walking that record backwards."""

from paramattr.autograd.size import Size
from paramattr.autograd.tape import no_grad
from paramattr.autograd.tensor import Tensor, apply

__all__ = ["Size", "Tensor", "apply", "no_grad"]
