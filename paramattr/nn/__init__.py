"""Layers and their functions, gradient clipping, and Paddle's path to the initializers."""

from paramattr.nn import functional, initializer, layer, utils
from paramattr.nn.clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from paramattr.nn.layer import *  # noqa: F403

__all__ = [
    "ClipGradBase", "ClipGradByGlobalNorm", "ClipGradByNorm", "ClipGradByValue", "functional", "initializer", "utils",
]  # fmt: skip
__all__ += layer.__all__
