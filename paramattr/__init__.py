"""Model parameters and their attributes, in NumPy, with the API of PaddlePaddle."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramattr import autograd, framework, initializer, random, regularizer, tensor, utils
from paramattr.attr import ParamAttr
from paramattr.autograd import Size, Tensor, enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from paramattr.autograd.printing import set_printoptions
from paramattr.parameter import LazyGuard, Parameter, create_parameter
from paramattr.random import get_num_threads, get_rng_state, manual_seed, seed, set_num_threads, set_rng_state
from paramattr.utils import absent
from paramattr.utils.dtypes import get_default_dtype, set_default_dtype

if TYPE_CHECKING:
    from paramattr import base, checkpoint, cuda, device, incubate, io, linalg, metric, nn, optimizer
    from paramattr.autograd import grad
    from paramattr.checkpoint import load, save
    from paramattr.device import *  # noqa: F403
    from paramattr.framework import *  # noqa: F403
    from paramattr.model_summary import summary
    from paramattr.tensor import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "LazyGuard", "ParamAttr", "Parameter", "Size", "Tensor", "__version__", "autograd", "base", "checkpoint",
    "create_parameter", "cuda", "device", "enable_grad", "get_default_dtype", "get_num_threads", "get_rng_state",
    "grad", "incubate", "initializer", "io", "is_grad_enabled", "linalg", "load", "manual_seed", "metric", "nn",
    "no_grad", "optimizer", "random", "regularizer", "save", "seed", "set_default_dtype", "set_grad_enabled",
    "set_num_threads", "set_printoptions", "set_rng_state", "summary", "utils",
]  # fmt: skip
_DEVICE = [
    "CPUPlace", "get_cudnn_version", "get_device", "is_compiled_with_cinn", "is_compiled_with_cuda",
    "is_compiled_with_custom_device", "is_compiled_with_distribute", "is_compiled_with_ipu", "is_compiled_with_rocm",
    "is_compiled_with_xpu", "set_device",
]  # fmt: skip
_FUNCTIONAL = ["adaptive_avg_pool1d", "conv1d", "conv2d", "conv3d", "group_norm", "layer_norm"]
__all__ += _DEVICE + _FUNCTIONAL + framework.__all__
__all__ += tensor.__all__

# Loaded when first asked for: who only makes parameters does not wait for layers and optimizers.
_MODULES = {"base", "checkpoint", "cuda", "device", "incubate", "io", "linalg", "metric", "nn", "optimizer", "testing"}
_HOMES = {
    "grad": "autograd",
    "load": "checkpoint",
    "save": "checkpoint",
    "summary": "model_summary",
    **dict.fromkeys(_DEVICE, "device"),
    **dict.fromkeys(_FUNCTIONAL, "nn.functional"),
    **dict.fromkeys([*framework.__all__, *framework.DTYPES], "framework"),
    **dict.fromkeys(tensor.__all__, "tensor"),
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"paramattr.{name}")
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(f"paramattr.{_HOMES[name]}"), name)
        return value
    raise absent.AbsentError(__name__, name, lambda: __all__)


def __dir__() -> list[str]:
    return __all__
