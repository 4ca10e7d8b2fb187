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

from paramattr.random import blocks
from paramattr.random.distributions import Normal, TruncatedNormal, Uniform
from paramattr.random.keys import Key
from paramattr.random.words import words_at, words_from

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
    out = np.empty(shape, dtype)
    law.fill(out, key)
    return out


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
            assert np.array_equal(raw(law.take(KEY, (n,), slice(i, i + size), dtype)), seen[0][i : i + size])


def test_words_both_ways():
    for place in (0, 1, 4095, 4096, 2**24 - 3, 2**40 + 12345, 2**62 + 99):
        run = words_from(KEY, place, 100)
        places = np.uint64(place) + np.arange(100, dtype=np.uint64)
        assert np.array_equal(run, words_at(KEY, places))
        assert np.array_equal(run[::-1], words_at(KEY, places[::-1]))


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
    part = law.take(KEY, shape, index, dtype)
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
        assert np.array_equal(law.take(KEY, shape, index), full[index])
    for shards in (2, 7, 64):
        rows = np.array_split(np.arange(700), shards)
        cols = np.array_split(np.arange(1000), shards)
        assert all(np.array_equal(law.take(KEY, shape, slice(int(r[0]), int(r[-1]) + 1)), full[r]) for r in rows)
        assert all(
            np.array_equal(law.take(KEY, shape, (..., slice(int(c[0]), int(c[-1]) + 1))), full[..., c]) for c in cols
        )


def test_huge_lazy():
    n = 1 << 20
    column = Normal().take(KEY, (n, n), (..., 77))
    assert column.shape == (n,)
    assert np.array_equal(Normal().take(KEY, (n, n), (slice(None, None, -4096), slice(70, 80)))[:, 7], column[::-4096])
    assert Normal().take(KEY, (n, n), (-1, slice(-4, None))).shape == (4,)


@pytest.mark.parametrize("bad", [(0, 0, 0), (..., ...), 5, -6, (0, 9)])
def test_bad_index(bad):
    with pytest.raises(IndexError):
        Normal().take(KEY, (5, 4), bad)


@pytest.mark.parametrize("bad", [1.0, None, True, "a", [1]])
def test_bad_index_kind(bad):
    with pytest.raises(TypeError):
        Normal().take(KEY, (5, 4), bad)


@pytest.mark.parametrize("dtype", DTYPES[:2], ids=str)
def test_half_is_float32_rounded_once(dtype):
    for law in (Normal(0, 1), Normal(0, 1e-5), TruncatedNormal(), Uniform(-0.1, 0.1)):
        full = whole(law, 300_000, "f4")
        half = whole(law, 300_000, dtype)
        low, high = law.support
        inside = (full.astype(dtype).astype("f8") >= low) & (full.astype(dtype).astype("f8") < high)
        assert np.array_equal(raw(half[inside]), raw(full.astype(dtype)[inside]))
        assert inside.mean() > 0.99


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 1e4), st.sampled_from(DTYPES), st.integers(0, 1000))
@settings(max_examples=100)
def test_support(low, width, dtype, stream):
    high = low + width
    if high <= low:
        return
    for law, open_end in (
        (Uniform(low, high), True),
        (TruncatedNormal(0, 1, low, high), False),
        (TruncatedNormal(low + width / 3, width / 100, low, high), False),
    ):
        try:
            x = whole(law, 20_000, dtype, Key(1, stream)).astype(np.float64)
        except ValueError as error:
            assert "number lies in" in str(error)
            continue
        assert x.min() >= low and (x.max() < high if open_end else x.max() <= high)


def test_nothing_representable():
    for law in (Uniform(1.0001, 1.0002), TruncatedNormal(0, 1, 1.0001, 1.0002), Uniform(1e6, 2e6)):
        out = np.zeros(10, np.float16)
        with pytest.raises(ValueError, match="no float16 number"):
            law.fill(out, KEY)
        assert not out.any()


@pytest.mark.parametrize("dtype", ["f4", "f2"])
@pytest.mark.parametrize("law", [Normal(), Uniform()], ids=repr)
def test_memory(law, dtype):
    out = np.empty((1 << 29) // np.dtype(dtype).itemsize, dtype)
    tracemalloc.start()
    law.fill(out, KEY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.05 * out.nbytes, peak


def test_a_failing_thread_raises(threads):
    threads(2)
    calls = []

    class Broken:
        dtype, window = np.dtype("f4"), None

        def buffers(self, size):
            return None

        def values(self, bits, out, buffers):
            calls.append(1)
            if len(calls) == 3:
                raise RuntimeError("broken")

        def rare(self, key, places):
            raise AssertionError

    with pytest.raises(RuntimeError, match="broken"):
        blocks.fill(Broken(), KEY, np.empty(4_000_000, "f4"))
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
