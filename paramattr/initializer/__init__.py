"""Recipes for the first values of parameters.

Each is a frozen dataclass: it compares, hashes, prints, and goes to a plain config and back.
"""

from paramattr.initializer.base import (
    Initializer,
    calculate_gain,
    compute_fans,
    global_initializer,
    set_global_initializer,
)
from paramattr.initializer.constant import Assign, Constant
from paramattr.initializer.distribution import Normal, TruncatedNormal, Uniform
from paramattr.initializer.kernel import Bilinear, Dirac
from paramattr.initializer.orthogonal import Orthogonal
from paramattr.initializer.registry import from_config, get, register, registered
from paramattr.initializer.variance_scaling import KaimingNormal, KaimingUniform, XavierNormal, XavierUniform

__all__ = [
    "Assign",
    "Bilinear",
    "Constant",
    "Dirac",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "Normal",
    "Orthogonal",
    "TruncatedNormal",
    "Uniform",
    "XavierNormal",
    "XavierUniform",
    "calculate_gain",
    "compute_fans",
    "from_config",
    "get",
    "global_initializer",
    "register",
    "registered",
    "set_global_initializer",
]
