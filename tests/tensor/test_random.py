"""Random tensors: shapes, dtypes, seeds and laws. The false-alarm rate is ALPHA per statistical test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa

ALPHA = 1e-5
SIZE = 20_000
# Of a shape alone, with everything else left to its default.
OF_A_SHAPE = {
    "rand": pa.rand, "randn": pa.randn, "standard_normal": pa.standard_normal, "uniform": pa.uniform,
    "normal": lambda shape: pa.normal(shape=shape), "log_normal": lambda shape: pa.log_normal(shape=shape),
    "randint": lambda shape: pa.randint(7, shape=shape),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_A_SHAPE)
def test_the_stream_repeats_and_goes_on(name):
    draw = OF_A_SHAPE[name]
    with pa.seed(7):
        first, second = draw([40]).numpy(), draw([40]).numpy()
    with pa.seed(7) as generator:
        np.testing.assert_array_equal(draw([40]).numpy(), first)
        state = generator.get_state()
        np.testing.assert_array_equal(draw([40]).numpy(), second)
        generator.set_state(state)
        np.testing.assert_array_equal(draw([40]).numpy(), second)
    assert not np.array_equal(first, second)


@given(st.lists(st.integers(0, 4), max_size=3))
def test_shapes(sizes):
    tensor = pa.to_tensor(np.array(sizes, np.int64))
    mixed = [pa.to_tensor(size) if place % 2 else size for place, size in enumerate(sizes)]
    for draw in OF_A_SHAPE.values():
        assert draw(sizes).shape == draw(tuple(sizes)).shape == draw(tensor).shape == draw(mixed).shape == sizes
    if len(sizes) > 1:
        assert pa.rand(*sizes).shape == pa.randn(*sizes).shape == sizes


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floating_dtypes(dtype):
    for draw in (pa.rand, pa.randn, pa.standard_normal, pa.uniform):
        assert draw([3], dtype).dtype.name == dtype
    x = pa.to_tensor([1.0, 2.0], dtype)
    for value in (pa.rand_like(x), pa.randn_like(x), pa.randint_like(x, 5), pa.normal(x, 1.0), pa.log_normal(x, x)):
        assert (value.dtype.name, value.shape) == (dtype, [2])
    with np.errstate(all="raise"):
        assert pa.rand([3]).dtype == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_laws(dtype):
    with pa.seed(1):
        for values, law in [
            (pa.rand([SIZE], dtype), stats.uniform()),
            (pa.uniform([SIZE], dtype, -3.0, 1.0), stats.uniform(-3, 4)),
            (pa.randn([SIZE], dtype), stats.norm()),
            (pa.normal(2.0, 3.0, [SIZE]), stats.norm(2, 3)),
            (pa.normal(pa.to_tensor(np.full(SIZE, 2.0, dtype)), 3.0), stats.norm(2, 3)),
            (pa.normal(2.0, pa.to_tensor(np.full(SIZE, 3.0, dtype))), stats.norm(2, 3)),
            (pa.log_normal(0.5, 0.3, [SIZE]), stats.lognorm(0.3, scale=np.exp(0.5))),
            (pa.standard_normal([SIZE], dtype), stats.norm()),
            (pa.uniform([SIZE], dtype), stats.uniform()),
            (pa.normal(shape=[SIZE]), stats.norm()),
            (pa.log_normal(shape=[SIZE]), stats.lognorm(2.0, scale=np.e)),
            (pa.rand_like(pa.zeros([SIZE], dtype)), stats.uniform()),
            (pa.randn_like(pa.zeros([SIZE], dtype)), stats.norm()),
        ]:
            assert stats.kstest(values.numpy(), law.cdf).pvalue > ALPHA


def test_gradients_go_to_means_and_deviations():
    mean, std = (pa.to_tensor([1.0, 2.0], stop_gradient=False) for _ in "ms")
    value = pa.normal(mean, std)
    value.sum().backward()
    assert mean.grad.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(std.grad.numpy(), (value.numpy() - mean.numpy()) / std.numpy(), rtol=1e-6, atol=1e-6)
    mean.clear_grad()
    value = pa.log_normal(mean, 0.5)
    value.sum().backward()
    np.testing.assert_array_equal(mean.grad.numpy(), value.numpy())


def test_integers_and_orders():
    assert pa.randint(5).shape == [1]
    with pa.seed(3):
        values = pa.randint(-2, 3, [SIZE])
        small = pa.randint(250, 256, [100], "uint8")
        assert stats.chisquare(np.bincount(values.numpy() + 2, minlength=5)).pvalue > ALPHA
    assert (values.dtype, small.dtype) == (np.int64, np.uint8)
    assert set(small.tolist()) == set(range(250, 256))
    assert set(pa.randint(-128, -126, [50], "int8").tolist()) == {-128, -127}
    assert pa.randint(-(2**63), 2**63, [2]).dtype == np.int64
    assert set(pa.randint_like(pa.to_tensor([True] * 50), 0, 2).tolist()) == {True, False}
    assert pa.randint_like(pa.to_tensor([1.0]), 3, dtype="int32").dtype == np.int32
    order = pa.randperm(100)
    assert sorted(order.tolist()) == list(range(100))
    assert order.tolist() != list(range(100))
    assert pa.randperm(3, "float32").dtype == np.float32


def test_a_seed_of_its_own():
    with pa.seed(1):
        state = pa.get_rng_state()
        first = pa.uniform([5], seed=3).tolist()
        assert pa.get_rng_state() == state
        assert pa.uniform([5], seed=3).tolist() == first != pa.uniform([5], seed=4).tolist()
    assert pa.uniform([2], min=3.0, max=3.0).tolist() == pa.normal(3.0, 0.0, [2]).tolist() == [3.0, 3.0]
    assert pa.uniform([2], min=pa.to_tensor(3.0), max=3).tolist() == [3.0, 3.0]


def test_what_paddle_takes_after_the_example_of_pytorch():
    x = pa.rand([2], requires_grad=True, device="cpu", pin_memory=True)
    assert not x.stop_gradient
    out = pa.to_tensor([0.0, 0.0])
    assert pa.randn([2], out=out) is out
    assert out.tolist() != [0.0, 0.0]
    assert pa.randperm(2, out=pa.to_tensor([5, 5])).size == 2


def test_what_is_refused_before_a_key_is_taken():
    state = pa.get_rng_state()
    for call, error, message in [
        (lambda: pa.rand([2], "int32"), ValueError, "dtype must be one of"),
        (lambda: pa.rand([-1]), ValueError, r"shape\[0\] must be >= 0"),
        (lambda: pa.rand("ab"), TypeError, "shape must be a sequence of integers"),
        (lambda: pa.rand([2], device="gpu:0"), ValueError, "device must be 'cpu'"),
        (lambda: pa.rand([2], pin_memory=1), TypeError, "pin_memory must be a bool"),
        (lambda: pa.rand([2], requires_grad=1), TypeError, "requires_grad must be a bool"),
        (lambda: pa.rand_like(pa.to_tensor([1])), ValueError, "dtype must be one of"),
        (lambda: pa.uniform([2], min=2.0, max=1.0), ValueError, "min must not be more than max"),
        (lambda: pa.uniform([2], min="0"), TypeError, "min must be a real number"),
        (lambda: pa.uniform([2], seed=-1), ValueError, "seed must be >= 0"),
        (lambda: pa.normal(), ValueError, "shape must be given"),
        (lambda: pa.normal(0.0, -1.0, [2]), ValueError, "std must be"),
        (lambda: pa.normal(0.0, pa.to_tensor([-1.0])), ValueError, "std must not be negative"),
        (lambda: pa.normal(1j, 1.0, [2]), TypeError, "mean must be a real number"),
        (lambda: pa.normal(pa.to_tensor([1]), 1.0), ValueError, "mean and std must be one of"),
        (lambda: pa.randint(0), ValueError, "low must be less than high"),
        (lambda: pa.randint(5, 5), ValueError, "low must be less than high"),
        (lambda: pa.randint(1.0, 5), TypeError, "low must be an integer"),
        (lambda: pa.randint(5.0), TypeError, "low must be an integer"),
        (lambda: pa.randint(1, 5.0), TypeError, "high must be an integer"),
        (lambda: pa.randint(0, 2**63 + 1), ValueError, "high must be"),
        (lambda: pa.randint(-(2**63) - 1, 0), ValueError, "low must be"),
        (lambda: pa.randint(-129, 0, [1], "int8"), ValueError, "low and high must be in the range of int8"),
        (lambda: pa.randint(0, 129, [1], "int8"), ValueError, "low and high must be in the range of int8"),
        (lambda: pa.randint(0, 300, [1], "uint8"), ValueError, "low and high must be in the range of uint8"),
        (lambda: pa.randint(0, 3, [1], "float32"), TypeError, "dtype must be one of integers"),
        (lambda: pa.randperm(-1), ValueError, "n must be >= 0"),
        (lambda: pa.randperm(2.0), TypeError, "n must be an integer"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert pa.get_rng_state() == state
