"""Pinned values: they watch over the promise of STREAM_VERSION.

If this fails, the stream has changed: raise STREAM_VERSION, say so in the changelog and pin the new values, or undo the
change. To print the new values: python tests/random/test_golden.py
"""

import math

import numpy as np
import pytest

from paramattr.random import STREAM_VERSION, Key, Normal, TruncatedNormal, Uniform

KEY = Key(20240229, 3)
SIZE = 3_000_000
PLACES = (0, 1, 30719, 491521, SIZE - 1)
LAWS = {
    "uniform": Uniform(-0.1, 0.3),
    "normal": Normal(0.5, 2.0),
    "truncated": TruncatedNormal(0.0, 1.0, -2.0, 2.0),
    "far tail": TruncatedNormal(0.0, 1.0, 30.0, math.inf),
}
DTYPES = ("float16", "bfloat16", "float32", "float64")


def bits(law, dtype):
    """The values at PLACES as hexadecimal numbers, and the sum of all bit patterns."""
    if dtype == "bfloat16":
        import ml_dtypes

        dtype = ml_dtypes.bfloat16
    out = np.empty(SIZE, dtype)
    law.fill(out, KEY)
    patterns = out.view(f"u{out.itemsize}")
    # Modulo 2**64 the order of a sum does not matter.
    return [f"{patterns[place]:x}" for place in PLACES], f"{int(patterns.sum(dtype=np.uint64)):x}"


PINNED = {
    ("uniform", "float16"): (["abe9", "2d5d", "3465", "3342", "3183"], "ddc12b841"),
    ("uniform", "bfloat16"): (["bd7d", "3dac", "3e8d", "3e68", "3e30"], "10c1e486a2"),
    ("uniform", "float32"): (["bd7d1776", "3dabaa73", "3e8c9935", "3e683c8a", "3e305398"], "10c1e494d3edc5"),
    ("uniform", "float64"): (
        ["3fb5754e57702e88", "3fa62f8a7b86fb02", "bfa9419440ba0a6a", "3fc0e7ea9f05ac68", "3fc372718d65c99f"],
        "38b2f4f1e9326989",
    ),
    ("normal", "float16"): (["b606", "c134", "c2a8", "b513", "44cb"], "13f509d438"),
    ("normal", "bfloat16"): (["bec1", "c026", "c055", "bea2", "4099"], "1489b7746a"),
    ("normal", "float32"): (["bec0b206", "c026709e", "c054f4c1", "bea2693d", "4099585b"], "1489b7766dfc11"),
    ("normal", "float64"): (
        ["bfd8143e8ba6b527", "c0097f81a577c21c", "4007f1b6983f841b", "bff32e17de71ce5c", "3fd329e50ee66186"],
        "7bd9a2ab029c4a23",
    ),
    ("truncated", "float16"): (["b6af", "bd9d", "be9e", "b63d", "3f16"], "1566a5c2f2"),
    ("truncated", "bfloat16"): (["bed6", "bfb4", "bfd4", "bec8", "3fe3"], "16b36c8cef"),
    ("truncated", "float32"): (["bed5e90e", "bfb3a271", "bfd3be15", "bec792ee", "3fe2b4e3"], "16b36c90d9e385"),
    ("truncated", "float64"): (
        ["bfdabc2e7594b7af", "bff9c5e2ca76f3f5", "3ff271f6d8906b4a", "bfe9a95429adfb09", "bfb8af6d602dcd21"],
        "12f860887f96fb0b",
    ),
    ("far tail", "float16"): (["4f81", "4f80", "4f80", "4f81", "4f89"], "e37992adb"),
    ("far tail", "bfloat16"): (["41f0", "41f0", "41f0", "41f0", "41f1"], "bca683ccc"),
    ("far tail", "float32"): (["41f01b55", "41f0043c", "41f001e7", "41f01c71", "41f11853"], "bca6d42b3fd2a"),
    ("far tail", "float64"): (
        ["403e036aafc3960f", "403e0047ab315143", "403e130ee8391932", "403e01e009cb0163", "403e053efd6b3662"],
        "a86eb7600e28e16e",
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAWS)
def test_pinned_values(name, dtype):
    assert STREAM_VERSION == 1
    assert bits(LAWS[name], dtype) == PINNED[name, dtype]


if __name__ == "__main__":
    for name, law in LAWS.items():
        for dtype in DTYPES:
            print(f"    ({name!r}, {dtype!r}): {bits(law, dtype)},".replace("'", '"'))
