"""Model parameters and their attributes, in NumPy, with the API of PaddlePaddle."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramattr import initializer, random, regularizer, tensor, utils
from paramattr.attr import ParamAttr
from paramattr.autograd import Tensor, no_grad
from paramattr.parameter import LazyGuard, Parameter, create_parameter
from paramattr.random import get_num_threads, get_rng_state, manual_seed, seed, set_num_threads, set_rng_state
from paramattr.utils.dtypes import get_default_dtype, set_default_dtype

if TYPE_CHECKING:
    from paramattr import checkpoint, incubate, io, linalg, metric, nn, optimizer
    from paramattr.checkpoint import load, save
    from paramattr.model_summary import summary
    from paramattr.tensor import *  # noqa: F403

__version__ = "0.1.0"

__all__ = [
    "LazyGuard", "ParamAttr", "Parameter", "Tensor", "__version__", "checkpoint", "create_parameter",
    "get_default_dtype", "get_num_threads", "get_rng_state", "incubate", "initializer", "io", "linalg", "load",
    "manual_seed", "metric", "nn", "no_grad", "optimizer", "random", "regularizer", "save", "seed", "set_default_dtype",
    "set_num_threads", "set_rng_state", "summary", "utils",
]  # fmt: skip
__all__ += tensor.__all__


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: who only makes parameters does not wait for layers and optimizers.
    if name in ("checkpoint", "incubate", "io", "linalg", "metric", "nn", "optimizer", "testing"):
        return import_module(f"paramattr.{name}")
    if name in ("load", "save"):
        return getattr(import_module("paramattr.checkpoint"), name)
    if name == "summary":
        return import_module("paramattr.model_summary").summary
    if name in tensor.__all__:
        value = globals()[name] = getattr(tensor, name)
        return value
    raise AttributeError(f"module 'paramattr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
