"""How bits become values: inside the window, rounded once, every bit used."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paramattr.random.draws import FEW
from paramattr.random.keys import Key
from paramattr.random.laws import Normal, TruncatedNormal, Uniform

DTYPES = [np.dtype("f2"), np.dtype(ml_dtypes.bfloat16), np.dtype("f4"), np.dtype("f8")]
KEY = Key(7, 11)
ALPHA = 1e-5


def raw(a):
    return np.ascontiguousarray(a).view(f"u{a.dtype.itemsize}")


@pytest.mark.parametrize("dtype", DTYPES[:2], ids=str)
def test_half_is_float32_rounded_once(dtype):
    for law in (Normal(0, 1), Normal(0, 1e-5), TruncatedNormal(), Uniform(-0.1, 0.1)):
        full = law.values(KEY, 300_000)
        half = law.values(KEY, 300_000, dtype)
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
            x = law.values(Key(1, stream), 20_000, dtype).astype(np.float64)
        except ValueError as error:
            assert "number lies in" in str(error)
            continue
        assert x.min() >= low and (x.max() < high if open_end else x.max() <= high)


def test_nothing_representable():
    for law in (Uniform(1.0001, 1.0002), TruncatedNormal(0, 1, 1.0001, 1.0002), Uniform(1e6, 2e6)):
        with pytest.raises(ValueError, match="no float16 number"):
            law.values(KEY, 10, np.float16)


def test_uniform_bits():
    """Each of the top 20 bits is fair, also in combination with its neighbour element."""
    n = 1 << 22
    x = Uniform(0, 1).values(Key(3, 3), n)
    k = (x * 2**20).astype(np.int64)
    for b in range(20):
        assert abs(np.count_nonzero(k >> b & 1) - n / 2) < 5 * np.sqrt(n) / 2
    pairs = np.bincount((k[::2] >> 14) * 64 + (k[1::2] >> 14), minlength=4096)
    assert stats.chisquare(pairs).pvalue > ALPHA


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("law", [Normal(0.3, 2.0), TruncatedNormal(), TruncatedNormal(0, 1, 30, np.inf)], ids=repr)
def test_scaling_the_strips_first_or_last_is_the_same(law, dtype):
    few = [law.values(KEY, 3 * FEW, dtype, slice(i, i + FEW)) for i in range(0, 3 * FEW, FEW)]
    assert np.array_equal(raw(np.concatenate(few)), raw(law.values(KEY, 3 * FEW, dtype)))


@pytest.mark.parametrize("n", [100, FEW, 300_000])
def test_rounding_to_infinity_or_zero_warns_of_nothing(n):
    """Whatever the size, and whatever the caller has set for floating-point errors."""
    with np.errstate(all="raise"):
        assert np.isinf(Normal(0.0, 1e5).values(KEY, n, "float16")).any()
        assert (Uniform(-1e-9, 1e-9).values(KEY, n, "float16") == 0).all()
