"""Random numbers by address: keys, blocks of bits and the laws drawn from them. Arrays only, no parameters."""

from paramattr.random.keys import (
    STREAM_VERSION,
    Generator,
    Key,
    get_rng_state,
    manual_seed,
    next_key,
    seed,
    set_rng_state,
)
from paramattr.random.laws import Distribution, Normal, PointMass, TruncatedNormal, Uniform
from paramattr.utils.threads import get_num_threads, set_num_threads

__all__ = [
    "STREAM_VERSION", "Distribution", "Generator", "Key", "Normal", "PointMass", "TruncatedNormal", "Uniform",
    "get_num_threads", "get_rng_state", "manual_seed", "next_key", "seed", "set_num_threads", "set_rng_state",
]  # fmt: skip
