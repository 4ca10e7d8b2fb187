"""Checkpoints: save and load state in Paddle's format, in NumPy's ``.npz`` and in safetensors."""

from paramattr.checkpoint.save_load import load, save

__all__ = ["load", "save"]
