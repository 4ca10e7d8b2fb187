"""The ``.safetensors`` format: a flat dict of names to tensors."""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from paramattr.autograd import Tensor
from paramattr.checkpoint import tree

_DTYPES = {
    "BOOL": "bool",
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    "BF16": "bfloat16",
}
#: The format sorts its tensors; here it says in which order they were.
_ORDER = "paramattr.order"


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError(".safetensors needs the package safetensors: pip install 'paramattr[safetensors]'") from None
    return safetensors


def prepare(obj: Any, protocol: int) -> Callable[[BinaryIO], object]:
    """Check ``obj``; return what writes it to a file."""
    library = _library()
    if type(obj) not in (dict, OrderedDict):
        raise TypeError(f"obj must be a flat dict of str to Tensor for .safetensors, but received {type(obj).__name__}")
    arrays = {}
    for key, value in obj.items():
        where = f"obj[{key!r}]"
        if type(key) is not str:
            raise TypeError(f"the keys of obj must be str for .safetensors, but received {key!r}")
        if key == "__metadata__":
            raise ValueError("the key '__metadata__' of obj is the format's own in .safetensors")
        if not isinstance(value, (Tensor, np.ndarray)):
            raise TypeError(f"{where} must be a Tensor or ndarray for .safetensors, but is a {type(value).__name__}")
        list(tree.leaves(value, where))
        array = value.numpy() if isinstance(value, Tensor) else value
        if array.dtype.name not in _DTYPES.values():
            raise TypeError(f"{where} must have one of the dtypes {list(_DTYPES.values())}, but has {array.dtype}")
        # The package takes the memory as it lies, in whatever order the axes are.
        arrays[key] = np.asarray(array, order="C")
    content = library.numpy.save(arrays, metadata={_ORDER: json.dumps(list(arrays))})
    return lambda file: file.write(content)


def read(file: BinaryIO, size: int, return_numpy: bool) -> dict[str, Any]:
    """Return the dict in the file."""
    library = _library()
    content = file.read()
    try:
        entries = dict(library.deserialize(content))
    except library.SafetensorError as error:
        raise ValueError(f"it is not a whole safetensors file: {error}") from error
    result = {}
    for key in _order(content, list(entries)):
        entry = entries.pop(key)
        if entry["dtype"] not in _DTYPES:
            raise ValueError(f"{key!r} has dtype {entry['dtype']}, which is not one of {list(_DTYPES)}")
        dtype = tree.dtype(_DTYPES[entry["dtype"]])
        array = np.ndarray(entry["shape"], dtype, bytes(entry["data"])).copy()
        result[key] = array if return_numpy else Tensor(array)
    return result


def _order(content: bytes, keys: list[str]) -> list[str]:
    length = int.from_bytes(content[:8], "little")
    noted = json.loads(content[8 : 8 + length], object_hook=_note)
    # Another program may have changed the tensors, or the note. One of another length can't be right, and might be
    # made to take many times its size.
    if type(noted) is str and len(noted) == len(json.dumps(keys)):
        with contextlib.suppress(ValueError, RecursionError):
            order = json.loads(noted)
            if type(order) is list and all(type(key) is str for key in order) and sorted(order) == sorted(keys):
                return order
    return keys


def _note(found: dict[str, Any]) -> Any:
    """Return the note, and nothing for the tensors: as dicts these would take many times the header's size."""
    return found.get("__metadata__", found.get(_ORDER))
