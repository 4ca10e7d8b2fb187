import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

number = st.integers(-20, 20)


@given(number, number, number.filter(bool))
def test_whole_numbers_are_those_of_python(start, end, step):
    found = pa.arange(start, end, step)
    assert (found.dtype, found.tolist()) == (np.int64, list(range(start, end, step)))
    assert pa.arange(pa.to_tensor(start), end, step).tolist() == found.tolist()
    inclusive = range(start, end + (1 if step > 0 else -1), step)
    assert pa.range(start, end, step, "int64").tolist() == list(inclusive)


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.integers(0, 50))
def test_equal_distances_end_exactly(start, stop, count):
    found = pa.linspace(start, stop, count, "float64").numpy()
    np.testing.assert_allclose(found, np.linspace(start, stop, count), rtol=0, atol=1e-12 * max(abs(start), abs(stop)))
    if count > 1:
        assert (found[0], found[-1]) == (start, stop)
    np.testing.assert_allclose(pa.logspace(-1, 1, count, 3.0, "float64").numpy(), np.logspace(-1, 1, count, base=3.0))


def test_dtypes():
    assert pa.arange(3.0).dtype == pa.range(3).dtype == pa.linspace(0, 1, 3).dtype == np.float32
    assert pa.arange(0.9, 3.9, dtype="int32").tolist() == [0, 1, 2]
    assert pa.linspace(0, 10, 5, "int32").tolist() == [0, 2, 5, 7, 10]
    assert not pa.arange(3.0, requires_grad=True).stop_gradient


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pa.arange(1, 2, 0), ValueError, "step must not be 0"),
        (lambda: pa.arange(1, 2, 0.5, "int64"), ValueError, "step must not be 0 in int64"),
        (lambda: pa.arange("3"), TypeError, "end must be a real number|start must be a real number"),
        (lambda: pa.arange(0, float("inf")), ValueError, "end must be finite"),
        (lambda: pa.arange(10**15), ValueError, "this machine has"),
        (lambda: pa.arange(3, device="gpu"), ValueError, "device must be 'cpu'"),
        (lambda: pa.linspace(0, 1, 10**15), ValueError, "this machine has"),
        (lambda: pa.logspace(0, 1, 10**15), ValueError, "this machine has"),
        (lambda: pa.linspace(0, 1, -1), ValueError, "num must be >= 0"),
        (lambda: pa.linspace(0, 1, 2.5), TypeError, "num must be an integer"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("rows", "columns", "offset"), [(3, 4, 1), (4, 2, -1), (0, 3, 0), (3, 3, 5), (3, 3, -5)])
def test_indices_of_triangles_are_those_of_numpy(rows, columns, offset):
    np.testing.assert_array_equal(pa.tril_indices(rows, columns, offset), np.tril_indices(rows, offset, columns))
    np.testing.assert_array_equal(pa.triu_indices(rows, columns, offset), np.triu_indices(rows, offset, columns))
    assert pa.triu_indices(2, dtype="int32").dtype == np.int32
    with pytest.raises(TypeError, match="row must be an integer"):
        pa.tril_indices(1.5, 1)
