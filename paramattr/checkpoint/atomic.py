"""Writing a file so that its name stands for the old content or for the new one, at every moment."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO


def write(path: str, writer: Callable[[BinaryIO], object]) -> None:
    """Let ``writer`` write a file that takes the name ``path`` when it is complete and on the disk.

    If anything goes wrong, what was at ``path`` stays and the unfinished file goes. Only a killed process leaves it
    behind, as ``.paramattr-<16 hexadecimal digits>.tmp`` in the same folder.
    """
    path = os.path.realpath(path)  # a link goes on pointing to the checkpoint instead of being replaced by it
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f".paramattr-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            writer(file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:  # KeyboardInterrupt too
        with suppress(OSError):
            os.unlink(temporary)
        raise
    # The new name must survive a power cut as well. Some systems can't open or sync a folder, and need not.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
