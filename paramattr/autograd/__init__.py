"""Tensors that record what made them, and gradients by walking that record backwards."""

from typing import TYPE_CHECKING

from paramattr.autograd.recording import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from paramattr.autograd.size import Size
from paramattr.autograd.tensor import Tensor, apply
from paramattr.utils import absent

if TYPE_CHECKING:
    from paramattr.autograd.backward_mode import backward, grad
    from paramattr.autograd.py_layer import Function, PyLayer, PyLayerContext

__all__ = [
    "Function", "PyLayer", "PyLayerContext", "Size", "Tensor", "apply", "backward", "enable_grad", "grad",
    "is_grad_enabled", "no_grad", "set_grad_enabled",
]  # fmt: skip

absent.explain(
    __name__,
    later={"backward_mode": ["backward", "grad"], "py_layer": ["Function", "PyLayer", "PyLayerContext"]},
)
