import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.autograd import tape


def leaf(values, **settings):
    return pa.to_tensor(np.asarray(values, np.float64), stop_gradient=False, **settings)


def test_gradients_accumulate_until_they_are_cleared():
    x = leaf([1.0, 2.0])
    for times in (1, 2, 3):
        (x * 3.0).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), [3.0 * times] * 2)
    x.clear_grad()
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, 0.0])
    (x * 3.0).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3.0, 3.0])
    x.clear_grad(set_to_zero=False)
    assert x.grad is None


def test_a_part_used_twice_gets_both_gradients():
    x = leaf([2.0])
    shared = x * x
    (shared * shared + shared).sum().backward()
    assert x.grad.item() == 4 * 2.0**3 + 2 * 2.0


def test_a_diamond_is_walked_once_per_node():
    calls = []

    def rule(x):
        def to_x(g):
            calls.append(1)
            return g

        return x.copy(), (to_x,)

    x = leaf([1.0])
    y = x
    for _ in range(30):  # 2**30 paths
        y = pa.autograd.apply(rule, y)
        y = y + y
    y.sum().backward()
    assert len(calls) == 30
    assert x.grad.item() == 2.0**30


def test_a_chain_of_ten_thousand_operations():
    x = leaf([1.0])
    y = x
    for _ in range(10_000):
        y = y + 1.0
    y.backward()
    assert (y.item(), x.grad.item()) == (10_001.0, 1.0)
    del y
    gc.collect()


def test_a_graph_can_be_walked_again_only_if_it_was_retained():
    x = leaf([3.0])
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12.0
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()
    assert x.grad.item() == 12.0


def test_a_failed_walk_through_a_released_part_changes_no_gradient():
    x, z = leaf([3.0]), leaf([5.0])
    inner = x * x
    inner.sum().backward()
    outer = inner * z
    with pytest.raises(RuntimeError, match="released"):
        outer.sum().backward()
    assert z.grad is None
    assert x.grad.item() == 6.0


def test_an_array_is_let_go_after_the_walk():
    x = leaf(np.ones(4))
    hidden = x * 2.0
    watched = weakref.ref(hidden)
    y = (hidden * hidden).sum()
    y.backward()
    del hidden
    gc.collect()
    assert watched() is None


def test_no_grad_records_nothing_and_nests():
    x = leaf([1.0])
    with pa.no_grad():
        inside = x * 2.0
        with pa.no_grad():
            pass
        still = x * 2.0
    assert inside.stop_gradient
    assert still.stop_gradient
    assert not (x * 2.0).stop_gradient

    @pa.no_grad()
    def double(t):
        return t * 2.0

    assert double(x).stop_gradient
    with pytest.raises(ZeroDivisionError), pa.no_grad():
        raise ZeroDivisionError
    assert not (x * 2.0).stop_gradient


def test_gradients_stop_where_they_should():
    x, fixed = leaf([2.0]), pa.to_tensor(np.array([3.0]))
    y = x * fixed
    y.sum().backward()
    assert fixed.grad is None
    assert (x * 2.0).detach().stop_gradient
    z = x * (x * 1.0).detach()
    x.clear_grad()
    z.sum().backward()
    assert x.grad.item() == 2.0
    assert x.is_leaf
    assert not y.is_leaf


def test_a_pullback_that_nobody_needs_is_not_called():
    def rule(x, y):
        return x + y, (lambda g: g, lambda g: 1 / 0)

    x = leaf([1.0])
    pa.autograd.apply(rule, x, pa.to_tensor(np.array([1.0]))).sum().backward()
    assert x.grad.item() == 1.0


def test_what_backward_needs():
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"grad_tensor must have shape \[2\], not \[3\]"):
        (x * x).backward(np.ones(3))
    with pytest.raises(RuntimeError, match="stop_gradient=False"):
        pa.to_tensor([1.0]).backward()
    assert x.grad is None
    (x * x).backward()  # as in Paddle, from a gradient of ones
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 4.0])
    x.clear_grad()
    (x * x).backward(pa.to_tensor(np.array([1.0, 10.0])))
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 40.0])


def test_a_gradient_has_the_dtype_and_the_memory_of_its_own():
    x = pa.to_tensor(np.ones(3, np.float32), stop_gradient=False)
    y = pa.to_tensor(np.ones(3, np.float32), stop_gradient=False)
    start = np.ones(3, np.float32)
    (x + y).backward(start)
    assert x.grad.dtype == np.float32
    x.grad.numpy()[0] = 7.0
    assert start[0] == 1.0
    assert y.grad.numpy()[0] == 1.0


