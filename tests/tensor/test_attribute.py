import numpy as np
import pytest

import paramattr as pa


def test_kinds():
    found = [
        (pa.is_floating_point(x), pa.is_integer(x), x.is_complex())
        for x in (pa.zeros([1], dtype) for dtype in ("bfloat16", "float64", "uint8", "bool", "complex64"))
    ]
    assert found == [(True, False, False)] * 2 + [(False, True, False), (False, False, False), (False, False, True)]
    assert pa.zeros([0]).is_tensor()
    assert not pa.is_tensor(np.zeros(1))
    assert (pa.is_empty(np.zeros((2, 0))).item(), pa.rank([[1]]).item()) == (True, 2)


def test_a_copy_in_one_piece_stays_on_the_tape():
    x = pa.to_tensor(np.arange(6.0).reshape(2, 3), stop_gradient=False)
    assert x.contiguous() is x.cpu() is x
    y = x.T.contiguous()
    assert y.is_contiguous()
    assert not x.T.is_contiguous()
    y.sum().backward()
    assert x.grad.tolist() == [[1.0] * 3] * 2


def test_what_a_function_makes_of_a_tensor():
    x = pa.to_tensor([1.0, 2.0])
    assert x.apply(lambda t: 3.0 * t + 2.0).tolist() == [5.0, 8.0]
    assert x.apply(lambda t: t.sum()).shape == []
    assert x.tolist() == [1.0, 2.0]
    assert x.apply_(lambda t: t.astype("int32").unsqueeze(0)) is x
    assert (x.tolist(), x.dtype) == ([[1, 2]], np.int32)
    leaf = pa.to_tensor([1.0], stop_gradient=False)
    with pa.no_grad(), pytest.raises(RuntimeError, match="stop_gradient=True"):
        leaf.apply_(lambda t: t)
    for y in (leaf, leaf * 1.0):
        with pytest.raises(RuntimeError, match="stop_gradient=True"):
            y.apply(lambda t: t)


def test_values_copied_in():
    source = pa.to_tensor([1.5, 2.5], stop_gradient=False)
    x = pa.zeros([2], "float64")
    assert x.copy_(source) is x
    assert (x.dtype, x.tolist()) == (np.float64, [1.5, 2.5])
    (x * x).sum().backward()
    assert source.grad.tolist() == [3.0, 5.0]


def test_to_takes_a_device_a_dtype_or_a_tensor():
    x, other = pa.ones([2]), pa.zeros([1], "int32")
    for args, kwargs in [
        ((other,), {}),
        (("int32",), {}),
        (("cpu", "int32"), {}),
        ((x.place, np.int32, True), {}),
        ((None, "int32"), {}),
        ((), {"dtype": "int32", "device": "cpu", "blocking": False}),
        ((), {"other": other}),
    ]:
        assert x.to(*args, **kwargs).dtype == np.int32
    for args, kwargs in [
        (("cpu",), {}),
        ((), {"device": "cpu"}),
        ((True,), {}),
        ((None, False), {}),
        (("float32",), {}),
    ]:
        assert x.to(*args, **kwargs).dtype == np.float32
    assert x.to("cpu") is x


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: x.to(), TypeError, "to takes device, dtype, blocking and other, but received nothing"),
        (lambda x: x.to(copy=True), TypeError, r"received \['copy'\]"),
        (lambda x: x.to("gpu:0"), ValueError, "device must be 'cpu'"),
        (lambda x: x.to("float33"), TypeError, "dtype must be a dtype"),
        (lambda x: x.to(device="gpu:0"), ValueError, "device must be 'cpu'"),
        (lambda x: x.to(True, "int32"), TypeError, "blocking must be a bool"),
        (lambda x: x.to("int32", blocking=1), TypeError, "blocking must be a bool"),
        (lambda x: x.to("cpu", "int32", 1), TypeError, "blocking must be a bool"),
        (lambda x: x.copy_([1.0]), ValueError, r"src must have shape \[2\]"),
        (lambda x: x.copy_([1.0, 2.0], 1), TypeError, "blocking must be a bool"),
        (lambda x: pa.is_integer([1]), TypeError, "x must be a Tensor"),
        (lambda x: x.apply(3), TypeError, "func must be callable, but received 3"),
        (lambda x: x.apply_(lambda t: t.tolist()), TypeError, "what func returns must be a Tensor"),
    ],
)
def test_what_is_refused(call, error, message):
    x = pa.zeros([2])
    with pytest.raises(error, match=message):
        call(x)
    assert x.tolist() == [0.0, 0.0]
