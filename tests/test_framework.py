import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import framework


@pytest.mark.parametrize("name", framework.DTYPES)
def test_dtypes_are_numpys_and_tensors_have_them(name):
    dtype = getattr(pa, name)
    assert isinstance(dtype, pa.dtype)
    assert dtype == (ml_dtypes.bfloat16 if name == "bfloat16" else np.dtype(framework.DTYPES[name]))
    assert pa.to_tensor([1]).astype(dtype).dtype == dtype
    assert name in pa.__all__ or name == "bfloat16"


def test_constants():
    assert (pa.pi, pa.e, pa.inf, pa.newaxis) == (math.pi, math.e, math.inf, None)
    assert math.isnan(pa.nan)


def test_there_is_one_mode():
    assert pa.in_dynamic_mode()
    for place in (None, "cpu", pa.CPUPlace()):
        pa.disable_static(place)
    with pytest.raises(ValueError, match="place must be"):
        pa.disable_static("gpu")
    pa.disable_signal_handler()


def test_flags_are_remembered(monkeypatch):
    monkeypatch.setattr(framework, "_flags", {})
    pa.set_flags({"FLAGS_a": 1.0, "FLAGS_b": True})
    assert pa.get_flags("FLAGS_a") == {"FLAGS_a": 1.0}
    assert pa.get_flags(["FLAGS_b", "FLAGS_a"]) == {"FLAGS_b": True, "FLAGS_a": 1.0}
    with pytest.raises(ValueError, match="FLAGS_c"):
        pa.get_flags(["FLAGS_a", "FLAGS_c"])
    for flags, kind in (({"FLAGS_c": 1, "c": 1}, ValueError), ({3: 1}, TypeError), (["FLAGS_c"], TypeError)):
        with pytest.raises(kind, match="flags"):
            pa.set_flags(flags)
    with pytest.raises(TypeError, match="flags"):
        pa.get_flags(3)
    assert framework._flags.keys() == {"FLAGS_a", "FLAGS_b"}
    assert pa.get_flags("FLAGS_check_nan_inf") == {"FLAGS_check_nan_inf": False}
    pa.set_flags({"FLAGS_check_nan_inf": True})
    assert pa.get_flags("FLAGS_check_nan_inf") == {"FLAGS_check_nan_inf": True}


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7), st.booleans())
def test_batches_are_the_samples_in_order(samples, size, drop_last):
    reader = pa.batch(lambda: iter(samples), size, drop_last)
    for _ in range(2):
        batches = list(reader())
        joined = [sample for batch in batches for sample in batch]
        assert joined == samples[: len(joined)]
        assert len(samples) - len(joined) == (len(samples) % size if drop_last else 0)
        assert all(len(batch) == size for batch in batches[:-1])


@pytest.mark.parametrize(
    ("arguments", "kind"), [((3, 2), TypeError), ((list, 0), ValueError), ((list, 2.0), TypeError)]
)
def test_what_batch_refuses(arguments, kind):
    with pytest.raises(kind, match=r"reader|batch_size"):
        pa.batch(*arguments)
