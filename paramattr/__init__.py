"""Model parameters and their attributes, in NumPy, with the API of PaddlePaddle."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramattr import autograd, cuda, device, framework, initializer, random, regularizer, tensor, utils
from paramattr.attr import ParamAttr
from paramattr.autograd import Size, Tensor, enable_grad, grad, is_grad_enabled, no_grad, set_grad_enabled
from paramattr.autograd.printing import set_printoptions
from paramattr.device import (
    CPUPlace,
    get_cudnn_version,
    get_device,
    is_compiled_with_cinn,
    is_compiled_with_cuda,
    is_compiled_with_custom_device,
    is_compiled_with_distribute,
    is_compiled_with_ipu,
    is_compiled_with_rocm,
    is_compiled_with_xpu,
    set_device,
)
from paramattr.parameter import LazyGuard, Parameter, create_parameter
from paramattr.random import get_num_threads, get_rng_state, manual_seed, seed, set_num_threads, set_rng_state
from paramattr.utils import absent
from paramattr.utils.dtypes import get_default_dtype, set_default_dtype

if TYPE_CHECKING:
    from paramattr import base, checkpoint, incubate, io, linalg, metric, nn, optimizer
    from paramattr.checkpoint import load, save
    from paramattr.framework import *  # noqa: F403
    from paramattr.model_summary import summary
    from paramattr.tensor import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "CPUPlace", "LazyGuard", "ParamAttr", "Parameter", "Size", "Tensor", "__version__", "autograd", "base", "checkpoint",
    "create_parameter", "cuda", "device", "enable_grad", "get_cudnn_version", "get_default_dtype", "get_device",
    "get_num_threads", "get_rng_state", "grad", "incubate", "initializer", "io", "is_compiled_with_cinn",
    "is_compiled_with_cuda", "is_compiled_with_custom_device", "is_compiled_with_distribute", "is_compiled_with_ipu",
    "is_compiled_with_rocm", "is_compiled_with_xpu", "is_grad_enabled", "linalg", "load", "manual_seed", "metric",
    "nn", "no_grad", "optimizer", "random", "regularizer", "save", "seed", "set_default_dtype", "set_device",
    "set_grad_enabled", "set_num_threads", "set_printoptions", "set_rng_state", "summary", "utils",
]  # fmt: skip
# Functions of layers that Paddle has here too.
_FUNCTIONAL = ["adaptive_avg_pool1d", "conv1d", "conv2d", "conv3d", "group_norm", "layer_norm"]
__all__ += _FUNCTIONAL + framework.__all__
__all__ += tensor.__all__


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: who only makes parameters does not wait for layers and optimizers.
    if name in ("base", "checkpoint", "incubate", "io", "linalg", "metric", "nn", "optimizer", "testing"):
        return import_module(f"paramattr.{name}")
    if name in ("load", "save"):
        return getattr(import_module("paramattr.checkpoint"), name)
    if name == "summary":
        return import_module("paramattr.model_summary").summary
    if name in _FUNCTIONAL:
        return getattr(import_module("paramattr.nn.functional"), name)
    for home, names in ((tensor, tensor.__all__), (framework, {*framework.__all__, *framework.DTYPES})):
        if name in names:
            value = globals()[name] = getattr(home, name)
            return value
    raise absent.error(__name__, name, __all__)


def __dir__() -> list[str]:
    return __all__
