import copy
import pickle

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.autograd.tensor import changed

X = np.arange(24.0).reshape(2, 3, 4)


def test_attributes_of_a_tensor():
    x = pa.to_tensor(X)
    assert (x.shape, x.ndim, x.size, len(x)) == ([2, 3, 4], 3, 24, 2)
    assert x.T.shape == [4, 3, 2]
    assert [part.shape for part in x] == [[3, 4]] * 2
    assert x.argmax().item() == 23
    assert x.argmax(-1).tolist() == [[3] * 3] * 2
    with pytest.raises(TypeError, match="without axes"):
        len(pa.to_tensor(1.0))


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize("own", [True, False], ids=["own gradient", "none"])
@pytest.mark.parametrize("given", [None, True, False], ids=["a number", "a value with a gradient", "one without"])
def test_what_is_written_is_recorded_if_it_or_the_tensor_needs_a_gradient(own, given, recording):
    source = pa.to_tensor([1.0, 2.0], stop_gradient=not own)
    x = source * 3.0
    value = 5.0 if given is None else pa.to_tensor(5.0, stop_gradient=not given)
    with pa.set_grad_enabled(recording):
        x[0] = value
    assert x.tolist() == [5.0, 6.0]
    assert x.stop_gradient == (not own and not (recording and given))
    if not x.stop_gradient:
        x.sum().backward()
    if own:
        assert source.grad.tolist() == [0.0 if recording else 3.0, 3.0]
    if given:
        assert value.grad is None if not recording else value.grad.item() == 1.0


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_another_dtype_keeps_values_gradient_and_what_was_recorded(dtype):
    x = pa.to_tensor([1.5, -2.0], "float64", stop_gradient=False)
    square, array = x * x, x.numpy()
    x.grad = [3.0, 4.0]
    x._recast(pa.to_tensor([0.0], dtype).dtype)
    assert x.dtype.name == x.grad.dtype.name == dtype
    assert (x.numpy() is array) == (dtype == "float64")
    assert (x.tolist(), x.grad.tolist()) == ([1.5, -2.0], [3.0, 4.0])
    square.backward()
    assert x.grad.tolist() == [6.0, 0.0]


@pytest.mark.parametrize("axes", [2, 3, 4])
def test_matrices_are_turned_in_their_last_two_axes(axes):
    x = np.arange(24.0).reshape((1, 2, 3, 4)[4 - axes :] if axes > 2 else (6, 4))
    np.testing.assert_array_equal(pa.to_tensor(x).mT.numpy(), x.swapaxes(-1, -2))
    with pytest.raises(ValueError, match="mT needs a tensor with at least 2 axes"):
        _ = pa.to_tensor(x[(0,) * (axes - 1)]).mT


@pytest.mark.parametrize(
    ("value", "kept"),
    [([3.0, 4.0], True), ([3.0], False), ([[3.0, 4.0]], False), ([3, 4], False), ([True, False], False)],
)
def test_memory_stays_where_shape_and_dtype_do(value, kept):
    for writeable in (True, False):
        array = np.array([1.0, 2.0], np.float32)
        array.flags.writeable = writeable
        x = pa.Tensor(array)
        new = pa.to_tensor(value)
        assert changed(x, lambda: new) is x  # noqa: B023
        assert (x.tolist(), x.shape, x.dtype) == (new.tolist(), new.shape, new.dtype)
        assert np.shares_memory(x.numpy(), array) == (kept and writeable)
        assert array.tolist() == (value if kept and writeable else [1.0, 2.0])


def test_comparisons_are_elementwise():
    x = pa.to_tensor([1.0, 2.0, 3.0])
    other = pa.to_tensor([2.0, 2.0, 2.0])
    found = [c.tolist() for c in (x < other, x <= 2.0, x == other, x != other, x >= other, x > 2.0)]
    t, f = True, False
    assert found == [[t, f, f], [t, t, f], [f, t, f], [t, f, t], [f, t, t], [f, f, t]]
    assert [value in x for value in (2.0, 2, 5, other, None, "a")] == [t, t, f, t, f, f]


