import ml_dtypes
import numpy as np
import pytest

import paramattr as pa


def test_memory_is_shared_with_what_exports_it():
    array = np.arange(3.0)
    x = pa.to_tensor(array)
    for shared, source in [
        (pa.from_numpy(array), array),
        (pa.from_dlpack(array), array),
        (pa.from_dlpack(pa.to_dlpack(x)), x.numpy()),
    ]:
        assert np.shares_memory(shared.numpy(), source)
        assert shared.tolist() == [0.0, 1.0, 2.0]
    assert not np.shares_memory(pa.from_dlpack(array, copy=True).numpy(), array)


def test_assign_copies_and_stays_on_the_tape():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    out = pa.zeros([3], "int32")
    assert pa.assign(x, out) is out
    (out * pa.clone(x)).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]
    assert (pa.assign(1).shape, pa.assign([1.5]).dtype, pa.assign(np.ones(2)).dtype) == ([1], np.float64, np.float64)


def test_lists_and_shapes():
    assert pa.tolist([[1, 2]]) == [[1, 2]]
    assert pa.shape(pa.zeros([2, 0])).tolist() == [2, 0]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_limits_are_those_of_numpy(dtype):
    ours, theirs = pa.finfo(dtype), ml_dtypes.finfo(dtype)
    for name in ("min", "max", "eps", "tiny", "smallest_normal", "bits"):
        assert float(getattr(ours, name)) == float(getattr(theirs, name))
    assert ours.dtype == dtype
    assert ours.resolution == pytest.approx(float(theirs.resolution), rel=1e-2)


def test_limits_of_integers():
    assert [(pa.iinfo(d).min, pa.iinfo(d).max, pa.iinfo(d).bits) for d in ("int8", "uint8")] == [
        (-128, 127, 8),
        (0, 255, 8),
    ]
    assert repr(pa.iinfo("int8")) == "iinfo(min=-128, max=127, bits=8, dtype=int8)"
    assert repr(pa.finfo("float16")).startswith("finfo(min=-65504.0, max=65504.0, eps=0.0009765625, resolution=0.001,")
    assert repr(pa.finfo("complex64")) == repr(pa.finfo("float32"))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: pa.from_numpy([1.0]), TypeError, "ndarray must be a NumPy array"),
        (lambda: pa.from_dlpack([1.0]), TypeError, "dlpack must have a method __dlpack__ or be a capsule"),
        (lambda: pa.from_dlpack(np.ones(1), device="gpu"), ValueError, "device must be 'cpu'"),
        (lambda: pa.to_dlpack([1.0]), TypeError, "x must be a Tensor"),
        (lambda: pa.assign(1.0, [1.0]), TypeError, "output must be a Tensor or None"),
        (lambda: pa.assign("1"), TypeError, "x must be numeric"),
        (lambda: pa.finfo("int8"), ValueError, "dtype must be one of"),
        (lambda: pa.finfo(None), TypeError, "dtype must be a floating dtype"),
        (lambda: pa.iinfo("float32"), ValueError, "dtype must be one of integers"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
