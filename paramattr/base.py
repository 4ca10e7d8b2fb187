"""What programs still ask for under the path that Paddle had before version 2: flags, and the mode that is always on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from paramattr.attr import ParamAttr
from paramattr.autograd.place import Place as CPUPlace
from paramattr.autograd.place import check
from paramattr.autograd.recording import no_grad
from paramattr.framework import get_flags, set_flags
from paramattr.framework import in_dynamic_mode as in_dygraph_mode
from paramattr.utils import unique_name

__all__ = ["CPUPlace", "ParamAttr", "dygraph", "get_flags", "guard", "in_dygraph_mode", "set_flags", "unique_name"]


@contextmanager
def guard(place: object = None) -> Iterator[None]:
    """Do nothing around a ``with`` block: every step is computed at once, and always was.

    Mirrors ``paddle.base.dygraph.guard``.

    Parameters
    ----------
    place : object, optional
        "cpu", a place or None.

    Raises
    ------
    ValueError
        If ``place`` is another.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.base.dygraph.guard():
    ...     paramattr.base.in_dygraph_mode()
    True
    """
    check("place", place)
    yield


dygraph = SimpleNamespace(enabled=in_dygraph_mode, guard=guard, no_grad=no_grad)
