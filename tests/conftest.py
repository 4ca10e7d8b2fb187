"""What all tests share: the hypothesis profile, the check of gradients and the run of a page of the documentation."""

import doctest
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import paramattr as pa

settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")


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
                moved = array.copy()
                moved[index] += step
                ends.append(total([*arrays[:place], moved, *arrays[place + 1 :]]))
            gradient[index] = (ends[0] - ends[1]) / (2 * eps)
        gradients.append(gradient)
    return gradients


@pytest.fixture
def fresh_names():
    """Automatic names begin anew in each test; ask for it with ``pytestmark = pytest.mark.usefixtures("fresh_names")``."""
    with pa.utils.unique_name.guard():
        yield


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
