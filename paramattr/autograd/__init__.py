"""Tensors that record what made them, and gradients by walking that record backwards."""

from paramattr.autograd.functions import concat, exp, log, matmul, maximum, minimum, sqrt, stack, to_tensor, where
from paramattr.autograd.size import Size
from paramattr.autograd.tape import no_grad
from paramattr.autograd.tensor import Tensor, apply

__all__ = [
    "Size", "Tensor", "apply", "concat", "exp", "log", "matmul", "maximum", "minimum", "no_grad", "sqrt", "stack",
    "to_tensor", "where",
]  # fmt: skip
