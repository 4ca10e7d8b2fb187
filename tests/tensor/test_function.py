"""How definitions become functions, methods and in-place forms, seen on all of them."""

import doctest
import inspect
from importlib import import_module

import numpy as np
import pytest

import paramattr as pa
from paramattr import tensor

MODULES = sorted(set(tensor.HOMES.values()))
NAMES = [name for name in tensor.HOMES if name not in tensor.ALIASES]
DEFINED = [name for name in NAMES if name in import_module(f"paramattr.tensor.{tensor.HOMES[name]}").__all__]
IN_PLACE = [name for name in NAMES if name not in DEFINED]


@pytest.mark.parametrize("module", MODULES)
def test_the_index_names_what_a_module_defines(module):
    public = set(import_module(f"paramattr.tensor.{module}").__all__)
    assert public == {name for name in DEFINED if tensor.HOMES[name] == module}


@pytest.mark.parametrize("name", DEFINED)
def test_the_examples_of_a_docstring_run(name):
    function = getattr(tensor, name)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    tests = doctest.DocTestFinder().find(function, name, module=False, globs={})
    assert tests[0].examples, "a runnable example"
    for test in tests:
        assert doctest.DocTestRunner(optionflags=options).run(test).failed == 0


@pytest.mark.parametrize(("alias", "name"), tensor.ALIASES.items())
def test_an_alias_is_the_function(alias, name):
    assert getattr(pa, alias) is getattr(pa, name)
    assert alias in dir(pa)


# What methods are named after, dtypes and a device, has the name itself outside of tensors.
@pytest.mark.parametrize("name", [name for name in NAMES if tensor.HOMES[name] != "casting"])
def test_a_function_has_the_name_and_place_it_is_found_by(name):
    function = getattr(tensor, name)
    assert function is getattr(tensor, name) is getattr(pa, name, function)
    assert (function.__name__, function.__module__) == (name, f"paramattr.tensor.{tensor.HOMES[name]}")
    assert hasattr(pa, name) == (name in dir(pa)) == (name not in tensor.ELSEWHERE)


@pytest.mark.parametrize("name", IN_PLACE)
def test_an_in_place_form_takes_the_arguments_of_its_function(name):
    ours, whole = inspect.signature(getattr(tensor, name)), inspect.signature(getattr(tensor, name[:-1]))
    assert list(ours.parameters) == [key for key in whole.parameters if key != "out"]
    with pytest.raises(TypeError, match=r"must be a Tensor, but received \[1.0\]"):
        getattr(tensor, name)([1.0])


# With a gradient that needs what comes out, or what was there before, also in two places at once, or neither.
CHANGES = {
    "exp": lambda x, suffix: getattr(x, f"exp{suffix}")(),
    "square": lambda x, suffix: getattr(x, f"square{suffix}")(),
    "a product with itself": lambda x, suffix: getattr(x, f"multiply{suffix}")(x),
    "pow": lambda x, suffix: getattr(x, f"pow{suffix}")(2.5),
    "cumprod": lambda x, suffix: getattr(x, f"cumprod{suffix}")(0),
    "add": lambda x, suffix: getattr(x, f"add{suffix}")(x),
    "a choice": lambda x, suffix: getattr(pa, f"where{suffix}")([True, False], x, pa.to_tensor([4.0, 9.0])),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_in_place_form_is_its_function_with_the_history(name):
    x = pa.to_tensor([0.5, 2.0], stop_gradient=False)
    y, z = x * 3.0, x * 3.0
    shared = y.detach()
    assert CHANGES[name](y, "_") is y
    z = CHANGES[name](z, "")
    np.testing.assert_array_equal(shared.numpy(), z.numpy())
    y.sum().backward()
    found = x.grad.numpy()
    x.clear_grad()
    z.sum().backward()
    np.testing.assert_array_equal(found, x.grad.numpy())


def test_what_others_need_of_the_old_values_is_still_refused():
    """A change keeps what its own gradient needs, and hides it from nobody."""
    x = pa.to_tensor([0.5, 2.0], stop_gradient=False)
    y = x * 3.0
    before, other = y.numpy().copy(), y.sin()
    y.square_()
    with pytest.raises(RuntimeError, match="needs values of a tensor that have changed"):
        other.sum().backward()
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 6.0 * before)