def test_backward_on_a_leaf_reaches_the_leaf():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1.0


def recorded():
    return not (leaf([1.0]) * 2.0).stop_gradient


def test_no_grad_on_two_threads_is_apart():
    entered, left = threading.Barrier(2, timeout=10), threading.Barrier(2, timeout=10)
    shared, found = pa.no_grad(), {}

    @shared
    def first():
        entered.wait()
        left.wait()
        found["inside, after the other left"] = recorded()

    def second():
        with shared:
            entered.wait()
        found["outside, while the other is inside"] = recorded()
        left.wait()

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"inside, after the other left": False, "outside, while the other is inside": True}
    assert recorded()


def test_no_grad_can_be_entered_again():
    guard = pa.no_grad()

    @guard
    def countdown(n):
        return [recorded(), *(countdown(n - 1) if n else [])]

    with guard:
        with guard:
            assert not recorded()
        assert not recorded()
        assert countdown(2) == [False] * 3
    assert recorded()
    with pytest.raises(ZeroDivisionError):
        guard(lambda: 1 / 0)()
    assert recorded()


def test_a_decorated_generator_is_unrecorded_while_it_runs():
    @pa.no_grad()
    def steps():
        """Doc."""
        seen = []
        try:
            got = yield recorded()
            while True:
                try:
                    got = yield got, recorded()
                except KeyError as error:
                    got = error
        finally:
            seen.append(recorded())
            closed.extend(seen)

    closed = []
    run = steps()
    assert steps.__doc__ == "Doc."
    assert next(run) is False
    assert recorded()
    assert run.send("sent") == ("sent", False)
    error = KeyError("thrown")
    assert run.throw(error) == (error, False)
    assert recorded()
    run.close()
    assert closed == [False]
    assert recorded()

    @pa.no_grad()
    def result():
        yield 1
        return 2

    def outer(found):
        found.append((yield from result()))

    found = []
    assert list(outer(found)) == [1]
    assert found == [2]

    @pa.no_grad()
    def fails():
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(fails())
    assert recorded()


def test_a_decorated_coroutine_is_unrecorded_and_other_tasks_are_not():
    @pa.no_grad()
    async def inside():
        found = [recorded()]
        await asyncio.sleep(0)
        return [*found, recorded()]

    async def outside():
        found = [recorded()]
        await asyncio.sleep(0)
        return [*found, recorded()]

    async def both():
        return await asyncio.gather(inside(), outside())

    assert asyncio.run(both()) == [[False, False], [True, True]]
    with pytest.raises(TypeError, match="function must be callable, but received 3"):
        pa.no_grad()(3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_many_narrow_gradients_of_one_tensor_are_rounded_once(dtype):
    x = pa.to_tensor([1.0], dtype, stop_gradient=False)
    for parts in ([x * 1.0 for _ in range(1000)], [x] * 1000):
        x.clear_grad()
        pa.concat(parts).sum().backward()
        assert float(x.grad.item()) == 1000.0


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool, np.complex128])
def test_a_gradient_needs_a_floating_dtype(dtype):
    x = pa.to_tensor(np.ones(2, dtype), stop_gradient=False)
    with pytest.raises(TypeError, match="gradients need a floating dtype, but a tensor has dtype"):
        x * 2.5
    with pytest.raises(TypeError, match=r"gradients need a floating dtype|x must hold real numbers"):
        x.sum().backward()


def test_a_gradient_needs_real_inputs():
    x = leaf([1.0])
    for use in (lambda: x * 1j, lambda: np.array([1j]) + x, lambda: x * pa.Tensor([1j])):
        with pytest.raises(TypeError, match=r"gradients need real inputs, but those of (multiply|add) are complex"):
            use()
    assert (x.detach() * 1j).tolist() == [1j]


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=4), st.lists(st.integers(1, 3), max_size=2))
def test_a_gradient_is_summed_over_what_was_repeated(axes, extra):
    """Along axes of size 1 that were stretched, and along those that were put in front."""
    shape = tuple(1 if stretched else size for size, stretched in axes)
    gradient = np.random.default_rng(0).integers(-9, 9, (*extra, *(size for size, _ in axes))).astype(np.float64)
    expected = np.zeros(shape)
    for index in np.ndindex(*gradient.shape):
        kept = zip(index[len(extra) :], shape, strict=True)
        expected[tuple(min(i, size - 1) for i, size in kept)] += gradient[index]
    found = tape.unbroadcast(gradient, shape)
    assert found.shape == shape
    np.testing.assert_array_equal(found, expected)
