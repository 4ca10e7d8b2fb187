"""Pinned values: they watch over the promise of STREAM_VERSION.

If this fails, the stream has changed: raise STREAM_VERSION, say so in the changelog and pin the new values, or undo the
change. To print the new values: python tests/random/test_golden.py
"""

import math

import numpy as np
import pytest

from paramattr.random import STREAM_VERSION, Key, Normal, TruncatedNormal, Uniform, integers, rejection

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
    out = law.values(KEY, SIZE, dtype)
    patterns = out.view(f"u{out.itemsize}")
    # Modulo 2**64 the order of a sum does not matter.
    return [f"{patterns[place]:x}" for place in PLACES], f"{int(patterns.sum(dtype=np.uint64)):x}"


PINNED = {
    ("uniform", "float16"): (["a951", "3199", "3314", "a421", "31f5"], "dd9c44e49"),
    ("uniform", "bfloat16"): (["bd2a", "3e33", "3e63", "bc84", "3e3f"], "10bfb94884"),
    ("uniform", "float32"): (["bd2a1a0e", "3e33135e", "3e628724", "bc842b5c", "3e3e9a96"], "10bfb95d6fa022"),
    ("uniform", "float64"): (
        ["3fc6626bc2877bfc", "3fb9be534b8d8e53", "3fab9ccfea4d68f8", "bfb8066f985b2e77", "3fce27a7f4707bfe"],
        "83c2ab45132321bf",
    ),
    ("normal", "float16"): (["bf1b", "bd26", "b18f", "b1fe", "44df"], "13f8504bee"),
    ("normal", "bfloat16"): (["bfe3", "bfa5", "be32", "be40", "409c"], "148d58ee82"),
    ("normal", "float32"): (["bfe36558", "bfa4c483", "be31dd84", "be3fb690", "409be1c2"], "148d58ef647166"),
    ("normal", "float64"): (
        ["bfe6394adfa9da04", "3f968925082e2485", "3feee46756231316", "c007eac6d09e014d", "4001c77d9f36e847"],
        "ef2b202526ab2adf",
    ),
    ("truncated", "float16"): (["3850", "b242", "3c08", "b023", "ac96"], "15682e45c6"),
    ("truncated", "bfloat16"): (["3f0a", "be48", "3f81", "be04", "bd93"], "16b4f1ec91"),
    ("truncated", "float32"): (["3f09f6d1", "be483034", "3f80fd8e", "be045dac", "bd92bb7c"], "16b4f1f27fe447"),
    ("truncated", "float64"): (
        ["3fe13f99b2d86958", "bfe398b137fa16ff", "3feebe1179268766", "bfe572a14b96b66d", "bffb554dcc813464"],
        "f33648cb4a67e7fc",
    ),
    ("far tail", "float16"): (["4f83", "4f81", "4f84", "4f81", "4f81"], "e37992739"),
    ("far tail", "bfloat16"): (["41f0", "41f0", "41f1", "41f0", "41f0"], "bca683c34"),
    ("far tail", "float32"): (["41f0557c", "41f024fd", "41f085b5", "41f02845", "41f02b48"], "bca6d41b1426a"),
    ("far tail", "float64"): (
        ["403e0aafc6039b8f", "403e028e6479c9d7", "403e10028ca6bbbc", "403e025530ddb999", "403e003098d80b85"],
        "a84b408713f28ac2",
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAWS)
def test_pinned_values(name, dtype):
    assert STREAM_VERSION == 1
    assert bits(LAWS[name], dtype) == PINNED[name, dtype]


PARAMETERS = np.linspace(0.0, 200.0, 10_001)
OTHERS = {
    "integers": lambda: integers.integers(KEY, -5, 10**18, (10_001,)),
    "permutation": lambda: integers.permutation(KEY, 10_001),
    "poisson": lambda: rejection.poisson(KEY, PARAMETERS),
    "binomial": lambda: rejection.binomial(KEY, np.floor(PARAMETERS * 10), PARAMETERS / 200),
    "gamma": lambda: rejection.gamma(KEY, PARAMETERS),
}


def patterns(values):
    """Four values as hexadecimal numbers, and the sum of all bit patterns times their places."""
    words = values.view(np.uint64)
    total = int((words * np.arange(1, words.size + 1, dtype=np.uint64)).sum(dtype=np.uint64))
    return [f"{words[place]:x}" for place in (1, 400, 5000, 10_000)], f"{total:x}"


PINNED_OTHERS = {
    "integers": (["4fa2ad33824c8", "6c2b700fcfcce97", "333809978e50944", "a7ae10459e28d3e"], "786a8d8c33b8b044"),
    "permutation": (["2539", "1469", "1333", "13c8"], "3a0eb8fa44"),
    "poisson": (["0", "4020000000000000", "4056400000000000", "406b800000000000"], "54de000000000000"),
    "binomial": (["0", "4008000000000000", "407e300000000000", "409f400000000000"], "243dc40000000000"),
    "gamma": (["2243207db0ac83c5", "402144e323d788ee", "405694a782cef68a", "406b2359b3bd27b7"], "c3f9e0d5d61ae4f7"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_pinned_integers_and_counts(name):
    assert patterns(OTHERS[name]()) == PINNED_OTHERS[name]


if __name__ == "__main__":
    for name, law in LAWS.items():
        for dtype in DTYPES:
            print(f"    ({name!r}, {dtype!r}): {bits(law, dtype)},".replace("'", '"'))
    for name, draw in OTHERS.items():
        print(f"    {name!r}: {patterns(draw())},".replace("'", '"'))