def test_what_an_in_place_form_refuses_and_when_it_is_seen():
    x = pa.to_tensor([0.5, 2.0], stop_gradient=False)
    with pytest.raises(ValueError, match="a tensor is a leaf that needs a gradient, and can't be changed in place"):
        x.exp_()
    assert x.tolist() == [0.5, 2.0]
    with pa.no_grad():
        x.add_(1.0)
    assert (x.tolist(), x.stop_gradient, x.is_leaf) == ([1.5, 3.0], False, True)
    y = x * 1.0
    z = y * y
    y.add_(1.0)
    with pytest.raises(RuntimeError, match="needs values of a tensor that have changed"):
        z.sum().backward()
    with pytest.raises(ValueError, match="add needs inputs whose shapes"):
        y.add_(np.ones(3))
    assert y.tolist() == [2.5, 4.0]


def test_an_in_place_form_is_made_once():
    for name in ("exp_", "add_", "reshape_", "sigmoid_"):
        assert getattr(pa.tensor, name) is getattr(pa.tensor, name)


def test_a_shape_in_place_shares_the_memory():
    x = pa.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    before = x.numpy()
    assert x.flatten_() is x
    assert x.shape == [4]
    assert np.shares_memory(x.numpy(), before)


@pytest.mark.parametrize(
    ("function", "count"),
    [(lambda x, out: pa.topk(x, 2, out=out), 2), (lambda x, out: pa.linalg.svd(x, out=out), 3)],
    ids=["topk", "svd"],
)
def test_several_take_over_a_value_each_or_none_of_them(function, count):
    x = pa.to_tensor([[4.0, 1.0], [2.0, 3.0]])
    values = function(x, None)
    fresh = lambda: [pa.zeros(value.shape, value.dtype) for value in values]  # noqa: E731
    for out in (fresh(), tuple(fresh())):
        assert all(one is other for one, other in zip(function(x, out), out, strict=True))
        assert all(one.tolist() == other.tolist() for one, other in zip(out, values, strict=True))
    for spoil, error, message in [
        (
            lambda out: out[:-1],
            ValueError,
            f"out must be a tuple or list of {count} Tensors, or None, but received {count - 1}",
        ),
        (lambda out: [*out, out[0]], ValueError, f"but received {count + 1}"),
        (lambda out: out[0], TypeError, f"out must be a tuple or list of {count} Tensors"),
        (lambda out: [*out[:-1], None], TypeError, rf"out\[{count - 1}\] must be a Tensor"),
        (lambda out: [*out[:-1], pa.zeros([7])], ValueError, rf"out\[{count - 1}\] must have shape"),
    ]:
        out = fresh()
        with pytest.raises(error, match=message):
            function(x, spoil(out))
        assert not any(one.numpy().any() for one in out)


def test_out_takes_over_the_value():
    x, out = pa.to_tensor([0.0, 1.0], stop_gradient=False), pa.to_tensor([0.0, 0.0])
    assert pa.exp(x, out=out) is out
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), out.numpy())
    for wrong, error in [
        ([0.0, 0.0], TypeError),
        (pa.to_tensor([0.0]), ValueError),
        (pa.to_tensor([1, 2]), ValueError),
    ]:
        with pytest.raises(error, match="out must"):
            pa.exp(x.detach(), out=wrong)


def test_unknown_names():
    for home in (pa, tensor):
        with pytest.raises(AttributeError, match="has no attribute 'exq'"):
            home.exq  # noqa: B018
