"""save and load: the suffix of the path decides the format, Paddle's where it says nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import Any

from paramattr.checkpoint import atomic
from paramattr.utils import checks

_FORMATS = {".npz": "npz", ".safetensors": "safetensors"}  # the others are Paddle's


def save(obj: Any, path: str | os.PathLike[str] | BytesIO, protocol: int = 4) -> None:
    """Write ``obj`` to a file that takes the place of an older one at once or not at all.

    Mirrors ``paddle.save``. The suffix decides the format:

    - ``.npz``: one file with everything, exactly: also tuples, keys that are not strings, and the random state.
    - ``.safetensors``: a flat dict of names to tensors (extra ``safetensors``).
    - ``.pdparams``, ``.pdopt``, any other, and a BytesIO: Paddle's own, which ``paddle.load`` reads.

    Parameters
    ----------
    obj : nested dict, list or tuple
        Of Tensor, Parameter, ndarray, NumPy scalar, int, float, bool, str, bytes, None and, for ``.npz``, the `Key`
        that `get_rng_state` returns. Usually a dict of what ``state_dict()`` returns.
    path : str, PathLike or BytesIO
        Where to write; missing folders are made.
    protocol : int, default 4
        Of the pickle in Paddle's format, from 2 to 5; Paddle itself writes 2 to 4 and reads them all.

    Raises
    ------
    TypeError, ValueError
        If ``obj`` has something that the format can't hold, or another argument is not that. No file is touched then.
    RuntimeError
        If a parameter made under `LazyGuard` has no values yet.
    OSError
        If the file can't be written. The older file is as it was, and no other is left.

    Examples
    --------
    >>> import os, tempfile, paramattr
    >>> layer = paramattr.nn.Linear(3, 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "state.npz")
    ...     paramattr.save({"model": layer.state_dict(), "random": paramattr.get_rng_state()}, path)
    ...     state = paramattr.load(path)
    >>> layer.set_state_dict(state["model"])
    ([], [])
    >>> paramattr.set_rng_state(state["random"])
    """
    place, form = _place_and_format(path)
    protocol = checks.integer("protocol", protocol, low=2, high=5)
    writer = form.prepare(obj, protocol)
    if isinstance(place, BytesIO):
        writer(place)
    else:
        atomic.write(place, writer)


def load(path: str | os.PathLike[str] | BytesIO, *, return_numpy: bool = False) -> Any:
    """Read what `save`, or in Paddle's format ``paddle.save``, has written, with a Tensor for each Parameter.

    Nothing in the file is executed, and no more memory is taken than the file's size warrants; so files from others can
    be loaded. Mirrors ``paddle.load``.

    Parameters
    ----------
    path : str, PathLike or BytesIO
        A file, whose suffix tells the format as for `save`; of a BytesIO the next object is read.
    return_numpy : bool, default False
        Return arrays in the place of tensors.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, or the file is broken or holds something it should not; the message says
        what.
    OSError
        If the file can't be read; FileNotFoundError if there is none.

    Examples
    --------
    >>> import os, tempfile, paramattr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "weights.pdparams")
    ...     paramattr.save({"scale": paramattr.to_tensor([1.0, 2.0])}, path)
    ...     paramattr.load(path, return_numpy=True)
    {'scale': array([1., 2.], dtype=float32)}
    """
    place, form = _place_and_format(path)
    return_numpy = checks.boolean("return_numpy", return_numpy)
    if isinstance(place, BytesIO):
        return _read_next(form, place, return_numpy)
    mode = os.stat(place).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a device may have no end, and a pipe may never begin
        raise ValueError(f"{place!r} can't be loaded: it is not a file")
    with open(place, "rb") as file, _explained(repr(place)):
        return form.read(file, os.fstat(file.fileno()).st_size, return_numpy)


def _read_next(form: Any, file: BytesIO, return_numpy: bool) -> Any:
    """Return the object that begins where ``file`` stands; more may follow. After an error it stands there again."""
    begin = file.tell()
    try:
        with _explained("what path holds"):
            return form.read(file, max(len(file.getbuffer()) - begin, 0), return_numpy, alone=False)
    except BaseException:
        file.seek(begin)
        raise


@contextmanager
def _explained(label: str) -> Iterator[None]:
    """Say of errors in reading what could not be read."""
    try:
        yield
    except (ImportError, MemoryError, OSError):
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, ValueError) else f"it is damaged ({type(error).__name__})"
        raise ValueError(f"{label} can't be loaded: {reason}") from error


def _place_and_format(path: str | os.PathLike[str] | BytesIO) -> tuple[str | BytesIO, Any]:
    """Return where to write or read, and the module with the ``prepare`` and ``read`` of the format."""
    checks.instance("path", path, (str, os.PathLike, BytesIO), "a str, PathLike or BytesIO")
    place = path if isinstance(path, BytesIO) else os.fsdecode(path)
    suffix = os.path.splitext(place)[1] if isinstance(place, str) else ""
    return place, import_module(f"paramattr.checkpoint.{_FORMATS.get(suffix, 'paddle')}")