def test_a_number_takes_the_dtype_of_the_tensor():
    x = pa.to_tensor([1.0], "float16")
    assert (x * 2.0).dtype == (3 - x).dtype == np.float16
    for number in (np.float64(2.0), np.float32(2.0), np.sqrt(3)):
        for y in (x, x.astype("float32"), x.astype("bfloat16")):
            assert (y * number).dtype == (number / y).dtype == (y**number).dtype == y.dtype
    assert (pa.to_tensor([1]) * np.float64(2.5)).dtype == np.float32
    # An array has the dtype that it has.
    assert (x * np.array([2.0])).dtype == np.float64


@pytest.mark.parametrize("dtype", ["bool", "int64", "bfloat16", "float32", "float64", "complex64", "complex128"])
def test_a_complex_number_takes_the_precision_of_the_tensor(dtype):
    x = pa.to_tensor([1, 2], dtype)
    wanted = np.complex128 if dtype in ("float64", "complex128") else np.complex64
    for number in (1 + 2j, np.complex128(1 + 2j)):
        assert (x * number).dtype == (number + x).dtype == (x**number).dtype == wanted
        np.testing.assert_allclose((x - number).numpy(), np.array([1, 2]) - number if dtype != "bool" else [-2j, -2j])
    assert (x * np.array([1j])).dtype == np.complex128


def test_operators_do_not_divide_integers_by_0():
    x = pa.to_tensor([5, 6])
    for operator in (lambda x, y: x // y, lambda x, y: x % y):
        for zero in (0, False, np.int32(0), pa.to_tensor([1, 0])):
            with pytest.raises(ValueError, match="y must not be 0 where integers are divided"):
                operator(x, zero)
        with pytest.raises(ValueError, match="y must not be 0"):
            operator(7, x - 5)
        with np.errstate(all="ignore"):
            assert not np.isfinite(operator(x, 0.0).numpy()).any()


def test_a_gradient_can_be_assigned_where_it_fits():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    x.grad = [1, 2]
    assert x.grad.dtype == np.float32
    x.grad = pa.to_tensor([3.0, 4.0])
    assert x.grad.tolist() == [3.0, 4.0]
    with pytest.raises(ValueError, match=r"grad of a tensor must have shape \[2\], not \[3\]"):
        x.grad = np.ones(3)
    with pytest.raises(TypeError, match="grad of a tensor must be numeric"):
        x.grad = np.array(["a", "b"])
    x.grad = None
    assert x.grad is None


def test_a_gradient_needs_a_gradient_itself():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    seen = []
    x.register_hook(seen.append)
    middle = x * x
    middle.retain_grads()
    (3.0 * middle).sum().backward()
    zeros = pa.to_tensor([1.0], stop_gradient=False)
    zeros.grad = [1.0]
    zeros.clear_grad()
    for gradient in (x.grad, middle.grad, zeros.grad, seen[0]):
        assert not gradient.stop_gradient and gradient.is_leaf
        with pytest.raises(ValueError, match="can't be changed in place"):
            gradient.scale_(2.0)
    with pa.no_grad():
        x.grad.zero_()
    assert x.grad.tolist() == [0.0, 0.0] and not x.grad.stop_gradient
    (x.grad * 2.0).sum().backward()
    assert x.grad.grad.tolist() == [2.0, 2.0]


def test_clone_stays_on_the_tape_and_detach_leaves_it():
    x = pa.to_tensor([1.0], stop_gradient=False)
    assert not x.clone().stop_gradient
    assert x.clone().numpy() is not x.numpy()
    assert x.detach().stop_gradient
    assert x.detach().numpy() is x.numpy()


@pytest.mark.parametrize("make", [lambda x: x, lambda x: x * 1.0])
def test_data_is_the_values_without_the_history(make):
    x = make(pa.to_tensor([1.0, 2.0], stop_gradient=False))
    assert x.data.stop_gradient and x.data.is_leaf
    x.data[0] = 5.0
    x.data.add_(pa.to_tensor([1.0, 1.0]))
    assert x.tolist() == [6.0, 3.0]
    other = pa.to_tensor([7.0, 8.0])
    x.data = other
    other[1] = 9.0
    assert x.tolist() == [7.0, 9.0]
    assert not x.stop_gradient
    for wrong in ([1.0, 2.0], np.ones(2), None):
        with pytest.raises(TypeError, match="data must be a Tensor"):
            x.data = wrong


def test_data_of_another_shape_is_that_of_a_leaf():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    y = x * 3.0
    for wrong in (pa.zeros([3]), pa.zeros([2], "float64")):
        with pytest.raises(ValueError, match=r"data of a tensor must have shape \[2\] and dtype float32"):
            y.data = wrong
    x.grad = [1.0, 1.0]
    x.data = pa.zeros([2])
    assert x.grad.tolist() == [1.0, 1.0]
    y.sum().backward()
    assert x.grad.tolist() == [4.0, 4.0]
    x.data = pa.zeros([3], "float64")
    assert x.grad is None
    (x * x).sum().backward()
    assert (x.grad.tolist(), x.grad.dtype) == ([0.0] * 3, np.float64)


def test_what_is_recorded_keeps_the_values_it_was_made_from():
    x = pa.to_tensor([1.0, 2.0], stop_gradient=False)
    y = (x * x).sum()
    x.data = pa.to_tensor([10.0, 20.0])
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]
    y = (x * x).sum()
    x.data[0] = 0.0
    with pytest.raises(RuntimeError, match="have changed since"):
        y.backward()


