"""Model parameters and their attributes, in NumPy, with the API of PaddlePaddle."""

from paramattr import incubate, initializer, nn, optimizer, random, regularizer, utils
from paramattr.attr import ParamAttr
from paramattr.autograd import (
    Tensor,
    concat,
    exp,
    log,
    matmul,
    maximum,
    minimum,
    no_grad,
    sqrt,
    stack,
    to_tensor,
    where,
)
from paramattr.parameter import LazyGuard, Parameter, create_parameter
from paramattr.random import seed
from paramattr.utils.dtypes import get_default_dtype, set_default_dtype

__version__ = "0.1.0"

__all__ = [
    "LazyGuard",
    "ParamAttr",
    "Parameter",
    "Tensor",
    "__version__",
    "concat",
    "create_parameter",
    "exp",
    "get_default_dtype",
    "incubate",
    "initializer",
    "log",
    "matmul",
    "maximum",
    "minimum",
    "nn",
    "no_grad",
    "optimizer",
    "random",
    "regularizer",
    "seed",
    "set_default_dtype",
    "sqrt",
    "stack",
    "to_tensor",
    "utils",
    "where",
]
