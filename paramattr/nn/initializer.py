"""Paddle's path to `paramattr.initializer`."""

from paramattr.initializer import *  # noqa: F403
from paramattr.initializer import __all__ as __all__
from paramattr.utils import absent

absent.explain(__name__)
