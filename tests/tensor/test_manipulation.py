import numpy as np
import pytest

import paramattr as pa


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack_and_concat_are_those_of_numpy(axis):
    arrays = list(np.random.default_rng(0).standard_normal((2, 3, 4)))
    tensors = [pa.to_tensor(array) for array in arrays]
    np.testing.assert_array_equal(pa.stack(tensors, axis).numpy(), np.stack(arrays, axis))
    if -2 <= axis < 2:
        np.testing.assert_array_equal(pa.concat(tensors, axis).numpy(), np.concatenate(arrays, axis))


def test_joining_takes_arrays_and_keeps_dtypes():
    joined = pa.concat([np.ones(1, np.float32), pa.to_tensor([2.0])])
    assert (joined.dtype, joined.tolist()) == (np.float32, [1.0, 2.0])
    assert pa.stack([pa.to_tensor(1.0), pa.to_tensor(2.0)]).tolist() == [1.0, 2.0]
    assert pa.stack(([1.0], [2.0])).shape == [2, 1]
    assert pa.concat([pa.to_tensor([1.0], "float16")] * 2).dtype == np.float16


@pytest.mark.parametrize("function", [pa.concat, pa.stack])
def test_what_joining_refuses(function):
    x = pa.to_tensor([[1.0, 2.0]])
    last = 1 if function is pa.concat else 2
    for arguments, error, message in [
        ((x, x), TypeError, "x must be a list of at least one tensor, but received Tensor"),
        (([],), TypeError, "x must be a list of at least one tensor"),
        ((None,), TypeError, "x must be a list of at least one tensor"),
        (([x, None],), TypeError, r"x\[1\] must be numeric, but received None"),
        (([x, x], last + 1), ValueError, rf"axis must be in \[{-last - 1}, {last}\], but received {last + 1}"),
        (([x, x], -last - 2), ValueError, "axis must be in"),
        (([x, x], None), TypeError, "axis must be an integer"),
        (([x, x], x), TypeError, "axis must be an integer"),
        (([x, x.T],), ValueError, r"shape.*\[1, 2\].*\[2, 1\]"),
    ]:
        with pytest.raises(error, match=message):
            function(*arguments)
