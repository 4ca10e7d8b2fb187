import asyncio
import contextlib
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

MODES = {
    "no_grad": (pa.no_grad, False),
    "enable_grad": (pa.enable_grad, True),
    "set True": (lambda: pa.set_grad_enabled(True), True),
    "set False": (lambda: pa.set_grad_enabled(False), False),
}


def recorded():
    """Whether a step is recorded here, which is what is_grad_enabled says."""
    x = pa.to_tensor([1.0], stop_gradient=False)
    found = not (x * 2.0).stop_gradient
    assert found == pa.is_grad_enabled()
    return found


@given(st.lists(st.sampled_from(sorted(MODES)), max_size=6))
def test_the_innermost_block_decides_and_the_outer_comes_back(names):
    assert recorded()
    with contextlib.ExitStack() as stack:
        expected = [True]
        for name in names:
            make, mode = MODES[name]
            stack.enter_context(make())
            assert recorded() == mode
            expected.append(mode)
    assert recorded()


@pytest.mark.parametrize(("outer", "inner"), [*itertools.product(MODES, repeat=2)])
def test_a_block_that_fails_is_left(outer, inner):
    with MODES[outer][0]():
        with contextlib.suppress(ZeroDivisionError), MODES[inner][0]():
            raise ZeroDivisionError
        assert recorded() == MODES[outer][1]
    assert recorded()


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("outer", [True, False])
def test_functions_generators_and_coroutines_run_in_the_mode_they_are_decorated_with(name, outer):
    make, mode = MODES[name]

    @make()
    def function():
        """A function."""
        return recorded()

    @make()
    def generator():
        """A generator."""
        received = yield recorded()
        yield received, recorded()

    @make()
    async def coroutine():
        """A coroutine."""
        return recorded()

    for decorated, kind in [(function, "function"), (generator, "generator"), (coroutine, "coroutine")]:
        assert (decorated.__name__, decorated.__doc__) == (kind, f"A {kind}.")
    assert recorded()
    with pa.set_grad_enabled(outer):
        assert [function(), function()] == [mode, mode]
        steps = generator()
        assert next(steps) == mode
        assert recorded() == outer
        assert steps.send("sent") == ("sent", mode)
        assert asyncio.run(coroutine()) == mode
        assert recorded() == outer


def test_a_mode_that_is_set_stays_until_another_or_the_end_of_the_block_around():
    with pa.no_grad():
        pa.set_grad_enabled(True)
        assert recorded()
        with pa.no_grad():
            assert not recorded()
        assert recorded()
    assert recorded()
    pa.set_grad_enabled(False)
    try:
        assert not recorded()
    finally:
        pa.set_grad_enabled(True)
    assert recorded()


def test_a_block_can_be_entered_again():
    again = pa.set_grad_enabled(False)
    for _ in range(2):
        with again:
            assert not recorded()
        assert recorded()


@pytest.mark.parametrize("mode", [1, None, "True", np.ones(1)])
def test_a_mode_is_a_bool(mode):
    with pytest.raises(TypeError, match="mode must be a bool"):
        pa.set_grad_enabled(mode)
    assert recorded()


@pytest.mark.parametrize("name", MODES)
def test_what_is_decorated_is_callable(name):
    with pytest.raises(TypeError, match="function must be callable"):
        MODES[name][0]()(3)
    assert recorded() or not pa.set_grad_enabled(True)
