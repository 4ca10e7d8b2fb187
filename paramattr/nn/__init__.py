"""Layers and their functions, gradient clipping, and Paddle's path to the initializers."""

from typing import TYPE_CHECKING

from paramattr.nn import functional, layer
from paramattr.nn.clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from paramattr.nn.layer import *  # noqa: F403
from paramattr.nn.layer import Layer as Module
from paramattr.nn.layer import LayerDict as ModuleDict
from paramattr.nn.layer import LayerList as ModuleList
from paramattr.parameter import Parameter
from paramattr.utils import absent

if TYPE_CHECKING:
    from paramattr.nn import init, initializer, utils

__all__ = [
    "ClipGradBase", "ClipGradByGlobalNorm", "ClipGradByNorm", "ClipGradByValue", "Module", "ModuleDict", "ModuleList",
    "Parameter", "functional", "init", "initializer", "utils",
]  # fmt: skip
__all__ += layer.__all__

# Paddle shows its module of losses here as well; ours stand in several, beside the other layers.
loss = layer

absent.explain(__name__, later={"init": [], "initializer": [], "utils": []})
