"""save and load: the suffix of the path decides the format."""

from __future__ import annotations

import os
import stat
from importlib import import_module
from typing import Any

from paramattr.checkpoint import atomic
from paramattr.utils import checks

_FORMATS = {".pdparams": "paddle", ".pdopt": "paddle", ".npz": "npz", ".safetensors": "safetensors"}


def save(obj: Any, path: str | os.PathLike[str], protocol: int = 4) -> None:
    """Write ``obj`` to a file that takes the place of an older one at once or not at all.

    Mirrors ``paddle.save``. The suffix decides the format:

    - ``.pdparams``, ``.pdopt``: Paddle's own, which ``paddle.load`` reads.
    - ``.npz``: one file with everything, exactly: also tuples, keys that are not strings, and the random state.
    - ``.safetensors``: a flat dict of names to tensors (extra ``safetensors``).

    Parameters
    ----------
    obj : nested dict, list or tuple
        Of Tensor, Parameter, ndarray, NumPy scalar, int, float, bool, str, bytes, None and, for ``.npz``, the `Key`
        that `get_rng_state` returns. Usually a dict of what ``state_dict()`` returns.
    path : str or PathLike
        Where to write; missing folders are made.
    protocol : int, default 4
        Of the pickle in Paddle's format, from 2 to 5; Paddle itself writes 2 to 4 and reads them all.

    Raises
    ------
    TypeError, ValueError
        If ``obj`` has something that the format can't hold, ``path`` has another suffix or ``protocol`` is out of
        range. No file is touched then.
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
    name, form = _path_and_format(path)
    protocol = checks.integer("protocol", protocol, low=2, high=5)
    atomic.write(name, form.prepare(obj, protocol))


def load(path: str | os.PathLike[str], *, return_numpy: bool = False) -> Any:
    """Read what `save`, or for Paddle's suffixes ``paddle.save``, has written, with a Tensor for each Parameter.

    Nothing in the file is executed, and no more memory is taken than the file's size warrants; so files from others can
    be loaded. Mirrors ``paddle.load``.

    Parameters
    ----------
    path : str or PathLike
        A file with one of the suffixes that `save` knows.
    return_numpy : bool, default False
        Return arrays in the place of tensors.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, the suffix is unknown, or the file is broken or holds something it should
        not; the message says what.
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
    name, form = _path_and_format(path)
    return_numpy = checks.boolean("return_numpy", return_numpy)
    mode = os.stat(name).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a device may have no end, and a pipe may never begin
        raise ValueError(f"{name!r} can't be loaded: it is not a file")
    with open(name, "rb") as file:
        try:
            return form.read(file, os.fstat(file.fileno()).st_size, return_numpy)
        except (ImportError, MemoryError, OSError):
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, ValueError) else f"it is damaged ({type(error).__name__})"
            raise ValueError(f"{name!r} can't be loaded: {reason}") from error


def _path_and_format(path: str | os.PathLike[str]) -> tuple[str, Any]:
    """Return the path, and the module with the ``prepare`` and ``read`` of the format that it names."""
    checks.instance("path", path, (str, os.PathLike), "a str or PathLike")
    name = os.fsdecode(path)
    suffix = os.path.splitext(name)[1]
    if suffix not in _FORMATS:
        raise ValueError(f"path must end in one of {list(_FORMATS)}, but received {name!r}")
    return name, import_module(f"paramattr.checkpoint.{_FORMATS[suffix]}")
