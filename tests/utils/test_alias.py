import inspect

import numpy as np
import pytest

import paramattr as pa
from paramattr.utils.alias import also, by_dim


@also(spread="shape", dim="axis", d="axis", defaults={"mode": "other"})
def given(x, shape=(), axis=0, *, mode="plain"):
    """Return what was given."""
    if x == "refused":
        raise TypeError("x is refused")
    return x, shape, axis, mode


def test_an_argument_has_several_names():
    assert given(1, (), 2, mode="other") == given(1, dim=2) == given(d=2, x=1) == (1, (), 2, "other")
    assert given(1, axis=2) == (1, (), 2, "plain")
    assert given(1, dim=2, mode="mine") == (1, (), 2, "mine")


def test_only_one_of_them_at_a_time():
    for names in ({"axis": 2, "dim": 2}, {"dim": 2, "d": 2}):
        with pytest.raises(TypeError, match=r"given takes axis or d(im)?, but received both"):
            given(1, **names)
    with pytest.raises(TypeError, match="multiple values for argument 'axis'"):
        given(1, [2], 3, dim=2)


def test_other_names_are_refused_as_python_does():
    for names in ({"axes": 1}, {"axes": 1, "dim": 2}):
        with pytest.raises(TypeError, match=r"given\(\) got an unexpected keyword argument 'axes'"):
            given(1, **names)
    for names in ({}, {"dim": 2}):
        with pytest.raises(TypeError, match="x is refused"):
            given("refused", **names)


def test_a_function_that_fails_has_run_once():
    runs = []

    @also(dim="axis")
    def fails(axis):
        runs.append(axis)
        raise TypeError("no")

    for name in ("axis", "dim"):
        with pytest.raises(TypeError, match="no"):
            fails(**{name: 1})
    assert runs == [1, 1]


def test_sizes_come_in_a_sequence_or_one_by_one():
    assert given(1, 2, 3)[1] == given(1, np.int64(2), np.array(3))[1] == (2, 3)
    assert given(1, 2, 3, 4, 5, dim=6)[1:3] == ((2, 3, 4, 5), 6)
    assert given(1, 2)[1] == 2
    assert given(1, [2, 3], 4)[1:3] == ([2, 3], 4)


def test_what_is_no_size_is_the_next_argument():
    for other in (np.int64, np.dtype("int64"), "int64", None, 1.5):
        assert given(1, 2, other)[1:3] == (2, other)


@also(spread="sizes")
def made(x, sizes, *, keep=False):
    return x, sizes, keep


def test_sizes_are_given_one_by_one():
    assert made(1, 2, 3) == (1, (2, 3), False)
    assert made(1, 2, 3, keep=True) == (1, (2, 3), True)
    assert (made(1, 2), made(1, [2, 3]), made(1, sizes=2)) == ((1, 2, False), (1, [2, 3], False), (1, 2, False))
    for wrong in (lambda: made(1, [2], 3), lambda: made(1, 2, 3.0), lambda: made(1)):
        with pytest.raises(TypeError, match="made"):
            wrong()


def test_the_function_keeps_its_face():
    assert (given.__name__, given.__doc__) == ("given", "Return what was given.")
    assert list(inspect.signature(given).parameters) == ["x", "shape", "axis", "mode"]


def test_an_axis_before_the_index_calls_the_other_function():
    @by_dim(lambda x, dim, index: ("other", dim, index))
    def gather(x, index, axis=0):
        return "this", axis, index

    assert gather("x", 1, [0]) == gather("x", dim=1, index=[0]) == gather(x="x", dim=1, index=[0]) == ("other", 1, [0])
    assert gather("x", [0]) == gather("x", index=[0]) == ("this", 0, [0])
    with pytest.raises(TypeError, match="'dim'"):
        gather("x", [0], dim=1)


X = np.arange(1.0, 25.0).reshape(2, 3, 4)
# Calls in PyTorch's manner, and the same in Paddle's.
CALLS = [
    (lambda x: pa.exp(input=x), lambda x: pa.exp(x)),
    (lambda x: pa.maximum(input=x, other=5.0), lambda x: pa.maximum(x, 5.0)),
    (lambda x: x.add(other=x), lambda x: x.add(x)),
    (lambda x: pa.add_(input=x, other=x), lambda x: x.add_(x)),
    (lambda x: x.pow(exponent=2), lambda x: x.pow(2)),
    (lambda x: x.mean(dim=1, keepdim=True), lambda x: x.mean(1, True)),
    (lambda x: x.median(dim=1)[1], lambda x: x.median(1, mode="min")[1]),
    (lambda x: x.argmax(dim=1, keepdims=True), lambda x: x.argmax(1, True)),
    (lambda x: x.permute(2, 0, 1), lambda x: x.permute([2, 0, 1])),
    (lambda x: x.transpose(dim0=0, dim1=2), lambda x: x.transpose([2, 1, 0])),
    (lambda x: x.transpose(0, 2), lambda x: pa.transpose(input=x, axis0=0, axis1=2)),
    (lambda x: x.expand(5, 2, 3, 4), lambda x: x.expand([5, 2, 3, 4])),
    (lambda x: x.tile(2, 1), lambda x: x.tile(dims=[2, 1])),
    (lambda x: x.flatten(start_dim=1, end_dim=2), lambda x: x.flatten(1, 2)),
    (lambda x: x.diagonal(dim1=1, dim2=2), lambda x: x.diagonal(0, 1, 2)),
    (lambda x: pa.stack(tensors=[x, x], dim=1), lambda x: pa.stack([x, x], 1)),
    (lambda x: x.tensor_split(sections=2, dim=2)[1], lambda x: x.tensor_split(indices=[2], dim=2)[1]),
    (lambda x: pa.norm(A=x, ord=1, dim=1), lambda x: pa.norm(x, 1, 1)),
    (lambda x: pa.where(x > 3, input=x, other=0.0), lambda x: pa.where(x > 3, x, 0.0)),
    (lambda x: pa.ones(2, 3, dtype="int32"), lambda x: pa.ones([2, 3], "int32")),
    (lambda x: pa.zeros(size=[2]), lambda x: pa.zeros([2])),
    (lambda x: pa.nn.functional.softmax(input=x, dim=1), lambda x: pa.nn.functional.softmax(x, 1)),
    (lambda x: pa.nn.GLU(dim=2)(input=x), lambda x: pa.nn.GLU(2)(x)),
]


@pytest.mark.parametrize(("other", "usual"), CALLS)
def test_functions_take_the_second_names_that_they_have_in_paddle(other, usual):
    np.testing.assert_array_equal(other(pa.to_tensor(X)).numpy(), usual(pa.to_tensor(X)).numpy())


@pytest.mark.parametrize(
    "call", [lambda x: x.sum(axis=0, dim=0), lambda x: pa.exp(x=x, input=x), lambda x: x.std(dim=0)]
)
def test_what_functions_refuse(call):
    with pytest.raises(TypeError):
        call(pa.to_tensor(X))
