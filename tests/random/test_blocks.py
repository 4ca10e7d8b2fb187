"""The same address, the same bits: threads, slices, SIMD paths, NumPy versions."""

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paramattr.random.blocks import drawn
from paramattr.random.draws import Draw
from paramattr.random.index import stretch
from paramattr.random.keys import Key
from paramattr.random.laws import Normal, TruncatedNormal, Uniform

LAWS = [
    Uniform(-0.1, 0.1),
    Uniform(0, 1),
    Uniform(1000, 1000.001),
    Normal(0, 0.02),
    TruncatedNormal(),
    TruncatedNormal(0, 1, 30, np.inf),
    TruncatedNormal(0, 1, 3, 4),
]
DTYPES = [np.dtype("f2"), np.dtype(ml_dtypes.bfloat16), np.dtype("f4"), np.dtype("f8")]
KEY = Key(7, 11)


def raw(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


def whole(law, shape, dtype, key=KEY):
    return law.values(key, shape, dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_threads(law, dtype, threads):
    n = 3_000_001
    seen = []
    for t in (1, 2, 7):
        threads(t)
        seen.append(raw(whole(law, n, dtype)))
    assert all(np.array_equal(seen[0], s) for s in seen)
    # Any piece alone, with the small-array code too.
    for i in (0, 1, 2, 30719, 30720, 491519, 491520, n - 1000):
        for size in (1, 5, 640, 5000):
            assert np.array_equal(raw(law.values(KEY, n, dtype, slice(i, i + size))), seen[0][i : i + size])


slices = st.builds(
    slice,
    st.none() | st.integers(-40, 40),
    st.none() | st.integers(-40, 40),
    st.none() | st.integers(-5, 5).filter(bool),
)


@given(st.data())
@settings(max_examples=200)
def test_slices(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 30), max_size=4)))
    items = [
        data.draw(slices | st.integers(-n, n - 1) if n else slices)
        for n in shape[: data.draw(st.integers(0, len(shape)))]
    ]
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(items)))
        # After an Ellipsis, indices belong to the last axes.
        tail = (
            [
                data.draw(slices | st.integers(-n, n - 1) if n else slices)
                for n in shape[len(shape) - (len(items) - at) :]
            ]
            if len(items) > at
            else []
        )
        items = [*items[:at], Ellipsis, *tail]
    law = data.draw(st.sampled_from(LAWS))
    dtype = data.draw(st.sampled_from(DTYPES))
    index = tuple(items)
    full = whole(law, shape, dtype)
    part = law.values(KEY, shape, dtype, index)
    assert part.shape == full[index].shape and part.dtype == dtype
    assert np.array_equal(raw(part.reshape(-1)), raw(full[index].reshape(-1)))


@pytest.mark.parametrize("law", LAWS[3:5], ids=repr)
def test_big_slices(law):
    shape = (700, 3, 1000)
    full = whole(law, shape, "f4")
    for index in [
        (slice(None, None, -1),), (slice(3, 600, 7), slice(None), slice(10, 990)), (..., slice(None, None, 2)), (5,),
        (slice(None), 1), (slice(100, 650),), (..., 3), (slice(2, 4), slice(None), slice(None, None, -1)),
    ]:  # fmt: skip
        assert np.array_equal(law.values(KEY, shape, "f4", index), full[index])
    for shards in (2, 7, 64):
        rows = np.array_split(np.arange(700), shards)
        cols = np.array_split(np.arange(1000), shards)
        assert all(
            np.array_equal(law.values(KEY, shape, "f4", slice(int(r[0]), int(r[-1]) + 1)), full[r]) for r in rows
        )
        assert all(
            np.array_equal(law.values(KEY, shape, "f4", (..., slice(int(c[0]), int(c[-1]) + 1))), full[..., c])
            for c in cols
        )


def test_huge_lazy():
    n = 1 << 20
    column = Normal().values(KEY, (n, n), "f4", (..., 77))
    assert column.shape == (n,)
    assert np.array_equal(
        Normal().values(KEY, (n, n), "f4", (slice(None, None, -4096), slice(70, 80)))[:, 7], column[::-4096]
    )
    assert Normal().values(KEY, (n, n), "f4", (-1, slice(-4, None))).shape == (4,)


@pytest.mark.parametrize("dtype", ["f4", "f2"])
@pytest.mark.parametrize("law", [Normal(), Uniform()], ids=repr)
def test_memory(law, dtype):
    tracemalloc.start()
    out = law.values(KEY, (1 << 29) // np.dtype(dtype).itemsize, dtype)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.05 * out.nbytes, peak


def test_a_failing_thread_raises(threads):
    threads(2)
    calls = []

    class Broken(Draw):
        def _values(self, bits, out, scratch):
            calls.append(1)
            if len(calls) == 3:
                raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        drawn(Broken(np.dtype("f4"), None), KEY, stretch((4_000_000,)))
    whole(Normal(), 4_000_000, "f4")


PROGRAM = Path(__file__).with_name("fingerprint.py")


def fingerprint(**env):
    result = subprocess.run(
        [sys.executable, str(PROGRAM)], env={**os.environ, **env}, capture_output=True, text=True, check=True
    )
    return result.stdout.splitlines()


def dispatched():
    """The SIMD features that NumPy chose at run time on this machine."""
    core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules["numpy.core._multiarray_umath"]
    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]]


@pytest.mark.skipif(not dispatched(), reason="NumPy chose no SIMD features beyond its baseline on this machine")
def test_same_bits_without_simd_dispatch():
    """The subprocess prints its active SIMD features first, so that a mistyped variable cannot pass."""
    usual = fingerprint()
    base = fingerprint(NPY_DISABLE_CPU_FEATURES=" ".join(dispatched()))
    assert usual[0] != base[0]
    assert usual[1:] == base[1:]
