"""Helpers below every other part: argument checks, dtypes, unique names, registries."""

from paramattr.utils import absent, unique_name

__all__ = ["unique_name"]

absent.explain(__name__)
