"""Random numbers by address: keys, blocks of bits and the laws drawn from them. Arrays only, no parameters."""

from paramattr.random.distributions import Distribution, Normal, TruncatedNormal, Uniform, generator
from paramattr.random.keys import Key, next_key, seed

__all__ = ["Distribution", "Key", "Normal", "TruncatedNormal", "Uniform", "generator", "next_key", "seed"]
