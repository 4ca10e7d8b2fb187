"""Mutated files of every format: each loads, or is refused in words, in bounded time and memory.

``run(seed, seconds)`` flips, cuts, inserts, repeats and splices parts of honest files and returns how many there were, how
many still loaded, and the strays: errors of another type, or without the file's name, or in Python's words; loads of more
than a second, and of more than 20 times the file's size in memory.
"""

from __future__ import annotations

import io
import os
import random
import re
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

import paramattr as pa

# What Python, NumPy and zipfile say when a file's structure is not checked before it is used.
PYTHONS = re.compile(
    r"has no attribute|subscriptable|to unpack|not iterable|unhashable|not supported between|list index|is damaged"
)
SLACK = 2 << 20
PER_BYTE = 20


def states() -> Iterator[tuple[str, Any, int]]:
    """What is saved, under which suffix and protocol."""
    flat = {"w": pa.Tensor(np.arange(6.0).reshape(2, 3), name="w"), "b": pa.Tensor(np.ones(3, np.float32))}
    nested = {
        "model": {"w": pa.Tensor(np.arange(6.0), name="w"), "b": np.ones(3, np.float32)},
        "n": [1, 2.5, "x", None, True, (3, 4), 300, 2**70],
        (1, "a"): {"s": np.float32(2)},
    }
    yield ".npz", {**nested, "key": pa.random.Key(1, 2), "empty": np.zeros(0), "bytes": b"ab"}, 4
    yield ".safetensors", flat, 4
    for protocol in (2, 4):
        yield ".pdparams", flat, protocol
        yield ".pdparams", nested, protocol


def mutated(rng: random.Random, content: bytes) -> bytes:
    """The content with one change or several."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        if not data:
            break
        i, way = rng.randrange(len(data)), rng.randrange(7)
        length = rng.choice((1, 2, 4, 8, 64))
        if way == 0:
            data[i] ^= 1 << rng.randrange(8)
        elif way == 1:
            data[i] = rng.randrange(256)
        elif way == 2:
            del data[i : i + length]
        elif way == 3:
            data[i:i] = rng.randbytes(length)
        elif way == 4:
            j = rng.randrange(len(data))
            data[i : i + length] = data[j : j + length]
        elif way == 5:
            data[i : i + length] = data[i : i + length] * rng.choice((0, 2, 50))
        else:
            digits = [match.start() for match in re.finditer(rb"[\d{}\[\]:,]", bytes(data))]
            if digits:
                data[rng.choice(digits)] = rng.choice(b'0123456789-[]{},:"')
    return bytes(data)


def mutated_members(rng: random.Random, content: bytes) -> bytes:
    """A whole archive of mutated members, which gets past the zip format's own checks."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for info in source.infolist():
            data = source.read(info)
            change = info.filename == "tree.json" or rng.random() < 0.2
            archive.writestr(info.filename, mutated(rng, data) if change else data)
    return file.getvalue()


def refusal(path: str) -> str | None:
    """How a file is refused: None where it loads, "refused" where all is well, else what is wrong."""
    try:
        pa.load(path)
    except ValueError as error:
        text = str(error)
        clear = path in text and not PYTHONS.search(text.partition("can't be loaded: ")[2])
        return "refused" if clear else f"unclear: {text}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def tried(path: str, measured: bool) -> str | None:
    """As `refusal`; or what it costs, where that is too much."""
    if measured:
        tracemalloc.start()
    begin = time.monotonic()
    outcome = refusal(path)
    took, peak = time.monotonic() - begin, tracemalloc.get_traced_memory()[1] if measured else 0
    tracemalloc.stop()
    size = os.path.getsize(path)
    if peak > PER_BYTE * size + SLACK or took > (10.0 if measured else 2.0):
        return f"{size} bytes took {took:.1f} s and {peak} bytes"
    return outcome


def run(seed: int, seconds: float, files: int = 10**9) -> dict[str, Any]:
    """Load mutated files for so many ``seconds``, or so many."""
    rng = random.Random(seed)  # noqa: S311
    found: dict[str, Any] = {"files": 0, "loaded": 0, "stray": []}
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        honest = []
        for suffix, state, protocol in states():
            path = os.path.join(folder, f"s{suffix}")
            pa.save(state, path, protocol)
            with open(path, "rb") as file:
                honest.append((suffix, file.read()))
        while time.monotonic() < end and found["files"] < files:
            suffix, content = rng.choice(honest)
            inside = suffix == ".npz" and rng.random() < 0.6
            content = mutated_members(rng, content) if inside else mutated(rng, content)
            path = os.path.join(folder, f"f{suffix}")
            with open(path, "wb") as file:
                file.write(content)
            found["files"] += 1
            outcome = tried(path, measured=rng.random() < 0.05)
            if outcome is None:
                found["loaded"] += 1
            elif outcome != "refused":
                found["stray"].append(f"{outcome}\n  {content!r}")
    return found
