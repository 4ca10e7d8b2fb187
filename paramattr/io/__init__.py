"""Checkpoints: save and load state in Paddle's format, in NumPy's ``.npz`` and in safetensors."""

from paramattr.io.checkpoint import load, save

__all__ = ["load", "save"]
