import runpy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.autograd import printing


@pytest.fixture(autouse=True)
def defaults():
    yield
    pa.set_printoptions(8, 1000, 3, False, 80)


@given(st.integers(0, 12), st.booleans(), st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5))
def test_what_is_printed_is_the_values_to_the_digits_asked_for(digits, scientific, values):
    pa.set_printoptions(precision=digits, sci_mode=scientific)
    shown = printing.text(np.array(values), "").strip("[]").split(",")
    assert all(("e" in part) for part in shown) or not scientific
    unit = 10.0**-digits
    for part, value in zip(shown, values, strict=True):
        scale = 10.0 ** np.floor(np.log10(abs(value))) if "e" in part and value else 1.0
        assert abs(float(part) - value) <= 0.51 * unit * scale + 1e-15 * abs(value)


def test_tensors_are_printed_so_at_the_start():
    fresh = runpy.run_path(printing.__file__)["text"]
    many, wide = np.arange(1001.0), np.arange(100.0) / 7
    counts = [np.full(60, 10**digits) for digits in range(9)]
    for values in (many, many[:1000], wide, np.float64([1e-3, 1e5]), wide + 1j, np.array([1 / 3]), *counts):
        assert fresh(values, "") == printing.text(values, "")
    assert fresh(np.array([1 / 3]), "") == "[0.33333333]"
    assert fresh(many, "") == "[   0.,    1.,    2., ...,  998.,  999., 1000.]"
    assert max(len(line) for values in counts for line in fresh(values, "").splitlines()) in (79, 80)


def test_long_tensors_are_cut():
    pa.set_printoptions(threshold=10, edgeitems=2, linewidth=40)
    text = repr(pa.to_tensor(np.arange(100)))
    assert "[ 0,  1, ..., 98, 99]" in text
    pa.set_printoptions(threshold=1000)
    assert max(map(len, repr(pa.to_tensor(np.arange(100))).splitlines()[1:])) <= 41


def test_what_is_not_given_stays():
    pa.set_printoptions(precision=2)
    pa.set_printoptions(edgeitems=1)
    assert "0.12]" in repr(pa.to_tensor([0.123456]))


@given(st.lists(st.complex_numbers(max_magnitude=1e9, allow_subnormal=False), min_size=1, max_size=5))
def test_complex_numbers_are_printed_as_python_writes_them(values):
    parts = printing.text(np.array(values), "").strip("[]").split(",")
    assert len({*map(len, map(str.lstrip, parts))}) == 1
    np.testing.assert_allclose([complex(part) for part in parts], values, rtol=1e-7)
    pa.set_printoptions(sci_mode=True)
    assert printing.text(np.array(values), "").count("e") == 2 * len(values)
    pa.set_printoptions(sci_mode=False)


@pytest.mark.parametrize(("shape", "rows"), [((0,), 1), ((2, 0), 2), ((2, 3, 0, 4), 6), ((0, 2), 1)])
def test_empty_rows_are_printed_each(shape, rows):
    for dtype in ("float32", "int64", "complex64"):
        assert repr(pa.zeros(shape, dtype)).split("\n", 1)[1].count("[]") == rows


@pytest.mark.parametrize(
    ("name", "value"), [("precision", -1), ("threshold", 1.5), ("linewidth", "80"), ("sci_mode", 1)]
)
def test_a_bad_setting_changes_none(name, value):
    with pytest.raises((TypeError, ValueError), match=name):
        pa.set_printoptions(**{"edgeitems": 1, name: value})
    assert repr(pa.to_tensor(np.arange(2000))).count(",") > 5