def test_reprs():
    assert repr(pa.to_tensor([1.0, 2.0])) == "Tensor(shape=[2], dtype=float32, stop_gradient=True,\n       [1., 2.])"


def same(tensor, expected):
    """The tensor has the values, the shape and the dtype of ``expected``."""
    assert isinstance(tensor, pa.Tensor)
    expected = np.asarray(expected)
    assert (tensor.shape, tensor.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(tensor.numpy(), expected)


OPERATORS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": lambda x, y: x**y,
    "less": lambda x, y: x < y,
    "less or equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater or equal": lambda x, y: x >= y,
    "equal": lambda x, y: x == y,
    "not equal": lambda x, y: x != y,
}


@pytest.mark.parametrize("name", OPERATORS)
@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3),
    dtypes=st.tuples(*[st.sampled_from(["float32", "float64", "int64"])] * 2),
)
def test_operators_are_those_of_numpy(name, shapes, dtypes):
    """Except that integers beside floating numbers take the dtype of these, and their quotients the default dtype."""
    operator = OPERATORS[name]
    x, y = (
        np.asarray(np.arange(np.prod(shape)).reshape(shape) % 3 + offset, dtype)
        for shape, dtype, offset in zip(shapes.input_shapes, dtypes, (1, 2), strict=True)
    )
    floats = [dtype for dtype in dtypes if dtype != "int64"] or ["float32"]
    expected = operator(x, y)
    if expected.dtype.kind == "f" and "int64" in dtypes:
        dtype = np.result_type(*floats)
        expected = np.asarray(operator(x.astype(dtype), y.astype(dtype)))
    same(operator(pa.Tensor(x), pa.Tensor(y)), expected)
    same(operator(pa.Tensor(x), y), expected)
    # An array leaves the operator to the tensor; a number of NumPy's compares by itself, and an array of NumPy 1 takes a
    # whole exponent without axes as an index.
    if x.ndim and not (name == "power" and not y.ndim and np.__version__.startswith("1.")):
        same(operator(x, pa.Tensor(y)), expected)


def test_unary_operators():
    x = np.array([-1.5, 0.0, 2.0], np.float32)
    t = pa.Tensor(x)
    same(-t, -x)
    same(abs(t), abs(x))
    same(t.abs(), abs(x))
    same(t.exp(), np.exp(x))
    same(t.abs().sqrt(), np.sqrt(abs(x)))
    same(pa.Tensor(x[2:]).log(), np.log(x[2:]))
    same(2.0 / t[2:], 2.0 / x[2:])
    same(2.0 - t, 2.0 - x)
    same(np.float32(2.0) ** t, np.float32(2.0) ** x)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int8", "bool"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, -3, (0, 2), [-1, 1], ()])
