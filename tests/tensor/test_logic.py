import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

COMPARISONS = {
    "equal": np.equal, "not_equal": np.not_equal, "greater_than": np.greater, "greater_equal": np.greater_equal,
    "less_than": np.less, "less_equal": np.less_equal, "logical_and": np.logical_and, "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
}  # fmt: skip
BITS = {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -2.0, np.nan, np.inf, -np.inf])
INTEGERS = [np.dtype(f"{sign}{width}") for sign in ("int", "uint") for width in (8, 16, 32, 64)]


@st.composite
def pairs(draw, dtypes, elements=None):
    """Two arrays of a dtype that broadcast."""
    dtype = draw(st.sampled_from(dtypes))
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=2)).input_shapes
    kind = np.float32 if dtype.kind == "V" else dtype
    return [draw(hnp.arrays(kind, shape, elements=elements)).astype(dtype) for shape in shapes]


@given(pairs([np.dtype(t) for t in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64)], NUMBERS))
def test_comparisons_are_those_of_numpy(arrays):
    for name, function in COMPARISONS.items():
        found = getattr(pa, name)(*map(pa.to_tensor, arrays))
        assert found.dtype == bool
        assert found.stop_gradient
        np.testing.assert_array_equal(found.numpy(), function(*(a.astype(np.float64) for a in arrays)))
    np.testing.assert_array_equal(pa.logical_not(arrays[0]).numpy(), arrays[0].astype(np.float64) == 0)


def test_in_place_forms_become_bools():
    for name in ("equal_", "less_than_", "logical_and_"):
        x = pa.to_tensor([1.0, 2.0])
        assert getattr(x, name)(pa.to_tensor([1.0, 0.0])) is x
        assert x.dtype == bool
    x = pa.to_tensor([5, 6])
    assert x.bitwise_and_(pa.to_tensor([3, 3])).tolist() == [1, 2]


@given(pairs([*INTEGERS, np.dtype(bool)]))
def test_bits_are_those_of_numpy(arrays):
    for name, function in BITS.items():
        found = getattr(pa, name)(*arrays)
        np.testing.assert_array_equal(found.numpy(), function(*arrays))
        assert found.dtype == arrays[0].dtype
    np.testing.assert_array_equal(pa.bitwise_not(arrays[0]).numpy(), np.bitwise_not(arrays[0]))


@given(pairs(INTEGERS))
def test_shifts_are_products_and_quotients_by_powers_of_2(arrays):
    x, y = arrays
    y = y % np.array(100, y.dtype)
    bits = 8 * x.itemsize
    wide = np.vectorize(int, otypes=[object])(x)
    powers = np.vectorize(lambda n: 2 ** int(n), otypes=[object])(y)
    with np.errstate(all="ignore"):
        up = (wide * powers) % 2**bits
        down = wide // powers
        unsigned = (wide % 2**bits) // powers
    for found, expected in [
        (pa.bitwise_left_shift(x, y), up),
        (pa.bitwise_right_shift(x, y), down),
        (pa.bitwise_left_shift(x, y, False), up),
        (pa.bitwise_right_shift(x, y, False), unsigned),
    ]:
        assert found.dtype == x.dtype
        np.testing.assert_array_equal((np.vectorize(int, otypes=[object])(found.numpy()) - expected) % 2**bits, up * 0)


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_nothing_but_the_sign_stays_of_what_is_moved_out_or_by_a_negative_number(dtype):
    bits, limits = 8 * dtype.itemsize, np.iinfo(dtype)
    x, signed = np.array([1, 5, limits.max, limits.min], dtype), limits.min < 0
    for y in (bits, bits + 1, 100, *([-1, -3, -bits] if signed else [])):
        y = np.array(y, dtype)
        assert pa.bitwise_left_shift(x, y).tolist() == pa.bitwise_right_shift(x, y, False).tolist() == [0, 0, 0, 0]
        assert pa.bitwise_right_shift(x, y).tolist() == [0, 0, 0, -1 if signed else 0]
    last = np.array(bits - 1, dtype)
    assert pa.bitwise_left_shift(x, last).tolist() == [limits.min if signed else 1 << (bits - 1)] * 3 + [0]
    assert pa.bitwise_right_shift(x, last, False).tolist() == [0, 0, *((0, 1) if signed else (1, 0))]
    assert pa.bitwise_right_shift(x, last).tolist() == [0, 0, *((0, -1) if signed else (1, 0))]


def test_a_number_takes_the_dtype_of_the_tensor():
    x = pa.to_tensor([5, 6], "int8")
    assert pa.bitwise_and(x, 3).dtype == pa.bitwise_left_shift(x, 1).dtype == np.int8
    assert pa.less_than(x, 5.5).tolist() == [True, False]
    assert pa.bitwise_and(x, out=pa.to_tensor([0, 0], "int8"), y=x).tolist() == [5, 6]


@given(pairs([np.dtype(np.float64)], NUMBERS), st.booleans())
def test_closeness_is_that_of_numpy(arrays, equal_nan):
    for rtol, atol in [(1e-5, 1e-8), (0.5, 0.0), (0.0, 1.0)]:
        found = pa.isclose(*arrays, rtol, atol, equal_nan)
        np.testing.assert_array_equal(found.numpy(), np.isclose(*arrays, rtol, atol, equal_nan))
        assert pa.allclose(*arrays, rtol, atol, equal_nan).item() == bool(found.numpy().all())


def test_equality_of_whole_tensors():
    x = pa.to_tensor([1.0, 2.0])
    assert pa.equal_all(x, x).item() is True
    for other in ([1.0, 3.0], [1.0], [[1.0, 2.0]], [1.0, np.nan]):
        assert pa.equal_all(x, other).item() is False


@given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6), st.booleans())
def test_membership(x, y, invert):
    found = pa.isin(np.array(x, int), np.array(y, int), invert=invert)
    assert found.tolist() == [(number in y) != invert for number in x]


def test_what_is_refused():
    x, i = pa.to_tensor([1.0]), pa.to_tensor([1])
    for call, error, message in [
        (lambda: pa.bitwise_and(x, i), TypeError, "x must hold integers or bools, but received dtype float32"),
        (lambda: pa.bitwise_not(x), TypeError, "x must hold integers or bools"),
        (
            lambda: pa.bitwise_left_shift(i, pa.to_tensor([True])),
            TypeError,
            "y must hold integers, but received dtype bool",
        ),
        (lambda: pa.bitwise_right_shift(i, i, 1), TypeError, "is_arithmetic must be a bool"),
        (lambda: pa.bitwise_or(i, [1, 2, 3], i), ValueError, "out must have shape"),
        (lambda: pa.equal([1.0, 2.0], [1.0, 2.0, 3.0]), ValueError, "equal needs inputs whose shapes"),
        (lambda: pa.isclose(x, x, -1.0), ValueError, "rtol must be"),
        (lambda: pa.isclose(x, x, equal_nan=1), TypeError, "equal_nan must be a bool"),
        (lambda: pa.isin(i, "1"), TypeError, "test_x must be numeric"),
        (lambda: pa.isin(i, i, invert=0), TypeError, "invert must be a bool"),
    ]:
        with pytest.raises(error, match=message):
            call()
