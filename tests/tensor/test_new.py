import numpy as np
import pytest

import paramattr as pa

SIZES = [[2, 3], (2, 3), 4, [], pa.to_tensor([2, 3]), [pa.to_tensor(2), 3], (2, 0)]


@pytest.mark.parametrize("dtype", ["bool", "int32", "bfloat16", "float64", "complex64"])
@pytest.mark.parametrize("size", SIZES)
def test_they_are_what_the_functions_make(size, dtype):
    x = pa.zeros([5], dtype)
    for method, function in (("new_zeros", pa.zeros), ("new_ones", pa.ones), ("new_empty", pa.empty)):
        for form in (None, "float32"):
            found, wanted = getattr(x, method)(size, dtype=form), function(size, form or dtype)
            assert (found.shape, found.dtype, found.tolist()) == (wanted.shape, wanted.dtype, wanted.tolist())
            assert found.stop_gradient
    assert x.new_full(size, 1).tolist() == pa.ones(size, dtype).tolist()


def test_sizes_one_by_one():
    x = pa.zeros([1])
    for method in (x.new_zeros, x.new_ones, x.new_empty):
        assert method(2, 3).shape == method(2, pa.to_tensor(3)).shape == method(size=[2, 3]).shape == [2, 3]
    assert x.new_full([2], pa.to_tensor(3.0)).tolist() == x.new_full(2, fill_value=3).tolist() == [3.0, 3.0]


def test_what_is_asked_for_and_refused():
    x = pa.to_tensor([1.0], stop_gradient=False)
    assert x.new_zeros([1]).stop_gradient
    assert not x.new_zeros([1], requires_grad=True, device="cpu", pin_memory=True).stop_gradient
    assert np.shares_memory(x.new_zeros([1]).numpy(), x.numpy()) is False
    for call, error, message in [
        (lambda: x.new_zeros(-1), ValueError, "shape"),
        (lambda: x.new_ones([1.5]), TypeError, "shape"),
        (lambda: x.new_full([1], [1.0, 2.0]), ValueError, "fill_value"),
        (lambda: x.new_zeros([1], device="gpu"), ValueError, "device"),
        (lambda: x.new_empty([1], dtype="float33"), TypeError, "dtype"),
        (lambda: x.new_full(2, 2, 7), TypeError, "new_full"),
    ]:
        with pytest.raises(error, match=message):
            call()