def test_reductions_are_those_of_numpy(axis, keepdim, dtype):
    x = (np.arange(24).reshape(2, 3, 4) % 7).astype(dtype)
    t = pa.Tensor(x)
    axes = tuple(axis) or None if isinstance(axis, (list, tuple)) else axis  # as in Paddle, no axes are all axes
    same(t.sum(axis, keepdim=keepdim), x.sum(axis=axes, keepdims=keepdim))
    same(t.max(axis, keepdim), x.max(axis=axes, keepdims=keepdim))
    mean_dtype = x.dtype if x.dtype.kind == "f" else np.float32
    same(t.mean(axis, keepdim), x.astype(mean_dtype).mean(axis=axes, keepdims=keepdim))
    if not isinstance(axis, (list, tuple)) and not keepdim:
        same(t.argmax(axis), x.argmax(axis))


def test_defaults_of_reductions():
    x = np.arange(6.0).reshape(2, 3)
    t = pa.Tensor(x)
    for found, expected in [(t.sum(), 15.0), (t.mean(), 2.5), (t.max(), 5.0), (t.argmax(), 5)]:
        same(found, expected)
    same(t.sum(0), x.sum(0))
    same(t.sum(axis=-1), x.sum(-1))
    for scalar in (pa.Tensor(2.0).sum(0), pa.Tensor(2.0).max(-1), pa.Tensor(2.0).mean([0]), pa.Tensor(2.0).sum()):
        same(scalar, 2.0)
    with np.errstate(all="ignore"):
        assert np.isnan(pa.Tensor(np.ones(0)).mean().item())


@pytest.mark.parametrize("dtype", [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)])
def test_narrow_dtypes_are_summed_in_float32(dtype):
    ones = pa.Tensor(np.ones((1000, 3), dtype))
    assert ones.mean().item() == 1.0
    assert ones.mean(0).dtype == dtype
    assert [float(x) for x in ones.sum(0)] == [1000.0] * 3
    assert float((ones[:, 0] @ ones[:, 1]).item()) == 1000.0
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 300)).astype(dtype), rng.standard_normal((300, 5)).astype(dtype)
    expected = (x.astype(np.float32) @ y.astype(np.float32)).astype(dtype)
    same(pa.Tensor(x) @ pa.Tensor(y), expected)
    bias = pa.Tensor(np.zeros(3, dtype), stop_gradient=False)
    (ones + bias).sum().backward()
    assert bias.grad.numpy().astype(float).tolist() == [1000.0] * 3
    assert (pa.Tensor(np.full(1, 1000.0, dtype)) * 1e-7 * 1e4).dtype == dtype


def test_a_number_keeps_its_precision_beside_narrow_dtypes():
    x = pa.to_tensor([0.01], "float16")
    assert float((x * 1e6).item()) == pytest.approx(1e4, rel=1e-3)  # 1e6 itself is beyond float16
    assert float((x * np.float32(1e6)).item()) == pytest.approx(1e4, rel=1e-3)
    assert (pa.to_tensor([1], "int64") * 2.5).tolist() == [2.5]


def test_products_are_those_of_numpy():
    rng = np.random.default_rng(0)
    for one, other in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 0)), ((4, 2, 3), (4, 3, 5))]:
        x, y = rng.standard_normal(one), rng.standard_normal(other)
        same(pa.Tensor(x) @ pa.Tensor(y), x @ y)
        same(x @ pa.Tensor(y), x @ y)


def test_shapes():
    t = pa.Tensor(X)
    same(t.reshape([4, -1]), X.reshape(4, 6))
    same(t.reshape((6, 4)), X.reshape(6, 4))
    same(t.reshape(np.array([24])), X.reshape(24))
    same(pa.Tensor(np.ones((0, 3))).reshape([-1, 3]), np.ones((0, 3)))
    same(t.transpose([2, 0, 1]), X.transpose(2, 0, 1))
    same(t.transpose([-1, 0, -2]), X.transpose(2, 0, 1))
    same(t.T, X.T)
    same(pa.Tensor(2.0).T, 2.0)
    same(t.flatten(), X.reshape(24))
    same(t.flatten(1), X.reshape(2, 12))
    same(t.flatten(0, 1), X.reshape(6, 4))
    same(t.flatten(-2), X.reshape(2, 12))
    same(t.flatten(1, 1), X)
    same(pa.Tensor(2.0).flatten(), [2.0])


