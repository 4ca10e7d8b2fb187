"""What all tests share: the hypothesis profile, fresh names, the check of gradients, the run of a page of the docs."""

import doctest
import inspect
import os
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import paramattr as pa

# The same examples in every run, except where the attack (tests/attack/run.py) asks for new ones.
_FIXED = "PARAMATTR_EXAMPLES" not in os.environ
settings.register_profile("suite", derandomize=_FIXED, database=None, deadline=None, max_examples=50)
settings.register_profile("unshrunk", settings.get_profile("suite"), phases=(Phase.explicit, Phase.generate))
settings.load_profile("suite")


@pytest.fixture
def fresh_names():
    """Automatic names start at 0, and none is taken."""
    with pa.utils.unique_name.guard():
        yield


def differences(function, arrays, cotangent, eps):
    """Central differences of ``sum(function(*arrays) * cotangent)`` in every element of every array."""

    def total(changed):
        with pa.no_grad():
            return float((function(*(pa.to_tensor(array) for array in changed)).numpy() * cotangent).sum())

    gradients = []
    for place, array in enumerate(arrays):
        gradient = np.empty_like(array)
        for index in np.ndindex(*array.shape):
            ends = []
            for step in (eps, -eps):
                moved = np.array(array)
                moved[index] += step
                ends.append(total([*arrays[:place], moved, *arrays[place + 1 :]]))
            gradient[index] = (ends[0] - ends[1]) / (2 * eps)
        gradients.append(gradient)
    return gradients


@pytest.fixture(scope="session")
def check_grads():
    """Compare the gradients of ``function`` in every input with central differences, for a random cotangent."""

    def check(function, *arrays, rtol=1e-6, eps=1e-6):
        arrays = [np.array(array, np.float64) for array in arrays]
        tensors = [pa.to_tensor(array, stop_gradient=False) for array in arrays]
        value = function(*tensors)
        cotangent = np.random.default_rng(7).standard_normal(value.shape)
        value.backward(cotangent)
        for place, (tensor, expected) in enumerate(
            zip(tensors, differences(function, arrays, cotangent, eps), strict=True)
        ):
            found = np.zeros_like(expected) if tensor.grad is None else tensor.grad.numpy()
            scale = max(1.0, np.abs(expected).max(initial=0.0))
            np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * scale, err_msg=f"input {place}")

    return check


@pytest.fixture(scope="session")
def rules_in():
    """The rules that a module defines: what returns an Outcome."""

    def find(module):
        functions = [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
        return {f for f in functions if f.__annotations__.get("return") == "Outcome"}

    return find


def laid_out(array, layout):
    """``array`` with another order in memory: by columns, backwards, or every second element of a larger one."""
    if layout == "columns" and array.ndim:
        return np.asfortranarray(array)
    if layout == "backwards" and array.ndim:
        return array[::-1].copy()[::-1]
    if layout == "apart":
        larger = np.full([2 * size for size in array.shape], np.nan, array.dtype)
        view = larger[(..., *(slice(1, None, 2) for _ in array.shape))]
        view[...] = array
        return view
    return np.array(array)


_derivatives = 0


def pytest_sessionfinish(session):
    """What the attack counts (tests/attack/run.py)."""
    if "PARAMATTR_COUNT_GRADIENTS" in os.environ:
        print(f"\ngradients checked: {_derivatives}")


def _check_gradients(rule, arrays, settings):
    """Gradients in every input are the central differences, whatever the layout and the dtype."""
    tensors = [pa.Tensor(array, stop_gradient=False) for array in arrays]
    value = pa.autograd.apply(rule, *tensors, **settings)
    cotangent = np.random.default_rng(7).standard_normal(value.shape)
    value.backward(cotangent)
    expected = differences(lambda *x: pa.autograd.apply(rule, *x, **settings), arrays, cotangent, 1e-6)
    for tensor, wanted in zip(tensors, expected, strict=True):
        found = tensor.grad.numpy()
        global _derivatives
        _derivatives += found.size
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6 * max(1.0, np.abs(wanted).max(initial=0.0)))


def _gradients(rule, arrays, settings, cotangent, dtype):
    """The value and the gradients of ``arrays`` in ``dtype``."""
    tensors = [pa.Tensor(array.astype(dtype), stop_gradient=False) for array in arrays]
    value = pa.autograd.apply(rule, *tensors, **settings)
    value.backward(cotangent)
    return [value.numpy(), *(tensor.grad.numpy() for tensor in tensors)]


def _check_narrow(rule, arrays, settings, cotangent, dtype):
    """In float16 or bfloat16, value and gradients are those of float32, rounded once."""
    narrow = [array.astype(dtype) for array in arrays]
    found = _gradients(rule, narrow, settings, cotangent, dtype)
    wide = _gradients(rule, narrow, settings, cotangent, np.float32)
    for one, other in zip(found, wide, strict=True):
        assert one.dtype == dtype
        np.testing.assert_array_equal(one.astype(np.float64), other.astype(dtype).astype(np.float64))


def _check_writes(rule, arrays, settings, cotangent):
    """A change of an input before backward() gives the old gradient, or an error that names the input."""
    expected = _gradients(rule, arrays, settings, cotangent, np.float64)[1:]
    refused = set()
    for changed in range(len(arrays)):
        tensors = [pa.Tensor(np.array(array), stop_gradient=False, name=f"input {i}") for i, array in enumerate(arrays)]
        value = pa.autograd.apply(rule, *tensors, **settings)
        tensors[changed].set_value(np.cos(1e3 * tensors[changed].numpy()))
        try:
            value.backward(cotangent)
        except RuntimeError as error:
            assert f"'input {changed}'" in str(error)
            assert all(tensor.grad is None for tensor in tensors)
            refused.add(changed)
        else:
            for tensor, wanted in zip(tensors, expected, strict=True):
                np.testing.assert_array_equal(tensor.grad.numpy(), wanted)
    return refused


@pytest.fixture(scope="session")
def check_rule():
    """All that a rule has to do, for arrays and settings out of ``cases``; no input but those at the positions ``needed``
    may be refused once it has changed before backward()."""

    def look(rule, arrays, settings, data):
        dtype = data.draw(st.sampled_from([np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)]), "narrow dtype")
        layouts = [data.draw(st.sampled_from(["rows", "columns", "backwards", "apart"]), "layout") for _ in arrays]
        arrays = [laid_out(np.asarray(array), layout) for array, layout in zip(arrays, layouts, strict=True)]
        _check_gradients(rule, arrays, settings)
        shape = pa.autograd.apply(rule, *(pa.Tensor(a) for a in arrays), **settings).shape
        cotangent = np.random.default_rng(8).standard_normal(shape).astype(np.float16)
        if "dtype" not in settings:  # a conversion has a dtype of its own
            _check_narrow(rule, arrays, settings, cotangent.astype(dtype), dtype)
        return _check_writes(rule, arrays, settings, cotangent)

    def check(rule, cases, needed, *, examples):
        @settings(max_examples=int(os.environ.get("PARAMATTR_EXAMPLES", examples)))
        @given(cases, st.data())
        def refused_are_needed(case, data):
            assert look(rule, *case, data) <= needed

        refused_are_needed()

    return check


@pytest.fixture
def run_page():
    """Run the session that a page of the documentation shows; returns how many examples there are and how many failed."""

    def run(page):
        threads, state = pa.get_num_threads(), pa.get_rng_state()
        path = Path(__file__).parents[1] / "docs" / page
        try:
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            return doctest.testfile(str(path), module_relative=False, optionflags=flags)
        finally:
            pa.set_num_threads(threads)
            pa.set_rng_state(state)

    return run
