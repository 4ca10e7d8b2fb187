"""Recipes for the first values of parameters.

Each is a frozen dataclass: it compares, hashes, prints, and goes to a plain config and back.
"""

from typing import TYPE_CHECKING

from paramattr.initializer.base import Initializer
from paramattr.initializer.defaults import global_initializer, set_global_initializer
from paramattr.initializer.fans import calculate_gain, compute_fans
from paramattr.initializer.registry import OWN, from_config, get, register, registered
from paramattr.utils import absent

if TYPE_CHECKING:
    from paramattr.initializer.constant import Assign, Constant
    from paramattr.initializer.kernel import Bilinear, Dirac
    from paramattr.initializer.normal import Normal, TruncatedNormal
    from paramattr.initializer.orthogonal import Orthogonal
    from paramattr.initializer.uniform import Uniform
    from paramattr.initializer.variance_scaling import KaimingNormal, KaimingUniform, XavierNormal, XavierUniform
    from paramattr.initializer.zero_row import ZeroRow

__all__ = [
    "Assign", "Bilinear", "Constant", "Dirac", "Initializer", "KaimingNormal", "KaimingUniform", "Normal",
    "Orthogonal", "TruncatedNormal", "Uniform", "XavierNormal", "XavierUniform", "ZeroRow", "calculate_gain",
    "compute_fans", "from_config", "get", "global_initializer", "register", "registered", "set_global_initializer",
]  # fmt: skip

absent.explain(__name__, later=OWN)