def test_indices():
    t = pa.Tensor(X)
    same(t[1], X[1])
    same(t[1, ..., ::2], X[1, ..., ::2])
    same(t[t > 5.0], X[X > 5.0])
    same(t[pa.to_tensor([1, 0]), :, pa.to_tensor(2)], X[[1, 0], :, 2])
    same(t[None, 0, 0, 0], X[None, 0, 0, 0])
    assert [part.tolist() for part in t[0]] == X[0].tolist()


def test_a_tensor_holds_what_it_is_made_of():
    x = pa.Tensor([1.0], name="x")
    assert (x.name, x.stop_gradient, x.is_leaf, x.grad) == ("x", True, True, None)
    assert pa.Tensor(x).numpy() is x.numpy()
    assert pa.Tensor(X).numpy() is X
    assert x.astype("float64").dtype == np.float64


def test_gradients_accumulate_and_are_cleared():
    x = pa.to_tensor([1.0], stop_gradient=False)
    x.clear_grad(set_to_zero=True)
    assert x.grad is None
    (x * 2.0).backward()
    x.clear_gradient(True)
    assert x.grad.tolist() == [0.0]
    x.clear_gradient(False)
    assert x.grad is None
    x.clear_gradient()
    assert x.grad is None  # what is not there does not become zero
    with pytest.raises(TypeError, match="set_to_zero must be a bool"):
        x.clear_gradient(1)
    x.grad = [3.0]
    x.clear_gradient()
    x.grad = [4.0]
    assert x.grad.tolist() == [4.0]
    x.clear_gradient()
    (x * 2.0).backward()
    assert x.grad.tolist() == [2.0]
    x.clear_gradient()
    x.grad = None
    assert x.grad is None
    y = (x * 2.0).sum()
    y.backward(2.0, retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [6.0]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_starts_outside_of_every_graph(copied):
    x = pa.to_tensor([1.0], stop_gradient=False)
    graph = x * 2.0
    y = copied(x)
    (y * 3.0).backward()
    assert x.grad is None
    assert y.grad.tolist() == [3.0]
    with pytest.raises(RuntimeError, match=r"made by a recorded operation: copy or pickle its detach\(\) instead"):
        copied(graph)
    assert copied(graph.detach()).tolist() == [2.0]


def test_equality_with_what_is_no_number_is_that_of_objects():
    x = pa.to_tensor([1.0])
    for other in (None, "a", object(), [None], np.array(["a"])):
        assert (x == other) is False
        assert (x != other) is True
    assert x in [None, x]


HUGE = 10**40
MISTAKES = {
    "data None": (lambda x: pa.Tensor(None), TypeError, r"data must be numeric, but received None \(NoneType\)"),
    "data text": (lambda x: pa.Tensor("1.0"), TypeError, "data must be numeric, but received '1.0'"),
    "data ragged": (lambda x: pa.Tensor([[1], [1, 2]]), TypeError, "data must be numeric"),
    "data dates": (lambda x: pa.Tensor(np.array("2020", "M8[Y]")), TypeError, "data must be numeric"),
    "data of objects": (lambda x: pa.Tensor([HUGE]), TypeError, "data must be numeric"),
    "stop_gradient": (lambda x: pa.Tensor(1.0, stop_gradient="no"), TypeError, "stop_gradient must be a bool"),
    "stop_gradient set": (lambda x: setattr(x, "stop_gradient", 0), TypeError, "stop_gradient must be a bool"),
    "name": (lambda x: pa.Tensor(1.0, name=3), TypeError, "name must be a string or None"),
    "operand": (lambda x: x + None, TypeError, "y must be numeric, but received None"),
    "operand on the left": (lambda x: "a" * x, TypeError, "x must be numeric, but received 'a'"),
    "operand too large": (lambda x: x + 10**400, TypeError, "y must be numeric, but received 1000.*000 .int"),
    "shapes": (
        lambda x: x + np.ones(5),
        ValueError,
        r"add needs inputs whose shapes.* x of shape \[2, 3\].* y of shape",
    ),
    "integer power": (lambda x: pa.Tensor([2]) ** -1, ValueError, "power needs inputs whose shapes, dtypes"),
    "bools": (lambda x: -(x > 1.0), TypeError, "negative needs inputs .*dtype bool"),
    "product": (lambda x: x @ x, ValueError, r"matmul needs inputs .*y of shape \[2, 3\]"),
    "order": (lambda x: x < None, TypeError, "other must be numeric, but received None"),
    "order of shapes": (lambda x: x < np.ones(5), ValueError, "other must be comparable with a tensor of shape"),
    "order of size": (lambda x: x < 10**400, ValueError, "other must be comparable"),
    "equal shapes": (lambda x: x == np.ones(5), ValueError, "other must be comparable"),
    "axis": (lambda x: x.sum(2), ValueError, r"axis must be in \[-2, 1\], but received 2"),
    "axis huge": (lambda x: x.max(-HUGE), ValueError, r"axis must be in \[-2, 1\]"),
    "axis type": (lambda x: x.mean("0"), TypeError, "axis must be an integer, but received '0'"),
    "axis float": (lambda x: x.mean([0, 1.0]), TypeError, r"axis\[1\] must be an integer"),
    "axis twice": (lambda x: x.sum([0, -2]), ValueError, r"axis must name each axis once, but received \[0, -2\]"),
    "argmax axis": (lambda x: x.argmax(5), ValueError, r"axis must be in \[-2, 1\]"),
    "argmax axes": (lambda x: x.argmax([0]), TypeError, "axis must be an integer"),
    "argmax of nothing": (lambda x: x[:0].argmax(), ValueError, r"argmax needs a tensor with elements.* \[0, 3\]"),
    "max of nothing": (lambda x: x[:0].max(0), ValueError, r"max needs inputs .* \[0, 3\] .*axis=\(0,\)"),
    "keepdim": (lambda x: x.sum(0, keepdim=1), TypeError, "keepdim must be a bool, but received 1"),
    "shape": (lambda x: x.reshape([4]), ValueError, r"shape must hold 6 elements, but received \[4\]"),
    "shape unknown": (lambda x: x.reshape([-1, -1]), ValueError, "shape must hold 6 elements"),
    "shape odd": (lambda x: x.reshape([4, -1]), ValueError, "shape must hold 6 elements"),
    "shape of zero": (lambda x: x[:0].reshape([0, -1]), ValueError, "shape must hold 0 elements"),
    "shape of nothing": (lambda x: x.reshape([2, 3, 0]), ValueError, "shape must hold 6 elements"),
    "shape negative": (lambda x: x.reshape([-2, -3]), ValueError, r"shape\[0\] must be >= -1"),
    "shape type": (lambda x: x.reshape("6"), TypeError, "shape must be a sequence of integers, but received '6'"),
    "shape text": (lambda x: x.reshape("6"), TypeError, "shape must be a sequence of integers, but received '6'"),
    "shape of floats": (lambda x: x.reshape([6.0]), TypeError, r"shape\[0\] must be an integer"),
    "too many axes": (lambda x: x.reshape([6, *[1] * 99]), ValueError, "reshape needs inputs whose shapes"),
    "perm": (lambda x: x.transpose([0, 2]), ValueError, r"perm\[?1?\]? must be in \[-2, 1\]"),
    "perm short": (lambda x: x.transpose([0]), ValueError, r"perm must name each of the 2 axes, but received \[0\]"),
    "perm twice": (lambda x: x.transpose([0, 0]), ValueError, "perm must name each axis once"),
    "perm None": (lambda x: x.transpose(None), ValueError, "perm must name each of the 2 axes"),
    "perm type": (lambda x: x.transpose("10"), TypeError, "perm must be an integer, but received '10'"),
    "flatten": (lambda x: x.flatten("0"), TypeError, "start_axis must be an integer"),
    "flatten stop": (lambda x: x.flatten(0, 1.0), TypeError, "stop_axis must be an integer"),
    "flatten order": (lambda x: x.flatten(1, 0), ValueError, "start_axis=1, stop_axis=0"),
    "index": (lambda x: x[5], IndexError, r"getitem needs .* x of shape \[2, 3\].* index=5"),
    "index type": (lambda x: x["a"], IndexError, "getitem needs .* index='a'"),
    "index axes": (lambda x: x[0, 0, 0], IndexError, r"getitem needs .* index=\(0, 0, 0\)"),
    "index mask": (lambda x: x[pa.Tensor([True, False, True])], IndexError, "getitem needs"),
    "dtype": (lambda x: x.astype("float33"), TypeError, "dtype must be a dtype"),
    "dtype of no number": (lambda x: x.astype("U8"), TypeError, "dtype must be one that holds the numbers"),
    "grad": (lambda x: setattr(x, "grad", ["a"]), TypeError, "grad of a tensor must be numeric"),
    "grad complex": (
        lambda x: setattr(x, "grad", X[0, :2, :3] * 1j),
        TypeError,
        "grad of a tensor must be numeric and real",
    ),
    "grad_tensor": (lambda x: x.backward("a"), TypeError, "grad_tensor must be numeric"),
    "retain_graph": (lambda x: x.sum().backward(retain_graph=1), TypeError, "retain_graph must be a bool"),
    "set_to_zero": (lambda x: x.clear_grad(1), TypeError, "set_to_zero must be a bool"),
    "item": (lambda x: x.item(), ValueError, r"item\(\) needs a tensor with one element"),
    "truth": (lambda x: bool(x), ValueError, r"item\(\) needs a tensor with one element"),
    "apply": (
        lambda x: pa.autograd.apply(lambda x, *rest: (x, ()), x, "a", "b"),
        TypeError,
        r"rest\[0\] must be numeric",
    ),
    "mode of copies": (lambda x: x.reshape([HUGE]), ValueError, "shape must hold 6 elements"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_name_the_argument_and_change_nothing(name):
    call, error, message = MISTAKES[name]
    x = pa.to_tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], stop_gradient=False)
    with pytest.raises(error, match=message):
        call(x)
    assert x.grad is None
    assert x.stop_gradient is False


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_values_are_moved_and_converted_as_they_are(dtype):
    x = pa.to_tensor([[1.0, 2.0]], dtype, stop_gradient=False)
    assert x.astype("float32").dtype == np.float32
    assert x.astype("float64").dtype == np.float64
    for moved in (x.reshape([2]), x.T, x[0], x[:, :1]):
        assert moved.dtype == x.dtype
        assert np.shares_memory(moved.numpy(), x.numpy())
    assert not np.shares_memory(x.clone().numpy(), x.numpy())
    (x.astype("float32") * 3.0).sum().backward()
    assert (x.grad.dtype, x.grad.numpy().astype(float).tolist()) == (x.dtype, [[3.0, 3.0]])


def test_short_integers_are_integers():
    x = pa.Tensor(np.array([1, 2], np.int16))
    same(x + np.array([1, 1], np.int16), np.array([2, 3], np.int16))
    same(x * pa.Tensor(np.array([2.0, 2.0], np.float32)), np.array([2.0, 4.0], np.float32))
    same(x[1:].sum(), 2)


def test_rows_of_a_repr_are_aligned():
    text = repr(pa.to_tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert text.splitlines()[1:] == ["       [[1., 2.],", "        [3., 4.]])"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: x.max(),
        lambda x: x[0],
        lambda x: pa.matmul(x, x),
        lambda x: x * x,
    ],
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64"])
def test_the_values_are_an_array_of_numpys_also_without_axes(function, dtype):
    """Not a scalar, which NumPy gives where no axes are left and nobody can write to."""
    result = function(pa.to_tensor([1, 2, 3], dtype))
    assert type(result.numpy()) is np.ndarray
    result.set_value(np.full(result.shape, 7))
    assert (result.numpy() == 7).all()
