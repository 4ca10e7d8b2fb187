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


@pytest.mark.parametrize(
    ("name", "value"), [("precision", -1), ("threshold", 1.5), ("linewidth", "80"), ("sci_mode", 1)]
)
def test_a_bad_setting_changes_none(name, value):
    with pytest.raises((TypeError, ValueError), match=name):
        pa.set_printoptions(**{"edgeitems": 1, name: value})
    assert repr(pa.to_tensor(np.arange(2000))).count(",") > 5
